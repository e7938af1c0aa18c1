//! Reads and changes the resource tags of a repository. They are not related to the tags of its images.

use serde::{Deserialize, Serialize};

use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::store::{Folder, Key};
use crate::types::RepositoryId;

/// A resource tag: a key and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ResourceTag {
    pub(crate) key: String,
    pub(crate) value: String,
}

impl Repositories {
    pub(crate) async fn resource_tags(
        &self,
        id: &RepositoryId,
    ) -> Result<Vec<ResourceTag>, RepositoryError> {
        self.find(id).await?;
        let folder = Folder::resource_tags(id);
        let mut tags = Vec::new();
        for entry in self.store.all(&folder).await? {
            tags.extend(self.store.read_record(&folder.key(&entry.name)).await?);
        }
        Ok(tags)
    }

    pub(crate) async fn tag_resource(
        &self,
        id: &RepositoryId,
        tags: &[ResourceTag],
    ) -> Result<(), RepositoryError> {
        self.find(id).await?;
        for tag in tags {
            let key = Key::resource_tag(id, &tag.key);
            self.store.write_record(&key, tag).await?;
        }
        Ok(())
    }

    pub(crate) async fn untag_resource(
        &self,
        id: &RepositoryId,
        keys: &[String],
    ) -> Result<(), RepositoryError> {
        self.find(id).await?;
        for key in keys {
            self.store.remove(&Key::resource_tag(id, key)).await?;
        }
        Ok(())
    }
}
