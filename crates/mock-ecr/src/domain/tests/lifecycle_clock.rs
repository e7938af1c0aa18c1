//! The result of evaluations does not depend on how often the clock is moved.

use proptest::collection::vec;
use proptest::prelude::*;

use super::lifecycle::{ARCHIVE, EXPIRE, day, last_evaluated, older, run_until, set};
use super::*;
use crate::config::Background;
use crate::domain::{Selection, SigningRule};
use crate::lifecycle::StorageClass;

const HOUR: Duration = Duration::from_secs(3600);

const BACKGROUND: Background = Background {
    replication_delay: Duration::ZERO,
    scan_duration: Duration::ZERO,
    lifecycle_preview_duration: Duration::ZERO,
    restore_duration: Duration::from_secs(50 * 3600),
    signing_duration: Duration::from_secs(40 * 3600),
};

/// A request on an image, in hours after the beginning.
#[derive(Clone, Copy, Debug)]
enum Request {
    Push { is_tagged: bool },
    Archive,
    Restore,
}

fn request() -> impl Strategy<Value = (u32, u8, Request)> {
    let request = prop_oneof![
        3 => any::<bool>().prop_map(|is_tagged| Request::Push { is_tagged }),
        1 => Just(Request::Archive),
        1 => Just(Request::Restore),
    ];
    (0..100_u32, 0..3_u8, request)
}

async fn carry_out(fixture: &Fixture, image: u8, request: Request, now: Timestamp) {
    let (id, all) = (&fixture.repository.id, &fixture.repositories);
    let manifest = format!("{{{}}}", " ".repeat(image.into()));
    let selection = Selection::Digest(sha256(&manifest));
    let class = match request {
        Request::Push { is_tagged } => {
            let tag = is_tagged.then(|| format!("t{image}").parse().unwrap());
            let new = NewImage {
                manifest: manifest.into(),
                media_type: None,
                digest: None,
                tag,
            };
            return drop(all.put_image(id, new, now).await.unwrap());
        }
        Request::Archive => StorageClass::Archive,
        Request::Restore => StorageClass::Standard,
    };
    // An image that does not exist, or that has the class, is not changed.
    let _ = all.update_storage_class(id, selection, class, now).await;
}

/// Returns the images after 20 days, and the last evaluation. Between the last request and then, the clock is moved by each of the steps.
async fn result(
    requests: &[(u32, u8, Request)],
    (selection, action): (&str, &str),
    steps: impl Iterator<Item = u64>,
) -> (Vec<TaggedImage>, Timestamp) {
    let mut fixture = Fixture::on(|_| StoreLocation::Memory).await;
    fixture.repositories = fixture.repositories.with_background(BACKGROUND);
    let rule = SigningRule {
        profile: "profile".to_owned(),
        filters: None,
    };
    let registry = &fixture.repository.id.registry;
    let put = fixture.repositories.put_signing_rules(registry, vec![rule]);
    put.await.unwrap();
    set(&fixture, selection, action).await;
    let mut last = 0;
    for (hours, image, request) in requests {
        let now = NOW + HOUR * *hours;
        run_until(&fixture, now).await;
        carry_out(&fixture, *image, *request, now).await;
        last = u64::from(*hours).div_ceil(24);
    }
    for step in steps.filter(|step| *step >= last) {
        run_until(&fixture, day(step)).await;
    }
    (fixture.images().await, last_evaluated(&fixture).await)
}

fn check(mut requests: Vec<(u32, u8, Request)>, policy: (&str, &str)) {
    requests.sort_by_key(|(hours, ..)| *hours);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async {
        let days = result(&requests, policy, 0..=20).await;
        let jump = result(&requests, policy, std::iter::once(20)).await;
        assert_eq!(days, jump);
    });
}

proptest! {
    #[test]
    fn a_jump_of_the_clock_has_the_result_of_its_days(
        requests in vec(request(), 1..9),
        policy in 0..4_usize,
    ) {
        let count = |tags: &str, number: u64| {
            format!(r#""tagStatus":"{tags}","countType":"imageCountMoreThan","countNumber":{number}"#)
        };
        let policies = [
            (count("any", 1), EXPIRE),
            (count("untagged", 1), ARCHIVE),
            (older("any", 4), EXPIRE),
            (older("untagged", 3), ARCHIVE),
        ];
        let (selection, action) = &policies[policy];
        check(requests, (selection, action));
    }
}
