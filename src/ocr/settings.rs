//! What a person may choose about recognition.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

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

/// A word that names no choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is none of auto, native, tesseract")]
pub struct UnknownChoice {
    word: String,
}

impl FromStr for EngineChoice {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, UnknownChoice> {
        match word {
            "auto" => Ok(Self::Auto),
            "native" => Ok(Self::Native),
            "tesseract" => Ok(Self::Tesseract),
            _ => Err(UnknownChoice { word: word.to_owned() }),
        }
    }
}

impl FromStr for LayoutChoice {
    type Err = UnknownChoice;

    fn from_str(word: &str) -> Result<Self, UnknownChoice> {
        match word.parse()? {
            EngineChoice::Auto => Ok(Self::Auto),
            EngineChoice::Native => Ok(Self::Native),
            EngineChoice::Tesseract => Ok(Self::Tesseract),
        }
    }
}
