//! Measures operations on many images: lifecycle policies, `DescribeImages` with filters, and scans on push. Prints samples
//! for `budgets`.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use aws_sdk_ecr::Client;
use aws_sdk_ecr::types::{DescribeImagesFilter, ImageScanningConfiguration, TagStatus};
use mock_ecr::MockEcr;
use mock_ecr::repository::{Image, Repository};

const IMAGES: usize = 100_000;

/// The images that are old enough to expire.
const EXPIRED: usize = 1000;

const SCANS: usize = 1000;
const ROUNDS: usize = 5;
const PAGES: usize = 20;
const CALLS: usize = 500;

const DAY: Duration = Duration::from_secs(24 * 3600);

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        images().await?;
        scans().await
    })
}

/// Measures a registry with a repository of 100,000 images and one of 1,000 images.
async fn images() -> Outcome<()> {
    let ecr = MockEcr::builder().frozen().in_process().start().await?;
    let client = Client::new(&ecr.sdk_config());
    let (app, page) = (ecr.repository("team/app"), ecr.repository("team/page"));
    for number in 0..IMAGES {
        if number == EXPIRED {
            ecr.clock().advance(10 * DAY);
        }
        push(&app, number).await?;
    }
    for number in 0..1000 {
        push(&page, number).await?;
    }
    for _ in 0..ROUNDS {
        sample("describe", "ours", pages(&client, "team/app").await?)?;
        sample("describe", "peer", pages(&client, "team/page").await?)?;
    }
    sample("describe-none", "ours", list_untagged(&client).await?)?;
    sample("lifecycle", "ours", evaluate(&app).await?)
}

/// The layer is the same; the configuration makes each image another one.
async fn push(repository: &Repository, number: usize) -> Outcome<()> {
    let config = format!("{{\"number\":{number}}}");
    let image = Image::new().layer("a layer").config(config);
    repository
        .push(image.tag(format!("build-{number}")))
        .await?;
    Ok(())
}

/// Returns how many pages of 1,000 tagged images are described in a second.
async fn pages(client: &Client, repository: &str) -> Outcome<f64> {
    let tagged = DescribeImagesFilter::builder().tag_status(TagStatus::Tagged);
    let request = client.describe_images().repository_name(repository);
    let request = request.filter(tagged.build()).max_results(1000);
    let started = now();
    for _ in 0..PAGES {
        let output = request.clone().send().await?;
        expect(output.image_details().len(), 1000, "described images")?;
    }
    Ok(PAGES as f64 / seconds_since(started))
}

/// Returns the duration of a listing with a filter that no image matches, in seconds.
async fn list_untagged(client: &Client) -> Outcome<f64> {
    let untagged = DescribeImagesFilter::builder().tag_status(TagStatus::Untagged);
    let request = client.describe_images().repository_name("team/app");
    let mut pages = request.filter(untagged.build()).into_paginator().send();
    let started = now();
    while let Some(page) = pages.next().await {
        expect(page?.image_details().len(), 0, "untagged images")?;
    }
    Ok(seconds_since(started))
}

/// Returns the duration of an evaluation of 50 rules, of which the last one expires a thousand images, in seconds.
async fn evaluate(app: &Repository) -> Outcome<f64> {
    app.set_lifecycle_policy(&policy()).await?;
    let started = now();
    let run = app.run_lifecycle().await?;
    let seconds = seconds_since(started);
    expect(run.expired, EXPIRED, "expired images")?;
    Ok(seconds)
}

/// Returns a policy whose last rule expires images that are older than a week.
fn policy() -> String {
    let selection = |tags: String| {
        format!(
            r#"{{"tagStatus":"tagged","tagPatternList":["{tags}"],"countType":"sinceImagePushed","countUnit":"days","countNumber":7}}"#
        )
    };
    let rule = |priority: usize| {
        let tags = match priority {
            50 => "build-*".to_owned(),
            _ => format!("*release-{priority}*"),
        };
        let selection = selection(tags);
        format!(
            r#"{{"rulePriority":{priority},"selection":{selection},"action":{{"type":"expire"}}}}"#
        )
    };
    let rules: Vec<String> = (1..=50).map(rule).collect();
    format!(r#"{{"rules":[{}]}}"#, rules.join(","))
}

/// Measures pushes with and without a scan, and requests with and without scans that have not ended.
async fn scans() -> Outcome<()> {
    for round in 0..ROUNDS {
        for (subject, scan_on_push) in [("ours", true), ("peer", false)] {
            let builder = MockEcr::builder().frozen().in_process();
            let ecr = builder.seed(format!("{round}")).start().await?;
            let client = Client::new(&ecr.sdk_config());
            create(&client, scan_on_push).await?;
            sample("scans", subject, push_scanned(&ecr).await?)?;
            sample("due", subject, describe(&client).await?)?;
        }
    }
    Ok(())
}

async fn create(client: &Client, scan_on_push: bool) -> Outcome<()> {
    let scan = ImageScanningConfiguration::builder().scan_on_push(scan_on_push);
    let request = client.create_repository().repository_name("team/app");
    request
        .image_scanning_configuration(scan.build())
        .send()
        .await?;
    Ok(())
}

/// Returns how many images are pushed in a second.
async fn push_scanned(ecr: &MockEcr) -> Outcome<f64> {
    let app = ecr.repository("team/app");
    let started = now();
    for number in 0..SCANS {
        push(&app, number).await?;
    }
    Ok(SCANS as f64 / seconds_since(started))
}

/// Returns how many requests are answered in a second.
async fn describe(client: &Client) -> Outcome<f64> {
    let request = client.describe_repositories();
    let started = now();
    for _ in 0..CALLS {
        expect(
            request.clone().send().await?.repositories().len(),
            1,
            "repositories",
        )?;
    }
    Ok(CALLS as f64 / seconds_since(started))
}

fn expect(found: usize, expected: usize, what: &str) -> Outcome<()> {
    if found != expected {
        return Err(format!("{found} {what}, expected {expected}").into());
    }
    Ok(())
}

fn sample(name: &str, subject: &str, value: f64) -> Outcome<()> {
    Ok(writeln!(io::stdout(), "{name} {subject} {value:.3}")?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real time"
)]
fn now() -> Instant {
    Instant::now()
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real time"
)]
fn seconds_since(started: Instant) -> f64 {
    started.elapsed().as_secs_f64()
}
