//! Parses the paths under `/v2/`.

use percent_encoding::percent_decode_str;

/// The resource that a request to the registry is for. Names and digests are not validated here, because the registry reports invalid ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RegistryPath {
    /// `/v2/`: checks that a registry exists and accepts the credentials.
    Ping,
    /// `/v2/_catalog`: lists the repositories.
    Catalog,
    /// `/v2/NAME/…`: a resource of a repository.
    Repository { name: String, resource: Resource },
    /// A path that the registry does not have.
    Other,
}

/// A resource of a repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// `manifests/REFERENCE`
    Manifest(String),
    /// `blobs/DIGEST`
    Blob(String),
    /// `blobs/uploads/`
    Uploads,
    /// `blobs/uploads/ID`
    Upload(String),
    /// `tags/list`
    Tags,
    /// `referrers/DIGEST`
    Referrers(String),
}

impl RegistryPath {
    /// Parses a path that begins with `/v2`. The name of a repository can contain slashes, so the path is parsed from its end.
    pub(crate) fn of(path: &str) -> Self {
        let path = percent_decode_str(path).decode_utf8_lossy();
        let Some(rest) = path.strip_prefix("/v2/") else {
            return if path == "/v2" {
                RegistryPath::Ping
            } else {
                RegistryPath::Other
            };
        };
        match rest {
            "" => RegistryPath::Ping,
            "_catalog" => RegistryPath::Catalog,
            _ => Resource::of(rest).map_or(RegistryPath::Other, |(name, resource)| {
                RegistryPath::Repository { name, resource }
            }),
        }
    }
}

impl Resource {
    fn of(rest: &str) -> Option<(String, Self)> {
        let segments: Vec<&str> = rest.split('/').collect();
        let (name, resource) = match segments.as_slice() {
            [name @ .., "blobs", "uploads"] | [name @ .., "blobs", "uploads", ""] => {
                (name, Resource::Uploads)
            }
            [name @ .., "blobs", "uploads", id] => (name, Resource::Upload((*id).to_owned())),
            [name @ .., "blobs", digest] => (name, Resource::Blob((*digest).to_owned())),
            [name @ .., "manifests", reference] => {
                (name, Resource::Manifest((*reference).to_owned()))
            }
            [name @ .., "tags", "list"] => (name, Resource::Tags),
            [name @ .., "referrers", digest] => (name, Resource::Referrers((*digest).to_owned())),
            _ => return None,
        };
        (!name.is_empty()).then(|| (name.join("/"), resource))
    }
}

impl RegistryPath {
    pub(crate) fn is_manifest(&self) -> bool {
        let RegistryPath::Repository { resource, .. } = self else {
            return false;
        };
        matches!(resource, Resource::Manifest(_))
    }
}

impl Resource {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Resource::Manifest(_) => "manifest",
            Resource::Blob(_) => "blob",
            Resource::Uploads | Resource::Upload(_) => "upload",
            Resource::Tags => "tags",
            Resource::Referrers(_) => "referrers",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_parsed_from_its_end() {
        for (path, resource) in [
            ("blobs/uploads/", Resource::Uploads),
            ("blobs/uploads", Resource::Uploads),
            ("blobs/uploads/id", Resource::Upload("id".to_owned())),
            ("blobs/sha256:0a", Resource::Blob("sha256:0a".to_owned())),
            ("blobs/sha256%3A0a", Resource::Blob("sha256:0a".to_owned())),
            ("manifests/latest", Resource::Manifest("latest".to_owned())),
            ("tags/list", Resource::Tags),
            (
                "referrers/sha256:0a",
                Resource::Referrers("sha256:0a".to_owned()),
            ),
        ] {
            for name in ["app", "team/app", "blobs/uploads", "tags"] {
                let expected = RegistryPath::Repository {
                    name: name.to_owned(),
                    resource: resource.clone(),
                };
                assert_eq!(RegistryPath::of(&format!("/v2/{name}/{path}")), expected);
            }
        }
        assert_eq!(RegistryPath::of("/v2/_catalog"), RegistryPath::Catalog);
        for other in ["/v2/app", "/v2/tags/list", "/v2/app/tags", "/v2/app/x/y"] {
            assert_eq!(RegistryPath::of(other), RegistryPath::Other, "{other}");
        }
    }
}
