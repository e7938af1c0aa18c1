//! `mock-ecr contract`: correct clients pass, clients with a fault fail, and real clients have the recorded verdicts.

#![allow(clippy::unwrap_used, reason = "a test fails if a helper fails")]

mod command;
mod docker_login;
mod explanations;
mod failures;
#[cfg(feature = "real-clients")]
mod matrix;
mod model;
mod open;
#[cfg(feature = "real-clients")]
mod real;
mod suite;
mod variants;
