use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::config::AuthMode;
use crate::types::PrincipalArn;

fn issuer() -> TokenIssuer {
    TokenIssuer::new(&Config::default())
}

fn example() -> Claims {
    Claims::new(
        "arn:aws:iam::123456789012:root".parse().unwrap(),
        "us-east-1".parse().unwrap(),
        Timestamp::AWS_EXAMPLE,
        Duration::from_secs(12 * 3600),
    )
}

fn any_claims() -> impl Strategy<Value = Claims> {
    let arn =
        "arn:aws(-cn)?:(iam::[0-9]{12}:user|sts::[0-9]{12}:assumed-role/role)/[!-.0-~]{1,200}";
    let timestamp = || any::<i64>().prop_map(Timestamp::from_millis);
    (arn, "[a-z][a-z0-9]{0,20}", timestamp(), timestamp()).prop_map(
        |(arn, region, issued, expires)| Claims {
            principal: arn.parse().unwrap(),
            region: region.parse().unwrap(),
            issued,
            expires,
        },
    )
}

proptest! {
    #[test]
    fn opening_a_token_returns_the_claims_it_was_issued_with(claims in any_claims(), length in 0..9000_usize) {
        let issuer = TokenIssuer::new(&Config { token_length: length, ..Config::default() });
        let token = issuer.issue(&claims);
        prop_assert_eq!(issuer.open(token.as_str()), Ok((claims.clone(), token.id())));
        prop_assert_eq!(issuer.open(&token.password()), Ok((claims, token.id())));
    }

    #[test]
    fn a_token_of_another_seed_is_rejected(claims in any_claims(), seed in ".*") {
        prop_assume!(seed != Config::default().seed);
        let other = TokenIssuer::new(&Config { seed, ..Config::default() });
        let token = issuer().issue(&claims);
        prop_assert_eq!(other.open(token.as_str()), Err(TokenError::Forged));
    }

    #[test]
    fn a_token_with_any_bit_flipped_is_rejected(claims in any_claims(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let token = issuer().issue(&claims);
        for text in [token.as_str().to_owned(), token.password()] {
            let mut bytes = text.into_bytes();
            let index = at.index(bytes.len());
            bytes[index] ^= 1_u8 << bit;
            let changed = String::from_utf8_lossy(&bytes);
            prop_assert!(issuer().open(&changed).is_err());
        }
    }

    #[test]
    fn a_password_with_any_bit_of_its_json_flipped_is_rejected(claims in any_claims(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let mut json = BASE64_STANDARD.decode(issuer().issue(&claims).password()).unwrap();
        let index = at.index(json.len());
        json[index] ^= 1_u8 << bit;
        prop_assert!(issuer().open(&BASE64_STANDARD.encode(json)).is_err());
    }

    #[test]
    fn any_text_is_rejected_without_a_panic(text in ".*", bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(issuer().open(&text).is_err());
        prop_assert!(issuer().open(&BASE64_STANDARD.encode(bytes)).is_err());
    }
}

#[test]
fn a_token_with_any_character_changed_is_rejected() {
    let token = issuer().issue(&example());
    for index in 0..token.as_str().len() {
        for other in ['A', 'b', '9', '+', '=', ' '] {
            let mut changed = token.as_str().to_owned();
            changed.replace_range(index..=index, &other.to_string());
            if changed != token.as_str() {
                assert!(issuer().open(&changed).is_err(), "{index} {other:?}");
            }
        }
    }
}

#[test]
fn a_token_is_the_same_bytes_on_every_machine() {
    let token = issuer().issue(&example());
    assert_eq!(token.id().to_string(), "fa44db647e557a51");
    assert_eq!(token.as_str(), include_str!("example.txt").trim_end());
}

#[test]
fn a_token_has_the_published_form_and_length() {
    let token = issuer().issue(&example());
    assert_eq!(token.as_str().len(), 2368);
    assert!(
        token.as_str().starts_with("QVdTOmV5Sn"),
        "{}",
        token.as_str()
    );
    let json = BASE64_STANDARD.decode(token.password()).unwrap();
    let json = String::from_utf8(json).unwrap();
    assert!(json.starts_with(r#"{"payload":""#));
    assert!(json.contains(
        r#"","datakey":"AQEBAHijEFXGwF1cipVOacG8qRmJoVBPay8LUUvU8RCVV0XoHwAAAH4wfAYJKoZIh"#
    ));
    assert!(json.ends_with(r#"","version":"2","type":"DATA_KEY","expiration":1448875853}"#));
}

#[test]
fn a_token_expires_at_the_exact_millisecond() {
    let issuer = issuer();
    let token = issuer.issue(&example());
    let end = example().expires;
    assert!(
        issuer
            .verify(token.as_str(), end - Duration::from_millis(1))
            .is_ok()
    );
    let expired = issuer.verify(token.as_str(), end).unwrap_err();
    assert_eq!(expired, TokenError::Expired { since: end });
    assert_eq!(
        expired.to_string(),
        "expired since 2015-11-30T09:30:53.241Z"
    );
}

#[test]
fn a_revoked_token_is_rejected_by_id_by_principal_and_by_time_of_issue() {
    let revocations = [
        Revocation::Token(issuer().issue(&example()).id()),
        Revocation::Principal(example().principal),
        Revocation::IssuedBefore(example().issued + Duration::from_millis(1)),
    ];
    for revocation in revocations {
        let issuer = issuer();
        let token = issuer.issue(&example());
        assert!(issuer.verify(token.as_str(), example().issued).is_ok());
        issuer.revoke(revocation.clone()).unwrap();
        assert_eq!(
            issuer.verify(token.as_str(), example().issued).unwrap_err(),
            TokenError::Revoked { id: token.id() },
            "{revocation:?}"
        );
    }
}

#[test]
fn a_revocation_does_not_affect_other_tokens() {
    let issuer = issuer();
    let older = issuer.issue(&example());
    issuer
        .revoke(Revocation::IssuedBefore(example().issued))
        .unwrap();
    issuer
        .revoke(Revocation::Principal(
            "arn:aws:iam::123456789012:user/x".parse().unwrap(),
        ))
        .unwrap();
    let later = Claims {
        issued: example().issued + Duration::from_millis(1),
        ..example()
    };
    issuer
        .revoke(Revocation::Token(issuer.issue(&later).id()))
        .unwrap();
    assert!(issuer.verify(older.as_str(), example().issued).is_ok());
}

#[test]
fn a_token_expires_with_the_credentials_it_was_requested_with() {
    let arn: PrincipalArn = "arn:aws:sts::123456789012:assumed-role/R/S"
        .parse()
        .unwrap();
    let end = example().issued + Duration::from_secs(3600);
    let principal = crate::iam::principal::Principal::new(arn.clone(), "ASIA", "S").expires(end);
    let config = Config {
        principals: vec![principal],
        ..Config::default()
    };
    let issuer = TokenIssuer::new(&config);
    let token = issuer.issue(&Claims {
        principal: arn.clone(),
        ..example()
    });
    assert!(
        issuer
            .verify(token.as_str(), end - Duration::from_millis(1))
            .is_ok()
    );
    assert_eq!(
        issuer.verify(token.as_str(), end).unwrap_err(),
        TokenError::ExpiredCredentials { arn }
    );
}

#[test]
fn an_unknown_principal_is_rejected_in_strict_mode_and_accepted_in_lenient_mode() {
    let arn: PrincipalArn = "arn:aws:iam::123456789012:user/gone".parse().unwrap();
    let claims = Claims {
        principal: arn.clone(),
        ..example()
    };
    let token = issuer().issue(&claims);
    assert_eq!(
        issuer().verify(token.as_str(), claims.issued).unwrap_err(),
        TokenError::UnknownPrincipal { arn: arn.clone() }
    );
    let lenient = TokenIssuer::new(&Config {
        auth: AuthMode::Lenient,
        ..Config::default()
    });
    let caller = lenient.verify(token.as_str(), claims.issued).unwrap();
    assert_eq!(caller.arn(), &arn);
}

#[test]
fn each_malformed_token_has_its_own_error() {
    let error = |text: &str| issuer().open(text).unwrap_err();
    assert_eq!(error("not base64!"), TokenError::NotBase64);
    assert_eq!(
        error(""),
        TokenError::Malformed("its content is not a JSON object with a payload")
    );
    assert!(matches!(
        error(&BASE64_STANDARD.encode("AWS:e30=")),
        TokenError::Malformed(_)
    ));
    let other = BASE64_STANDARD.encode(r#"{"payload":"AAAA"}"#);
    assert_eq!(error(&other), TokenError::Forged);
}

#[test]
fn debug_output_contains_neither_the_token_nor_the_keys() {
    let issuer = issuer();
    let token = issuer.issue(&example());
    let printed = format!("{token:?} {issuer:?}");
    assert!(
        !printed.contains(token.as_str()) && !printed.contains(&token.password()),
        "{printed}"
    );
}
