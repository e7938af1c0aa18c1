//! Formats outputs as XML, for AWS's Query protocol.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// A value of an output. The members of a structure keep their order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Node {
    Nothing,
    Text(String),
    List(Vec<Node>),
    Structure(Vec<(String, Node)>),
}

impl Node {
    /// Writes an element and a newline. The element is indented by two spaces for each level.
    ///
    /// Members without a value are omitted. The elements of a list are named `member`.
    pub(super) fn write(&self, xml: &mut String, level: usize, name: &str) {
        let indent = "  ".repeat(level);
        match self {
            Node::Nothing => {}
            Node::Text(text) if text.is_empty() => *xml += &format!("{indent}<{name}/>\n"),
            Node::Text(text) => {
                *xml += &format!("{indent}<{name}>{}</{name}>\n", escaped(text));
            }
            Node::List(nodes) => {
                let members = nodes.iter().map(|node| ("member", node));
                write_members(xml, level, name, members);
            }
            Node::Structure(members) => {
                let members = members.iter().map(|(name, node)| (name.as_str(), node));
                write_members(xml, level, name, members);
            }
        }
    }
}

fn write_members<'a>(
    xml: &mut String,
    level: usize,
    name: &str,
    members: impl Iterator<Item = (&'a str, &'a Node)>,
) {
    let indent = "  ".repeat(level);
    *xml += &format!("{indent}<{name}>\n");
    for (name, node) in members {
        node.write(xml, level + 1, name);
    }
    *xml += &format!("{indent}</{name}>\n");
}

/// Escapes a text. A character that XML 1.0 does not allow becomes U+FFFD.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '\r' => escaped += "&#xD;",
            '\t' | '\n' | ' '..='\u{FFFD}' | '\u{10000}'.. => escaped.push(character),
            _ => escaped.push('\u{FFFD}'),
        }
    }
    escaped
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value in an output")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Nothing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Text(value.to_string()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = list.next_element()? {
            nodes.push(node);
        }
        Ok(Node::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(Node::Structure(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_xml_does_not_allow_are_replaced() {
        let text = "a\u{0}\u{8}\u{FFFE}\r\n\u{1F600}&";
        assert_eq!(
            escaped(text),
            "a\u{FFFD}\u{FFFD}\u{FFFD}&#xD;\n\u{1F600}&amp;"
        );
    }

    #[test]
    fn the_members_of_an_output_keep_their_order() {
        let json = r#"{"B":"<&>","A":{"List":["x",{"Y":1}],"None":null,"Empty":"","Yes":true}}"#;
        let node: Node = serde_json::from_str(json).unwrap();
        let mut xml = String::new();
        node.write(&mut xml, 0, "R");
        let expected = "<R>
  <B>&lt;&amp;&gt;</B>
  <A>
    <List>
      <member>x</member>
      <member>
        <Y>1</Y>
      </member>
    </List>
    <Empty/>
    <Yes>true</Yes>
  </A>
</R>
";
        assert_eq!(xml, expected);
    }
}
