//! Where a field is looked for: several ways are written down and tried on the labelled scans, and the one that
//! finds the most right values is taken.

use std::collections::{BTreeMap, BTreeSet};

use super::column::{Choice, Column};
use super::labels::{Labels, labels};
use super::scan::Scan;
use super::sightings::{Sighting, joined};
use super::toml_text::{field_model, quoted};
use super::trial;
use crate::model::{FieldKind, Scope, parse};
use crate::normalize::fold;

/// Distances are written with so much room.
const ROOM: f32 = 1.25;
const ROOM_MM: f32 = 5.0;
/// Zones hold this share of the values, with so much room on each side (of the page).
const IN_ZONE: f32 = 0.96;
const ZONE_ROOM: f32 = 0.02;
/// A page's title stands this far down.
const HEADS: [f32; 2] = [0.12, 0.3];
/// A word begins a text, or ends it, if it does on this share of the scans.
const COMMON_WORD: f32 = 0.05;
/// It does so for so many different values.
const FEWEST_VALUES: usize = 3;
/// So many such words at most.
const MOST_COMMON: usize = 20;

/// Tries several ways to find a field and returns the best.
pub(super) fn choose(column: &Column, scope: Scope, scans: &[Scan]) -> Choice {
    let labels = labels(&column.sightings, scans);
    let pattern = pattern(column);
    let beside = beside(&labels, column);
    let mut ways: Vec<Vec<String>> = Vec::new();
    let zones = zones(column, scans);
    if !beside.is_empty() {
        ways.push(beside.clone());
        let below_first: Vec<String> = beside.iter().rev().cloned().collect();
        ways.extend((beside.len() > 1).then_some(below_first));
    }
    ways.extend(zones.iter().map(|zone| vec![zone.clone()]));
    if !beside.is_empty() {
        ways.extend(zones.iter().map(|zone| [beside.clone(), vec![zone.clone()]].concat()));
    }
    let orders: &[&str] = match column.kind.field {
        FieldKind::Money | FieldKind::Decimal { .. } => &["best", "first", "last", "largest"],
        _ => &["best", "first", "last"],
    };
    let mut best: Option<(i64, Choice)> = None;
    for places in ways {
        for &order in orders {
            let with_labels = places.iter().any(|place| beside.contains(place));
            let choice = Choice {
                labels: if with_labels { labels.phrases.clone() } else { Vec::new() },
                places: places.clone(),
                pattern: pattern.clone(),
                choose: order,
            };
            let Ok(model) = parse(&field_model(column, &choice, scope), "draft") else { continue };
            let score = trial::score(&model, column.at, scans);
            // What is tried first is simpler, and stays if nothing is better.
            if best.as_ref().is_none_or(|(most, _)| score > *most) {
                best = Some((score, choice));
            }
        }
    }
    best.map(|(_, choice)| choice).unwrap_or_default()
}

/// Returns the places that are seen from labels.
fn beside(labels: &Labels, column: &Column) -> Vec<String> {
    let room = |mm: f32| (mm * ROOM + ROOM_MM).ceil();
    let lines = lines(&column.sightings);
    let right = labels.right_mm.map(|mm| match lines {
        1 => format!("{{ right = \"{}mm\" }}", room(mm)),
        // The first line stands beside the label, the others below it.
        _ => format!("{{ cell = \"{}mm\", lines = {lines} }}", 6 * lines),
    });
    let below = labels.below_mm.map(|mm| {
        format!("{{ below = \"{}mm\", lines = {lines} }}", room(mm + 6.0 * (lines - 1) as f32))
    });
    right.into_iter().chain(below).collect()
}

/// Returns the places that need no label.
fn zones(column: &Column, scans: &[Scan]) -> Vec<String> {
    if column.kind.is_told_by_phrases() {
        let heads =
            HEADS.map(|bottom| format!("{{ pattern = true, zone = {{ bottom = {bottom:.2} }} }}"));
        return ["{ pattern = true }".to_owned()].into_iter().chain(heads).collect();
    }
    let zone = zone(&column.sightings, scans);
    let lines = lines(&column.sightings);
    match column.kind.field {
        FieldKind::Text { .. } => {
            let starts = common(&column.sightings, |sighting| Some(sighting.text.clone()));
            let mut ends = common(&column.sightings, |sighting| next_line(sighting, scans));
            let inside: BTreeSet<String> = column
                .sightings
                .iter()
                .flat_map(|s| s.text.lines())
                .filter_map(beginning)
                .collect();
            ends.retain(|end| !inside.contains(end));
            let starts = if starts.is_empty() { r"^\W*\w".to_owned() } else { starting(&starts) };
            let any = r"^\W*[A-Za-z]".to_owned();
            let ends = if ends.is_empty() {
                String::new()
            } else {
                format!(", ends = {}", quoted(&starting(&ends)))
            };
            let passage = |starts: &str| {
                format!("{{ passage = {}{ends}, lines = {lines}, zone = {zone} }}", quoted(starts))
            };
            vec![passage(&any), passage(&starts), format!("{{ zone = {zone}, lines = {lines} }}")]
        }
        _ => vec![format!("{{ pattern = true, zone = {zone} }}"), "{ pattern = true }".to_owned()],
    }
}

/// Returns how many lines nine of ten values have at most, at least 1.
fn lines(sightings: &[Sighting]) -> usize {
    let mut lines: Vec<usize> = sightings.iter().map(|sighting| sighting.lines).collect();
    lines.sort_unstable();
    lines.get(lines.len() * 9 / 10).copied().unwrap_or(1).max(1)
}

/// Returns the part of the page where nearly all values stand, as models write it.
fn zone(sightings: &[Sighting], scans: &[Scan]) -> String {
    let mut edges: [Vec<f32>; 4] = Default::default();
    for sighting in sightings {
        let page = &scans[sighting.scan].labelled.pages[sighting.page].1;
        let (width, height) = (page.width.max(1) as f32, page.height.max(1) as f32);
        let bounds = &sighting.bounds;
        edges[0].push(bounds.left as f32 / width);
        edges[1].push(bounds.top as f32 / height);
        edges[2].push(bounds.right as f32 / width);
        edges[3].push(bounds.bottom as f32 / height);
    }
    for edge in &mut edges {
        edge.sort_by(f32::total_cmp);
    }
    let at = |edge: &[f32], share: f32| {
        edge.get((share * (edge.len().max(1) - 1) as f32).round() as usize).copied()
    };
    let low = |edge: &[f32]| {
        let least = at(edge, (1.0 - IN_ZONE) / 2.0).unwrap_or(0.0) - ZONE_ROOM;
        (least.clamp(0.0, 0.98) * 100.0).floor() / 100.0
    };
    let high = |edge: &[f32]| {
        let most = at(edge, f32::midpoint(1.0, IN_ZONE)).unwrap_or(1.0) + ZONE_ROOM;
        (most.clamp(0.02, 1.0) * 100.0).ceil() / 100.0
    };
    format!(
        "{{ left = {:.2}, top = {:.2}, right = {:.2}, bottom = {:.2} }}",
        low(&edges[0]),
        low(&edges[1]),
        high(&edges[2]),
        high(&edges[3])
    )
}

/// Returns the pattern of a field's values, if its type has one.
fn pattern(column: &Column) -> Option<String> {
    let longest = column.kind.longest;
    Some(match &column.kind.field {
        FieldKind::Money => {
            r"(?:^|[^\d.,])(\d{1,3}(?:[,.]?\d{3})*\s?[.,]\s?\d{2})(?:$|[^\d])".to_owned()
        }
        FieldKind::Decimal { places, .. } => {
            let places = places.unwrap_or(1);
            format!(r"(?:^|[^\d.,])(-?\d[\d,]{{0,9}}\s?[.,]\s?\d{{1,{places}}})(?:$|[^\d])")
        }
        FieldKind::Integer { .. } => {
            let shortest = column.kind.shortest;
            format!(r"(?:^|[^\d.,-])(\d{{{shortest},{longest}}})(?:$|[^\d])")
        }
        FieldKind::Date { .. } => date_pattern(&column.sightings)?,
        _ => return None,
    })
}

/// Returns the forms in which dates were seen.
fn date_pattern(sightings: &[Sighting]) -> Option<String> {
    const FORMS: [&str; 4] = [
        r"(?:19|20)\d{2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}",
        r"\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/. ]\s?\d{2,4}",
        r"\d{1,2}(?:st|nd|rd|th)?[-/.,\s]{0,3}[A-Z]{3,9}[-/.,\x27\s]{0,3}\d{2,4}",
        r"[A-Z]{3,9}[-/.\s]{0,3}\d{1,2}(?:st|nd|rd|th)?[-/.,\x27\s]{1,3}\d{2,4}",
    ];
    let whole = |form: &&str| {
        regex::RegexBuilder::new(&format!("^{form}")).case_insensitive(true).build().ok()
    };
    let mut counts = [0_usize; 4];
    let forms: Vec<regex::Regex> = FORMS.iter().filter_map(whole).collect();
    for sighting in sightings {
        if let Some(form) = forms.iter().position(|form| form.is_match(&sighting.text)) {
            counts[form] += 1;
        }
    }
    let seen: Vec<&str> =
        FORMS.iter().zip(counts).filter(|(_, count)| *count > 0).map(|(form, _)| *form).collect();
    (!seen.is_empty()).then(|| format!("(?i)(?:^|[^\\d/.-])({})(?:$|[^\\d])", seen.join("|")))
}

/// Returns how the lines at values begin, as patterns, most common first: what begins them on enough scans and
/// beside enough different values, so that it says something of values that nobody has seen yet.
fn common(sightings: &[Sighting], line: impl Fn(&Sighting) -> Option<String>) -> Vec<String> {
    let mut counts: BTreeMap<String, (usize, BTreeSet<String>)> = BTreeMap::new();
    for sighting in sightings {
        if let Some(beginning) = line(sighting).as_deref().and_then(beginning) {
            let (count, values) = counts.entry(beginning).or_default();
            *count += 1;
            values.insert(fold(&sighting.text));
        }
    }
    let needed = (COMMON_WORD * sightings.len() as f32).max(2.0);
    let mut common: Vec<(String, usize)> = counts
        .into_iter()
        .filter(|(_, (count, values))| *count as f32 >= needed && values.len() >= FEWEST_VALUES)
        .map(|(beginning, (count, _))| (beginning, count))
        .collect();
    common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    common.into_iter().map(|(word, _)| word).take(MOST_COMMON).collect()
}

/// Returns the line after a text.
fn next_line(sighting: &Sighting, scans: &[Scan]) -> Option<String> {
    let next = scans[sighting.scan].pages[sighting.page].get(sighting.row + sighting.lines)?;
    Some(joined(next, (0, next.words.len())))
}

/// Returns how a line begins, as a pattern: its first word, or `\d` for a number.
fn beginning(text: &str) -> Option<String> {
    let first = text.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    if first.starts_with(|letter: char| letter.is_ascii_digit()) {
        return Some(r"\d".to_owned());
    }
    let word: String = first.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    let known = word.chars().count() >= 2 && fold(&word).chars().all(char::is_alphabetic);
    known.then(|| format!(r"{}\b", word.to_lowercase()))
}

/// Returns a pattern for lines that begin with one of several.
fn starting(beginnings: &[String]) -> String {
    format!(r"(?i)^\W*(?:{})", beginnings.join("|"))
}
