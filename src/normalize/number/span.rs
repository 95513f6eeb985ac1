//! From where a pattern says that a number stands to the whole of it: with its sign, its brackets,
//! its thousands and its fraction, and whether other digits stand beside it.

use std::sync::LazyLock;

use regex::Regex;

use super::affix::{CREDIT, DEBIT, is_affix, is_dash, is_separator, is_sign};
use crate::document::Ambiguity;

/// Groups of a number are at most so far apart, in heights of its words: a typed space is about 0.6
/// heights wide, one of a monospaced font 1.1.
const JOINED: f32 = 1.25;
/// What is farther away, in heights, is another column.
const NEIGHBOR: f32 = 1.8;

/// Widths of the gaps of a text, asked by the byte at which a gap begins, in heights of its words.
pub(crate) type Gaps<'g> = &'g dyn Fn(usize) -> f32;

/// A number as it stands in a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Widened {
    /// First byte and the one after the last.
    pub span: (usize, usize),
    pub ambiguity: Option<Ambiguity>,
}

#[expect(clippy::expect_used, reason = "the patterns are constants")]
static EXPLAINED: LazyLock<Regex> = LazyLock::new(|| {
    // Percentages, quantities, dates, times and numbers in a list: none is a part of a number.
    Regex::new(
        r"(?i)^\W*(?:[\d.,]+\s?[%‰]|[x@×*]\s?[\d.,]+|[\d.,]+\s?[x@×*]|\d{1,4}([/.-])\d{1,2}[/.-]\d{2,4}|\d{1,2}[:.h]\d{2}(:\d{2})?(?:[ap]\.?m\.?)?|\(\d{1,3}\)|[#№]\d+|[a-z]+[-.:#]?\d[\w/-]*|\d{1,3}(?:st|nd|rd|th|pcs?|x)\b\.?)\W*$",
    )
    .expect("the pattern is well-formed")
});

/// Tells whether digits beside a number are something of their own.
pub(super) fn is_explained(word: &str) -> bool {
    // `RM1` before `234.50` is no code.
    let letters = word.len() - word.trim_start_matches(char::is_alphabetic).len();
    let is_amount = letters > 0 && is_affix(&word[..letters]);
    EXPLAINED.is_match(word) && !is_amount
}

/// Widens the span of a number to all that belongs to it on its line. `gaps` tells how wide the
/// spaces are.
pub(crate) fn widen(text: &str, span: (usize, usize), gaps: Gaps) -> Widened {
    let trimmed = text[span.0..span.1].trim();
    let from = span.0 + (text[span.0..span.1].len() - text[span.0..span.1].trim_start().len());
    let mut number = Growing { text, from, to: from + trimmed.len(), ambiguity: None, gaps };
    number.take_digits_left();
    number.take_digits_right();
    number.take_sign_left();
    number.take_sign_right();
    let (left, right) = (number.word_left(), number.word_right());
    let is_open = |word: &str| {
        word.chars().any(|c| c.is_ascii_digit()) && !is_explained(word) && !number.is_complete()
    };
    if left.is_some_and(is_open) || right.is_some_and(is_open) {
        number.ambiguity = number.ambiguity.or(Some(Ambiguity::NumberBeside));
    }
    Widened { span: (number.from, number.to), ambiguity: number.ambiguity }
}

/// A span on its way to a whole number.
struct Growing<'t> {
    text: &'t str,
    from: usize,
    to: usize,
    ambiguity: Option<Ambiguity>,
    gaps: Gaps<'t>,
}

fn is_blank(character: char) -> bool {
    character.is_whitespace() && character != '\n'
}

impl<'t> Growing<'t> {
    fn before(&self) -> &'t str {
        let before = &self.text[..self.from];
        &before[before.rfind('\n').map_or(0, |at| at + 1)..]
    }

    fn after(&self) -> &'t str {
        let after = &self.text[self.to..];
        &after[..after.find('\n').unwrap_or(after.len())]
    }

    fn number(&self) -> &'t str {
        &self.text[self.from..self.to]
    }

    /// Tells whether it has two decimals, so that nothing before or behind it can be its own but
    /// groups of thousands, which were taken.
    fn is_complete(&self) -> bool {
        let digits = self.number().trim_end_matches(|c: char| !c.is_ascii_digit());
        let mut last = digits.chars().rev();
        let cents = last.by_ref().take(2).filter(char::is_ascii_digit).count() == 2;
        cents && last.next().is_some_and(|c| matches!(c, '.' | ','))
    }

    /// Takes digits that the pattern cut off, and groups of thousands before a space.
    fn take_digits_left(&mut self) {
        let glued = |c: char| c.is_ascii_digit() || is_separator(c);
        let run = self.before().trim_end_matches(glued);
        let run = &self.before()[run.len()..];
        let starts = run.find(|c: char| c.is_ascii_digit());
        if let Some(at) = starts {
            self.from -= run.len() - at;
        }
        loop {
            let digits = self.number().chars().take_while(char::is_ascii_digit).count();
            let bare = self.before().trim_end_matches(is_blank);
            let group = &bare[bare.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
            let ahead = bare[..bare.len() - group.len()].chars().next_back();
            let is_group = (1..=3).contains(&group.len())
                && (ahead.is_none_or(|c| !c.is_alphanumeric() && !is_separator(c) && c != '/')
                    || currency_at_end(&bare[..bare.len() - group.len()]) > 0);
            let gap = self.before().len() - bare.len();
            if digits != 3 || gap == 0 || !is_group {
                return;
            }
            let width = (self.gaps)(self.from - gap);
            if width > JOINED {
                let is_near = width <= NEIGHBOR;
                self.ambiguity = self.ambiguity.or(is_near.then_some(Ambiguity::NumberBeside));
                return;
            }
            self.from -= gap + group.len();
        }
    }

    /// Takes digits that the pattern cut off, groups of thousands behind a space, and a fraction.
    fn take_digits_right(&mut self) {
        loop {
            let after = self.after();
            let run = after.len()
                - after.trim_start_matches(|c: char| c.is_ascii_digit() || is_separator(c)).len();
            let run = after[..run].rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
            if run > 0 {
                self.to += run;
                continue;
            }
            let rest = after.trim_start_matches(is_blank);
            let gap = after.len() - rest.len();
            let group = rest.chars().take_while(char::is_ascii_digit).count();
            let behind = rest[group..].chars().next();
            let is_whole = !self.number().contains(['.', ',']);
            let grows = is_whole
                && gap > 0
                && (self.gaps)(self.to) <= JOINED
                && behind.is_none_or(|c| !matches!(c, '/' | '-' | ':'))
                && group == 3
                && self.number().ends_with(|c: char| c.is_ascii_digit());
            if !grows {
                break;
            }
            self.to += gap + group;
        }
        self.take_fraction();
    }

    fn take_fraction(&mut self) {
        let rest = self.after().trim_start_matches(is_blank);
        let word = rest.split_whitespace().next().unwrap_or_default();
        let digits = word.split(['/', '⁄']).map(str::len).collect::<Vec<_>>();
        let is_ratio = matches!(digits[..], [1..=2, 1..=2])
            && word.chars().all(|c| c.is_ascii_digit() || matches!(c, '/' | '⁄'));
        let first = word.chars().next();
        let is_sign = first.is_some_and(|c| matches!(c, '¼'..='¾' | '⅐'..='⅞'));
        let whole = !self.number().contains(['.', ',']);
        if whole && (is_ratio || is_sign) {
            let length = if is_ratio { word.len() } else { first.map_or(0, char::len_utf8) };
            self.to += self.after().len() - rest.len() + length;
        }
    }

    /// Takes a minus or a bracket in front, also one before a currency.
    fn take_sign_left(&mut self) {
        let before = self.before();
        let bare = before.trim_end_matches(is_blank);
        // `RM` of `-RM 47.28` and of `- RM 47.28`.
        let currency = currency_at_end(bare);
        for head in [bare, bare[..bare.len() - currency].trim_end_matches(is_blank)] {
            let Some(sign) = head.chars().next_back().filter(|c| is_dash(*c) || *c == '(') else {
                continue;
            };
            let ahead = &head[..head.len() - sign.len_utf8()];
            let last = ahead.chars().next_back();
            if last.is_some_and(is_dash) {
                return;
            }
            if sign == '(' && self.is_remark() {
                return;
            }
            let begins =
                last.is_none_or(|c| !c.is_alphanumeric() && c != ')') || currency_at_end(ahead) > 0;
            // `Payable - 3.59`: the dash divides.
            let space = ahead.len() - ahead.trim_end_matches(is_blank).len();
            let divides = sign != '('
                && space > 0
                && before[head.len()..].starts_with(is_blank)
                && (self.gaps)(self.from - before.len() + ahead.len() - space) <= NEIGHBOR;
            if !begins || divides {
                let is_remark = sign == '(';
                self.ambiguity = self.ambiguity.or((!is_remark).then_some(Ambiguity::Sign));
                return;
            }
            self.from -= before.len() - ahead.len();
            // `RM -47.28`: the currency stays where it is.
            return;
        }
    }

    /// Takes a minus, a bracket or an account's mark behind, also behind a currency.
    fn take_sign_right(&mut self) {
        let after = self.after();
        let currency = currency_at_start(after);
        for skipped in [0, currency] {
            let rest = &after[skipped..];
            let bare = rest.trim_start_matches(is_blank);
            let gap = rest.len() - bare.len();
            let word = bare.split_whitespace().next().unwrap_or_default();
            let mut signs = word.chars();
            let Some(sign) = signs.next() else { continue };
            let alone = signs.as_str().chars().all(|c| !c.is_alphanumeric() && !is_dash(c));
            let at_end = bare.len() == word.len();
            let is_minus = is_dash(sign) && alone && (gap == 0 || at_end);
            let is_bracket = sign == ')' && (self.number().contains('(') || !self.in_remark());
            let length = if is_minus || is_bracket { sign.len_utf8() } else { mark_length(word) };
            if length > 0 {
                self.to += skipped + gap + length;
                return;
            }
        }
    }

    /// Tells whether words stand between the number and a closing bracket.
    fn is_remark(&self) -> bool {
        let after = self.after();
        let inside = after.find(')').map_or("", |at| &after[..at]);
        let letters = |word: &str| word.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        inside.split(is_blank).map(letters).any(|letters| !is_affix(&letters))
    }

    /// Tells whether a bracket was opened before the number.
    fn in_remark(&self) -> bool {
        let before = self.before();
        before.rfind('(') > before.rfind(')')
    }

    fn word_left(&self) -> Option<&'t str> {
        let before = self.before();
        let bare = before.trim_end_matches(is_blank);
        if bare.len() < before.len()
            && (self.gaps)(self.from - (before.len() - bare.len())) > NEIGHBOR
        {
            return None;
        }
        bare.split(is_blank).next_back()
    }

    fn word_right(&self) -> Option<&'t str> {
        let after = self.after();
        let bare = after.trim_start_matches(is_blank);
        if bare.len() < after.len() && (self.gaps)(self.to) > NEIGHBOR {
            return None;
        }
        bare.split(is_blank).next()
    }
}

/// Returns how many bytes an account's mark at the beginning of a word has.
fn mark_length(word: &str) -> usize {
    let letters = word.chars().take_while(char::is_ascii_alphabetic).count();
    let is_mark = CREDIT.iter().chain(&DEBIT).any(|it| it.eq_ignore_ascii_case(&word[..letters]));
    if is_mark { letters } else { 0 }
}

/// Returns how many bytes a currency at the end of a text has, with the space before the number.
fn currency_at_end(text: &str) -> usize {
    let bare = text.trim_end_matches(is_blank);
    let word_length = |is_part: fn(char) -> bool| bare.len() - bare.trim_end_matches(is_part).len();
    let length = match word_length(|c| c.is_alphabetic() || matches!(c, '$' | '.')) {
        0 => word_length(is_currency_sign),
        length => length,
    };
    let word = &bare[bare.len() - length..];
    if length > 0 && is_affix(word) { length + (text.len() - bare.len()) } else { 0 }
}

/// Returns how many bytes a currency at the beginning of a text has, with the space before it.
fn currency_at_start(text: &str) -> usize {
    let bare = text.trim_start_matches(is_blank);
    let word_length =
        |is_part: fn(char) -> bool| bare.len() - bare.trim_start_matches(is_part).len();
    let length = match word_length(|c| c.is_alphabetic() || matches!(c, '$' | '.')) {
        0 => word_length(is_currency_sign),
        length => length,
    };
    let word = &bare[..length];
    if length > 0 && is_affix(word) { length + (text.len() - bare.len()) } else { 0 }
}

fn is_currency_sign(character: char) -> bool {
    is_sign(character) && !matches!(character, '*' | '#' | '=' | ':' | '~' | '+')
}
