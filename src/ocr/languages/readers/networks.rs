//! Which of the networks for a language reads a page, and which one reads what is doubtful once more.

use image::GrayImage;
use tesseract_lstm::{Alphabet, Inversion, LineReader, LineSettings, LineText};

use super::LineReaders;
use crate::document::Recipe;
use crate::ocr::languages::print;
use crate::ocr::languages::second::Second;

impl LineReaders {
    /// Returns who reads a language on this page.
    pub(super) fn reader_of(&mut self, language: usize) -> Option<&mut LineReader> {
        if self.is_print(language) {
            return self.print.as_mut()?.reader(&mut self.candidates[language], self.kernel);
        }
        self.candidates[language].reader(self.kernel)
    }

    /// Returns whether the network for print reads a language on this page.
    fn is_print(&mut self, language: usize) -> bool {
        let candidate = &mut self.candidates[language];
        let is_wanted = self.page.is_gray && candidate.name == print::LANGUAGE;
        let print = self.print.as_mut().filter(|_| is_wanted);
        print.is_some_and(|print| print.reader(candidate, self.kernel).is_some())
    }

    /// Reads pictures of lines that are dark on light by the second network; `None` if there is none for the page.
    pub(in crate::ocr) fn read_otherwise(
        &mut self,
        pictures: &[&GrayImage],
    ) -> Option<Vec<LineText>> {
        let settings = LineSettings { alphabet: Alphabet::All, inversion: Inversion::Never };
        Some(self.second_of_page()?.read_lines(pictures, &settings))
    }

    /// Returns whether there is a second network for the page.
    pub(in crate::ocr) fn has_second(&mut self) -> bool {
        self.second_of_page().is_some()
    }

    /// Returns the networks that read the page besides those of the language data, as they stand in the recipe.
    pub(in crate::ocr) fn network_notes(&mut self) -> Vec<String> {
        let is_print = self.is_print(self.page.main);
        let mut notes = Vec::new();
        if is_print {
            notes.push(format!("network({})", print::NAME));
        }
        if self.has_second() {
            let name = match &self.second {
                Second::Of(named) => named.name(),
                Second::None | Second::Other if is_print => print::LANGUAGE,
                Second::None | Second::Other => print::NAME,
            };
            notes.push(format!("{}({name})", Recipe::SECOND_NETWORK));
        }
        notes
    }

    /// Returns the second network if there is one for the page's script, another one than reads the page.
    fn second_of_page(&mut self) -> Option<&mut LineReader> {
        let is_print = self.is_print(self.page.main);
        let main = &mut self.candidates[self.page.main];
        match &mut self.second {
            Second::Other if is_print => main.reader(self.kernel),
            Second::Other if main.name == print::LANGUAGE => {
                self.print.as_mut()?.reader(main, self.kernel)
            }
            Second::Of(named) if is_print || named.name() != main.name => {
                named.reader(&main.script()?, self.kernel)
            }
            Second::None | Second::Other | Second::Of(_) => None,
        }
    }
}
