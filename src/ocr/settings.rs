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

/// Which network reads gray pages in English.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkChoice {
    /// The one that is tuned to print on slips of paper, part of the program.
    #[default]
    Auto,
    /// That of the language data.
    Stock,
}

/// Which other network reads what is doubtful once more.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondNetwork {
    /// Of the two for English the one that does not read the page; none for other languages.
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
words!(NetworkChoice { Auto => "auto", Stock => "stock" });
