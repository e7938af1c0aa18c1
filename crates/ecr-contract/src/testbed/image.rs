//! Writes the image that image tools pull, in the format of an OCI image layout.

use std::io;
use std::path::{Path, PathBuf};

use crate::testbed::placeholders::TAG;

/// Writes the layout to a subdirectory of `folder`, and returns the path of the subdirectory.
pub(crate) fn write(folder: &Path) -> io::Result<PathBuf> {
    let layout = folder.join("layout");
    let blobs = layout.join("blobs/sha256");
    std::fs::create_dir_all(&blobs)?;
    for (digest, bytes) in BLOBS {
        std::fs::write(blobs.join(digest), bytes)?;
    }
    std::fs::write(
        layout.join("oci-layout"),
        r#"{"imageLayoutVersion":"1.0.0"}"#,
    )?;
    let (manifest, bytes) = BLOBS[0];
    let index = serde_json::json!({
        "schemaVersion": 2,
        "manifests": [{
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "digest": format!("sha256:{manifest}"),
            "size": bytes.len(),
            "annotations": { "org.opencontainers.image.ref.name": TAG },
        }],
    });
    std::fs::write(layout.join("index.json"), index.to_string())?;
    Ok(layout)
}

macro_rules! blob {
    ($digest:literal) => {
        (
            $digest,
            include_bytes!(concat!("../../layouts/hello/blobs/sha256/", $digest)),
        )
    };
}

/// The blobs of the image: the manifest, the configuration and the layer.
const BLOBS: [(&str, &[u8]); 3] = [
    blob!("3f84d7ad58a473793eb49ec82ca8b0d3c9df33106034e9ce704e6d2512025539"),
    blob!("5dc4d9ef227a74e34c8ff2e9918e113cd343076671800e44dfd425dadf3859ef"),
    blob!("e704b35d48bb5d7a798db4fa5f16ead6dfd3569f22eae970eb8a464c08750824"),
];
