//! Checks the pull-through caches of a configuration.

use http::uri::Authority;

use crate::aws::pull_through_rule::{InvalidRule, MAX_RULES, RuleSettings};
use crate::aws::secret_arn::SecretArn;
use crate::aws::upstream_registry::SupportedUrls;
use crate::config::PullThroughCacheRule;
use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::unique::Unique;

impl Config {
    pub(in crate::config) fn check_upstreams(&self) -> Result<(), Conflict> {
        let at = |key: &'static str| vec!["upstreams".into(), key.into()];
        for (host, address) in &self.upstreams.addresses {
            if !is_host_name(host) {
                let expected = "a host name in lower case without a port, such as quay.io";
                return Err(Conflict::new(at("addresses"), host, expected));
            }
            if !self.upstreams.allows(address) {
                let expected = "an address on this machine, such as http://127.0.0.1:5000, or one whose host upstreams.allowed_hosts contains";
                let at = [at("addresses"), vec![host.clone().into()]].concat();
                let address = format!("http://{address}");
                return Err(Conflict::new(at, &address, expected));
            }
        }
        let mut allowed = self.upstreams.allowed_hosts.iter();
        match allowed.find(|host| !is_host_name(&host.to_ascii_lowercase())) {
            None => Ok(()),
            Some(host) => {
                let expected = "a host name, an IPv4 address or an IPv6 address in brackets, without a port, such as registry";
                Err(Conflict::new(at("allowed_hosts"), host, expected))
            }
        }
    }

    pub(in crate::config) fn check_secrets(&self) -> Result<(), Conflict> {
        let mut secrets = Unique::new();
        for (index, one) in self.secrets.iter().enumerate() {
            let at =
                |index: usize| -> Vec<Step> { vec!["secrets".into(), index.into(), "arn".into()] };
            one.arn
                .parse::<SecretArn>()
                .map_err(|_| Conflict::new(at(index), &one.arn, SecretArn::EXPECTED))?;
            let expected = "an ARN that is listed once";
            secrets.add((one.arn.as_str(), &one.arn), index, at, expected)?;
        }
        Ok(())
    }

    pub(in crate::config) fn check_pull_through_cache_rules(&self) -> Result<(), Conflict> {
        let mut rules = Unique::new();
        for (index, one) in self.pull_through_cache_rules.iter().enumerate() {
            let at = |index: usize, key: &'static str| -> Vec<Step> {
                vec!["pull_through_cache_rules".into(), index.into(), key.into()]
            };
            if let Some(region) = &one.region {
                self.check_region(region, || at(index, "region"))?;
            }
            let registry = self.registry_id(one.account, one.region.as_ref());
            let settings = one.settings();
            let prefix = |index| at(index, "ecr_repository_prefix");
            let checked = settings.check_form();
            checked
                .and_then(|()| settings.check(&registry, None))
                .map_err(|error| {
                    let (key, value) = value_of(&error, &settings);
                    let expected = match error {
                        InvalidRule::UnsupportedUpstream => SUPPORTED_UPSTREAM,
                        InvalidRule::SecretRequired => {
                            "a registry without credentials, or credential_arn"
                        }
                        _ => "a rule that CreatePullThroughCacheRule accepts",
                    };
                    let conflict = Conflict::new(at(index, key), &value, expected);
                    match error {
                        InvalidRule::UnsupportedUpstream => conflict.caused_by(SupportedUrls),
                        error => conflict.caused_by(error),
                    }
                })?;
            self.check_secret_exists(&settings, || at(index, "credential_arn"))?;
            let name = RuleSettings::record_name(&settings.prefix).to_owned();
            let expected = "a prefix that is listed once in its account and Region";
            let before = self.pull_through_cache_rules[..index].iter();
            let registry_of =
                |rule: &PullThroughCacheRule| self.registry_id(rule.account, rule.region.as_ref());
            let is_full = before.filter(|other| registry_of(other) == registry);
            if is_full.count() >= MAX_RULES {
                let expected = "at most 50 rules of a registry";
                return Err(Conflict::new(prefix(index), &settings.prefix, expected));
            }
            let key = ((registry, name), &settings.prefix);
            rules.add(key, index, prefix, expected)?;
        }
        Ok(())
    }

    fn check_secret_exists(
        &self,
        settings: &RuleSettings,
        at: impl Fn() -> Vec<Step>,
    ) -> Result<(), Conflict> {
        let Some(arn) = &settings.credential_arn else {
            return Ok(());
        };
        match self.secrets.iter().any(|secret| secret.arn == *arn) {
            true => Ok(()),
            false => Err(Conflict::new(at(), arn, "the ARN of one of the secrets")),
        }
    }
}

const SUPPORTED_UPSTREAM: &str =
    "the host of another registry that a cache supports, without a scheme";

/// Returns the key and the value that cause an error. If a required key is missing, returns the URL, which makes the key necessary.
fn value_of<'a>(error: &InvalidRule, settings: &'a RuleSettings) -> (&'static str, &'a str) {
    let parameter = match error {
        InvalidRule::Form(text) if text.contains("'upstreamRepositoryPrefix'") => {
            "upstreamRepositoryPrefix"
        }
        InvalidRule::Form(_) => return ("ecr_repository_prefix", &settings.prefix),
        InvalidRule::Parameter { parameter, .. } => *parameter,
        InvalidRule::UnsupportedUpstream | InvalidRule::SecretRequired => "",
    };
    let value = match parameter {
        "credentialArn" => settings
            .credential_arn
            .as_deref()
            .map(|arn| ("credential_arn", arn)),
        "customRoleArn" => settings
            .custom_role_arn
            .as_deref()
            .map(|arn| ("custom_role_arn", arn)),
        "upstreamRepositoryPrefix" => {
            Some(("upstream_repository_prefix", &settings.upstream_prefix[..]))
        }
        _ => None,
    };
    value.unwrap_or(("upstream_registry_url", &settings.url))
}

/// Returns whether a text is a host in lower case without a port. An IPv6 address is in brackets.
fn is_host_name(text: &str) -> bool {
    let is_part =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-_:[]".contains(&byte);
    let authority: Option<Authority> = text.parse().ok();
    text.bytes().all(is_part) && authority.is_some_and(|authority| authority.host() == text)
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    const ARN: &str =
        "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/hub-AbCdEf";

    #[test]
    fn an_upstream_is_on_this_machine_unless_its_host_is_allowed() {
        let upstreams = |rest: &str| format!("[upstreams]\n{rest}");
        let address = |address: &str| format!("addresses = {{ 'quay.io' = '{address}' }}\n");
        for own in ["127.0.0.1:5000", "localhost:5000", "[::1]:5000"] {
            Config::parse(&upstreams(&address(&format!("http://{own}")))).unwrap();
        }
        let other = address("http://registry:5000");
        let expected = "invalid value \"http://registry:5000\": expected an address on this machine, such as http://127.0.0.1:5000, or one whose host upstreams.allowed_hosts contains";
        rejects(&upstreams(&other), "upstreams.addresses.quay.io", expected);
        let place = Config::parse(&upstreams(&other)).unwrap_err().to_string();
        assert!(place.starts_with("line 2, column 27: "), "{place}");
        // A resolver can return any address for this name.
        let below = address("http://evil.localhost:1");
        let expected =
            "invalid value \"http://evil.localhost:1\": expected an address on this machine";
        rejects(&upstreams(&below), "upstreams.addresses.quay.io", expected);
        let allowed = format!("allowed_hosts = ['registry']\n{other}");
        Config::parse(&upstreams(&allowed)).unwrap();
        for host in [
            "Quay.io",
            "quay.io:443",
            "https://quay.io",
            "quay.io/",
            "*",
            "",
            "a b",
        ] {
            let named = format!("addresses = {{ '{host}' = 'http://127.0.0.1:1' }}\n");
            let expected = "expected a host name in lower case without a port";
            rejects(&upstreams(&named), "upstreams.addresses", expected);
        }
        for host in ["", "*", "a b", "registry:5000"] {
            let hosts = format!("allowed_hosts = ['{host}']\n");
            let expected = "expected a host name, an IPv4 address or an IPv6 address in brackets, without a port";
            rejects(&upstreams(&hosts), "upstreams.allowed_hosts", expected);
        }
        Config::parse(&upstreams(
            "allowed_hosts = ['Registry', '10.0.0.1', '[fd00::1]']\n",
        ))
        .unwrap();
        let (https, key) = (address("https://127.0.0.1"), "upstreams.addresses.quay.io");
        rejects(&upstreams(&https), key, "expected http://HOST");
        let unquoted = upstreams("addresses = { quay.io = 'http://127.0.0.1:1' }");
        let text = "expected an address such as \"http://127.0.0.1:5000\", after a host name in quotation marks, such as \"quay.io\"";
        rejects(&unquoted, "upstreams.addresses.quay", text);
        let misplaced = upstreams("'quay.io' = 'http://127.0.0.1:1'");
        let text = "; write the address of a host below [upstreams.addresses]";
        rejects(&misplaced, "upstreams.quay.io", text);
        rejects(
            &upstreams("timeout = '0s'"),
            "upstreams.timeout",
            "invalid duration",
        );
    }

    #[test]
    fn a_rule_is_one_that_the_api_accepts() {
        let rule = |prefix: &str, url: &str| {
            format!(
                "[[pull_through_cache_rules]]\necr_repository_prefix = '{prefix}'\nupstream_registry_url = '{url}'\n"
            )
        };
        let quay = rule("quay", "quay.io");
        Config::parse(&quay).unwrap();
        let key = "pull_through_cache_rules[0].ecr_repository_prefix";
        rejects(
            &rule("Quay", "quay.io"),
            key,
            "must satisfy regular expression",
        );
        let url = "pull_through_cache_rules[0].upstream_registry_url";
        let text = "invalid value \"example.com\": expected the host of another registry that a cache supports, without a scheme: ACCOUNT.dkr.ecr.REGION.amazonaws.com, public.ecr.aws, quay.io, registry.k8s.io, registry-1.docker.io, ghcr.io, NAME.azurecr.io, registry.gitlab.com or cgr.dev";
        rejects(&rule("quay", "example.com"), url, text);
        let prefix = format!("{quay}upstream_repository_prefix = 'Org'\n");
        let key = "pull_through_cache_rules[0].upstream_repository_prefix";
        rejects(&prefix, key, "invalid value \"Org\"");
        let role = format!("{quay}custom_role_arn = 'x'\n");
        rejects(
            &role,
            "pull_through_cache_rules[0].custom_role_arn",
            "invalid value \"x\"",
        );
        let hub = rule("hub", "registry-1.docker.io");
        rejects(&hub, url, "requires the ARN of a secret");
        let hub = format!("{hub}credential_arn = '{ARN}'\n");
        let missing = "expected the ARN of one of the secrets";
        rejects(&hub, "pull_through_cache_rules[0].credential_arn", missing);
        let secret = format!("[[secrets]]\narn = '{ARN}'\nvalue = 'test'\n");
        Config::parse(&format!("{hub}{secret}")).unwrap();
        let second = "pull_through_cache_rules[1].ecr_repository_prefix";
        let twice = format!("{quay}{}", rule("quay/", "quay.io"));
        let repeated = "it repeats pull_through_cache_rules[0].ecr_repository_prefix";
        rejects(&twice, second, repeated);
        Config::parse(&format!("{twice}region = 'eu-west-1'\n")).unwrap();
        let many = |count: usize| -> String {
            let prefixes = (0..count).map(|index| format!("p{index}"));
            prefixes.map(|prefix| rule(&prefix, "quay.io")).collect()
        };
        Config::parse(&many(50)).unwrap();
        let last = "pull_through_cache_rules[50].ecr_repository_prefix";
        rejects(&many(51), last, "expected at most 50 rules of a registry");
        rejects(
            &format!("{secret}{secret}"),
            "secrets[1].arn",
            "listed once",
        );
        let other = secret.replace("ecr-pullthroughcache", "other");
        let text = "invalid value \"arn:aws:secretsmanager:us-east-1:123456789012:secret:other/hub-AbCdEf\": expected the ARN of a secret for a pull-through cache, such as arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/NAME";
        rejects(&other, "secrets[0].arn", text);
        let region = format!("{quay}region = 'mars'\n");
        rejects(
            &region,
            "pull_through_cache_rules[0].region",
            "a Region of AWS",
        );
    }
}
