//! Rules are told from text, and taken off where they disturb.

use super::*;

#[test]
fn reports_rules_and_leaves_them_on_the_page() {
    let mut page = text_page(3);
    fill(&mut page, 80, 90, 1000, 3);
    fill(&mut page, 70, 90, 3, 1500);
    let result = prepared(bilevel(&page));
    assert!(image_of(&result) == page);
    let [Mark::HorizontalRule(across), Mark::VerticalRule(down)] = result.marks.as_slice() else {
        panic!("{:?}", result.marks)
    };
    assert_eq!((across.left, across.top, across.right, across.bottom), (80, 90, 1080, 93));
    assert_eq!((down.left, down.top, down.right, down.bottom), (70, 90, 73, 1590));
}

#[test]
fn removes_rules_but_not_the_strokes_that_cross_them() {
    let mut page = text_page(3);
    fill(&mut page, 80, 716, 1000, 3);
    let mut crossed = page.clone();
    fill(&mut crossed, 500, 701, 4, 33);
    let options = PrepareOptions { remove_rules: Choice::Always, ..PrepareOptions::default() };
    let result = prepare(bilevel(&crossed), &options).unwrap();
    assert_eq!(result.steps, ["remove_rules(1)"]);
    // The stroke is whole, the rule beside it is gone.
    let image = image_of(&result);
    for y in 701..734 {
        assert_eq!(image.get_pixel(502, y).0, [0], "{y}");
    }
    for x in [85, 480, 520, 1075] {
        assert_eq!(image.get_pixel(x, 717).0, [255], "{x}");
    }
}

#[test]
fn removes_the_rules_of_a_narrow_table() {
    let mut page = white(1240, 1754);
    for column in 0..15 {
        fill(&mut page, 60 + column * 75, 90, 2, 1580);
        for line in 0..40 {
            write_line(&mut page, "hal", 70 + column * 75, 100 + line * 39, 3);
        }
    }
    let result = prepared(bilevel(&page));
    assert_eq!(result.steps, ["remove_rules(15)"]);
    assert_eq!(result.marks.len(), 15);
    assert_eq!(image_of(&result).get_pixel(61, 800).0, [255]);
}

#[test]
fn leaves_the_size_and_the_rules_of_a_page_to_a_recognizer_that_minds_them() {
    let mut page = table_text();
    rule_columns(&mut page);
    fill(&mut page, 60, 95, 1128, 3);
    let options = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
    let result = prepare(bilevel(&page), &options).unwrap();
    assert_eq!(result.steps, Vec::<String>::new());
    assert_eq!(result.marks.len(), 7);
    assert!(image_of(&result) == page);
    assert!(is_bilevel(&result));
    let small = prepare(bilevel(&text_page(2)), &options).unwrap();
    assert_eq!(small.pixels.dimensions(), (1240, 1754));
}

/// A page with a table of five columns, without its rules; the x-height is 15 pixels.
fn table_text() -> GrayImage {
    let mut page = white(1240, 1754);
    for row in 0..20 {
        for column in 0..5 {
            let text: String =
                SENTENCE.chars().cycle().skip(row * 7 + column * 3).take(9).collect();
            write_line(&mut page, &text, 80 + column as u32 * 225, 120 + row as u32 * 78, 3);
        }
    }
    page
}

fn rule_columns(page: &mut GrayImage) {
    (0..6).for_each(|column| fill(page, 60 + column * 225, 90, 3, 1580));
}

#[test]
fn follows_a_dashed_rule_and_reports_it_once() {
    let mut page = table_text();
    rule_columns(&mut page);
    for dash in 0..28 {
        // The line is not quite level.
        fill(&mut page, 70 + dash * 40, 182 + dash / 10, 12 + dash % 9, 2);
    }
    let result = prepared(bilevel(&page));
    assert_eq!(result.steps, ["remove_rules(7)"]);
    let image = image_of(&result);
    let left = image.pixels().zip(table_text().pixels()).filter(|(a, b)| a != b).count();
    assert_eq!(left, 0, "rests of rules, or holes in letters");
    let horizontal: Vec<&Mark> =
        result.marks.iter().filter(|mark| matches!(mark, Mark::HorizontalRule(_))).collect();
    let [Mark::HorizontalRule(bounds)] = horizontal.as_slice() else { panic!("{horizontal:?}") };
    assert_eq!((bounds.top, bounds.bottom), (182, 186));
    assert!(bounds.left <= 70 && bounds.right >= 1150, "{bounds:?}");
}

#[test]
fn takes_faint_rules_off_a_gray_table_and_reports_only_ink() {
    let mut page = table_text();
    rule_columns(&mut page);
    fill(&mut page, 60, 95, 1128, 3);
    let mut page = GrayImage::from_fn(1240, 1754, |x, y| {
        Luma([240 - (255 - page.get_pixel(x, y).0[0]) / 5 * 4])
    });
    for x in 70..1180 {
        // What shines through from the back, with a blurred edge.
        for (y, level) in [(179, 230), (180, 205), (181, 205), (182, 230)] {
            page.put_pixel(x, y, Luma([level]));
        }
    }
    let result = prepared(gray(page));
    assert_eq!(result.steps, ["remove_rules(8)"]);
    assert_eq!(result.marks.len(), 7);
    let darkest = (100..1100).flat_map(|x| (178..184).map(move |y| (x, y)));
    let image = image_of(&result);
    assert!(darkest.map(|(x, y)| image.get_pixel(x, y).0[0]).all(|level| level >= 238));
}

#[test]
fn reduces_the_large_text_of_a_table() {
    let mut page = white(2400, 2400);
    for column in 0..5 {
        fill(&mut page, 60 + column * 560, 90, 3, 2200);
    }
    fill(&mut page, 60, 95, 2243, 3);
    for (row, column) in (0..25).flat_map(|row| (0..4).map(move |column| (row, column))) {
        write_line(&mut page, "hold an apple", 80 + column * 560, 120 + row * 85, 6);
    }
    let result = prepared(bilevel(&page));
    assert_eq!(result.steps, ["remove_rules(6)", "scale(0.70)"]);
}
