//! Pushes an image with the token and pulls it back.

use sha2::{Digest as _, Sha256};

use crate::wire::{Request, Response};
use crate::{Demo, Error};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const BYTES: &str = "application/octet-stream";

/// An image with one layer: an archive without files.
pub(crate) struct Image {
    config: Vec<u8>,
    layer: Vec<u8>,
}

impl Image {
    pub(crate) fn new() -> Self {
        let layer = vec![0; 1024];
        let config = format!(
            r#"{{"architecture":"amd64","os":"linux","rootfs":{{"type":"layers","diff_ids":["{}"]}}}}"#,
            digest(&layer)
        );
        Image {
            config: config.into_bytes(),
            layer,
        }
    }

    fn manifest(&self) -> String {
        format!(
            r#"{{"schemaVersion":2,"mediaType":"{MANIFEST}","config":{},"layers":[{}]}}"#,
            descriptor(CONFIG, &self.config),
            descriptor(LAYER, &self.layer)
        )
    }
}

impl Demo {
    pub(crate) fn push_and_pull(&mut self, token: &str) -> Result<(), Error> {
        let image = Image::new();
        println!("\nPush an image.");
        self.push(&image, token)?;

        println!("Pull it back. The registry redirects to a layer URL, which needs no token.");
        self.pull(&image, token)
    }

    /// Pulls the image, with the requests of docker.
    pub(crate) fn pull(&mut self, image: &Image, token: &str) -> Result<(), Error> {
        let manifest = self.call("GET", "/v2/app/manifests/1", Some(token), None)?;
        self.check(manifest.has_status(200) && manifest.body == image.manifest().as_bytes());
        let target = format!("/v2/app/blobs/{}", digest(&image.layer));
        let redirect = self.call("GET", &target, Some(token), None)?;
        self.check(redirect.has_status(307));
        let layer = self.call("GET", &location_path(&redirect)?, None, None)?;
        self.check(layer.has_status(200) && layer.body == image.layer);
        Ok(())
    }

    pub(crate) fn push(&mut self, image: &Image, token: &str) -> Result<(), Error> {
        for blob in [&image.config, &image.layer] {
            let target = format!("/v2/app/blobs/uploads/?digest={}", digest(blob));
            let response = self.call("POST", &target, Some(token), Some((BYTES, blob)))?;
            self.check(response.has_status(201));
        }
        let manifest = image.manifest();
        let body = Some((MANIFEST, manifest.as_bytes()));
        let response = self.call("PUT", "/v2/app/manifests/1", Some(token), body)?;
        let is_expected =
            response.header("Docker-Content-Digest") == Some(&digest(manifest.as_bytes()));
        self.check(response.has_status(201) && is_expected);
        Ok(())
    }

    /// Requests the manifest of the image, and checks the status of the response.
    pub(crate) fn pull_manifest(&mut self, token: &str, status: u16) -> Result<(), Error> {
        let manifest = self.call("GET", "/v2/app/manifests/1", Some(token), None)?;
        self.check(manifest.has_status(status));
        Ok(())
    }

    /// Calls the mock by its address, without DNS.
    fn call(
        &self,
        method: &str,
        target: &str,
        token: Option<&str>,
        body: Option<(&str, &[u8])>,
    ) -> Result<Response, Error> {
        let host = self.ecr.address().to_string();
        println!("> {method} {}", shortened(target));
        let request = Request {
            method,
            target,
            host: &host,
            token,
            body,
        };
        let response = request.send(self.ecr.address())?;
        println!("< {}", response.status_line());
        Ok(response)
    }
}

/// Returns the path and query of a redirect.
fn location_path(redirect: &Response) -> Result<String, Error> {
    let location = redirect
        .header("Location")
        .ok_or("the response has no Location")?;
    let (_, path) = location
        .strip_prefix("http://")
        .and_then(|rest| rest.split_once('/'))
        .ok_or("the Location is not a URL of this mock")?;
    Ok(format!("/{path}"))
}

fn descriptor(media_type: &str, bytes: &[u8]) -> String {
    let (digest, size) = (digest(bytes), bytes.len());
    format!(r#"{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}"#)
}

fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// Shortens a digest and removes the signature after it.
fn shortened(target: &str) -> String {
    match target.split_once("sha256:") {
        Some((before, digest)) => format!("{before}sha256:{}…", &digest[..8]),
        None => target.to_owned(),
    }
}
