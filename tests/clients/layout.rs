//! OCI image layouts on disk, written and read here without any client's help.

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
    /// One to copy an image into.
    pub(crate) fn empty() -> Self {
        Layout {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// An image of one layer, which holds one file.
    pub(crate) fn image(text: &str) -> Self {
        let layout = Layout::written();
        let image = layout.add_image(text, "amd64");
        layout.name(&image);
        layout
    }

    /// An index of two images, for two architectures.
    pub(crate) fn index() -> Self {
        let layout = Layout::written();
        let manifests =
            ["amd64", "arm64"].map(|architecture| layout.add_image(architecture, architecture));
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests});
        layout.name(&layout.add(INDEX, index.to_string().as_bytes()));
        layout
    }

    /// How skopeo and its kin call the one thing in it.
    pub(crate) fn reference(&self) -> String {
        format!("oci:{}:latest", self.path().display())
    }

    /// The digest of the one thing in it.
    pub(crate) fn digest(&self) -> String {
        let index = fs::read(self.path().join("index.json")).unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        index["manifests"][0]["digest"].as_str().unwrap().to_owned()
    }

    /// All that is in it: the bytes of manifests, configs and layers by their digests.
    pub(crate) fn blobs(&self) -> BTreeMap<String, Vec<u8>> {
        blobs(self.path())
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn written() -> Self {
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

    /// Writes a blob and answers its descriptor.
    fn add(&self, media_type: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        let path = self.path().join("blobs").join(digest.replace(':', "/"));
        fs::write(path, bytes).unwrap();
        json!({"mediaType": media_type, "digest": digest, "size": bytes.len()})
    }

    fn name(&self, descriptor: &Value) {
        let mut descriptor = descriptor.clone();
        descriptor["annotations"] = json!({"org.opencontainers.image.ref.name": "latest"});
        let index = json!({"schemaVersion": 2, "mediaType": INDEX, "manifests": [descriptor]});
        fs::write(self.path().join("index.json"), index.to_string()).unwrap();
    }
}

/// All that is in a layout.
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

/// A file system of one file, such as a layer and `podman import` have.
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

/// Clients compress layers that are not yet, and then their digests are others.
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
