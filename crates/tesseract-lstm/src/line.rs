//! A line of text as the network sees it: scaled to its height, contrast stretched, in steps of 1/128.
//!
//! Called by the line reader; `forward` reads the pixels. Knows nothing of what a line is on a page.

use image::GrayImage;

use super::scaling;

/// Narrower pictures than this after scaling hold no character.
const MIN_WIDTH: u32 = 3;
/// Wider pictures than this after scaling are refused: it bounds the memory for one line to about 100 MiB.
/// A line of text of 36 px height is below 4,000 px wide.
pub(super) const MAX_WIDTH: u32 = 65_536;

/// A line ready for the network.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LineInput {
    /// The scaled picture, gray.
    gray: GrayImage,
    /// What each gray value is to the network.
    levels: [i8; 256],
    factor: f32,
}

impl LineInput {
    /// Scales `line` to `height` px and measures its contrast. Returns `None` for a picture that is empty, or
    /// after scaling narrower than 3 px or wider than `MAX_WIDTH`.
    pub(super) fn of(line: &GrayImage, height: usize) -> Option<Self> {
        let height = u32::try_from(height).ok()?;
        if line.width() == 0 || line.height() == 0 {
            return None;
        }
        let factor = scaling::factor(line.height(), height);
        // Checked before scaling, with room for the one pixel by which rounding may differ.
        if f64::from(factor) * f64::from(line.width()) > f64::from(MAX_WIDTH) {
            return None;
        }
        let gray = scaling::scale(line, factor);
        if gray.width() < MIN_WIDTH || gray.height() != height {
            return None;
        }
        Some(Self { levels: levels(&gray), gray, factor })
    }

    /// Returns the same line with black and white exchanged.
    pub(super) fn inverted(&self) -> Self {
        let mut gray = self.gray.clone();
        for pixel in gray.iter_mut() {
            *pixel = 255 - *pixel;
        }
        Self { levels: levels(&gray), gray, factor: self.factor }
    }

    /// Returns the width in px after scaling, 3 or more.
    pub(super) fn width(&self) -> usize {
        self.gray.width() as usize
    }

    /// Returns the height in px after scaling: that of the network.
    pub(super) fn height(&self) -> usize {
        self.gray.height() as usize
    }

    /// Returns the factor by which the picture was scaled.
    pub(super) fn factor(&self) -> f32 {
        self.factor
    }

    /// Returns the rows from top to bottom as gray values; `level` says what they are to the network.
    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.gray.as_raw().chunks_exact(self.width())
    }

    /// Returns what a gray value is to the network, -127 (black) to 127 (white).
    pub(super) fn level(&self, gray: u8) -> i8 {
        self.levels[usize::from(gray)]
    }
}

/// Returns for each gray value its place between the black and the white of the picture's middle row.
fn levels(gray: &GrayImage) -> [i8; 256] {
    let (black, contrast) = black_and_contrast(gray);
    std::array::from_fn(|value| {
        let level = 128.0 * ((value as f32 - black) / contrast - 1.0);
        // Half away from zero; the cast stays at the limits of i8, of which -128 is not used.
        ((level + 0.5f32.copysign(level)) as i8).max(-127)
    })
}

/// Returns the gray value of black, and half the distance from it to white, from the middle row: black is
/// the lower quartile of its local minima, white the upper quartile of its local maxima.
fn black_and_contrast(gray: &GrayImage) -> (f32, f32) {
    let width = gray.width() as usize;
    let middle = &gray.as_raw()[gray.height() as usize / 2 * width..][..width];
    let mut minima = Histogram::default();
    let mut maxima = Histogram::default();
    for neighbors in middle.windows(3) {
        let [before, here, after] = *neighbors else { continue };
        if (here < before && here <= after) || (here <= before && here < after) {
            minima.add(here);
        }
        if (here > before && here >= after) || (here >= before && here > after) {
            maxima.add(here);
        }
    }
    if minima.total == 0 {
        minima.add(0);
    }
    if maxima.total == 0 {
        maxima.add(255);
    }
    let (black, white) = (minima.quantile(0.25), maxima.quantile(0.75));
    let contrast = (white - black) / 2.0;
    (black, if contrast <= 0.0 { 1.0 } else { contrast })
}

#[derive(Debug)]
struct Histogram {
    counts: [u32; 256],
    total: u32,
}

impl Default for Histogram {
    fn default() -> Self {
        Self { counts: [0; 256], total: 0 }
    }
}

impl Histogram {
    fn add(&mut self, value: u8) {
        self.counts[usize::from(value)] += 1;
        self.total += 1;
    }

    /// Returns the value below which the `fraction` of the counts lies, with a part of the last bin.
    fn quantile(&self, fraction: f64) -> f32 {
        let target = (fraction * f64::from(self.total)).clamp(1.0, f64::from(self.total));
        let mut sum = 0;
        let mut bins = 0;
        let mut last = 0;
        for &count in &self.counts {
            if f64::from(sum) >= target {
                break;
            }
            sum += count;
            bins += 1;
            last = count;
        }
        (f64::from(bins) - (f64::from(sum) - target) / f64::from(last)) as f32
    }
}

#[cfg(test)]
mod tests;
