//! Checks the initial repository creation templates.

use crate::aws::model::shapes::Model;
use crate::aws::model::validate::check_text;
use crate::aws::registry_setting::{MAX_TEMPLATES, is_role_of, record_name};
use crate::aws::service::AwsService;
use crate::config::check::check_tag_filters;
use crate::config::conflict::{Conflict, Step};
use crate::config::encryption::{check_encryption, check_resource_tags};
use crate::config::registries::check::SettingsCheck;
use crate::config::registries::creation_template::CreationTemplate;
use crate::config::unique::Unique;
use crate::iam::policy::accept::RejectedPolicy;
use crate::iam::policy::repository_policy::RepositoryPolicy;
use crate::lifecycle::LifecyclePolicy;

impl SettingsCheck<'_> {
    pub(super) fn check_templates(&self, templates: &[CreationTemplate]) -> Result<(), Conflict> {
        if templates.len() > MAX_TEMPLATES {
            let at = self.at(["creation_templates".into()]);
            return Err(Conflict::new(at, &templates.len(), "at most 100 templates"));
        }
        let mut prefixes = Unique::new();
        for (index, template) in templates.iter().enumerate() {
            let check = TemplateCheck {
                registry: self,
                index,
            };
            check.check(template)?;
            let at = |index: usize| {
                self.at(["creation_templates".into(), index.into(), "prefix".into()])
            };
            let key = (record_name(&template.prefix), &template.prefix);
            prefixes.add(
                key,
                index,
                at,
                "a prefix that is listed once in its registry",
            )?;
        }
        Ok(())
    }
}

/// The check of one template.
struct TemplateCheck<'a> {
    registry: &'a SettingsCheck<'a>,
    index: usize,
}

impl TemplateCheck<'_> {
    fn check(&self, template: &CreationTemplate) -> Result<(), Conflict> {
        self.check_text("prefix", "Prefix", Some(&template.prefix))?;
        let description = template.description.as_ref();
        self.check_text("description", "RepositoryTemplateDescription", description)?;
        if template.applied_for.is_empty() {
            let expected = "at least one of CREATE_ON_PUSH, PULL_THROUGH_CACHE and REPLICATION";
            return Err(Conflict::new(self.at("applied_for"), &"[]", expected));
        }
        let filters = &template.image_tag_mutability_exclusion_filters;
        check_tag_filters(filters, self.at("image_tag_mutability_exclusion_filters"))?;
        let region = self.registry.region;
        check_encryption(&template.encryption, region, self.at("encryption"))?;
        check_resource_tags(&template.resource_tags, self.at("resource_tags"))?;
        self.check_policy(template)?;
        self.check_lifecycle_policy(template)?;
        self.check_role(template)
    }

    fn at(&self, key: &'static str) -> Vec<Step> {
        let list = "creation_templates".into();
        self.registry.at([list, self.index.into(), key.into()])
    }

    /// Checks a text against the shape of the service model.
    fn check_text(
        &self,
        key: &'static str,
        shape: &str,
        text: Option<&String>,
    ) -> Result<(), Conflict> {
        let Some(text) = text else {
            return Ok(());
        };
        check_text(Model::of(AwsService::Ecr), shape, text).map_err(|error| {
            let expected = "a value that CreateRepositoryCreationTemplate accepts";
            Conflict::new(self.at(key), text, expected).caused_by(error)
        })
    }

    fn check_policy(&self, template: &CreationTemplate) -> Result<(), Conflict> {
        let text = template.repository_policy.as_ref();
        self.check_text("repository_policy", "RepositoryPolicyText", text)?;
        let Some(text) = text else {
            return Ok(());
        };
        let partition = self.registry.region.partition();
        let policy = RepositoryPolicy::parse(text).map_err(RejectedPolicy::from);
        let accepted =
            policy.and_then(|policy| self.registry.acceptance().check(&policy, partition));
        accepted.map_err(|error| {
            let expected = "a policy that SetRepositoryPolicy accepts";
            Conflict::new(self.at("repository_policy"), text, expected).caused_by(error)
        })
    }

    fn check_lifecycle_policy(&self, template: &CreationTemplate) -> Result<(), Conflict> {
        let (key, text) = ("lifecycle_policy", template.lifecycle_policy.as_ref());
        let shape = "LifecyclePolicyTextForRepositoryCreationTemplate";
        self.check_text(key, shape, text)?;
        let Some(text) = text else {
            return Ok(());
        };
        LifecyclePolicy::parse(text).map(drop).map_err(|error| {
            let expected = "a policy that PutLifecyclePolicy accepts";
            Conflict::new(self.at(key), text, expected).caused_by_lines(&error)
        })
    }

    fn check_role(&self, template: &CreationTemplate) -> Result<(), Conflict> {
        let (key, arn) = ("custom_role_arn", template.custom_role_arn.as_ref());
        self.check_text(key, "CustomRoleArn", arn)?;
        let (account, region) = (self.registry.account, self.registry.region);
        match arn.filter(|arn| !is_role_of(arn, account, region)) {
            None => Ok(()),
            Some(arn) => {
                let expected = "the ARN of a role in the account of the registry";
                Err(Conflict::new(self.at(key), arn, expected))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::configuration::Config;
    use crate::config::rejects::rejects;

    const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    fn template(rest: &str) -> String {
        format!(
            "[[registries]]\n[[registries.creation_templates]]\nprefix = 'team'\napplied_for = ['REPLICATION']\n{rest}\n"
        )
    }

    #[track_caller]
    fn rejects_key(toml: &str, key: &str, message: &str) {
        let key = format!("registries[0].creation_templates[0].{key}");
        rejects(toml, &key, message);
    }

    #[test]
    fn a_template_is_one_that_the_api_accepts() {
        Config::parse(&template("")).unwrap();
        let prefix = template("").replace("'team'", "'Team'");
        let text = "invalid value \"Team\": expected a value that CreateRepositoryCreationTemplate accepts: must satisfy regular expression";
        rejects_key(&prefix, "prefix", text);
        let none = template("").replace("'REPLICATION'", "");
        rejects_key(&none, "applied_for", "at least one of CREATE_ON_PUSH");
        let unknown = template("").replace("REPLICATION", "replication");
        rejects_key(
            &unknown,
            "applied_for[0]",
            "`CREATE_ON_PUSH`, `PULL_THROUGH_CACHE`, `REPLICATION`",
        );
        let long = template(&format!("description = '{}'", "a".repeat(257)));
        rejects_key(&long, "description", "length less than or equal to 256");
        let filters =
            template("image_tag_mutability_exclusion_filters = ['a', 'b', 'c', 'd', 'e', 'f']");
        let key = "image_tag_mutability_exclusion_filters";
        rejects_key(&filters, key, "at most five filters");
        let role = template("custom_role_arn = 'arn:aws:iam::210987654321:role/r'");
        let text = "expected the ARN of a role in the account of the registry";
        rejects_key(&role, "custom_role_arn", text);
    }

    #[test]
    fn a_prefix_is_listed_once() {
        let second =
            "[[registries.creation_templates]]\nprefix = 'team/'\napplied_for = ['REPLICATION']";
        let key = "registries[0].creation_templates[1].prefix";
        let text = "it repeats registries[0].creation_templates[0].prefix (line 3, column 10)";
        rejects(&template(second), key, text);
        let other = second.replace("team/", "other");
        Config::parse(&template(&other)).unwrap();
    }

    #[test]
    fn a_key_of_kms_is_in_the_region_of_the_registry() {
        let encryption = |name: &str, key: &str| {
            template(&format!(
                "encryption = {{ encryption_type = '{name}', kms_key = '{key}' }}"
            ))
        };
        Config::parse(&encryption("KMS_DSSE", KEY)).unwrap();
        Config::parse(&template("encryption = { encryption_type = 'KMS' }")).unwrap();
        let (key, text) = ("encryption.kms_key", "in the Region of the registry");
        rejects_key(
            &encryption("KMS", &KEY.replace("us-east-1", "eu-west-1")),
            key,
            text,
        );
        rejects_key(&encryption("KMS", "alias/aws/ecr"), key, text);
        rejects_key(&encryption("AES256", KEY), key, "expected no key");
    }

    #[test]
    fn the_tags_and_the_policies_of_the_repositories_are_checked() {
        let tags = |tags: &str| template(&format!("resource_tags = {{ {tags} }}"));
        Config::parse(&tags("team = 'a', 'a b' = ''")).unwrap();
        let text = "a key of 1 to 128 characters";
        rejects_key(&tags("'AWS:x' = 'a'"), "resource_tags", text);
        let many: Vec<String> = (0..51).map(|n| format!("k{n} = 'a'")).collect();
        rejects_key(&tags(&many.join(", ")), "resource_tags", "at most 50 tags");
        let policy = template("repository_policy = '{}'");
        let text = "expected a policy that SetRepositoryPolicy accepts";
        rejects_key(&policy, "repository_policy", text);
        let policy = template("lifecycle_policy = '{}'");
        let text = "expected a policy that PutLifecyclePolicy accepts: object has missing required properties ([\"rules\"])";
        rejects_key(&policy, "lifecycle_policy", text);
        let cause = Config::parse(&policy).unwrap_err();
        let cause = std::error::Error::source(&cause).unwrap().to_string();
        assert!(!cause.contains('\n'), "{cause:?}");
    }
}
