//! Manifests of images that ECR accepts.

/// The manifest of an image with one layer, which need not be uploaded because it has a URL.
pub(crate) const IMAGE: &str = r#"{"layers":[{"digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","urls":["https://example.com"]}]}"#;
pub(crate) const IMAGE_DIGEST: &str =
    "sha256:afd636bc489a523f25bb6ef9a887f792b502ed4a1f7ca05fa2da52af5a835be4";
pub(crate) const IMAGE_SHA512: &str = "sha512:2ea806a2b87f54ec8315dd57a4271506d578707523f649867caf32f770a5a74c58add64060597b1961da10244e1b5b863ff9c20a604665dad4880dd4b91c05bf";
/// The manifest of an equal image with another digest.
pub(crate) const OTHER_IMAGE: &str = r#"{"layers":[{"digest":"sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824","urls":["https://example.com"]}]} "#;
pub(crate) const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Returns the manifest of an image with more members.
pub(crate) fn image_with(members: &str) -> String {
    let image = IMAGE.strip_suffix('}').unwrap();
    format!("{image},{members}}}")
}
