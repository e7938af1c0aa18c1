//! Ends scans before their time.

use crate::config::ScanType;
use crate::domain::error::RepositoryError;
use crate::domain::image_record::{listed, name_digest};
use crate::domain::repositories::{Repositories, all_in};
use crate::domain::repository::Repository;
use crate::domain::run::Run;
use crate::domain::scanning::scan::{EnhancedEnd, ScanRecord, enhanced_begin, enhanced_status};
use crate::domain::scanning::scans::{Scans, require_scannable};
use crate::store::{Generation, Transaction, parse};
use crate::types::timestamp::Timestamp;

impl Repositories {
    /// Ends the scans that run, and returns their number.
    pub(in crate::domain) async fn finish_scans(
        &self,
        run: &Run,
    ) -> Result<usize, RepositoryError> {
        let mut number = 0;
        for (repository, generation) in self.store.read(all_in).await? {
            self.require_running()?;
            let (scans, run) = (self.scans(), run.clone());
            let finished = self.store.transact(move |records| {
                // The records of a repository that was deleted in the meantime are being removed.
                let exists = records.view().contains(&generation.repository())?;
                match exists && !run.is_obsolete(records.view())? {
                    true => scans.finish(records, &repository, &generation, run.now()),
                    false => Ok(0),
                }
            });
            number += finished.await?;
        }
        Ok(number)
    }
}

impl Scans {
    fn finish(
        &self,
        records: &mut Transaction<'_>,
        repository: &Repository,
        generation: &Generation,
        now: Timestamp,
    ) -> Result<usize, RepositoryError> {
        let id = &repository.id;
        let configuration = self.configuration(records.view(), &id.registry)?;
        if configuration.scan_type == ScanType::Basic {
            return finish_basic(records, generation, now);
        }
        let Some(rule) = configuration.applied_rule(&id.name) else {
            return Ok(0);
        };
        let mut number = 0;
        for (key, bytes) in records
            .view()
            .page(&generation.images(), None, usize::MAX)?
        {
            let image = listed(&key, &bytes)?;
            let is_scanned =
                image.metadata.status.is_active() && require_scannable(&image.metadata).is_ok();
            let end_key = generation.enhanced_end(&image.digest);
            let end: Option<EnhancedEnd> = records.view().read(&end_key)?;
            let (added, duration) = (image.metadata.added(), self.settings.duration);
            if is_scanned && enhanced_status(&rule, added, duration, end, now).is_none() {
                let begun = enhanced_begin(&rule, added);
                records.write(&end_key, &EnhancedEnd::new(begun, now));
                number += 1;
            }
        }
        Ok(number)
    }
}

fn finish_basic(
    records: &mut Transaction<'_>,
    generation: &Generation,
    now: Timestamp,
) -> Result<usize, RepositoryError> {
    let mut number = 0;
    for (key, bytes) in records.view().page(&generation.scans(), None, usize::MAX)? {
        let record: ScanRecord = parse(&key, &bytes)?;
        if record.status(now).0.is_none() {
            let key = generation.scan(&name_digest(&key)?);
            records.write(&key, &record.ended_at(now));
            number += 1;
        }
    }
    Ok(number)
}
