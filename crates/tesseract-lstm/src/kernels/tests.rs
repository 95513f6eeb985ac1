#![expect(clippy::float_cmp, reason = "bits are what is tested")]

use super::*;
use crate::forward::{Forward, Outputs};
use crate::layers::Matrix;
use crate::line::LineInput;
use crate::network::tests::{Numbers, Sizes, component};
use crate::network::{Direction, Network, OutputLayer};
use image::GrayImage;

/// A line of `width` px: gray noise with darker columns.
fn line(width: u32, height: i32, numbers: &mut Numbers) -> LineInput {
    let height = height.cast_unsigned();
    let picture = GrayImage::from_fn(width, height, |x, _| {
        let noise = numbers.next() as u8;
        image::Luma([if x % 5 < 2 { noise / 4 } else { 255 - noise / 3 }])
    });
    LineInput::of(&picture, height as usize).unwrap()
}

fn bits(outputs: &[Outputs]) -> Vec<Vec<u32>> {
    outputs.iter().map(|o| o.probabilities.iter().map(|p| p.to_bits()).collect()).collect()
}

/// Runs the same lines through all kernels of this processor.
fn check(sizes: &Sizes, widths: &[u32]) {
    let mut numbers = Numbers(u64::from(sizes.classes));
    let (network, _) = Network::parse(&component(sizes, 7)).unwrap();
    let lines: Vec<LineInput> =
        widths.iter().map(|&w| line(w, sizes.height, &mut numbers)).collect();
    let expected = Forward::new(&network, Kernel::Scalar).run(&lines);
    for kernel in Kernel::available() {
        let mut forward = Forward::new(&network, kernel);
        assert_eq!(forward.kernel(), kernel);
        // Twice: the second run finds the buffers of the first.
        for _ in 0..2 {
            let outputs = forward.run(&lines);
            assert!(bits(&outputs) == bits(&expected), "{kernel} on {sizes:?}, {widths:?}");
        }
    }
}

fn sizes(height: i32, features: u32, summary: u32, along: &[u32], classes: u32) -> Sizes {
    let directions = [Direction::Forward, Direction::Backward];
    let along = directions.into_iter().cycle().zip(along.iter().copied()).collect();
    Sizes { height, features, summary, along, classes }
}

#[test]
fn kernels_agree_on_the_sizes_of_the_models() {
    check(&sizes(36, 16, 48, &[96, 96, 192], 111), &[31, 30, 29, 60]);
}

#[test]
fn kernels_agree_on_sizes_that_fill_no_vector() {
    check(&sizes(36, 5, 7, &[9], 3), &[3, 4, 5, 6, 7, 8, 9]);
    check(&sizes(37, 17, 33, &[1, 18], 70), &[40, 11]);
    check(&sizes(48, 1, 16, &[31, 2], 129), &[12, 33]);
    check(&sizes(6, 16, 15, &[], 16), &[20]);
}

#[test]
fn kernels_agree_on_every_number_of_lines_in_a_batch() {
    for lines in 1..=35 {
        check(&sizes(9, 16, 20, &[17], 20), &vec![12; lines]);
    }
}

#[test]
fn kernels_agree_at_the_ends_of_all_ranges() {
    // Weights and pixels of one sign and full size: the sums that would overflow 16 bits.
    let row = |rows: usize, inputs: usize, weight: i8| Matrix {
        rows,
        inputs,
        weights: vec![weight; rows * inputs],
        bias: vec![weight; rows],
        scale: vec![1e-5; rows],
    };
    for (weight, activation) in [(127, 127), (-128, 127), (127, -127), (-128, -127)] {
        let matrix = row(20, 64, weight);
        let plain = dense_sums::<Scalar>(&matrix, activation);
        // 64 products and the bias, which stands for an input of 127.
        let sum = 64 * i32::from(weight) * i32::from(activation) + 127 * i32::from(weight);
        assert_eq!(plain[0], sum as f32 * 1e-5);
        #[cfg(target_arch = "x86_64")]
        for kernel in Kernel::available() {
            match kernel {
                Kernel::Scalar => {}
                Kernel::Avx2 => assert_eq!(dense_sums::<Avx2>(&matrix, activation), plain),
                Kernel::Vnni => assert_eq!(dense_sums::<Vnni>(&matrix, activation), plain),
                Kernel::Amx => assert_eq!(dense_sums::<Amx>(&matrix, activation), plain),
            }
        }
    }
}

/// Returns the first row's sums of a dense layer over two rows of equal activations.
fn dense_sums<A: Arithmetic>(matrix: &Matrix, activation: i8) -> Vec<f32> {
    let input = vec![A::activation(activation); 2 * padded(matrix.inputs)];
    let mut sums = vec![0.0; 2 * padded(matrix.rows)];
    A::dense(&A::pack_dense(&OutputLayer(matrix.clone())), matrix.rows, &input, &mut sums);
    assert_eq!(sums[..matrix.rows], sums[padded(matrix.rows)..][..matrix.rows]);
    sums.truncate(matrix.rows);
    sums
}

#[test]
fn the_exponential_has_the_bits_of_the_library() {
    let powers = &curves::POWERS;
    let mut checked = 0;
    // Every 997th float from -0 down to -86.
    for bits in (0x8000_0000..=(-86.0f32).to_bits()).step_by(997) {
        let argument = f32::from_bits(bits);
        assert_eq!(curves::exponential(powers, argument), argument.exp(), "of {argument}");
        checked += 1;
    }
    assert!(checked > 1_000_000);
}

#[test]
fn curves_are_straight_between_points_and_one_at_the_end() {
    let half_way = (0.0 + (1.0f64 / 256.0).tanh() as f32) * 0.5;
    assert_eq!(curves::tanh(&curves::TANH, 0.5 / 256.0), half_way);
    assert_eq!(curves::tanh(&curves::TANH, -0.5 / 256.0), -half_way);
    assert_eq!(curves::logistic(&curves::LOGISTIC, 0.0), 0.5);
    assert_eq!(curves::logistic(&curves::LOGISTIC, 1e30), 1.0);
    assert_eq!(curves::logistic(&curves::LOGISTIC, -16.0), 0.0);
    assert_eq!(curves::tanh(&curves::TANH, f32::INFINITY), 1.0);
}

#[test]
fn activations_round_half_away_from_zero() {
    let values =
        [0.5, 1.5, -0.5, -1.4, 127.0, -127.0].map(|value| curves::quantized(value / 127.0));
    assert_eq!(values, [1, 2, -1, -1, 127, -127]);
}

#[test]
fn the_largest_activation_is_that_of_the_largest_sum() {
    // The first layer keeps the largest sum and bends it afterwards; that is only right if the bent and
    // rounded curve never falls. Every 61st float from 0 to 16.
    let mut last = 0;
    for bits in (0..=16f32.to_bits()).step_by(61) {
        let value = curves::quantized(curves::tanh(&curves::TANH, f32::from_bits(bits)));
        assert!(value >= last, "at {}", f32::from_bits(bits));
        last = value;
    }
    assert_eq!(last, 127);
}

/// Returns tanh of an argument of 0 or more by the sketch, as the kernels do.
fn sketched(argument: f32) -> f32 {
    let parts_per_unit = curves::SKETCH_PARTS as f32 / curves::SKETCH_END;
    let place = (argument * parts_per_unit).min(curves::SKETCH_LAST_PLACE);
    let part = place as usize;
    let [none, one, two, three] = curves::SKETCH.each_ref().map(|row| row[part]);
    let place = place - part as f32;
    three.mul_add(place, two).mul_add(place, one).mul_add(place, none)
}

#[test]
fn the_sketch_stays_close_to_the_curves() {
    let (mut of_tanh, mut of_logistic) = (0.0f32, 0.0f32);
    // Every 61st float from 2^-20 to 20.
    for bits in (2f32.powi(-20).to_bits()..=20f32.to_bits()).step_by(61) {
        let argument = f32::from_bits(bits);
        let tanh = curves::tanh(&curves::TANH, argument);
        of_tanh = of_tanh.max((sketched(argument) - tanh).abs());
        let logistic = curves::logistic(&curves::LOGISTIC, argument);
        of_logistic =
            of_logistic.max((sketched(0.5 * argument).mul_add(0.5, 0.5) - logistic).abs());
    }
    // The errors are no smaller than thought, either: then fewer values would be doubtful.
    assert!((0.9..=1.0).contains(&(of_tanh / curves::SKETCH_ERROR)), "{of_tanh}");
    assert!(of_logistic <= 0.5 * curves::SKETCH_ERROR, "{of_logistic}");
}

#[test]
fn kernels_agree_where_activations_are_nearly_in_the_middle_of_two() {
    // Of some hundred thousand activations, some are within a thousandth of the middle of two.
    for seed in 0..4 {
        let mut numbers = Numbers(seed);
        let sizes = sizes(9, 16, 16, &[16], 16);
        let (network, _) = Network::parse(&component(&sizes, 7)).unwrap();
        let lines = [line(6_000, sizes.height, &mut numbers)];
        let expected = Forward::new(&network, Kernel::Scalar).run(&lines);
        for kernel in Kernel::available() {
            let outputs = Forward::new(&network, kernel).run(&lines);
            assert!(bits(&outputs) == bits(&expected), "{kernel}");
        }
    }
}

#[test]
fn kernels_have_names_that_are_read_back() {
    for kernel in [Kernel::Scalar, Kernel::Avx2, Kernel::Vnni, Kernel::Amx] {
        assert_eq!(kernel.to_string().parse(), Ok(kernel));
    }
    let problem = "sse9".parse::<Kernel>().unwrap_err().to_string();
    assert_eq!(problem, "no kernel is called `sse9`; there are `scalar`, `avx2`, `vnni` and `amx`");
    assert_eq!(Kernel::available().last(), Some(&Kernel::Scalar));
}
