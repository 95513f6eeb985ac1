//! Fields that repeat: all candidates that make values become one list.
//!
//! `field` calls it for fields of many values; what one text means is decided as for any field.

use super::judged::{Judged, repair_of};
use crate::document::{Candidate, Evidence, LIST_SEPARATOR, PixelBox, TypedField, Value};

/// Returns the values of all candidates, in reading order; of candidates that share words only the
/// best placed one counts. The confidence is that of the least certain value. `None` without any.
pub(super) fn values(mut readings: Vec<Judged>) -> Option<TypedField> {
    readings.sort_by(|a, b| b.candidate.place_score.total_cmp(&a.candidate.place_score));
    let mut kept: Vec<Judged> = Vec::new();
    for reading in readings {
        if kept.iter().all(|other| !share_words(reading.candidate, other.candidate)) {
            kept.push(reading);
        }
    }
    let kept = in_reading_order(kept);
    let least = kept.iter().min_by(|a, b| a.confidence.total_cmp(&b.confidence))?;
    let page = kept.first()?.candidate.page;
    let on_page = kept.iter().map(|judged| judged.candidate).filter(|found| found.page == page);
    let bounds = on_page.map(|found| found.bounds).reduce(|all, bounds| all.union(&bounds));
    let raws: Vec<&str> = kept.iter().map(|judged| judged.candidate.text.as_str()).collect();
    Some(TypedField {
        value: Some(Value::List(kept.iter().map(|judged| judged.reading.value.clone()).collect())),
        raw: Some(raws.join(LIST_SEPARATOR)),
        page: Some(page),
        bounds: bounds.filter(|bounds| *bounds != PixelBox::default()),
        confidence: least.confidence,
        evidence: Evidence {
            found: Some(least.candidate.found),
            words: least.candidate.word_confidence,
            place: least.candidate.place_score,
            meaning: least.reading.rank(),
            witnesses: 1.0,
            ambiguity: kept.iter().find_map(|it| it.candidate.ambiguity.or(it.reading.ambiguity)),
            ..Evidence::default()
        },
        repairs: kept.iter().filter_map(repair_of).collect(),
        doubts: Vec::new(),
    })
}

/// Tells whether two candidates are cuts of the same words. Two matches of a pattern in one word
/// have one box but different texts.
fn share_words(a: &Candidate, b: &Candidate) -> bool {
    let (first, second) = (&a.bounds, &b.bounds);
    let overlap = first.left < second.right
        && second.left < first.right
        && first.top < second.bottom
        && second.top < first.bottom;
    a.page == b.page && overlap && (first != second || a.text == b.text)
}

/// Orders values by page and line, then from left to right; one begins a new line if its middle is
/// under the first one of the line.
fn in_reading_order(mut values: Vec<Judged>) -> Vec<Judged> {
    values.sort_by_key(|judged| (judged.candidate.page, judged.candidate.bounds.top));
    let mut lines: Vec<Vec<Judged>> = Vec::new();
    for value in values {
        let candidate = value.candidate;
        let middle = candidate.bounds.top.midpoint(candidate.bounds.bottom);
        let same_line = |line: &&mut Vec<Judged>| {
            let first = line[0].candidate;
            first.page == candidate.page && middle < first.bounds.bottom
        };
        match lines.last_mut().filter(same_line) {
            Some(line) => line.push(value),
            None => lines.push(vec![value]),
        }
    }
    for line in &mut lines {
        line.sort_by_key(|judged| judged.candidate.bounds.left);
    }
    lines.into_iter().flatten().collect()
}
