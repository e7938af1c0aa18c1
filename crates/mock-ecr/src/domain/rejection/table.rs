//! The table of rejections.

use crate::config::Quirk;
use crate::domain::rejection::{Evidence, INVALID_PARAMETER, Rejection, Rule};

/// Returns the message of the API for a manifest. It is a macro, because the table is a constant.
macro_rules! image_manifest {
    ($constraint:literal) => {
        concat!(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: '",
            $constraint,
            "'"
        )
    };
}

impl Rejection {
    /// All rejections.
    pub const ALL: &[Rejection] = &[
        Rejection {
            rule: Rule::EmptyLayer,
            quirk: Some(Quirk::EmptyLayersRejected),
            request: "A layer without content",
            exception: "EmptyUploadException",
            status: 400,
            code: "BLOB_UPLOAD_INVALID",
            message: "The upload with id '{upload}' in the repository with name '{repository}' in registry with id '{account}' cannot be completed because it does not have any parts.",
            evidence: Evidence::Recorded,
            source: "radius-project/radius#7855 (2024), devcontainers/cli#814 (2024)",
        },
        Rejection {
            rule: Rule::SmallPart,
            quirk: Some(Quirk::SmallPartsRejected),
            request: "A layer of several parts, one of which, but not the last, has less than 5 MiB",
            exception: "LayerPartTooSmallException",
            status: 400,
            code: "BLOB_UPLOAD_INVALID",
            message: "All layer parts except the last part should be at least 5MB",
            evidence: Evidence::Recorded,
            source: "dotnet/sdk-container-builds#424 (2023), a record of the API. The status and the code of the registry are assumed",
        },
        Rejection {
            rule: Rule::LayerDigest,
            quirk: Some(Quirk::ApiErrors),
            request: "A layer with another digest",
            exception: "InvalidLayerException",
            status: 400,
            code: "BLOB_UPLOAD_INVALID",
            message: "None of the provided layer digests match the calculated layer digest",
            evidence: Evidence::Recorded,
            source: "bazelbuild/rules_docker#298 (2018), abiosoft/colima#1167 (2024)",
        },
        Rejection {
            rule: Rule::PartOrder,
            quirk: Some(Quirk::ApiErrors),
            request: "A part that does not begin at the end of the previous one",
            exception: "InvalidLayerPartException",
            status: 416,
            code: "BLOB_UPLOAD_INVALID",
            message: "First byte of the layer part is {start} instead of {expected}",
            evidence: Evidence::Recorded,
            source: "GoogleContainerTools/kaniko#607 (2019), apple/containerization#790 (2026)",
        },
        Rejection {
            rule: Rule::MissingLayers,
            quirk: Some(Quirk::ApiErrors),
            request: "An image with layers that are not in the repository",
            exception: "LayersNotFoundException",
            status: 404,
            code: "BLOB_UPLOAD_UNKNOWN",
            message: "Layers with digests '[{digests}]' required for pushing image into repository with name '{repository}' in the registry with id '{account}' do not exist",
            evidence: Evidence::Recorded,
            source: "oras-project/oras-py#54 (2022), mapbox/ecs-conex#50 (2016). The status is assumed",
        },
        Rejection {
            rule: Rule::MissingImages,
            quirk: Some(Quirk::ApiErrors),
            request: "An index with images that are not in the repository, or with layers, such as a cache of BuildKit without `image-manifest=true`",
            exception: "ReferencedImagesNotFoundException",
            status: 400,
            code: "MANIFEST_BLOB_UNKNOWN",
            message: "Images with digests '[{digests}]' required for pushing image into repository with name '{repository}' in the registry with id '{account}' do not exist",
            evidence: Evidence::Recorded,
            source: "int128/docker-manifest-create-action#63 (2023); the status: overhangio/tutor#1118 (2024), docker/build-push-action#858 (2023)",
        },
        Rejection {
            rule: Rule::ImageDigest,
            quirk: Some(Quirk::ApiErrors),
            request: "A manifest with another digest",
            exception: "ImageDigestDoesNotMatchException",
            status: 400,
            code: "MANIFEST_INVALID",
            message: "The image with digest '{digest}' in repository '{repository}' and registry ID '{account}' does not match the image digest that Amazon ECR has calculated.",
            evidence: Evidence::Recorded,
            source: "google/go-containerregistry#1568 (2023). The status is assumed",
        },
        Rejection {
            rule: Rule::UnknownType,
            quirk: Some(Quirk::KnownManifestTypes),
            request: "A manifest of another media type than those of images and indexes of Docker and OCI",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Invalid JSON syntax"),
            evidence: Evidence::Recorded,
            source: "aws/aws-cli#8620 (2024), oras-project/oras#690 (2022)",
        },
        Rejection {
            rule: Rule::NoType,
            quirk: None,
            request: "`PutImage` without `imageManifestMediaType`, if the manifest has no `mediaType`",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Invalid JSON syntax"),
            evidence: Evidence::Recorded,
            source: "aws/aws-sdk#193 (2022), CircleCI-Public/aws-ecr-orb#393 (2025)",
        },
        Rejection {
            rule: Rule::UnknownMember,
            quirk: Some(Quirk::StrictManifests),
            request: "A manifest with an unknown member, with `annotations` or `platform` in `config`, with `platform` in `subject`, or with `os.features` or `features` in the platform of an image of an index",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Invalid JSON syntax"),
            evidence: Evidence::Recorded,
            source: "goharbor/acceleration-service#353 (2025), falcosecurity/falcoctl#302 (2023), regclient/regclient#709 (2024), dragonflyoss/nydus#1691 and #1692 (2025), moby/buildkit#6171 (2025), aws/containers-roadmap#2439 (2024)",
        },
        Rejection {
            rule: Rule::MediaTypeParameter,
            quirk: Some(Quirk::PlainMediaTypes),
            request: "A manifest with a parameter, such as `;version=0.2`, in `artifactType` or in the media type of a layer",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Invalid JSON syntax"),
            evidence: Evidence::Documented,
            source: "aws/containers-roadmap#2306 (2024), sigstore/sigstore-js#1058 (2024). The message is assumed",
        },
        Rejection {
            rule: Rule::NoLayers,
            quirk: Some(Quirk::LayersRequired),
            request: "An image without layers",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Image has to have at least 1 layer"),
            evidence: Evidence::Recorded,
            source: "werf/werf#2544 (2020), moby/buildkit#4331 (2023). The message for a manifest without the member `layers` is assumed",
        },
        Rejection {
            rule: Rule::TooManyLayers,
            quirk: Some(Quirk::LayerLimit),
            request: "An image with more than 500 layers",
            exception: INVALID_PARAMETER,
            status: 405,
            code: "UNSUPPORTED",
            message: image_manifest!("Limit on number of layers per image exceeded"),
            evidence: Evidence::Recorded,
            source: "openai/tart#890 (2024); the number: nuonco/nuon#2348 (2026), spinframework/spin#1787 (2023)",
        },
    ];
}
