//! What placeholders stand for in the command of a client and in scenarios.

use mock_ecr::Config;

/// What placeholders stand for: a registry, and what is at it.
#[derive(Clone, Debug)]
pub(crate) struct Placeholders {
    /// The host of the registry, with its port where it has one.
    pub(crate) registry: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// What a refresher keeps its login in.
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

    /// The same for another registry; account and region are those of its name, if it has AWS's form.
    pub(crate) fn at(&self, registry: &str) -> Self {
        let mut placeholders = self.clone();
        placeholders.registry = self.fill(registry);
        let host = placeholders.registry.clone();
        if let Some((account, rest)) = host.split_once(".dkr") {
            let region = rest
                .split('.')
                .find(|label| label.contains('-') && !label.starts_with("-ecr"));
            let region = region.filter(|region| !region.starts_with("ecr"));
            placeholders.account = account.to_owned();
            if let Some(region) = region {
                placeholders.region = region.to_owned();
            }
        }
        placeholders
    }

    /// Puts what they stand for in the place of placeholders; a brace that is none of theirs stays.
    pub(crate) fn fill(&self, text: &str) -> String {
        let pairs = self.pairs();
        pairs.iter().fold(text.to_owned(), |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), value)
        })
    }

    /// The same as variables of the environment.
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

/// The repository and the tag of the image that tools pull.
pub(crate) const REPOSITORY: &str = "app";
pub(crate) const TAG: &str = "1.0";
