//! Opens the store at a location.

use object_store::local::LocalFileSystem;

use crate::store::location::{S3Access, StoreLocation, StoreLocationError};
use crate::store::objects::Store;

impl StoreLocation {
    /// Opens the store that is there.
    pub(crate) async fn open(
        &self,
        access: Option<&S3Access>,
    ) -> Result<Store, StoreLocationError> {
        let unusable = |cause: String| StoreLocationError::Unusable {
            location: self.to_string(),
            cause,
        };
        match self {
            StoreLocation::Memory => Ok(Store::in_memory()),
            StoreLocation::Directory(path) => {
                std::fs::create_dir_all(path).map_err(|cause| unusable(cause.to_string()))?;
                let files = LocalFileSystem::new_with_prefix(path)
                    .map_err(|cause| unusable(cause.to_string()))?;
                Ok(Store::in_files(files))
            }
            StoreLocation::S3 { bucket, prefix } => {
                let access = access.ok_or_else(|| unusable(NO_CREDENTIALS.to_owned()))?;
                open_bucket(bucket, prefix, access).await.map_err(unusable)
            }
        }
    }
}

const NO_CREDENTIALS: &str = "there are no credentials; give AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY to the program, or an \
S3Access to the library";

#[cfg(feature = "s3")]
async fn open_bucket(bucket: &str, prefix: &str, access: &S3Access) -> Result<Store, String> {
    let objects = crate::store::s3::open(bucket, prefix, access).await;
    objects
        .map(Store::in_order)
        .map_err(|cause| cause.to_string())
}

#[cfg(not(feature = "s3"))]
async fn open_bucket(_: &str, _: &str, _: &S3Access) -> Result<Store, String> {
    Err("this mock-ecr was built without its feature s3; build it with --features s3".to_owned())
}
