//! Opens the store at a location.

use object_store::local::LocalFileSystem;

use crate::store::error::WithSources;
use crate::store::location::{S3Access, StoreLocation, StoreLocationError};
use crate::store::objects::Store;

impl StoreLocation {
    /// Opens the store at the location. A bucket requires `access`.
    pub(crate) async fn open(
        &self,
        access: Option<&S3Access>,
    ) -> Result<Store, StoreLocationError> {
        let unusable = |source| StoreLocationError::Unusable {
            location: self.to_string(),
            source,
        };
        match self {
            StoreLocation::Memory => Ok(Store::in_memory()),
            StoreLocation::Directory(path) => {
                std::fs::create_dir_all(path).map_err(|error| unusable(error.into()))?;
                let files = LocalFileSystem::new_with_prefix(path)
                    .map_err(|error| unusable(WithSources(error).into()))?;
                Ok(Store::in_directory(files))
            }
            StoreLocation::S3 { bucket, prefix } => {
                let access = access.ok_or_else(|| unusable(NO_CREDENTIALS.into()))?;
                open_bucket(bucket, prefix, access).await.map_err(unusable)
            }
        }
    }
}

const NO_CREDENTIALS: &str = "no credentials: expected the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY of the program, or an \
S3Access in the library";

type Cause = Box<dyn std::error::Error + Send + Sync>;

#[cfg(feature = "s3")]
async fn open_bucket(bucket: &str, prefix: &str, access: &S3Access) -> Result<Store, Cause> {
    let objects = crate::store::s3::open(bucket, prefix, access).await;
    objects
        .map(Store::in_bucket)
        .map_err(|error| WithSources(error).into())
}

#[cfg(not(feature = "s3"))]
async fn open_bucket(_: &str, _: &str, _: &S3Access) -> Result<Store, Cause> {
    Err("this mock-ecr was built without the feature s3; build it with --features s3".into())
}
