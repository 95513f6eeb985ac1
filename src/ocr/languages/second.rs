//! Another network that reads what is doubtful once more.
//!
//! Networks of different languages were trained apart and err apart: of two that say the same hardly one errs, and of
//! two that differ the surer one is right three times out of five. Of receipts' names and addresses, `eng` reads 267 of
//! 394, and one of `eng` and `swe` 296.

use tesseract_lstm::{Kernel, LineReader, Script};

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
    /// Opens the network that was chosen; `None` if there is to be none. The error says what is missing, or why one that
    /// was named cannot be used.
    pub(super) fn open(
        choice: &SecondNetwork,
        wanted: &Wanted,
        kernel: Kernel,
    ) -> Result<Option<Self>, String> {
        let (name, is_named) = match choice {
            SecondNetwork::Off => return Ok(None),
            SecondNetwork::Auto => (best_second(wanted), false),
            SecondNetwork::Of(name) => {
                language_problem(name).map_or(Ok(()), Err)?;
                (Some(name.as_str()), true)
            }
        };
        let Some(name) = name else { return Ok(None) };
        let path = wanted.file(name);
        let broken = |why: String| {
            let path = path.display();
            format!(
                "{path}: second network: {why}\nhint: `--second-network auto` takes the best one that is installed"
            )
        };
        let mut candidate =
            Candidate::open(name, &path).map_err(|error| broken(error.to_string()))?;
        // What is merely installed is left out where it cannot be used.
        if is_named {
            candidate.load(kernel).map_err(|error| broken(error.to_string()))?;
        }
        Ok(Some(Self { candidate }))
    }

    pub(super) fn name(&self) -> &str {
        &self.candidate.name
    }

    /// Returns the recognizer; `None` if it is for another script, or its data cannot be used.
    pub(super) fn reader(&mut self, script: &Script, kernel: Kernel) -> Option<&mut LineReader> {
        let is_for_script = self.candidate.script().as_ref() == Some(script);
        self.candidate.reader(kernel).filter(|_| is_for_script)
    }
}

/// Returns the largest network beside the languages that pages are in.
pub(in crate::ocr) fn best_second(wanted: &Wanted) -> Option<&'static str> {
    let is_other = |name: &&str| wanted.is_auto || !wanted.names.iter().any(|own| own == name);
    LARGEST.into_iter().filter(is_other).find(|name| wanted.file(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(choice: &SecondNetwork, languages: &str) -> Result<Option<Second>, String> {
        Second::open(choice, &Wanted::parse(languages).unwrap(), Kernel::Scalar)
    }

    fn name(choice: &SecondNetwork, languages: &str) -> Option<String> {
        open(choice, languages).unwrap().map(|second| second.name().to_owned())
    }

    #[test]
    fn is_the_largest_network_of_another_language() {
        assert_eq!(name(&SecondNetwork::Auto, "eng").as_deref(), Some("swe"));
        assert_ne!(name(&SecondNetwork::Auto, "eng+swe").as_deref(), Some("swe"));
        assert_eq!(name(&SecondNetwork::Off, "eng"), None);
        assert_eq!(name(&SecondNetwork::Of("deu".to_owned()), "eng").as_deref(), Some("deu"));
    }

    #[test]
    fn one_that_was_named_must_be_there_and_be_a_network() {
        let problem = |name: &str| open(&SecondNetwork::Of(name.to_owned()), "eng").err().unwrap();
        assert!(problem("xyz").contains("apt-get install tesseract-ocr-xyz"));
        assert!(problem("osd").contains("osd.traineddata: second network: model not supported"));
    }
}
