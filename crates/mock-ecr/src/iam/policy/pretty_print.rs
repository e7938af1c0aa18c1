//! The form in which ECR returns policies: that of the default pretty printer of Jackson, a JSON library for Java.
//!
//! Objects are indented by two spaces, and lists are on one line. Source: cloud-custodian/cloud-custodian, the recordings
//! `test_ecr_image_modify_policy` (2021) and `test_ecr_remove_named` (2017).

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

/// Prints a value whose lists are not empty.
pub(super) fn pretty_print(value: &impl Serialize) -> String {
    let mut text = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut text, Jackson::default());
    let printed = value.serialize(&mut serializer);
    printed.expect("the keys of a policy are texts");
    String::from_utf8(text).expect("JSON is UTF-8")
}

#[derive(Default)]
struct Jackson {
    depth: usize,
}

impl Jackson {
    fn new_line<W: ?Sized + Write>(&self, to: &mut W) -> io::Result<()> {
        to.write_all(b"\n")?;
        (0..self.depth).try_for_each(|_| to.write_all(b"  "))
    }
}

impl Formatter for Jackson {
    fn begin_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b"[ ")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b", " })
    }

    fn end_array<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b" ]")
    }

    fn begin_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth += 1;
        to.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, to: &mut W, first: bool) -> io::Result<()> {
        to.write_all(if first { b"" } else { b"," })?;
        self.new_line(to)
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        to.write_all(b" : ")
    }

    fn end_object<W: ?Sized + Write>(&mut self, to: &mut W) -> io::Result<()> {
        self.depth -= 1;
        self.new_line(to)?;
        to.write_all(b"}")
    }
}
