//! Amounts with their choices, and what they say together.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use crate::document::{Candidate, Evidence, PageNumber, PixelBox, Repair, TypedField, Value};

/// What is left of a required amount of zero: nobody prints a bill of nothing.
pub(super) const ZERO: f64 = 0.02;

/// No probability is beyond these.
pub(super) const LEAST: f64 = 0.002;

pub(super) const MOST: f64 = 0.995;

/// A person looks at what was not read, unless the model says otherwise.
const MOST_DERIVED_CONFIDENCE: f32 = 0.65;

/// Amounts are counted in thousandths.
pub(super) const UNIT: i64 = 1000;

/// What the amounts of a record say together.
#[derive(Debug, Default)]
pub(in crate::normalize) struct Together {
    /// Fields whose likeliest value was not read as it is.
    pub derived: Vec<Derived>,
    /// Of each field and value, how many balances hold in the best assignment.
    pub agreements: Vec<(usize, Decimal, u8)>,
}

/// A value that follows from other amounts.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::normalize) struct Derived {
    pub field: usize,
    pub value: Decimal,
    /// The name of the balance that asks for it.
    pub rule: String,
    /// 0–1.
    pub probability: f32,
    /// What was read instead, if anything alike was.
    pub read: Option<Candidate>,
}

impl Together {
    /// Tells the fields that were chosen what agrees with them, and puts values right that were misread.
    pub(in crate::normalize) fn tell(self, fields: &mut [TypedField]) {
        for derived in self.derived {
            let field = derived.field;
            fields[field] = derived.typed();
        }
        for (field, value, agreements) in self.agreements {
            let found = &mut fields[field];
            if found.value.as_ref().and_then(thousandths) == thousandths_of(value) {
                found.evidence.agreements = agreements;
            }
        }
    }
}

impl Derived {
    fn typed(self) -> TypedField {
        // Printed amounts have their cents.
        let mut value = self.value;
        value.rescale(value.scale().max(2));
        let before = self.read.as_ref().map(|read| read.text.clone()).unwrap_or_default();
        TypedField {
            value: Some(Value::Decimal(value)),
            raw: self.read.as_ref().map(|read| read.text.clone()),
            page: self.read.as_ref().map(|read| read.page),
            bounds: self.read.as_ref().map(|read| read.bounds),
            confidence: self.probability.min(MOST_DERIVED_CONFIDENCE),
            evidence: Evidence {
                found: self.read.as_ref().map(|read| read.found),
                words: self.read.as_ref().map_or(0.0, |read| read.word_confidence),
                place: self.probability,
                meaning: 1.0,
                witnesses: 1.0,
                ..Evidence::default()
            },
            repairs: vec![Repair { before, after: value.to_string(), rule: self.rule }],
            doubts: Vec::new(),
        }
    }
}

/// A value that a field may have.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub value: i64,
    /// How likely it is by itself, 0–1.
    pub prior: f64,
    /// Where it stands; nowhere if it was not read.
    pub places: Vec<(PageNumber, PixelBox)>,
    /// The balance that it follows from, and what was read instead.
    pub derived: Option<(usize, Option<Candidate>)>,
}

impl Choice {
    /// Tells whether two values stand at one place and nowhere else.
    pub fn shares_place(&self, other: &Self) -> bool {
        self.value == other.value && self.places.len() == 1 && self.places == other.places
    }
}

/// A field that takes part.
pub(super) struct Amount {
    pub field: usize,
    pub choices: Vec<Choice>,
    /// How likely none of the choices is right.
    pub absent: f64,
}

pub(super) fn thousandths(value: &Value) -> Option<i64> {
    match value {
        Value::Decimal(number) => thousandths_of(*number),
        Value::Integer(number) => number.checked_mul(UNIT),
        _ => None,
    }
}

pub(super) fn thousandths_of(number: Decimal) -> Option<i64> {
    number.checked_mul(Decimal::from(UNIT))?.round().to_i64()
}

pub(super) fn decimal(value: i64) -> Decimal {
    Decimal::new(value, 3).normalize()
}
