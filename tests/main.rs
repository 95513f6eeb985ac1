//! All integration tests in one binary: the program as its users run it, and the house rules.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed, which is right")]

mod archive;
mod engine;
mod errors;
mod files;
mod hostile;
mod languages;
mod model_tools;
mod models;
mod page_text;
mod parity;
mod plan;
mod program;
mod recovery;
mod reextract;
mod regions;
mod samples;
mod sandbox;
mod tidy;
mod words;
