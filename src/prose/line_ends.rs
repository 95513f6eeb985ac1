//! What stands at the end of a line whose last word goes on in the next.

/// Returns whether the character is printed as a hyphen within words.
pub(super) fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '\u{2010}' | '\u{2011}')
}

/// Returns whether the character may break a word at a line end: also the soft hyphen, its sign, and the double
/// strokes of blackletter.
fn may_break(letter: char) -> bool {
    is_hyphen(letter) || only_breaks(letter) || letter == '='
}

/// Returns whether the character does nothing but break words.
pub(super) fn only_breaks(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '¬' | '\u{2e17}')
}

/// Returns whether the last word of a line may go on in the next line.
pub(super) fn ends_broken(word: &str) -> bool {
    split(word).is_some()
}

/// Splits a word at the end of a line into its part before the hyphen, and the hyphen.
pub(super) fn split(word: &str) -> Option<(&str, char)> {
    let hyphen = word.chars().next_back().filter(|last| may_break(*last))?;
    let stem = &word[..word.len() - hyphen.len_utf8()];
    // Two of them are a dash.
    stem.ends_with(char::is_alphanumeric).then_some((stem, hyphen))
}
