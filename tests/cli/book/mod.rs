//! Checks the book in `docs/`: generated pages, reference, examples and links.
//!
//! `MOCK_ECR_BLESS=1 cargo test --package mock-ecr-cli --test cli book` writes the generated regions again.

mod command_line;
mod configuration;
mod control;
mod examples;
mod faults;
mod help_text;
mod installation;
mod links;
mod markdown;
mod operations;
mod page;
mod rejections;
mod scenarios;
mod schema;
mod verdicts;
