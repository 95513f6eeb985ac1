//! Another network that reads what is doubtful once more.
//!
//! Networks of different languages were trained apart and err apart: of two that say the same hardly one errs, and of
//! two that differ the surer one is right three times out of five. Of receipts' names and addresses, `eng` reads 267 of
//! 394, and one of `eng` and `swe` 296.

use image::GrayImage;
use tesseract_lstm::{Alphabet, Inversion, Kernel, LineSettings, LineText, Script};

use super::candidate::Candidate;
use super::installed::{Wanted, language_problem};
use crate::ocr::SecondNetwork;

/// The largest networks for Latin letters among those that distributions package: they see lines 48 pixels high, those
/// of most languages 36.
const LARGEST: [&str; 2] = ["swe", "msa"];

/// A network that reads pictures in another way than the page's does.
pub(super) struct Second {
    candidate: Candidate,
}

impl Second {
    /// Opens the network that was chosen; `None` if there is to be none. The error says what is missing.
    pub(super) fn open(choice: &SecondNetwork, wanted: &Wanted) -> Result<Option<Self>, String> {
        let name = match choice {
            SecondNetwork::Off => return Ok(None),
            SecondNetwork::Auto => best_installed(wanted),
            SecondNetwork::Of(name) => {
                language_problem(name).map_or(Ok(()), Err)?;
                Some(name.as_str())
            }
        };
        let Some(name) = name else { return Ok(None) };
        let path = wanted.file(name);
        let candidate = Candidate::open(name, &path)
            .map_err(|error| format!("{}: language data: {error}", path.display()))?;
        Ok(Some(Self { candidate }))
    }

    pub(super) fn name(&self) -> &str {
        &self.candidate.name
    }

    /// Returns the network if it reads the script.
    pub(super) fn for_script(&mut self, script: Script) -> Option<&mut Self> {
        (self.candidate.script() == Some(script)).then_some(self)
    }

    /// Reads pictures of lines that are dark on light; `None` if its data cannot be used.
    pub(super) fn read(&mut self, pictures: &[GrayImage], kernel: Kernel) -> Option<Vec<LineText>> {
        let settings = LineSettings { alphabet: Alphabet::All, inversion: Inversion::Never };
        Some(self.candidate.reader(kernel)?.read_lines(pictures, &settings))
    }
}

/// Returns the largest network beside the languages that pages are in.
pub(in crate::ocr) fn best_installed(wanted: &Wanted) -> Option<&'static str> {
    let is_other = |name: &&str| wanted.is_auto || !wanted.names.iter().any(|own| own == name);
    LARGEST.into_iter().filter(is_other).find(|name| wanted.file(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(choice: &SecondNetwork, languages: &str) -> Option<String> {
        let second = Second::open(choice, &Wanted::parse(languages).unwrap()).unwrap();
        second.map(|second| second.name().to_owned())
    }

    #[test]
    fn is_the_largest_network_of_another_language() {
        assert_eq!(name(&SecondNetwork::Auto, "eng").as_deref(), Some("swe"));
        assert_ne!(name(&SecondNetwork::Auto, "eng+swe").as_deref(), Some("swe"));
        assert_eq!(name(&SecondNetwork::Off, "eng"), None);
        assert_eq!(name(&SecondNetwork::Of("deu".to_owned()), "eng").as_deref(), Some("deu"));
    }

    #[test]
    fn one_that_was_named_must_be_there() {
        let wanted = Wanted::parse("eng").unwrap();
        let missing = Second::open(&SecondNetwork::Of("xyz".to_owned()), &wanted).err().unwrap();
        assert!(missing.contains("apt-get install tesseract-ocr-xyz"), "{missing}");
    }
}
