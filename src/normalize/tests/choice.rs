//! Which of several candidates is the value of a field, and how sure it is.

use super::*;

fn total(choose: Choose, candidates: &[(&str, f32, f32)]) -> TypedField {
    let mut candidates: Vec<Candidate> =
        candidates.iter().map(|&(text, words, place)| candidate(text, words, place)).collect();
    for (candidate, top) in candidates.iter_mut().zip((0..).step_by(20)) {
        candidate.bounds.top += top;
        candidate.bounds.bottom += top;
    }
    field(&money_field(choose), &RawField::from(candidates))
}

/// A field of one candidate whose first character is doubtful.
fn doubtful(text: &str, alternatives: &[&str]) -> TypedField {
    let alternatives = alternatives
        .iter()
        .map(|&text| Alternative { text: text.to_owned(), confidence: 10.0 })
        .collect();
    let mut candidate = candidate(text, 0.9, 1.0);
    candidate.doubts = vec![Doubt { start: 0, end: 1, alternatives }];
    field(&money_field(Choose::Best), &RawField::from(vec![candidate]))
}

#[test]
fn takes_what_else_a_character_may_be_where_only_that_makes_a_value() {
    let repaired = doubtful("?2.50", &["x", "7"]);
    assert_eq!((amount(&repaired).as_str(), repaired.repairs.len()), ("72.50", 1));
    assert_eq!(repaired.raw.as_deref(), Some("?2.50"));
    assert_eq!(amount(&doubtful("?2.50", &["7", "1"])), "none");
    assert_eq!(amount(&doubtful("12.50", &["7"])), "12.50");
}

fn amount(field: &TypedField) -> String {
    match &field.value {
        Some(Value::Decimal(amount)) => amount.to_string(),
        _ => "none".to_owned(),
    }
}

#[test]
fn a_clean_value_beside_its_label_is_nearly_certain() {
    let confidence = total(Choose::Best, &[("12.50", 0.95, 1.0)]).confidence;
    assert!((0.94..=0.97).contains(&confidence), "{confidence}");
}

#[test]
fn repairs_and_worse_places_lower_the_confidence() {
    let repaired = total(Choose::Best, &[("1O.5O", 0.95, 1.0)]);
    assert!(repaired.repairs.len() == 1 && repaired.confidence < 0.8, "{}", repaired.confidence);
    assert_eq!(repaired.raw.as_deref(), Some("1O.5O"));
    let elsewhere = total(Choose::Best, &[("12.50", 0.95, 0.75)]);
    assert!((0.7..0.85).contains(&elsewhere.confidence), "{}", elsewhere.confidence);
}

#[test]
fn a_valid_candidate_wins_over_a_better_placed_one_that_is_none() {
    assert_eq!(amount(&total(Choose::Best, &[("CASH", 0.9, 1.0), ("12.50", 0.9, 0.9)])), "12.50");
    assert_eq!(amount(&total(Choose::Best, &[("1B.5O", 0.9, 1.0), ("18.50", 0.9, 0.9)])), "18.50");
}

#[test]
fn chooses_among_equally_placed_candidates() {
    let found = [("5.00", 0.9, 0.98), ("9.00", 0.9, 1.0), ("99.00", 0.9, 0.5)];
    assert_eq!(amount(&total(Choose::Best, &found)), "9.00");
    assert_eq!(amount(&total(Choose::First, &found)), "5.00");
    assert_eq!(amount(&total(Choose::Largest, &found)), "9.00");
}

#[test]
fn agreement_raises_and_contradiction_lowers_the_confidence() {
    let alone = total(Choose::Best, &[("12.50", 0.8, 1.0)]).confidence;
    let agreed = total(Choose::Best, &[("12.50", 0.8, 1.0), ("RM 12.50", 0.8, 0.8)]).confidence;
    let denied = total(Choose::Best, &[("12.50", 0.8, 1.0), ("72.50", 0.7, 1.0)]).confidence;
    let elsewhere = total(Choose::Best, &[("12.50", 0.8, 1.0), ("72.50", 0.8, 0.6)]).confidence;
    assert!(denied < alone && alone < agreed, "{denied} {alone} {agreed}");
    assert!((elsewhere - alone).abs() < f32::EPSILON);
}

#[test]
fn keeps_what_was_read_if_it_means_nothing() {
    let unread = total(Choose::Best, &[("???", 0.4, 1.0)]);
    assert_eq!((unread.value, unread.raw.as_deref()), (None, Some("???")));
    assert!(unread.confidence.abs() < f32::EPSILON);
}

#[test]
fn falls_back_on_the_default() {
    let with_default = Field { default: Some("0".to_owned()), ..money_field(Choose::Best) };
    let found = field(&with_default, &RawField::from(vec![candidate("?", 0.4, 1.0)]));
    assert_eq!(amount(&found), "0.00");
}

#[test]
fn a_field_that_repeats_takes_each_value_once_in_reading_order() {
    let at = |text: &str, left: u32, top: u32, place_score: f32| Candidate {
        bounds: PixelBox { left, top, right: left + 50, bottom: top + 30 },
        ..candidate(text, 0.9, place_score)
    };
    let lines = Field { count: crate::document::Count::Many, ..money_field(Choose::Best) };
    let candidates = vec![
        at("9.00", 0, 100, 0.9),
        at("7.50", 200, 8, 0.9),
        at("5.00", 0, 10, 0.9),
        at("5.00 7", 20, 10, 0.5),
        at("none", 0, 50, 0.9),
    ];
    let found = field(&lines, &RawField::from(candidates));
    assert_eq!(found.value.map(|value| value.to_string()).as_deref(), Some("5.00; 7.50; 9.00"));
    assert_eq!(found.raw.as_deref(), Some("5.00; 7.50; 9.00"));
    assert_eq!(found.bounds.map(|bounds| (bounds.right, bounds.bottom)), Some((250, 130)));
    let nothing = field(&lines, &RawField::from(vec![at("none", 0, 50, 0.9)]));
    assert_eq!((nothing.value, nothing.raw.as_deref()), (None, Some("none")));
}
