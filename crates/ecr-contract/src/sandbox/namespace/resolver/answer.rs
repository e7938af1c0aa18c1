//! The response to a DNS query.

use mock_ecr::MockEcr;
use simple_dns::rdata::{A, RData};
use simple_dns::{CLASS, OPCODE, Packet, PacketFlag, QTYPE, Question, RCODE, ResourceRecord, TYPE};

use crate::sandbox::addresses::ADDRESS;
use crate::sandbox::namespace::resolver::unknown_type::UnknownType;
use crate::sandbox::namespace::resolver::unresolved::UnresolvedNames;

/// Returns the response to a query. Returns `None` if the message is too short for an ID, or is a response itself.
///
/// AWS host names have one IPv4 address and no other records. All other names do not exist; if a client looks up an address of such a name,
/// the name is added to `unresolved`.
pub(super) fn answer(message: &[u8], unresolved: &UnresolvedNames) -> Option<Vec<u8>> {
    let &[first, second, flags, ..] = message else {
        return None;
    };
    if flags & RESPONSE_BIT != 0 {
        return None;
    }
    let id = u16::from_be_bytes([first, second]);
    let Some(unknown) = UnknownType::of(message) else {
        return answer_known_type(id, message, unresolved);
    };
    let mut response = answer_known_type(id, &unknown.replaced_in(message), unresolved)?;
    unknown.restore_in(&mut response);
    Some(response)
}

fn answer_known_type(id: u16, message: &[u8], unresolved: &UnresolvedNames) -> Option<Vec<u8>> {
    // Checked before the message is parsed: to parse many records with long names takes seconds.
    let query = has_counts_of_query(message).then(|| Packet::parse(message));
    let response = match query {
        Some(Ok(query)) => respond(query, unresolved),
        _ => failure(id, RCODE::FormatError),
    };
    response.build_bytes_vec_compressed().ok()
}

/// Returns whether the header has the counts of a query (RFC 1035, section 4.1.1): one question, no answer, no name server, and at most one
/// additional record, which is the record of EDNS.
fn has_counts_of_query(message: &[u8]) -> bool {
    let count = |at: usize| {
        Some(u16::from_be_bytes([
            *message.get(at)?,
            *message.get(at + 1)?,
        ]))
    };
    matches!(
        [4, 6, 8, 10].map(count),
        [Some(1), Some(0), Some(0), Some(0..=1)]
    )
}

fn respond<'m>(query: Packet<'m>, unresolved: &UnresolvedNames) -> Packet<'m> {
    let id = query.id();
    let [question] = query.questions.as_slice() else {
        return failure(id, RCODE::FormatError);
    };
    if query.opcode() != OPCODE::StandardQuery {
        return failure(id, RCODE::NotImplemented);
    }
    let answers = resolve(question, unresolved);
    let mut response = Packet::new_reply(id);
    response.set_flags(PacketFlag::AUTHORITATIVE_ANSWER | PacketFlag::RECURSION_AVAILABLE);
    if query.has_flags(PacketFlag::RECURSION_DESIRED) {
        response.set_flags(PacketFlag::RECURSION_DESIRED);
    }
    match answers {
        Some(answers) => response.answers = answers,
        None => *response.rcode_mut() = RCODE::NameError,
    }
    response.questions = query.questions;
    response
}

/// Returns the records of a name, or `None` if the name does not exist.
fn resolve<'m>(
    question: &Question<'m>,
    unresolved: &UnresolvedNames,
) -> Option<Vec<ResourceRecord<'m>>> {
    let name = question.qname.to_string();
    let asks_for = |types: &[TYPE]| types.iter().any(|of| question.qtype == QTYPE::TYPE(*of));
    if !(question.qname.is_valid_hostname() && MockEcr::is_aws_host_name(&name)) {
        // The root has no addresses. Programs look it up to test a name server.
        if !name.is_empty() && asks_for(&[TYPE::A, TYPE::AAAA]) {
            unresolved.add(&name);
        }
        return None;
    }
    let address = || {
        let address = RData::A(A::from(ADDRESS));
        ResourceRecord::new(question.qname.clone(), CLASS::IN, TTL_SECONDS, address)
    };
    let asks_for_address = asks_for(&[TYPE::A]) || question.qtype == QTYPE::ANY;
    Some(asks_for_address.then(address).into_iter().collect())
}

fn failure(id: u16, code: RCODE) -> Packet<'static> {
    let mut response = Packet::new_reply(id);
    *response.rcode_mut() = code;
    response
}

/// The bit QR of the third byte of a message (RFC 1035, section 4.1.1).
const RESPONSE_BIT: u8 = 0x80;
const TTL_SECONDS: u32 = 60;

#[cfg(test)]
pub(super) mod tests {
    use std::net::Ipv4Addr;

    use super::*;
    use simple_dns::Name;

    pub(in crate::sandbox::namespace::resolver) const ADDRESS_OF_A_REGISTRY: &str =
        "999999999999.dkr.ecr.ap-northeast-3.amazonaws.com";

    pub(in crate::sandbox::namespace::resolver) fn query(name: &str) -> Vec<u8> {
        query_of(name, TYPE::A.into())
    }

    fn query_of(name: &str, kind: QTYPE) -> Vec<u8> {
        let mut query = Packet::new_query(7);
        query.set_flags(PacketFlag::RECURSION_DESIRED);
        let name = Name::new(name).unwrap();
        let question = Question::new(name, kind, CLASS::IN.into(), false);
        query.questions.push(question);
        query.build_bytes_vec().unwrap()
    }

    /// Returns the addresses in a response.
    pub(in crate::sandbox::namespace::resolver) fn addresses(response: &[u8]) -> Vec<Ipv4Addr> {
        let response = Packet::parse(response).unwrap();
        let addresses = response.answers.iter().map(|record| match &record.rdata {
            RData::A(address) => Ipv4Addr::from(address.address),
            other => panic!("expected an address: {other:?}"),
        });
        addresses.collect()
    }

    fn code(message: &[u8], unresolved: &UnresolvedNames) -> RCODE {
        let response = answer(message, unresolved).unwrap();
        Packet::parse(&response).unwrap().rcode()
    }

    #[test]
    fn aws_host_names_of_any_account_and_region_have_the_address_of_the_mock() {
        let unresolved = UnresolvedNames::default();
        for name in [
            ADDRESS_OF_A_REGISTRY,
            "999999999999.DKR.ecr.cn-north-1.amazonaws.com.cn",
            "999999999999.dkr-ecr-fips.us-west-2.on.aws",
            "api.ecr.xx-new-9.amazonaws.com",
            "ecr.us-west-2.amazonaws.com",
            "ecr-fips.us-gov-west-1.amazonaws.com",
            "ecr.eu-west-1.api.aws",
            "sts.amazonaws.com",
        ] {
            let response = answer(&query(name), &unresolved).unwrap();
            assert_eq!(addresses(&response), [ADDRESS], "{name}");
            let response = Packet::parse(&response).unwrap();
            assert_eq!((response.id(), response.rcode()), (7, RCODE::NoError));
            assert!(response.has_flags(PacketFlag::RESPONSE | PacketFlag::RECURSION_DESIRED));
            assert_eq!(response.questions[0].qname.to_string(), name);
        }
        assert!(unresolved.names().is_empty());
    }

    #[test]
    fn an_aws_host_name_has_no_other_records() {
        let unresolved = UnresolvedNames::default();
        for kind in [TYPE::AAAA, TYPE::MX, TYPE::HTTPS] {
            let query = query_of(ADDRESS_OF_A_REGISTRY, kind.into());
            let response = answer(&query, &unresolved).unwrap();
            assert!(addresses(&response).is_empty(), "{kind:?}");
            assert_eq!(code(&query, &unresolved), RCODE::NoError, "{kind:?}");
        }
    }

    #[test]
    fn a_name_has_no_records_of_a_type_that_the_parser_does_not_know() {
        let unresolved = UnresolvedNames::default();
        for (name, expected) in [
            (ADDRESS_OF_A_REGISTRY, RCODE::NoError),
            ("example.com", RCODE::NameError),
        ] {
            for kind in [0_u16, 62, 99, 249, 256, 32768, 65280] {
                let mut query = query(name);
                let position = query.len() - 4;
                query[position..position + 2].copy_from_slice(&kind.to_be_bytes());
                let response = answer(&query, &unresolved).unwrap();
                // The counts: one question, and no records.
                assert_eq!(response[4..12], [0, 1, 0, 0, 0, 0, 0, 0], "{name} {kind}");
                assert_eq!(response[12..], query[12..], "{name} {kind}");
                assert_eq!(response[3] & 0x0f, expected as u8, "{name} {kind}");
            }
        }
        assert!(unresolved.names().is_empty());
    }

    #[test]
    fn the_root_is_not_recorded() {
        let unresolved = UnresolvedNames::default();
        let root = [&query("a")[..12], &[0, 0, 1, 0, 1]].concat();
        assert_eq!(code(&root, &unresolved), RCODE::NameError);
        assert!(unresolved.names().is_empty());
    }

    #[test]
    fn other_names_do_not_exist_and_are_recorded_if_an_address_is_requested() {
        let unresolved = UnresolvedNames::default();
        for (name, kind) in [
            ("a.example.com", TYPE::A),
            ("ecr.us-east-1.example.com", TYPE::A),
            ("b.EXAMPLE.com", TYPE::AAAA),
            ("c.example.com", TYPE::MX),
            ("1.0.0.127.in-addr.arpa", TYPE::PTR),
            (r"sts.amazonaws.com\:53", TYPE::A),
        ] {
            let query = query_of(name, kind.into());
            assert_eq!(code(&query, &unresolved), RCODE::NameError, "{name}");
        }
        let names: Vec<_> = unresolved.names().into_iter().collect();
        assert_eq!(
            names,
            [
                "a.example.com",
                "b.example.com",
                "ecr.us-east-1.example.com",
                "sts.amazonaws.com:53"
            ]
        );
    }

    #[test]
    fn a_message_with_other_counts_than_a_query_is_rejected() {
        let unresolved = UnresolvedNames::default();
        for (section, count, expected) in [
            (4, 0, RCODE::FormatError),
            (4, 2, RCODE::FormatError),
            (6, 1, RCODE::FormatError),
            (8, 1, RCODE::FormatError),
            (10, 1, RCODE::NoError),
            (10, 2, RCODE::FormatError),
        ] {
            // All sections are valid.
            let question = &query(ADDRESS_OF_A_REGISTRY)[12..];
            let mut message = query(ADDRESS_OF_A_REGISTRY);
            message[section + 1] = count;
            let records = match section {
                4 => question.to_vec(),
                _ => EDNS.repeat(count.into()),
            };
            message.extend(records);
            assert_eq!(code(&message, &unresolved), expected, "{section} {count}");
        }
    }

    /// A record of the type OPT: the root name, the type, a maximum of 1,232 bytes, no flags, and no options.
    const EDNS: [u8; 11] = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0];

    #[test]
    fn an_invalid_query_is_rejected_and_a_response_is_ignored() {
        let unresolved = UnresolvedNames::default();
        let mut none = query(ADDRESS_OF_A_REGISTRY);
        none[5] = 0;
        let truncated = &query(ADDRESS_OF_A_REGISTRY)[..20];
        // A pointer to itself in the place of the name.
        let cycle = [&query("a")[..12], &[0xc0, 12, 0, 1, 0, 1]].concat();
        for message in [&none, truncated, &cycle, &[0, 7, 0]] {
            assert_eq!(code(message, &unresolved), RCODE::FormatError);
        }
        let mut update = query(ADDRESS_OF_A_REGISTRY);
        update[2] |= 5 << 3;
        assert_eq!(code(&update, &unresolved), RCODE::NotImplemented);
        let response = answer(&query("example.com"), &unresolved).unwrap();
        assert_eq!(answer(&response, &unresolved), None);
        assert_eq!(answer(&[0, 7], &unresolved), None);
    }
}
