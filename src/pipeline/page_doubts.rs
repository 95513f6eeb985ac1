//! What the pages say against their records: places beside which something could not be read, and doubts that
//! concern a page as a whole. Pure; called by `records` when a page's or a document's records are judged.

use crate::document::{
    CellGrid, Issue, PageIssue, PageNumber, PageText, PixelBox, TypedRecord, Verdict,
};
use crate::model::RecordModel;

/// Of what is beside a value, only what shares this part of the line's height is on its line.
const SHARED_HEIGHT: f32 = 0.25;

/// Sends records to review whose values stand on or right beside areas that could not be read, or whose pages are
/// doubtful as a whole.
pub(super) fn note(
    records: &mut [TypedRecord],
    models: &[RecordModel],
    pages: &[(PageNumber, &PageText)],
) {
    for (number, page) in pages {
        let unread = unread(page);
        let doubts: Vec<&str> = page.facts.issues.iter().filter_map(|issue| said(*issue)).collect();
        if unread.is_empty() && doubts.is_empty() {
            continue;
        }
        let text_height = text_height(page);
        for judged in records.iter_mut().filter(|judged| is_on(judged, *number)) {
            let names = models.iter().find(|model| model.name == judged.record.model);
            let names = names.map(|model| model.fields.as_slice()).unwrap_or_default();
            let mut issues: Vec<Issue> = Vec::new();
            for (field, spec) in judged.record.fields.iter().zip(names) {
                let Some(bounds) = field.bounds.filter(|_| field.page == Some(*number)) else {
                    continue;
                };
                if unread.iter().any(|area| touches(&bounds, area, text_height)) {
                    let text = "part of its place could not be read".to_owned();
                    let verdict = Verdict::Review;
                    issues.push(Issue { field: Some(spec.name.clone()), text, verdict });
                }
            }
            let of_page = doubts.iter().map(|doubt| Issue {
                field: None,
                text: (*doubt).to_owned(),
                verdict: Verdict::Review,
            });
            issues.extend(of_page);
            issues.retain(|issue| !judged.issues.contains(issue));
            if !issues.is_empty() {
                judged.issues.append(&mut issues);
                judged.verdict = judged.verdict.max(Verdict::Review);
            }
        }
    }
}

/// Returns the unread areas of a page but those inside its dense tables: the reader of cells looks at all the ink
/// of a cell and says with each value how sure it is, so that what other readers left there says nothing more.
fn unread(page: &PageText) -> Vec<PixelBox> {
    let area = |grid: &CellGrid| grid.cells.iter().copied().reduce(|all, cell| all.union(&cell));
    let tables: Vec<PixelBox> = page.cell_grids().filter_map(area).collect();
    let is_outside = |area: &PixelBox| !tables.iter().any(|table| table.holds_center_of(area));
    page.unread().filter(is_outside).collect()
}

/// Tells whether a record has anything of this page.
fn is_on(judged: &TypedRecord, page: PageNumber) -> bool {
    judged.record.page == page
        || judged
            .record
            .fields
            .iter()
            .any(|field| field.page == Some(page) && field.bounds.is_some())
}

/// Returns what an issue of the page means for its records; `None` if it concerns parts of the page only.
fn said(issue: PageIssue) -> Option<&'static str> {
    match issue {
        PageIssue::Slanted => Some("the page is slanted"),
        PageIssue::SeveralDocuments => Some("the page may hold several documents"),
        PageIssue::TextLayer => Some("the page's text layer does not say what it shows"),
        PageIssue::Unread | PageIssue::FormValues | PageIssue::FramesSkipped => None,
    }
}

/// Returns the usual height of the page's words, in pixels.
fn text_height(page: &PageText) -> f32 {
    let mut heights: Vec<u32> = page.words().map(|word| word.bounds.height()).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).copied().unwrap_or(0) as f32
}

/// Tells whether an unread area lies on a value or, on its line, within a text height of it.
fn touches(value: &PixelBox, area: &PixelBox, text_height: f32) -> bool {
    let shared = value.bottom.min(area.bottom) as f32 - value.top.max(area.top) as f32;
    let line = text_height.min(value.height() as f32).min(area.height() as f32);
    let apart = area.left as f32 - value.right as f32;
    let apart = apart.max(value.left as f32 - area.right as f32);
    shared > 0.0 && shared >= SHARED_HEIGHT * line && apart < text_height
}

#[cfg(test)]
mod tests {
    use crate::document::{Line, Mark, PageFacts, Word};
    use crate::pipeline::ModelSet;

    use super::*;

    const VALUE: PixelBox = PixelBox { left: 500, top: 100, right: 600, bottom: 130 };

    fn check(area: [u32; 4], expected: bool) {
        let [left, top, right, bottom] = area;
        let area = PixelBox { left, top, right, bottom };
        assert_eq!(touches(&VALUE, &area, 30.0), expected, "{area:?}");
    }

    #[test]
    fn what_is_on_a_value_or_right_beside_it_touches_it() {
        check([550, 90, 700, 140], true);
        check([620, 100, 700, 130], true);
        check([400, 100, 480, 130], true);
        check([510, 105, 520, 110], true);
    }

    #[test]
    fn what_other_readers_left_inside_a_dense_table_is_no_doubt() {
        let area = |left: u32| PixelBox { left, top: 105, right: left + 10, bottom: 110 };
        let cells = vec![VALUE, PixelBox { left: 600, right: 700, ..VALUE }];
        let marks = vec![
            Mark::Unread(area(520)),
            Mark::Cells(CellGrid { columns: 2, cells }),
            Mark::Unread(area(720)),
        ];
        let facts = PageFacts::default();
        let page =
            PageText { width: 1200, height: 800, dpi: 200.0, lines: Vec::new(), marks, facts };
        assert_eq!(unread(&page), [area(720)]);
    }

    #[test]
    fn what_is_further_away_or_on_another_line_does_not() {
        check([631, 100, 700, 130], false);
        check([400, 100, 469, 130], false);
        check([500, 131, 600, 160], false);
        check([500, 126, 600, 156], false);
    }

    const MODEL: &str = r#"
        name = "slip"
        version = 1
        records = "page"
        [claims]
        any = ["Delivery slip"]
        [fields.number]
        type = "integer"
        label = ["Number"]
        [fields.weight]
        type = "integer"
        label = ["Weight"]
    "#;

    /// A slip whose words are 30 pixels high, with what it left unread.
    fn slip(marks: Vec<Mark>, issues: Vec<PageIssue>) -> Vec<TypedRecord> {
        let word = |text: &str, left: u32, top: u32| {
            let right = left + 20 * u32::try_from(text.len()).unwrap();
            let bounds = PixelBox { left, top, right, bottom: top + 30 };
            Word { text: text.to_owned(), bounds, confidence: 96.0, doubts: Vec::new() }
        };
        let line = |block, words| Line { block, paragraph: 0, words };
        let text = PageText {
            width: 1200,
            height: 800,
            dpi: 200.0,
            lines: vec![
                line(0, vec![word("Delivery", 100, 50), word("slip", 280, 50)]),
                line(1, vec![word("Number", 100, 200), word("417", 300, 200)]),
                line(2, vec![word("Weight", 100, 300), word("52", 300, 300)]),
            ],
            marks,
            facts: PageFacts { issues, ..PageFacts::default() },
        };
        let models = ModelSet::new(vec![crate::model::parse(MODEL, "slip.toml").unwrap()]);
        models.of_page(PageNumber::FIRST, &text).unwrap()
    }

    fn judged(marks: Vec<Mark>, issues: Vec<PageIssue>) -> (Verdict, Vec<String>) {
        let records = slip(marks, issues);
        assert_eq!(records.len(), 1);
        (records[0].verdict, records[0].issues.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn a_value_beside_an_unread_area_is_for_a_person() {
        assert_eq!(judged(Vec::new(), Vec::new()), (Verdict::Accepted, Vec::new()));
        let far = Mark::Unread(PixelBox { left: 800, top: 600, right: 900, bottom: 640 });
        assert_eq!(judged(vec![far], vec![PageIssue::Unread]), (Verdict::Accepted, Vec::new()));
        let beside = Mark::Unread(PixelBox { left: 365, top: 198, right: 400, bottom: 232 });
        assert_eq!(
            judged(vec![beside], vec![PageIssue::Unread]),
            (Verdict::Review, vec!["number: part of its place could not be read".to_owned()])
        );
    }

    #[test]
    fn a_page_that_is_doubtful_as_a_whole_has_no_accepted_records() {
        for (issue, said) in [
            (PageIssue::SeveralDocuments, "the page may hold several documents"),
            (PageIssue::Slanted, "the page is slanted"),
            (PageIssue::TextLayer, "the page's text layer does not say what it shows"),
        ] {
            assert_eq!(judged(Vec::new(), vec![issue]), (Verdict::Review, vec![said.to_owned()]));
        }
        assert_eq!(judged(Vec::new(), vec![PageIssue::FramesSkipped]).0, Verdict::Accepted);
    }
}
