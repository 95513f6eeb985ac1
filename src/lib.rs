//! Turns archives of scanned documents into clean database records.
//!
//! Start at `pipeline::page::process`; `src/ARCHITECTURE.md` is the map.

pub mod authoring;
pub mod commands;
pub mod decode;
pub mod document;
pub mod evaluate;
pub mod export;
pub mod extract;
pub mod images;
pub mod intake;
pub mod interchange;
pub mod learn;
pub mod model;
pub mod normalize;
pub mod ocr;
pub mod pipeline;
pub mod prepare;
pub mod prose;
pub mod reader;
pub mod shapes;
pub mod store;
pub mod synth;
pub mod validate;
pub mod vocabulary;
