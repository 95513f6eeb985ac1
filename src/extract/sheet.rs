//! A page made ready for a model: its layout, and where the model's labels stand on it.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::layout::{Layout, Row, center_x, center_y};
use super::letters::Letters;
use super::phrase::{Match, Phrase, Reach};
use super::phrases::{Phrases, Places, Through, with_misread};
use super::word_range::{Extent, WordRange};
use crate::document::{PageNumber, PageText};

/// A later label of a field's list is a little less welcome than an earlier one.
const LATER_LABEL: f32 = 0.99;
/// In a long list, as of several languages, the labels from this rank on are equally welcome.
const LEAST_WELCOME: i32 = 12;
/// A label wider than this gap (in word heights) between its words is no label.
const LABEL_GAP: f32 = 4.0;
/// What a label that is broken over two lines keeps of its score.
const BROKEN: f32 = 0.97;
/// The second line of a label is so close below the first, and begins so far left or right of it
/// (in word heights).
const NEXT_LINE: f32 = 2.2;
const SAME_EDGE: f32 = 2.5;
/// So many letters or digits before a phrase are a bullet or a misread rule.
const BULLET: usize = 2;

/// A page's layout with its letters folded.
pub(crate) struct Sheet<'p> {
    pub number: PageNumber,
    /// Number of the page's region that it is, from 1; 0 for a whole page.
    pub region: u16,
    pub layout: Layout<'p>,
    /// Row by row.
    pub letters: Letters,
    pub text: &'p PageText,
    /// The recognizer's order is that of the rows.
    rows_are_blocks: bool,
    blocks: OnceCell<Letters>,
    phrases: &'p Phrases,
    places: Places,
}

/// A label of a field that was found on a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Label {
    /// Of a label on two lines, the lower one.
    pub row: usize,
    pub matched: Match,
    /// Its first line, if it is broken over two.
    pub upper: Option<Caption>,
    /// Quality of the match and rank of the label in its field's list, 0–1.
    pub score: f32,
}

/// Where a phrase stands on one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Caption {
    pub row: usize,
    pub matched: Match,
}

impl Label {
    /// Returns the upper line of a label on two lines, else the label itself.
    pub fn first_line(&self) -> Self {
        let upper =
            |Caption { row, matched }| Self { row, matched, upper: None, score: self.score };
        self.upper.map_or(*self, upper)
    }

    /// Returns each line of the label as one, the first one first.
    pub fn lines(&self) -> impl Iterator<Item = Self> {
        let lower = Self { upper: None, ..*self };
        self.upper.map(|_| self.first_line()).into_iter().chain([lower])
    }
}

impl<'p> Sheet<'p> {
    /// Orders and folds a page.
    pub fn new(phrases: &'p Phrases, number: PageNumber, text: &'p PageText) -> Self {
        let layout = Layout::new(text);
        let letters = Letters::of_rows(&layout);
        let (blocks, places) = (OnceCell::new(), phrases.unseen());
        let rows_are_blocks = layout.is_in_order_of(text.words());
        Self { number, region: 0, layout, letters, text, rows_are_blocks, blocks, phrases, places }
    }

    /// Returns the page folded in the recognizer's order: a phrase that is broken over lines of a
    /// column is together there. Matches number the words as [`PageText::words`] does.
    fn blocks(&self) -> &Letters {
        self.blocks.get_or_init(|| Letters::of_words(self.text.words()))
    }

    /// Returns a phrase folded.
    pub fn phrase(&self, text: &str) -> Cow<'_, Phrase> {
        self.phrases.folded(text)
    }

    /// Returns all places where a phrase stands, from first to last; in blocks words are numbered as
    /// [`PageText::words`] does.
    pub fn matches(&self, text: &str, through: Through) -> Cow<'_, [Match]> {
        let through = match through {
            Through::Blocks if self.rows_are_blocks => Through::Rows,
            other => other,
        };
        let find = |phrase: &Phrase| match through {
            Through::Lines => phrase.find_all(&self.letters, Reach::Line),
            Through::Rows => phrase.find_all(&self.letters, Reach::Page),
            Through::Blocks => phrase.find_all(self.blocks(), Reach::Page),
        };
        self.phrases.found((text, through), &self.places, find)
    }

    /// Returns where any of the phrases stands on one line.
    pub fn find(&self, texts: &[String]) -> Vec<Caption> {
        let mut found = Vec::new();
        for text in with_misread(texts) {
            found.extend(self.with_rows(&self.matches(&text, Through::Lines)));
        }
        found
    }

    fn with_rows(&self, matches: &[Match]) -> impl Iterator<Item = Caption> {
        let row = |matched: &Match| self.layout.row_of(matched.first);
        matches.iter().map(move |matched| Caption { row: row(matched), matched: *matched })
    }

    /// Tells whether a match stands at the beginning of the words from `start` on.
    pub fn begins_with(&self, matched: &Match, start: usize) -> bool {
        let Some(before) = self.layout.words.get(start..matched.first) else { return false };
        let head = self.layout.words[matched.first].text.get(..matched.head).unwrap_or_default();
        let texts = before.iter().map(|word| word.text.as_str()).chain([head]);
        let letters = texts.flat_map(str::chars).filter(|letter| letter.is_alphanumeric());
        letters.count() <= BULLET
    }

    /// Finds phrases as labels, on one line or, if none is, broken over two; `excluded` are
    /// captions that hide labels they cover.
    pub fn labels_of(&self, texts: &[String], excluded: &[Caption]) -> Vec<Label> {
        let mut labels: Vec<Label> = Vec::new();
        let welcome = |rank: usize| {
            let rank = i32::try_from(rank).unwrap_or(i32::MAX);
            LATER_LABEL.powi(rank.min(LEAST_WELCOME))
        };
        for (rank, text) in with_misread(texts).enumerate() {
            for caption in self.with_rows(&self.matches(&text, Through::Lines)) {
                let Caption { row, matched } = caption;
                if !self.torn(&caption) && !self.bites(&matched) {
                    let score = matched.score * welcome(rank);
                    labels.push(Label { row, matched, upper: None, score });
                }
            }
        }
        if labels.is_empty() {
            for (rank, text) in with_misread(texts).enumerate() {
                let broken = self.broken(&self.phrase(&text)).into_iter();
                labels.extend(
                    broken.map(|label| Label { score: label.score * welcome(rank), ..label }),
                );
            }
        }
        self.drop_heads_of_values(&mut labels);
        // The longest label at a place wins, and a caption that covers a label hides it.
        let all = labels.clone();
        labels.retain(|label| {
            let covers = |row: usize, other: &Match| {
                row == label.row
                    && overlaps(other, &label.matched)
                    && extent(other) > extent(&label.matched)
            };
            !all.iter().any(|other| covers(other.row, &other.matched))
                && !excluded.iter().any(|other| {
                    other.row == label.row
                        && overlaps(&other.matched, &label.matched)
                        && hides(&other.matched, &label.matched)
                })
        });
        labels.sort_by_key(|label| (label.row, label.matched.first));
        labels
    }

    /// Takes out labels whose last word would be a misread one with a digit, where the words before it are a label that
    /// is read better: `Registration No` of `Registration N5 1PM`.
    fn drop_heads_of_values(&self, labels: &mut Vec<Label>) {
        let all = labels.clone();
        labels.retain(|label| {
            let last = &self.layout.words[label.matched.last].text;
            let is_shorter = |other: &Label| {
                other.row == label.row
                    && other.matched.first == label.matched.first
                    && other.matched.last < label.matched.last
                    && other.matched.score > label.matched.score
            };
            !(last.contains(|c: char| c.is_ascii_digit()) && all.iter().any(is_shorter))
        });
    }

    /// Tells whether a misread label ends inside a word that goes on behind a dash or slash: it takes
    /// the head of a value, as `Facture nr` of `Facture n. RE-2024` would.
    fn bites(&self, matched: &Match) -> bool {
        let rest = self.layout.words[matched.last].text.get(matched.tail..).unwrap_or_default();
        matched.score < 1.0
            && rest.starts_with(['-', '/', '_'])
            && rest.chars().any(char::is_alphanumeric)
    }

    /// Finds a phrase that ends a cell's line in one of its words and goes on in the line below.
    fn broken(&self, phrase: &Phrase) -> Vec<Label> {
        let mut labels = Vec::new();
        for (head, tail) in phrase.splits() {
            let uppers = head.find_all(&self.letters, Reach::Line);
            let uppers = self.with_rows(&uppers).filter(|upper| self.ends_cell(upper));
            let uppers: Vec<Caption> = uppers.collect();
            if uppers.is_empty() {
                continue;
            }
            let lowers = tail.find_all(&self.letters, Reach::Line);
            let lowers: Vec<Caption> = self.with_rows(&lowers).collect();
            for upper in uppers {
                let below = |lower: &&Caption| self.goes_on_below(&upper, lower);
                let Some(&Caption { row, matched }) = lowers.iter().find(below) else { continue };
                let (head_length, length) = (head.len() as f32, phrase.len() as f32);
                let score = (upper.matched.score * head_length
                    + matched.score * (length - head_length))
                    / length;
                labels.push(Label { row, matched, upper: Some(upper), score: score * BROKEN });
            }
        }
        labels
    }

    /// Tells whether nothing follows a match in its cell.
    fn ends_cell(&self, caption: &Caption) -> bool {
        let Caption { row, matched } = caption;
        let glued = self.layout.words[matched.last].text.get(matched.tail..).unwrap_or_default();
        self.layout.rows[*row].cell_of(matched.last).end == matched.last + 1
            && !glued.chars().any(char::is_alphanumeric)
            && !self.torn(caption)
    }

    /// Tells whether a match begins the cell below another one.
    fn goes_on_below(&self, upper: &Caption, lower: &Caption) -> bool {
        let (above, below) = (&self.layout.rows[upper.row], &self.layout.rows[lower.row]);
        let bounds = |matched: &Match| {
            let first = self.layout.words[matched.first].bounds;
            first.union(&self.layout.words[matched.last].bounds)
        };
        let (first, second) = (bounds(&upper.matched), bounds(&lower.matched));
        let height = above.word_height.max(below.word_height);
        let drop = center_y(&second) - center_y(&first);
        let same_edge = (first.left as f32 - second.left as f32).abs() < SAME_EDGE * height;
        // A caption may be centered in its cell.
        let inside = first.left.max(second.left) + second.width().min(first.width()) / 2
            < first.right.min(second.right);
        drop > 0.0
            && drop < NEXT_LINE * height
            && (same_edge || inside)
            && below.cell_of(lower.matched.first).start == lower.matched.first
            && lower.matched.head <= 1
            && !self.torn(lower)
    }

    /// Tells whether a match runs over a gap that no phrase has.
    pub fn torn(&self, caption: &Caption) -> bool {
        let Caption { row, matched } = caption;
        let gap = LABEL_GAP * self.layout.rows[*row].word_height;
        (matched.first..matched.last).any(|word| self.layout.divided(word, word + 1, gap))
    }

    /// Tells whether a run of words has a letter or digit.
    pub fn says_something(&self, words: WordRange) -> bool {
        self.layout.words[words.indices()]
            .iter()
            .any(|word| word.text.chars().any(char::is_alphanumeric))
    }

    /// Returns the first words of a row whose middles are in the columns.
    pub fn words_in(&self, row: &Row, columns: Extent) -> Option<WordRange> {
        let inside = |word: usize| columns.contains(center_x(&self.layout.words[word].bounds));
        row.words.first_run(inside)
    }
}

/// Tells whether a caption that overlaps a label is meant instead: it is longer, or of the same words
/// and read no worse. `Total incl. VAT` is a few edits from `Total excl. VAT`.
fn hides(caption: &Match, label: &Match) -> bool {
    extent(caption) > extent(label)
        || extent(caption) == extent(label) && caption.score >= label.score
}

fn overlaps(a: &Match, b: &Match) -> bool {
    a.first <= b.last && b.first <= a.last
}

/// Returns the number of words of a match and how many letters it takes of the last one.
pub(super) fn extent(matched: &Match) -> (usize, usize) {
    (matched.last - matched.first, matched.tail)
}
