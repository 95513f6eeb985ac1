//! Where the form that a model describes lies on a page: its anchors found, and what they say of
//! shift, scale and turn.
//!
//! Zones in millimetres are looked up through it. `sheet` finds it once for a model and page.

use super::layout::{Layout, center_x, center_y};
use super::sheet::{Caption, Sheet};
use crate::document::PixelBox;
use crate::model::{Anchor, Zone, ZoneUnit};

/// An anchor agrees with a registration if it is so close to where that puts it.
const AGREES_MM: f32 = 4.0;
/// Anchors closer together than this tell the shift only: 0.5 mm of error in a box would turn the
/// far end of the page by 3 mm.
const SHORTEST_BASE_MM: f32 = 50.0;
/// Scale of a scan against the form, and its turn: what two anchors may say, and what three may,
/// who confirm each other even if the resolution of the page is wrong.
const PLAUSIBLE_SCALE: (f32, f32) = (0.8, 1.25);
const CONFIRMED_SCALE: (f32, f32) = (0.4, 2.5);
const PLAUSIBLE_TURN: f32 = 0.15;
/// So many places are tried for each anchor, best first.
const MOST_PLACES: usize = 4;
/// Score of a zone on a page where none of the anchors was found, and where only one was.
const UNREGISTERED: f32 = 0.7;
const SHIFTED: f32 = 0.95;

/// A point or a scale with turn as a complex number; points in millimetres.
type Complex = (f32, f32);

/// Maps a form's points to a page's: `page = turn · form + shift`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Registration {
    turn: Complex,
    shift: Complex,
    /// What zones in millimetres keep of their score, 0–1.
    trust: f32,
}

/// An anchor that was found: where the form has it, and where the page.
#[derive(Debug, Clone, Copy)]
struct Pair {
    anchor: usize,
    form: Complex,
    page: Complex,
    score: f32,
}

impl Registration {
    /// The form lies as it is declared.
    const DECLARED: Self = Self { turn: (1.0, 0.0), shift: (0.0, 0.0), trust: 1.0 };

    /// Finds the anchors of a model on a page; without any the form lies as it is declared.
    pub fn find(anchors: &[Anchor], sheet: &Sheet) -> Self {
        if anchors.is_empty() {
            return Self::DECLARED;
        }
        let pairs = pairs(anchors, sheet);
        by_several(&pairs)
            .or_else(|| by_one(&pairs))
            .unwrap_or(Self { trust: UNREGISTERED, ..Self::DECLARED })
    }

    /// Returns what a zone keeps of its score, 0–1.
    pub fn trust(&self, zone: &Zone) -> f32 {
        match zone.unit {
            ZoneUnit::PageFraction => 1.0,
            ZoneUnit::Millimeters => self.trust,
        }
    }

    /// Tells whether the middle of a box is in a zone of the form.
    pub fn holds(&self, layout: &Layout, zone: &Zone, bounds: &PixelBox) -> bool {
        match zone.unit {
            ZoneUnit::PageFraction => layout.in_zone(bounds, zone),
            ZoneUnit::Millimeters => {
                let mm = |pixels: f32| pixels / layout.pixels_per_mm;
                let point = (mm(center_x(bounds)), mm(center_y(bounds)));
                let (x, y) = divide(minus(point, self.shift), self.turn);
                (zone.left..=zone.right).contains(&x) && (zone.top..=zone.bottom).contains(&y)
            }
        }
    }

    fn error_mm(&self, pair: &Pair) -> f32 {
        let mapped = plus(times(self.turn, pair.form), self.shift);
        length(minus(pair.page, mapped))
    }
}

fn pairs(anchors: &[Anchor], sheet: &Sheet) -> Vec<Pair> {
    let layout = &sheet.layout;
    let mut pairs = Vec::new();
    for (anchor, declared) in anchors.iter().enumerate() {
        let mut found = sheet.find(&declared.phrases);
        found.sort_by(|a, b| b.matched.score.total_cmp(&a.matched.score));
        for Caption { matched, .. } in found.into_iter().take(MOST_PLACES) {
            let words = &layout.words[matched.first..=matched.last];
            let top = words.iter().map(|word| word.bounds.top).min().unwrap_or_default();
            let mm = |pixels: u32| pixels as f32 / layout.pixels_per_mm;
            let page = (mm(words[0].bounds.left), mm(top));
            let form = (declared.left_mm, declared.top_mm);
            pairs.push(Pair { anchor, form, page, score: matched.score });
        }
    }
    pairs
}

/// Finds the similarity transform that most anchors agree on (RANSAC over all pairs, Fischler and
/// Bolles 1981), fitted to those by least squares.
fn by_several(pairs: &[Pair]) -> Option<Registration> {
    let mut best: Option<(Vec<Pair>, f32)> = None;
    for (index, first) in pairs.iter().enumerate() {
        for second in pairs[index + 1..].iter().filter(|second| second.anchor != first.anchor) {
            let Some(guess) = fitted(&[*first, *second]) else { continue };
            let (agreeing, error) = agreeing(&guess, pairs);
            let confirmed = agreeing.len() > 2;
            let better = best
                .as_ref()
                .is_none_or(|(most, least)| (agreeing.len(), -error) > (most.len(), -least));
            if better && is_plausible(&guess, confirmed) {
                best = Some((agreeing, error));
            }
        }
    }
    best.and_then(|(agreeing, _)| fitted(&agreeing))
}

/// Returns the best place of each anchor that a registration agrees with, and the sum of errors.
fn agreeing(registration: &Registration, pairs: &[Pair]) -> (Vec<Pair>, f32) {
    let mut agreeing: Vec<Pair> = Vec::new();
    let mut sum = 0.0;
    for anchor in pairs.chunk_by(|a, b| a.anchor == b.anchor) {
        let errors = anchor.iter().map(|pair| (registration.error_mm(pair), pair));
        let Some((error, pair)) = errors.min_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
        if error <= AGREES_MM {
            agreeing.push(*pair);
            sum += error;
        }
    }
    (agreeing, sum)
}

/// Shifts the form to its best read anchor; of several as good the one that shifts least.
fn by_one(pairs: &[Pair]) -> Option<Registration> {
    let shift = |pair: &Pair| minus(pair.page, pair.form);
    let best = pairs.iter().min_by(|a, b| {
        b.score.total_cmp(&a.score).then(length(shift(a)).total_cmp(&length(shift(b))))
    })?;
    Some(Registration { shift: shift(best), trust: SHIFTED, ..Registration::DECLARED })
}

/// Fits scale, turn and shift by least squares (Umeyama 1991, in the plane); `None` without pairs.
fn fitted(pairs: &[Pair]) -> Option<Registration> {
    let count = pairs.len() as f32;
    let sum = |point: fn(&Pair) -> Complex| {
        pairs.iter().map(point).reduce(plus).map(|(x, y)| (x / count, y / count))
    };
    let (form, page) = (sum(|pair| pair.form)?, sum(|pair| pair.page)?);
    let (mut product, mut square, mut farthest) = ((0.0, 0.0), 0.0, 0.0_f32);
    for pair in pairs {
        let (from, to) = (minus(pair.form, form), minus(pair.page, page));
        product = plus(product, times((from.0, -from.1), to));
        square += from.0 * from.0 + from.1 * from.1;
        farthest = farthest.max(length(from));
    }
    let turn = if 2.0 * farthest < SHORTEST_BASE_MM {
        Registration::DECLARED.turn
    } else {
        (product.0 / square, product.1 / square)
    };
    Some(Registration { turn, shift: minus(page, times(turn, form)), trust: 1.0 })
}

fn is_plausible(registration: &Registration, confirmed: bool) -> bool {
    let (least, most) = if confirmed { CONFIRMED_SCALE } else { PLAUSIBLE_SCALE };
    let (real, imaginary) = registration.turn;
    (least..=most).contains(&length(registration.turn))
        && imaginary.atan2(real).abs() <= PLAUSIBLE_TURN
}

fn plus(a: Complex, b: Complex) -> Complex {
    (a.0 + b.0, a.1 + b.1)
}

fn minus(a: Complex, b: Complex) -> Complex {
    (a.0 - b.0, a.1 - b.1)
}

fn times(a: Complex, b: Complex) -> Complex {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

fn divide(a: Complex, b: Complex) -> Complex {
    let square = b.0 * b.0 + b.1 * b.1;
    let (real, imaginary) = times(a, (b.0, -b.1));
    (real / square, imaginary / square)
}

fn length(a: Complex) -> f32 {
    a.0.hypot(a.1)
}
