//! The texts of pages, a document at a time: what a hyphen at a line end means, the rest of the document shows.

use std::fmt;
use std::sync::Arc;

use crate::document::{DocumentId, PageText};
use crate::prose::{self, Vocabulary};
use crate::store::PageTextRow;

use super::cells::{self, Cell};

/// Pages held back at most: of longer documents, a page knows the words of the pages before it and of some after it.
const MOST_HELD: usize = 200;

/// How the text of a page is written.
#[derive(Debug, Clone)]
pub enum TextForm {
    /// Paragraphs with whole words.
    Paragraphs(Dictionary),
    /// The lines as they are printed.
    Lines,
}

type Contains = dyn Fn(&str, &str) -> bool + Send + Sync;

/// Answers whether languages such as `eng+deu` have a word.
#[derive(Clone)]
pub struct Dictionary(Arc<Contains>);

impl Dictionary {
    /// Makes a dictionary of a function of languages and a word as it is written.
    pub fn new(contains: impl Fn(&str, &str) -> bool + Send + Sync + 'static) -> Self {
        Self(Arc::new(contains))
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dictionary")
    }
}

/// Rows of pages on their way to text.
pub(super) struct PageTexts {
    form: TextForm,
    held: Vec<PageTextRow>,
    document: Option<DocumentId>,
    seen: Vocabulary,
}

impl PageTexts {
    pub(super) fn new(form: TextForm) -> Self {
        Self { form, held: Vec::new(), document: None, seen: Vocabulary::default() }
    }

    /// Takes a page, and returns the pages that are ready.
    pub(super) fn take(&mut self, row: PageTextRow) -> Vec<Vec<Cell>> {
        let is_new = self.document != Some(row.document_id);
        let ready = if is_new || self.held.len() >= MOST_HELD { self.finish() } else { Vec::new() };
        if is_new {
            self.document = Some(row.document_id);
            self.seen = Vocabulary::default();
        }
        if let (TextForm::Paragraphs(_), Some(page)) = (&self.form, &row.words) {
            self.seen.add(page);
        }
        self.held.push(row);
        ready
    }

    /// Returns the pages that are held.
    pub(super) fn finish(&mut self) -> Vec<Vec<Cell>> {
        let held = std::mem::take(&mut self.held);
        held.into_iter().map(|row| self.cells(row)).collect()
    }

    fn cells(&self, mut row: PageTextRow) -> Vec<Cell> {
        let words = row.words.take();
        let text = words.map_or_else(String::new, |page| self.text(&page, &row.languages));
        cells::of_page_text(row, text)
    }

    fn text(&self, page: &PageText, languages: &str) -> String {
        match &self.form {
            TextForm::Lines => page.plain(),
            TextForm::Paragraphs(Dictionary(contains)) => {
                prose::text(page, &self.seen, &|word| contains(languages, word))
            }
        }
    }
}
