//! OCI image layouts on disk, written and read without a client.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

pub(crate) struct Layout {
    folder: TempDir,
}

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

impl Layout {
    /// Creates an empty folder to copy an image into.
    pub(crate) fn empty() -> Self {
        Layout {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Creates a layout with an image of one layer that contains one file.
    pub(crate) fn image(text: &str) -> Self {
        let layout = Layout::create();
        let image = layout.add_image(text, "amd64");
        layout.write_index(&image);
        layout
    }

    /// Creates a layout with an index of two images for two architectures.
    pub(crate) fn index() -> Self {
        let layout = Layout::create();
        let manifests =
            ["amd64", "arm64"].map(|architecture| layout.add_image(architecture, architecture));
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        layout.write_index(&layout.add(INDEX, index.to_string().as_bytes()));
        layout
    }

    /// Returns the reference to the image or index in the syntax of skopeo, podman and buildah.
    pub(crate) fn reference(&self) -> String {
        format!("oci:{}:latest", self.path().display())
    }

    /// Returns the digest of the image or index.
    pub(crate) fn digest(&self) -> String {
        let index = fs::read(self.path().join("index.json")).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        index["manifests"][0]["digest"].as_str().unwrap().to_owned()
    }

    /// Returns the bytes of all manifests, configurations and layers, by digest.
    pub(crate) fn blobs(&self) -> BTreeMap<String, Vec<u8>> {
        blobs(self.path())
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn create() -> Self {
        let layout = Layout::empty();
        fs::create_dir_all(layout.path().join("blobs/sha256")).unwrap();
        let version = json!({"imageLayoutVersion": "1.0.0"}).to_string();
        fs::write(layout.path().join("oci-layout"), version).unwrap();
        layout
    }

    fn add_image(&self, text: &str, architecture: &str) -> Value {
        let tar = tar(text);
        let config = json!({
            "architecture": architecture,
            "os": "linux",
            "config": {},
            "rootfs": {"type": "layers", "diff_ids": [digest(&tar)]},
        });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": IMAGE,
            "config": self.add(CONFIG, config.to_string().as_bytes()),
            "layers": [self.add(LAYER, &gzip(&tar))],
        });
        let mut descriptor = self.add(IMAGE, manifest.to_string().as_bytes());
        descriptor["platform"] = json!({"architecture": architecture, "os": "linux"});
        descriptor
    }

    /// Writes a blob and returns its descriptor.
    fn add(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        let path = self.path().join("blobs").join(digest.replace(':', "/"));
        fs::write(path, bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    fn write_index(&self, descriptor: &Value) {
        let mut descriptor = descriptor.clone();
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": "latest"});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]});
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }
}

/// Returns the bytes of all blobs of a layout, by digest.
pub(crate) fn blobs(layout: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = fs::read_dir(layout.join("blobs/sha256")).unwrap();
    files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            (name.to_owned(), fs::read(&path).unwrap())
        })
        .collect()
}

/// Returns a tar archive with one file, for a layer or for `podman import`.
pub(crate) fn tar(text: &str) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_size(text.len().try_into().unwrap());
    header.set_mode(0o644);
    let mut archive = tar::Builder::new(Vec::new());
    archive
        .append_data(&mut header, PathBuf::from("greeting"), text.as_bytes())
        .unwrap();
    archive.into_inner().unwrap()
}

/// Compresses a layer. Clients compress uncompressed layers, which changes their digests.
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
