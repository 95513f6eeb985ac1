//! What a person may choose about recognition.

use std::convert::Infallible;
use std::str::FromStr;

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

/// Which other network reads what is doubtful once more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondNetwork {
    /// The best of those that are installed, if any is.
    #[default]
    Auto,
    Off,
    /// That of a language, such as `swe`.
    Of(String),
}

impl FromStr for SecondNetwork {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            "off" => Self::Off,
            language => Self::Of(language.to_owned()),
        })
    }
}

words!(EngineChoice { Auto => "auto", Native => "native", Tesseract => "tesseract" });
words!(LayoutChoice { Auto => "auto", Native => "native", Tesseract => "tesseract" });
