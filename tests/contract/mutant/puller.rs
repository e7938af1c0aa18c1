//! `image-tool`: pulls an image, and keeps nothing of it.

use serde_json::Value;

use crate::failure::Failure;
use crate::fault::Fault;
use crate::http::{self, Answer, Request, Url};
use crate::registry;
use crate::retry::{self, Patience};
use crate::sign;
use crate::stored_logins::StoredLogins;

pub(crate) async fn run(arguments: &[String]) -> Result<(), Failure> {
    let [image] = arguments else {
        return Err(Failure::Usage("usage: image-tool IMAGE"));
    };
    let image = Image::parse(image).ok_or(Failure::Usage("this is no image"))?;
    Pull::start(image)?.run().await
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
    fn start(image: Image) -> Result<Self, Failure> {
        let logins = StoredLogins::of(&image.host);
        let authorization = logins.first()?;
        Ok(Pull {
            image,
            logins,
            authorization,
        })
    }

    async fn run(mut self) -> Result<(), Failure> {
        let reference = self.image.reference.clone();
        self.fetch("HEAD", "manifests", &reference).await?;
        let mut manifest = self.manifest(&reference).await?;
        if let Some(first) = manifest["manifests"][0]["digest"].as_str() {
            manifest = self.manifest(first).await?;
        }
        let layers = manifest["layers"].as_array().cloned().unwrap_or_default();
        for blob in [manifest["config"].clone()].iter().chain(&layers) {
            let digest = blob["digest"].as_str();
            let digest = digest.ok_or(Failure::Other("the manifest names no blob".to_owned()))?;
            let answer = self.fetch("GET", "blobs", digest).await?;
            verify(digest, &answer)?;
        }
        Ok(())
    }

    async fn manifest(&mut self, reference: &str) -> Result<Value, Failure> {
        let answer = self.fetch("GET", "manifests", reference).await?;
        let told = answer.header("docker-content-digest").map(str::to_owned);
        let named = reference.contains(':').then(|| reference.to_owned());
        for digest in [told, named].into_iter().flatten() {
            verify(&digest, &answer)?;
        }
        let manifest = serde_json::from_slice(&answer.body);
        manifest.map_err(|_| Failure::Other("the manifest is not JSON".to_owned()))
    }

    /// Asks for something, and once more with another login when the registry refuses.
    async fn fetch(
        &mut self,
        method: &'static str,
        kind: &str,
        name: &str,
    ) -> Result<Answer, Failure> {
        let local = registry::is_local(&self.image.host);
        let scheme = if local { "http" } else { "https" };
        let Image {
            host, repository, ..
        } = &self.image;
        let url = Url::parse(&format!("{scheme}://{host}/v2/{repository}/{kind}/{name}"));
        let url = url.ok_or(Failure::Usage("this is no image"))?;
        let mut answer = self.send(method, &url).await?;
        if is_refusal(answer.status) && self.may_renew(answer.status, kind) {
            self.authorization = self.logins.another()?;
            answer = self.send(method, &url).await?;
        }
        match answer.status {
            200 => Ok(answer),
            status => Err(refused(method, &url, status)),
        }
    }

    fn may_renew(&self, status: u16, kind: &str) -> bool {
        let is_blind = match status {
            400 => Fault::IgnoresRefusalsBy400.is_on(),
            401 => Fault::IgnoresRefusalsBy401.is_on(),
            _ => Fault::IgnoresRefusalsBy403.is_on(),
        };
        let is_late = kind == "blobs" && Fault::RenewsForManifestsOnly.is_on();
        self.logins.has_another() && !is_blind && !is_late && !Fault::NeverRenews.is_on()
    }

    async fn send(&self, method: &'static str, url: &Url) -> Result<Answer, Failure> {
        let mut request = Request::new(method, url).header("accept", MANIFESTS);
        let is_bare = Fault::NoLoginForFips.is_on() && url.host.contains(".ecr-fips.");
        if let Some(authorization) = self.authorization.as_ref().filter(|_| !is_bare) {
            request = request.header("authorization", authorization);
        }
        let answer = patiently(request).await?;
        let Some(location) = answer.header("location").filter(|_| answer.status == 307) else {
            return Ok(answer);
        };
        let target = url.join(location);
        let target = target.ok_or(Failure::Other("the registry leads nowhere".to_owned()))?;
        self.follow(&target).await
    }

    /// Whoever keeps the layers has his own ways to know us: the login is not his business.
    async fn follow(&self, target: &Url) -> Result<Answer, Failure> {
        let is_home = target.authority() == self.image.host;
        let shown = self.authorization.as_ref();
        let shown = shown.filter(|_| is_home || Fault::ShowsLoginToBlobHost.is_on());
        let request = Request::new("GET", target);
        let request = match shown {
            Some(authorization) => request.header("authorization", authorization),
            None => request,
        };
        match patiently(request).await? {
            answer if answer.status == 200 => Ok(answer),
            answer => Err(refused("GET", target, answer.status)),
        }
    }
}

/// A layer may take its time, so that nothing is asked twice because it was slow.
async fn patiently(request: Request<'_>) -> Result<Answer, Failure> {
    let mut patience = Patience::of(5, 25.0, 25.0);
    loop {
        let answer = http::send(request.clone(), patience.limit()).await;
        match retry::trouble(&answer) {
            Some(trouble) if patience.again(trouble).await => (),
            _ => return answer,
        }
    }
}

fn is_refusal(status: u16) -> bool {
    [400, 401, 403].contains(&status)
}

fn refused(method: &str, url: &Url, status: u16) -> Failure {
    let what = match is_refusal(status) {
        _ if Fault::SaysNothingOfLogins.is_on() => return Failure::Something,
        true => "authorization refused",
        false => "failed",
    };
    let path = url.path.split('?').next().unwrap_or_default();
    Failure::Other(format!(
        "{method} {}{path}: {what}: HTTP {status}",
        url.host
    ))
}

fn verify(digest: &str, answer: &Answer) -> Result<(), Failure> {
    let is_known = digest.starts_with("sha256:");
    let is_right = digest == format!("sha256:{}", sign::hash(&answer.body));
    match is_right || !is_known {
        true => Ok(()),
        false => Err(Failure::Other(format!("{digest} is not what came"))),
    }
}

const MANIFESTS: &str = "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, */*";
