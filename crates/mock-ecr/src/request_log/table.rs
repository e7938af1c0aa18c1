//! Formats the request log as a table, for the messages of failed assertions.

use std::borrow::Cow;
use std::fmt;

use crate::iam::principal::Caller;
use crate::request_log::explanation::ExplanationLevel;
use crate::request_log::received_request::ReceivedRequest;
use crate::types::printable::printable;

/// The request log as text: a heading, and a table with one request in each line, after a line break. Some requests are
/// marked with `>`. The line below a request explains it, if its explanation has the level `warning` or `error`.
pub(super) struct RequestTable<'a> {
    rows: Vec<(bool, &'a ReceivedRequest)>,
    /// The number of requests that are not in the table.
    omitted: u64,
}

impl<'a> RequestTable<'a> {
    /// Returns the table of the latest requests. `discarded` is the number of requests before them.
    pub(super) fn new(mut rows: Vec<(bool, &'a ReceivedRequest)>, discarded: u64) -> Self {
        let surplus = rows.len().saturating_sub(MAX_ROWS);
        rows.drain(..surplus);
        RequestTable {
            omitted: discarded + surplus as u64,
            rows,
        }
    }

    fn heading(&self) -> String {
        match (self.rows.is_empty(), self.omitted) {
            (true, 0) => "the request log is empty".to_owned(),
            (_, 0) => "the request log, oldest first:".to_owned(),
            (_, n) => format!("the request log, oldest first, without the first {n} requests:"),
        }
    }
}

impl fmt::Display for RequestTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "; {}", self.heading())?;
        if self.rows.is_empty() {
            return Ok(());
        }
        let cells: Vec<_> = self.rows.iter().map(|(_, entry)| cells(entry)).collect();
        let widths = widths(&cells);
        line(f, false, &HEADING.map(str::to_owned), widths)?;
        let mut rows = self.rows.iter().zip(&cells);
        rows.try_for_each(|((is_marked, entry), cells)| {
            line(f, *is_marked, cells, widths)?;
            let explanation = explanation(entry);
            explanation.map_or(Ok(()), |text| write!(f, "\n    {text}"))
        })
    }
}

const HEADING: [&str; COLUMNS] = [
    "TIME",
    "SERVICE",
    "STATUS",
    "OPERATION",
    "REQUEST",
    "CALLER/ERROR",
];
const COLUMNS: usize = 6;

fn cells(entry: &ReceivedRequest) -> [String; COLUMNS] {
    let scheme = entry.ingress.scheme();
    [
        entry.received.to_string(),
        entry.service.to_string(),
        entry.status.as_u16().to_string(),
        entry.operation.or(entry.route).unwrap_or("-").to_owned(),
        format!("{} {scheme}://{}{}", entry.method, entry.host, entry.target),
        details(entry),
    ]
}

/// Returns the error and the reason for it, or the caller, and what the request presented.
fn details(entry: &ReceivedRequest) -> String {
    let caller = entry.caller.as_ref().map(Caller::arn);
    let bearer = entry.bearer.as_ref().map(|arn| format!("token of {arn}"));
    let parts = [
        entry.error.map(str::to_owned),
        entry.token_error.as_ref().map(ToString::to_string),
        caller.map(ToString::to_string),
        bearer.filter(|_| caller.is_none()),
        entry.token.map(|token| format!("token {token}")),
        presented(entry),
        faults(entry),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

/// Returns what a request without a verified caller presented.
fn presented(entry: &ReceivedRequest) -> Option<String> {
    let is_known = entry.caller.is_some() || entry.bearer.is_some();
    match &entry.claim {
        _ if is_known || !entry.authorization => None,
        Some(claim) => Some(format!("signed with {}", claim.access_key_id)),
        None => Some("with Authorization".to_owned()),
    }
}

fn faults(entry: &ReceivedRequest) -> Option<String> {
    let ids: Vec<String> = entry.faults.iter().map(ToString::to_string).collect();
    (!ids.is_empty()).then(|| format!("fault {}", ids.join(" and ")))
}

/// Returns why the request was rejected, or what a fault did, on one line. Returns `None` if the response is normal.
fn explanation(entry: &ReceivedRequest) -> Option<String> {
    let explanation = entry.explanation()?;
    let is_normal = explanation.level == ExplanationLevel::Info;
    (!is_normal).then(|| printable(&beginning(&explanation.text)))
}

/// Returns the beginning of a long text.
fn beginning(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(MAX_EXPLANATION);
    end.map_or(text.into(), |(end, _)| format!("{}…", &text[..end]).into())
}

/// Returns the width of each column. A field that is wider than [`MAX_WIDTH`] does not widen its column.
fn widths(cells: &[[String; COLUMNS]]) -> [usize; COLUMNS] {
    let mut widths = HEADING.map(str::len);
    for row in cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            let length = cell.chars().count();
            *width = (*width).max(if length > MAX_WIDTH { 0 } else { length });
        }
    }
    widths
}

fn line(
    f: &mut fmt::Formatter<'_>,
    is_marked: bool,
    cells: &[String; COLUMNS],
    widths: [usize; COLUMNS],
) -> fmt::Result {
    let padded = cells.iter().zip(widths);
    let padded = padded.map(|(cell, width)| format!("  {cell:<width$}"));
    let text: String = padded.collect();
    let mark = if is_marked { '>' } else { ' ' };
    write!(f, "\n{mark}{}", &text.trim_end()[1..])
}

/// The maximum number of requests in a message.
const MAX_ROWS: usize = 200;
const MAX_WIDTH: usize = 60;
/// The maximum length of an explanation, in characters.
const MAX_EXPLANATION: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request_log::received_request::tests::entry;

    #[test]
    fn the_columns_are_aligned_and_marked_requests_begin_with_an_angle_bracket() {
        let (first, mut second) = (entry("/v2/"), entry("/"));
        second.operation = Some("GetAuthorizationToken");
        second.error = Some("ThrottlingException");
        second.status = http::StatusCode::BAD_REQUEST;
        let table = RequestTable::new(vec![(false, &first), (true, &second)], 0);
        let expected = [
            "; the request log, oldest first:",
            "  TIME                      SERVICE  STATUS  OPERATION              REQUEST          CALLER/ERROR",
            "  2015-11-29T21:30:53.241Z  ecr      200     -                      GET http:///v2/",
            "> 2015-11-29T21:30:53.241Z  ecr      400     GetAuthorizationToken  GET http:///     ThrottlingException",
            "    The mock returned ThrottlingException with status 400.",
        ];
        assert_eq!(table.to_string().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_explanation_is_one_line_of_limited_length() {
        let mut rejected = entry("/");
        rejected.error = Some("InvalidParameterException");
        rejected.message = Some(format!("a\n\u{202e}\"b\" {}", "c".repeat(1000)));
        let table = RequestTable::new(vec![(true, &rejected)], 0).to_string();
        let last = table.lines().last().unwrap();
        assert!(last.starts_with("    a\\n\\u{202e}\"b\" ccc"), "{last}");
        assert!(last.ends_with("cc…") && last.chars().count() < MAX_EXPLANATION + 20);
    }

    #[test]
    fn a_long_log_is_shortened_to_the_latest_requests() {
        let entries: Vec<_> = (0..MAX_ROWS + 5).map(|n| entry(&format!("/{n}"))).collect();
        let rows = entries.iter().map(|entry| (false, entry)).collect();
        let table = RequestTable::new(rows, 10).to_string();
        let heading = "; the request log, oldest first, without the first 15 requests:\n";
        assert!(table.starts_with(heading), "{table}");
        assert!(
            !table.contains("http:///4\n") && table.ends_with("http:///204"),
            "{table}"
        );
    }

    #[test]
    fn an_empty_log_has_no_table() {
        let table = RequestTable::new(Vec::new(), 0);
        assert_eq!(table.to_string(), "; the request log is empty");
    }
}
