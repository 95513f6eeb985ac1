//! Columns and cells: which there are, which are chosen, how they are written.

use crate::model::RecordModel;
use crate::store::{FileLine, PageAccount, PageTextRow, RecordRow};

use super::error::ExportError;
use super::formulas::Formulas;

const RECORD_COLUMNS: [&str; 7] =
    ["_file", "_page", "_row", "_region", "_status", "_confidence", "_issues"];

/// One cell; what is a number is safe in a spreadsheet whatever it starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(String),
}

/// The chosen columns: their names, and their positions among all.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    names: Vec<String>,
    positions: Vec<usize>,
}

impl Columns {
    /// Chooses columns by name, or all. Errors on a name that is not there.
    pub(super) fn choose(all: &[String], wanted: Option<&[String]>) -> Result<Self, ExportError> {
        let Some(wanted) = wanted else {
            return Ok(Self { names: all.to_vec(), positions: (0..all.len()).collect() });
        };
        let positions = wanted
            .iter()
            .map(|name| {
                all.iter().position(|known| known == name).ok_or_else(|| {
                    ExportError::UnknownColumn { name: name.clone(), known: all.join(", ") }
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { names: wanted.to_vec(), positions })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.names.iter()
    }

    /// Returns the chosen cells of a row as they are written.
    pub(super) fn pick(&self, cells: Vec<Cell>, formulas: Formulas) -> Vec<String> {
        let written: Vec<String> = cells.into_iter().map(|cell| cell.written(formulas)).collect();
        self.positions
            .iter()
            .map(|&position| written.get(position).cloned().unwrap_or_default())
            .collect()
    }
}

impl Cell {
    fn written(self, formulas: Formulas) -> String {
        match (self, formulas) {
            (Self::Text(text), Formulas::Protected) if looks_like_formula(&text) => {
                format!("'{text}")
            }
            (Self::Text(text) | Self::Number(text), _) => text,
        }
    }
}

/// The list is OWASP's ("CSV Injection").
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && digits.matches('.').count() <= 1
}

pub(super) fn record_columns(model: &RecordModel) -> Vec<String> {
    let fields = model.fields.iter().map(|field| field.name.clone());
    fields.chain(RECORD_COLUMNS.map(str::to_owned)).collect()
}

pub(super) fn page_text_columns() -> Vec<String> {
    ["_file", "_page", "text", "_status", "_confidence", "_unread", "_issues", "_languages"]
        .map(str::to_owned)
        .to_vec()
}

pub(super) fn report_columns() -> Vec<String> {
    ["_file", "status", "reason", "unread", "without_words", "issues"].map(str::to_owned).to_vec()
}

pub(super) fn of_record(row: RecordRow) -> Vec<Cell> {
    let mut cells: Vec<Cell> =
        row.fields.into_iter().map(|field| Cell::Text(field.unwrap_or_default())).collect();
    cells.extend([
        Cell::Text(row.file),
        Cell::Number(row.page.to_string()),
        Cell::Number(row.row.to_string()),
        Cell::Number(if row.region == 0 { String::new() } else { row.region.to_string() }),
        Cell::Text(row.status.as_str().to_owned()),
        Cell::Number(share(row.confidence)),
        Cell::Text(row.issues.join("; ")),
    ]);
    cells
}

pub(super) fn of_page_text(row: PageTextRow, text: String) -> Vec<Cell> {
    vec![
        Cell::Text(row.file),
        Cell::Number(row.page.to_string()),
        Cell::Text(text),
        Cell::Text(row.status.as_str().to_owned()),
        Cell::Number(row.confidence.map(|percent| share(percent / 100.0)).unwrap_or_default()),
        Cell::Number(row.unread.map(unread_share).unwrap_or_default()),
        Cell::Text(row.issues.join("; ")),
        Cell::Text(row.languages),
    ]
}

pub(super) fn of_file_line(line: FileLine) -> Vec<Cell> {
    let account = line.account.as_ref();
    let count = |count: fn(&PageAccount) -> u64| {
        Cell::Number(account.map(|account| count(account).to_string()).unwrap_or_default())
    };
    let unread = count(|account| account.unread);
    let without_words = count(|account| account.without_words);
    let issues = Cell::Text(account.map(|account| account.issues.join("; ")).unwrap_or_default());
    vec![
        Cell::Text(line.file),
        Cell::Text(line.status),
        Cell::Text(line.reason),
        unread,
        without_words,
        issues,
    ]
}

/// `0` only where all was read: an unread speck is not rounded away.
fn unread_share(value: f32) -> String {
    const SMALLEST: f32 = 0.001;
    if value > 0.0 { format!("{:.3}", value.max(SMALLEST)) } else { "0".to_owned() }
}

/// Four decimals: more is noise in a probability.
fn share(value: f32) -> String {
    format!("{value:.4}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        assert_eq!(Cell::Text(text.to_owned()).written(Formulas::Protected), expected);
        assert_eq!(Cell::Text(text.to_owned()).written(Formulas::AsIs), text);
    }

    #[test]
    fn formulas_are_disarmed_and_numbers_are_not() {
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        check("+1+2", "'+1+2");
        check("@sum(a1)", "'@sum(a1)");
        check("\t=1", "'\t=1");
        check("-", "'-");
        check("-2+3", "'-2+3");
        check("-12.50", "-12.50");
        check("+7", "+7");
        check("plain", "plain");
        check("", "");
    }

    #[test]
    fn columns_come_in_the_order_they_are_asked_for() {
        let all = ["a", "b", "_file"].map(str::to_owned);
        let columns = Columns::choose(&all, Some(&["_file".to_owned(), "a".to_owned()])).unwrap();
        let row = ["1", "2", "x.tif"].map(|text| Cell::Text(text.to_owned())).to_vec();
        assert_eq!(columns.pick(row, Formulas::AsIs), ["x.tif", "1"]);
    }

    #[test]
    fn an_unknown_column_is_refused_with_those_there_are() {
        let all = ["a", "b"].map(str::to_owned);
        let error = Columns::choose(&all, Some(&["c".to_owned()])).unwrap_err();
        assert_eq!(error.to_string(), "no column `c`: there are a, b");
    }
}
