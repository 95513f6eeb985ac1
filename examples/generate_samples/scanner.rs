//! The scanner: lays a sheet on the glass askew, lights it unevenly, and samples it.
//!
//! Owns everything that happens between paper and pixels. File formats are in `containers`.

use image::{GrayImage, Luma, Rgb, RgbImage, imageops};

use crate::random::{Clouds, Random, grain};
use crate::sheet::{DRAWING_DPI, Sheet};

/// What the scanner hands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Black and white; pixels darker than this become black.
    Bilevel(u8),
    /// White on black, as film negatives come.
    Negative(u8),
    Gray,
    Color,
}

/// How the sheet was laid on the glass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    Upright,
    /// Clockwise by a quarter.
    Right,
    UpsideDown,
}

/// What is seen beside the sheet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Surround {
    /// The white lid; the picture ends where the sheet ends.
    Lid,
    /// A black background, this many millimetres wide.
    Black(f32),
}

/// One way of scanning.
#[derive(Debug, Clone, Copy)]
pub struct Scanner {
    pub dpi: u32,
    pub output: Output,
    /// Counter-clockwise.
    pub skew_degrees: f32,
    pub turn: Turn,
    pub surround: Surround,
    /// Softness of the lens, in pixels of the drawing.
    pub blur: f32,
    /// Deviation of each pixel, in levels.
    pub noise: f32,
    /// How much darker the worst corner is, 0–1.
    pub shade: f32,
    /// Specks of dust on the whole page.
    pub specks: u32,
    /// Lengthwise scratches of a microfilm.
    pub scratches: u32,
    pub seed: u64,
}

/// A scanner in good order.
pub const fn scanner(dpi: u32, output: Output, seed: u64) -> Scanner {
    Scanner {
        dpi,
        output,
        skew_degrees: 0.0,
        turn: Turn::Upright,
        surround: Surround::Lid,
        blur: 0.8,
        noise: 2.5,
        shade: 0.06,
        specks: 40,
        scratches: 0,
        seed,
    }
}

/// The pixels of a scan.
#[derive(Debug, Clone)]
pub enum Pixels {
    /// 0 or 255 only.
    Bilevel(GrayImage),
    Gray(GrayImage),
    Color(RgbImage),
}

/// A scan and its resolution.
#[derive(Debug, Clone)]
pub struct Scan {
    pub pixels: Pixels,
    pub dpi: u32,
}

impl Scan {
    /// Returns width and height in pixels.
    pub fn dimensions(&self) -> (u32, u32) {
        match &self.pixels {
            Pixels::Bilevel(image) | Pixels::Gray(image) => image.dimensions(),
            Pixels::Color(image) => image.dimensions(),
        }
    }
}

/// Scans a sheet.
pub fn scan(sheet: &Sheet, scanner: &Scanner) -> Scan {
    let mut random = Random::new(scanner.seed);
    let laid = lay(&sheet.pixels, scanner, &mut random);
    let turned = match scanner.turn {
        Turn::Upright => laid,
        Turn::Right => imageops::rotate90(&laid),
        Turn::UpsideDown => imageops::rotate180(&laid),
    };
    let soft = imageops::blur(&turned, scanner.blur.max(0.1));
    let scale = scanner.dpi as f32 / DRAWING_DPI;
    let size = ((soft.width() as f32 * scale) as u32, (soft.height() as f32 * scale) as u32);
    let mut image = if scanner.dpi as f32 == DRAWING_DPI {
        soft
    } else {
        imageops::resize(&soft, size.0, size.1, imageops::FilterType::Triangle)
    };
    light(&mut image, scanner, &mut random);
    scratch(&mut image, scanner, &mut random);
    dust(&mut image, scanner, &mut random);
    let pixels = match scanner.output {
        Output::Color => Pixels::Color(image),
        Output::Gray => Pixels::Gray(imageops::grayscale(&image)),
        Output::Bilevel(threshold) => Pixels::Bilevel(bilevel(&image, threshold)),
        Output::Negative(threshold) => {
            let mut picture = bilevel(&image, threshold);
            imageops::invert(&mut picture);
            Pixels::Bilevel(picture)
        }
    };
    Scan { pixels, dpi: scanner.dpi }
}

/// Lays the sheet on the glass: turned by the skew, with the surround where the sheet is not.
fn lay(sheet: &RgbImage, scanner: &Scanner, random: &mut Random) -> RgbImage {
    let (width, height) = (sheet.width() as f32, sheet.height() as f32);
    let (sine, cosine) = scanner.skew_degrees.to_radians().sin_cos();
    let margin = match scanner.surround {
        Surround::Lid => 0.0,
        Surround::Black(mm) => crate::sheet::px(mm),
    };
    // Small skews lose a corner under the frame of the lid; large ones show the whole sheet.
    let grow = if scanner.skew_degrees.abs() < 3.0 { 0.0 } else { sine.abs() };
    let new_width = width + height * grow + 2.0 * margin;
    let new_height = height + width * grow + 2.0 * margin;
    let rough = Clouds::new(random, 60.0);
    let outside = match scanner.surround {
        Surround::Lid => Rgb([243, 243, 241]),
        Surround::Black(_) => Rgb([22, 21, 23]),
    };
    RgbImage::from_fn(new_width as u32, new_height as u32, |x, y| {
        let (dx, dy) = (x as f32 - new_width / 2.0, y as f32 - new_height / 2.0);
        let source_x = dx * cosine - dy * sine + width / 2.0;
        let source_y = dx * sine + dy * cosine + height / 2.0;
        let fray = (rough.at(x, y) - 0.5) * 2.0;
        if source_x < fray
            || source_y < fray
            || source_x > width - 1.5 + fray
            || source_y > height - 1.5 + fray
        {
            return outside;
        }
        blend(sheet, source_x.max(0.0), source_y.max(0.0))
    })
}

fn blend(sheet: &RgbImage, x: f32, y: f32) -> Rgb<u8> {
    let (left, top) = (x as u32, y as u32);
    let (right, bottom) = ((left + 1).min(sheet.width() - 1), (top + 1).min(sheet.height() - 1));
    let (left, top) = (left.min(right), top.min(bottom));
    let (across, down) = ((x - left as f32).clamp(0.0, 1.0), (y - top as f32).clamp(0.0, 1.0));
    let corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
        .map(|(x, y)| sheet.get_pixel(x, y).0);
    Rgb(std::array::from_fn(|channel| {
        let value = |corner: usize| f32::from(corners[corner][channel]);
        let upper = value(0) + (value(1) - value(0)) * across;
        let lower = value(2) + (value(3) - value(2)) * across;
        (upper + (lower - upper) * down + 0.5) as u8
    }))
}

/// Lights the page unevenly and adds the noise of the sensor.
fn light(image: &mut RgbImage, scanner: &Scanner, random: &mut Random) {
    let (width, height) = (image.width() as f32, image.height() as f32);
    let corner = (random.unit(), random.unit());
    let seed = random.bits();
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let away = (x as f32 / width - corner.0).powi(2) + (y as f32 / height - corner.1).powi(2);
        let lamp = 1.0 - scanner.shade * away.min(1.5);
        let hiss = (grain(x, y, seed) + grain(x, y, seed ^ 7) - 1.0) * 2.4 * scanner.noise;
        for channel in &mut pixel.0 {
            *channel = (f32::from(*channel) * lamp + hiss).clamp(0.0, 255.0) as u8;
        }
    }
}

/// Drags the film over grit: long thin lines, light and dark, that break off and start again.
fn scratch(image: &mut RgbImage, scanner: &Scanner, random: &mut Random) {
    let (width, height) = image.dimensions();
    for _ in 0..scanner.scratches {
        let mut x = random.between(0.0, width as f32);
        let drift = random.between(-0.012, 0.012);
        let tone = if random.chance(0.7) { 25 } else { 235 };
        let start = random.whole(0, height - 1);
        let end = (start + random.whole(height / 8, height)).min(height);
        let mut visible = true;
        for y in start..end {
            x += drift + random.bell() * 0.05;
            if random.chance(0.012) {
                visible = !visible;
            }
            if visible && x >= 0.0 && (x as u32) < width {
                image.put_pixel(x as u32, y, Rgb([tone; 3]));
            }
        }
    }
}

/// Scatters dust: dots of one to four pixels, darker or lighter than the paper.
fn dust(image: &mut RgbImage, scanner: &Scanner, random: &mut Random) {
    let (width, height) = image.dimensions();
    for _ in 0..scanner.specks {
        let (x, y) = (random.whole(0, width - 1), random.whole(0, height - 1));
        let tone = if random.chance(0.75) { random.whole(20, 110) } else { 250 } as u8;
        for _ in 0..random.whole(1, 5) {
            let (x, y) = (x + random.whole(0, 2), y + random.whole(0, 2));
            if let Some(pixel) = image.get_pixel_mut_checked(x, y) {
                *pixel = Rgb([tone; 3]);
            }
        }
    }
}

fn bilevel(image: &RgbImage, threshold: u8) -> GrayImage {
    let gray = imageops::grayscale(image);
    GrayImage::from_fn(gray.width(), gray.height(), |x, y| {
        Luma([if gray.get_pixel(x, y).0[0] < threshold { 0 } else { 255 }])
    })
}
