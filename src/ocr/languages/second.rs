//! Another network that reads what is doubtful once more.
//!
//! Networks that were trained apart err apart: of two that say the same hardly one errs, and of two that differ the surer
//! one is right three times out of five (`eng` and `swe` on receipts). Of receipts' names and addresses, `eng` reads 124
//! of 194, the network for print, trained on others, 143, and one of them 152.

use tesseract_lstm::Kernel;

use super::candidate::Candidate;
use super::installed::{Wanted, language_problem};
use crate::ocr::SecondNetwork;

/// Which network reads the page in another way than its own does.
pub(super) enum Second {
    None,
    /// Of the two networks for a language, the one that does not read the page.
    Other,
    /// That of a language that was named.
    Of(Box<Candidate>),
}

impl Second {
    /// Opens the network that was chosen. The error says what is missing, or why one that was named cannot be used.
    pub(super) fn open(
        choice: &SecondNetwork,
        wanted: &Wanted,
        kernel: Kernel,
    ) -> Result<Self, String> {
        let name = match choice {
            SecondNetwork::Off => return Ok(Self::None),
            SecondNetwork::Auto => return Ok(Self::Other),
            SecondNetwork::Of(name) => name,
        };
        language_problem(name).map_or(Ok(()), Err)?;
        let path = wanted.file(name);
        let broken = |why: String| {
            let path = path.display();
            format!(
                "{path}: second network: {why}\nhint: `--second-network auto` takes the other one of two for English"
            )
        };
        let mut candidate =
            Candidate::open(name, &path).map_err(|error| broken(error.to_string()))?;
        candidate.load(kernel).map_err(|error| broken(error.to_string()))?;
        Ok(Self::Of(Box::new(candidate)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_was_named_must_be_there_and_be_a_network() {
        let wanted = Wanted::parse("eng").unwrap();
        let problem = |name: &str| {
            let choice = SecondNetwork::Of(name.to_owned());
            Second::open(&choice, &wanted, Kernel::Scalar).err().unwrap()
        };
        assert!(problem("xyz").contains("apt-get install tesseract-ocr-xyz"));
        assert!(problem("osd").contains("osd.traineddata: second network: model not supported"));
    }
}
