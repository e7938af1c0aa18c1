//! The web console in a real browser: Chromium, driven by chromedriver, in the sandbox of a mock.

mod accessible;
mod actions;
mod browser;
mod export;
mod faults;
mod hostile;
mod live;
mod reads;
mod report;
mod repositories;
mod restart;
mod tokens;
