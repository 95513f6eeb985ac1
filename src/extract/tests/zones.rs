//! Zones in millimetres on forms that were shifted, scaled and turned.

use super::{model, page, texts};
use crate::document::{Line, PageFacts, PageNumber, PageText, PixelBox, RawField, Record, Word};

const FIELD: &str = "[fields.number]\ntype = \"integer\"\n\
    value = { zone = { left = \"95mm\", top = \"98mm\", width = \"40mm\", height = \"7mm\" } }\n";
const ANCHORS: &str = "[[anchors]]\nphrase = \"Registration Form\"\nleft = \"20mm\"\ntop = \"20mm\"\n\
    [[anchors]]\nphrase = [\"Signed\", \"Signature of owner\"]\nleft = \"30mm\"\ntop = \"250mm\"\n\
    [[anchors]]\nphrase = \"Do not write here\"\nleft = \"150mm\"\ntop = \"240mm\"\n";
/// The form: texts and where they stand, in mm. 4711 is meant, the numbers above and below are not.
const FORM: [(&str, f32, f32); 6] = [
    ("Registration Form", 20.0, 20.0),
    ("1111", 100.0, 92.0),
    ("4711", 100.0, 100.0),
    ("2222", 100.0, 108.0),
    ("Signature of owner", 30.0, 250.0),
    ("Do not write here", 150.0, 240.0),
];

/// A scan of a form: scaled, turned by degrees, then shifted by mm.
struct Scan {
    scale: f32,
    degrees: f32,
    shift: (f32, f32),
}

const STRAIGHT: Scan = Scan { scale: 1.0, degrees: 0.0, shift: (0.0, 0.0) };

fn scan(form: &[(&str, f32, f32)], scan: &Scan) -> PageText {
    let (sine, cosine) = scan.degrees.to_radians().sin_cos();
    let lines = form.iter().map(|&(text, x, y)| {
        let mut left = x;
        let words = text.split(' ').map(|text| {
            let width = text.len() as f32 * 2.0;
            let place = |x: f32, y: f32| {
                let (x, y) = (x * scan.scale, y * scan.scale);
                (x * cosine - y * sine + scan.shift.0, x * sine + y * cosine + scan.shift.1)
            };
            let ((x, y), pixels) = (place(left, y), |mm: f32| (mm * 10.0).round() as u32);
            left += width + 2.0;
            let (right, bottom) = (x + width * scan.scale, y + 3.0 * scan.scale);
            let bounds = PixelBox {
                left: pixels(x),
                top: pixels(y),
                right: pixels(right),
                bottom: pixels(bottom),
            };
            Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() }
        });
        Line { block: 0, paragraph: 0, words: words.collect() }
    });
    let (width, height, dpi) = (2300, 3200, 254.0);
    let facts = PageFacts::default();
    PageText { width, height, dpi, lines: lines.collect(), marks: Vec::new(), facts }
}

fn read(anchors: &str, page_text: &PageText) -> Record<RawField> {
    let model = model("page", &format!("{anchors}{FIELD}"));
    page(&model, PageNumber::FIRST, page_text).unwrap().remove(0)
}

fn check(scanned: &Scan, expected: &str) {
    let found = read(ANCHORS, &scan(&FORM, scanned));
    assert_eq!(texts(&found, 0), [expected]);
}

#[test]
fn a_zone_in_millimeters_lies_where_it_says_without_anchors() {
    assert_eq!(texts(&read("", &scan(&FORM, &STRAIGHT)), 0), ["4711"]);
    let shifted = Scan { shift: (5.0, -8.0), ..STRAIGHT };
    assert_eq!(texts(&read("", &scan(&FORM, &shifted)), 0), ["2222"]);
}

#[test]
fn anchors_undo_shift_scale_and_turn() {
    check(&STRAIGHT, "4711");
    check(&Scan { shift: (12.0, -9.0), ..STRAIGHT }, "4711");
    check(&Scan { scale: 0.97, shift: (0.0, 9.0), ..STRAIGHT }, "4711");
    check(&Scan { degrees: 1.5, shift: (10.0, 4.0), ..STRAIGHT }, "4711");
    check(&Scan { scale: 0.9, degrees: -2.0, shift: (-5.0, 12.0) }, "4711");
}

#[test]
fn one_anchor_tells_the_shift() {
    let shifted = Scan { shift: (12.0, -9.0), ..STRAIGHT };
    let found = read(ANCHORS, &scan(&FORM[..4], &shifted));
    assert_eq!(texts(&found, 0), ["4711"]);
}

#[test]
fn an_anchor_that_stands_elsewhere_is_left_out() {
    let mut form = FORM;
    form[4].2 = 180.0;
    let shifted = Scan { shift: (12.0, -9.0), ..STRAIGHT };
    assert_eq!(texts(&read(ANCHORS, &scan(&form, &shifted)), 0), ["4711"]);
    // Twice on the page: the one that agrees with the others counts.
    let mut twice = FORM.to_vec();
    twice.insert(1, ("Signed", 90.0, 60.0));
    assert_eq!(texts(&read(ANCHORS, &scan(&twice, &shifted)), 0), ["4711"]);
}

#[test]
fn a_zone_scores_less_where_no_anchor_was_found() {
    let registered = read(ANCHORS, &scan(&FORM, &STRAIGHT));
    let unregistered = read(ANCHORS, &scan(&FORM[1..4], &STRAIGHT));
    assert_eq!(texts(&unregistered, 0), ["4711"]);
    let score = |record: &Record<RawField>| record.fields[0].candidates[0].place_score;
    assert!(score(&unregistered) < 0.8 * score(&registered));
}
