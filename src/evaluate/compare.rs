//! Compares values with what is right: the same, and how alike.

use std::collections::BTreeSet;

use jiff::civil;
use rust_decimal::Decimal;

use crate::document::Value;
use crate::model::{FieldKind, LEGAL_FORMS};
use crate::normalize;

/// Texts at least so alike count as found in the fuzzy figures.
pub const CLOSE: f64 = 0.9;
/// Names of firms at least so alike are the same.
const SAME_NAME: f64 = 0.85;
/// A name that is so long may be a part of another name of the same firm.
const TELLING_NAME: usize = 8;
/// Small words, which registers and letterheads write as they like; so they do legal forms.
const SMALL_WORDS: [&str; 3] = ["THE", "OF", "AND"];

/// What would be right for a field. Never empty.
#[derive(Debug, Clone, PartialEq)]
pub enum Wanted {
    /// What stands on the page: any of these values.
    Values(Vec<Value>),
    /// What a register calls it, which the page may write in another way: any of these names.
    Names(Vec<String>),
}

impl Wanted {
    /// Tells whether a value is right: texts by their letters and digits alone, without regard to
    /// case; names of a register as [`same_name`] has it; all else by value.
    pub fn is_met_by(&self, value: &Value) -> bool {
        match self {
            Self::Values(values) => values.iter().any(|wanted| same(wanted, value)),
            Self::Names(names) => names.iter().any(|name| same_name(&value.to_string(), name)),
        }
    }

    /// Tells whether a value is right, or a text so alike that a person would know what is meant.
    pub fn is_nearly_met_by(&self, value: &Value) -> bool {
        let close = |wanted: &Value| match (wanted, value) {
            (Value::Text(wanted), Value::Text(text)) => similarity(text, wanted) >= CLOSE,
            _ => false,
        };
        self.is_met_by(value)
            || match self {
                Self::Values(values) => values.iter().any(close),
                Self::Names(_) => false,
            }
    }

    /// Returns the first of what would be right, as text.
    pub fn shown(&self) -> String {
        match self {
            Self::Values(values) => values.first().map(ToString::to_string).unwrap_or_default(),
            Self::Names(names) => names.first().cloned().unwrap_or_default(),
        }
    }
}

/// Reads a value that a person or a program wrote down: in its plain form (`1978-03-12`,
/// `1234.5`, `true`), else as the field's type reads what stands on pages. `None` if it is none.
pub fn canonical(kind: &FieldKind, text: &str) -> Option<Value> {
    let plain = match kind {
        FieldKind::Text { .. }
        | FieldKind::Code { .. }
        | FieldKind::Enum { .. }
        | FieldKind::Lookup { .. } => {
            return Some(Value::Text(text.to_owned()));
        }
        FieldKind::Integer { .. } => text.parse().ok().map(Value::Integer),
        FieldKind::Decimal { .. } | FieldKind::Money | FieldKind::Duration => {
            text.parse::<Decimal>().ok().map(Value::Decimal)
        }
        FieldKind::Date { .. } => text.parse::<civil::Date>().ok().map(Value::Date),
        FieldKind::Time => text.parse::<civil::Time>().ok().map(Value::Time),
        FieldKind::Checkbox => text.parse().ok().map(Value::Boolean),
        FieldKind::Barcode { .. } => Some(Value::Text(text.to_owned())),
    };
    plain.or_else(|| normalize::value(kind, text))
}

/// Tells whether two values are the same: texts by their letters and digits alone, without regard
/// to case; all else by value, so 1.50 is 1.5.
pub fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => bare(a) == bare(b),
        _ => a == b,
    }
}

/// Returns the letters and digits of a text as capitals.
pub fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect()
}

/// Returns how alike the letters and digits of two texts are, 0–1: twice what matches over what
/// there is, by Ratcliff and Obershelp's gestalt matching (Dr. Dobb's Journal, July 1988).
pub fn similarity(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (bare(a).chars().collect(), bare(b).chars().collect());
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    2.0 * matching(&a, &b) as f64 / (a.len() + b.len()) as f64
}

/// Counts the characters of the longest common run, and of what lies before and behind it.
fn matching(a: &[char], b: &[char]) -> usize {
    let (mut longest, mut a_start, mut b_start) = (0, 0, 0);
    // Length of the common run that ends at each place of b, for the place of a before.
    let mut before = vec![0_usize; b.len() + 1];
    for (at, letter) in a.iter().enumerate() {
        let mut here = vec![0_usize; b.len() + 1];
        for (other_at, other) in b.iter().enumerate() {
            if letter != other {
                continue;
            }
            let length = before[other_at] + 1;
            here[other_at + 1] = length;
            if length > longest {
                (longest, a_start, b_start) = (length, at + 1 - length, other_at + 1 - length);
            }
        }
        before = here;
    }
    if longest == 0 {
        return 0;
    }
    longest
        + matching(&a[..a_start], &b[..b_start])
        + matching(&a[a_start + longest..], &b[b_start + longest..])
}

/// Tells whether two names are of one firm as registers and letterheads write them: `&` is `and`,
/// legal forms and small words do not count, and one may be a part of the other.
pub fn same_name(a: &str, b: &str) -> bool {
    let (a, b) = (telling_part(a), telling_part(b));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let part = || a.contains(&b) || b.contains(&a);
    similarity(&a, &b) >= SAME_NAME || (a.len().min(b.len()) >= TELLING_NAME && part())
}

/// Returns the letters and digits of a name's words but legal forms.
fn telling_part(name: &str) -> String {
    let legal: BTreeSet<&str> = LEGAL_FORMS.into_iter().chain(SMALL_WORDS).collect();
    let capitals = join_initials(&name.to_uppercase()).replace('&', " AND ");
    let words = capitals.split(|c: char| !(c.is_ascii_uppercase() || c.is_ascii_digit()));
    words.filter(|word| !legal.contains(word)).collect()
}

/// Drops the points of `N.Y.`, so that initials are one word.
fn join_initials(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_letter =
        |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|c| c.is_alphanumeric());
    let inside = |at: usize| {
        let before = is_letter(at.checked_sub(1));
        let ends_initial = letters.get(at + 2) == Some(&'.') && is_letter(Some(at + 1));
        letters[at] == '.' && (ends_initial || (before && is_letter(Some(at + 1))))
    };
    (0..letters.len()).filter(|at| !inside(*at)).map(|at| letters[at]).collect()
}
