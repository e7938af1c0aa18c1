//! Evaluates a lifecycle policy of 50 rules over 100,000 images, of which it expires a thousand. Prints the duration
//! in seconds.

use std::error::Error;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use mock_ecr::MockEcr;
use mock_ecr::repository::Image;

const IMAGES: usize = 100_000;

/// The images that are old enough to expire.
const EXPIRED: usize = 1000;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let seconds = runtime.block_on(evaluate())?;
    Ok(writeln!(io::stdout(), "{seconds:.3}")?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a measurement needs the real time"
)]
async fn evaluate() -> Result<f64, Box<dyn Error>> {
    let ecr = MockEcr::builder().frozen().in_process().start().await?;
    let app = ecr.repository("team/app");
    for number in 0..IMAGES {
        if number == EXPIRED {
            ecr.clock().advance(10 * DAY);
        }
        // The layer is the same; the configuration makes each image another one.
        let config = format!("{{\"number\":{number}}}");
        let image = Image::new().layer("a layer").config(config);
        app.push(image.tag(format!("build-{number}"))).await?;
    }
    app.set_lifecycle_policy(&policy()).await?;
    let started = Instant::now();
    let run = app.run_lifecycle().await?;
    let seconds = started.elapsed().as_secs_f64();
    if run.expired != EXPIRED {
        return Err(format!("{} images have expired, expected {EXPIRED}", run.expired).into());
    }
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
