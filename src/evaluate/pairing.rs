//! Finds the record that belongs to each row of a truth.

use std::collections::HashMap;

use super::truth::{Truth, TruthError, TruthRow, is_path_of};
use crate::document::{Value, Verdict};
use crate::model::{RecordModel, Scope};

/// A record as it is compared with a truth.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundRecord {
    /// All files that hold its document.
    pub files: Vec<String>,
    /// The page it starts on, from 1.
    pub page: u32,
    /// From 1 within the page or document.
    pub row: u32,
    pub verdict: Verdict,
    /// 0–1.
    pub confidence: f32,
    /// In the model's order of fields.
    pub values: Vec<Option<Value>>,
}

/// What tells the records of one file apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// There is one record a file, or a page where the truth says which; the best one counts.
    Place,
    /// The number of the row.
    Row,
    /// The value of the field at this position.
    Field(usize),
}

/// Returns for each row of the truth the position of its record in `records`.
///
/// Rows of a table are told apart by the field `key`; without one by the field that starts a row,
/// or, if that repeats or the truth does not have it, by their numbers. Where several records fit,
/// an accepted one is taken before others, then the most confident.
///
/// # Errors
/// The rows of the truth cannot be told apart.
pub fn pair(
    (truth, model): (&Truth, &RecordModel),
    key: Option<&str>,
    records: &[FoundRecord],
) -> Result<Vec<Option<usize>>, TruthError> {
    let key = choose_key(truth, model, key)?;
    let mut by_name: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, record) in records.iter().enumerate() {
        for file in &record.files {
            by_name.entry(base_name(file)).or_default().push(at);
        }
    }
    let better = |a: &usize, b: &usize| {
        let (a, b) = (&records[*a], &records[*b]);
        a.verdict.cmp(&b.verdict).then(b.confidence.total_cmp(&a.confidence))
    };
    let of_row = |row: &TruthRow| {
        let named = by_name.get(base_name(&row.file)).into_iter().flatten().copied();
        // The first of equally good ones is taken.
        named.filter(|at| fits(row, &records[*at], key)).min_by(better)
    };
    Ok(truth.rows.iter().map(of_row).collect())
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn fits(row: &TruthRow, record: &FoundRecord, key: Key) -> bool {
    record.files.iter().any(|file| is_path_of(file, &row.file))
        && row.page.is_none_or(|page| page == record.page)
        && match key {
            Key::Place => row.row.is_none_or(|number| number == record.row),
            Key::Row => row.row == Some(record.row),
            Key::Field(field) => match (&row.wanted[field], &record.values[field]) {
                (Some(wanted), Some(value)) => wanted.is_met_by(value),
                (Some(_), None) | (None, _) => false,
            },
        }
}

fn choose_key(truth: &Truth, model: &RecordModel, name: Option<&str>) -> Result<Key, TruthError> {
    let file = || truth.path.clone();
    let position = |name: &str| {
        let field = model.fields.iter().position(|field| field.name == name);
        field.filter(|field| truth.fields.contains(field))
    };
    if let Some(name) = name {
        let Some(field) = position(name) else {
            return Err(TruthError::UnknownKey { file: file(), name: name.to_owned() });
        };
        return unique(truth, Key::Field(field)).map(|()| Key::Field(field));
    }
    if model.scope != Scope::Row {
        return unique(truth, Key::Place).map(|()| Key::Place);
    }
    let starting = model.rows.as_ref().and_then(|rows| position(&rows.starts_with));
    if let Some(key) = starting.map(Key::Field).filter(|key| unique(truth, *key).is_ok()) {
        return Ok(key);
    }
    if truth.rows.iter().any(|row| row.row.is_none()) {
        return Err(TruthError::NoKey { file: file() });
    }
    unique(truth, Key::Row).map(|()| Key::Row)
}

/// Checks that no two rows of the truth would get the same record.
fn unique(truth: &Truth, key: Key) -> Result<(), TruthError> {
    let mut seen: HashMap<(&str, Option<u32>, Option<String>), u64> = HashMap::new();
    for row in &truth.rows {
        let value = match key {
            Key::Place | Key::Row => row.row.map(|row| row.to_string()),
            Key::Field(field) => row.wanted[field].as_ref().map(super::Wanted::shown),
        };
        if let Some(first) = seen.insert((&row.file, row.page, value), row.line) {
            let file = truth.path.clone();
            return Err(TruthError::SameKey { file, first, second: row.line });
        }
    }
    Ok(())
}
