//! `mock-ecr contract`: it can be passed, it can fail, and real clients give the verdicts on record.

#![allow(
    clippy::unwrap_used,
    reason = "a helper that cannot go on fails the test that called it"
)]

mod command;
mod matrix;
mod model;
mod real;
mod suite;
