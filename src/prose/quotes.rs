//! Quotation marks that were read as two: put back by what opens and closes in the same paragraph.

const SINGLE: [char; 2] = ['‘', '’'];
const MARKS: [char; 4] = ['‘', '“', '\'', '"'];
/// What half of a double mark is read as.
const SPECKS: [char; 3] = ['*', '«', '°'];
const OPENING_OR_SPECK: [char; 7] = ['‘', '“', '\'', '"', '*', '«', '°'];

/// Returns the text with doubled single marks as double ones, and without a single mark beside a double one where
/// the paragraph has no quotation within a quotation that it could belong to.
pub(super) fn mended(text: &str) -> String {
    let text = text.replace("‘‘", "“").replace("’’", "”");
    let text = if text.contains("''") { text.replace("''", "\"") } else { text };
    let mut mended = text;
    if !opens_inner(&mended) {
        for closing in ["”’", "’”"] {
            mended = mended.replace(closing, "”");
        }
    }
    if !closes_inner(&mended) {
        for opening in ["“‘", "‘“"] {
            mended = mended.replace(opening, "“");
        }
    }
    with_clean_openings(&mended)
}

/// Returns the text with one double mark where one opens a quotation and was read as a single one and a speck, such as
/// `‘*`, and without blanks behind a mark that opens a quotation.
fn with_clean_openings(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let opens = clean.chars().next_back().is_none_or(|c| c.is_whitespace() || c == '—');
        let length = rest.len() - rest.trim_start_matches(OPENING_OR_SPECK).len();
        let (run, behind) = rest.split_at(length);
        let is_mark_and_speck = run.contains(MARKS) && run.contains(SPECKS);
        if opens && is_mark_and_speck && behind.starts_with(char::is_alphabetic) {
            clean.push('“');
            rest = behind;
        } else if opens
            && rest.strip_prefix("“ ").is_some_and(|b| b.starts_with(char::is_alphabetic))
        {
            clean.push('“');
            rest = &rest["“ ".len()..];
        } else {
            clean.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    clean
}

/// Returns whether a single mark opens a quotation: it stands before a letter and after none, not beside a double one.
fn opens_inner(text: &str) -> bool {
    any_mark(text, |before, mark, after| {
        mark == '‘'
            && after.is_some_and(char::is_alphanumeric)
            && !before.is_some_and(char::is_alphanumeric)
            && before != Some('“')
    })
}

/// Returns whether a single mark closes a quotation: it stands after a mark of punctuation, or ends a word.
fn closes_inner(text: &str) -> bool {
    any_mark(text, |before, mark, after| {
        mark == '’'
            && before.is_some_and(|c| !c.is_whitespace() && !SINGLE.contains(&c) && c != '”')
            && !after.is_some_and(char::is_alphanumeric)
    })
}

fn any_mark(text: &str, is_it: impl Fn(Option<char>, char, Option<char>) -> bool) -> bool {
    let letters: Vec<char> = text.chars().collect();
    (0..letters.len()).any(|index| {
        let before = index.checked_sub(1).map(|index| letters[index]);
        is_it(before, letters[index], letters.get(index + 1).copied())
    })
}
