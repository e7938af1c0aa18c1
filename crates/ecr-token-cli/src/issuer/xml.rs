//! Reads the XML of the Query protocol.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, Event};

/// An element with its text and its children.
#[derive(Debug, Default)]
pub(super) struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// Parses a document and returns its root.
    ///
    /// # Errors
    /// Returns an error if the text is not well-formed.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(tag) => open.push(Self::named(tag.local_name().as_ref())),
                Event::Empty(tag) => add(&mut open, Self::named(tag.local_name().as_ref())),
                Event::End(_) => {
                    let closed = open.pop().ok_or("an element is closed twice")?;
                    add(&mut open, closed);
                }
                Event::Text(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| error.to_string())?,
                    );
                }
                Event::CData(text) => {
                    append(
                        &mut open,
                        &text.decode().map_err(|error| error.to_string())?,
                    );
                }
                Event::GeneralRef(reference) => append(&mut open, &resolved(&reference)?),
                Event::Eof => break,
                _ => {}
            }
        }
        match &mut open[..] {
            [document] if document.children.len() == 1 => Ok(document.children.remove(0)),
            _ => Err("no element found".to_owned()),
        }
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    fn named(name: &[u8]) -> Self {
        Self {
            name: String::from_utf8_lossy(name).into_owned(),
            ..Self::default()
        }
    }
}

fn add(open: &mut [Element], child: Element) {
    if let Some(parent) = open.last_mut() {
        parent.children.push(child);
    }
}

fn append(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Returns the character of a reference such as `&amp;` or `&#10;`.
fn resolved(reference: &BytesRef<'_>) -> Result<String, String> {
    let number = reference.resolve_char_ref();
    if let Some(c) = number.map_err(|error| error.to_string())? {
        return Ok(c.to_string());
    }
    let name = reference.decode().map_err(|error| error.to_string())?;
    let text = quick_xml::escape::resolve_predefined_entity(&name);
    text.map(str::to_owned)
        .ok_or_else(|| format!("undefined entity &{name};"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_and_references_are_read() {
        let text = "<?xml version=\"1.0\"?><a xmlns=\"urn:x\"><b>c &amp; &#x64;<![CDATA[<e>]]></b><f/></a>\n";
        let root = Element::parse(text).unwrap();
        assert_eq!(root.child("b").unwrap().text(), "c & d<e>");
        assert_eq!(root.child("f").unwrap().text(), "");
        assert!(root.child("g").is_none());
    }

    #[test]
    fn a_malformed_document_is_an_error() {
        for text in ["", "x", "<a>", "<a></b>", "<a>&x;</a>", "{}"] {
            assert!(Element::parse(text).is_err(), "{text}");
        }
    }
}
