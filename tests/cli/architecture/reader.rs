//! Collects the facts of a module from its syntax tree.

use syn::visit::{self, Visit};

use crate::architecture::attributes;
use crate::architecture::syntax::{Function, Mention, MentionKind, ModuleSyntax, Path, Text};
use crate::architecture::tokens::{self, TokenKind};
use crate::architecture::use_tree::{Import, Scope, unraw};

/// Returns the facts of a file.
pub(crate) fn read(file: &syn::File) -> ModuleSyntax {
    let mut reader = Reader::default();
    if !attributes::is_test_only(&file.attrs) {
        reader.visit_file(file);
    }
    reader.module
}

/// The visitor of one module.
#[derive(Default)]
struct Reader {
    module: ModuleSyntax,
    n_blocks: usize,
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        if attributes::is_test_only(attributes::of_item(item)) {
            if let syn::Item::Mod(module) = item {
                self.module.test_modules.push(unraw(&module.ident));
            }
            return;
        }
        if let Some(ident) = defined_name(item).filter(|_| self.n_blocks == 0) {
            self.module.items.insert(unraw(ident));
            if let syn::Item::Macro(_) = item {
                self.module.macros.insert(unraw(ident));
            }
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let name = unraw(&module.ident);
        let Some((_, items)) = &module.content else {
            self.module.file_modules.push(name);
            return;
        };
        let mut reader = Reader::default();
        items.iter().for_each(|item| reader.visit_item(item));
        self.module.inline_modules.push((name, reader.module));
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let scope = match self.n_blocks {
            0 => Scope::Module,
            _ => Scope::Block,
        };
        self.module.imports.extend(Import::all_of(item, scope));
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        if !attributes::is_test_only(attributes::of_impl_item(item)) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        if !attributes::is_test_only(attributes::of_trait_item(item)) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        if !attributes::is_test_only(attributes::of_statement(statement)) {
            visit::visit_stmt(self, statement);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !attributes::is_test_only(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_field_value(&mut self, field: &'ast syn::FieldValue) {
        if !attributes::is_test_only(&field.attrs) {
            visit::visit_field_value(self, field);
        }
    }

    fn visit_variant(&mut self, variant: &'ast syn::Variant) {
        if !attributes::is_test_only(&variant.attrs) {
            visit::visit_variant(self, variant);
        }
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        if !attributes::is_test_only(&arm.attrs) {
            visit::visit_arm(self, arm);
        }
    }

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        self.add_function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        self.add_function(&function.sig, &function.block);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.add_function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        self.n_blocks += 1;
        visit::visit_block(self, block);
        self.n_blocks -= 1;
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(MentionKind::Code, names(path), line(path));
        visit::visit_path(self, path);
    }

    /// The path in `pub(super)` is not a use of an item.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}

    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        self.mention(MentionKind::Macro, names(&call.path), line(&call.path));
        tokens::search(call.tokens.clone(), &mut |found| match found.kind {
            TokenKind::Path(path) => self.mention(MentionKind::Code, path, found.line),
            TokenKind::Macro(path) => self.mention(MentionKind::Macro, path, found.line),
            TokenKind::Text(text) | TokenKind::NamedText(_, text) => {
                let line = found.line;
                self.module.texts.push(Text { text, line });
            }
        });
    }

    fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
        self.module.texts.push(Text {
            text: text.value(),
            line: text.span().start().line,
        });
    }

    fn visit_lit_byte_str(&mut self, text: &'ast syn::LitByteStr) {
        self.module.texts.push(Text {
            text: String::from_utf8_lossy(&text.value()).into_owned(),
            line: text.span().start().line,
        });
    }

    fn visit_attribute(&mut self, attribute: &'ast syn::Attribute) {
        let path = attribute.path();
        if path.segments.len() > 1 {
            self.mention(MentionKind::Macro, names(path), line(path));
        }
        let syn::Meta::List(list) = &attribute.meta else {
            return;
        };
        let is_derive = path.is_ident("derive");
        tokens::search(list.tokens.clone(), &mut |found| match found.kind {
            // A single name is the name of an option.
            TokenKind::Path(path) if is_derive || path.len() > 1 => {
                self.mention(MentionKind::Code, path, found.line);
            }
            TokenKind::NamedText(name, text) if PATHS_IN_TEXTS.contains(&name.as_str()) => {
                self.mention_text(&text, found.line);
            }
            _ => {}
        });
    }
}

/// The options of attributes whose value is a type or a function in a string.
const PATHS_IN_TEXTS: [&str; 8] = [
    "default",
    "deserialize_with",
    "from",
    "into",
    "schema_with",
    "serialize_with",
    "try_from",
    "with",
];

impl Reader {
    fn mention(&mut self, kind: MentionKind, path: Path, line: usize) {
        self.module.mentions.push(Mention { path, kind, line });
    }

    fn mention_text(&mut self, text: &str, line: usize) {
        // In attributes other than serde's, the value may be any text.
        let tokens = text.parse().unwrap_or_default();
        tokens::search(tokens, &mut |found| {
            if let TokenKind::Path(path) = found.kind {
                self.mention(MentionKind::Attribute, path, line);
            }
        });
    }

    fn add_function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let line = signature.fn_token.span.start().line;
        let last_line = block.brace_token.span.close().end().line;
        self.module.functions.push(Function {
            name: unraw(&signature.ident),
            line,
            n_lines: last_line - line + 1,
        });
    }
}

fn names(path: &syn::Path) -> Path {
    let names = path.segments.iter().map(|segment| unraw(&segment.ident));
    names.collect()
}

fn line(path: &syn::Path) -> usize {
    path.segments
        .first()
        .map_or(0, |segment| segment.ident.span().start().line)
}

/// Returns the name that an item defines in its module.
fn defined_name(item: &syn::Item) -> Option<&syn::Ident> {
    match item {
        syn::Item::Const(item) => Some(&item.ident),
        syn::Item::Enum(item) => Some(&item.ident),
        syn::Item::Fn(item) => Some(&item.sig.ident),
        syn::Item::Macro(item) => item.ident.as_ref(),
        syn::Item::Static(item) => Some(&item.ident),
        syn::Item::Struct(item) => Some(&item.ident),
        syn::Item::Trait(item) => Some(&item.ident),
        syn::Item::TraitAlias(item) => Some(&item.ident),
        syn::Item::Type(item) => Some(&item.ident),
        syn::Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}
