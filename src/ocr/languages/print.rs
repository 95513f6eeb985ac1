//! The network that reads gray pages in English: that of the language data, tuned to print on slips of paper.
//!
//! Networks of language data learned books and their fonts. Lines of receipts, and of print in many fonts made faint,
//! coarse and dirty, taught this one, see `networks/README.md`; characters and words are those of the language data.

use tesseract_lstm::{Kernel, LineReader, Model, ModelError};

use super::candidate::Candidate;

/// The language that the network reads.
pub(super) const LANGUAGE: &str = "eng";
/// Its name as it stands in recipes.
pub(super) const NAME: &str = "eng-print";
/// Its data, without words.
const DATA: &[u8] = include_bytes!("../../../networks/eng-print.traineddata");

/// The network, loaded when the first page asks for it.
#[derive(Default)]
pub(super) struct Print {
    reader: Option<LineReader>,
    /// The language data that is installed has other characters.
    is_unusable: bool,
}

impl Print {
    /// Returns the recognizer, with the words of the language data; `None` if that has other characters.
    pub(super) fn reader(
        &mut self,
        language: &mut Candidate,
        kernel: Kernel,
    ) -> Option<&mut LineReader> {
        if self.reader.is_none() && !self.is_unusable {
            match model(language) {
                Ok(model) => self.reader = Some(LineReader::new(model, kernel)),
                Err(_) => self.is_unusable = true,
            }
        }
        self.reader.as_mut()
    }
}

fn model(language: &mut Candidate) -> Result<Model, ModelError> {
    Model::parse(DATA)?.with_words_of(language.model()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ocr::languages::Wanted;

    #[test]
    fn reads_for_language_data_of_its_characters_only() {
        for (language, is_for) in [("eng", true), ("deu", false)] {
            let path = Wanted::parse(language).unwrap().file(language);
            let mut candidate = Candidate::open(language, &path).unwrap();
            let mut print = Print::default();
            assert_eq!(print.reader(&mut candidate, Kernel::Scalar).is_some(), is_for);
        }
    }
}
