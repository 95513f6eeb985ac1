use hayro::kurbo::{Point, Vec2};

use super::*;

/// Sets a text from `left` on a baseline in 10 point type, each glyph 5 points wide.
fn set(text: &str, left: f64, baseline: f64) -> Vec<PlacedGlyph> {
    text.chars()
        .enumerate()
        .map(|(index, one)| {
            let x = left + 5.0 * index as f64;
            PlacedGlyph {
                text: Some(one.to_string()),
                origin: Point::new(x, baseline),
                end: Point::new(x + 5.0, baseline),
                up: Vec2::new(0.0, -10.0),
                visibility: Visibility::Visible,
            }
        })
        .collect()
}

fn lines(glyphs: &[PlacedGlyph]) -> Vec<(u16, String)> {
    super::lines(glyphs.iter().collect(), 1.0, (1000, 1000))
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.words.iter().map(|word| word.text.as_str()).collect();
            (line.block, words.join(" "))
        })
        .collect()
}

#[test]
fn parts_words_at_spaces_and_gaps() {
    let mut glyphs = set("total time", 10.0, 20.0);
    glyphs.extend(set("1204", 70.0, 20.0));
    assert_eq!(lines(&glyphs), [(0, "total time 1204".to_string())]);
}

#[test]
fn reads_by_place_whatever_the_drawing_order() {
    let mut glyphs = set("below", 10.0, 32.0);
    glyphs.extend(set("right", 45.0, 20.0));
    glyphs.extend(set("left", 10.0, 20.5));
    assert_eq!(lines(&glyphs), [(0, "left right".into()), (0, "below".into())]);
}

#[test]
fn parts_columns_and_distant_lines_into_blocks() {
    let mut glyphs = set("one", 10.0, 20.0);
    glyphs.extend(set("two", 200.0, 20.0));
    glyphs.extend(set("far", 10.0, 120.0));
    assert_eq!(lines(&glyphs), [(0, "one".into()), (1, "two".into()), (2, "far".into())]);
}

#[test]
fn takes_a_glyph_drawn_twice_for_bold() {
    let mut glyphs = set("Bold", 10.0, 20.0);
    glyphs.extend(set("Bold", 10.3, 20.0));
    assert_eq!(lines(&glyphs), [(0, "Bold".into())]);
}

#[test]
fn takes_ligatures_apart_and_drops_soft_hyphens() {
    assert_eq!(lines(&set("o\u{fb03}ce\u{ad}", 10.0, 20.0)), [(0, "office".into())]);
}

#[test]
fn leaves_upright_columns_of_letters_out() {
    let mut glyphs = set("side", 10.0, 20.0);
    for glyph in &mut glyphs {
        glyph.up = Vec2::new(-10.0, 0.0);
        glyph.end = Point::new(glyph.origin.x, glyph.origin.y - 5.0);
    }
    assert_eq!(lines(&glyphs), []);
}

#[test]
fn puts_boxes_around_words() {
    let glyphs = set("ab", 10.0, 20.0);
    let lines = super::lines(glyphs.iter().collect(), 2.0, (1000, 1000));
    let bounds = PixelBox { left: 20, top: 25, right: 40, bottom: 45 };
    assert_eq!(lines[0].words[0].bounds, bounds);
}

#[test]
fn tells_text_from_a_shifted_encoding() {
    let english = "the engine was removed for overhaul and installed again after inspection";
    let shifted = "uif fohjof xbt sfnpwfe gps pwfsibvm boe jotubmmfe bhbjo bgufs jotqfdujpo";
    assert!(is_plausible(english.split(' ')));
    assert!(!is_plausible(shifted.split(' ')));
}

#[test]
fn tells_text_from_symbols_and_single_letters() {
    assert!(!is_plausible("+-+ |:| =/= #%# *~* ^^^".split(' ')));
    assert!(!is_plausible("t h e e n g i n e w a s".split(' ')));
    assert!(!is_plausible("page 1 of 2".split(' ')));
}
