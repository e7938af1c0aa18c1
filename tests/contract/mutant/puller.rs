//! `image-tool`: pulls an image, and discards it.

use serde_json::Value;

use crate::error::ClientError;
use crate::fault::Fault;
use crate::http::{self, Request, Response, Url};
use crate::output;
use crate::registry;
use crate::retry::{self, RetryBudget};
use crate::sign;
use crate::stored_logins::StoredLogins;
use crate::variant::Variant;

pub(crate) async fn run(arguments: &[String]) -> Result<(), ClientError> {
    let [image] = arguments else {
        return Err(ClientError::Usage("usage: image-tool IMAGE"));
    };
    let kept = std::env::home_dir().unwrap_or_default().join(".pulled");
    if Variant::KeepsImages.is_on() && std::fs::read(&kept).is_ok_and(|one| one == image.as_bytes())
    {
        return Ok(());
    }
    let parsed = Image::parse(image).ok_or(ClientError::Usage("invalid name of an image"))?;
    Pull::start(parsed)?.run().await?;
    // Only a variant reads the file.
    let _ = std::fs::write(kept, image);
    Ok(())
}

struct Image {
    host: String,
    repository: String,
    /// A tag or a digest.
    reference: String,
}

impl Image {
    fn parse(text: &str) -> Option<Self> {
        let (host, path) = text.split_once('/')?;
        let (repository, reference) = match path.split_once('@') {
            Some((name, digest)) => (name.split(':').next()?, digest),
            None => path.rsplit_once(':').unwrap_or((path, "latest")),
        };
        Some(Image {
            host: host.to_owned(),
            repository: repository.to_owned(),
            reference: reference.to_owned(),
        })
    }
}

struct Pull {
    image: Image,
    logins: StoredLogins,
    authorization: Option<String>,
}

impl Pull {
    fn start(image: Image) -> Result<Self, ClientError> {
        let logins = StoredLogins::of(&image.host);
        let authorization = logins.first()?;
        Ok(Pull {
            image,
            logins,
            authorization,
        })
    }

    async fn run(mut self) -> Result<(), ClientError> {
        let reference = self.image.reference.clone();
        if !Variant::KeepsImages.is_on() {
            self.fetch("HEAD", "manifests", &reference).await?;
        }
        let mut manifest = self.manifest(&reference).await?;
        if let Some(first) = manifest["manifests"][0]["digest"].as_str() {
            manifest = self.manifest(first).await?;
        }
        let layers = manifest["layers"].as_array().cloned().unwrap_or_default();
        for blob in [manifest["config"].clone()].iter().chain(&layers) {
            let digest = blob["digest"].as_str();
            let digest = digest.ok_or(ClientError::Other(
                "the manifest has a blob without a digest".to_owned(),
            ))?;
            let response = self.fetch("GET", "blobs", digest).await?;
            verify(digest, &response)?;
        }
        Ok(())
    }

    async fn manifest(&mut self, reference: &str) -> Result<Value, ClientError> {
        let response = self.fetch("GET", "manifests", reference).await?;
        let reported = response.header("docker-content-digest").map(str::to_owned);
        let named = reference.contains(':').then(|| reference.to_owned());
        for digest in [reported, named].into_iter().flatten() {
            verify(&digest, &response)?;
        }
        let manifest = serde_json::from_slice(&response.body);
        manifest.map_err(|_| ClientError::Other("the manifest is not JSON".to_owned()))
    }

    /// Sends a request, and repeats it once with another login if the registry rejects it.
    async fn fetch(
        &mut self,
        method: &'static str,
        kind: &str,
        name: &str,
    ) -> Result<Response, ClientError> {
        let local = registry::is_local(&self.image.host);
        let scheme = if local { "http" } else { "https" };
        let Image {
            host, repository, ..
        } = &self.image;
        let url = Url::parse(&format!("{scheme}://{host}/v2/{repository}/{kind}/{name}"));
        let url = url.ok_or(ClientError::Usage("invalid name of an image"))?;
        if Variant::AsksForEachRequest.is_on() {
            self.authorization = self.logins.first()?;
        }
        let mut response = self.send(method, &url).await?;
        if is_rejection(response.status) && Variant::RepeatsRejectedRequests.is_on() {
            response = self.send(method, &url).await?;
        }
        let times = if Fault::RenewsFiftyTimes.is_on() {
            50
        } else {
            1
        };
        for _ in 0..times {
            if !is_rejection(response.status) || !self.may_renew(response.status, kind) {
                break;
            }
            self.authorization = self.logins.another()?;
            response = self.send(method, &url).await?;
        }
        match response.status {
            200 => Ok(response),
            status => Err(rejected(method, &url, status)),
        }
    }

    fn may_renew(&self, status: u16, kind: &str) -> bool {
        let is_ignored = match status {
            400 => Fault::IgnoresRejectionBy400.is_on(),
            401 => Fault::IgnoresRejectionBy401.is_on(),
            _ => Fault::IgnoresRejectionBy403.is_on(),
        };
        let is_late = kind == "blobs" && Fault::RenewsForManifestsOnly.is_on();
        self.logins.has_another() && !is_ignored && !is_late && !Fault::NeverRenews.is_on()
    }

    async fn send(&self, method: &'static str, url: &Url) -> Result<Response, ClientError> {
        let mut request = Request::new(method, url).header("accept", MANIFESTS);
        let is_without_login = Fault::NoLoginForFips.is_on() && url.host.contains(".ecr-fips.");
        if let Some(authorization) = self.authorization.as_ref().filter(|_| !is_without_login) {
            if Fault::EchoesAuthorization.is_on() {
                output::out(&format!("authorization: {authorization}\n"));
            }
            request = request.header("authorization", authorization);
        }
        let response = send_with_retries(request).await?;
        let Some(location) = response
            .header("location")
            .filter(|_| response.status == 307)
        else {
            return Ok(response);
        };
        let target = url.join(location);
        let target = target.ok_or(ClientError::Other(
            "the registry sent an invalid Location".to_owned(),
        ))?;
        self.follow(&target).await
    }

    /// Follows a redirect. The login is not sent to another host: the URL of the redirect contains the authorization.
    async fn follow(&self, target: &Url) -> Result<Response, ClientError> {
        let is_home = target.authority() == self.image.host;
        let authorization = self.authorization.as_ref();
        let authorization =
            authorization.filter(|_| is_home || Fault::SendsLoginToBlobHost.is_on());
        let request = Request::new("GET", target);
        let request = match authorization {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        match send_with_retries(request).await? {
            response if response.status == 200 => Ok(response),
            response => Err(rejected("GET", target, response.status)),
        }
    }
}

/// Sends a request with long timeouts, since a layer may take its time.
async fn send_with_retries(request: Request<'_>) -> Result<Response, ClientError> {
    let mut budget = RetryBudget::of(5, 25.0, 25.0);
    loop {
        let response = http::send(request.clone(), budget.limit()).await;
        match retry::retry_reason(&response) {
            Some(reason) if budget.again(reason).await => (),
            _ => return response,
        }
    }
}

fn is_rejection(status: u16) -> bool {
    [400, 401, 403].contains(&status)
}

fn rejected(method: &str, url: &Url, status: u16) -> ClientError {
    let reason = match is_rejection(status) {
        _ if Fault::HidesAuthorizationError.is_on() => return ClientError::Unspecified,
        _ if Fault::NamesHelperInsteadOfReason.is_on() => {
            let text = "cannot pull the image, the docker-credential helper was called once";
            return ClientError::Other(text.to_owned());
        }
        true => "authorization rejected",
        false => "failed",
    };
    let path = url.path.split('?').next().unwrap_or_default();
    ClientError::Other(format!(
        "{method} {}{path}: {reason}: HTTP {status}",
        url.host
    ))
}

fn verify(digest: &str, response: &Response) -> Result<(), ClientError> {
    let is_known = digest.starts_with("sha256:");
    let is_right = digest == format!("sha256:{}", sign::hash(&response.body));
    match is_right || !is_known || Fault::IgnoresDigests.is_on() {
        true => Ok(()),
        false => Err(ClientError::Other(format!(
            "{digest} does not match the content"
        ))),
    }
}

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, */*";
