//! How documents are decoded.

use serde::{Deserialize, Serialize};

use super::limits::Limits;
use crate::document::words;

/// When a PDF's own text layer is taken instead of recognizing the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PdfText {
    /// Where it is visible, plausible text that covers the page.
    #[default]
    Auto,
    /// Never: each page becomes an image.
    Never,
    /// Always: a page without any fails with `no_text_layer`.
    Only,
}

words!(PdfText { Auto => "auto", Never => "never", Only => "only" });

/// How documents are decoded; sent to the reader with each document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DecodeOptions {
    pub limits: Limits,
    pub pdf_text: PdfText,
    /// Tried in order on encrypted PDFs, after the empty password.
    pub passwords: Vec<String>,
    /// Pixels per inch of PDF pages that are not scans.
    pub pdf_dpi: f32,
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            pdf_text: PdfText::Auto,
            passwords: Vec::new(),
            pdf_dpi: 300.0,
        }
    }
}
