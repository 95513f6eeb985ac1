//! Reads typed values out of a TOML table and notes every misfit with its place.
//!
//! Knows TOML, not record models: `parse`, `field` and `place` say which keys there are.

use toml::de::{DeTable, DeValue};

use super::problem::{Problem, Problems};
use super::quoted::quoted;
use super::{Zone, ZoneUnit};

/// No page is longer.
const LONGEST_MM: f32 = 2000.0;

/// One value with its key, path and places in the text.
pub(super) struct Entry<'a> {
    pub(super) key: &'a str,
    pub(super) path: String,
    /// Byte offset of the key.
    pub(super) key_at: usize,
    /// Byte offset of the value.
    pub(super) at: usize,
    pub(super) value: &'a DeValue<'a>,
}

/// A TOML table at its path.
pub(super) struct Section<'a> {
    pub(super) path: String,
    /// Byte offset of the table's key: where missing keys are complained about.
    pub(super) at: usize,
    table: &'a DeTable<'a>,
}

impl<'a> Section<'a> {
    /// Returns the whole document as a section.
    pub(super) fn root(table: &'a DeTable<'a>) -> Self {
        Self { path: String::new(), at: 0, table }
    }

    /// Returns a value as a section, or notes that it is no table.
    pub(super) fn of(entry: &Entry<'a>, problems: &mut Problems) -> Option<Self> {
        let Some(table) = entry.value.as_table() else {
            entry.wrong_type("a table", problems);
            return None;
        };
        Some(Self { path: entry.path.clone(), at: entry.key_at, table })
    }

    /// Returns all entries in the order of the text.
    pub(super) fn entries(&self) -> Vec<Entry<'a>> {
        let mut entries: Vec<Entry<'a>> = self
            .table
            .iter()
            .map(|(key, value)| Entry {
                key: key.get_ref(),
                path: join_path(&self.path, key.get_ref()),
                key_at: key.span().start,
                at: value.span().start,
                value: value.get_ref(),
            })
            .collect();
        entries.sort_by_key(|entry| entry.key_at);
        entries
    }

    /// Returns the entry of that key.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.entries().into_iter().find(|entry| entry.key == key)
    }

    /// Returns the entry of that key, or notes that it is missing.
    pub(super) fn need(&self, key: &'static str, problems: &mut Problems) -> Option<Entry<'a>> {
        let entry = self.get(key);
        if entry.is_none() {
            problems.add(self.at, &self.path, Problem::Missing { key });
        }
        entry
    }

    /// Notes every key that is not in `known`.
    pub(super) fn only(&self, known: &[&str], problems: &mut Problems) {
        for entry in self.entries() {
            if !known.contains(&entry.key) {
                let problem = Problem::UnknownKey { key: entry.key.to_owned() };
                let hint = closest_hint(entry.key, known, "known keys are");
                problems.add_with_hint(entry.key_at, &self.path, problem, hint);
            }
        }
    }

    /// Returns a string or a list of strings as a list; empty if the key is not there.
    pub(super) fn texts(&self, key: &str, problems: &mut Problems) -> Vec<String> {
        self.get(key).map(|entry| entry.texts(problems)).unwrap_or_default()
    }

    pub(super) fn flag(&self, key: &str, problems: &mut Problems) -> Option<bool> {
        self.get(key)?.flag(problems)
    }

    /// Returns an integer in the range; `range` says the same in words.
    pub(super) fn integer<T: TryFrom<i64>>(
        &self,
        key: &str,
        range: &'static str,
        problems: &mut Problems,
    ) -> Option<T> {
        let entry = self.get(key)?;
        let number = entry.integer(problems)?;
        let fitting = T::try_from(number).ok();
        if fitting.is_none() {
            entry.out_of_range(&number.to_string(), range, problems);
        }
        fitting
    }

    pub(super) fn number(&self, key: &str, problems: &mut Problems) -> Option<f64> {
        self.get(key)?.number(problems)
    }

    /// Returns a number from 0 to 1.
    pub(super) fn fraction(&self, key: &str, problems: &mut Problems) -> Option<f32> {
        let entry = self.get(key)?;
        let number = entry.number(problems)?;
        if !(0.0..=1.0).contains(&number) {
            entry.out_of_range(&number.to_string(), "a fraction from 0 to 1", problems);
            return None;
        }
        Some(number as f32)
    }

    /// Returns the word of `key` translated by `known`.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        known: &[(&str, T)],
        problems: &mut Problems,
    ) -> Option<T> {
        let entry = self.get(key)?;
        let word = entry.text(problems)?;
        let found = known.iter().find(|(name, _)| *name == word).map(|(_, value)| *value);
        if found.is_none() {
            entry.none_of(&word, known.iter().map(|(name, _)| *name).collect(), problems);
        }
        found
    }
}

impl<'a> Entry<'a> {
    pub(super) fn wrong_type(&self, expected: &'static str, problems: &mut Problems) {
        let found = type_name(self.value);
        problems.add(self.at, &self.path, Problem::WrongType { expected, found });
    }

    pub(super) fn out_of_range(&self, value: &str, range: &'static str, problems: &mut Problems) {
        let problem = Problem::OutOfRange { value: value.to_owned(), range };
        problems.add(self.at, &self.path, problem);
    }

    /// Notes that `word` is none of the known ones, with the closest as hint if one is close.
    pub(super) fn none_of(&self, word: &str, known: Vec<&str>, problems: &mut Problems) {
        let hint = closest(word, &known).map(|name| format!("did you mean `{name}`?"));
        let known = known.into_iter().map(str::to_owned).collect();
        let problem = Problem::NoneOf { value: word.to_owned(), known };
        match hint {
            Some(hint) => problems.add_with_hint(self.at, &self.path, problem, hint),
            None => problems.add(self.at, &self.path, problem),
        }
    }

    /// Returns a text that is not blank.
    pub(super) fn text(&self, problems: &mut Problems) -> Option<String> {
        let Some(text) = self.value.as_str() else {
            self.wrong_type("a string", problems);
            return None;
        };
        if text.trim().is_empty() {
            problems.add(self.at, &self.path, Problem::Empty);
            return None;
        }
        Some(text.to_owned())
    }

    /// Returns a string, or the strings of a list that is not empty.
    pub(super) fn texts(&self, problems: &mut Problems) -> Vec<String> {
        if self.value.is_str() {
            return self.text(problems).into_iter().collect();
        }
        match self.items("a string or a list of strings", problems) {
            Some(items) => items.iter().filter_map(|item| item.text(problems)).collect(),
            None => Vec::new(),
        }
    }

    /// Returns the items of a list that is not empty.
    pub(super) fn items(
        &self,
        expected: &'static str,
        problems: &mut Problems,
    ) -> Option<Vec<Entry<'a>>> {
        let Some(array) = self.value.as_array() else {
            self.wrong_type(expected, problems);
            return None;
        };
        if array.is_empty() {
            problems.add(self.at, &self.path, Problem::Empty);
            return None;
        }
        let item = |(index, value): (usize, &'a toml::Spanned<DeValue<'a>>)| Entry {
            key: self.key,
            path: format!("{}[{index}]", self.path),
            key_at: value.span().start,
            at: value.span().start,
            value: value.get_ref(),
        };
        Some(array.iter().enumerate().map(item).collect())
    }

    pub(super) fn flag(&self, problems: &mut Problems) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            self.wrong_type("true or false", problems);
        }
        flag
    }

    fn integer(&self, problems: &mut Problems) -> Option<i64> {
        let number = self
            .value
            .as_integer()
            .and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
        if number.is_none() {
            self.wrong_type("an integer", problems);
        }
        number
    }

    fn number(&self, problems: &mut Problems) -> Option<f64> {
        let number = if self.value.is_integer() {
            self.integer(problems).map(|number| number as f64)
        } else {
            self.value.as_float().and_then(|number| number.as_str().parse().ok())
        };
        if number.is_none() {
            self.wrong_type("a number", problems);
        }
        number.filter(|number: &f64| number.is_finite())
    }

    /// Returns a length such as `"15mm"`, `"1.5cm"` or `"0.5in"` in millimetres.
    pub(super) fn length_mm(&self, problems: &mut Problems) -> Option<f32> {
        let text = self.text(problems)?;
        let length = parse_length_mm(&text);
        if length.is_none() {
            problems.add_with_hint(
                self.at,
                &self.path,
                Problem::NotALength { value: text },
                "lengths have a unit and are up to 2 m, such as \"15mm\", \"1.5cm\", \"0.5in\""
                    .to_owned(),
            );
        }
        length
    }

    /// Returns a distance from the page's edge such as `"15mm"` or `"0mm"` in millimetres.
    pub(super) fn position_mm(&self, problems: &mut Problems) -> Option<f32> {
        match self.value.as_str().and_then(parse_length) {
            Some(position) if position >= 0.0 => Some(position),
            Some(_) | None => self.length_mm(problems),
        }
    }

    /// Returns a zone `{ left, top, right, bottom }` in fractions or with units of length; missing
    /// edges are the page's. `width` and `height` may stand for `right` and `bottom`.
    pub(super) fn zone(&self, problems: &mut Problems) -> Option<Zone> {
        let section = Section::of(self, problems)?;
        section.only(&["left", "top", "right", "bottom", "width", "height"], problems);
        let edges = section.entries();
        let unit = if edges.iter().any(|edge| edge.value.is_str()) {
            ZoneUnit::Millimeters
        } else {
            ZoneUnit::PageFraction
        };
        let mut edge = |key: &str, default: f32| match (section.get(key), unit) {
            (None, _) => Some(default),
            (Some(_), ZoneUnit::PageFraction) => section.fraction(key, problems),
            (Some(entry), ZoneUnit::Millimeters) => entry.position_mm(problems),
        };
        let far = match unit {
            ZoneUnit::PageFraction => 1.0,
            ZoneUnit::Millimeters => LONGEST_MM,
        };
        let (left, top) = (edge("left", 0.0)?, edge("top", 0.0)?);
        let mut end = |key: &str, length: &str, start: f32| match section.get(length) {
            Some(_) => edge(length, far).map(|length| (start + length).min(far)),
            None => edge(key, far),
        };
        let (right, bottom) = (end("right", "width", left)?, end("bottom", "height", top)?);
        let zone = Zone { left, top, right, bottom, unit };
        for (end, length) in [("right", "width"), ("bottom", "height")] {
            if let (Some(_), Some(length)) = (section.get(end), section.get(length)) {
                let range = "a zone has `right` or `width`, `bottom` or `height`";
                length.out_of_range(length.key, range, problems);
                return None;
            }
        }
        if zone.left >= zone.right {
            self.out_of_range(&zone.left.to_string(), "`left` is less than `right`", problems);
            return None;
        }
        if zone.top >= zone.bottom {
            self.out_of_range(&zone.top.to_string(), "`top` is less than `bottom`", problems);
            return None;
        }
        Some(zone)
    }
}

/// Returns a length of more than nothing in millimetres.
fn parse_length_mm(text: &str) -> Option<f32> {
    parse_length(text).filter(|length_mm| *length_mm > 0.0)
}

/// Returns a length in millimetres, up to the longest.
fn parse_length(text: &str) -> Option<f32> {
    let text = text.trim();
    let unit_at = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(unit_at);
    let mm_per_unit = match unit {
        "mm" => 1.0,
        "cm" => 10.0,
        "in" => 25.4,
        _ => return None,
    };
    let length_mm = number.trim().parse::<f32>().ok()? * mm_per_unit;
    (length_mm <= LONGEST_MM).then_some(length_mm)
}

fn join_path(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn type_name(value: &DeValue) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "an integer",
        DeValue::Float(_) => "a float",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// Returns the known word that `word` most likely misspells.
fn closest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(word, name), *name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Returns `did you mean …?`, or all known words if none is close.
pub(super) fn closest_hint(word: &str, known: &[&str], otherwise: &str) -> String {
    match closest(word, known) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("{otherwise} {}", quoted(known)),
    }
}
