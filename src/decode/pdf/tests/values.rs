//! Values of form fields and annotations that come without an appearance.

use super::*;
use crate::document::{Mark, PageIssue, PixelBox};

/// Returns the text of a page of 612 × 792 points with enough plain text and an annotation.
fn with(annotation: &str) -> PageText {
    let page = format!("{LETTER}/Annots[5 0 R]");
    text(file(&page, WORDS, &[FONT, annotation]), PdfText::Auto)
}

fn added(page: &PageText) -> String {
    let words: Vec<&str> = page.words().skip(6).map(|word| word.text.as_str()).collect();
    words.join(" ")
}

#[test]
fn gives_the_value_of_a_text_field_at_its_place() {
    let page =
        with("<</Subtype/Widget/FT/Tx/V(BR-40772)/DA(/Helv 10 Tf 0 g)/Rect[72 600 272 620]>>");
    assert_eq!(added(&page), "BR-40772");
    let PixelBox { left, top, right, bottom } = page.lines[1].words[0].bounds;
    assert!(left > 300 && right < 272 * 300 / 72, "{left} {right}");
    assert!(top > 172 * 300 / 72 && bottom < 192 * 300 / 72, "{top} {bottom}");
    assert_eq!(page.facts.issues, []);
}

#[test]
fn takes_values_from_the_field_around_a_widget() {
    let widget = "<</Subtype/Widget/Rect[72 600 272 620]\
         /Parent<</FT/Tx/V<FEFF005A0142006F00740079>/Ff 4096>>>>";
    assert_eq!(added(&with(widget)), "Z\u{142}oty");
}

#[test]
fn keeps_the_letters_of_a_comb_together() {
    let comb = "<</Subtype/Widget/FT/Tx/V(4711)/Ff 16777216/MaxLen 8/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(comb)), "4711");
}

#[test]
fn shows_no_passwords_and_nothing_hidden() {
    let password = "<</Subtype/Widget/FT/Tx/V(secret)/Ff 8192/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(password)), "");
    let hidden = "<</Subtype/Widget/FT/Tx/V(secret)/F 2/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(hidden)), "");
    let note = "<</Subtype/Text/Contents(note)/Rect[72 600 92 620]>>";
    assert_eq!(added(&with(note)), "");
}

#[test]
fn shows_the_chosen_option() {
    let choice = "<</Subtype/Widget/FT/Ch/V(b)/Opt[[(a)(Boat)][(b)(Yacht)]]/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(choice)), "Yacht");
}

#[test]
fn tells_ticked_buttons() {
    let ticked = |annotation: &str| match with(annotation).marks.as_slice() {
        [Mark::TickBox(tick)] => (tick.bounds, tick.ink > 0.0),
        other => panic!("one tick box was expected: {other:?}"),
    };
    let bounds = PixelBox { left: 300, top: 750, right: 350, bottom: 800 };
    let on = "<</Subtype/Widget/FT/Btn/V/Yes/AS/Yes/Rect[72 600 84 612]>>";
    assert_eq!(ticked(on), (bounds, true));
    let off = "<</Subtype/Widget/FT/Btn/V/Yes/AS/Off/Rect[72 600 84 612]>>";
    assert_eq!(ticked(off), (bounds, false));
}

#[test]
fn does_not_double_a_value_that_is_drawn() {
    let drawn = |value: &str, more: &str| {
        let page = format!("{LETTER}/Annots[5 0 R]");
        let widget =
            format!("<</Subtype/Widget/FT/Tx/V({value})/Rect[72 600 272 620]/AP<</N 6 0 R>>>>");
        let appearance = "BT /F 10 Tf 2 5 Td (12.75 m) Tj ET";
        let stream = format!(
            "<</Type/XObject/Subtype/Form/BBox[0 0 200 20]/Resources<</Font<</F 4 0 R>>>>\
             /Length {}>> stream\n{appearance}\nendstream",
            appearance.len()
        );
        let bytes = file(&page, WORDS, &[FONT, &widget, &stream]);
        let text = String::from_utf8(bytes).expect("text");
        let form = format!("/Pages 2 0 R/AcroForm<<{more}>>");
        super::text(text.replace("/Pages 2 0 R", &form).into_bytes(), PdfText::Auto)
    };
    assert_eq!(added(&drawn("12.75", "")), "12.75 m");
    assert_eq!(added(&drawn("12.75", "/NeedAppearances true")), "12.75 m");
    let stale = drawn("99.10", "/NeedAppearances true");
    assert_eq!(added(&stale), "99.10");
    assert_eq!(stale.facts.issues, [PageIssue::FormValues]);
}

#[test]
fn says_that_a_value_does_not_fit() {
    let long =
        "<</Subtype/Widget/FT/Tx/V(much too long for it)/DA(/F 12 Tf)/Rect[72 600 102 620]>>";
    assert_eq!(with(long).facts.issues, [PageIssue::FormValues]);
}

#[test]
fn shows_free_text_and_stamps() {
    let free = "<</Subtype/FreeText/Contents(Paid in cash)/DA(/Helv 12 Tf)/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(free)), "Paid in cash");
    let stamp = "<</Subtype/Stamp/Name/NotApproved/Rect[72 600 272 620]>>";
    assert_eq!(added(&with(stamp)), "NOT APPROVED");
}

#[test]
fn lays_values_over_a_scanned_form() {
    let page = format!("{}/Annots[5 0 R]", SCAN_PAGE.replace("[0 0 4 2]", "[0 0 400 200]"));
    let widget = "<</Subtype/Widget/FT/Tx/V(4711)/Rect[100 50 200 70]>>";
    let bytes = file(&page, "q 400 0 0 200 0 0 cm /I Do Q", &[SCAN, widget]);
    let DecodedPage::Layered(layered) = decode(bytes, PdfText::Auto).expect("a page") else {
        panic!("an image with text was expected")
    };
    assert_eq!(layered.text.expect("text").plain(), "4711");
    assert_eq!(layered.image.pixels.dimensions(), (8, 4));
}
