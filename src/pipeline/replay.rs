//! A reader for tests of the pipeline: its answers come from memory.

use std::time::Duration;

use crate::document::{
    Failure, Format, Line, Look, PageFacts, PageNumber, PageText, PixelBox, Reason, Recipe, Seen,
    Stage, Word,
};
use crate::reader::{
    DocumentSource, OpenedDocument, PageContent, PageReader, PageReading, ReaderError,
};

type Open<'a> = dyn FnMut(&DocumentSource) -> Result<OpenedDocument, ReaderError> + Send + 'a;
type Read<'a> = dyn FnMut(PageNumber) -> Result<PageReading, ReaderError> + Send + 'a;

/// Answers as it is told; the document is closed when it dies.
pub(super) struct Replay<'a> {
    pub on_open: Box<Open<'a>>,
    pub on_page: Box<Read<'a>>,
    pub has_document: bool,
    /// How often documents were opened.
    pub openings: usize,
}

impl<'a> Replay<'a> {
    /// A reader of documents of so many pages.
    pub(super) fn new(
        pages: u32,
        on_page: impl FnMut(PageNumber) -> Result<PageReading, ReaderError> + Send + 'a,
    ) -> Self {
        Self {
            on_open: Box::new(move |_| Ok(opened(pages))),
            on_page: Box::new(on_page),
            has_document: false,
            openings: 0,
        }
    }
}

impl PageReader for Replay<'_> {
    fn open(&mut self, source: &DocumentSource) -> Result<OpenedDocument, ReaderError> {
        self.openings += 1;
        let answer = (self.on_open)(source);
        self.has_document = answer.is_ok();
        answer
    }

    fn has_open_document(&self) -> bool {
        self.has_document
    }

    fn read_page(&mut self, page: PageNumber) -> Result<PageReading, ReaderError> {
        let answer = (self.on_page)(page);
        self.has_document &= !matches!(answer, Err(ReaderError::Died(_)));
        answer
    }

    fn look_again(
        &mut self,
        _page: PageNumber,
        looks: &[Look],
        _budget: Duration,
    ) -> Result<Vec<Seen>, ReaderError> {
        Ok(vec![Seen::Nothing; looks.len()])
    }
}

/// What is told of a document of so many pages.
pub(super) fn opened(page_count: u32) -> OpenedDocument {
    OpenedDocument { format: Format::Tiff, page_count }
}

/// A page of these words in one line.
pub(super) fn page_of(words: &str) -> PageReading {
    let bounds = |index: usize| {
        let left = 100 + 60 * index as u32;
        PixelBox { left, top: 100, right: left + 50, bottom: 120 }
    };
    let word = |(index, text): (usize, &str)| Word {
        text: text.to_owned(),
        bounds: bounds(index),
        confidence: 90.0,
        doubts: Vec::new(),
    };
    let words = words.split(' ').enumerate().map(word).collect();
    let lines = vec![Line { block: 0, paragraph: 0, words }];
    let facts = PageFacts::default();
    let text = PageText { width: 1700, height: 2200, dpi: 200.0, lines, marks: Vec::new(), facts };
    PageReading { content: PageContent::Text(Box::new(text)), recipe: Recipe::default() }
}

/// The reader dies.
pub(super) fn dies(reason: Reason) -> ReaderError {
    ReaderError::Died(Failure::new(Stage::Read, reason, "it is gone"))
}

/// The reader refuses, and lives.
pub(super) fn refuses(reason: Reason) -> ReaderError {
    ReaderError::Refused(Failure::new(Stage::Read, reason, "it does not want to"))
}
