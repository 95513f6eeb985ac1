//! Fits, folds and thresholds.

use std::fmt::Write;

use rust_decimal::Decimal;

use super::{model, truth_of};
use crate::document::{Evidence, Found, PageNumber, PixelBox, Record, TypedField, Value, Verdict};
use crate::evaluate::fit::{Sample, fit};
use crate::evaluate::{Fitted, RecordGroup, calibrate, folds};
use crate::model::CLUES;
use crate::validate::Validator;

/// A sample whose clues are all 0 but the confidence and another.
fn sample(confidence: f32, at: usize, clue: f32, right: bool) -> Sample {
    let mut clues = [0.0; CLUES.len()];
    clues[0] = confidence;
    clues[at] = clue;
    Sample { clues, right, weight: 1.0 }
}

#[test]
fn a_fit_says_how_often_values_are_right() {
    // Of values with the clue 9 of 10 are right, of those without 1 of 2.
    let mut samples = Vec::new();
    for number in 0..2000 {
        samples.push(sample(1.0, 4, 1.0, number % 10 != 0));
        samples.push(sample(1.0, 4, 0.0, number % 2 == 0));
    }
    let fitted = fit(&samples);
    let says = |clue| fitted.probability(&sample(1.0, 4, clue, true).clues);
    assert!((says(1.0) - 0.9).abs() < 0.02, "{}", says(1.0));
    assert!((says(0.0) - 0.5).abs() < 0.03, "{}", says(0.0));
}

#[test]
fn a_clue_that_seems_to_speak_against_a_value_has_no_weight() {
    let samples: Vec<Sample> =
        (0..100).map(|number| sample(1.0, 1, (number % 2) as f32, number % 2 == 0)).collect();
    assert!(!fit(&samples).weights.contains_key(CLUES[1]));
}

#[test]
fn values_that_were_always_right_are_not_sure() {
    let samples: Vec<Sample> = (0..50).map(|_| sample(2.0, 1, 0.0, true)).collect();
    let says = fit(&samples).probability(&samples[0].clues);
    assert!((0.97..0.997).contains(&says), "{says}");
}

#[test]
fn papers_of_one_company_share_a_fold() {
    let model = model();
    let mut text = "file,vendor_name,total\n".to_owned();
    for number in 0..40 {
        writeln!(text, "{number}.tif,Company {},1", number % 10).unwrap();
    }
    let fold_of = folds((&truth_of(&model, &text), &model), 5);
    for number in 10..40 {
        assert_eq!(fold_of[number], fold_of[number - 10]);
    }
    for fold in 0..5 {
        assert_eq!(fold_of.iter().filter(|of| **of == fold).count(), 8);
    }
}

/// Two hundred bills: those read with high confidence are right, of the others every second total
/// is wrong.
fn fitted(max_error: f32) -> (Fitted, Vec<RecordGroup>) {
    let model = model();
    let mut text = "file,vendor_name,total\n".to_owned();
    let mut groups = Vec::new();
    for number in 0..200 {
        writeln!(text, "{number}.tif,Company {},10.00", number % 50).unwrap();
        let sure = number % 2 == 0;
        let wrong = number % 4 == 1;
        let field = |value, confidence| TypedField {
            value: Some(value),
            raw: Some("as read".to_owned()),
            page: Some(PageNumber::FIRST),
            bounds: Some(PixelBox { left: 0, top: 0, right: 9, bottom: 9 }),
            confidence,
            evidence: Evidence {
                found: Some(Found::Label),
                words: confidence,
                place: 0.9,
                meaning: 1.0,
                witnesses: 1.0,
                ..Evidence::default()
            },
            ..TypedField::default()
        };
        let total = Decimal::new(if wrong { 7000 } else { 1000 }, 2);
        let fields = vec![
            field(Value::Text(format!("Company {}", number % 50)), 0.95),
            TypedField::default(),
            field(Value::Decimal(total), if sure { 0.95 } else { 0.75 }),
        ];
        let record = Record {
            model: "bill".into(),
            page: PageNumber::FIRST,
            row_number: 1,
            region: 0,
            fields,
        };
        groups.push(RecordGroup { files: vec![format!("{number}.tif")], records: vec![record] });
    }
    let fitted = calibrate((&truth_of(&model, &text), &model), None, &groups, max_error).unwrap();
    (fitted, groups)
}

#[test]
fn a_threshold_keeps_what_it_promises() {
    let (fitted, groups) = fitted(0.02);
    assert_eq!((fitted.chosen.values, fitted.chosen.wrong), (200, 0), "all that are sure");
    assert!(fitted.chosen.shows(0.02), "{:?}", fitted.chosen);
    // The bound of Clopper and Pearson for none of 200: 1 - 0.05^(1/200).
    assert!(fitted.text().contains("promise: at most 1.49 % wrong with 95 % certainty"));

    let mut model = model();
    let mut learned = crate::model::Learned::nothing(&model);
    learned.calibration = Some(fitted.calibration);
    model.learned = Some(std::sync::Arc::new(learned));
    let validator = Validator::new(&model);
    let verdict = |number: usize| validator.record(groups[number].records[0].clone()).verdict;
    assert_eq!(verdict(0), Verdict::Accepted);
    assert_eq!(verdict(1), Verdict::Review, "a doubtful total");
}

#[test]
fn a_promise_that_the_labelled_values_cannot_carry_is_not_made() {
    let (fitted, groups) = fitted(0.001);
    let text = fitted.text();
    assert_eq!((fitted.chosen.values, fitted.calibration.accept_from), (0, 1.0));
    // 0.999^2995 is just below 5 %.
    let hint = "to promise 0.10 % takes 2995 accepted values without a wrong one";
    assert!(text.contains(hint) && text.contains("the least they can is 1.49 %"), "{text}");

    let mut model = model();
    let mut learned = crate::model::Learned::nothing(&model);
    learned.calibration = Some(fitted.calibration);
    model.learned = Some(std::sync::Arc::new(learned));
    let validator = Validator::new(&model);
    assert!(
        groups
            .iter()
            .all(|group| { validator.record(group.records[0].clone()).verdict == Verdict::Review })
    );
}
