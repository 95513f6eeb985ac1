//! What is looked at when candidates are ranked: where a span stands, what it and the rows around
//! it look like, and what the model's own places say of it.
//!
//! All features are yes or no: a measure falls into one of a few steps, a token stands in a row or
//! not. Their groups and the order of steps are part of the format of learned files.

use super::span::{Rows, Span};
use super::words::{KINDS, Kind, Signs, Words};
use crate::document::{Candidate, PixelBox, Value};
use crate::extract::value::Search;
use crate::extract::word_range::WordRange;
use crate::model::Zone;

/// A group of features; of a group of steps one holds, of a group of tokens any number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    Row,
    RowFromEnd,
    Height,
    Left,
    Right,
    Center,
    Lines,
    Length,
    Digits,
    Capitals,
    Signs,
    LetterHeight,
    HeightBefore,
    HeightAfter,
    GapBefore,
    GapAfter,
    GapInside,
    Confidence,
    Worst,
    Rule,
    RuleScore,
    Cell,
    Size,
    Repeats,
    Order,
    OrderFromEnd,
    AddsUp,
    Roundness,
    FirstRow,
    LastRow,
    InnerRows,
    RowBefore,
    SecondRowBefore,
    RowAfter,
    FirstWord,
    LastWord,
    WordBefore,
    LeftWords,
    RightWords,
}

/// All groups with their names in learned files.
pub const GROUPS: [(Group, &str); 39] = [
    (Group::Row, "row"),
    (Group::RowFromEnd, "row_from_end"),
    (Group::Height, "height"),
    (Group::Left, "left"),
    (Group::Right, "right"),
    (Group::Center, "center"),
    (Group::Lines, "lines"),
    (Group::Length, "length"),
    (Group::Digits, "digits"),
    (Group::Capitals, "capitals"),
    (Group::Signs, "signs"),
    (Group::LetterHeight, "letter_height"),
    (Group::HeightBefore, "height_before"),
    (Group::HeightAfter, "height_after"),
    (Group::GapBefore, "gap_before"),
    (Group::GapAfter, "gap_after"),
    (Group::GapInside, "gap_inside"),
    (Group::Confidence, "confidence"),
    (Group::Worst, "worst"),
    (Group::Rule, "rule"),
    (Group::RuleScore, "rule_score"),
    (Group::Cell, "cell"),
    (Group::Size, "size"),
    (Group::Repeats, "repeats"),
    (Group::Order, "order"),
    (Group::OrderFromEnd, "order_from_end"),
    (Group::AddsUp, "adds_up"),
    (Group::Roundness, "roundness"),
    (Group::FirstRow, "first_row"),
    (Group::LastRow, "last_row"),
    (Group::InnerRows, "inner_rows"),
    (Group::RowBefore, "row_before"),
    (Group::SecondRowBefore, "second_row_before"),
    (Group::RowAfter, "row_after"),
    (Group::FirstWord, "first_word"),
    (Group::LastWord, "last_word"),
    (Group::WordBefore, "word_before"),
    (Group::LeftWords, "left_words"),
    (Group::RightWords, "right_words"),
];

/// Steps of counts and ranks, of shares of one, and of lengths in heights of letters.
const COUNTS: &[f32] = &[0.5, 1.5, 2.5, 3.5, 5.5, 8.5, 12.5, 20.5, 35.5];
const SHARES: &[f32] = &[0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97];
const HEIGHTS: &[f32] = &[-0.2, 0.2, 0.5, 0.8, 1.2, 1.8, 2.5, 4.0];
const RATIOS: &[f32] = &[0.6, 0.75, 0.88, 0.95, 1.05, 1.14, 1.33, 1.7];
const LENGTHS: &[f32] = &[4.5, 8.5, 14.5, 20.5, 28.5, 40.5, 60.5, 90.5, 130.5];

/// Cash is handed over in such steps, in hundredths.
const ROUND_CASH: i64 = 500;

/// A feature that holds: its group and its step or token.
pub type Feature = (Group, u16);

/// A row as features see it.
pub(crate) struct SceneRow {
    /// Whether it stands in the field's zone.
    pub inside: bool,
    /// Without captions.
    pub words: WordRange,
    /// Its cells, if it has more than one.
    pub cells: Vec<WordRange>,
    bounds: PixelBox,
    letter_height: f32,
    tokens: Vec<u16>,
    pub signs: Signs,
}

/// A page with all that features of one field need.
pub(crate) struct Scene<'w> {
    pub words: &'w Words,
    pub rows: Vec<SceneRow>,
    /// Where text stands: left, right, top, bottom.
    text: (f32, f32, f32, f32),
    pub letter_height: f32,
    /// Candidates of the model's places, with how each is regarded there.
    pub rules: Vec<(Candidate, u16)>,
}

/// What the values of all spans say together.
pub(super) struct Values {
    /// Sizes of the spans' values in hundredths; `None` for texts and names.
    sizes: Vec<Option<i64>>,
    /// The different sizes, ascending.
    different: Vec<i64>,
}

impl Search<'_> {
    /// Looks at the page for this field; `rules` are the candidates of its places, best first.
    pub(super) fn scene<'w>(&self, words: &'w Words, rules: &[Candidate]) -> Scene<'w> {
        let layout = &self.sheet.layout;
        let zone = self.field.learn.map_or(Zone::PAGE, |learn| learn.zone);
        let mut rows: Vec<SceneRow> = Vec::new();
        for (index, row) in layout.rows.iter().enumerate() {
            let Some(run) = self.without_captions(index, row.words) else { continue };
            let run_words = &layout.words[run.indices()];
            let bounds =
                run_words.iter().fold(run_words[0].bounds, |all, word| all.union(&word.bounds));
            let cells: Vec<WordRange> = row
                .cells()
                .map(|cell| cell.within(run))
                .filter(|cell| !cell.is_empty() && self.sheet.says_something(*cell))
                .collect();
            rows.push(SceneRow {
                inside: layout.in_zone(&bounds, &zone),
                words: run,
                cells: if cells.len() > 1 { cells } else { Vec::new() },
                bounds,
                letter_height: row.word_height,
                tokens: words.tokens(run),
                signs: words.signs(run),
            });
        }
        let text = rows.iter().fold((f32::MAX, 1.0_f32, f32::MAX, 1.0_f32), |all, row| {
            (
                all.0.min(row.bounds.left as f32),
                all.1.max(row.bounds.right as f32),
                all.2.min(row.bounds.top as f32),
                all.3.max(row.bounds.bottom as f32),
            )
        });
        let mut heights: Vec<f32> = rows.iter().map(|row| row.letter_height).collect();
        heights.sort_by(f32::total_cmp);
        let letter_height = heights.get(heights.len() / 2).copied().unwrap_or(1.0).max(1.0);
        Scene { words, rows, text, letter_height, rules: regarded(rules) }
    }
}

impl Scene<'_> {
    /// Calls `add` with each feature of a span that holds.
    pub(super) fn features(
        &self,
        (span, index): (&Span, usize),
        values: &Values,
        add: &mut impl FnMut(Feature),
    ) {
        self.place(span, add);
        self.look(span, add);
        self.regard(span, add);
        if span.value.is_some() {
            values.compare(index, add);
            self.around_value(span, add);
        } else {
            self.in_text(span, add);
        }
        let Rows { first, last } = span.rows;
        for (group, row) in [
            (Group::RowBefore, first.checked_sub(1)),
            (Group::SecondRowBefore, first.checked_sub(2)),
            (Group::RowAfter, Some(last + 1)),
        ] {
            match row.and_then(|row| self.rows.get(row)) {
                Some(row) => row.tokens.iter().for_each(|&token| add((group, token))),
                None => add((group, Kind::Nothing as u16)),
            }
        }
    }

    /// What its words look like.
    fn look(&self, span: &Span, add: &mut impl FnMut(Feature)) {
        let rows = &self.rows[span.rows.first..=span.rows.last];
        let mut whole = Signs::NONE;
        for row in rows {
            whole.add(&row.signs);
        }
        let mut signs = Signs::NONE;
        for (run, row) in span.piece.lines.iter().zip(rows) {
            signs.add(&if *run == row.words { row.signs } else { self.words.signs(*run) });
        }
        let all = signs.all().max(1) as f32;
        let share = |count: u32, of: f32| step(count as f32 / of, SHARES);
        add((Group::Length, step(all, LENGTHS)));
        add((Group::Digits, share(signs.digits, all)));
        add((Group::Capitals, share(signs.capitals, signs.letters.max(1) as f32)));
        add((Group::Signs, share(signs.others, all)));
        add((Group::Confidence, step(signs.confidence / all / 100.0, SHARES)));
        add((Group::Worst, step(signs.worst / 100.0, SHARES)));
        add((Group::Cell, u16::from(signs.words < whole.words)));
    }

    /// The words of a text.
    fn in_text(&self, span: &Span, add: &mut impl FnMut(Feature)) {
        let Rows { first, last } = span.rows;
        if first == last && self.rows[first].words != span.words {
            for token in self.words.tokens(span.words) {
                add((Group::FirstRow, token));
                add((Group::LastRow, token));
            }
        } else {
            self.rows[first].tokens.iter().for_each(|&token| add((Group::FirstRow, token)));
            self.rows[last].tokens.iter().for_each(|&token| add((Group::LastRow, token)));
            let mut inner: Vec<u16> =
                (first + 1..last).flat_map(|row| &self.rows[row].tokens).copied().collect();
            inner.sort_unstable();
            inner.dedup();
            for token in inner {
                add((Group::InnerRows, token));
            }
        }
        let WordRange { start, end } = span.words;
        for (group, at) in [(Group::FirstWord, start), (Group::LastWord, end - 1)] {
            self.words
                .tokens(WordRange::new(at, at + 1))
                .into_iter()
                .for_each(|token| add((group, token)));
        }
    }

    /// The words beside a value.
    fn around_value(&self, span: &Span, add: &mut impl FnMut(Feature)) {
        let row = self.rows[span.rows.first].words;
        let near = span.words.start.saturating_sub(2).max(row.start);
        for (group, run) in [
            (Group::LeftWords, WordRange::new(row.start, span.words.start)),
            (Group::RightWords, WordRange::new(span.words.end, row.end)),
            (Group::WordBefore, WordRange::new(near, span.words.start)),
        ] {
            if run.is_empty() {
                add((group, Kind::Nothing as u16));
            } else {
                self.words.tokens(run).into_iter().for_each(|token| add((group, token)));
            }
        }
    }

    /// Returns the box of rows.
    pub(super) fn bounds(&self, rows: Rows) -> PixelBox {
        let rows = &self.rows[rows.first..=rows.last];
        rows.iter().fold(rows[0].bounds, |all, row| all.union(&row.bounds))
    }

    /// What the model's places say of it.
    fn regard(&self, span: &Span, add: &mut impl FnMut(Feature)) {
        let found = span.rule.and_then(|rule| self.rules.get(rule));
        let score = found.map_or(0, |(rule, _)| 1 + step(rule.place_score, SHARES));
        add((Group::RuleScore, score));
        add((Group::Rule, found.map_or(0, |(_, regard)| *regard)));
    }

    /// Where the span stands.
    fn place(&self, span: &Span, add: &mut impl FnMut(Feature)) {
        let Rows { first, last } = span.rows;
        let (row, end) = (&self.rows[first], &self.rows[last]);
        let made = span.candidate.as_ref().map(|candidate| candidate.bounds);
        let bounds = made.unwrap_or_else(|| self.bounds(span.rows));
        let (left, right, top, bottom) = self.text;
        let (width, height) = ((right - left).max(1.0), (bottom - top).max(1.0));
        let x = |pixels: f32| step((pixels - left) / width, SHARES);
        add((Group::Row, step(first as f32, COUNTS)));
        add((Group::RowFromEnd, step((self.rows.len() - 1 - last) as f32, COUNTS)));
        add((Group::Height, step((bounds.top as f32 - top) / height, SHARES)));
        add((Group::Left, x(bounds.left as f32)));
        add((Group::Right, x(bounds.right as f32)));
        let middle = crate::extract::layout::center_x(&bounds);
        let off = (middle - f32::midpoint(left, right)).abs() / width;
        add((Group::Center, step(off, SHARES)));
        add((Group::Lines, (last - first) as u16));
        add((Group::LetterHeight, step(row.letter_height / self.letter_height, RATIOS)));
        let before = first.checked_sub(1).map(|index| &self.rows[index]);
        let after = self.rows.get(last + 1);
        let gap = |above: &SceneRow, below: &SceneRow| {
            (below.bounds.top as f32 - above.bounds.bottom as f32) / self.letter_height
        };
        let gap_step =
            |gap: Option<f32>| gap.map_or(HEIGHTS.len() as u16 + 1, |gap| step(gap, HEIGHTS));
        add((Group::GapBefore, gap_step(before.map(|before| gap(before, row)))));
        add((Group::GapAfter, gap_step(after.map(|after| gap(end, after)))));
        let inside = self.rows[first..=last].windows(2).map(|pair| gap(&pair[0], &pair[1]));
        add((Group::GapInside, gap_step(inside.reduce(f32::max))));
        let ratio = |a: Option<&SceneRow>, b: &SceneRow| {
            a.map_or(RATIOS.len() as u16 + 1, |a| step(a.letter_height / b.letter_height, RATIOS))
        };
        add((Group::HeightBefore, ratio(before, row)));
        add((Group::HeightAfter, ratio(after, end)));
    }
}

impl Values {
    pub(super) fn of(spans: &[Span]) -> Self {
        let sizes: Vec<Option<i64>> =
            spans.iter().map(|span| span.value.as_ref().and_then(size)).collect();
        let mut different: Vec<i64> = sizes.iter().flatten().copied().collect();
        different.sort_unstable();
        different.dedup();
        Self { sizes, different }
    }

    /// How its value stands among the others.
    fn compare(&self, index: usize, add: &mut impl FnMut(Feature)) {
        let Some(own) = self.sizes[index] else { return };
        let larger = self.different.iter().filter(|size| **size > own).count();
        add((Group::Size, step(larger as f32, COUNTS)));
        let same = self.sizes.iter().filter(|size| **size == Some(own)).count();
        add((Group::Repeats, step(same as f32, COUNTS)));
        add((Group::Order, step(index as f32, COUNTS)));
        let from_end = self.sizes.len() - 1 - index;
        add((Group::OrderFromEnd, step(from_end as f32, COUNTS)));
        let has = |size: i64| self.different.binary_search(&size).is_ok();
        let others = || self.different.iter().filter(|size| **size > 0 && **size != own);
        // Cash less change; what is due and what was rounded off it.
        let difference = others().any(|&other| other != own && has(own.saturating_add(other)));
        let sum = others().any(|&other| {
            let rest = own.saturating_sub(other);
            rest > 0 && rest != other && has(rest)
        });
        // Notes and coins that are handed over are round, and a tax is a whole percentage.
        let paid = others()
            .any(|&other| other % ROUND_CASH == 0 && other > own && has(other.saturating_sub(own)));
        let taxed = others().any(|&tax| {
            let net = own.saturating_sub(tax);
            net > tax && has(net) && is_taxed(net, tax)
        });
        let bits = [difference, sum, paid, taxed];
        add((Group::AddsUp, bits.iter().rev().fold(0, |all, bit| 2 * all + u16::from(*bit))));
        let roundness = match own {
            0 => 0,
            _ if own % 100 == 0 => 1,
            _ if own % 10 == 0 => 2,
            _ if own % 5 == 0 => 3,
            _ => 4,
        };
        add((Group::Roundness, roundness));
    }
}

/// Tells whether an amount may be the tax on another one: 3 to 27 whole percent of it, within a rounding.
fn is_taxed(net: i64, tax: i64) -> bool {
    let off = |percent: i64| {
        tax.saturating_mul(100).saturating_sub(net.saturating_mul(percent)).saturating_abs()
    };
    (3..=27).any(|percent| off(percent) <= 100)
}

/// Returns how large a value is, in hundredths or days.
fn size(value: &Value) -> Option<i64> {
    use rust_decimal::prelude::ToPrimitive;
    match value {
        Value::Integer(number) => number.checked_mul(100),
        Value::Decimal(number) => {
            number.checked_mul(rust_decimal::Decimal::ONE_HUNDRED)?.round().to_i64()
        }
        Value::Date(date) => Some(
            i64::from(date.year()) * 372 + i64::from(date.month()) * 31 + i64::from(date.day()),
        ),
        Value::Text(_) | Value::Time(_) | Value::Boolean(_) | Value::List(_) => None,
    }
}

/// Tells how each candidate of the places is regarded: 1 the first of the best, 2 one of the best,
/// 3 another.
fn regarded(rules: &[Candidate]) -> Vec<(Candidate, u16)> {
    const EQUALLY_PLACED: f32 = 0.1;
    let best = rules.iter().map(|rule| rule.place_score).fold(0.0, f32::max);
    let mut first = true;
    rules
        .iter()
        .map(|rule| {
            let good = rule.place_score >= best - EQUALLY_PLACED;
            let regard = if good && first { 1 } else { 2 + u16::from(!good) };
            first &= !good;
            (rule.clone(), regard)
        })
        .collect()
}

/// Returns into which of the steps a measure falls: the number of limits that it exceeds.
fn step(measure: f32, limits: &[f32]) -> u16 {
    limits.iter().take_while(|limit| measure > **limit).count() as u16
}

/// Returns how many features a group has for a ranker.
pub fn group_size(group: Group, words: usize) -> usize {
    match group {
        Group::FirstRow
        | Group::LastRow
        | Group::InnerRows
        | Group::RowBefore
        | Group::SecondRowBefore
        | Group::RowAfter
        | Group::FirstWord
        | Group::LastWord
        | Group::WordBefore
        | Group::LeftWords
        | Group::RightWords => KINDS + words,
        _ => 16,
    }
}
