//! What extraction saw on a page and made of it, for people who write models: `authoring` shows it.
//!
//! Everything here is asked of the same functions that extraction goes through; nothing is found anew.

use super::parts::Part;
use super::phrase::Match;
use super::phrases::Phrases;
use super::sheet::{Label, Sheet};
use super::value::{self, Search};
use super::word_range::WordRange;
use super::{claims, columns};
use crate::document::{Candidate, PageNumber, PageText, PixelBox, Word};
use crate::model::{Field, Place, RecordModel, Scope};

/// What a model saw on a page, or on one of its regions.
#[derive(Debug, Clone, PartialEq)]
pub struct Explanation {
    /// Number of the page's region, from 1; 0 for a page that is one region.
    pub region: u16,
    /// How well the page fits the claims (0–1); `None` if the model does not claim it.
    pub strength: Option<f32>,
    /// In the order of the model: `all`, `any`, `none`.
    pub claims: Vec<PhraseSeen>,
    /// In the model's order.
    pub fields: Vec<FieldSeen>,
    /// From top to bottom; empty but for row models.
    pub tables: Vec<TableFound>,
}

/// Which list of the claims a phrase is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClaimList {
    All,
    OneOf,
    Any,
    None,
    For,
    Against,
}

/// A phrase of the claims.
#[derive(Debug, Clone, PartialEq)]
pub struct PhraseSeen {
    pub list: ClaimList,
    pub phrase: String,
    /// How well it was read, 0–1; `None` if it is not there.
    pub score: Option<f32>,
}

/// What was seen of a field.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct FieldSeen {
    /// In reading order, those of the field first, then those of its places.
    pub labels: Vec<LabelSeen>,
    /// Where its `exclude` phrases stand.
    pub excluded: Vec<LabelSeen>,
    /// Best first, as extraction orders them; in row models only those of fields without a column.
    pub candidates: Vec<CandidateSeen>,
}

/// A label as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelSeen {
    pub text: String,
    pub bounds: PixelBox,
    pub score: f32,
}

/// A candidate, and the place of the field's list that gave it, from 0; `None` if that cannot be told.
#[derive(Debug, Clone, PartialEq)]
pub struct CandidateSeen {
    pub candidate: Candidate,
    pub place: Option<usize>,
}

/// A table that a row model found. Columns are in pixels of the page text.
#[derive(Debug, Clone, PartialEq)]
pub struct TableFound {
    /// How well its header was read, 0–1.
    pub score: f32,
    pub columns: Vec<ColumnFound>,
    /// Its lines under the header.
    pub rows: Vec<PixelBox>,
}

/// A column of a table and the field it holds, as position in the model.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ColumnFound {
    pub field: Option<usize>,
    pub left: f32,
    pub right: f32,
}

/// Words that stand on one height, as extraction sees them.
#[derive(Debug, Clone, PartialEq)]
pub struct PageRow {
    /// From left to right; never empty.
    pub words: Vec<Word>,
    /// Positions of the words with which cells begin; the first is 0.
    pub cell_starts: Vec<usize>,
    pub bounds: PixelBox,
}

/// Tells what a model sees on a page, whether it claims it or not: of each region of the page one
/// explanation, in reading order.
pub fn explain(model: &RecordModel, number: PageNumber, text: &PageText) -> Vec<Explanation> {
    let parts = Part::all(number, text);
    let phrases = Phrases::default();
    parts.iter().map(|part| placed(of_sheet(model, &part.sheet(&phrases)), part)).collect()
}

fn of_sheet(model: &RecordModel, sheet: &Sheet) -> Explanation {
    let labels = sheet.labels(model);
    let found = value::fields(model, sheet, &labels);
    let fields = model.fields.iter().zip(found).enumerate().map(|(index, (field, candidates))| {
        let search = Search { sheet, labels: &labels, index, field };
        let in_place = field.places.iter().filter_map(|place| match place {
            Place::Labelled { labels, .. } => Some(labels),
            _ => None,
        });
        let of_places = in_place.flat_map(|texts| sheet.labels_of(texts, &labels.excluded[index]));
        let own = labels.by_field[index].iter().copied();
        FieldSeen {
            labels: own.chain(of_places).map(|label| label_seen(sheet, &label)).collect(),
            excluded: labels.excluded[index]
                .iter()
                .map(|caption| matched_seen(sheet, &caption.matched))
                .collect(),
            candidates: with_places(&search, candidates),
        }
    });
    let fields = fields.collect();
    let tables = match model.scope {
        Scope::Row => tables(model, sheet),
        Scope::Document | Scope::Page => Vec::new(),
    };
    Explanation {
        region: sheet.region,
        strength: claims::strength(&model.claims, sheet),
        claims: claims_seen(model, sheet),
        fields,
        tables,
    }
}

/// Moves what was seen of a part to where it lies on the page.
fn placed(mut seen: Explanation, part: &Part) -> Explanation {
    for field in &mut seen.fields {
        for label in field.labels.iter_mut().chain(&mut field.excluded) {
            label.bounds = part.on_page(&label.bounds);
        }
        for found in &mut field.candidates {
            found.candidate.bounds = part.on_page(&found.candidate.bounds);
        }
    }
    for table in &mut seen.tables {
        for column in &mut table.columns {
            let right = part.on_page(&PixelBox::default()).left as f32;
            (column.left, column.right) = (column.left + right, column.right + right);
        }
        for row in &mut table.rows {
            *row = part.on_page(row);
        }
    }
    seen
}

/// Returns the rows of a page, from top to bottom.
pub fn page_rows(text: &PageText) -> Vec<PageRow> {
    let folded = Phrases::default();
    let sheet = Sheet::new(&folded, PageNumber::FIRST, text);
    let rows = sheet.layout.rows.iter();
    rows.map(|row| PageRow {
        words: sheet.layout.words[row.words.indices()]
            .iter()
            .map(|word| word.clone().into_owned())
            .collect(),
        cell_starts: row.cell_starts.iter().map(|start| start - row.words.start).collect(),
        bounds: row.bounds,
    })
    .collect()
}

/// Returns how well each phrase was read on a page (0–1); `None` where it is not there.
pub fn phrase_scores(phrases: &[String], text: &PageText) -> Vec<Option<f32>> {
    let folded = Phrases::default();
    let sheet = Sheet::new(&folded, PageNumber::FIRST, text);
    let score = |phrase: &String| claims::best(phrase, None, &sheet);
    phrases.iter().map(score).collect()
}

fn claims_seen(model: &RecordModel, sheet: &Sheet) -> Vec<PhraseSeen> {
    let claims = &model.claims;
    let zone = claims.within.as_ref();
    let lists = [
        (ClaimList::All, &claims.all),
        (ClaimList::OneOf, &claims.one_of),
        (ClaimList::Any, &claims.any),
        (ClaimList::None, &claims.none),
        (ClaimList::For, &claims.speaks_for),
        (ClaimList::Against, &claims.against),
    ];
    let phrases = lists
        .into_iter()
        .flat_map(|(list, phrases)| phrases.iter().map(move |phrase| (list, phrase)));
    phrases
        .map(|(list, phrase)| PhraseSeen {
            list,
            phrase: phrase.clone(),
            score: claims::best(phrase, zone, sheet),
        })
        .collect()
}

fn label_seen(sheet: &Sheet, label: &Label) -> LabelSeen {
    LabelSeen { score: label.score, ..matched_seen(sheet, &label.matched) }
}

fn matched_seen(sheet: &Sheet, matched: &Match) -> LabelSeen {
    let words = &sheet.layout.words;
    LabelSeen {
        text: sheet.layout.text(WordRange::through(matched.first, matched.last)).into_owned(),
        bounds: words[matched.first].bounds.union(&words[matched.last].bounds),
        score: matched.score,
    }
}

/// Tells of each candidate which place gives it: the first that does so alone.
fn with_places(search: &Search, candidates: Vec<Candidate>) -> Vec<CandidateSeen> {
    let alone: Vec<Vec<Candidate>> = search
        .field
        .places
        .iter()
        .map(|place| {
            let field = Field { places: vec![place.clone()], ..search.field.clone() };
            Search { field: &field, ..*search }.candidates()
        })
        .collect();
    let same = |a: &Candidate, b: &Candidate| a.text == b.text && a.bounds == b.bounds;
    let placed = candidates.into_iter().map(|candidate| {
        let gives = |found: &Vec<Candidate>| found.iter().any(|other| same(other, &candidate));
        CandidateSeen { place: alone.iter().position(gives), candidate }
    });
    placed.collect()
}

fn tables(model: &RecordModel, sheet: &Sheet) -> Vec<TableFound> {
    columns::tables(model, sheet)
        .into_iter()
        .map(|table| TableFound {
            score: table.score,
            columns: table
                .columns
                .iter()
                .map(|column| ColumnFound {
                    field: column.field,
                    left: column.extent.left,
                    right: column.extent.right,
                })
                .collect(),
            rows: table.body.iter().map(|&row| sheet.layout.rows[row].bounds).collect(),
        })
        .collect()
}
