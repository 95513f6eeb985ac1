//! Shapes of a bilevel page: connected components and the runs they consist of.
//!
//! Knows nothing of text; `prepare` and `ocr` decide what a shape is.

mod components;

pub use components::{Component, Components, Run, find_components};
