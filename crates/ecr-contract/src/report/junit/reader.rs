//! Reads XML elements with their attributes and text, for tests.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub(super) struct Element {
    name: String,
    attributes: Vec<(String, String)>,
    pub(super) text: String,
}

impl Element {
    fn new(start: &BytesStart<'_>) -> Self {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let value = String::from_utf8(attribute.value.to_vec()).unwrap();
            let value = quick_xml::escape::unescape(&value).unwrap().into_owned();
            (
                String::from_utf8(attribute.key.as_ref().to_vec()).unwrap(),
                value,
            )
        });
        Element {
            attributes: attributes.collect(),
            name: String::from_utf8(start.name().as_ref().to_vec()).unwrap(),
            text: String::new(),
        }
    }

    pub(super) fn get(&self, key: &str) -> &str {
        let found = self.attributes.iter().find(|(name, _)| name == key);
        &found.unwrap().1
    }
}

pub(super) fn elements(text: &str) -> Vec<Element> {
    let mut reader = Reader::from_str(text);
    let mut elements: Vec<Element> = Vec::new();
    let mut open = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                open.push(elements.len());
                elements.push(Element::new(&start));
            }
            Event::Empty(start) => elements.push(Element::new(&start)),
            Event::End(_) => drop(open.pop()),
            Event::Text(text) => {
                if let Some(at) = open.last() {
                    elements[*at]
                        .text
                        .push_str(std::str::from_utf8(&text).unwrap());
                }
            }
            Event::GeneralRef(name) => {
                let entity = format!("&{};", std::str::from_utf8(&name).unwrap());
                let at = *open.last().unwrap();
                elements[at]
                    .text
                    .push_str(&quick_xml::escape::unescape(&entity).unwrap());
            }
            Event::Eof => return elements,
            Event::Decl(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

pub(super) fn named<'a>(elements: &'a [Element], name: &str) -> Vec<&'a Element> {
    elements.iter().filter(|one| one.name == name).collect()
}
