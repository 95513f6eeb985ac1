//! What a person may choose about recognition.

use serde::{Deserialize, Serialize};

use crate::document::words;

/// Which engine recognizes lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// Native where it supports the language data and the processor, else Tesseract.
    #[default]
    Auto,
    Native,
    Tesseract,
}

/// Who finds the lines of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayoutChoice {
    /// Native, and Tesseract's where the native layout doubts itself.
    #[default]
    Auto,
    Native,
    Tesseract,
}

words!(EngineChoice { Auto => "auto", Native => "native", Tesseract => "tesseract" });
words!(LayoutChoice { Auto => "auto", Native => "native", Tesseract => "tesseract" });
