//! Reads `[[anchors]]`: printed phrases of a form and where they stand on it.

use super::Anchor;
use super::problem::Problems;
use super::section::{Entry, Section};

/// Reads all anchors of a model.
pub(super) fn anchors(entry: &Entry, problems: &mut Problems) -> Vec<Anchor> {
    let Some(items) = entry.items("a list of tables, `[[anchors]]`", problems) else {
        return Vec::new();
    };
    items.iter().filter_map(|item| anchor(item, problems)).collect()
}

fn anchor(item: &Entry, problems: &mut Problems) -> Option<Anchor> {
    let section = Section::of(item, problems)?;
    section.only(&["phrase", "left", "top"], problems);
    let phrases = section.need("phrase", problems).map(|phrase| phrase.texts(problems));
    let left_mm = section.need("left", problems).and_then(|left| left.position_mm(problems));
    let top_mm = section.need("top", problems).and_then(|top| top.position_mm(problems));
    Some(Anchor { phrases: phrases?, left_mm: left_mm?, top_mm: top_mm? })
}
