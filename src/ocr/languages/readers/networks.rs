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
        let (_, reader) = self.second_of_page()?;
        Some(reader.read_lines(pictures, &settings))
    }

    /// Returns whether there is a second network for the page.
    pub(in crate::ocr) fn has_second(&mut self) -> bool {
        self.second_of_page().is_some()
    }

    /// Returns which networks read the page besides those of its languages, as they stand in the recipe.
    pub(in crate::ocr) fn network_notes(&mut self) -> Vec<String> {
        let mut used = vec![self.page.main];
        used.extend(self.page.others.iter().map(|(language, _)| *language));
        let mut notes = Vec::new();
        if used.into_iter().any(|language| self.is_print(language)) {
            notes.push(format!("network({})", print::NAME));
        }
        if let Some((name, _)) = self.second_of_page() {
            notes.push(format!("{}({name})", Recipe::SECOND_NETWORK));
        }
        notes
    }

    /// Returns the second network and its name if there is one for the page's script, another one than reads the page.
    fn second_of_page(&mut self) -> Option<(String, &mut LineReader)> {
        let is_print = self.is_print(self.page.main);
        let main = &mut self.candidates[self.page.main];
        let (name, reader) = match &mut self.second {
            Second::Other if is_print => (main.name.clone(), main.reader(self.kernel)),
            Second::Other if main.name == print::LANGUAGE => {
                (print::NAME.to_owned(), self.print.as_mut()?.reader(main, self.kernel))
            }
            Second::Of(named) if is_print || named.name != main.name => {
                let is_for_script = named.script()? == main.script()?;
                (named.name.clone(), named.reader(self.kernel).filter(|_| is_for_script))
            }
            Second::None | Second::Other | Second::Of(_) => return None,
        };
        Some((name, reader?))
    }
}
