//! What becomes of cells that a spreadsheet would take for a formula.

/// What becomes of cells that a spreadsheet would take for a formula.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Formulas {
    #[default]
    AsIs,
    /// Cells that start with `=`, `+`, `-`, `@`, a tab or a carriage return get a leading `'`. Numbers stay.
    Protected,
}

/// The list is OWASP's ("CSV Injection").
pub(super) fn looks_like_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r']) && !is_number(text)
}

fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|first: char| first.is_ascii_digit())
        && digits.ends_with(|last: char| last.is_ascii_digit())
        && digits.chars().all(|letter| letter.is_ascii_digit() || letter == '.')
        && digits.matches('.').count() <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_told_from_numbers() {
        for text in ["=cmd|' /C calc'!A0", "+1+2", "@sum(a1)", "\t=1", "-", "-2+3", "-1; -2"] {
            assert!(looks_like_formula(text), "{text}");
        }
        for text in ["-12.50", "+7", "plain", "", "1=1"] {
            assert!(!looks_like_formula(text), "{text}");
        }
    }
}
