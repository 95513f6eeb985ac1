mod mixed;
mod seen;
mod values;

use std::fmt::Write;

use super::*;
use crate::document::PageText;
use crate::images::Pixels;

/// Writes a document of one page; `objects` are numbered from 4 on.
fn file(page: &str, content: &str, objects: &[&str]) -> Vec<u8> {
    let mut text = format!(
        "%PDF-1.4\n1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n\
         2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj\n\
         3 0 obj <</Type/Page/Parent 2 0 R/Contents 9 0 R {page}>> endobj\n\
         9 0 obj <</Length {}>> stream\n{content}\nendstream endobj\n",
        content.len()
    );
    for (index, object) in objects.iter().enumerate() {
        writeln!(text, "{} 0 obj {object} endobj", index + 4).expect("memory");
    }
    text.push_str("trailer <</Root 1 0 R>>\n%%EOF\n");
    text.into_bytes()
}

/// A scan of 4 × 2 points; its image has 8 × 4 pixels, black in the upper left quarter.
const SCAN_PAGE: &str = "/MediaBox[0 0 4 2]/Resources<</XObject<</I 4 0 R>>>>";
const SCAN: &str = "<</Type/XObject/Subtype/Image/Width 8/Height 4/BitsPerComponent 1\
     /ColorSpace/DeviceGray/Filter/ASCIIHexDecode/Length 9>> stream\n0F0FFFFF>\nendstream";

const LETTER: &str = "/MediaBox[0 0 612 792]/Resources<</Font<</F 4 0 R>>>>";
const FONT: &str = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>";
const WORDS: &str = "BT /F 12 Tf 72 700 Td (The engine was removed for overhaul) Tj ET";

fn decode(bytes: Vec<u8>, pdf_text: PdfText) -> Result<DecodedPage, Failure> {
    let options = DecodeOptions { pdf_text, ..DecodeOptions::default() };
    PdfDocument::open(bytes, &options)?.page(0)
}

fn image(bytes: Vec<u8>) -> PageImage {
    match decode(bytes, PdfText::Auto).expect("a page") {
        DecodedPage::Image(image) => image,
        DecodedPage::Layered(page) => page.image,
        DecodedPage::Text(_) | DecodedPage::Mixed(_) => panic!("an image was expected"),
    }
}

fn text(bytes: Vec<u8>, pdf_text: PdfText) -> PageText {
    match decode(bytes, pdf_text).expect("a page") {
        DecodedPage::Text(text) => text,
        DecodedPage::Image(_) | DecodedPage::Mixed(_) | DecodedPage::Layered(_) => {
            panic!("text was expected")
        }
    }
}

/// Draws pixels as `#` for black, `.` for white.
fn rows(page: &PageImage) -> Vec<String> {
    let Pixels::Bilevel(mask) = &page.pixels else { panic!("black and white was expected") };
    let pixel = |x, y| if mask.get(x, y) { '#' } else { '.' };
    (0..mask.height).map(|y| (0..mask.width).map(|x| pixel(x, y)).collect()).collect()
}

#[test]
fn takes_a_scan_pixel_by_pixel() {
    let page = image(file(SCAN_PAGE, "q 4 0 0 2 0 0 cm /I Do Q", &[SCAN]));
    assert_eq!(rows(&page), ["####....", "####....", "........", "........"]);
    assert_eq!(page.declared_dpi, Some(144.0));
}

#[test]
fn obeys_the_rotation_of_the_page() {
    let turned = format!("{SCAN_PAGE}/Rotate 90");
    let page = image(file(&turned, "q 4 0 0 2 0 0 cm /I Do Q", &[SCAN]));
    assert_eq!(rows(&page), ["..##", "..##", "..##", "..##", "....", "....", "....", "...."]);
}

#[test]
fn obeys_mirrors_and_turns_of_the_image() {
    let upside_down = image(file(SCAN_PAGE, "q 4 0 0 -2 0 2 cm /I Do Q", &[SCAN]));
    assert_eq!(rows(&upside_down), ["........", "........", "####....", "####...."]);
    let mirrored = image(file(SCAN_PAGE, "q -4 0 0 2 4 0 cm /I Do Q", &[SCAN]));
    assert_eq!(rows(&mirrored), ["....####", "....####", "........", "........"]);
    let tall = "/MediaBox[0 0 2 4]/Resources<</XObject<</I 4 0 R>>>>";
    // The image's right side points up: a quarter turn counter-clockwise.
    let quarter = image(file(tall, "q 0 4 -2 0 2 0 cm /I Do Q", &[SCAN]));
    assert_eq!(rows(&quarter), ["....", "....", "....", "....", "##..", "##..", "##..", "##.."]);
}

#[test]
fn paints_a_stencil_where_its_bits_are_zero() {
    let stencil = "<</Type/XObject/Subtype/Image/Width 8/Height 2/ImageMask true\
         /Filter/ASCIIHexDecode/Length 5>> stream\nF0FF>\nendstream";
    let page = "/MediaBox[0 0 8 2]/Resources<</XObject<</I 4 0 R>>>>";
    let painted = image(file(page, "q 8 0 0 2 0 0 cm /I Do Q", &[stencil]));
    assert_eq!(rows(&painted), ["....####", "........"]);
}

#[test]
fn puts_strips_together() {
    let strip = |bits: &str| {
        format!(
            "<</Type/XObject/Subtype/Image/Width 8/Height 4/BitsPerComponent 1\
             /ColorSpace/DeviceGray/Filter/ASCIIHexDecode/Length 9>> stream\n{bits}>\nendstream"
        )
    };
    let page = "/MediaBox[0 0 8 8]/Resources<</XObject<</A 4 0 R/B 5 0 R>>>>";
    let content = "q 8 0 0 4 0 4 cm /A Do Q q 8 0 0 4 0 0 cm /B Do Q";
    let (upper, lower) = (strip("00FFFFFF"), strip("FFFFFF0F"));
    let page = image(file(page, content, &[&upper, &lower]));
    let blank = "........";
    let expected = ["########", blank, blank, blank, blank, blank, blank, "####...."];
    assert_eq!(rows(&page), expected);
}

#[test]
fn makes_a_white_image_of_a_blank_page() {
    let page = image(file("/MediaBox[0 0 36 72]", " ", &[]));
    assert_eq!(page.pixels.dimensions(), (150, 300));
    assert!(rows(&page).iter().all(|row| !row.contains('#')));
    assert_eq!(page.declared_dpi, Some(300.0));
}

#[test]
fn does_not_take_a_page_for_blank_whose_image_is_lost() {
    let lost = decode(file(SCAN_PAGE, "q 4 0 0 2 0 0 cm /I Do Q", &[]), PdfText::Auto);
    assert_eq!(lost.map(|_| ()).map_err(|failure| failure.reason), Err(Reason::Corrupt));
    let broken = SCAN.replace("ASCIIHexDecode", "JBIG2Decode");
    let broken = decode(file(SCAN_PAGE, "q 4 0 0 2 0 0 cm /I Do Q", &[&broken]), PdfText::Auto);
    assert_eq!(broken.map(|_| ()).map_err(|failure| failure.reason), Err(Reason::Corrupt));
}

#[test]
fn takes_a_good_text_layer_instead_of_an_image() {
    let page = text(file(LETTER, WORDS, &[FONT]), PdfText::Auto);
    assert_eq!(page.plain(), "The engine was removed for overhaul");
    assert_eq!((page.width, page.height, page.dpi), (2550, 3300, 300.0));
    let first = &page.lines[0].words[0];
    assert_eq!((first.bounds.left, first.confidence), (300, 100.0));
    // The baseline is 92 points from the top: 383 pixels.
    assert!(first.bounds.top < 383 && first.bounds.bottom > 383, "{:?}", first.bounds);
}

#[test]
fn draws_a_page_of_text_when_asked_to() {
    let drawn = decode(file(LETTER, WORDS, &[FONT]), PdfText::Never).expect("a page");
    let DecodedPage::Image(page) = drawn else { panic!("an image was expected") };
    assert_eq!(page.pixels.dimensions(), (2550, 3300));
    let Pixels::Gray(gray) = &page.pixels else { panic!("gray was expected") };
    assert!(gray.as_raw().iter().any(|value| *value < 64));
}

#[test]
fn trusts_hidden_text_only_when_told_to() {
    let hidden = WORDS.replace("BT", "BT 3 Tr");
    let page = image(file(LETTER, &hidden, &[FONT]));
    assert!(rows(&page).iter().all(|row| !row.contains('#')));
    let only = text(file(LETTER, &hidden, &[FONT]), PdfText::Only);
    assert_eq!(only.words().count(), 6);
}

#[test]
fn recognizes_a_scan_that_carries_a_hidden_text_layer() {
    let page = "/MediaBox[0 0 612 306]/Resources<</XObject<</I 4 0 R>>/Font<</F 5 0 R>>>>";
    let content = format!("q 612 0 0 306 0 0 cm /I Do Q {}", WORDS.replace("BT", "BT 3 Tr"))
        .replace("72 700", "72 100");
    let page = image(file(page, &content, &[SCAN, FONT]));
    assert_eq!(rows(&page), ["####....", "####....", "........", "........"]);
}

#[test]
fn says_that_there_is_no_text_layer() {
    let failure = decode(file(SCAN_PAGE, "q 4 0 0 2 0 0 cm /I Do Q", &[SCAN]), PdfText::Only);
    assert_eq!(failure.map(|_| ()).map_err(|f| f.reason), Err(Reason::NoTextLayer));
}

#[test]
fn lowers_the_resolution_of_huge_pages() {
    let page = image(file("/MediaBox[0 0 14400 7200]", "0 0 10 10 re f", &[]));
    let (width, height) = page.pixels.dimensions();
    assert!(u64::from(width) * u64::from(height) <= MAX_DRAWN_PIXELS + u64::from(width));
    assert_eq!(width, 2 * height);
}

#[test]
fn refuses_an_image_bomb_by_its_dictionary() {
    let bomb = SCAN.replace("/Width 8/Height 4", "/Width 60000/Height 60000");
    let refused = decode(file(SCAN_PAGE, "q 4 0 0 2 0 0 cm /I Do Q", &[&bomb]), PdfText::Auto);
    assert_eq!(refused.map(|_| ()).map_err(|failure| failure.reason), Err(Reason::TooLarge));
}

#[test]
fn accounts_for_announced_pages_that_are_not_found() {
    let text = String::from_utf8(file("/MediaBox[0 0 9 9]", " ", &[])).expect("text");
    let bytes = text.replace("[3 0 R]/Count 1", "[3 0 R 77 0 R]/Count 2").into_bytes();
    let document = PdfDocument::open(bytes, &DecodeOptions::default()).expect("a document");
    assert_eq!(document.page_count(), 2);
    assert!(document.page(0).is_ok());
    assert_eq!(document.page(1).map(|_| ()).map_err(|f| f.reason), Err(Reason::Corrupt));
}

#[test]
fn a_wrong_number_of_pages_announces_none() {
    let text = String::from_utf8(file("/MediaBox[0 0 9 9]", " ", &[])).expect("text");
    let bytes = text.replace("/Count 1", "/Count 9").into_bytes();
    let document = PdfDocument::open(bytes, &DecodeOptions::default()).expect("a document");
    assert_eq!(document.page_count(), 1);
}

#[test]
fn finds_the_pages_of_a_catalog_that_cannot_be_read() {
    let text = String::from_utf8(file("/MediaBox[0 0 9 9]", " ", &[])).expect("text");
    let bytes = text.replace("/Type/Catalog", "/Catalog").into_bytes();
    let document = PdfDocument::open(bytes, &DecodeOptions::default()).expect("a document");
    assert_eq!(document.page_count(), 1);
    assert!(document.page(0).is_ok());
}

#[test]
fn opens_an_encrypted_file_with_one_of_the_passwords() {
    // RC4 of 40 bits (PDF 1.7, 7.6.3), user password `open sesame`, identifier of zeros.
    let text = String::from_utf8(file("/MediaBox[0 0 9 9]", " ", &[])).expect("text");
    let trailer = "trailer <</Root 1 0 R/ID[<00000000000000000000000000000000>\
         <00000000000000000000000000000000>]/Encrypt<</Filter/Standard/V 1/R 2/P -4\
         /O<295815096290d89f881ad8500840bca77fab9e9027621d1b0af4a6d622a6f9af>/U<a21d5e805d46884ea03e6966a9bf0aa96d94eda634e1ccbcd52efc94e0239340>>>>>";
    let bytes = text.replace("trailer <</Root 1 0 R>>", trailer).into_bytes();
    let opened = |passwords: &[&str]| {
        let passwords = passwords.iter().map(ToString::to_string).collect();
        let options = DecodeOptions { passwords, ..DecodeOptions::default() };
        PdfDocument::open(bytes.clone(), &options).map(|_| ()).map_err(|f| (f.reason, f.message))
    };
    assert_eq!(opened(&["wrong", "open sesame"]), Ok(()));
    let needed = "a password is needed (`--password-file`)".to_string();
    assert_eq!(opened(&[]), Err((Reason::Encrypted, needed)));
    let unfit = "the password of `--password-file` does not fit".to_string();
    assert_eq!(opened(&["wrong"]), Err((Reason::Encrypted, unfit)));
}
