//! Checks the initial settings of registries.

use crate::aws::account_setting::{AccountSetting, InvalidAccountSetting};
use crate::aws::model::shapes::Model;
use crate::aws::model::validate::{check_length, check_text};
use crate::aws::registry_setting::{MAX_EXCLUSIONS, is_profile_in};
use crate::aws::service::AwsService;
use crate::config::configuration::Config;
use crate::config::conflict::{Conflict, Step};
use crate::config::registries::initial_registry::{InitialRegistry, SigningRule};
use crate::config::unique::Unique;
use crate::iam::identity_store::IdentityStore;
use crate::iam::policy::accept::{Acceptance, RejectedPolicy};
use crate::iam::policy::registry_policy::{RegistryPolicy, RegistryScope};
use crate::types::{AccountId, PrincipalArn, Region};

impl Config {
    pub(in crate::config) fn check_registries(&self) -> Result<(), Conflict> {
        let list = "registries";
        let mut registries = Unique::new();
        let identities = self.identity_store();
        for (index, one) in self.registries.iter().enumerate() {
            let region = one.region.as_ref();
            self.check_registry(&mut registries, (list, index), one.account, region)?;
            SettingsCheck {
                config: self,
                identities: &identities,
                index,
                account: one.account.unwrap_or(self.default_account()),
                region: region.unwrap_or(&self.region),
            }
            .check(one)?;
        }
        Ok(())
    }
}

/// The check of the settings of one registry.
pub(super) struct SettingsCheck<'a> {
    config: &'a Config,
    identities: &'a IdentityStore,
    index: usize,
    pub(super) account: AccountId,
    pub(super) region: &'a Region,
}

impl SettingsCheck<'_> {
    fn check(&self, registry: &InitialRegistry) -> Result<(), Conflict> {
        self.check_account_settings(registry)?;
        self.check_policy(registry)?;
        self.check_templates(&registry.creation_templates)?;
        self.check_exclusions(&registry.pull_time_update_exclusions)?;
        self.check_signing(registry)
    }

    /// Returns the path of a value of the registry.
    pub(super) fn at<const N: usize>(&self, path: [Step; N]) -> Vec<Step> {
        let registry = ["registries".into(), self.index.into()];
        registry.into_iter().chain(path).collect()
    }

    pub(super) fn acceptance(&self) -> Acceptance<'_> {
        Acceptance {
            identities: self.identities,
            unknown_conditions: self.config.unknown_conditions,
        }
    }

    fn check_account_settings(&self, registry: &InitialRegistry) -> Result<(), Conflict> {
        let key = || "account_settings".into();
        for (name, value) in &registry.account_settings {
            AccountSetting::parse(name, value).map_err(|error| match error {
                InvalidAccountSetting::Name(_) => {
                    let expected = "the name of an account setting";
                    Conflict::new(self.at([key()]), name, expected).caused_by(error)
                }
                InvalidAccountSetting::Value(setting) => {
                    let at = self.at([key(), setting.name().into()]);
                    let expected = "a value of the account setting";
                    Conflict::new(at, value, expected).caused_by(error)
                }
            })?;
        }
        Ok(())
    }

    fn check_policy(&self, registry: &InitialRegistry) -> Result<(), Conflict> {
        let Some(text) = &registry.policy else {
            return Ok(());
        };
        let expected = "a policy that PutRegistryPolicy accepts";
        let at = || self.at(["policy".into()]);
        check_text(Model::of(AwsService::Ecr), "RegistryPolicyText", text)
            .map_err(|error| Conflict::new(at(), text, expected).caused_by(error))?;
        let scope = AccountSetting::RegistryPolicyScope.name();
        let scope = registry.account_settings.get(scope).map(String::as_str);
        let accepted = RegistryPolicy::parse(text)
            .and_then(|policy| {
                policy.check_scope(RegistryScope::of_setting(scope))?;
                Ok(policy)
            })
            .map_err(RejectedPolicy::from)
            .and_then(|policy| {
                let partition = self.region.partition();
                self.acceptance().check(policy.as_policy(), partition)
            });
        accepted.map_err(|error| Conflict::new(at(), text, expected).caused_by(error))
    }

    fn check_exclusions(&self, arns: &[String]) -> Result<(), Conflict> {
        let list = || "pull_time_update_exclusions".into();
        if arns.len() > MAX_EXCLUSIONS {
            let at = self.at([list()]);
            return Err(Conflict::new(at, &arns.len(), "at most 100 principals"));
        }
        let mut unique = Unique::new();
        for (index, arn) in arns.iter().enumerate() {
            let at = |index: usize| self.at([list(), index.into()]);
            let expected = "the ARN of a user or a role";
            check_text(Model::of(AwsService::Ecr), "PrincipalArn", arn)
                .map_err(|error| Conflict::new(at(index), arn, expected).caused_by(error))?;
            arn.parse::<PrincipalArn>()
                .map_err(|error| Conflict::new(at(index), arn, expected).caused_by(error))?;
            unique.add((arn, arn), index, at, "a principal that is listed once")?;
        }
        Ok(())
    }

    fn check_signing(&self, registry: &InitialRegistry) -> Result<(), Conflict> {
        let Some(signing) = &registry.signing else {
            return Ok(());
        };
        let at = || self.at(["signing".into(), "rules".into()]);
        let count = signing.rules.len();
        check_length(Model::of(AwsService::Ecr), "SigningRuleList", count)
            .map_err(|error| Conflict::new(at(), &count, "at most ten rules").caused_by(error))?;
        let mut rules = signing.rules.iter().enumerate();
        rules.try_for_each(|(index, rule)| self.check_signing_rule(index, rule))
    }

    fn check_signing_rule(&self, index: usize, rule: &SigningRule) -> Result<(), Conflict> {
        let at = |key: &'static str| {
            self.at(["signing".into(), "rules".into(), index.into(), key.into()])
        };
        let model = Model::of(AwsService::Ecr);
        let (arn, key) = (&rule.signing_profile_arn, "signing_profile_arn");
        let expected = "the ARN of a signing profile in the Region of the registry";
        check_text(model, "SigningProfileArn", arn)
            .map_err(|error| Conflict::new(at(key), arn, expected).caused_by(error))?;
        if !is_profile_in(arn, self.region) {
            return Err(Conflict::new(at(key), arn, expected));
        }
        let (filters, list) = (&rule.filters, "SigningRepositoryFilterList");
        if !filters.is_empty() {
            check_length(model, list, filters.len()).map_err(|error| {
                let expected = "at most 100 filters";
                Conflict::new(at("filters"), &filters.len(), expected).caused_by(error)
            })?;
        }
        for (number, filter) in filters.iter().enumerate() {
            let at = [at("filters"), vec![number.into()]].concat();
            check_text(model, "SigningRepositoryFilterValue", filter).map_err(|error| {
                let expected = "a pattern of the names of repositories, such as prod/*";
                Conflict::new(at, filter, expected).caused_by(error)
            })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    fn registry(rest: &str) -> String {
        format!("[[registries]]\n{rest}\n")
    }

    #[test]
    fn a_registry_is_listed_once() {
        let twice = registry("") + &registry("account = '123456789012'");
        let text = "it repeats registries[0] (line 1, column 1)";
        rejects(&twice, "registries[1]", text);
        Config::parse(&(registry("") + &registry("region = 'eu-west-1'"))).unwrap();
        let region = registry("region = 'mars'");
        rejects(&region, "registries[0].region", "a Region of AWS");
        let unknown = registry("signing_rules = []");
        rejects(&unknown, "registries[0].signing_rules", "unknown field");
    }

    #[test]
    fn an_account_setting_is_one_that_the_api_accepts() {
        let settings = |one: &str| registry(&format!("account_settings = {{ {one} }}"));
        Config::parse(&settings("BLOB_MOUNTING = 'ENABLED'")).unwrap();
        let name = "registries[0].account_settings";
        let text = "invalid value \"BLOB\": expected the name of an account setting: the names are BASIC_SCAN_TYPE_VERSION, BLOB_MOUNTING, REGISTRY_POLICY_SCOPE";
        rejects(&settings("BLOB = 'ENABLED'"), name, text);
        let value = settings("BLOB_MOUNTING = 'yes'");
        let text = "invalid value \"yes\": expected a value of the account setting: the values of BLOB_MOUNTING are DISABLED, ENABLED";
        rejects(&value, "registries[0].account_settings.BLOB_MOUNTING", text);
        let place = Config::parse(&value).unwrap_err().to_string();
        assert!(place.starts_with("line 2, column 38: "), "{place}");
    }

    #[test]
    fn the_policy_is_one_that_the_api_accepts_in_the_scope_of_the_registry() {
        let policy = |action: &str| {
            format!(
                "policy = '{{\"Statement\": [{{\"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"{action}\", \"Resource\": \"*\"}}]}}'\n"
            )
        };
        let scope = "account_settings.REGISTRY_POLICY_SCOPE = 'V1'\n";
        let key = "registries[0].policy";
        Config::parse(&registry(&policy("ecr:BatchGetImage"))).unwrap();
        Config::parse(&registry(&(policy("ecr:ReplicateImage") + scope))).unwrap();
        let outside = registry(&(policy("ecr:BatchGetImage") + scope));
        rejects(&outside, key, "the scope V1");
        let other = registry(&policy("s3:GetObject"));
        rejects(&other, key, "a policy that PutRegistryPolicy accepts");
        let stranger = policy("ecr:*").replacen("\"*\"", "{\"AWS\": \"210987654321\"}", 1);
        rejects(&registry(&stranger), key, "does not exist");
        let long = policy("ecr:*").replace("[{", &format!("[{}{{", " ".repeat(10_240)));
        rejects(&registry(&long), key, "length less than or equal to 10240");
    }

    #[test]
    fn the_principals_whose_pulls_are_not_recorded_are_users_and_roles() {
        let list = |arns: &str| registry(&format!("pull_time_update_exclusions = [{arns}]"));
        let role = "'arn:aws:iam::123456789012:role/ci'";
        Config::parse(&list(role)).unwrap();
        let root = "'arn:aws:iam::123456789012:root'";
        let key = "registries[0].pull_time_update_exclusions";
        rejects(&list(root), &format!("{key}[0]"), "a user or a role");
        let twice = format!("{role}, {role}");
        rejects(&list(&twice), &format!("{key}[1]"), "listed once");
        let many: Vec<String> = (0..101)
            .map(|n| role.replace("ci", &n.to_string()))
            .collect();
        rejects(&list(&many.join(", ")), key, "at most 100 principals");
    }

    #[test]
    fn the_signing_profiles_are_in_the_region_of_the_registry() {
        let rules = |rules: &str| registry(&format!("signing.rules = [{rules}]"));
        let rule = "{ signing_profile_arn = 'arn:aws:signer:us-east-1:123456789012:/signing-profiles/p_1', filters = ['prod/*'] }";
        Config::parse(&rules(rule)).unwrap();
        let key = "registries[0].signing.rules[0]";
        let other = rules(&rule.replace("us-east-1", "eu-west-1"));
        let text = "expected the ARN of a signing profile in the Region of the registry";
        rejects(&other, &format!("{key}.signing_profile_arn"), text);
        let no_arn = rules("{ signing_profile_arn = 'p' }");
        rejects(&no_arn, &format!("{key}.signing_profile_arn"), text);
        let filter = rules(&rule.replace("prod/*", "Prod"));
        let text = "invalid value \"Prod\": expected a pattern of the names of repositories, such as prod/*: must satisfy regular expression";
        rejects(&filter, &format!("{key}.filters[0]"), text);
        let many = rules(&format!("{rule}, ").repeat(11));
        rejects(&many, "registries[0].signing.rules", "at most ten rules");
        let many = rules(&rule.replace("'prod/*'", &"'a', ".repeat(101)));
        rejects(&many, &format!("{key}.filters"), "at most 100 filters");
    }
}
