//! The placeholders in a client's command and in scenarios.

use mock_ecr::Config;

/// The values of the placeholders for one registry.
#[derive(Clone, Debug)]
pub(crate) struct Placeholders {
    /// The host of the registry, followed by the port if it is not the default port.
    pub(crate) registry: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// The file in which a refresher stores its login.
    pub(crate) file: String,
    pub(crate) home: String,
}

impl Placeholders {
    pub(crate) fn of(config: &Config, home: &str) -> Self {
        let (account, region) = (config.default_account(), &config.region);
        let suffix = region.partition().dns_suffix;
        Placeholders {
            registry: format!(
                "{account}.dkr.ecr.{region}.{suffix}",
                region = region.as_str()
            ),
            account: account.to_string(),
            region: region.as_str().to_owned(),
            file: format!("{home}/login.json"),
            home: home.to_owned(),
        }
    }

    /// Returns the placeholders for another registry. The account and the Region are parsed from the host. If the host does not have the
    /// format of ECR's hosts, they are unchanged.
    pub(crate) fn at(&self, registry: &str) -> Self {
        let mut placeholders = self.clone();
        placeholders.registry = self.fill(registry);
        let host = placeholders.registry.clone();
        if let Some((account, rest)) = host.split_once(".dkr") {
            let region = rest
                .split('.')
                .find(|label| label.contains('-') && !label.starts_with("-ecr"));
            let region = region.filter(|region| !region.starts_with("ecr"));
            placeholders.account = account.trim().to_owned();
            if let Some(region) = region {
                placeholders.region = region.to_owned();
            }
        }
        placeholders
    }

    /// Replaces the placeholders in a text. Other text in braces is unchanged.
    pub(crate) fn fill(&self, text: &str) -> String {
        let pairs = self.pairs();
        pairs.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// Returns the values as environment variables, such as `MOCK_ECR_REGISTRY`.
    pub(crate) fn variables(&self) -> impl Iterator<Item = (String, String)> {
        let pairs = self.pairs().into_iter();
        pairs.map(|(name, value)| (format!("MOCK_ECR_{}", name.to_ascii_uppercase()), value))
    }

    pub(crate) fn image(&self) -> String {
        format!("{}/{REPOSITORY}:{TAG}", self.registry)
    }

    fn pairs(&self) -> [(&'static str, String); 6] {
        [
            ("registry", self.registry.clone()),
            ("account", self.account.clone()),
            ("region", self.region.clone()),
            ("image", self.image()),
            ("file", self.file.clone()),
            ("home", self.home.clone()),
        ]
    }
}

/// The repository of the image that image tools pull.
pub(crate) const REPOSITORY: &str = "app";
/// The tag of the image that image tools pull.
pub(crate) const TAG: &str = "1.0";
