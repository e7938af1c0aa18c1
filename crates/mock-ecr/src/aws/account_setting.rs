//! The names and values of account settings.

/// A setting of an account in a Region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AccountSetting {
    BasicScanTypeVersion,
    BlobMounting,
    RegistryPolicyScope,
}

impl AccountSetting {
    const ALL: [AccountSetting; 3] = [
        AccountSetting::BasicScanTypeVersion,
        AccountSetting::BlobMounting,
        AccountSetting::RegistryPolicyScope,
    ];

    pub(crate) fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|setting| setting.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            AccountSetting::BasicScanTypeVersion => "BASIC_SCAN_TYPE_VERSION",
            AccountSetting::BlobMounting => "BLOB_MOUNTING",
            AccountSetting::RegistryPolicyScope => "REGISTRY_POLICY_SCOPE",
        }
    }

    /// Returns the valid values. The first one is the default. The defaults are `[ASSUME]`.
    ///
    /// Sources: the descriptions of `PutAccountSetting` in ECR's service model; hashicorp/terraform-provider-aws#46082 for
    /// `BLOB_MOUNTING`, and the provider's documentation for `V1`.
    pub(crate) fn values(self) -> &'static [&'static str] {
        match self {
            AccountSetting::BasicScanTypeVersion => &["AWS_NATIVE"],
            AccountSetting::BlobMounting => &["DISABLED", "ENABLED"],
            AccountSetting::RegistryPolicyScope => &["V2", "V1"],
        }
    }

    /// Parses a name and a value.
    pub(crate) fn parse(name: &str, value: &str) -> Result<Self, InvalidAccountSetting> {
        let unknown = || InvalidAccountSetting::Name(Self::ALL.map(Self::name));
        let setting = Self::named(name).ok_or_else(unknown)?;
        match setting.value(value) {
            Some(_) => Ok(setting),
            None => Err(InvalidAccountSetting::Value(setting)),
        }
    }

    /// Returns the valid value that equals a text, if there is one.
    pub(crate) fn value(self, text: &str) -> Option<&'static str> {
        self.values().iter().copied().find(|value| *value == text)
    }
}

/// The reason why a name and a value are no account setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum InvalidAccountSetting {
    /// The valid names.
    #[error("the names are {}", .0.join(", "))]
    Name([&'static str; 3]),
    #[error("the values of {} are {}", .0.name(), .0.values().join(", "))]
    Value(AccountSetting),
}
