//! Reads and changes the resource tags of a repository. They are not related to the tags of its images.

use crate::aws::registry_setting::MAX_RESOURCE_TAGS;
use crate::domain::error::RepositoryError;
use crate::domain::repositories::Repositories;
use crate::domain::resource_tag_record::{ResourceTag, all, put};
use crate::types::RepositoryId;

impl Repositories {
    pub(crate) async fn resource_tags(
        &self,
        id: &RepositoryId,
    ) -> Result<Vec<ResourceTag>, RepositoryError> {
        let at = self.lookup(id);
        self.store
            .read(move |view| Ok(all(view, &at.generation(view)?)?))
            .await
    }

    /// Adds resource tags, or replaces the values of those that exist.
    pub(crate) async fn tag_resource(
        &self,
        id: &RepositoryId,
        tags: Vec<ResourceTag>,
    ) -> Result<(), RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let generation = at.generation(records.view())?;
                put(records, &generation, &tags);
                match all(records.view(), &generation)?.len() {
                    ..=MAX_RESOURCE_TAGS => Ok(()),
                    _ => Err(RepositoryError::TooManyResourceTags),
                }
            })
            .await
    }

    pub(crate) async fn untag_resource(
        &self,
        id: &RepositoryId,
        keys: Vec<String>,
    ) -> Result<(), RepositoryError> {
        let at = self.lookup(id);
        self.store
            .transact(move |records| {
                let folder = at.generation(records.view())?.resource_tags();
                for key in &keys {
                    records.remove(&folder.key(key));
                }
                Ok(())
            })
            .await
    }
}
