//! Columns that are chosen, and the cells of page texts and of the report.

use crate::store::{FileLine, PageAccount, PageTextRow};

use super::error::ExportError;

/// One cell; what is a number is safe in a spreadsheet whatever it starts with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    Text(String),
    Number(String),
}

/// Chooses columns by name: returns their positions. Errors on a name that is not there.
pub(super) fn choose(all: &[&str], wanted: &[String]) -> Result<Vec<usize>, ExportError> {
    let position = |name: &String| {
        all.iter()
            .position(|known| known == name)
            .ok_or_else(|| ExportError::UnknownColumn { name: name.clone(), known: all.join(", ") })
    };
    wanted.iter().map(position).collect()
}

pub(super) const PAGE_TEXT_COLUMNS: [&str; 8] =
    ["_file", "_page", "text", "_status", "_confidence", "_unread", "_issues", "_languages"];

pub(super) const REPORT_COLUMNS: [&str; 6] =
    ["_file", "status", "reason", "unread", "without_words", "issues"];

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

    #[test]
    fn columns_come_in_the_order_they_are_asked_for() {
        let all = ["a", "b", "_file"];
        assert_eq!(choose(&all, &["_file".to_owned(), "a".to_owned()]).unwrap(), [2, 0]);
    }

    #[test]
    fn an_unknown_column_is_refused_with_those_there_are() {
        let error = choose(&["a", "b"], &["c".to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "no column `c`: there are a, b");
    }
}
