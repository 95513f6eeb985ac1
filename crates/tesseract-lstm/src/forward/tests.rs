#![expect(clippy::float_cmp, reason = "bits are what is tested")]

use super::*;
use crate::network::tests::{Numbers, Sizes, component};
use image::GrayImage;

fn network() -> Network {
    let along = vec![(Direction::Forward, 9), (Direction::Backward, 8)];
    let sizes = Sizes { height: 36, features: 4, summary: 6, along, classes: 5 };
    Network::parse(&component(&sizes, 3)).unwrap().0
}

fn line(width: u32, seed: u64) -> LineInput {
    let mut numbers = Numbers(seed);
    let picture = GrayImage::from_fn(width, 36, |_, _| image::Luma([numbers.next() as u8]));
    LineInput::of(&picture, 36).unwrap()
}

#[test]
fn lines_give_the_same_alone_and_together_in_the_given_order() {
    let lines: Vec<LineInput> =
        [7, 150, 3, 44, 151].into_iter().zip(1..).map(|(w, s)| line(w, s)).collect();
    let mut forward = Forward::new(&network(), Kernel::Scalar);
    let together = forward.run(&lines);
    assert_eq!(together.iter().map(|o| o.steps).collect::<Vec<_>>(), [2, 50, 1, 14, 50]);
    for (line, expected) in lines.iter().zip(together) {
        assert_eq!(forward.run(std::slice::from_ref(line)), [expected]);
    }
}

#[test]
fn more_lines_than_fit_at_once_give_the_same() {
    // 11 lines of 3,334 steps each: ten run at once at most.
    let long = line(10_002, 5);
    let mut forward = Forward::new(&network(), Kernel::available()[0]);
    let alone = forward.run(std::slice::from_ref(&long)).remove(0);
    assert_eq!(alone.steps, 3_334);
    let together = forward.run(&vec![long; 11]);
    assert!(together.iter().all(|outputs| *outputs == alone));
}

#[test]
fn probabilities_of_a_step_add_up_to_one() {
    let outputs = Forward::new(&network(), Kernel::Scalar).run(&[line(60, 9)]).remove(0);
    assert_eq!((outputs.steps, outputs.classes, outputs.probabilities.len()), (20, 5, 100));
    for step in 0..20 {
        let sum: f32 = outputs.row(step).iter().sum();
        assert!((sum - 1.0).abs() < 1e-6, "{sum} at step {step}");
    }
}

#[test]
fn no_lines_give_no_answers() {
    assert_eq!(Forward::new(&network(), Kernel::Scalar).run(&[]), []);
}

#[test]
fn steps_are_three_scaled_pixels() {
    // From 72 to 36 px height: 6 px of the picture to a step.
    let line = LineInput::of(&GrayImage::new(60, 72), 36).unwrap();
    let outputs = Forward::new(&network(), Kernel::Scalar).run(&[line]).remove(0);
    assert_eq!((outputs.steps, outputs.pixels_per_step), (10, 6.0));
}

#[test]
fn certainty_is_the_mean_of_the_best_where_they_are_not_null() {
    let outputs = |probabilities: &[f32]| Outputs {
        steps: probabilities.len() / 2,
        classes: 2,
        probabilities: probabilities.to_vec(),
        pixels_per_step: 3.0,
    };
    // 127 × 0.6 = 76.2 and 127 × 0.9 = 114.3, both cut: (76 + 114) / 2 / 127; the last step is null.
    let certainty = outputs(&[0.6, 0.4, 0.9, 0.1, 0.2, 0.8]).certainty(1);
    assert_eq!(certainty, (95.0 / 127.0) as f32);
    assert_eq!(outputs(&[0.2, 0.8]).certainty(1), 0.0);
}

#[test]
fn windows_at_the_edge_take_the_border_in_the_order_of_drawing() {
    // A picture of 3 × 6 px, each pixel its place: 10 × x + y, as the levels of a line would have them.
    let mut picture = GrayImage::new(3, 36);
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        pixel.0[0] = (y * 3 + x) as u8;
    }
    let line = LineInput::of(&picture, 36).unwrap();
    let mut columns = Vec::new();
    lay_columns::<Scalar>(&line, &mut columns);
    let border: Vec<i8> = (0..border::count(3, 36)).map(|draw| (draw % 120) as i8).collect();
    let mut windows = Vec::new();
    lay_windows::<Scalar>(&line, &columns, &border, 0, &mut windows);
    let level = |x: u8, y: u8| line.level(y * 3 + x);
    let window = |column: usize, side: usize, y: usize| windows[(3 * column + side) * 36 + y];
    // The first pixel: its left column is missing (draws 0, 1, 2), and the pixels above (3 and 4).
    assert_eq!(window(0, 0, 0)[..3], [0, 1, 2]);
    assert_eq!(window(0, 1, 0)[..3], [3, level(0, 0), level(0, 1)]);
    assert_eq!(window(0, 2, 0)[..3], [4, level(1, 0), level(1, 1)]);
    // The second: draws 5, 6, 7 above.
    assert_eq!(window(1, 2, 0)[..3], [7, level(2, 0), level(2, 1)]);
    // Inside.
    assert_eq!(window(1, 0, 7)[..3], [level(0, 6), level(0, 7), level(0, 8)]);
    // The last pixel of the second row: 13 draws in the first row, 3 at its left end, so 16, 17, 18.
    assert_eq!(window(2, 2, 1)[..3], [16, 17, 18]);
    // The second of the last row: 13 + 34 × 6 = 217, 5 for the first pixel, so 222 to 224, less 120.
    assert_eq!(window(1, 0, 35)[..3], [level(0, 34), level(0, 35), 102]);
    assert_eq!(window(1, 2, 35)[..3], [level(2, 34), level(2, 35), 104]);
}
