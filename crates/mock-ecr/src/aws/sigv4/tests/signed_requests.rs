//! Property tests: requests that the SDKs sign are accepted, and changed requests are rejected.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method, Request, Version};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;

use crate::aws::sigv4::authorization::Form;
use crate::aws::sigv4::tests::Mock;
use crate::aws::sigv4::tests::sdk_signer::{Draft, Payload, Signer, canonical_form};
use crate::clock::ClockStart;
use crate::config::{Config, SigV4Clock};
use crate::iam::principal::Principal;
use crate::types::timestamp::Timestamp;
use crate::types::{AccountId, PrincipalArn, Region};

proptest! {
    #[test]
    fn a_request_that_the_sdks_sign_is_accepted(draft in any_draft(), signer in any_signer(), skew in any_skew(), names_region: bool) {
        let mut mock = mock_for(&signer, skew);
        mock.host_region = names_region.then(|| signer.region.parse().unwrap());
        let caller = (signer.principal.arn.clone(), signer.region.parse().unwrap());
        prop_assert_eq!(mock.verify(&signer.sign(&draft)), Ok(caller));
    }

    #[test]
    fn a_changed_request_is_rejected_unless_it_is_equivalent(draft in any_draft(), signer in any_signer(), change in any_change()) {
        let mock = mock_for(&signer, 0);
        let signed = signer.sign(&draft);
        let changed = change.apply(&signed);
        let is_equivalent = canonical_form(&changed) == canonical_form(&signed) && fields(&changed) == fields(&signed);
        let verdict = mock.verify(&changed);
        prop_assert_eq!(verdict.is_ok(), is_equivalent, "{:?} -> {:?}: {:?}", signed, changed, verdict);
    }

    #[test]
    fn a_signature_with_another_secret_is_rejected(draft in any_draft(), signer in any_signer(), secret in ".{0,60}") {
        prop_assume!(!are_equal_keys(signer.principal.secret_access_key.expose(), &secret));
        let mock = mock_for(&signer, 0);
        let mut forger = signer;
        forger.principal.secret_access_key = secret.into();
        prop_assert!(mock.verify(&forger.sign(&draft)).is_err());
    }

    #[test]
    fn an_unsigned_body_can_be_changed(draft in any_draft(), signer in any_signer(), body: Vec<u8>) {
        let signer = Signer { payload: Payload::Unsigned, ..signer };
        let mut request = signer.sign(&draft);
        *request.body_mut() = body;
        prop_assert!(mock_for(&signer, 0).verify(&request).is_ok());
    }
}

/// Returns whether HMAC treats two secrets as equal. It pads keys with zero bytes (RFC 2104, section 2), so trailing zeros are ignored.
fn are_equal_keys(one: &str, other: &str) -> bool {
    one.trim_end_matches('\0') == other.trim_end_matches('\0')
}

#[test]
fn a_change_of_any_character_in_the_authorization_header_is_rejected_unless_it_is_equivalent() {
    let signer = Signer::example();
    let mock = mock_for(&signer, 0);
    let signed = signer.sign(&Draft::example());
    let text = signed.headers()["authorization"].to_str().unwrap();
    for (index, old) in text.char_indices() {
        let other_case = (old as u8 ^ 0x20) as char;
        for new in [other_case, '0', 'a', 'A', '/', ';', ',', ' '] {
            let mut text = text.to_owned();
            text.replace_range(index..=index, new.encode_utf8(&mut [0; 4]));
            let mut changed = signed.clone();
            // A text that is not a valid header value cannot be sent.
            let Ok(value) = text.parse() else { continue };
            changed.headers_mut().insert("authorization", value);
            let is_equivalent = fields(&changed) == fields(&signed);
            assert_eq!(mock.verify(&changed).is_ok(), is_equivalent, "{text}");
        }
    }
}

/// In the query form, `X-Amz-Signature` is not signed. In the header form, it is an ordinary parameter.
#[test]
fn a_parameter_named_like_a_signature_is_signed_in_the_header_form() {
    let signer = Signer::example();
    let draft = |target: &str| Draft {
        target: target.to_owned(),
        ..Draft::example()
    };
    let mut request = signer.sign(&draft("/?X-Amz-Signature=a"));
    assert!(mock_for(&signer, 0).verify(&request).is_ok());
    *request.uri_mut() = "/?X-Amz-Signature=b".parse().unwrap();
    assert!(mock_for(&signer, 0).verify(&request).is_err());
}

#[test]
fn signatures_are_verified_when_there_are_more_scopes_than_cached_keys() {
    let mut mock = mock_for(&Signer::example(), 0);
    let region = |index: usize| format!("region-{index}").parse().unwrap();
    mock.additional_regions = (0..300).map(region).collect();
    for _ in 0..2 {
        for region in mock.additional_regions.clone() {
            let signer = Signer {
                region: region.as_str().to_owned(),
                ..Signer::example()
            };
            let verdict = mock.verify(&signer.sign(&Draft::example()));
            assert_eq!(verdict, Ok((signer.principal.arn, region)));
        }
    }
}

/// Returns a mock with the signer as its only principal and a clock that is `skew` milliseconds after the date of the signature.
fn mock_for(signer: &Signer, skew: i64) -> Mock {
    Mock::new(&Config {
        principals: vec![signer.principal.clone()],
        clock: ClockStart::Frozen(Timestamp::from_millis(signer.at.as_millis() + skew)),
        sigv4_clock: SigV4Clock::Mock,
        additional_regions: vec![signer.region.parse().unwrap()],
        ..Config::default()
    })
}

/// Generates skews of up to 15 minutes in both directions, in milliseconds. The verifier ignores the milliseconds of the clock.
fn any_skew() -> impl Strategy<Value = i64> {
    prop_oneof![-900_000..=900_999_i64, Just(-900_000), Just(900_999)]
}

fn any_draft() -> impl Strategy<Value = Draft> {
    let version = prop_oneof![Just(Version::HTTP_11), Just(Version::HTTP_2)];
    let method = prop_oneof!["GET|HEAD|POST", "[A-Za-z0-9!#$%&'*+.^_`|~-]{2,8}"];
    let host = "[a-z]{1,9}(:[1-9][0-9]{3})?";
    let headers = vec(any_header(), 0..6);
    let body = vec(any::<u8>(), 0..100);
    (
        version,
        method,
        host,
        any_path(),
        any_query(),
        headers,
        body,
    )
        .prop_map(
            |(version, method, host, path, query, headers, body)| Draft {
                version,
                method,
                host,
                target: format!("{path}{query}"),
                headers,
                body,
            },
        )
}

fn any_path() -> impl Strategy<Value = String> {
    let atom = prop_oneof![
        4 => "[A-Za-z0-9._~-]",
        1 => "%[0-9A-Fa-f]{2}",
        1 => r#"[!$%&'()*+,;=:@\[\]\\^|"{}é]"#,
    ];
    let segment = prop_oneof![
        Just(String::new()),
        Just(".".to_owned()),
        Just("..".to_owned()),
        vec(atom, 1..6).prop_map(|atoms| atoms.concat()),
    ];
    vec(segment, 1..6).prop_map(|segments| format!("/{}", segments.join("/")))
}

/// Generates queries. Escapes are valid UTF-8, because the signer replaces other bytes by U+FFFD. No SDK passes such bytes to it.
fn any_query() -> impl Strategy<Value = String> {
    let atom = || {
        prop_oneof![
            4 => "[A-Za-z0-9._~-]",
            1 => "%[2-7][0-9A-Fa-f]|%C3%A9|%e2%82%ac",
            1 => r"%z|[+!$'()*,;:@/?|{}\[\]\\^`é]",
        ]
    };
    let text = || vec(atom(), 0..4).prop_map(|atoms| atoms.concat());
    let parameter = prop_oneof![
        text(),
        (text(), text()).prop_map(|(name, value)| format!("{name}={value}")),
        // Repeated names and values, and values that contain `=`.
        "[ab]=[ab=]{0,2}",
    ];
    let query = vec(parameter, 0..5).prop_map(|parameters| format!("?{}", parameters.join("&")));
    prop_oneof![Just(String::new()), query]
}

fn any_header() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        "X-[ABab]|content-type|x-amz-target|user-agent",
        "[a-z!#$%&'*+.^_`|~-]{1,3}",
    ];
    let value = prop_oneof!["( {0,3}[a-z]{1,2}){0,4} {0,2}", "[ !-~\té]{0,12}"];
    (name, value)
}

fn any_signer() -> impl Strategy<Value = Signer> {
    let region = "[a-z]([a-z0-9-]{0,20}[a-z0-9])?";
    let second = -62_135_000_000..253_402_000_000_i64;
    let form = prop_oneof![Just(Form::Header), Just(Form::Query)];
    let payload = prop_oneof![
        Just(Payload::Hashed),
        Just(Payload::Declared),
        Just(Payload::Unsigned)
    ];
    let expires_in = (900..=604_800_u64).prop_map(Duration::from_secs);
    (any_principal(), region, second, form, payload, expires_in).prop_map(
        |(principal, region, second, form, payload, expires_in)| Signer {
            principal,
            region,
            service: "ecr",
            at: Timestamp::from_millis(second * 1000),
            form,
            payload,
            expires_in,
        },
    )
}

/// Generates principals. An access key id contains no slash, and no comma or space, which end it in the header form.
fn any_principal() -> impl Strategy<Value = Principal> {
    let session_token = option::of("[!-~é]{1,40}");
    ("[!-+.0-~é-]{1,20}", ".{0,60}", session_token).prop_map(|(id, secret, token)| {
        let arn = PrincipalArn::user(AccountId::EXAMPLE, &Region::default(), "someone");
        let principal = Principal::new(arn, id, secret);
        match token {
            Some(token) => principal.session_token(token),
            None => principal,
        }
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    let part = prop_oneof![
        1 => Just(Part::Method),
        4 => Just(Part::Target),
        4 => any::<Index>().prop_map(Part::Header),
        1 => any::<Index>().prop_map(Part::HeaderLine),
        1 => Just(Part::Body),
    ];
    let edit = prop_oneof![Just(Edit::Replace), Just(Edit::Insert), Just(Edit::Remove)];
    (part, edit, any::<Index>(), any::<Index>()).prop_map(|(part, edit, at, new)| Change {
        part,
        edit,
        at,
        new,
    })
}

/// A change of one character, or the removal of a header.
#[derive(Clone, Copy, Debug)]
struct Change {
    part: Part,
    edit: Edit,
    /// The position in the part.
    at: Index,
    /// The new character, as an index into the allowed characters.
    new: Index,
}

#[derive(Clone, Copy, Debug)]
enum Part {
    Method,
    Target,
    /// The value of any header, including `Authorization`. If the request has no header, the target.
    Header(Index),
    /// A header with all its values. If the request has no header, the target.
    HeaderLine(Index),
    Body,
}

#[derive(Clone, Copy, Debug)]
enum Edit {
    Replace,
    Insert,
    Remove,
}

impl Change {
    fn apply(self, request: &Request<Vec<u8>>) -> Request<Vec<u8>> {
        let mut changed = request.clone();
        match self.part {
            Part::Method => self.change_method(&mut changed),
            Part::Body => *changed.body_mut() = self.edited_items(request.body(), self.byte()),
            Part::Header(which) if !request.headers().is_empty() => {
                self.change_value(&mut changed, which);
            }
            Part::HeaderLine(which) if !request.headers().is_empty() => {
                let name = header_value(request, which).0;
                changed.headers_mut().remove(name);
            }
            Part::Target | Part::Header(_) | Part::HeaderLine(_) => {
                self.change_target(&mut changed);
            }
        }
        changed
    }

    fn byte(self) -> u8 {
        u8::try_from(self.new.index(256)).unwrap()
    }

    fn change_method(self, request: &mut Request<Vec<u8>>) {
        let method = self.edited_text(request.method().as_str(), "ABXYZ");
        *request.method_mut() = Method::from_bytes(method.as_bytes()).unwrap();
    }

    fn change_target(self, request: &mut Request<Vec<u8>>) {
        const ALLOWED: &str = "AZaz059-._~!$&'()*+,;=:@%/?";
        let target = request.uri().path_and_query().unwrap().as_str();
        let target = format!("/{}", self.edited_text(&target[1..], ALLOWED));
        let host = request.uri().authority();
        let uri = host.map_or(target.clone(), |host| format!("http://{host}{target}"));
        // A path allows fewer characters than a query. Some targets cannot be sent after their question mark is removed.
        if let Ok(uri) = uri.parse() {
            *request.uri_mut() = uri;
        }
    }

    fn change_value(self, request: &mut Request<Vec<u8>>, which: Index) {
        let (name, nth) = header_value(request, which);
        let values = request.headers().get_all(&name).iter().cloned();
        let mut values: Vec<HeaderValue> = values.collect();
        values[nth] = self.edited_value(&values[nth]);
        request.headers_mut().remove(&name);
        for value in values {
            request.headers_mut().append(&name, value);
        }
    }

    /// Changes a value, and removes leading and trailing spaces as a server does.
    fn edited_value(self, value: &HeaderValue) -> HeaderValue {
        let text = str::from_utf8(value.as_bytes()).unwrap();
        let text = self.edited_text(text, "AZaz059-._~!$&'()*+,;=:@%/?# \"<>");
        text.trim_matches(' ').parse().unwrap()
    }

    fn edited_text(self, text: &str, allowed: &str) -> String {
        let allowed: Vec<char> = allowed.chars().collect();
        let chars: Vec<char> = text.chars().collect();
        self.edited_items(&chars, *self.new.get(&allowed))
            .into_iter()
            .collect()
    }

    /// Edits a list. If it is empty, the new item is inserted.
    fn edited_items<T: Copy>(self, items: &[T], new: T) -> Vec<T> {
        let mut items = items.to_vec();
        match self.edit {
            Edit::Replace if !items.is_empty() => *self.at.get_mut(&mut items) = new,
            Edit::Remove if !items.is_empty() => drop(items.remove(self.at.index(items.len()))),
            _ => items.insert(self.at.index(items.len() + 1), new),
        }
        items
    }
}

/// Selects a header value of a request. Returns the name, and the index of the value among those with this name.
fn header_value(request: &Request<Vec<u8>>, which: Index) -> (HeaderName, usize) {
    let names = request.headers().keys();
    let places: Vec<(HeaderName, usize)> = names
        .flat_map(|name| {
            let count = request.headers().get_all(name).iter().count();
            (0..count).map(move |nth| (name.clone(), nth))
        })
        .collect();
    which.get(&places).clone()
}

/// Returns the significant parts of the `Authorization` header: the algorithm and three fields. Spaces and commas are separators, and
/// other fields are ignored. Returns `None` if a field has no equal sign.
fn fields(request: &Request<Vec<u8>>) -> Option<(&str, [Option<&str>; 3])> {
    let value = request.headers().get("authorization")?;
    let text = str::from_utf8(value.as_bytes()).unwrap();
    let (algorithm, rest) = text.split_once(' ').unwrap_or((text, ""));
    let mut fields = rest.split([',', ' ']).filter(|field| !field.is_empty());
    if !fields.all(|field| field.contains('=')) {
        return None;
    }
    let field = |name| {
        let mut values = rest.split([',', ' ']).rev();
        values.find_map(|field| field.strip_prefix(name)?.strip_prefix('='))
    };
    let fields = ["Credential", "SignedHeaders", "Signature"].map(field);
    Some((algorithm, fields))
}
