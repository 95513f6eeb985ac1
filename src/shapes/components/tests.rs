use image::{GrayImage, Luma};

use super::*;

/// A mask without ink.
fn white(width: u32, height: u32) -> BitMask {
    BitMask::dark(&GrayImage::from_pixel(width, height, Luma([255])), 100)
}

/// A mask of rows where `#` is ink.
fn mask(rows: &[&str]) -> BitMask {
    let mut mask = white(rows[0].len() as u32, rows.len() as u32);
    for (y, row) in rows.iter().enumerate() {
        for (x, _) in row.match_indices('#') {
            mask.set(y, x, x + 1);
        }
    }
    mask
}

/// The boxes (left, top, right, bottom) and areas of the components, as they come.
fn found(rows: &[&str]) -> Vec<((u32, u32, u32, u32), u32)> {
    let components = find_components(&mask(rows)).unwrap();
    let one = |component: &Component| {
        let PixelBox { left, top, right, bottom } = component.bounds;
        ((left, top, right, bottom), component.area)
    };
    components.list.iter().map(one).collect()
}

#[test]
fn ink_that_touches_by_a_corner_is_one_component() {
    assert_eq!(found(&["#..", ".#.", "..#"]), [((0, 0, 3, 3), 3)]);
    assert_eq!(found(&["..#", ".#.", "#.."]), [((0, 0, 3, 3), 3)]);
    assert_eq!(found(&["#.#", "...", "#.#"]).len(), 4);
}

#[test]
fn branches_that_meet_further_down_are_one_component() {
    let letter_u = ["#..#", "#..#", "####"];
    assert_eq!(found(&letter_u), [((0, 0, 4, 3), 8)]);
    let comb = ["#.#.#.#", "#.#.#.#", "###.###", "..###.."];
    assert_eq!(found(&comb), [((0, 0, 7, 4), 17)]);
}

#[test]
fn what_lies_in_another_one_stays_apart() {
    let ring = ["#####", "#...#", "#.#.#", "#...#", "#####"];
    assert_eq!(found(&ring), [((0, 0, 5, 5), 16), ((2, 2, 3, 3), 1)]);
}

#[test]
fn components_come_from_the_top_and_each_run_knows_its_own() {
    let components = find_components(&mask(&["...#.", "#..#.", "#.##."])).unwrap();
    let runs: Vec<(u32, u32, u32, u32)> =
        components.runs.iter().map(|run| (run.y, run.left, run.right, run.component)).collect();
    let expected = [(0, 3, 4, 0), (1, 0, 1, 1), (1, 3, 4, 0), (2, 0, 1, 1), (2, 2, 4, 0)];
    assert_eq!(runs, expected);
}

#[test]
fn runs_go_over_the_words_of_a_mask() {
    let mut wide = white(200, 2);
    wide.set(0, 60, 130);
    wide.set(1, 130, 131);
    let components = find_components(&wide).unwrap();
    assert_eq!(components.runs.len(), 2);
    assert_eq!(
        components.list,
        [Component { bounds: PixelBox { left: 60, top: 0, right: 131, bottom: 2 }, area: 71 }]
    );
}

#[test]
fn an_empty_mask_has_none() {
    assert_eq!(found(&["...", "..."]), []);
}
