//! Which phrases mark a field: those that stand left of its values, or above them, on many scans and hardly
//! anywhere else.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::claims::plain;
use super::scan::Scan;
use super::sightings::Sighting;
use crate::document::PixelBox;
use crate::extract::PageRow;
use crate::normalize::fold;

/// A label has so many words at most, and so many letters at least.
const MOST_WORDS: usize = 5;
const FEWEST_LETTERS: usize = 3;
/// So many labels of a field at most.
const MOST_LABELS: usize = 8;
/// A label is this far from its value at most.
const FARTHEST_LEFT_MM: f32 = 120.0;
const FARTHEST_ABOVE_MM: f32 = 25.0;
/// So many lines above a value may hold its label.
const LINES_ABOVE: usize = 3;
/// Share of the scans with the phrase on which the value must stand at it.
const PRECISE: f32 = 0.5;
/// A label stands beside so many different values.
const FEWEST_VALUES: usize = 3;
/// Share of the scans that one more label must bring.
const WORTHWHILE: f32 = 0.02;
/// What nearness and length count where labels bring as much, in scans: less than one in all.
const LOST_PER_MM: f32 = 0.004;
const GAINED_PER_LETTER: f32 = 0.0005;
/// Resolution of pages that do not know their own.
const FALLBACK_DPI: f32 = 300.0;

/// The labels of a field, and how far from them its values stand.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Labels {
    /// Best first.
    pub phrases: Vec<String>,
    /// Farthest that a value stands right of a label, if any does.
    pub right_mm: Option<f32>,
    /// Farthest that a value stands below a label, if any does.
    pub below_mm: Option<f32>,
}

/// On which side of its label a value stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Right,
    Below,
}

/// A phrase that stands beside values.
struct Beside {
    text: String,
    /// Scans, with the distance in mm.
    scans: BTreeMap<usize, f32>,
    /// The values it stands beside: what stands beside one value only is no label.
    values: BTreeSet<String>,
}

/// Finds the labels of a field.
pub(super) fn labels(sightings: &[Sighting], scans: &[Scan]) -> Labels {
    let mut beside: BTreeMap<(Side, String), Beside> = BTreeMap::new();
    for sighting in sightings {
        for (side, text, distance) in around(sighting, scans) {
            let key = (side, fold(&text));
            let entry = beside.entry(key).or_insert_with(|| Beside {
                text,
                scans: BTreeMap::new(),
                values: BTreeSet::new(),
            });
            entry.values.insert(fold(&sighting.text));
            let nearest = entry.scans.entry(sighting.scan).or_insert(distance);
            *nearest = nearest.min(distance);
        }
    }
    let distinct: BTreeSet<String> =
        sightings.iter().map(|sighting| fold(&sighting.text)).collect();
    let varied = FEWEST_VALUES.min(distinct.len());
    beside.retain(|_, beside| beside.values.len() >= varied);
    let seen: BTreeSet<usize> = sightings.iter().map(|sighting| sighting.scan).collect();
    let everywhere = standing(&beside, scans, &seen);
    let worthwhile = (WORTHWHILE * seen.len() as f32).max(2.0).min(seen.len() as f32) as usize;
    let mut reached: BTreeSet<usize> = BTreeSet::new();
    let mut labels = Labels::default();
    while labels.phrases.len() < MOST_LABELS {
        let gain = |((_, folded), beside): &(&(Side, String), &Beside)| {
            let fresh = beside.scans.keys().filter(|scan| !reached.contains(scan)).count();
            let standing = everywhere.get(folded).map_or(1, BTreeSet::len).max(1);
            let precise = beside.scans.len() as f32 / standing as f32;
            let gain = if precise < PRECISE { -1.0 } else { fresh as f32 * precise };
            // Of labels that bring as much the nearest, then the longest, which says more.
            let far = beside.scans.values().sum::<f32>() / beside.scans.len().max(1) as f32;
            let says = folded.chars().count().min(40) as f32;
            (fresh, gain - LOST_PER_MM * far + GAINED_PER_LETTER * says)
        };
        let best = beside.iter().max_by(|a, b| gain(a).1.total_cmp(&gain(b).1));
        let Some(best) = best.filter(|best| gain(best).0 >= worthwhile && gain(best).1 > 0.0)
        else {
            break;
        };
        let ((side, _), found) = best;
        reached.extend(found.scans.keys());
        let distance = match side {
            Side::Right => &mut labels.right_mm,
            Side::Below => &mut labels.below_mm,
        };
        let far = found.scans.values().copied().fold(0.0, f32::max);
        *distance = Some(distance.map_or(far, |before| before.max(far)));
        if !labels.phrases.contains(&found.text) {
            labels.phrases.push(found.text.clone());
        }
    }
    labels
}

/// Returns what stands left of a value and above it, in several lengths, with the distance in mm.
fn around(sighting: &Sighting, scans: &[Scan]) -> Vec<(Side, String, f32)> {
    let scan = &scans[sighting.scan];
    let dpi = scan.labelled.pages[sighting.page].1.dpi;
    let pixels_per_mm = if dpi >= 1.0 { dpi } else { FALLBACK_DPI } / 25.4;
    let rows = &scan.pages[sighting.page];
    let row = &rows[sighting.row];
    let mut found = Vec::new();
    let end =
        (0..sighting.start).rev().find(|&word| has_letter(row, word)).map_or(0, |last| last + 1);
    for start in end.saturating_sub(MOST_WORDS)..end {
        let gap = sighting.bounds.left.saturating_sub(row.words[end - 1].bounds.right);
        let distance = gap as f32 / pixels_per_mm;
        if distance <= FARTHEST_LEFT_MM {
            found.push((Side::Right, plain(row, (start, end)), distance));
        }
    }
    let above = sighting.row.saturating_sub(LINES_ABOVE)..sighting.row;
    for row in &rows[above] {
        for (cell, &start) in row.cell_starts.iter().enumerate() {
            let end = row.cell_starts.get(cell + 1).copied().unwrap_or(row.words.len());
            let bounds = row.words[start..end]
                .iter()
                .fold(row.words[start].bounds, |all, word| all.union(&word.bounds));
            let distance =
                sighting.bounds.bottom.saturating_sub(bounds.bottom) as f32 / pixels_per_mm;
            if !over(&bounds, &sighting.bounds) || distance > FARTHEST_ABOVE_MM {
                continue;
            }
            for end in start + 1..=end.min(start + MOST_WORDS) {
                found.push((Side::Below, plain(row, (start, end)), distance));
            }
        }
    }
    found.retain(|(_, text, _)| {
        text.chars().filter(|letter| letter.is_alphabetic()).count() >= FEWEST_LETTERS
    });
    found
}

fn has_letter(row: &PageRow, word: usize) -> bool {
    row.words[word].text.chars().any(char::is_alphabetic)
}

fn over(above: &PixelBox, below: &PixelBox) -> bool {
    above.left < below.right && below.left < above.right
}

/// Returns on which of the scans each phrase stands at all.
fn standing(
    beside: &BTreeMap<(Side, String), Beside>,
    scans: &[Scan],
    seen: &BTreeSet<usize>,
) -> HashMap<String, BTreeSet<usize>> {
    let mut standing: HashMap<String, BTreeSet<usize>> =
        beside.keys().map(|(_, folded)| (folded.clone(), BTreeSet::new())).collect();
    for &scan in seen {
        for row in scans[scan].pages.iter().flatten() {
            for start in 0..row.words.len() {
                for end in start + 1..=row.words.len().min(start + MOST_WORDS) {
                    if let Some(found) = standing.get_mut(&fold(&plain(row, (start, end)))) {
                        found.insert(scan);
                    }
                }
            }
        }
    }
    standing
}
