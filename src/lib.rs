//! Turns archives of scanned documents into clean database records.
//!
//! Start at `pipeline::page::process`; `src/ARCHITECTURE.md` is the map.

pub mod document;
pub mod export;
pub mod model;
pub mod store;
