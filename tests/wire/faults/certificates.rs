//! Faults of the server certificate.

use mock_ecr::MockEcr;
use mock_ecr::fault::Fault;

use super::set;
use crate::errors::chain;
use crate::raw::frozen_mock;
use crate::tls;

#[tokio::test]
async fn a_client_that_verifies_certificates_rejects_each() {
    for (action, text) in [
        ("expired", "Expired"),
        ("self_signed", "UnknownIssuer"),
        ("wrong_name", "NotValidForName"),
    ] {
        let ecr = tls::tls_mock().await;
        let fault = format!(
            "match = {{ host = 'api.*', times = 1 }}\naction = {{ certificate = '{action}' }}"
        );
        let id = set(&ecr, &fault);
        let rejected = tls::try_connect(&ecr, tls::API).await.unwrap_err();
        assert!(
            format!("{rejected:?}").contains(text),
            "{action}: {rejected:?}"
        );
        assert_eq!(ecr.faults().triggered(id), Some(1));
        // The fault applies neither to another host nor to the next connection.
        assert!(tls::try_connect(&ecr, tls::REGISTRY).await.is_ok());
        assert!(tls::try_connect(&ecr, tls::API).await.is_ok());
    }
}

#[tokio::test]
async fn a_certificate_fault_needs_tls() {
    let fault = Fault::from_toml("action = { certificate = 'expired' }").unwrap();
    let error = frozen_mock().await.faults().add(fault.clone()).unwrap_err();
    assert!(error.to_string().contains("start it with TLS"), "{error}");
    let error = MockEcr::builder().fault(fault).start().await.unwrap_err();
    let error = chain(&error);
    assert!(error.contains("start it with TLS"), "{error}");
}
