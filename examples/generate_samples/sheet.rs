//! A sheet of paper that takes ink: rules, pen strokes, and layers pressed on it.
//!
//! Owns the pixels and the geometry (millimetres from the top left corner). Text is in `writing`,
//! what happens to the paper later is in `aging` and `scanner`.

use image::{GrayImage, Luma, Rgb, RgbImage};

use crate::random::Random;

/// Every sheet is drawn at this resolution; the scanner reduces it afterwards.
pub const DRAWING_DPI: f32 = 300.0;

/// A place on the sheet in millimetres.
#[derive(Debug, Clone, Copy)]
pub struct At {
    pub x: f32,
    pub y: f32,
}

/// Short for a place on the sheet, in millimetres.
pub const fn at(x: f32, y: f32) -> At {
    At { x, y }
}

/// A color that darkens what it covers, like a dye.
#[derive(Debug, Clone, Copy)]
pub struct Ink {
    pub color: [u8; 3],
    /// How much of the paper it hides where it covers, 0–1.
    pub strength: f32,
}

/// Returns an ink of full cover.
pub const fn ink(red: u8, green: u8, blue: u8) -> Ink {
    Ink { color: [red, green, blue], strength: 1.0 }
}

impl Ink {
    /// Returns the same color with another cover.
    pub const fn with_strength(self, strength: f32) -> Self {
        Self { strength, ..self }
    }
}

/// A run of text as it was put on the sheet; the text layer of a PDF is made from these.
#[derive(Debug, Clone)]
pub struct TextRun {
    /// Left end of the baseline.
    pub at: At,
    pub width_mm: f32,
    pub size_mm: f32,
    pub text: String,
}

/// A sheet of paper.
#[derive(Clone)]
pub struct Sheet {
    pub pixels: RgbImage,
    pub runs: Vec<TextRun>,
}

/// Converts millimetres to pixels of a sheet.
pub fn px(mm: f32) -> f32 {
    mm * DRAWING_DPI / 25.4
}

impl Sheet {
    /// Cuts an empty sheet of the given size and color.
    pub fn new(width_mm: f32, height_mm: f32, paper: [u8; 3]) -> Self {
        let (width, height) = (px(width_mm) as u32, px(height_mm) as u32);
        Self { pixels: RgbImage::from_pixel(width, height, Rgb(paper)), runs: Vec::new() }
    }

    /// Returns the width in millimetres.
    pub fn width_mm(&self) -> f32 {
        self.pixels.width() as f32 * 25.4 / DRAWING_DPI
    }

    /// Returns the height in millimetres.
    pub fn height_mm(&self) -> f32 {
        self.pixels.height() as f32 * 25.4 / DRAWING_DPI
    }

    /// Lets `coverage` (0–1) of the ink onto one pixel; places off the sheet are ignored.
    pub fn soak(&mut self, x: i32, y: i32, ink: Ink, coverage: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        let Some(pixel) = self.pixels.get_pixel_mut_checked(x, y) else { return };
        let cover = (coverage * ink.strength).clamp(0.0, 1.0);
        for (channel, color) in pixel.0.iter_mut().zip(ink.color) {
            let kept = 1.0 - cover * (1.0 - f32::from(color) / 255.0);
            *channel = (f32::from(*channel) * kept) as u8;
        }
    }

    /// Draws a straight rule; `width_mm` is its thickness.
    pub fn rule(&mut self, from: At, to: At, width_mm: f32, ink: Ink) {
        self.stroke(&[from, to], width_mm, ink);
    }

    /// Draws the outline of a rectangle.
    pub fn frame(&mut self, corner: At, size: At, width_mm: f32, ink: Ink) {
        let (right, bottom) = (corner.x + size.x, corner.y + size.y);
        self.rule(corner, at(right, corner.y), width_mm, ink);
        self.rule(at(right, corner.y), at(right, bottom), width_mm, ink);
        self.rule(at(right, bottom), at(corner.x, bottom), width_mm, ink);
        self.rule(at(corner.x, bottom), corner, width_mm, ink);
    }

    /// Fills a rectangle.
    pub fn fill(&mut self, corner: At, size: At, ink: Ink) {
        for y in px(corner.y) as i32..px(corner.y + size.y) as i32 {
            for x in px(corner.x) as i32..px(corner.x + size.x) as i32 {
                self.soak(x, y, ink, 1.0);
            }
        }
    }

    /// Draws a pen stroke through the points.
    pub fn stroke(&mut self, points: &[At], width_mm: f32, ink: Ink) {
        let mut layer = Layer::around(points, width_mm);
        let radius = px(width_mm) / 2.0;
        for pair in points.windows(2) {
            let (from, to) = (pair[0], pair[1]);
            let length = px((to.x - from.x).abs().max((to.y - from.y).abs()));
            let steps = (length * 2.0).ceil().max(1.0);
            for step in 0..=steps as u32 {
                let part = step as f32 / steps;
                let x = px(from.x + (to.x - from.x) * part) - layer.left as f32;
                let y = px(from.y + (to.y - from.y) * part) - layer.top as f32;
                layer.dab(x, y, radius);
            }
        }
        self.press(&layer, ink, None);
    }

    /// Presses a layer on the sheet. With a `worn` source the ink comes out patchy, like a stamp's.
    pub fn press(&mut self, layer: &Layer, ink: Ink, worn: Option<&mut Random>) {
        let patches = worn.map(|random| {
            [crate::random::Clouds::new(random, 26.0), crate::random::Clouds::new(random, 3.0)]
        });
        for (x, y, &Luma([coverage])) in layer.cover.enumerate_pixels() {
            if coverage == 0 {
                continue;
            }
            let patch = patches.as_ref().map_or(1.0, |[wide, fine]| {
                (0.35 + 0.9 * wide.at(x, y)).min(1.0) * (0.55 + 0.6 * fine.at(x, y)).min(1.0)
            });
            let place = (layer.left + x.cast_signed(), layer.top + y.cast_signed());
            self.soak(place.0, place.1, ink, f32::from(coverage) / 255.0 * patch);
        }
    }
}

/// A mask of ink that is not yet on the sheet.
pub struct Layer {
    /// Left edge on the sheet, pixels.
    pub left: i32,
    /// Top edge on the sheet, pixels.
    pub top: i32,
    /// Coverage of each pixel, 0–255.
    pub cover: GrayImage,
}

impl Layer {
    /// Makes an empty layer that spans the points and a pen of `width_mm`.
    pub fn around(points: &[At], width_mm: f32) -> Self {
        let reach = px(width_mm) + 2.0;
        let bound = |value: fn(&At) -> f32, pick: fn(f32, f32) -> f32, start: f32| {
            px(points.iter().map(value).fold(start, pick))
        };
        let left = bound(|p| p.x, f32::min, f32::MAX) - reach;
        let right = bound(|p| p.x, f32::max, f32::MIN) + reach;
        let top = bound(|p| p.y, f32::min, f32::MAX) - reach;
        let bottom = bound(|p| p.y, f32::max, f32::MIN) + reach;
        let cover = GrayImage::new((right - left) as u32 + 1, (bottom - top) as u32 + 1);
        Self { left: left as i32, top: top as i32, cover }
    }

    /// Puts a round, soft-edged dab at (x, y) of the layer, in pixels.
    pub fn dab(&mut self, x: f32, y: f32, radius: f32) {
        let reach = radius + 1.0;
        for row in (y - reach) as i32..=(y + reach) as i32 {
            for column in (x - reach) as i32..=(x + reach) as i32 {
                let away =
                    ((column as f32 + 0.5 - x).powi(2) + (row as f32 + 0.5 - y).powi(2)).sqrt();
                // A line thinner than a pixel covers only a part of it.
                let cover = (radius + 0.5 - away).clamp(0.0, 1.0) * (radius * 2.0).min(1.0);
                self.darken(column, row, cover);
            }
        }
    }

    /// Raises the coverage of a pixel to at least `cover` (0–1).
    pub fn darken(&mut self, x: i32, y: i32, cover: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return };
        if let Some(pixel) = self.cover.get_pixel_mut_checked(x, y) {
            pixel.0[0] = pixel.0[0].max((cover * 255.0) as u8);
        }
    }

    /// Returns the layer turned by `degrees` (counter-clockwise) around its middle.
    pub fn turned(&self, degrees: f32) -> Self {
        let (width, height) = (self.cover.width() as f32, self.cover.height() as f32);
        let (sine, cosine) = degrees.to_radians().sin_cos();
        let new_width = (width * cosine.abs() + height * sine.abs()).ceil();
        let new_height = (width * sine.abs() + height * cosine.abs()).ceil();
        let mut cover = GrayImage::new(new_width as u32 + 1, new_height as u32 + 1);
        for (x, y, pixel) in cover.enumerate_pixels_mut() {
            let (dx, dy) = (x as f32 - new_width / 2.0, y as f32 - new_height / 2.0);
            let source_x = dx * cosine - dy * sine + width / 2.0;
            let source_y = dx * sine + dy * cosine + height / 2.0;
            pixel.0[0] = sample(&self.cover, source_x, source_y);
        }
        Self {
            left: self.left - ((new_width - width) / 2.0) as i32,
            top: self.top - ((new_height - height) / 2.0) as i32,
            cover,
        }
    }
}

fn sample(cover: &GrayImage, x: f32, y: f32) -> u8 {
    let (left, top) = (x.floor(), y.floor());
    let pixel = |dx: i32, dy: i32| {
        let (x, y) = (left as i32 + dx, top as i32 + dy);
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else { return 0.0 };
        cover.get_pixel_checked(x, y).map_or(0.0, |pixel| f32::from(pixel.0[0]))
    };
    let (across, down) = (x - left, y - top);
    let upper = pixel(0, 0) * (1.0 - across) + pixel(1, 0) * across;
    let lower = pixel(0, 1) * (1.0 - across) + pixel(1, 1) * across;
    (upper * (1.0 - down) + lower * down) as u8
}
