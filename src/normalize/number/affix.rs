//! What stands before and behind a number without being part of its digits: signs, brackets,
//! credit marks and currencies.

/// Currencies as they stand beside amounts, longest first where one begins or ends another.
const CURRENCIES: [&str; 146] = [
    // Names
    "DOLLARS", "DOLLAR", "RINGGIT", "POUNDS", "RUPEES", "FRANCS", "FRANKEN", "KRONER", "KRONOR",
    "PESOS", "EUROS", "EURO", "YEN", "LEI", "PTAS", "PTS", "DIN.", "DIN", "РУБ.", "руб.", "руб",
    "ЛВ.", "лв.", "лв", // Signs of several letters
    "US$", "HK$", "NZ$", "NT$", "CA$", "AU$", "S$", "A$", "C$", "R$", "RS.", "SFR.", "FR.", "KR.",
    "BFR", "HFL", "ZŁ", "Zł", "zł", "ZL", "KČ", "Kč", "kč", "KC", "FT", "TL", "RM", "RP.", "RP",
    "DM", "KN", "KM", "ÖS", "SFR", "FR", "KR", "RS", "US", // Codes of ISO 4217
    "MYR", "USD", "SGD", "AUD", "CAD", "EUR", "GBP", "CHF", "DEM", "SEK", "NOK", "DKK", "ISK",
    "INR", "JPY", "CNY", "RMB", "HKD", "NZD", "PLN", "CZK", "HUF", "RON", "BGN", "TRY", "RUB",
    "UAH", "ZAR", "BRL", "IDR", "THB", "PHP", "VND", "KRW", "ILS", "AED", "SAR", "QAR", "KWD",
    "BHD", "OMR", "JOD", "EGP", "MAD", "TND", "MXN", "ARS", "CLP", "COP", "PEN", "UYU", "TWD",
    "MOP", "PKR", "LKR", "BDT", "NPR", "KES", "NGN", "GHS", "TZS", "UGX", "HRK", "RSD", "BAM",
    "MKD", "ALL", "GEL", "KZT", "LTL", "LVL", "EEK", "SKK", "SIT", "FIM", "ESP", "PTE", "ITL",
    "FRF", "BEF", "NLG", "ATS", "GRD", "IEP",
];
/// What stands for no cents in German and French amounts, `12,-`, and in Indian ones, `12/-`.
const NO_CENTS: [&str; 9] = [",--", ".--", ",-", ".-", ",—", ".—", "/-", "/=", "/—"];
const SIGNS: &[char] = &[
    '$', '€', '£', '¥', '₹', '¢', '₺', '₽', '₱', '₩', '₪', '₫', '฿', '₴', '₦', '₡', '¤', '*', '#',
    '=', ':', '~', '+',
];
/// Marks of accounts: what is owed to the reader, and what the reader owes.
pub(super) const CREDIT: [&str; 4] = ["CREDIT", "CR.", "CR", "MINUS"];
pub(super) const DEBIT: [&str; 3] = ["DEBIT", "DR.", "DR"];

/// What stands before or after a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Plus,
    /// A minus, parentheses, or `CR`.
    Minus,
    /// A minus with white space between it and the number.
    MinusInDoubt,
    /// Half of the parentheses, or a long dash apart: it may be a sign, but mostly is none.
    PlusInDoubt,
}

/// Tells whether a character is a minus, or a dash that stands for one.
pub(super) fn is_dash(character: char) -> bool {
    matches!(character, '-' | '−' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '﹣' | '－')
}

/// Tells whether a character is a sign of a currency, or another that may stand at an amount.
pub(super) fn is_sign(character: char) -> bool {
    SIGNS.contains(&character)
}

/// Drops currencies and edge signs; tells whether a minus, parentheses or `CR` make it negative.
pub(super) fn strip(text: &str) -> (&str, Sign) {
    let mut text = text.trim();
    let mut sign = Sign::Plus;
    loop {
        let before = text;
        let is_edge = |c: char| c.is_whitespace() || is_sign(c);
        text = text.trim_start_matches(is_edge);
        text = text.trim_end_matches(|c: char| is_edge(c) && (c != '$' || is_complete(text)));
        for no_cents in NO_CENTS {
            text = text.strip_suffix(no_cents).unwrap_or(text);
        }
        text = text.trim_end_matches(['.', ',', ';']);
        if let Some((inner, found)) = strip_brackets(text) {
            (text, sign) = (inner, if sign == Sign::Minus { sign } else { found });
        }
        if let Some((inner, found)) = strip_dash(text) {
            (text, sign) = (inner, found.unwrap_or(sign));
        }
        if let Some(rest) = strip_mark(text, &CREDIT) {
            (text, sign) = (rest, Sign::Minus);
        }
        text = strip_mark(text, &DEBIT).unwrap_or(text);
        text = strip_currency(text);
        if text == before {
            return (text, sign);
        }
    }
}

/// Takes brackets away.
fn strip_brackets(text: &str) -> Option<(&str, Sign)> {
    let opened = text.strip_prefix('(');
    let closed = opened.unwrap_or(text).strip_suffix(')');
    // The other half may stand behind a currency.
    let rest = closed.or(opened).unwrap_or(text);
    if opened.is_some() != closed.is_some() && rest.contains(['(', ')']) {
        return None;
    }
    match (opened, closed) {
        (Some(_), Some(inner)) => Some((inner, Sign::Minus)),
        (Some(inner), None) | (None, Some(inner)) => Some((inner, Sign::PlusInDoubt)),
        (None, None) => None,
    }
}

/// Takes dashes away. One is a minus, several are a leader, which is no sign.
fn strip_dash(text: &str) -> Option<(&str, Option<Sign>)> {
    let ahead = text.trim_start_matches(is_dash);
    let behind = text.trim_end_matches(is_dash);
    let rest = if ahead.len() < text.len() { ahead } else { behind };
    if rest.len() == text.len() {
        return None;
    }
    let dashes = text.chars().count() - rest.chars().count();
    let apart = rest.starts_with(char::is_whitespace) || rest.ends_with(char::is_whitespace);
    let is_long = text.starts_with(['–', '—', '―']) || text.ends_with(['–', '—', '―']);
    let sign = match (dashes, apart, is_long) {
        (1, false, _) => Some(Sign::Minus),
        (1, true, false) => Some(Sign::MinusInDoubt),
        (1, true, true) => Some(Sign::PlusInDoubt),
        _ => None,
    };
    Some((rest, sign))
}

/// Tells whether a closing `$` is a currency: two decimals or a space stand before it. Otherwise it
/// is a `5`.
fn is_complete(text: &str) -> bool {
    let before = text.trim_end_matches('$');
    let mut last = before.chars().rev();
    before.ends_with(char::is_whitespace)
        || (last.next().is_some_and(|c| c.is_ascii_digit())
            && last.next().is_some_and(|c| c.is_ascii_digit())
            && last.next().is_some_and(|c| matches!(c, '.' | ',')))
}

/// Returns what stands before a closing mark, or after one in front, as accounts mark what is owed.
fn strip_mark<'t>(text: &'t str, marks: &[&str]) -> Option<&'t str> {
    let digit = |c: char| c.is_ascii_digit() || matches!(c, '(' | ')');
    let is_edge = |c: char| c.is_whitespace() || is_sign(c);
    let bare = |text: &'t str| text.trim_matches(is_edge);
    for mark in marks {
        if let Some(at) = text.len().checked_sub(mark.len())
            && let Some((amount, tail)) = text.split_at_checked(at)
            && tail.eq_ignore_ascii_case(mark)
            && strip_currency(bare(amount)).trim_end_matches(is_edge).ends_with(digit)
        {
            return Some(amount);
        }
        if let Some((head, amount)) = text.split_at_checked(mark.len())
            && head.eq_ignore_ascii_case(mark)
            && amount.starts_with(is_edge)
            && strip_currency(bare(amount)).trim_start_matches(is_edge).starts_with(digit)
        {
            return Some(amount);
        }
    }
    None
}

/// Returns the text without one currency at its beginning or end.
pub(super) fn strip_currency(text: &str) -> &str {
    // All currencies begin with a letter.
    let may_end_one = |c: char| c.is_alphabetic() || matches!(c, '.' | '$');
    if !text.starts_with(char::is_alphabetic) && !text.ends_with(may_end_one) {
        return text;
    }
    for currency in CURRENCIES {
        let length = currency.len();
        if let Some(head) = text.get(..length)
            && head.eq_ignore_ascii_case(currency)
            && !text[length..].starts_with(char::is_alphabetic)
        {
            return &text[length..];
        }
        let Some(at) = text.len().checked_sub(length) else { continue };
        if let Some(tail) = text.get(at..)
            && tail.eq_ignore_ascii_case(currency)
            && !text[..at].ends_with(char::is_alphabetic)
        {
            return &text[..at];
        }
    }
    text
}

/// Tells whether a word is a currency, an account's mark, a sign or nothing but these.
pub(super) fn is_affix(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| is_sign(c) || is_dash(c) || matches!(c, '(' | ')'));
    let marks = CREDIT.iter().chain(&DEBIT);
    bare.is_empty() || CURRENCIES.iter().chain(marks).any(|known| known.eq_ignore_ascii_case(bare))
}

pub(super) fn is_separator(character: char) -> bool {
    matches!(character, '.' | ',' | '\'' | '’' | '‘' | 'ʼ' | '´' | '`' | '′')
}
