//! Tick boxes by their labels, and barcodes.

use super::{draw, model, page};
use crate::document::{Barcode, Mark, PageNumber, PageText, PixelBox, Symbology, TickBox};
use crate::normalize;

fn tick_box(left: u32, row: u32, ink: f32) -> Mark {
    let top = row * 40;
    Mark::TickBox(TickBox {
        bounds: PixelBox { left, top, right: left + 30, bottom: top + 30 },
        ink,
    })
}

/// The value of the only field as text, or nothing.
fn value(text: &PageText, field: &str) -> Option<String> {
    let model = model("page", field);
    let record = page(&model, PageNumber::FIRST, text).unwrap().remove(0);
    let typed = normalize::record(&model, record);
    typed.fields[0].value.as_ref().map(ToString::to_string)
}

const NO: &str = "[fields.no]\ntype = \"checkbox\"\nlabel = \"No\"\n";

#[test]
fn the_nearest_box_belongs_to_a_label_on_either_side_of_it() {
    // Yes [ ]   No [x]
    let mut right = draw("Yes       No");
    right.marks = vec![tick_box(70, 0, 0.01), tick_box(250, 0, 0.35)];
    assert_eq!(value(&right, NO).as_deref(), Some("true"));
    // [x] Yes   [ ] No
    let mut left = draw("   Yes       No");
    left.marks = vec![tick_box(20, 0, 0.35), tick_box(220, 0, 0.01)];
    assert_eq!(value(&left, NO).as_deref(), Some("false"));
}

#[test]
fn a_place_says_on_which_side_the_box_stands() {
    let mut page = draw("   Yes       No");
    page.marks = vec![tick_box(220, 0, 0.01), tick_box(320, 0, 0.35)];
    let on = |place: &str| value(&page, &format!("{NO}value = {{ {place} }}\n"));
    assert_eq!(on("left = true").as_deref(), Some("false"));
    assert_eq!(on("right = true").as_deref(), Some("true"));
}

#[test]
fn ink_counts_against_the_emptiest_box_of_the_page() {
    let ticked = |ink: f32, other: f32| {
        let mut page = draw("No");
        page.marks = vec![tick_box(50, 0, ink), tick_box(600, 0, other)];
        value(&page, NO)
    };
    assert_eq!(ticked(0.10, 0.03).as_deref(), Some("false"));
    assert_eq!(ticked(0.10, 0.0).as_deref(), Some("true"));
    assert_eq!(ticked(0.02, 0.4).as_deref(), Some("false"));
}

#[test]
fn signs_in_the_text_count_without_a_box() {
    assert_eq!(value(&draw("No [x]"), NO).as_deref(), Some("true"));
}

fn with_codes(codes: &[(Symbology, &str)]) -> PageText {
    let mut page = draw("Delivery note");
    let mark = |(row, &(symbology, text)): (u32, &(Symbology, &str))| {
        let bounds = PixelBox { left: 10, top: row * 10, right: 200, bottom: row * 10 + 5 };
        Mark::Barcode(Barcode { bounds, symbology, text: text.to_owned() })
    };
    page.marks = (0..).zip(codes).map(mark).collect();
    page
}

#[test]
fn a_barcode_is_chosen_by_its_kind_and_by_a_pattern() {
    let page = with_codes(&[(Symbology::Ean13, "4006381333931"), (Symbology::QrCode, "box=17;")]);
    let of = |keys: &str| value(&page, &format!("[fields.code]\ntype = \"barcode\"\n{keys}"));
    assert_eq!(of("").as_deref(), Some("4006381333931"));
    assert_eq!(of("symbology = \"qr_code\"\n").as_deref(), Some("box=17;"));
    assert_eq!(of("pattern = 'box=(\\d+)'\n").as_deref(), Some("17"));
    assert_eq!(of("symbology = [\"aztec\"]\n"), None);
}
