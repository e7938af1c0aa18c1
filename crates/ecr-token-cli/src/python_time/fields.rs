//! Reads the parts of a date with a time.

use crate::python_text::{is_space, strip};

/// The parts of a text, whose values are not checked.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) year: u64,
    pub(super) month: u64,
    pub(super) day: u64,
    pub(super) hour: u64,
    pub(super) minute: u64,
    pub(super) second: u64,
    pub(super) microsecond: i32,
    /// The offset from UTC in seconds.
    pub(super) offset: Option<i64>,
}

impl Fields {
    /// Returns `None` for a text in another form.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut reader = Reader {
            rest: strip(text),
            fields: Self::default(),
        };
        reader.skip_weekday();
        match reader.rest.starts_with(|c: char| c.is_ascii_digit()) {
            true => reader.date()?,
            false => reader.date_with_month_first()?,
        }
        reader.rest.is_empty().then_some(reader.fields)
    }
}

struct Reader<'t> {
    rest: &'t str,
    fields: Fields,
}

impl<'t> Reader<'t> {
    /// Reads a weekday, which has no meaning beside a date.
    fn skip_weekday(&mut self) {
        let start = self.rest;
        let word = self.word();
        match index(WEEKDAYS, word) {
            Some(_) => {
                self.skip_space();
                let _ = self.eat(',');
                self.skip_space();
            }
            None => self.rest = start,
        }
    }

    /// Reads a date that begins with a number, and what follows it.
    fn date(&mut self) -> Option<()> {
        let first = self.digits()?;
        let next = self.rest.chars().next();
        match (first.len(), next) {
            (8 | 12 | 14, _) => self.basic_date(first)?,
            (6, _) => return None,
            (3.., Some(separator @ ('-' | '/'))) => {
                self.fields.year = value(first);
                self.rest = &self.rest[1..];
                self.fields.month = value(self.digits()?);
                self.required(separator)?;
                self.fields.day = value(self.digits()?);
            }
            (1 | 2, Some(separator)) => {
                self.fields.day = value(first);
                self.separator(separator)?;
                self.month()?;
                self.separator(separator)?;
                self.year()?;
            }
            _ => return None,
        }
        self.time_after_date(first.len() > 8)
    }

    /// Reads `YYYYMMDD[hhmm[ss]]`.
    fn basic_date(&mut self, digits: &str) -> Option<()> {
        let part = |range| digits.get(range).map_or(0, value);
        self.fields.year = part(0..4);
        self.fields.month = part(4..6);
        self.fields.day = part(6..8);
        self.fields.hour = part(8..10);
        self.fields.minute = part(10..12);
        self.fields.second = part(12..14);
        Some(())
    }

    /// Reads the time, unless the date contains one, and the time zone.
    fn time_after_date(&mut self, has_time: bool) -> Option<()> {
        if !has_time {
            if self.rest.is_empty() {
                return Some(());
            }
            if !self.eat('T') && !self.eat('t') && !self.skip_space() {
                return None;
            }
            self.time()?;
        }
        self.zone()
    }

    /// Reads `Jan 2, 2999 03:04:05 UTC`, or `Jan  2 03:04:05 UTC 2999`, which `date` prints.
    fn date_with_month_first(&mut self) -> Option<()> {
        self.month()?;
        self.separator(' ')?;
        self.fields.day = value(self.digits()?);
        let has_comma = self.eat(',');
        self.separator(' ')?;
        let after_number = self.rest.trim_start_matches(|c: char| c.is_ascii_digit());
        if has_comma || !after_number.starts_with(':') {
            self.year()?;
            return self.time_after_date(false);
        }
        self.time()?;
        if !self
            .rest
            .trim_start()
            .starts_with(|c: char| c.is_ascii_digit())
        {
            self.zone()?;
        }
        self.separator(' ')?;
        self.year()?;
        match self.fields.offset {
            Some(_) => Some(()),
            None => self.zone(),
        }
    }

    /// Reads `hh:mm[:ss[.f]]` or `hh[mm[ss[.f]]]`.
    fn time(&mut self) -> Option<()> {
        let first = self.digits()?;
        if self.eat(':') {
            self.fields.hour = value(first);
            self.fields.minute = value(self.digits()?);
            if self.eat(':') {
                let second = self.digits()?;
                self.fields.second = value(second);
                self.fraction(second.len())?;
            }
            return Some(());
        }
        let part = |range| first.get(range).map_or(0, value);
        self.fields.hour = part(0..2);
        self.fields.minute = part(2..4);
        self.fields.second = part(4..6);
        match first.len() {
            2 | 4 => Some(()),
            6 => self.fraction(6),
            _ => None,
        }
    }

    /// Reads a fraction of a second if there is one. A comma is a decimal point only after two digits.
    fn fraction(&mut self, digits_before: usize) -> Option<()> {
        let has_fraction = self.eat('.') || (digits_before > 1 && self.eat(','));
        if !has_fraction {
            return Some(());
        }
        let digits = self.digits()?;
        let microseconds = format!("{digits:0<6}");
        self.fields.microsecond = microseconds[..6].parse().ok()?;
        Some(())
    }

    /// Reads a time zone if there is one: a name of UTC, an offset, or both. An offset after a name has the opposite sign, as in `TZ`.
    fn zone(&mut self) -> Option<()> {
        self.skip_space();
        let name = self.word();
        let mut sign = match name {
            "" => 1,
            "UTC" | "GMT" | "Z" | "z" => -1,
            _ => return None,
        };
        sign *= match (self.eat('+'), self.rest.starts_with('-')) {
            (true, _) => 1,
            (false, true) => {
                self.rest = &self.rest[1..];
                -1
            }
            (false, false) => {
                self.fields.offset = (!name.is_empty()).then_some(0);
                return Some(());
            }
        };
        self.fields.offset = Some(sign * self.offset()?);
        self.skip_comment();
        Some(())
    }

    /// Reads `hhmm`, `hh:mm` or `hh`, in seconds.
    fn offset(&mut self) -> Option<i64> {
        let hours = self.digits()?;
        let (hours, minutes) = match hours.len() {
            4 => (&hours[..2], &hours[2..]),
            _ if self.eat(':') => (hours, self.digits()?),
            1 | 2 => (hours, "0"),
            _ => return None,
        };
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        Some(i64::from(hours) * 3600 + i64::from(minutes) * 60)
    }

    /// Reads a name of the time zone such as ` (CET)` after an offset.
    fn skip_comment(&mut self) {
        let name = self.rest.strip_prefix(" (");
        let name = name.and_then(|name| name.strip_suffix(')'));
        let is_name = |name: &&str| name.bytes().all(|byte| byte.is_ascii_uppercase());
        if name
            .filter(is_name)
            .is_some_and(|name| (3..=5).contains(&name.len()))
        {
            self.rest = "";
        }
    }

    fn month(&mut self) -> Option<()> {
        let word = self.word();
        self.fields.month = index(MONTHS, word)?;
        Some(())
    }

    /// Reads a year. One of two digits would be ambiguous.
    fn year(&mut self) -> Option<()> {
        let digits = self.digits().filter(|digits| digits.len() > 2)?;
        self.fields.year = value(digits);
        Some(())
    }

    /// Reads a separator; spaces can be repeated.
    fn separator(&mut self, separator: char) -> Option<()> {
        match is_space(separator) {
            true => self.skip_space().then_some(()),
            false => self.required(separator),
        }
    }

    fn required(&mut self, c: char) -> Option<()> {
        self.eat(c).then_some(())
    }

    fn eat(&mut self, c: char) -> bool {
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    /// Returns whether there was a space.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest.trim_start_matches(is_space);
        let has_space = rest.len() < self.rest.len();
        self.rest = rest;
        has_space
    }

    fn digits(&mut self) -> Option<&'t str> {
        let digits = self.take_while(|c| c.is_ascii_digit());
        Some(digits).filter(|digits| !digits.is_empty())
    }

    fn word(&mut self) -> &'t str {
        self.take_while(|c| c.is_ascii_alphabetic())
    }

    fn take_while(&mut self, is_part: fn(char) -> bool) -> &'t str {
        let rest = self.rest;
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.rest = &rest[end..];
        &rest[..end]
    }
}

fn value(digits: &str) -> u64 {
    digits.parse().unwrap_or(u64::MAX)
}

/// Returns the number of a name, of which the first three letters suffice.
fn index(names: &[&str], word: &str) -> Option<u64> {
    let is_named = |name: &&str| {
        let is_short = word.len() == 3 || (word.len() == 4 && *name == "september");
        let is_length = is_short || word.len() == name.len();
        is_length && name[..word.len()].eq_ignore_ascii_case(word)
    };
    let at = names.iter().position(is_named)?;
    u64::try_from(at + 1).ok()
}

const WEEKDAYS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
