//! Fills a mock with the requests of two principals, one of which presents an expired token, for the web console.

use std::process::ExitCode;
use std::time::Duration;

use mock_ecr::{MockEcr, Principal};

use crate::image::Image;
use crate::{Demo, Error, Expect};

/// Starts a mock, sends the requests, and waits for Ctrl-C.
pub(crate) async fn run() -> Result<ExitCode, Error> {
    let user = |name| Principal::from_arn(&format!("arn:aws:iam::123456789012:user/{name}"));
    let (developer, ci) = (user("developer")?, user("ci")?);
    let principals = MockEcr::builder()
        .principal(developer.clone())
        .principal(ci.clone());
    let frozen = principals.frozen().proxy_endpoint("mock");
    let ecr = frozen.repository("app").start().await?;
    let url = ecr.url();
    println!("A mock of Amazon ECR listens on {url}.");
    let demo = Demo { ecr, failed: false };
    let filled = tokio::task::spawn_blocking(move || demo.fill(&developer, &ci));
    let demo = filled.await??;
    if demo.failed {
        return Ok(demo.exit_code());
    }
    println!("\nThe console shows these requests: {url}/_mock/ui/");
    println!("Ctrl-C stops the mock.");
    tokio::signal::ctrl_c().await?;
    demo.ecr.stop().await;
    Ok(ExitCode::SUCCESS)
}

impl Demo {
    fn fill(mut self, developer: &Principal, ci: &Principal) -> Result<Self, Error> {
        let token = self.request_token_of(developer)?;
        let title = "The developer logs in, and pushes an image.";
        self.ping(title, None, Expect::Challenge)?;
        self.ping("With the token:", Some(&token), Expect::Status(200))?;
        let image = Image::new();
        self.push(&image, &token)?;

        println!("\nTwo calls of CI are throttled. The AWS SDK retries.");
        let throttling = self.ecr.faults().throttling();
        let throttling = throttling.operation("GetAuthorizationToken").times(2);
        throttling.set()?;
        self.advance(Duration::from_secs(3600));
        let ci_token = self.request_token_of(ci)?;
        self.pull(&image, &ci_token)?;

        println!("\nThe developer pulls the image, and again more than 12 hours after the login.");
        self.pull(&image, &token)?;
        self.advance(Duration::from_secs(11 * 3600 + 40 * 60));
        self.pull_manifest(&token, 403)?;
        self.pull_manifest(&ci_token, 200)?;

        println!("\nThe developer logs in again.");
        self.advance(Duration::from_secs(60));
        let token = self.request_token_of(developer)?;
        self.pull(&image, &token)?;
        Ok(self)
    }

    fn advance(&self, by: Duration) {
        self.ecr.clock().advance(by);
        println!("\nThe clock advances to {}.", self.ecr.clock().now());
    }
}
