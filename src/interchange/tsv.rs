//! Tesseract's TSV (tessdoc, "Command Line Usage"): a head, then a row for each page, block, paragraph, line and word.

use std::io::BufRead;

use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawPage, RawWord};
use super::source::PageSource;
use super::xml::number;

const COLUMNS: usize = 12;
const PAGE_LEVEL: u32 = 1;
const WORD_LEVEL: u32 = 5;

/// Reads TSV.
pub(super) struct Tsv<'a> {
    text: Text<'a>,
    row: usize,
    /// The row that begins the next page.
    ahead: Option<Row>,
}

struct Row {
    level: u32,
    page: u32,
    block: u32,
    paragraph: u32,
    line: u32,
    bounds: RawBox,
    confidence: Option<f64>,
    text: String,
}

impl<'a> Tsv<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self { text, row: 0, ahead: None }
    }

    /// Returns the next row that is no head; `None` at the end.
    fn next_row(&mut self) -> Result<Option<Row>, Broken> {
        loop {
            let mut line = Vec::new();
            if self.text.read_until(b'\n', &mut line)? == 0 {
                return Ok(None);
            }
            self.row += 1;
            let line = String::from_utf8_lossy(&line);
            let line = line.trim_end_matches(['\r', '\n']);
            if line.is_empty() || line.starts_with("level\t") {
                continue;
            }
            let row = row_of(line).ok_or_else(|| {
                let start: String = line.chars().take(60).collect();
                Broken::corrupt(format!(
                    "row {}: `{start}` has not the {COLUMNS} columns of Tesseract's TSV",
                    self.row
                ))
            })?;
            return Ok(Some(row));
        }
    }
}

fn row_of(line: &str) -> Option<Row> {
    let columns: Vec<&str> = line.splitn(COLUMNS, '\t').collect();
    let count = |index: usize| columns.get(index)?.trim().parse::<u32>().ok();
    let value = |index: usize| number(columns.get(index)?);
    Some(Row {
        level: count(0)?,
        page: count(1)?,
        block: count(2)?,
        paragraph: count(3)?,
        line: count(4)?,
        bounds: RawBox::of_size((value(6), value(7)), (value(8), value(9)))?,
        // Rows of no word have -1.
        confidence: Some(value(10)?).filter(|confidence| *confidence >= 0.0),
        text: columns.get(11).copied().unwrap_or_default().to_owned(),
    })
}

impl PageSource for Tsv<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        let first = match self.ahead.take() {
            Some(row) => row,
            None => match self.next_row()? {
                Some(row) => row,
                None => return Ok(None),
            },
        };
        self.text.next_page();
        let number = first.page;
        let mut builder = PageBuilder::default();
        builder.add(first);
        while let Some(row) = self.next_row()? {
            if row.level == PAGE_LEVEL || row.page != number {
                self.ahead = Some(row);
                break;
            }
            builder.add(row);
        }
        Ok(Some(builder.page))
    }
}

#[derive(Default)]
struct PageBuilder {
    page: RawPage,
    /// Block, paragraph and line of the last word.
    place: Option<(u32, u32, u32)>,
}

impl PageBuilder {
    fn add(&mut self, row: Row) {
        if row.level == PAGE_LEVEL {
            self.page.width = Some(row.bounds.right);
            self.page.height = Some(row.bounds.bottom);
        }
        if row.level != WORD_LEVEL || row.text.trim().is_empty() {
            return;
        }
        let place = (row.block, row.paragraph, row.line);
        if self.place != Some(place) {
            self.place = Some(place);
            self.page.lines.push(RawLine {
                block: row.block.saturating_sub(1) as usize,
                paragraph: row.paragraph.saturating_sub(1) as usize,
                ..RawLine::default()
            });
        }
        if let Some(line) = self.page.lines.last_mut() {
            let (text, bounds) = (row.text, Some(row.bounds));
            line.words.push(RawWord { text, bounds, confidence: row.confidence });
        }
    }
}
