//! Text on sheets: printers' type, typewriters, dot matrix and thermal heads, pens, rubber stamps.
//!
//! Owns the fonts and how each machine puts a character on paper. What is written is decided
//! by the page makers (`logs`, `cards`, `receipts`, `filings`).

use std::path::Path;

use ab_glyph::{Font, FontVec, Glyph, GlyphId, PxScale, point};
use anyhow::Context;

use crate::random::{Random, grain};
use crate::sheet::{At, Ink, Layer, Sheet, TextRun, at, ink, px};

/// The typefaces in use, in the order of [`FONT_FILES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    Typewriter,
    Courier,
    CourierBold,
    Sans,
    SansBold,
    Serif,
    SerifBold,
    CourierSans,
    Ballpoint,
    Script,
}

/// Where Debian's packages put the fonts, below `/usr/share/fonts`.
const FONT_FILES: [&str; 10] = [
    "truetype/gnutypewriter/GNUTypewriter.ttf",
    "opentype/courier-prime/Courier Prime.otf",
    "opentype/courier-prime/Courier Prime Bold.otf",
    "truetype/liberation/LiberationSans-Regular.ttf",
    "truetype/liberation/LiberationSans-Bold.ttf",
    "truetype/liberation/LiberationSerif-Regular.ttf",
    "truetype/liberation/LiberationSerif-Bold.ttf",
    "opentype/courier-prime/Courier Prime Sans Bold.otf",
    "truetype/fifthhorseman/dkg.ttf",
    "truetype/kristi/Kristi.ttf",
];

/// All fonts, loaded once.
pub struct Faces(Vec<FontVec>);

impl Faces {
    /// Loads the fonts from the folder of the system's fonts.
    pub fn load(folder: &Path) -> anyhow::Result<Self> {
        let load = |file: &&str| {
            let path = folder.join(file);
            let bytes = std::fs::read(&path).with_context(|| {
                format!("{}: cannot read the font; `scripts/samples` installs it", path.display())
            })?;
            FontVec::try_from_vec(bytes).with_context(|| format!("{}: not a font", path.display()))
        };
        Ok(Self(FONT_FILES.iter().map(load).collect::<Result<_, _>>()?))
    }

    fn font(&self, face: Face) -> &FontVec {
        &self.0[face as usize]
    }

    /// Returns the scale at which the em of `face` is `em_px` pixels.
    fn scale(&self, face: Face, em_px: f32) -> PxScale {
        let font = self.font(face);
        PxScale::from(em_px * font.height_unscaled() / font.units_per_em().unwrap_or(1000.0))
    }

    fn advance_px(&self, face: Face, glyph: GlyphId, em_px: f32) -> f32 {
        let font = self.font(face);
        font.h_advance_unscaled(glyph) / font.units_per_em().unwrap_or(1000.0) * em_px
    }
}

/// How typeset or handwritten text looks.
#[derive(Debug, Clone, Copy)]
pub struct Type {
    pub face: Face,
    /// Size of the em in printer's points.
    pub points: f32,
    pub ink: Ink,
}

/// Printers' black at the given face and size.
pub const fn printed(face: Face, points: f32) -> Type {
    Type { face, points, ink: ink(28, 28, 34) }
}

impl Type {
    /// Returns the same type in another ink.
    pub const fn inked(self, ink: Ink) -> Self {
        Self { ink, ..self }
    }

    fn em_px(self) -> f32 {
        px(self.points * 25.4 / 72.0)
    }
}

/// Returns the width of the text in millimetres.
pub fn width_of(faces: &Faces, style: Type, text: &str) -> f32 {
    let font = faces.font(style.face);
    let pixels: f32 =
        text.chars().map(|c| faces.advance_px(style.face, font.glyph_id(c), style.em_px())).sum();
    pixels * 25.4 / crate::sheet::DRAWING_DPI
}

/// Sets a line of type with its baseline starting at `place`; returns where it ends, in mm.
pub fn set(sheet: &mut Sheet, faces: &Faces, style: Type, place: At, text: &str) -> f32 {
    let layer = line_layer(faces, style, text);
    let shift = Layer {
        left: layer.left + px(place.x) as i32,
        top: layer.top + px(place.y) as i32,
        cover: layer.cover,
    };
    sheet.press(&shift, style.ink, None);
    let width_mm = width_of(faces, style, text);
    sheet.runs.push(TextRun {
        at: place,
        width_mm,
        size_mm: style.points * 25.4 / 72.0,
        text: text.into(),
    });
    place.x + width_mm
}

/// Sets a line of type centered around `place.x`.
pub fn set_centered(sheet: &mut Sheet, faces: &Faces, style: Type, place: At, text: &str) {
    let left = place.x - width_of(faces, style, text) / 2.0;
    set(sheet, faces, style, at(left, place.y), text);
}

/// Writes with a pen: slanted by `degrees`, never quite straight, not part of the text layer.
pub fn sign(sheet: &mut Sheet, faces: &Faces, style: Type, place: At, words: (&str, f32)) {
    let (text, degrees) = words;
    let layer = line_layer(faces, style, text).turned(degrees);
    let shifted = Layer {
        left: layer.left + px(place.x) as i32,
        top: layer.top + px(place.y) as i32,
        cover: layer.cover,
    };
    sheet.press(&shifted, style.ink, None);
}

/// Draws a line of text on a layer of its own; its origin is the left end of the baseline.
fn line_layer(faces: &Faces, style: Type, text: &str) -> Layer {
    let font = faces.font(style.face);
    let em = style.em_px();
    let (above, below, side) = (em * 1.2, em * 0.7, em * 0.6);
    let width = px(width_of(faces, style, text)) + 2.0 * side;
    let mut layer = Layer {
        left: -side as i32,
        top: -above as i32,
        cover: image::GrayImage::new(width as u32 + 1, (above + below) as u32 + 1),
    };
    let mut x = 0.0;
    for character in text.chars() {
        let id = font.glyph_id(character);
        let glyph = id.with_scale_and_position(
            faces.scale(style.face, em),
            point(side.floor() + x, above.floor()),
        );
        draw(font, glyph, |x, y, cover| layer.darken(x, y, cover));
        x += faces.advance_px(style.face, id, em);
    }
    layer
}

fn draw(font: &FontVec, glyph: Glyph, mut dot: impl FnMut(i32, i32, f32)) {
    let Some(outline) = font.outline_glyph(glyph) else { return };
    let bounds = outline.px_bounds();
    outline.draw(|x, y, cover| {
        dot(bounds.min.x as i32 + x.cast_signed(), bounds.min.y as i32 + y.cast_signed(), cover);
    });
}

/// How a machine makes its characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// Type bars through a ribbon.
    TypeBars(Face),
    /// Pins through a ribbon: the characters are made of dots.
    Pins,
    /// A thermal line printer of 8 dots a millimetre.
    Thermal,
}

/// The dots that a head makes a character of.
#[derive(Clone, Copy)]
struct Matrix {
    /// The face whose characters it imitates.
    face: Face,
    columns: u8,
    /// How much taller than the face's its characters are.
    stretch: f32,
}

const PINS: Matrix = Matrix { face: Face::CourierBold, columns: 10, stretch: 1.1 };
const THERMAL: Matrix = Matrix { face: Face::CourierSans, columns: 12, stretch: 1.4 };

/// A machine that writes in a fixed pitch, with its wear.
pub struct Machine {
    pub head: Head,
    /// Width of a character in millimetres.
    pub pitch_mm: f32,
    pub ink: Ink,
    /// How far characters stray from their place, mm.
    pub stray_mm: f32,
    /// How uneven the ribbon gives its ink, 0–1.
    pub patchy: f32,
    /// Slow change of the ribbon's darkness along the lines, 0–1.
    pub tired: f32,
    pub random: Random,
}

/// Ten characters an inch.
pub const PICA_MM: f32 = 2.54;
/// Twelve characters an inch.
pub const ELITE_MM: f32 = 25.4 / 12.0;

impl Machine {
    /// Returns a well-kept typewriter.
    pub fn typewriter(face: Face, pitch_mm: f32, seed: u64) -> Self {
        Self {
            head: Head::TypeBars(face),
            pitch_mm,
            ink: ink(30, 29, 36),
            stray_mm: 0.05,
            patchy: 0.35,
            tired: 0.12,
            random: Random::new(seed),
        }
    }

    /// Returns a nine-pin printer.
    pub fn dot_matrix(pitch_mm: f32, seed: u64) -> Self {
        Self {
            head: Head::Pins,
            pitch_mm,
            ink: ink(36, 34, 56),
            stray_mm: 0.02,
            patchy: 0.3,
            tired: 0.15,
            random: Random::new(seed),
        }
    }

    /// Returns a till's printer with 48 columns on 80 mm paper.
    pub fn till(seed: u64) -> Self {
        Self {
            head: Head::Thermal,
            pitch_mm: 1.5,
            ink: ink(38, 36, 48),
            stray_mm: 0.0,
            patchy: 0.12,
            tired: 0.1,
            random: Random::new(seed),
        }
    }

    /// Writes a line with its baseline at `place`.
    pub fn write(&mut self, sheet: &mut Sheet, faces: &Faces, place: At, text: &str) {
        let weave = self.random.bits();
        let mut mood = self.random.between(-0.5, 0.5);
        for (index, character) in text.chars().enumerate() {
            mood = (mood + self.random.between(-0.18, 0.18)).clamp(-1.0, 1.0);
            let left = place.x + index as f32 * self.pitch_mm;
            if character == ' ' {
                continue;
            }
            let strength = (1.0 - self.tired * (1.0 + mood)).clamp(0.05, 1.0);
            let ink = self.ink.with_strength(self.ink.strength * strength);
            match self.head {
                Head::TypeBars(face) => {
                    self.strike(sheet, faces, (face, ink, weave), (at(left, place.y), character));
                }
                Head::Pins => self.fire(sheet, faces, (ink, PINS), (at(left, place.y), character)),
                Head::Thermal => {
                    self.fire(sheet, faces, (ink, THERMAL), (at(left, place.y), character));
                }
            }
        }
        let width_mm = text.chars().count() as f32 * self.pitch_mm;
        sheet.runs.push(TextRun {
            at: place,
            width_mm,
            size_mm: self.pitch_mm * 1.6,
            text: text.trim_end().into(),
        });
    }

    /// Strikes one type bar.
    fn strike(
        &mut self,
        sheet: &mut Sheet,
        faces: &Faces,
        how: (Face, Ink, u64),
        what: (At, char),
    ) {
        let (mut face, ink, weave) = how;
        let (place, character) = what;
        if faces.font(face).glyph_id(character).0 == 0 {
            face = Face::CourierBold;
        }
        let font = faces.font(face);
        let id = font.glyph_id(character);
        let natural = faces.advance_px(face, font.glyph_id('n'), 100.0);
        let em = px(self.pitch_mm) / natural * 100.0;
        // Every type bar is bent in its own way: the same letter always stands a little off.
        let bent =
            f32::from(u8::try_from(u32::from(character) * 37 % 11).unwrap_or(0)) / 10.0 - 0.5;
        let x = px(place.x + self.random.bell() * self.stray_mm * 0.6);
        let y = px(place.y + bent * self.stray_mm * 2.0 + self.random.bell() * self.stray_mm * 0.5);
        let side = (px(self.pitch_mm) - faces.advance_px(face, id, em)) / 2.0;
        let force = (1.0 + self.random.bell() * self.patchy * 0.25).clamp(0.4, 1.25);
        let tilt = self.random.bell() * 0.25;
        let glyph = id.with_scale_and_position(faces.scale(face, em), point(x + side, y));
        let patchy = self.patchy;
        draw(font, glyph, |x, y, cover| {
            let cloth = grain(x as u32 / 2, y as u32 / 2, weave) * 0.6
                + grain(x as u32, y as u32, weave) * 0.4;
            let lean = 1.0 + tilt * patchy * if (y & 8) == 0 { 0.3 } else { -0.3 };
            sheet.soak(x, y, ink, cover * force * lean * (1.0 - patchy * cloth));
        });
    }

    /// Fires the pins or heats the dots of one character.
    fn fire(&mut self, sheet: &mut Sheet, faces: &Faces, how: (Ink, Matrix), what: (At, char)) {
        const ZOOM: i32 = 8;
        let (ink, matrix) = how;
        let Matrix { face, columns, stretch } = matrix;
        let (place, character) = what;
        let font = faces.font(face);
        let dot_mm = self.pitch_mm / f32::from(columns);
        let natural = faces.advance_px(face, font.glyph_id('n'), 100.0);
        // Each dot of the matrix is looked up in the middle of its place in a large drawing.
        let mut scale = faces.scale(face, f32::from(columns) / natural * 100.0 * ZOOM as f32);
        scale.y *= stretch;
        let glyph = font.glyph_id(character).with_scale_and_position(scale, point(0.0, 0.0));
        let mut dots = Vec::new();
        draw(font, glyph, |x, y, cover| {
            let middle = ZOOM / 2;
            if cover > 0.5 && x.rem_euclid(ZOOM) == middle && y.rem_euclid(ZOOM) == middle {
                dots.push((x.div_euclid(ZOOM) as f32, y.div_euclid(ZOOM) as f32));
            }
        });
        let corner = at(place.x - dot_mm, place.y - self.pitch_mm * 2.0);
        let opposite = at(place.x + self.pitch_mm + dot_mm, place.y + self.pitch_mm);
        let mut layer = Layer::around(&[corner, opposite], 0.4);
        for (column, row) in dots {
            let x = px(place.x + (column + 0.5) * dot_mm + self.random.bell() * self.stray_mm);
            let y = px(place.y + (row + 0.5) * dot_mm + self.random.bell() * self.stray_mm);
            let force = 1.0 - self.patchy * 0.4 * self.random.unit();
            layer.dab(x - layer.left as f32, y - layer.top as f32, px(dot_mm) * 0.6 * force);
        }
        let given = self.random.between(1.0 - self.patchy * 0.4, 1.0);
        sheet.press(&layer, ink.with_strength(ink.strength * given), None);
    }
}

/// Stamps lines of text in a frame, turned by `degrees`, with the patchy ink of a rubber stamp.
pub fn stamp(
    sheet: &mut Sheet,
    faces: &Faces,
    style: Type,
    place: (At, f32),
    lines: (&[&str], &mut Random),
) {
    let (corner, degrees) = place;
    let (lines, random) = lines;
    let line_mm = style.points * 25.4 / 72.0 * 1.25;
    let width = lines.iter().map(|line| width_of(faces, style, line)).fold(0.0, f32::max) + 5.0;
    let height = line_mm * lines.len() as f32 + 2.6;
    let mut draft = Sheet::new(width + 2.0, height + 2.0, [255, 255, 255]);
    let black = ink(0, 0, 0);
    draft.frame(at(1.0, 1.0), at(width, height), 0.5, black);
    for (index, line) in lines.iter().enumerate() {
        let baseline = 1.0 + line_mm * (index as f32 + 0.92) + 0.6;
        set_centered(&mut draft, faces, style.inked(black), at(1.0 + width / 2.0, baseline), line);
    }
    let cover = image::GrayImage::from_fn(draft.pixels.width(), draft.pixels.height(), |x, y| {
        image::Luma([255 - draft.pixels.get_pixel(x, y).0[0]])
    });
    let layer = Layer { left: px(corner.x) as i32, top: px(corner.y) as i32, cover };
    sheet.press(&layer.turned(degrees), style.ink, Some(random));
}
