//! Which of day and month comes first in the dates of a document, as far as they say it.

use std::sync::LazyLock;

use regex::Regex;

pub use crate::document::SaidOrder;

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static NUMBERS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?:^|[^\d/.,:-])(\d{1,2})\s?(?:/\s?(\d{1,2})\s?/|-(\d{1,2})-|\.\s?(\d{1,2})\.)\s?(\d{4}|\d{2})(?:$|[^\d/-])",
    )
    .expect("the pattern is well-formed")
});

impl SaidOrder {
    /// Reads what the lines of a document say.
    pub fn of_lines(lines: impl Iterator<Item = impl AsRef<str>>) -> Self {
        let mut said = Self::Nothing;
        for line in lines {
            let line = line.as_ref();
            // A match takes the sign behind the date, which the next date needs before it.
            let mut at = 0;
            while let Some(found) = NUMBERS.captures_at(line, at) {
                at = found.get(5).map_or(line.len(), |year| year.end());
                let number =
                    |index: usize| -> Option<u8> { found.get(index)?.as_str().parse().ok() };
                let second = number(2).or_else(|| number(3)).or_else(|| number(4));
                let (Some(first), Some(second)) = (number(1), second) else { continue };
                let is_day = |number: u8| (13..=31).contains(&number);
                let is_month = |number: u8| (1..=12).contains(&number);
                if is_day(first) && is_month(second) {
                    said = said.and(Self::DayFirst);
                } else if is_month(first) && is_day(second) {
                    said = said.and(Self::MonthFirst);
                }
            }
        }
        said
    }

    /// Returns what two documents say together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nothing, said) | (said, Self::Nothing) => said,
            (Self::DayFirst, Self::DayFirst) => Self::DayFirst,
            (Self::MonthFirst, Self::MonthFirst) => Self::MonthFirst,
            _ => Self::Both,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_that_stand_close_are_all_seen() {
        let said = |line| SaidOrder::of_lines(std::iter::once(line));
        assert_eq!(said("16/06/2023 06/15/2023"), SaidOrder::Both);
        assert_eq!(said("16/06/2023 15/06/2023"), SaidOrder::DayFirst);
    }
}
