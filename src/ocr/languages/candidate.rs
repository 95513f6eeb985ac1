//! A language that pages may be read in: its recognizer, its words and its script, each loaded when it is needed.
//!
//! The file is opened at the start: data that is replaced or removed during a run changes nothing.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::Path;

use tesseract_lstm::{Kernel, LineReader, Model, ModelError, Script, WordList};

/// A language and what is loaded of its data.
pub(super) struct Candidate {
    pub name: String,
    file: File,
    reader: Option<LineReader>,
    lexicon: Option<Lexicon>,
    /// Its data is of another kind than the native recognizer reads.
    is_unusable: bool,
}

/// What is known of a language without its network.
struct Lexicon {
    script: Script,
    /// `None`: the data lists no words.
    words: Option<WordList>,
}

impl Candidate {
    /// Opens language data; nothing is read yet.
    pub(super) fn open(name: &str, path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            name: name.to_owned(),
            file: File::open(path)?,
            reader: None,
            lexicon: None,
            is_unusable: false,
        })
    }

    /// Loads the network. `Unsupported` says what only Tesseract can do with it.
    pub(super) fn load(&mut self, kernel: Kernel) -> Result<&mut LineReader, ModelError> {
        if self.reader.is_none() {
            self.reader = Some(LineReader::new(self.model()?, kernel));
        }
        Ok(self.reader.as_mut().expect("it was loaded above"))
    }

    /// Reads the whole of the data. `Unsupported` says what only Tesseract can do with it.
    pub(super) fn model(&mut self) -> Result<Model, ModelError> {
        Model::parse(&self.bytes()?)
    }

    /// Returns the recognizer, or `None` if the data cannot be used.
    pub(super) fn reader(&mut self, kernel: Kernel) -> Option<&mut LineReader> {
        if self.is_unusable {
            return None;
        }
        if self.reader.is_none() && self.load(kernel).is_err() {
            self.is_unusable = true;
            return None;
        }
        self.reader.as_mut()
    }

    /// Returns the script that most of the language's characters belong to; `None` if that is not known.
    pub(super) fn script(&mut self) -> Option<Script> {
        Some(self.lexicon()?.script.clone())
    }

    /// Tells of each word whether the language has it: as it is written, in small letters or with a capital.
    pub(super) fn known(&mut self, words: &[String]) -> Vec<bool> {
        let list = self.lexicon().and_then(|lexicon| lexicon.words.as_ref());
        let Some(list) = list else { return vec![false; words.len()] };
        words.iter().map(|word| forms(word).iter().any(|form| list.contains(form))).collect()
    }

    fn lexicon(&mut self) -> Option<&Lexicon> {
        if self.lexicon.is_none() && !self.is_unusable {
            match self.read_lexicon() {
                Ok(lexicon) => self.lexicon = Some(lexicon),
                Err(_) => self.is_unusable = true,
            }
        }
        self.lexicon.as_ref().filter(|_| !self.is_unusable)
    }

    fn read_lexicon(&mut self) -> Result<Lexicon, ModelError> {
        let bytes = self.bytes()?;
        Ok(Lexicon { script: Script::of(&bytes)?, words: WordList::parse(&bytes)? })
    }

    fn bytes(&mut self) -> Result<Vec<u8>, ModelError> {
        let mut bytes = Vec::new();
        let read = self.file.rewind().and_then(|()| self.file.read_to_end(&mut bytes));
        read.map_err(|error| ModelError::Broken { part: "file", what: error.to_string() })?;
        Ok(bytes)
    }
}

/// Returns the ways in which a list may have a word.
fn forms(word: &str) -> [String; 3] {
    let small = word.to_lowercase();
    let mut letters = small.chars();
    let capital = letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default();
    [word.to_owned(), small, capital]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::languages::Wanted;

    #[test]
    fn words_are_known_in_capitals_and_at_the_start_of_a_sentence() {
        let wanted = Wanted::parse("deu").unwrap();
        let mut german = Candidate::open("deu", &wanted.file("deu")).unwrap();
        let words = ["RECHNUNG", "Rechnung", "Zwischen", "Rechnumg"].map(str::to_owned);
        assert_eq!(german.known(&words), [true, true, true, false]);
    }

    #[test]
    fn knows_the_script_of_a_language() {
        for (language, script) in [("deu", "Latin"), ("eng", "Latin"), ("chi_sim", "Han")] {
            let wanted = Wanted::parse(language).unwrap();
            let mut candidate = Candidate::open(language, &wanted.file(language)).unwrap();
            assert_eq!(candidate.script().unwrap().as_str(), script);
        }
    }
}
