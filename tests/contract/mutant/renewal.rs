//! Renews the logins of a library in the background. Only variants do so.

use std::sync::{Arc, Mutex, MutexGuard};

use crate::cache::Cache;
use crate::error::ClientError;
use crate::login::{CachedLogin, Login};
use crate::registry::Registry;
use crate::variant::Variant;
use crate::{api, clock};

/// The logins that were renewed since they were read last.
#[derive(Default)]
pub(crate) struct Renewals {
    renewed: Arc<Mutex<Vec<(Registry, CachedLogin)>>>,
    started: Vec<Registry>,
}

impl Renewals {
    /// Starts to renew the login of a registry.
    pub(crate) fn start(&mut self, registry: &Registry, login: &Result<Login, ClientError>) {
        let is_on = Variant::RenewsInBackground.is_on() || Variant::RenewsOften.is_on();
        let Some(login) = login.as_ref().ok().filter(|_| is_on) else {
            return;
        };
        if self.started.contains(registry) {
            return;
        }
        self.started.push(registry.clone());
        let (registry, login) = (registry.clone(), CachedLogin::now(login.clone()));
        let renewed = Arc::clone(&self.renewed);
        std::thread::spawn(move || renew_forever(&registry, login, &renewed));
    }

    /// Moves the renewed logins to the cache.
    pub(crate) fn move_to(&self, cache: &mut Cache) {
        for (registry, login) in lock(&self.renewed).drain(..) {
            cache.insert(&registry, login);
        }
    }
}

/// Ends with the process.
fn renew_forever(
    registry: &Registry,
    mut last: CachedLogin,
    renewed: &Mutex<Vec<(Registry, CachedLogin)>>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime with one thread can be created");
    runtime.block_on(async {
        loop {
            clock::wait(last.keep().max(0.5)).await;
            if let Ok(login) = api::fetch(registry).await {
                last = CachedLogin::now(login);
                lock(renewed).push((registry.clone(), last.clone()));
            }
        }
    });
}

fn lock(
    renewed: &Mutex<Vec<(Registry, CachedLogin)>>,
) -> MutexGuard<'_, Vec<(Registry, CachedLogin)>> {
    renewed
        .lock()
        .expect("no thread panics while it holds the lock")
}
