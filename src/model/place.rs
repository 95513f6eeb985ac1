//! Reads the `value` key of a field: where the value stands.

use super::pattern::read_pattern;
use super::problem::{Problem, Problems};
use super::section::{Entry, Section};
use super::{LinePattern, Place, Until};

const KINDS: [&str; 12] = [
    "right", "left", "below", "above", "cell", "box", "line", "passage", "zone", "between",
    "pattern", "party",
];

/// Who has to do with a letter or an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// Who writes it, sells and is paid.
    Sender,
    /// Whom it is addressed to.
    Recipient,
}

/// Reads one place, or a list of places that are tried in order.
pub(super) fn places(entry: &Entry, problems: &mut Problems) -> Vec<Place> {
    if !entry.value.is_array() {
        return place(entry, problems).into_iter().collect();
    }
    match entry.items("a table or a list of tables", problems) {
        Some(items) => items.iter().filter_map(|item| place(item, problems)).collect(),
        None => Vec::new(),
    }
}

/// Returns the key that names the place in a model.
pub fn kind(place: &Place) -> &'static str {
    match place {
        Place::Right { .. } => "right",
        Place::Left { .. } => "left",
        Place::Below { .. } => "below",
        Place::Above { .. } => "above",
        Place::Cell { .. } => "cell",
        Place::Box { .. } => "box",
        Place::Labelled { place, .. } => kind(place),
        Place::Line => "line",
        Place::Passage { .. } => "passage",
        Place::Zone { .. } => "zone",
        Place::Between { .. } => "between",
        Place::Pattern { .. } => "pattern",
        Place::Party { .. } => "party",
    }
}

fn place(entry: &Entry, problems: &mut Problems) -> Option<Place> {
    let section = Section::of(entry, problems)?;
    let kind = named_kind(&section, problems)?;
    section.only(&keys(kind), problems);
    let labels = section.texts("label", problems);
    let place = place_of_kind(kind, &section, problems)?;
    Some(if labels.is_empty() { place } else { Place::Labelled { labels, place: place.into() } })
}

/// Returns the keys that a place of a kind may have.
fn keys(kind: &'static str) -> Vec<&'static str> {
    let mut keys = match kind {
        "below" => vec!["below", "lines", "until"],
        "above" => vec!["above", "lines"],
        "cell" => vec!["cell", "lines", "until"],
        "box" => vec!["box", "lines"],
        "passage" => vec!["passage", "ends", "lines", "zone"],
        "zone" => vec!["zone", "lines"],
        "pattern" => vec!["pattern", "zone"],
        other => vec![other],
    };
    let seen_from_label =
        matches!(kind, "right" | "left" | "below" | "above" | "cell" | "box" | "line");
    if seen_from_label {
        keys.push("label");
    }
    keys
}

fn place_of_kind(kind: &str, section: &Section, problems: &mut Problems) -> Option<Place> {
    let named = section.get(kind)?;
    let place = match kind {
        "right" => Place::Right { within_mm: distance(&named, problems).ok()? },
        "left" => Place::Left { within_mm: distance(&named, problems).ok()? },
        "below" => Place::Below {
            within_mm: named.length_mm(problems)?,
            lines: lines(section, problems),
            until: section.get("until").and_then(|until| read_until(&until, problems)),
        },
        "cell" => Place::Cell {
            within_mm: named.length_mm(problems)?,
            lines: lines(section, problems),
            until: section.get("until").and_then(|until| read_until(&until, problems)),
        },
        "passage" => passage(&named, section, problems)?,
        "above" => {
            Place::Above { within_mm: named.length_mm(problems)?, lines: lines(section, problems) }
        }
        "box" => {
            must_be_true(&named, problems)?;
            Place::Box { lines: lines(section, problems) }
        }
        "line" => {
            must_be_true(&named, problems)?;
            Place::Line
        }
        "zone" => Place::Zone { zone: named.zone(problems)?, lines: lines(section, problems) },
        "between" => between(&named, problems)?,
        "party" => {
            let known = [("sender", Party::Sender), ("recipient", Party::Recipient)];
            Place::Party { party: section.choice("party", &known, problems)? }
        }
        _ => {
            must_be_true(&named, problems)?;
            Place::Pattern { zone: section.get("zone").and_then(|zone| zone.zone(problems)) }
        }
    };
    Some(place)
}

fn passage(starts: &Entry, section: &Section, problems: &mut Problems) -> Option<Place> {
    let ends = |problems: &mut Problems| read_pattern(&section.get("ends")?, problems);
    Some(Place::Passage {
        starts: read_pattern(starts, problems).map(LinePattern)?,
        ends: ends(problems).map(LinePattern),
        lines: lines(section, problems),
        zone: section.get("zone").and_then(|zone| zone.zone(problems)),
    })
}

/// Returns the one key of the table that names a place.
fn named_kind(section: &Section, problems: &mut Problems) -> Option<&'static str> {
    let named: Vec<&'static str> =
        KINDS.into_iter().filter(|kind| section.get(kind).is_some()).collect();
    match named[..] {
        [] => {
            let hint = "say one of `right`, `left`, `below`, `above`, `cell`, `box`, `line`, `passage`, \
                        `zone`, `between`, `pattern`, `party`";
            problems.add_with_hint(section.at, &section.path, Problem::NoPlace, hint.to_owned());
            None
        }
        [kind] => Some(kind),
        ["zone", "pattern"] => Some("pattern"),
        ["passage", "zone"] => Some("passage"),
        [first, second, ..] => {
            problems.add_with_hint(
                section.at,
                &section.path,
                Problem::TwoPlaces { first, second },
                format!("a list tries them in order: `[{{ {first} = … }}, {{ {second} = … }}]`"),
            );
            None
        }
    }
}

/// Reads `true` (as far as the page goes) or a length.
fn distance(entry: &Entry, problems: &mut Problems) -> Result<Option<f32>, Refused> {
    if entry.value.is_bool() {
        return must_be_true(entry, problems).map(|()| None).ok_or(Refused);
    }
    entry.length_mm(problems).map(Some).ok_or(Refused)
}

/// The value was wrong, and that has been noted.
struct Refused;

fn must_be_true(entry: &Entry, problems: &mut Problems) -> Option<()> {
    if entry.flag(problems)? {
        return Some(());
    }
    entry.out_of_range("false", "`true`, or leave the place out", problems);
    None
}

fn lines(section: &Section, problems: &mut Problems) -> Option<u32> {
    let range = "a number of lines from 1";
    let lines = section.integer("lines", range, problems)?;
    if lines == 0 {
        section.get("lines")?.out_of_range("0", range, problems);
        return None;
    }
    Some(lines)
}

/// Reads `"rule"`, a list of labels or a table of several ends.
fn read_until(entry: &Entry, problems: &mut Problems) -> Option<Until> {
    if entry.value.is_table() {
        let section = Section::of(entry, problems)?;
        section.only(&["gap", "rule", "labels"], problems);
        return several_ends(entry, &section, problems);
    }
    if entry.value.is_array() {
        return Some(Until::Labels(entry.texts(problems)));
    }
    let word = entry.text(problems)?;
    if word == "rule" {
        return Some(Until::Rule);
    }
    problems.add_with_hint(
        entry.at,
        &entry.path,
        Problem::NoneOf { value: word.clone(), known: vec!["rule".to_owned()] },
        format!(
            "labels stand in a list: `until = [\"{word}\"]`; a gap is `until = {{ gap = 1.5 }}`"
        ),
    );
    None
}

/// Reads `{ gap = 1.5, rule = true, labels = ["…"] }`, any of them.
fn several_ends(entry: &Entry, section: &Section, problems: &mut Problems) -> Option<Until> {
    let mut ends = Vec::new();
    if let Some(gap) = section.get("gap") {
        let line_heights = section.number("gap", problems)?;
        if !(0.1..=100.0).contains(&line_heights) {
            let range = "a gap of 0.1 to 100 line heights";
            gap.out_of_range(&line_heights.to_string(), range, problems);
            return None;
        }
        ends.push(Until::Gap(line_heights as f32));
    }
    if let Some(rule) = section.get("rule") {
        must_be_true(&rule, problems)?;
        ends.push(Until::Rule);
    }
    if let Some(labels) = section.get("labels") {
        ends.push(Until::Labels(labels.texts(problems)));
    }
    if ends.is_empty() {
        problems.add(entry.at, &entry.path, Problem::Empty);
        return None;
    }
    Some(if ends.len() == 1 { ends.remove(0) } else { Until::Any(ends) })
}

fn between(entry: &Entry, problems: &mut Problems) -> Option<Place> {
    let section = Section::of(entry, problems)?;
    section.only(&["from", "to"], problems);
    let (from, to) = (section.need("from", problems), section.need("to", problems));
    Some(Place::Between { from: from?.texts(problems), to: to?.texts(problems) })
}
