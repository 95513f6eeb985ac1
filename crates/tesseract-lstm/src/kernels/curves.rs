//! The network's curves: tanh and the logistic function from tables, the exponential, rounding.
//!
//! Tesseract evaluates the first two by straight lines between points of a table. The models were made
//! with that, so the tables are part of the arithmetic. The vector kernels compute the same bits.

use std::sync::LazyLock;

/// Points of a table for 1.0 of the argument.
pub(crate) const POINTS_PER_UNIT: f32 = 256.0;
/// The last point; from here on the curve is 1.
pub(crate) const LAST_POINT: usize = 4095;

/// A point of a curve; the vector kernels load both numbers at once.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Point {
    /// The curve's value.
    pub value: f32,
    /// Difference to the next point's value.
    pub slope: f32,
}

/// The points of a curve for arguments from 0.
pub(crate) type Curve = [Point; LAST_POINT + 1];

/// Hyperbolic tangent.
pub(crate) static TANH: LazyLock<Box<Curve>> = LazyLock::new(|| curve(f64::tanh));
/// Logistic function.
pub(crate) static LOGISTIC: LazyLock<Box<Curve>> =
    LazyLock::new(|| curve(|x| 1.0 / (1.0 + (-x).exp())));

fn curve(function: impl Fn(f64) -> f64) -> Box<Curve> {
    let value = |index: usize| function(index as f64 / f64::from(POINTS_PER_UNIT)) as f32;
    let mut points: Vec<Point> = (0..LAST_POINT)
        .map(|index| Point { value: value(index), slope: value(index + 1) - value(index) })
        .collect();
    // The last point keeps the value 1 and no slope, so that no argument needs a case of its own.
    points.push(Point { value: 1.0, slope: 0.0 });
    points.into_boxed_slice().try_into().expect("the curve has so many points")
}

/// Returns the curve's value for an argument of 0 or more.
fn on_curve(curve: &Curve, argument: f32) -> f32 {
    let place = (argument * POINTS_PER_UNIT).min(LAST_POINT as f32);
    let index = place as usize;
    let Point { value, slope } = curve[index];
    value + slope * (place - index as f32)
}

/// Returns the hyperbolic tangent as the network knows it.
pub(crate) fn tanh(curve: &Curve, argument: f32) -> f32 {
    on_curve(curve, argument.abs()).copysign(argument)
}

/// Returns the logistic function as the network knows it.
pub(crate) fn logistic(curve: &Curve, argument: f32) -> f32 {
    let value = on_curve(curve, argument.abs());
    if argument < 0.0 { 1.0 - value } else { value }
}

/// Returns a value of -1 to 1 as an activation, -127 to 127.
pub(crate) fn quantized(value: f32) -> i8 {
    let scaled = value * 127.0;
    // Half away from zero, with the sum rounded to 32 bits; the cast stays at the limits.
    ((scaled + 0.5f32.copysign(scaled)) as i8).max(-127)
}

/// Parts of `Sketch`; a vector register and its neighbor hold so many numbers.
pub(crate) const SKETCH_PARTS: usize = 32;
/// The last part of `Sketch` ends here, 1.7e-6 below 1.
pub(crate) const SKETCH_END: f32 = 7.0;
/// The last place in a sketch, which stands for all behind it.
pub(crate) const SKETCH_LAST_PLACE: f32 = (SKETCH_PARTS as f32).next_down();
/// `SKETCH` is this close to the curve of `TANH`, and within half of this to that of `LOGISTIC` where it stands for it.
pub(crate) const SKETCH_ERROR: f32 = 4.5e-6;

/// A sketch of tanh from 0 to `SKETCH_END`: the coefficients of the powers 0 to 3 of the place in a part, 0 to 1, for
/// each part. It costs a third of a curve's table where only the next whole activation is wanted.
pub(crate) type Sketch = [[f32; SKETCH_PARTS]; 4];

/// Hyperbolic tangent, nearly.
pub(crate) static SKETCH: LazyLock<Sketch> = LazyLock::new(|| {
    let mut sketch = [[0.0; SKETCH_PARTS]; 4];
    for part in 0..SKETCH_PARTS {
        for (row, coefficient) in sketch.iter_mut().zip(cubic(part)) {
            row[part] = coefficient as f32;
        }
    }
    sketch
});

/// Returns the cubic that meets tanh at the four Chebyshev nodes of a part: the largest error is then nearly the least.
fn cubic(part: usize) -> [f64; 4] {
    let angle = std::f64::consts::PI / 8.0;
    let nodes = [7.0, 5.0, 3.0, 1.0].map(|odd: f64| 0.5 + 0.5 * (odd * angle).cos());
    let width = f64::from(SKETCH_END) / SKETCH_PARTS as f64;
    let mut differences = nodes.map(|node| ((part as f64 + node) * width).tanh());
    for order in 1..4 {
        for index in (order..4).rev() {
            differences[index] = (differences[index] - differences[index - 1])
                / (nodes[index] - nodes[index - order]);
        }
    }
    // From Newton's form to powers, the innermost factor first.
    let mut powers = [differences[3], 0.0, 0.0, 0.0];
    for (&node, &difference) in nodes[..3].iter().zip(&differences[..3]).rev() {
        powers = [
            difference - node * powers[0],
            powers[0] - node * powers[1],
            powers[1] - node * powers[2],
            powers[2],
        ];
    }
    powers
}

/// Smaller arguments of the exponential are raised to this: its value stays a normal number.
pub(crate) const LEAST_EXPONENT: f32 = -86.0;
/// Parts of a power of two that `exponential` looks up.
pub(crate) const EXPONENTIAL_PARTS: usize = 32;
/// `32 / ln 2`.
pub(crate) const PARTS_PER_E: f64 = f64::from_bits(0x4047_1547_652b_82fe);
/// Coefficients of 2^(r/32) for r of -1/2 to 1/2, the third power first: those of glibc's `expf`, since
/// equal confidences need equal bits.
pub(crate) const EXPONENTIAL: [f64; 3] = [
    f64::from_bits(0x3ebc_6af8_4b91_2394),
    f64::from_bits(0x3f2e_bfce_50fa_c4f3),
    f64::from_bits(0x3f96_2e42_ff0c_52d6),
];
/// Added to a small number, it leaves the number's nearest integer in the low bits: 1.5 × 2^52.
pub(crate) const ROUNDING: f64 = 6_755_399_441_055_744.0;

/// The bits of 2^(i/32), less those by which `i` whole parts raise the exponent.
pub(crate) static POWERS: LazyLock<[u64; EXPONENTIAL_PARTS]> = LazyLock::new(|| {
    std::array::from_fn(|part| {
        let power = (part as f64 / EXPONENTIAL_PARTS as f64).exp2();
        power.to_bits().wrapping_sub((part as u64) << (52 - 5))
    })
});

/// Returns e to the power of a number from -86 to 0, with the bits of glibc's `expf` on processors with
/// fused multiplication.
pub(crate) fn exponential(powers: &[u64; EXPONENTIAL_PARTS], argument: f32) -> f32 {
    let argument = f64::from(argument);
    let shifted = argument.mul_add(PARTS_PER_E, ROUNDING);
    let parts = shifted.to_bits();
    let rest = argument.mul_add(PARTS_PER_E, -(shifted - ROUNDING));
    let power = powers[(parts % EXPONENTIAL_PARTS as u64) as usize].wrapping_add(parts << (52 - 5));
    let [third, second, first] = EXPONENTIAL;
    let high = third.mul_add(rest, second);
    let low = first.mul_add(rest, 1.0);
    (high.mul_add(rest * rest, low) * f64::from_bits(power)) as f32
}
