//! From the places of a field to its candidates, ranked.
//!
//! Scores say how well a place fits; `normalize` weighs them against what the value says. The
//! places themselves are in `from_label` and `region`.

use super::bound::{Below, Passage};
use super::labels::Labels;
use super::layout::Row;
use super::piece::{Piece, Standing};
use super::ranking::Words;

use super::sheet::{Label, Sheet};
use crate::document::{Candidate, Count, Found};
use crate::model::{Choose, Field, FieldKind, Place, RecordModel};
use crate::normalize;

/// Score of a perfect place: what stands there may still be something else.
const BEST_PLACE: f32 = 0.97;
/// Each later place of a field's list is tried with its scores multiplied by this.
pub(super) const LATER_PLACE: f32 = 0.85;
/// Score of a value with one line fewer than it might have.
const FEWER_LINES: f32 = 0.85;
/// So many candidates are kept for each field.
const MOST_CANDIDATES: usize = 12;
/// So many values a field that repeats may have.
const MOST_VALUES: usize = 1000;
/// What is left of the doubt about a place when another place says the same.
const CORROBORATED: f32 = 0.6;

/// One field of a model on one page.
#[derive(Clone, Copy)]
pub(super) struct Search<'s> {
    pub sheet: &'s Sheet<'s>,
    pub labels: &'s Labels,
    /// Position of the field in its model.
    pub index: usize,
    pub field: &'s Field,
}

/// Finds the candidates of each field of a model, best first.
pub(super) fn fields(model: &RecordModel, sheet: &Sheet, labels: &Labels) -> Vec<Vec<Candidate>> {
    let words = model.learned.as_ref().map(|learned| Words::new(&sheet.layout, &learned.words));
    model
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let search = Search { sheet, labels, index, field };
            let mut candidates = search.candidates();
            rank(field, &mut candidates);
            match (model.ranker(field), &words) {
                (Some(ranker), Some(words)) => search.ranked(ranker, words, &candidates),
                (_, _) => candidates,
            }
        })
        .collect()
}

/// Orders candidates by how the field chooses, best first, and drops all but the best.
pub(super) fn rank(field: &Field, candidates: &mut Vec<Candidate>) {
    let order =
        |candidate: &Candidate| (candidate.page, candidate.bounds.top, candidate.bounds.left);
    let better = |a: &Candidate, b: &Candidate| {
        b.place_score.total_cmp(&a.place_score).then(order(a).cmp(&order(b)))
    };
    candidates.sort_by(better);
    let corner = |candidate: &Candidate| (candidate.bounds.left, candidate.bounds.top);
    let mut fresh: Vec<Candidate> = Vec::with_capacity(candidates.len());
    for candidate in candidates.drain(..) {
        let is_same =
            |seen: &Candidate| corner(seen) == corner(&candidate) && seen.text == candidate.text;
        if !fresh.iter().any(is_same) {
            fresh.push(candidate);
        }
    }
    *candidates = fresh;
    candidates.truncate(match field.count {
        Count::One => MOST_CANDIDATES,
        Count::Many => MOST_VALUES,
    });
    if candidates.first().is_some_and(|candidate| candidate.found == Found::Learned) {
        return;
    }
    match field.choose {
        Choose::Best => {}
        Choose::First => candidates.sort_by_key(order),
        Choose::Last | Choose::ByRate => {
            candidates.sort_by_key(|candidate| std::cmp::Reverse(order(candidate)));
        }
        Choose::Largest => candidates.sort_by(|a, b| size(&b.text).total_cmp(&size(&a.text))),
    }
}

/// Raises candidates that other places of the page confirm by saying the same: a total that is
/// printed three times was read right. Those that a pattern found count as one, however many: the rows of a
/// table repeat what they like.
fn corroborate(candidates: &mut [Candidate]) {
    let bare = |text: &str| -> String {
        let letters = text.chars().filter(|character| character.is_alphanumeric());
        letters.flat_map(char::to_uppercase).collect()
    };
    let said: Vec<(String, u32, bool)> = candidates
        .iter()
        .map(|candidate| {
            (bare(&candidate.text), candidate.bounds.top, candidate.found == Found::Pattern)
        })
        .collect();
    for (candidate, (text, top, _)) in candidates.iter_mut().zip(&said) {
        let mut elsewhere: Vec<Option<u32>> = said
            .iter()
            .filter(|(other, at, _)| other == text && at != top)
            .map(|(_, at, by_pattern)| (!by_pattern).then_some(*at))
            .collect();
        elsewhere.sort_unstable();
        elsewhere.dedup();
        let doubt = CORROBORATED.powi(i32::try_from(elsewhere.len()).unwrap_or(i32::MAX));
        candidate.place_score = 1.0 - (1.0 - candidate.place_score) * doubt;
    }
}

/// Returns how large a value is for [`Choose::Largest`]: its digits as a number.
fn size(text: &str) -> f64 {
    let digits: String = text
        .chars()
        .map(|character| if character == ',' { '.' } else { character })
        .filter(|character| character.is_ascii_digit() || *character == '.')
        .collect();
    // `1.234.50`: only the last point can be the decimal one.
    let whole_ends = digits.rfind('.').unwrap_or(digits.len());
    let (whole, part) = digits.split_at(whole_ends);
    format!("{}{part}", whole.replace('.', "")).parse().unwrap_or(0.0)
}

impl Search<'_> {
    pub(super) fn candidates(&self) -> Vec<Candidate> {
        if let FieldKind::Barcode { symbologies } = &self.field.kind {
            return self.barcodes(symbologies);
        }
        let mut candidates = Vec::new();
        let mut factor = BEST_PLACE;
        for place in &self.field.places {
            // Other places are tried if one has nothing; they do not add to its values.
            if self.field.count == Count::Many && !candidates.is_empty() {
                break;
            }
            let from = candidates.len();
            self.at_place(place, &mut candidates);
            for candidate in &mut candidates[from..] {
                candidate.place_score = (candidate.place_score * factor).clamp(0.0, 1.0);
            }
            factor *= LATER_PLACE;
        }
        if self.field.choose == Choose::ByRate {
            self.add_rates(&mut candidates);
        }
        // Other boxes that are empty as well say nothing about this one.
        if self.field.count == Count::One && !self.is_checkbox() {
            corroborate(&mut candidates);
        }
        candidates
    }

    fn at_place(&self, place: &Place, candidates: &mut Vec<Candidate>) {
        match place {
            Place::Zone { zone, .. }
                if self.is_checkbox() && self.tick_boxes_in(zone, candidates) => {}
            Place::Zone { zone, lines } => self.in_zone(zone, *lines, candidates),
            Place::Pattern { zone } => self.by_pattern(zone.as_ref(), candidates),
            Place::Between { from, to } => self.between(from, to, candidates),
            Place::Passage { starts, ends, lines, zone } => {
                let most_lines = lines.unwrap_or(1) as usize;
                let passage = Passage { starts, ends: ends.as_ref(), most_lines };
                self.passages(&passage, zone.as_ref(), candidates);
            }
            Place::Party { party } => {
                let found = self.labels.parties.iter().flat_map(|parties| parties.of(*party));
                for (piece, score) in found {
                    self.push(piece, *score, Found::Zone, candidates);
                }
            }
            Place::Labelled { labels, place } => {
                let excluded = &self.labels.excluded[self.index];
                for label in &self.sheet.labels_of(labels, excluded) {
                    self.at_label(place, label, candidates);
                }
            }
            Place::Right { .. }
            | Place::Left { .. }
            | Place::Below { .. }
            | Place::Above { .. }
            | Place::Cell { .. }
            | Place::Box { .. }
            | Place::Line => {
                for label in &self.labels.by_field[self.index] {
                    self.at_label(place, label, candidates);
                }
            }
        }
    }

    fn is_checkbox(&self) -> bool {
        matches!(self.field.kind, FieldKind::Checkbox)
    }

    fn at_label(&self, place: &Place, label: &Label, candidates: &mut Vec<Candidate>) {
        // Signs in the text, such as `[x]`, count where no box was found in the picture.
        if self.is_checkbox() && self.tick_box(place, label, candidates) {
            return;
        }
        match place {
            Place::Right { within_mm } => {
                for line in label.lines() {
                    self.right(&line, *within_mm, candidates);
                }
            }
            Place::Left { within_mm } => {
                for line in label.lines() {
                    self.left(&line, *within_mm, candidates);
                }
            }
            Place::Below { within_mm, lines, until } => {
                let most_lines = lines.unwrap_or(u32::MAX) as usize;
                let below = Below { within_mm: *within_mm, most_lines, until: until.as_ref() };
                self.below(label, &below, candidates);
            }
            Place::Cell { within_mm, lines, until } => {
                let most_lines = lines.unwrap_or(u32::MAX) as usize;
                let below = Below { within_mm: *within_mm, most_lines, until: until.as_ref() };
                self.in_cell(label, &below, candidates);
            }
            Place::Box { lines } => {
                self.boxed(label, lines.unwrap_or(u32::MAX) as usize, candidates);
            }
            Place::Above { within_mm, lines } => {
                self.above(
                    &label.first_line(),
                    *within_mm,
                    lines.unwrap_or(1) as usize,
                    candidates,
                );
            }
            Place::Line => {
                for line in label.lines() {
                    let piece = Piece::line(self.row(line.row).words);
                    self.push(&piece, line.score, Found::Label, candidates);
                }
            }
            Place::Zone { .. }
            | Place::Labelled { .. }
            | Place::Between { .. }
            | Place::Pattern { .. }
            | Place::Party { .. }
            | Place::Passage { .. } => {}
        }
    }

    pub(super) fn row(&self, index: usize) -> &Row {
        &self.sheet.layout.rows[index]
    }

    pub(super) fn push(
        &self,
        piece: &Piece,
        score: f32,
        found: Found,
        candidates: &mut Vec<Candidate>,
    ) {
        let standing = Standing { score, found };
        let (layout, page) = (&self.sheet.layout, self.sheet.number);
        candidates.extend(piece.candidates(layout, page, self.field, standing));
    }

    pub(super) fn push_lines(&self, score: f32, found: &[Piece], candidates: &mut Vec<Candidate>) {
        let over_lines = self.dates_over_lines(found);
        let found = over_lines.as_deref().unwrap_or(found);
        let mut score = score;
        let one_text = matches!(self.field.kind, FieldKind::Text { .. });
        if !one_text || self.field.count == Count::Many {
            for piece in found {
                self.push(piece, score, Found::Label, candidates);
                if self.field.count == Count::One {
                    score *= FEWER_LINES;
                }
            }
            return;
        }
        for count in (1..=found.len()).rev() {
            let head = found[0].head;
            let lines = found[..count].iter().flat_map(|piece| piece.lines.clone()).collect();
            self.push(&Piece { lines, head }, score, Found::Label, candidates);
            score *= FEWER_LINES;
        }
    }

    /// Joins two lines that make a date together and none alone, as `17 August` and `2023` under it.
    fn dates_over_lines(&self, found: &[Piece]) -> Option<Vec<Piece>> {
        if !matches!(self.field.kind, FieldKind::Date { .. }) || self.field.pattern.is_some() {
            return None;
        }
        let is_date = |piece: &Piece| {
            let text = piece.plain(&self.sheet.layout);
            normalize::value(&self.field.kind, &text).is_some()
        };
        let joined = |first: &Piece, second: &Piece| Piece {
            lines: first.lines.iter().chain(&second.lines).copied().collect(),
            head: first.head,
        };
        let at = found.windows(2).position(|pair| {
            !is_date(&pair[0]) && !is_date(&pair[1]) && is_date(&joined(&pair[0], &pair[1]))
        })?;
        let mut lines = found.to_vec();
        lines[at] = joined(&found[at], &found[at + 1]);
        lines.remove(at + 1);
        Some(lines)
    }
}
