//! Finds paths and strings in the arguments of macros, which have no syntax tree.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::Lit;
use syn::ext::IdentExt as _;

/// Something found in tokens, and its line.
pub(crate) struct Found {
    pub(crate) kind: TokenKind,
    pub(crate) line: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) enum TokenKind {
    Path(Vec<String>),
    Macro(Vec<String>),
    Text(String),
    /// `name = "text"`
    NamedText(String, String),
}

/// Reports all paths and strings in tokens, in order.
pub(crate) fn search(tokens: TokenStream, report: &mut dyn FnMut(Found)) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Group(group) => search(group.stream(), report),
            TokenTree::Ident(ident) if ident != "crate" && is_other_name(&tokens[..at]) => {}
            TokenTree::Ident(ident) => {
                let path = path(&tokens[at..]);
                at += 3 * (path.len() - 1);
                let kind = match is_call_of_macro(&tokens[at + 1..]) {
                    true => TokenKind::Macro(path),
                    false => TokenKind::Path(path),
                };
                let line = ident.span().start().line;
                report(Found { kind, line });
            }
            TokenTree::Literal(literal) => {
                if let Lit::Str(text) = Lit::new(literal.clone()) {
                    let kind = named(&tokens[..at], text.value());
                    let line = literal.span().start().line;
                    report(Found { kind, line });
                }
            }
            TokenTree::Punct(_) => {}
        }
        at += 1;
    }
}

fn named(before: &[TokenTree], text: String) -> TokenKind {
    match before {
        [.., TokenTree::Ident(name), equals] if is(equals, '=') => {
            TokenKind::NamedText(name.to_string(), text)
        }
        _ => TokenKind::Text(text),
    }
}

/// Returns whether a name is a field, a method, a lifetime or a variable of a macro, by the tokens before it.
fn is_other_name(before: &[TokenTree]) -> bool {
    match before {
        [.., previous, last] if is(last, '.') => !is(previous, '.'),
        [.., last] => is(last, '.') || is(last, '\'') || is(last, '$'),
        [] => false,
    }
}

/// Returns the path that tokens begin with.
fn path(tokens: &[TokenTree]) -> Vec<String> {
    let [TokenTree::Ident(first), rest @ ..] = tokens else {
        return Vec::new();
    };
    let mut path = vec![first.unraw().to_string()];
    if let [colon, second_colon, rest @ ..] = rest
        && is(colon, ':')
        && is(second_colon, ':')
    {
        path.extend(self::path(rest));
    }
    path
}

fn is_call_of_macro(after: &[TokenTree]) -> bool {
    let [mark, TokenTree::Group(group), ..] = after else {
        return false;
    };
    is(mark, '!') && group.delimiter() != Delimiter::None
}

fn is(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(tokens: &str) -> Vec<TokenKind> {
        let mut all = Vec::new();
        search(tokens.parse().unwrap(), &mut |found| all.push(found.kind));
        all
    }

    fn path(text: &str) -> Vec<String> {
        text.split("::").map(str::to_owned).collect()
    }

    #[test]
    fn paths_macros_and_texts_are_found() {
        let tokens = r#"a::b::c(d.e, 0..F, "g", { h::i![j::<k>()] }) != 'l $crate::m $n o = "p""#;
        let all = [
            TokenKind::Path(path("a::b::c")),
            TokenKind::Path(path("d")),
            TokenKind::Path(path("F")),
            TokenKind::Text("g".to_owned()),
            TokenKind::Macro(path("h::i")),
            TokenKind::Path(path("j")),
            TokenKind::Path(path("k")),
            TokenKind::Path(path("crate::m")),
            TokenKind::Path(path("o")),
            TokenKind::NamedText("o".to_owned(), "p".to_owned()),
        ];
        assert_eq!(found(tokens), all);
    }
}
