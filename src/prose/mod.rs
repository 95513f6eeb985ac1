//! The lines of a page → text that reads as text: words that line ends broke are whole, sentences go on, a blank line
//! stands between paragraphs. Pure; knows words and their places, nothing of how they were read.
//!
//! Called by `export` for `page-text`. What it leaves as lines: tables, forms, verse, lists; words that a running
//! title, a figure or a page's end stands in the middle of.

mod hyphens;
mod line_ends;
mod paragraphs;
mod quotes;
mod vocabulary;

#[cfg(test)]
mod tests;

use crate::document::PageText;

use hyphens::{Hyphen, Judge, Sureness, ends_in_closed_dash};
use paragraphs::{Step, is_unspaced};

pub use vocabulary::Vocabulary;

/// Returns the text of a page: a line a paragraph, blank lines between them; what is no prose stays in its lines.
/// `seen` are the words of the document, `is_word` asks a dictionary for a word as it is written.
pub fn text(page: &PageText, seen: &Vocabulary, is_word: &dyn Fn(&str) -> bool) -> String {
    let judge = Judge { seen, habit: seen.habit(), is_word };
    let steps = paragraphs::steps(page);
    let mut whole = String::new();
    let mut paragraph = String::new();
    for (index, line) in page.lines.iter().enumerate() {
        let step = index.checked_sub(1).and_then(|before| steps.get(before)).copied();
        if let (Some(step), Some(next)) = (step, line.words.first()) {
            let last = page.lines[index - 1].words.last().map_or("", |word| word.text.as_str());
            match (step, judge.decide(last, &next.text)) {
                (Step::Flows, Some(Hyphen::Broke(_)))
                | (Step::Stands, Some(Hyphen::Broke(Sureness::Known))) => {
                    paragraph.pop();
                }
                (Step::Flows, Some(Hyphen::Stays)) => {}
                (Step::Flows, _) => paragraph.push_str(space_between(last, &next.text)),
                (Step::Stands | Step::Elsewhere, _) => paragraph.push('\n'),
                (Step::Begins, _) => {
                    whole.push_str(&quotes::mended(&paragraph));
                    whole.push_str("\n\n");
                    paragraph.clear();
                }
            }
        }
        for (position, word) in line.words.iter().enumerate() {
            if position > 0 {
                paragraph.push(' ');
            }
            paragraph.push_str(&word.text);
        }
    }
    whole.push_str(&quotes::mended(&paragraph));
    whole
}

/// Returns what stands between two words of a sentence that a line end parts.
fn space_between(last: &str, next: &str) -> &'static str {
    let are_unspaced =
        last.chars().next_back().is_some_and(is_unspaced) && next.starts_with(is_unspaced);
    if are_unspaced || ends_in_closed_dash(last) { "" } else { " " }
}
