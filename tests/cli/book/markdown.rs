//! Reads sections, tables, code blocks, links and headings from Markdown.

/// Returns the text of a section of the second level, below its heading.
#[track_caller]
pub(super) fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let start = format!("\n## {heading}\n");
    let (_, rest) = text
        .split_once(&start)
        .unwrap_or_else(|| panic!("there is no section {heading}"));
    rest.split("\n## ").next().unwrap()
}

/// Returns the cells of each row of the first table of a text, without its header.
#[track_caller]
pub(super) fn table(text: &str) -> Vec<Vec<String>> {
    let lines = text.lines().skip_while(|line| !line.starts_with('|'));
    let rows = lines.take_while(|line| line.starts_with('|')).skip(2);
    let rows: Vec<Vec<String>> = rows.map(cells).collect();
    assert!(!rows.is_empty(), "no table in {text}");
    rows
}

fn cells(row: &str) -> Vec<String> {
    let row = row.trim().trim_start_matches('|').trim_end_matches('|');
    row.split('|').map(|cell| cell.trim().to_owned()).collect()
}

/// Returns the code in a cell that contains nothing else.
pub(super) fn code(cell: &str) -> Option<&str> {
    cell.strip_prefix('`')?.strip_suffix('`')
}

/// A code block, with its language.
pub(super) struct Block<'a> {
    pub(super) language: &'a str,
    pub(super) text: &'a str,
}

pub(super) fn blocks(text: &str) -> Vec<Block<'_>> {
    let fences = text.split("\n```").skip(1).step_by(2);
    let blocks = fences.map(|block| block.split_once('\n').unwrap_or((block, "")));
    blocks
        .map(|(language, text)| Block { language, text })
        .collect()
}

/// Returns the text without its code blocks.
pub(super) fn prose(text: &str) -> String {
    let text = format!("\n{text}");
    let parts: Vec<&str> = text.split("\n```").step_by(2).collect();
    parts.join("\n")
}

/// Returns the destinations of the links of a text.
pub(super) fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let starts = prose.split("](").skip(1);
    let links = starts.filter_map(|rest| rest.split(')').next());
    links.map(str::to_owned).collect()
}

/// Returns the link fragments of the headings of a text.
pub(super) fn fragments(text: &str) -> Vec<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    headings
        .map(|line| slug(line.trim_start_matches('#').trim()))
        .collect()
}

/// Returns the link fragment of a heading, in the form of mdBook and GitHub.
pub(super) fn slug(heading: &str) -> String {
    let kept = heading.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        '-' | '_' => Some(character),
        _ if character.is_alphanumeric() => Some(character.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// Returns the inline code of a text.
pub(super) fn inline_code(text: &str) -> Vec<String> {
    let prose = prose(text);
    let code = prose.split('`').skip(1).step_by(2);
    code.map(str::to_owned).collect()
}
