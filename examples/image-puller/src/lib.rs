//! Pulls the layers of images from the private registry of the caller's account.

use aws_sdk_ecr::Client;
use reqwest::header::{ACCEPT, AUTHORIZATION, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;

pub type Error = Box<dyn std::error::Error + Send + Sync>;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A client that pulls images. A token is used until the registry rejects it.
pub struct Puller {
    ecr: Client,
    http: reqwest::Client,
    login: Mutex<Option<Login>>,
}

#[derive(Clone)]
struct Login {
    /// The URL of the registry.
    registry: String,
    token: String,
}

#[derive(Deserialize)]
struct Manifest {
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Layer {
    digest: String,
}

impl Puller {
    pub fn new(ecr: Client) -> Self {
        // reqwest would send the token to the URL of a redirect to the same host.
        let http = reqwest::Client::builder().redirect(Policy::none());
        Puller {
            ecr,
            http: http.build().expect("no option of the client is invalid"),
            login: Mutex::default(),
        }
    }

    /// Returns the bytes of the layers of an image, the lowest layer first.
    ///
    /// # Errors
    ///
    /// Returns an error if no token can be requested, if the registry rejects a request, or if a layer does not have the
    /// digest that the manifest contains.
    pub async fn pull(&self, repository: &str, tag: &str) -> Result<Vec<Vec<u8>>, Error> {
        let manifest = self.get(&format!("{repository}/manifests/{tag}")).await?;
        let manifest: Manifest = serde_json::from_slice(&manifest)?;
        let mut layers = Vec::new();
        for Layer { digest } in manifest.layers {
            let layer = self.get(&format!("{repository}/blobs/{digest}")).await?;
            if digest_of(&layer) != digest {
                return Err(format!("the layer does not have the digest {digest}").into());
            }
            layers.push(layer);
        }
        Ok(layers)
    }

    /// Returns the body of a response of the registry. If the registry rejects the token, requests a new one, once.
    async fn get(&self, path: &str) -> Result<Vec<u8>, Error> {
        let mut response = self.send(path).await?;
        if [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN].contains(&response.status()) {
            *self.login.lock().await = None;
            response = self.send(path).await?;
        }
        if let Some(url) = response.headers().get(LOCATION) {
            response = self.http.get(url.to_str()?).send().await?;
        }
        Ok(response.error_for_status()?.bytes().await?.into())
    }

    async fn send(&self, path: &str) -> Result<Response, Error> {
        let Login { registry, token } = self.login().await?;
        let request = self.http.get(format!("{registry}/v2/{path}"));
        let request = request.header(AUTHORIZATION, format!("Basic {token}"));
        Ok(request.header(ACCEPT, MANIFEST).send().await?)
    }

    async fn login(&self) -> Result<Login, Error> {
        let mut login = self.login.lock().await;
        if let Some(login) = &*login {
            return Ok(login.clone());
        }
        let output = self.ecr.get_authorization_token().send().await?;
        let data = output.authorization_data().first();
        let data = data.ok_or("the response contains no token")?;
        let new = Login {
            registry: data.proxy_endpoint().unwrap_or_default().to_owned(),
            token: data.authorization_token().unwrap_or_default().to_owned(),
        };
        Ok(login.insert(new).clone())
    }
}

fn digest_of(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
