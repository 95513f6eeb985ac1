//! Which text of a page is seen, and in which order it is read.

use super::*;

/// Sets a line in 12 point Helvetica.
fn at(x: u32, y: u32, text: &str) -> String {
    format!("BT /F 12 Tf {x} {y} Td ({text}) Tj ET ")
}

/// Returns the text of a page that also has enough plain text to be taken as it is.
fn seen(content: &str) -> String {
    let content = format!("{WORDS} {content}");
    let page = text(file(LETTER, &content, &[FONT]), PdfText::Auto);
    let all = page.plain().replace('\n', " ").replace("  ", " ");
    all.trim_start_matches("The engine was removed for overhaul").trim().to_owned()
}

#[test]
fn leaves_out_text_of_the_color_of_its_ground() {
    assert_eq!(
        seen(&format!("1 g {} 0 g {}", at(72, 500, "hidden"), at(72, 480, "shown"))),
        "shown"
    );
    let black_box = "0 g 60 490 200 30 re f ";
    assert_eq!(
        seen(&format!("{black_box} {} 1 g {}", at(72, 500, "no"), at(172, 500, "white"))),
        "white"
    );
    assert_eq!(
        seen(&format!("0.97 g {} 0.8 g {}", at(72, 500, "no"), at(72, 480, "gray"))),
        "gray"
    );
}

#[test]
fn leaves_out_text_below_later_paint() {
    let covered =
        format!("{} 1 0 0 rg 60 490 100 30 re f 0 g {}", at(72, 500, "no"), at(172, 500, "yes"));
    assert_eq!(seen(&covered), "yes");
    let thick = format!("{} 14 w 60 504 m 130 504 l S {}", at(72, 500, "no"), at(172, 500, "yes"));
    assert_eq!(seen(&thick), "yes");
}

#[test]
fn keeps_text_that_is_struck_out_or_marked() {
    let struck = format!("{} 70 503 60 1 re f", at(72, 500, "struck"));
    assert_eq!(seen(&struck), "struck");
    let marked = format!("1 1 0 rg 60 490 100 30 re f 0 g {}", at(72, 500, "marked"));
    assert_eq!(seen(&marked), "marked");
}

#[test]
fn leaves_out_invisible_tiny_and_clipped_text() {
    let mode = format!("3 Tr {} 0 Tr {}", at(72, 500, "no"), at(172, 500, "yes"));
    assert_eq!(seen(&mode), "yes");
    let tiny = format!("BT /F 0.9 Tf 72 500 Td (no) Tj ET {}", at(172, 500, "yes"));
    assert_eq!(seen(&tiny), "yes");
    let clipped = format!("q 160 490 90 30 re W n {} {} Q", at(72, 500, "no"), at(172, 500, "yes"));
    assert_eq!(seen(&clipped), "yes");
}

#[test]
fn looks_at_the_drawn_page_where_text_stands_on_an_image() {
    let image = "<</Type/XObject/Subtype/Image/Width 1/Height 1/BitsPerComponent 8\
         /ColorSpace/DeviceGray/Filter/ASCIIHexDecode/Length 3>> stream\nC0>\nendstream";
    let page = "/MediaBox[0 0 612 792]/Resources<</Font<</F 4 0 R>>/XObject<</I 5 0 R>>>>";
    let on_image = format!(
        "{WORDS} q 100 0 0 20 60 495 cm /I Do Q 0.7529 g {} 0 g {}",
        at(72, 500, "no"),
        at(102, 500, "yes")
    );
    let DecodedPage::Mixed(mixed) =
        decode(file(page, &on_image, &[FONT, image]), PdfText::Auto).expect("a page")
    else {
        panic!("a picture was expected")
    };
    assert_eq!(mixed.text.words().last().map(|word| word.text.as_str()), Some("yes"));
    let below = format!("{WORDS} {} q 100 0 0 20 60 495 cm /I Do Q", at(72, 500, "no"));
    let DecodedPage::Mixed(mixed) =
        decode(file(page, &below, &[FONT, image]), PdfText::Auto).expect("a page")
    else {
        panic!("a picture was expected")
    };
    assert_eq!(mixed.text.words().count(), 6);
}

#[test]
fn reads_a_shadowed_text_once() {
    let shadow = |dx: u32, dy: u32| {
        format!("0.7 g {} 0 g {}", at(72 + dx, 500 - dy, "all bills"), at(72, 500, "all bills"))
    };
    for (dx, dy) in [(2, 2), (1, 0), (0, 2), (3, 4)] {
        assert_eq!(seen(&shadow(dx, dy)), "all bills", "{dx} {dy}");
    }
}

#[test]
fn reads_letters_that_are_shadowed_one_by_one_once() {
    let mut content = String::new();
    let mut x = 72.0;
    // With the widths that Helvetica has.
    for (one, advance) in [("b", 0.556), ("i", 0.222), ("l", 0.222), ("l", 0.222), ("s", 0.5)] {
        for (shift, gray) in [(1.3, 0.7), (0.0, 0.0)] {
            let left = x + shift;
            write!(content, "{gray} g BT /F 14 Tf {left:.4} 500 Td ({one}) Tj ET ")
                .expect("memory");
        }
        x += 14.0 * advance;
    }
    assert_eq!(seen(&content), "bills");
}

#[test]
fn reads_text_along_the_margin_and_across_the_page() {
    let more = at(72, 600, "and was installed again after the inspection of all of its parts");
    let with = |content: &str| {
        let content = format!("{WORDS} {more} {content}");
        text(file(LETTER, &content, &[FONT]), PdfText::Auto)
    };
    let page = with("BT /F 12 Tf 0 1 -1 0 40 300 Tm (along margin) Tj ET");
    assert!(page.plain().ends_with("along margin"), "{}", page.plain());
    let first = page.lines[2].words[0].bounds;
    // From 300 points above the foot on, 40 points from the left at its baseline.
    assert!(first.bottom.abs_diff((792 - 300) * 300 / 72) <= 2, "{first:?}");
    assert!(first.left < 167 && first.right > 165, "{first:?}");
    let page = with("0.8 g BT /F 40 Tf 0.7071 0.7071 -0.7071 0.7071 200 200 Tm (DRAFT) Tj ET");
    assert!(page.plain().ends_with("DRAFT"), "{}", page.plain());
}

#[test]
fn reads_columns_of_prose_one_after_the_other() {
    let (left, right) = (
        [
            "the water rose in that year and the",
            "millers carried all of their sacks to",
            "the upper floor of the mill and waited",
            "until the wheel could turn again there",
        ],
        [
            "a bridge of stone was then built at the",
            "ford and so the carts no longer had to",
            "wait for the water to fall and it stood",
            "for eighty years before it was replaced",
        ],
    );
    let mut content = String::new();
    for (row, (left, right)) in left.iter().zip(right).enumerate() {
        let y = 500 - 14 * row as u32;
        content += &at(60, y, left);
        content += &at(280, y, right);
    }
    assert_eq!(seen(&content), [left.join(" "), right.join(" ")].join(" "));
}

#[test]
fn reads_captions_and_their_values_in_rows() {
    let rows = ["Name of the ship:", "Port of registry:", "Date of arrival:", "Length in metres:"];
    let mut content = String::new();
    for (row, caption) in rows.iter().enumerate() {
        let y = 500 - 14 * row as u32;
        content += &at(60, y, caption);
        content += &at(180, y, &format!("value {row}"));
    }
    let expected = "Name of the ship: value 0 Port of registry: value 1 \
         Date of arrival: value 2 Length in metres: value 3";
    assert_eq!(seen(&content), expected);
}

#[test]
fn obeys_units_boxes_and_turns_together() {
    let page = "/MediaBox[-50 -20 306 396]/CropBox[0 0 306 396]/UserUnit 2/Rotate 90\
         /Resources<</Font<</F 4 0 R>>>>";
    let content = format!(
        "{} BT /F 6 Tf -40 350 Td (outside) Tj ET",
        WORDS.replace("/F 12", "/F 6").replace("72 700", "36 350")
    );
    let page = text(file(page, &content, &[FONT]), PdfText::Only);
    assert_eq!((page.width, page.height), (3300, 2550));
    assert_eq!(page.plain(), "The engine was removed for overhaul");
    // Turned clockwise: 92 points from the top are 92 points from the right; the line runs down.
    let first = page.lines[0].words[0].bounds;
    assert!(first.left < 3300 - 383 && first.right > 3300 - 383, "{first:?}");
    assert!(first.top.abs_diff(300) <= 2, "{first:?}");
}
