//! Which values a printed number may have, and how likely each is before any sum is made.

use crate::document::TypedField;

/// Share of the cells in which the printer set a wrong figure: 13 of 14,664 in printed weather tables.
const MISPRINTED: f64 = 0.001;
/// Less likely combinations of doubtful digits than this share of the likeliest are left out.
const NEGLIGIBLE: f64 = 1e-4;
/// What a digit that the recognizer does not think of counts, against the likeliest.
const UNTHOUGHT: f64 = 1e-3;
/// Most combinations of doubtful digits that are looked at: four digits of which nothing is known.
const MOST_VALUES: usize = 10_000;
/// A digit whose likeliest reading has less than this probability is damaged.
const DAMAGED: f64 = 0.5;
/// Where two digits are damaged, others may have been taken for digits as well: what each other one
/// may be has at least this probability.
const BESIDE_DAMAGED: f64 = 0.01;
/// Spreads with more values keep only those near the rest of their column.
const WIDE: usize = 100;

/// Values of a cell in units of its last digit and their probabilities, which sum to 1; the
/// likeliest first, the others in no order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Spread {
    pub(super) values: Vec<(i64, f64)>,
}

impl Spread {
    /// Returns the values of a field whose text has `digits` digits; `None` if it has not, so that
    /// nothing is known of it. `likely` is how likely the text is right, 0–1.
    pub(super) fn of(field: &TypedField, digits: usize) -> Option<Self> {
        let raw = field.raw.as_deref()?;
        let places = digit_places(raw);
        if places.len() != digits || digits == 0 {
            return None;
        }
        let mut chances: Vec<[f64; 10]> =
            places.iter().map(|&(at, digit)| digit_chances(field, at, digit)).collect();
        let is_damaged = |chances: &&[f64; 10]| chances.iter().all(|chance| *chance < DAMAGED);
        if chances.iter().filter(is_damaged).count() >= 2 {
            for chance in chances.iter_mut().flatten() {
                *chance = chance.max(BESIDE_DAMAGED);
            }
        }
        let mut values: Vec<(i64, f64)> = vec![(0, 1.0)];
        for chance in chances {
            let kept = || chance.iter().enumerate().filter(|(_, chance)| **chance > 0.0);
            let mut longer = Vec::with_capacity(values.len() * kept().count());
            for &(value, likely) in &values {
                longer.extend(
                    (0..)
                        .zip(chance)
                        .filter(|(_, chance)| *chance > 0.0)
                        .map(|(digit, chance): (i64, f64)| (value * 10 + digit, likely * chance)),
                );
            }
            let most = longer.iter().map(|(_, likely)| *likely).fold(0.0, f64::max);
            longer.retain(|(_, likely)| *likely >= most * NEGLIGIBLE);
            if longer.len() > MOST_VALUES {
                return None;
            }
            values = longer;
        }
        let mut spread = Self { values };
        spread.add_misreadings(digits, 1.0 - f64::from(field.evidence.words));
        Some(spread)
    }

    /// Returns all values of a range with the same probability; `None` for an empty range.
    pub(super) fn any_of(range: std::ops::RangeInclusive<i64>) -> Option<Self> {
        let count = range.end().checked_sub(*range.start())?.checked_add(1)?;
        let share = 1.0 / count as f64;
        (count > 0).then(|| Self { values: range.map(|value| (value, share)).collect() })
    }

    /// Adds the values that differ from the likeliest in one digit, misread or misprinted.
    fn add_misreadings(&mut self, digits: usize, doubt: f64) {
        self.normalize();
        let Some(&(likeliest, _)) = self.values.first() else { return };
        // Doubt that the alternatives already account for is not counted again.
        let rest: f64 = self.values.iter().skip(1).map(|(_, likely)| likely).sum();
        let share = (doubt - rest).clamp(MISPRINTED, 0.5) / (9 * digits) as f64;
        let known: Vec<i64> = self.values.iter().skip(1).map(|(value, _)| *value).collect();
        let mut unit = 1;
        for _ in 0..digits {
            let digit = likeliest / unit % 10;
            for other in (0..10).filter(|other| *other != digit) {
                let value = likeliest + (other - digit) * unit;
                if !known.contains(&value) {
                    self.values.push((value, share));
                }
            }
            unit *= 10;
        }
        self.normalize();
    }

    /// Adds `wrap` to the values under half of it.
    pub(super) fn unwrap(&mut self, wrap: i64) {
        for (value, _) in &mut self.values {
            if *value < wrap / 2 {
                *value += wrap;
            }
        }
    }

    /// Makes the values outside of a range less likely by a factor; a wide spread loses them.
    pub(super) fn prefer(&mut self, range: &std::ops::RangeInclusive<i64>, factor: f64) {
        if self.values.len() > WIDE && self.values.iter().any(|(value, _)| range.contains(value)) {
            self.values.retain(|(value, _)| range.contains(value));
        }
        for (value, likely) in &mut self.values {
            if !range.contains(value) {
                *likely *= factor;
            }
        }
        self.normalize();
    }

    /// Makes the probabilities sum to 1 and puts the likeliest value first.
    fn normalize(&mut self) {
        let sum: f64 = self.values.iter().map(|(_, likely)| likely).sum();
        let mut best = 0;
        for index in 0..self.values.len() {
            self.values[index].1 /= sum.max(f64::MIN_POSITIVE);
            if self.values[index].1 > self.values[best].1 {
                best = index;
            }
        }
        if best > 0 {
            self.values.swap(0, best);
        }
    }
}

/// Returns the digits of a text with the bytes at which they stand.
pub(super) fn digit_places(text: &str) -> Vec<(usize, u32)> {
    let digits = text
        .char_indices()
        .filter_map(|(at, character)| character.to_digit(10).map(|digit| (at, digit)));
    digits.collect()
}

/// Returns how likely each digit stands at a byte of the field's text.
fn digit_chances(field: &TypedField, at: usize, read: u32) -> [f64; 10] {
    let mut chances = [0.0; 10];
    let here = field.doubts.iter().find(|doubt| usize::from(doubt.start) == at);
    for alternative in here.iter().flat_map(|doubt| &doubt.alternatives) {
        let mut characters = alternative.text.chars();
        let digit = characters.next().filter(|_| characters.next().is_none());
        if let Some(digit) = digit.and_then(|digit| digit.to_digit(10)) {
            chances[digit as usize] += f64::from(alternative.confidence.clamp(0.0, 100.0)) / 100.0;
        }
    }
    let thought: f64 = chances.iter().sum();
    let own = &mut chances[read as usize];
    if *own <= 0.0 {
        *own = (1.0 - thought).max(UNTHOUGHT);
    }
    let sum: f64 = chances.iter().sum();
    chances.map(|chance| chance / sum)
}
