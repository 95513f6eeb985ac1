//! The documents on a page that has several: each region is looked at as a page of its own, so that zones,
//! claims and labels are its own. A page without regions is one part, as it is.

use std::borrow::Cow;
use std::sync::Arc;

use super::phrases::Phrases;
use super::sheet::Sheet;
use crate::document::{
    Candidate, FOOT_ROW, Line, Mark, PageNumber, PageText, PixelBox, RawField, Record, Word,
};

/// A page, or one of its regions.
pub(super) struct Part<'p> {
    pub number: PageNumber,
    /// From 1; 0 for a whole page.
    region: u16,
    /// Where its top left corner lies on the page.
    corner: (u32, u32),
    text: Cow<'p, PageText>,
}

impl<'p> Part<'p> {
    /// Returns the parts of a page in reading order.
    pub fn all(number: PageNumber, text: &'p PageText) -> Vec<Self> {
        let regions: Vec<PixelBox> = text.regions().collect();
        if regions.is_empty() {
            return vec![Self { number, region: 0, corner: (0, 0), text: Cow::Borrowed(text) }];
        }
        let part = |(region, bounds): (u16, PixelBox)| Self {
            number,
            region,
            corner: (bounds.left, bounds.top),
            text: Cow::Owned(cut_out(text, &bounds)),
        };
        (1..).zip(regions).map(part).collect()
    }

    /// Returns the part ready for a model.
    pub fn sheet<'s>(&'s self, phrases: &'s Phrases) -> Sheet<'s> {
        let mut sheet = Sheet::new(phrases, self.number, &self.text);
        sheet.region = self.region;
        sheet
    }

    /// Returns a box of the part as it lies on the page.
    pub fn on_page(&self, bounds: &PixelBox) -> PixelBox {
        bounds.moved(self.corner.0, self.corner.1)
    }

    /// Returns records of the part with the number of its region and boxes of the page.
    pub fn placed(&self, records: Vec<Record<RawField>>) -> Vec<Record<RawField>> {
        if self.region == 0 {
            return records;
        }
        let on_page = |candidate: Candidate| Candidate {
            bounds: self.on_page(&candidate.bounds),
            ..candidate
        };
        let field = |field: RawField| {
            let candidates = Arc::unwrap_or_clone(field.candidates).into_iter();
            RawField::from(candidates.map(on_page).collect::<Vec<_>>())
        };
        let placed = records.into_iter().map(|record| Record {
            region: self.region,
            fields: record.fields.into_iter().map(field).collect(),
            ..record
        });
        placed.collect()
    }
}

/// Adds the records of a part to those of the parts before it. Their row numbers go on, because a record
/// is known by its page and row.
pub(super) fn append(all: &mut Vec<Record<RawField>>, found: Vec<Record<RawField>>) {
    let Some(first) = found.first() else { return };
    let earlier = all.iter().filter(|record| {
        record.model == first.model
            && record.page == first.page
            && (first.region > 0 && record.region != first.region)
    });
    let last = earlier.map(|record| record.row_number).max().unwrap_or(0);
    all.extend(found.into_iter().map(|record| match record.row_number {
        FOOT_ROW => record,
        number => Record { row_number: number.saturating_add(last), ..record },
    }));
}

/// Returns the text of a region of a page, numbered from 1; `None` if the page has no such region. Its
/// boxes are counted from the region's top left corner.
pub fn region_of(text: &PageText, region: u16) -> Option<PageText> {
    let index = usize::from(region).checked_sub(1)?;
    text.regions().nth(index).map(|bounds| cut_out(text, &bounds))
}

/// Returns the words and marks in a region, in pixels from its top left corner.
fn cut_out(text: &PageText, region: &PixelBox) -> PageText {
    let moved = |bounds: &PixelBox| PixelBox {
        left: bounds.left.saturating_sub(region.left),
        top: bounds.top.saturating_sub(region.top),
        right: bounds.right.saturating_sub(region.left).min(region.width()),
        bottom: bounds.bottom.saturating_sub(region.top).min(region.height()),
    };
    let lines = text.lines.iter().filter_map(|line| {
        let inside = line.words.iter().filter(|word| region.holds_center_of(&word.bounds));
        let words: Vec<Word> =
            inside.map(|word| Word { bounds: moved(&word.bounds), ..word.clone() }).collect();
        (!words.is_empty()).then_some(Line { words, ..*line })
    });
    let marks = text.marks.iter().filter(|mark| stands_in(region, mark));
    PageText {
        width: region.width(),
        height: region.height(),
        dpi: text.dpi,
        lines: lines.collect(),
        marks: marks.map(|mark| mark.map_boxes(moved)).collect(),
        facts: text.facts.clone(),
    }
}

fn stands_in(region: &PixelBox, mark: &Mark) -> bool {
    match mark {
        Mark::HorizontalRule(bounds)
        | Mark::VerticalRule(bounds)
        | Mark::Unread(bounds)
        | Mark::Leader(bounds)
        | Mark::Picture(bounds)
        | Mark::Struck(bounds) => region.holds_center_of(bounds),
        Mark::TickBox(tick) => region.holds_center_of(&tick.bounds),
        Mark::Barcode(code) => region.holds_center_of(&code.bounds),
        Mark::Cells(grid) => grid.cells.first().is_some_and(|cell| region.holds_center_of(cell)),
        Mark::Region(_) => false,
    }
}
