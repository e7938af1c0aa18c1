//! The keys of the settings of a registry.

use crate::store::key::{Folder, Key};
use crate::types::RegistryId;

impl Key {
    pub(crate) fn account_setting(registry: &RegistryId, name: &str) -> Self {
        Folder::settings_of(registry).key(name)
    }

    pub(crate) fn registry_policy(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).key("registry-policy")
    }

    pub(crate) fn signing_configuration(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).key("signing-configuration")
    }

    pub(crate) fn creation_template(registry: &RegistryId, prefix: &str) -> Self {
        Folder::creation_templates(registry).key(prefix)
    }

    pub(crate) fn pull_through_rule(registry: &RegistryId, prefix: &str) -> Self {
        Folder::pull_through_rules(registry).key(prefix)
    }

    /// The scanning configuration of a registry. No setting has this name in the API.
    pub(crate) fn scanning_configuration(registry: &RegistryId) -> Self {
        Key::account_setting(registry, "scanning-configuration")
    }

    /// The number of scans of a registry in a day.
    pub(crate) fn scan_count(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).key("scan-count")
    }

    pub(crate) fn replication_configuration(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).key("replication-configuration")
    }

    pub(crate) fn backfill(registry: &RegistryId, id: &str) -> Self {
        Folder::backfills(registry).key(id)
    }

    /// Some images of a replication backfill, in order.
    pub(crate) fn backfill_images(registry: &RegistryId, id: &str, index: usize) -> Self {
        Folder::backfill_images(registry, id).key(&format!("{index:06}"))
    }
}

impl Folder {
    pub(crate) fn backfills(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).folder("backfill")
    }

    /// The images of a replication backfill.
    pub(crate) fn backfill_images(registry: &RegistryId, id: &str) -> Self {
        let images = Folder::settings_of(registry).folder("backfill-images");
        images.folder(id)
    }

    pub(crate) fn creation_templates(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).folder("template")
    }

    pub(crate) fn pull_through_rules(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).folder("pull-through-rule")
    }

    /// The principals whose pulls are not recorded.
    pub(crate) fn pull_exclusions(registry: &RegistryId) -> Self {
        Folder::settings_of(registry).folder("pull-exclusion")
    }
}
