//! The codes of OCI Distribution 1.1 for invalid parameters.

/// The code of OCI Distribution 1.1 for an invalid parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OciCode {
    DigestInvalid,
    ManifestInvalid,
    NameInvalid,
    SizeInvalid,
    Unsupported,
}

impl OciCode {
    pub(super) fn name_and_message(self) -> (&'static str, &'static str) {
        match self {
            OciCode::DigestInvalid => ("DIGEST_INVALID", "invalid digest"),
            OciCode::ManifestInvalid => ("MANIFEST_INVALID", "invalid manifest or reference"),
            OciCode::NameInvalid => ("NAME_INVALID", "invalid repository name"),
            OciCode::SizeInvalid => ("SIZE_INVALID", "invalid number of results"),
            OciCode::Unsupported => ("UNSUPPORTED", "the operation is unsupported"),
        }
    }
}
