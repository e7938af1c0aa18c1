//! Queries of a type that the DNS parser does not know. The parser rejects such a query as a whole.

use simple_dns::{QTYPE, TYPE};

/// The type of a query, which the parser does not know.
#[derive(Debug)]
pub(super) struct UnknownType {
    position: usize,
    kind: [u8; 2],
}

impl UnknownType {
    /// Returns the type of the question of a query. Returns `None` if the parser knows the type, or if the message is too short.
    pub(super) fn of(query: &[u8]) -> Option<Self> {
        let position = type_position(query)?;
        let &[first, second, ..] = query.get(position..)? else {
            return None;
        };
        let kind = [first, second];
        let is_unknown = QTYPE::try_from(u16::from_be_bytes(kind)).is_err();
        is_unknown.then_some(UnknownType { position, kind })
    }

    /// Returns the query with a type that the parser knows, of which no name has records.
    pub(super) fn replaced_in(&self, query: &[u8]) -> Vec<u8> {
        let mut query = query.to_vec();
        set(
            &mut query,
            self.position,
            u16::from(TYPE::TXT).to_be_bytes(),
        );
        query
    }

    /// Restores the type in the response, whose question is at the same position. A response without a question is not changed.
    pub(super) fn restore_in(&self, response: &mut [u8]) {
        set(response, self.position, self.kind);
    }
}

fn set(message: &mut [u8], position: usize, kind: [u8; 2]) {
    if let Some(place) = message.get_mut(position..position + 2) {
        place.copy_from_slice(&kind);
    }
}

/// Returns the position after the name of the first question. No name precedes it, so it cannot contain a pointer.
fn type_position(message: &[u8]) -> Option<usize> {
    let mut position = HEADER_LENGTH;
    loop {
        match *message.get(position)? {
            0 => return Some(position + 1),
            length @ 1..=MAX_LABEL => position += 1 + usize::from(length),
            _ => return None,
        }
    }
}

const HEADER_LENGTH: usize = 12;
/// The maximum length of a label (RFC 1035, section 2.3.4). A greater number is a pointer.
const MAX_LABEL: u8 = 63;
