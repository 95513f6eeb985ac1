//! Compares the native recognizer with Tesseract on the lines of a page: same words, and how fast.
//!
//! Both get the same line images; Tesseract reads them in raw-line mode, in which its network sees
//! exactly the image it was given. `scanlift engine check` and the parity test call it.

use std::time::{Duration, Instant};

use tesseract_lstm::LineWord;

use super::languages::{LineReaders, Wanted};
use super::layout::{self, Ground};
use super::{EngineSettings, Kernel, Tesseract, start};
use crate::document::Failure;
use crate::images::PreparedPage;

/// Both engines, warm, for one language.
pub struct Checker {
    native: LineReaders,
    tesseract: Tesseract,
}

/// How two engines agree, summed over lines.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Agreement {
    pub lines: usize,
    /// Words that the engine found which found more of them, line by line.
    pub words: usize,
    /// Words that both read alike.
    pub same_text: usize,
    /// Of these, words whose confidences agree to three decimals.
    pub same_confidence: usize,
    pub native: Duration,
    pub tesseract: Duration,
}

/// Confidences that differ by less agree, on the scale of 0–100.
const SAME_CONFIDENCE: f32 = 0.0005;

impl Agreement {
    /// Returns how many times faster the native recognizer was; 0 if nothing was read.
    pub fn speed(&self) -> f64 {
        let native = self.native.as_secs_f64();
        if native > 0.0 { self.tesseract.as_secs_f64() / native } else { 0.0 }
    }

    /// Adds another one.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.words += other.words;
        self.same_text += other.same_text;
        self.same_confidence += other.same_confidence;
        self.native += other.native;
        self.tesseract += other.tesseract;
    }
}

impl Checker {
    /// Starts both engines. The error says why one of them cannot be used.
    pub fn start(settings: &EngineSettings) -> Result<Self, String> {
        if Wanted::parse(&settings.languages)?.names.len() > 1 {
            return Err(format!(
                "`{}`: languages: engines are compared in one language at a time",
                settings.languages
            ));
        }
        Ok(Self { native: start::stock_readers(settings)?, tesseract: Tesseract::new(settings)? })
    }

    /// Returns the kernel that the native recognizer runs.
    pub fn kernel(&self) -> Kernel {
        self.native.kernel()
    }

    /// Reads the lines of a page with both engines.
    pub fn compare(&mut self, page: &PreparedPage) -> Result<Agreement, Failure> {
        let ground = Ground { pixels: &page.pixels, marks: &page.marks, dpi: page.dpi };
        let layout = layout::analyze(&ground);
        let lines = layout.crops(&ground, &layout.segments);
        let start = Instant::now();
        let native = self.native.read_lines(&lines);
        let mut agreement =
            Agreement { lines: lines.len(), native: start.elapsed(), ..Agreement::default() };
        for (line, native) in lines.iter().zip(&native) {
            let start = Instant::now();
            let tesseract = self.tesseract.read_raw_line(line)?;
            agreement.tesseract += start.elapsed();
            agreement.count(&native.words, &tesseract);
        }
        Ok(agreement)
    }
}

impl Agreement {
    fn count(&mut self, native: &[LineWord], tesseract: &[LineWord]) {
        self.words += native.len().max(tesseract.len());
        for (ours, theirs) in common_words(native, tesseract) {
            self.same_text += 1;
            if (ours.confidence - theirs.confidence).abs() < SAME_CONFIDENCE {
                self.same_confidence += 1;
            }
        }
    }
}

/// Returns the pairs of a longest common subsequence of words.
fn common_words<'w>(
    ours: &'w [LineWord],
    theirs: &'w [LineWord],
) -> Vec<(&'w LineWord, &'w LineWord)> {
    let mut lengths = vec![vec![0_u32; theirs.len() + 1]; ours.len() + 1];
    for (i, our) in ours.iter().enumerate().rev() {
        for (j, their) in theirs.iter().enumerate().rev() {
            lengths[i][j] = if our.text == their.text {
                lengths[i + 1][j + 1] + 1
            } else {
                lengths[i + 1][j].max(lengths[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < ours.len() && j < theirs.len() {
        if ours[i].text == theirs[j].text {
            pairs.push((&ours[i], &theirs[j]));
            i += 1;
            j += 1;
        } else if lengths[i + 1][j] >= lengths[i][j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<LineWord> {
        let word = |text: &str| LineWord {
            text: text.to_owned(),
            confidence: 90.0,
            left: 0,
            right: 1,
            characters: Vec::new(),
        };
        text.split(' ').map(word).collect()
    }

    #[test]
    fn counts_words_that_both_read_in_the_same_order() {
        let mut agreement = Agreement::default();
        agreement.count(&words("the quick brown fox"), &words("the quick fox"));
        agreement.count(&words("a b"), &words("b a"));
        assert_eq!((agreement.words, agreement.same_text), (6, 4));
    }
}
