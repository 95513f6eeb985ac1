//! Words in backticks, for messages.

/// Returns the words in backticks, divided by commas.
pub(super) fn quoted<T: AsRef<str>>(words: &[T]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}
