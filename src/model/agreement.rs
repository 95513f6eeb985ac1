//! Reads `[[balances]]`: sums of fields by which their candidates are chosen together.
//!
//! A rule says what must be true of a record; a balance says which of the amounts of a page belong
//! together. `normalize` weighs candidates by it.

use super::balance::Balance;
use super::expression::Expression;
use super::problem::{Problem, Problems};
use super::range::expand_ranges;
use super::section::{Entry, Section, closest_hint};
use super::{Field, Scope};

/// Amounts that belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    pub name: String,
    /// What may be true of them; one of these is enough. Not empty.
    pub sums: Vec<Balance>,
    /// Fields (positions in the model, ascending) that count as 0 where they are missing.
    pub optional: Vec<usize>,
}

/// Reads all balances of a model.
pub(super) fn agreements(
    entry: &Entry,
    (fields, scope): (&[Field], Option<Scope>),
    problems: &mut Problems,
) -> Vec<Agreement> {
    if scope == Some(Scope::Row) {
        let reason = "rows have rules instead, `[[rules]]` with `repair = true`".to_owned();
        problems.add(entry.key_at, &entry.path, Problem::Expression { reason });
        return Vec::new();
    }
    let Some(items) = entry.items("a list of tables, `[[balances]]`", problems) else {
        return Vec::new();
    };
    let mut agreements: Vec<Agreement> = Vec::new();
    for item in items {
        let Some(agreement) = agreement(&item, fields, problems) else { continue };
        if agreements.iter().any(|earlier| earlier.name == agreement.name) {
            problems.add(item.at, &item.path, Problem::Twice { name: agreement.name });
        } else {
            agreements.push(agreement);
        }
    }
    agreements
}

fn agreement(item: &Entry, fields: &[Field], problems: &mut Problems) -> Option<Agreement> {
    let section = Section::of(item, problems)?;
    section.only(&["name", "sums", "optional"], problems);
    let name = section.need("name", problems).and_then(|name| name.text(problems));
    let entry = section.need("sums", problems)?;
    let names: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
    let texts = entry.entries_of_text(problems);
    let sums: Vec<Balance> = texts
        .iter()
        .filter_map(|(entry, text)| sum(entry, text, (fields, &names), problems))
        .collect();
    let mut optional: Vec<usize> = Vec::new();
    let named = section.get("optional").map(|entry| entry.entries_of_text(problems));
    for (entry, field) in named.unwrap_or_default() {
        match names.iter().position(|known| *known == field) {
            Some(at) => optional.push(at),
            None => unknown(&entry, field, &names, problems),
        }
    }
    optional.sort_unstable();
    if sums.is_empty() {
        return None;
    }
    Some(Agreement { name: name?, sums, optional })
}

fn sum(
    entry: &Entry,
    text: &str,
    (fields, names): (&[Field], &[&str]),
    problems: &mut Problems,
) -> Option<Balance> {
    let compiled = expand_ranges(text, names).and_then(|text| Expression::compile(&text));
    let reason = match compiled {
        Ok(expression) => {
            let is_unknown = |name: &&String| !names.contains(&name.as_str());
            let strangers: Vec<&String> = expression.fields.iter().filter(is_unknown).collect();
            if !strangers.is_empty() {
                for name in strangers {
                    unknown(entry, name.clone(), names, problems);
                }
                return None;
            }
            match Balance::of(expression.program.expression(), fields) {
                Some(balance) => return Some(balance),
                None => format!("`{text}` is no sum of amounts of this model"),
            }
        }
        Err(reason) => reason,
    };
    let hint = "write it as `total == subtotal + tax`, with fields that are numbers".to_owned();
    problems.add_with_hint(entry.at, &entry.path, Problem::Expression { reason }, hint);
    None
}

/// Notes a name that is none of the fields'.
fn unknown(entry: &Entry, name: String, names: &[&str], problems: &mut Problems) {
    let hint = closest_hint(&name, names, "its fields are");
    problems.add_with_hint(entry.at, &entry.path, Problem::UnknownField { name }, hint);
}

#[cfg(test)]
mod tests {
    use crate::model::parse;

    /// Returns what is wrong with a balance of a model of three amounts and a text.
    fn refused(balance: &str) -> String {
        let field = |name: &str, kind: &str| {
            format!("[fields.{name}]\ntype = \"{kind}\"\nlabel = \"{name}\"\n")
        };
        let amounts = ["net", "tax", "total"].map(|name| field(name, "money")).concat();
        let head = "name = \"bill\"\nversion = 1\nrecords = \"page\"\n";
        // The balance begins on line 16.
        let toml = format!("{head}{amounts}{}[[balances]]\n{balance}", field("payee", "text"));
        parse(&toml, "bill.toml").unwrap_err().to_string()
    }

    #[test]
    fn a_name_that_is_no_field_is_told_where_it_stands_and_what_may_be_meant() {
        assert_eq!(
            refused("name = \"sum\"\nsums = [\"total == net + tax\",\n  \"totl == net\"]\n"),
            "bill.toml:19:3: balances[0].sums[1]: `totl` is no field of this model\n\
             hint: did you mean `total`?"
        );
        assert_eq!(
            refused("name = \"sum\"\nsums = \"total == net\"\noptional = [\"tex\"]\n"),
            "bill.toml:19:13: balances[0].optional[0]: `tex` is no field of this model\n\
             hint: did you mean `tax`?"
        );
    }

    #[test]
    fn what_is_no_sum_of_amounts_is_refused() {
        let hint = "hint: write it as `total == subtotal + tax`, with fields that are numbers";
        assert_eq!(
            refused("name = \"sum\"\nsums = \"total == net * tax\"\n"),
            format!(
                "bill.toml:18:8: balances[0].sums: the expression cannot be read: \
                 `total == net * tax` is no sum of amounts of this model\n{hint}"
            )
        );
        let of_text = refused("name = \"sum\"\nsums = \"total == payee\"\n");
        assert!(of_text.contains("`total == payee` is no sum of amounts"), "{of_text}");
        let broken = refused("name = \"sum\"\nsums = \"total == \"\n");
        assert!(broken.starts_with("bill.toml:18:8: balances[0].sums: "), "{broken}");
    }

    #[test]
    fn names_are_there_once_and_sums_at_all() {
        assert_eq!(refused("name = \"sum\"\n"), "bill.toml:16:1: balances[0]: `sums` is missing");
        let twice = "name = \"sum\"\nsums = \"total == net\"\n";
        assert!(
            refused(&format!("{twice}[[balances]]\n{twice}")).ends_with("`sum` is there twice")
        );
    }
}
