//! `/_mock/`: what the mock tells of itself, and to whom.

use mock_ecr::{AuthorityLocation, MockEcr};

use crate::raw::{RawRequest, frozen};

fn ask(method: &'static str, resource: &str) -> RawRequest {
    RawRequest::new(method, format!("/_mock/{resource}"))
}

#[tokio::test]
async fn the_certificate_is_told_where_there_is_one() {
    let ecr = MockEcr::builder().tls(AuthorityLocation::Memory).start();
    let ecr = ecr.await.unwrap();
    let answer = ask("GET", "ca.pem").to(&ecr).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(Some(answer.body.as_str()), ecr.ca_certificate());

    let answer = ask("GET", "ca.pem").answer().await;
    assert_eq!(answer.status(), 404);
    assert!(answer.body.contains("--tls"), "{}", answer.body);
}

#[tokio::test]
async fn the_environment_is_that_of_the_way_that_is_asked_for() {
    let ecr = frozen().await;
    let answer = ask("GET", "environment").to(&ecr).await;
    let endpoint = r#""AWS_ENDPOINT_URL_ECR":"http://localhost""#;
    assert!(answer.body.contains(endpoint), "{}", answer.body);
    assert!(answer.body.contains(r#""HTTPS_PROXY":null"#));

    let proxy = "environment?redirect=proxy&certificate=/ca.pem";
    let answer = ask("GET", proxy).to(&ecr).await;
    assert!(answer.body.contains(r#""SSL_CERT_FILE":"/ca.pem""#));
    assert!(answer.body.contains(r#""AWS_ENDPOINT_URL_ECR":null"#));
    assert!(answer.body.contains(r#""HTTPS_PROXY":"http://localhost""#));

    for (wrong, said) in [
        ("environment?redirect=proxy", "certificate=PATH"),
        ("environment?redirect=dns", "env, proxy or hosts"),
    ] {
        let answer = ask("GET", wrong).to(&ecr).await;
        assert_eq!(answer.status(), 400, "{wrong}");
        assert!(answer.body.contains(said), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_token_is_minted_that_opens_the_registry() {
    let ecr = frozen().await;
    let answer = ask("POST", "tokens").to(&ecr).await;
    let expected = format!(r#"{{"authorizationToken":"{}"}}"#, ecr.mint().as_str());
    assert_eq!((answer.status(), answer.body), (200, expected));
}

#[tokio::test]
async fn what_is_not_there_or_not_so_is_refused() {
    assert_eq!(ask("GET", "nothing").answer().await.status(), 404);
    assert_eq!(ask("POST", "ca.pem").answer().await.status(), 405);
    assert_eq!(ask("GET", "tokens").answer().await.status(), 405);
}

#[tokio::test]
async fn others_are_not_told() {
    for host in ["example.com", "localhost.example.com", "192.0.2.1", ""] {
        let answer = ask("POST", "tokens").on_host(host).answer().await;
        assert_eq!(answer.status(), 403, "{host}");
        assert!(!answer.body.contains("authorizationToken"));
    }
    for host in ["127.0.0.1:1", "[::1]:80", "LOCALHOST", "ecr.localhost"] {
        let answer = ask("POST", "tokens").on_host(host).answer().await;
        assert_eq!(answer.status(), 200, "{host}");
    }
}

#[tokio::test]
async fn pages_of_a_browser_are_not_told() {
    let from_page = ask("POST", "tokens").with("Origin", "https://example.com");
    assert_eq!(from_page.answer().await.status(), 403);
    let crossing = ask("GET", "environment").with("Sec-Fetch-Site", "cross-site");
    assert_eq!(crossing.answer().await.status(), 403);
    let typed = ask("GET", "environment").with("Sec-Fetch-Site", "none");
    assert_eq!(typed.answer().await.status(), 200);
}

#[tokio::test]
async fn a_mock_that_listens_beyond_loopback_tells_nobody() {
    let anywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let ecr = MockEcr::builder().listen(anywhere).start().await.unwrap();
    let answer = ask("POST", "tokens").to(&ecr).await;
    assert_eq!(answer.status(), 403);
}
