//! Compact ways to speak of many fields: `h{01..24}` makes fields, `h01..h24` names them.

use std::ops::RangeInclusive;

/// More fields than this are no table.
const MOST_FIELDS: usize = 1000;

/// Returns the names that a pattern such as `h{01..24}` stands for, with the zeros of its numbers
/// kept; one name if it has no braces. The error says what is wrong.
pub(super) fn expand_name(pattern: &str) -> Result<Vec<String>, &'static str> {
    const FORM: &str = "several fields are written as `h{01..24}`, the first number not above the \
                        last, at most 1000 of them";
    let Some((before, rest)) = pattern.split_once('{') else { return Ok(vec![pattern.to_owned()]) };
    let (numbers, after) = rest.split_once('}').ok_or(FORM)?;
    let (first, last) = numbers.split_once("..").ok_or(FORM)?;
    let number = |digits: &str| -> Result<usize, &'static str> {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        if plain { digits.parse().map_err(|_| FORM) } else { Err(FORM) }
    };
    let (from, to) = (number(first)?, number(last)?);
    if from > to || to - from >= MOST_FIELDS {
        return Err(FORM);
    }
    let width = first.len();
    Ok((from..=to).map(|number| format!("{before}{number:0width$}{after}")).collect())
}

/// Returns the positions of the fields from `first..last` in the order of the model; the error
/// says what is wrong.
pub(super) fn positions(range: &str, names: &[&str]) -> Result<RangeInclusive<usize>, String> {
    let (first, last) = range.split_once("..").unwrap_or((range, range));
    let position = |name: &str| {
        let found = names.iter().position(|known| *known == name);
        found.ok_or_else(|| format!("`{name}` of `{range}` is no field of this model"))
    };
    let (from, to) = (position(first)?, position(last)?);
    if from > to {
        return Err(format!("in `{range}` field `{first}` stands after `{last}`"));
    }
    Ok(from..=to)
}

/// Replaces every `first..last` of an expression by the list of the fields from one to the other;
/// the error says what is wrong. Texts in quotes stay as they are.
pub(super) fn expand_ranges(expression: &str, names: &[&str]) -> Result<String, String> {
    let mut expanded = String::with_capacity(expression.len());
    let mut quote: Option<char> = None;
    let mut rest = expression;
    while let Some(character) = rest.chars().next() {
        let length = if quote.is_none() { range_length(rest) } else { None };
        // A word that is no range goes over as a whole: its tail is no name of its own.
        let taken = length.unwrap_or_else(|| word_length(rest).max(character.len_utf8()));
        let (text, after) = rest.split_at(taken);
        match length {
            Some(_) => {
                let fields = names.get(positions(text, names)?).unwrap_or_default();
                expanded.push('[');
                expanded.push_str(&fields.join(", "));
                expanded.push(']');
            }
            None => expanded.push_str(text),
        }
        if matches!(character, '"' | '\'') && quote.is_none_or(|open| open == character) {
            quote = if quote.is_some() { None } else { Some(character) };
        }
        rest = after;
    }
    Ok(expanded)
}

/// Returns the length in bytes of the name that the text begins with; 0 without one.
fn word_length(text: &str) -> usize {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().take_while(|byte| is_of_name(*byte)).count()
}

/// Returns the length in bytes of the `first..last` that the text begins with.
fn range_length(text: &str) -> Option<usize> {
    let starts_name = |text: &str| text.starts_with(|first: char| first.is_ascii_lowercase());
    let first = word_length(text);
    let after = text.get(first..)?.strip_prefix("..")?;
    (starts_name(text) && starts_name(after)).then(|| first + 2 + word_length(after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_their_zeros() {
        assert_eq!(expand_name("h{08..11}").unwrap(), ["h08", "h09", "h10", "h11"]);
        assert_eq!(expand_name("week_{9..10}_mm").unwrap(), ["week_9_mm", "week_10_mm"]);
        assert_eq!(expand_name("total").unwrap(), ["total"]);
    }

    #[test]
    fn refuses_names_without_an_end() {
        for pattern in ["h{01", "h{1,2}", "h{3..1}", "h{a..c}", "h{..4}", "h{1..99999}"] {
            assert!(expand_name(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn ranges_become_lists_of_fields() {
        let names = ["day", "h1", "h2", "h3", "mean"];
        let check = |text: &str| expand_ranges(text, &names);
        assert_eq!(check("avg(h1..h3) > 1.0").unwrap(), "avg([h1, h2, h3]) > 1.0");
        assert_eq!(check("day != 'h1..h3'").unwrap(), "day != 'h1..h3'");
        assert_eq!(check("previous.day < day").unwrap(), "previous.day < day");
        assert_eq!(
            check("sum(h3..h1) > 0.0").unwrap_err(),
            "in `h3..h1` field `h3` stands after `h1`"
        );
        assert_eq!(
            check("sum(h1..h4) > 0.0").unwrap_err(),
            "`h4` of `h1..h4` is no field of this model"
        );
    }
}
