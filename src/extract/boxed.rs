//! Values in the ruled box of a form that holds their label.
//!
//! `value` calls it for each label of a field.

use super::layout::{center_x, center_y};
use super::piece::Piece;
use super::sheet::Label;
use super::value::Search;
use crate::document::{Candidate, PixelBox};

/// A letter may reach this far over a rule.
const OVERHANG_MM: f32 = 1.0;
/// A horizontal rule of the box runs over at least this share of the label.
const OVER_LABEL: f32 = 0.5;
/// A box has at least so many rules; the page ends it at the others.
const FEWEST_SIDES: usize = 3;

/// A ruled box, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sides {
    left: f32,
    top: f32,
    right: f32,
    bottom: f32,
}

impl Search<'_> {
    /// Takes what else stands in the box of a label, up to so many lines.
    pub(super) fn boxed(&self, label: &Label, lines: usize, candidates: &mut Vec<Candidate>) {
        let Some(sides) = self.box_of(label) else { return };
        let layout = &self.sheet.layout;
        let label_rows: Vec<Label> = label.lines().collect();
        let mut found: Vec<Piece> = Vec::new();
        for (index, row) in layout.rows.iter().enumerate() {
            let inside = |word: usize| {
                let bounds = &layout.words[word].bounds;
                let (x, y) = (center_x(bounds), center_y(bounds));
                (sides.left..sides.right).contains(&x) && (sides.top..sides.bottom).contains(&y)
            };
            let Some(mut words) = row.words.first_run(inside) else { continue };
            let mut head = 0;
            // What stands before a label on its line is its number.
            for line in label_rows.iter().filter(|line| line.row == index) {
                let rest = self.after(line);
                (words.start, head) = (rest.lines[0].start.max(words.start), rest.head);
            }
            if words.is_empty() {
                continue;
            }
            let rest = Piece { lines: vec![words], head };
            found.extend(self.own_words(index, words).map(|own| rest.part(own)));
        }
        found.truncate(lines);
        self.push_lines(label.score, &found, candidates);
    }

    /// Returns the box of rules around a label.
    fn box_of(&self, label: &Label) -> Option<Sides> {
        let layout = &self.sheet.layout;
        let words = label.lines().flat_map(|line| line.matched.first..=line.matched.last);
        let bounds = words.map(|word| layout.words[word].bounds);
        let bounds = bounds.reduce(|all, bounds| all.union(&bounds))?;
        let overhang = OVERHANG_MM * layout.pixels_per_mm;
        let middle = center_y(&bounds);
        let (left, right) = (bounds.left as f32 + overhang, bounds.right as f32 - overhang);
        let (top, bottom) = (bounds.top as f32 + overhang, bounds.bottom as f32 - overhang);
        let upright = || layout.rules_through(middle, middle);
        let level = || layout.horizontal_rules().iter().filter(|rule| covers(rule, &bounds));
        let sides = [
            upright().filter(|x| *x <= left).reduce(f32::max),
            level().map(center_y).filter(|y| *y <= top).reduce(f32::max),
            upright().filter(|x| *x >= right).reduce(f32::min),
            level().map(center_y).filter(|y| *y >= bottom).reduce(f32::min),
        ];
        if sides.iter().flatten().count() < FEWEST_SIDES {
            return None;
        }
        let [left, top, right, bottom] = sides;
        Some(Sides {
            left: left.unwrap_or(0.0),
            top: top.unwrap_or(0.0),
            right: right.unwrap_or(layout.width),
            bottom: bottom.unwrap_or(layout.height),
        })
    }
}

fn covers(rule: &PixelBox, label: &PixelBox) -> bool {
    let shared = rule.right.min(label.right).saturating_sub(rule.left.max(label.left));
    shared as f32 >= OVER_LABEL * label.width() as f32
}
