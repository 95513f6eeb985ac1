//! Pages of exact text with pictures, and pictures with text.

use super::*;
use crate::document::PixelBox;

const PAGE: &str = "/MediaBox[0 0 612 792]/Resources<</XObject<</I 4 0 R>>/Font<</F 5 0 R>>>>";

#[test]
fn takes_the_picture_of_a_digital_page_by_itself() {
    let content = format!("{WORDS} q 160 0 0 80 72 300 cm /I Do Q");
    let DecodedPage::Mixed(mixed) =
        decode(file(PAGE, &content, &[SCAN, FONT]), PdfText::Auto).expect("a page")
    else {
        panic!("a picture was expected")
    };
    assert_eq!(mixed.text.plain(), "The engine was removed for overhaul");
    let [picture] = mixed.pictures.as_slice() else { panic!("one picture was expected") };
    // With three points around it, 72 points from the left and 412 from the top.
    let bounds = PixelBox { left: 287, top: 1704, right: 980, bottom: 2063 };
    assert_eq!(picture.bounds, bounds);
    // No finer than its pixels, but not below 100 a inch.
    assert_eq!(picture.image.pixels.dimensions(), (231, 119));
}

#[test]
fn leaves_icons_and_rules_alone() {
    let content = format!("{WORDS} q 12 0 0 12 72 300 cm /I Do Q 72 200 400 1 re f");
    let page = text(file(PAGE, &content, &[SCAN, FONT]), PdfText::Auto);
    assert_eq!(page.words().count(), 6);
}

#[test]
fn keeps_exact_words_on_a_ground_that_fills_the_page() {
    let content = format!("q 612 0 0 792 0 0 cm /I Do Q 1 0 0 rg {WORDS}");
    let DecodedPage::Layered(layered) =
        decode(file(PAGE, &content, &[SCAN, FONT]), PdfText::Auto).expect("a page")
    else {
        panic!("an image with text was expected")
    };
    assert_eq!(layered.text.expect("text").words().count(), 6);
}

#[test]
fn hands_on_what_an_invisible_layer_says() {
    let content = format!("q 612 0 0 792 0 0 cm /I Do Q {}", WORDS.replace("BT", "BT 3 Tr"));
    let DecodedPage::Layered(layered) =
        decode(file(PAGE, &content, &[SCAN, FONT]), PdfText::Auto).expect("a page")
    else {
        panic!("an image with a layer was expected")
    };
    assert!(layered.text.is_none());
    assert_eq!(layered.layer.expect("a layer").words().count(), 6);
}

#[test]
fn draws_letters_that_are_outlines() {
    let letter = |x: u32| format!("{x} 300 m {} 312 l {} 300 l h f ", x + 4, x + 8);
    let outlines: String = (0..6).map(|index| letter(72 + 9 * index)).collect();
    let DecodedPage::Mixed(mixed) =
        decode(file(PAGE, &format!("{WORDS} {outlines}"), &[SCAN, FONT]), PdfText::Auto)
            .expect("a page")
    else {
        panic!("a picture was expected")
    };
    assert_eq!(mixed.pictures.len(), 1);
}
