//! The characters a model knows: texts and the few properties that decoding needs.
//!
//! Reads the text of the unicharset component. Which network outputs spell a character is the
//! business of `recoder`.

use super::error::ModelError;

/// Number of a character in a model's character set.
pub(super) type CharacterId = u32;

/// The id of the space; the file calls it `NULL`.
pub(super) const SPACE: CharacterId = 0;

/// The id that stands for "any digit" or "the word" in the dictionaries.
pub(super) const PATTERN: CharacterId = 0;

const PART: &str = "unicharset";
/// Property bit of digits.
const DIGIT: u32 = 8;
/// Scripts that are written without spaces between words.
const SCRIPTS_WITHOUT_SPACES: [&str; 5] = ["Han", "Thai", "Hangul", "Hiragana", "Katakana"];
/// Scripts whose presence makes a whole language one that is written without spaces.
const LANGUAGES_WITHOUT_SPACES: [&str; 3] = ["Han", "Katakana", "Thai"];
/// More characters than any script has; the file names their number before it lists them.
const MAX_CHARACTERS: usize = 1 << 20;

/// Whether words are set apart by spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spacing {
    Spaces,
    NoSpaces,
}

/// What is known of one character.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Character {
    text: Box<str>,
    digit: bool,
    spacing: Spacing,
}

/// A model's characters in the order of their ids; the space is the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unicharset {
    characters: Vec<Character>,
    language: Spacing,
}

fn broken(what: impl Into<String>) -> ModelError {
    ModelError::Broken { part: PART, what: what.into() }
}

impl Unicharset {
    /// Reads the component: a line with the number of characters, then a line for each. The error
    /// names the line that breaks the format.
    pub(super) fn parse(component: &[u8]) -> Result<Self, ModelError> {
        let text = std::str::from_utf8(component).map_err(|error| broken(error.to_string()))?;
        let mut lines = text.lines();
        let count: usize = lines
            .next()
            .and_then(|line| line.trim().parse().ok())
            .filter(|count| (1..=MAX_CHARACTERS).contains(count))
            .ok_or_else(|| broken("the first line is not a number of characters"))?;
        let mut characters = Vec::new();
        let mut language = Spacing::Spaces;
        for (index, line) in lines.take(count).enumerate() {
            let (character, script) = character(line)
                .ok_or_else(|| broken(format!("line {} is not a character", index + 2)))?;
            if LANGUAGES_WITHOUT_SPACES.contains(&script) {
                language = Spacing::NoSpaces;
            }
            characters.push(character);
        }
        if characters.len() < count {
            return Err(broken(format!("{} of {count} characters are there", characters.len())));
        }
        if characters.first().is_none_or(|first| &*first.text != " ") {
            return Err(broken("the first character is not the space"));
        }
        Ok(Self { characters, language })
    }

    /// Returns the script of each character that is in a component.
    pub(super) fn scripts(component: &[u8]) -> Result<Vec<&str>, ModelError> {
        let text = std::str::from_utf8(component).map_err(|error| broken(error.to_string()))?;
        Ok(text.lines().skip(1).filter_map(|line| Some(character(line)?.1)).collect())
    }

    /// Returns the number of characters.
    pub(super) fn len(&self) -> usize {
        self.characters.len()
    }

    /// Returns the text of a character, empty for an id that is not in the set.
    pub(super) fn text(&self, id: CharacterId) -> &str {
        self.characters.get(id as usize).map_or("", |character| &*character.text)
    }

    /// Returns whether a character is a digit.
    #[inline]
    pub(super) fn is_digit(&self, id: CharacterId) -> bool {
        self.characters.get(id as usize).is_some_and(|character| character.digit)
    }

    /// Returns whether words of the character's script are set apart by spaces.
    #[inline]
    pub(super) fn spacing(&self, id: CharacterId) -> Spacing {
        self.characters.get(id as usize).map_or(Spacing::Spaces, |character| character.spacing)
    }

    /// Returns whether words of the whole language are set apart by spaces.
    #[inline]
    pub(super) fn language_spacing(&self) -> Spacing {
        self.language
    }
}

/// Reads a line: text, hexadecimal properties, optional metrics (numbers with commas), script; what
/// follows is not needed here.
fn character(line: &str) -> Option<(Character, &str)> {
    let mut fields = line.split_ascii_whitespace();
    let text = fields.next()?;
    let properties = u32::from_str_radix(fields.next()?, 16).ok()?;
    let script = fields.find(|field| !field.contains(',')).unwrap_or("NULL");
    let spacing =
        if SCRIPTS_WITHOUT_SPACES.contains(&script) { Spacing::NoSpaces } else { Spacing::Spaces };
    let text = if text == "NULL" { " " } else { text };
    Some((Character { text: text.into(), digit: properties & DIGIT != 0, spacing }, script))
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &str = "3\n\
        NULL 0 Common 0\n\
        7 8 0,255,0,255,0,0,0,0,0,0 Common 3 2 3 7\t# 7 [37 ]0\n\
        山 1 0,255,0,255,0,0,0,0,0,0 Han 4 0 4 山\n";

    #[test]
    fn reads_texts_digits_and_scripts() {
        let set = Unicharset::parse(THREE.as_bytes()).unwrap();
        assert_eq!(set.len(), 3);
        assert_eq!([set.text(SPACE), set.text(1), set.text(2), set.text(3)], [" ", "7", "山", ""]);
        assert_eq!([set.is_digit(0), set.is_digit(1), set.is_digit(2)], [false, true, false]);
        assert_eq!([set.spacing(1), set.spacing(2)], [Spacing::Spaces, Spacing::NoSpaces]);
        assert_eq!(set.language_spacing(), Spacing::NoSpaces);
    }

    #[test]
    fn reads_lines_without_metrics() {
        let set = Unicharset::parse(b"2\nNULL 0 NULL 0\nA 5 Latin 2\n").unwrap();
        assert_eq!((set.text(1), set.spacing(1)), ("A", Spacing::Spaces));
        assert_eq!(set.language_spacing(), Spacing::Spaces);
    }

    #[test]
    fn names_what_is_broken() {
        let problem = |text: &[u8]| Unicharset::parse(text).unwrap_err().to_string();
        assert!(problem(b"").contains("first line is not a number"));
        assert!(problem(b"99999999999\n").contains("first line is not a number"));
        assert!(problem(b"2\nNULL 0 NULL 0\n").contains("1 of 2 characters"));
        assert!(problem(b"2\nNULL 0 NULL 0\nA x Latin\n").contains("line 3 is not a character"));
        assert!(problem(b"1\nA 5 Latin 2\n").contains("not the space"));
        assert!(problem(b"1\n\xff 5 Latin 2\n").contains("utf-8"));
    }
}
