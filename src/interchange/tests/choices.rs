//! What is chosen where a file does not say it, or says what cannot be.

use super::*;
use crate::document::DpiSource;

fn of_words(about: &str, words: &str) -> ImportedPage {
    page(format!("{{{about}, \"words\": [{words}]}}\n"))
}

fn of_box(bounds: &str) -> ([u32; 4], Vec<String>) {
    let word = format!("{{\"text\": \"a\", \"box\": [{bounds}], \"confidence\": 90}}");
    let page = of_words("\"width\": 100, \"height\": 200, \"dpi\": 300", &word);
    (words(&page.text)[0].1, page.steps)
}

#[test]
fn boxes_lie_on_the_page_and_have_an_inside() {
    let cut = vec!["boxes_cut_to_page:1".to_owned()];
    assert_eq!(of_box("10, 20, 30, 40"), ([10, 20, 30, 40], vec![]));
    assert_eq!(of_box("30, 40, 10, 20"), ([10, 20, 30, 40], vec![]), "reversed");
    assert_eq!(of_box("-5, 20, 30, 40"), ([0, 20, 30, 40], cut.clone()), "negative");
    assert_eq!(of_box("90, 190, 110, 210"), ([90, 190, 100, 200], cut.clone()));
    assert_eq!(of_box("500, 500, 600, 600"), ([99, 199, 100, 200], cut), "beside the page");
    assert_eq!(of_box("10, 20, 10, 20"), ([10, 20, 11, 21], vec![]), "without an inside");
    assert_eq!(of_box("10.4, 19.6, 30.4, 40"), ([10, 20, 30, 40], vec![]), "between pixels");
}

#[test]
fn confidences_are_out_of_what_those_of_the_page_show() {
    let of = |confidences: &[&str]| -> Vec<f32> {
        let word = |confidence: &&str| {
            format!("{{\"text\": \"a\", \"box\": [1, 1, 9, 9], \"confidence\": {confidence}}}")
        };
        let all: Vec<String> = confidences.iter().map(word).collect();
        let page = of_words("\"width\": 100, \"height\": 200", &all.join(", "));
        page.text.words().map(|word| word.confidence).collect()
    };
    assert_eq!(of(&["96", "0.5"]), [96.0, 0.5]);
    assert_eq!(of(&["0.96", "0.5", "1"]), [96.0, 50.0, 100.0]);
    assert_eq!(of(&["0", "1"]), [0.0, 1.0], "whole percents");
    assert_eq!(of(&["150", "-1", "null"]), [100.0, ABSENT_CONFIDENCE, ABSENT_CONFIDENCE]);
}

#[test]
fn a_page_without_a_size_ends_where_its_boxes_end() {
    let page = of_words("\"dpi\": 300", "{\"text\": \"a\", \"box\": [10, 20, 30.5, 40]}");
    assert_eq!((page.text.width, page.text.height), (31, 40));
    assert_eq!(page.steps[0], "page_size_absent");
}

#[test]
fn resolutions_that_nobody_states_are_guessed() {
    let dpi = |size: &str, words: &str| {
        let page = of_words(size, words);
        assert_eq!(page.text.facts.dpi_source, DpiSource::Guessed);
        page.text.dpi
    };
    assert_eq!(dpi("\"width\": 2480, \"height\": 3508", ""), 300.0, "A4");
    assert_eq!(dpi("\"width\": 1700, \"height\": 2200", ""), 200.0, "letter");
    assert_eq!(
        dpi("\"width\": 2480, \"height\": 3508, \"dpi\": 70", ""),
        300.0,
        "Tesseract's `unknown`"
    );
    let slip = "{\"text\": \"a\", \"box\": [10, 20, 90, 40]}";
    assert_eq!(dpi("\"width\": 600, \"height\": 3000", slip), 180.0, "words of 8 points");
}

#[test]
fn text_that_runs_another_way_is_turned_upright() {
    let hocr = |angle: &str| {
        page(format!(
            "<div class='ocr_page' title='bbox 0 0 600 800'><span class='ocr_line' title='bbox 10 100 40 400{angle}'>\
             <span class='ocrx_word' title='bbox 10 250 40 400; x_wconf 90'>first</span> \
             <span class='ocrx_word' title='bbox 10 100 40 240; x_wconf 90'>second</span></span></div>"
        ))
        .text
    };
    let upright = hocr("; textangle 90");
    assert_eq!((upright.width, upright.height), (800, 600));
    assert_eq!((upright.facts.width, upright.facts.height), (600, 800));
    let seen: Vec<_> = words(&upright).into_iter().map(|word| word.1).collect();
    assert_eq!(seen, [[400, 10, 550, 40], [560, 10, 700, 40]], "from left to right");
    assert_eq!(hocr("").width, 600);
}

#[test]
fn utf_16_and_declared_encodings_are_read() {
    let alto = |encoding: &str| {
        format!(
            "<?xml version=\"1.0\" encoding=\"{encoding}\"?><alto><Layout><Page WIDTH=\"600\" HEIGHT=\"800\"><PrintSpace><TextBlock><TextLine>\
             <String CONTENT=\"Größe\" HPOS=\"1\" VPOS=\"2\" WIDTH=\"30\" HEIGHT=\"10\" WC=\"0.9\"/></TextLine></TextBlock></PrintSpace></Page></Layout></alto>"
        )
    };
    let wide = |mark: &str, swap: bool| -> Vec<u8> {
        let text = format!("{mark}{}", alto("UTF-16"));
        let unit = |unit: u16| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(unit).collect()
    };
    let latin: Vec<u8> = alto("ISO-8859-1").chars().map(|c| c as u8).collect();
    for bytes in [wide("\u{feff}", false), wide("\u{feff}", true), wide("", false), latin] {
        assert_eq!(words(&page(&bytes).text), [("Größe", [1, 2, 31, 12], 90.0)]);
    }
    assert_eq!(words(&page(format!("\u{feff}{}", alto("UTF-8"))).text)[0].0, "Größe");
}
