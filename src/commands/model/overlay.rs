//! The picture of `model explain`: the prepared page with what the models saw drawn over it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, anyhow};
use font8x8::legacy::BASIC_LEGACY;
use image::{Rgb, RgbImage};

use crate::decode::{self, DecodeOptions, DecodedPage, PdfText};
use crate::document::{PageNumber, PageText, PixelBox, TypedRecord};
use crate::extract::Explanation;
use crate::model::{Place, RecordModel, Zone};
use crate::prepare::{Aim, Choice, PrepareOptions};

/// What a box shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Zone,
    Column,
    Row,
    Excluded,
    Label,
    Candidate,
    Value,
    Issue,
}

impl Kind {
    const ALL: [(Self, Rgb<u8>, &'static str); 8] = [
        (Self::Zone, Rgb([150, 90, 200]), "violet: zones"),
        (Self::Column, Rgb([0, 150, 170]), "cyan: table columns"),
        (Self::Row, Rgb([150, 200, 210]), "pale cyan: table lines"),
        (Self::Excluded, Rgb([130, 130, 130]), "gray: excluded phrases"),
        (Self::Label, Rgb([20, 70, 230]), "blue: labels"),
        (Self::Candidate, Rgb([235, 150, 20]), "orange: other candidates"),
        (Self::Value, Rgb([0, 140, 40]), "green: values"),
        (Self::Issue, Rgb([220, 20, 30]), "red: values with issues"),
    ];

    fn color(self) -> Rgb<u8> {
        let found = Self::ALL.iter().find(|(kind, ..)| *kind == self);
        found.map_or(Rgb([0, 0, 0]), |(_, color, _)| *color)
    }
}

/// Boxes to be drawn, in pixels of the page text, each with a caption.
#[derive(Debug, Default)]
pub(super) struct Overlay {
    /// Later kinds are drawn over earlier ones.
    boxes: BTreeMap<Kind, Vec<(PixelBox, String)>>,
}

impl Overlay {
    /// Adds what a model saw on a page.
    pub(super) fn add_seen(&mut self, model: &RecordModel, seen: &Explanation, text: &PageText) {
        for (field, found) in model.fields.iter().zip(&seen.fields) {
            for zone in field.places.iter().filter_map(zone_of) {
                self.push(Kind::Zone, on_page(zone, text), &field.name);
            }
            for label in &found.labels {
                self.push(Kind::Label, label.bounds, &format!("{} label", field.name));
            }
            for excluded in &found.excluded {
                self.push(Kind::Excluded, excluded.bounds, "");
            }
            for other in found.candidates.iter().skip(1) {
                self.push(Kind::Candidate, other.candidate.bounds, "");
            }
        }
        for table in &seen.tables {
            let Some(all) = table.rows.iter().copied().reduce(|all, row| all.union(&row)) else {
                continue;
            };
            for row in &table.rows {
                self.push(Kind::Row, *row, "");
            }
            for column in &table.columns {
                let field = column.field.and_then(|field| model.fields.get(field));
                let (left, right) = (column.left.max(0.0) as u32, column.right.max(0.0) as u32);
                let bounds = PixelBox { left, right: right.min(text.width), ..all };
                self.push(Kind::Column, bounds, field.map_or("", |field| field.name.as_str()));
            }
        }
    }

    /// Adds what a model made of a page.
    pub(super) fn add_values(
        &mut self,
        model: &RecordModel,
        records: &[&TypedRecord],
        number: PageNumber,
    ) {
        for record in records {
            for (field, typed) in model.fields.iter().zip(&record.record.fields) {
                let Some(bounds) = typed.bounds.filter(|_| typed.page == Some(number)) else {
                    continue;
                };
                let doubtful =
                    record.issues.iter().any(|issue| issue.field.as_ref() == Some(&field.name));
                let kind = if doubtful { Kind::Issue } else { Kind::Value };
                let caption = format!("{} {:.2}", field.name, typed.confidence);
                self.push(kind, bounds, if model.rows.is_some() { "" } else { &caption });
            }
        }
    }

    fn push(&mut self, kind: Kind, bounds: PixelBox, caption: &str) {
        let boxes = self.boxes.entry(kind).or_default();
        if !boxes.iter().any(|(other, _)| *other == bounds) {
            boxes.push((bounds, caption.to_owned()));
        }
    }

    /// Returns what the colors mean.
    pub(super) fn legend(&self) -> String {
        let drawn = Kind::ALL.iter().filter(|(kind, ..)| self.boxes.contains_key(kind));
        let names: Vec<&str> = drawn.map(|(_, _, name)| *name).collect();
        format!("picture: {}", names.join(", "))
    }
}

fn zone_of(place: &Place) -> Option<&Zone> {
    match place {
        Place::Zone { zone, .. } => Some(zone),
        Place::Pattern { zone } | Place::Passage { zone, .. } => zone.as_ref(),
        _ => None,
    }
}

fn on_page(zone: &Zone, text: &PageText) -> PixelBox {
    let (width, height) = (text.width as f32, text.height as f32);
    PixelBox {
        left: (zone.left * width) as u32,
        top: (zone.top * height) as u32,
        right: (zone.right * width) as u32,
        bottom: (zone.bottom * height) as u32,
    }
}

/// Prepares the page as it was when its words were read, draws on it, and writes a PNG.
pub(super) fn write(
    path: &Path,
    number: PageNumber,
    (text, overlay): (&PageText, &Overlay),
    target: &Path,
) -> anyhow::Result<()> {
    let place = path.display();
    let failed = |failure| anyhow!("{place}: page {number}: {failure}");
    let bytes = std::fs::read(path).with_context(|| format!("{place}: image"))?;
    let options = DecodeOptions { pdf_text: PdfText::Never, ..DecodeOptions::default() };
    let mut document = decode::open(bytes, &options).map_err(failed)?;
    let DecodedPage::Image(image) = document.page(number).map_err(failed)? else {
        return Err(anyhow!("{place}: page {number}: has text and no image"));
    };
    // The direction is known by now; finding it again could end otherwise.
    let options = PrepareOptions {
        aim: Aim::Native,
        rotate: Choice::Never,
        forced_rotation: Some(text.facts.rotation),
        ..PrepareOptions::default()
    };
    let prepared = crate::prepare::prepare(image, &options).map_err(failed)?;
    let gray = prepared.pixels.gray();
    // Paler than the page, so that thin colored lines can be seen on it.
    let mut picture = RgbImage::from_fn(gray.width(), gray.height(), |x, y| {
        Rgb([gray.get_pixel(x, y).0[0] / 2 + 127; 3])
    });
    let scale = (
        picture.width() as f32 / text.width.max(1) as f32,
        picture.height() as f32 / text.height.max(1) as f32,
    );
    for (kind, boxes) in &overlay.boxes {
        for (bounds, caption) in boxes {
            draw(&mut picture, &scaled(bounds, scale), caption, *kind);
        }
    }
    picture
        .save_with_format(target, image::ImageFormat::Png)
        .with_context(|| format!("{}: image", target.display()))
}

fn scaled(bounds: &PixelBox, (across, down): (f32, f32)) -> PixelBox {
    PixelBox {
        left: (bounds.left as f32 * across) as u32,
        top: (bounds.top as f32 * down) as u32,
        right: (bounds.right as f32 * across) as u32,
        bottom: (bounds.bottom as f32 * down) as u32,
    }
}

/// Draws a frame around a box and its caption above it; that of a zone inside at its bottom, as zones often begin
/// where the page does.
fn draw(picture: &mut RgbImage, bounds: &PixelBox, caption: &str, kind: Kind) {
    let color = kind.color();
    let line = (picture.width() / 800).clamp(1, 4);
    let outer = PixelBox {
        left: bounds.left.saturating_sub(line),
        top: bounds.top.saturating_sub(line),
        right: bounds.right.saturating_add(line),
        bottom: bounds.bottom.saturating_add(line),
    };
    let (top, bottom) = (outer.top + line, outer.bottom.saturating_sub(line));
    fill(picture, PixelBox { bottom: top, ..outer }, color);
    fill(picture, PixelBox { top: bottom, ..outer }, color);
    fill(picture, PixelBox { right: outer.left + line, ..outer }, color);
    fill(picture, PixelBox { left: outer.right.saturating_sub(line), ..outer }, color);
    let height = 8 * line;
    let baseline = match kind {
        Kind::Zone => outer.bottom.saturating_sub(height + 2 * line),
        _ => outer.top.saturating_sub(height),
    };
    for (letter, left) in caption.chars().zip((outer.left..).step_by(height as usize)) {
        let Some(glyph) = BASIC_LEGACY.get(letter as usize) else { continue };
        for (bits, row) in glyph.iter().zip(0..) {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                let (left, top) = (left + column * line, baseline + row * line);
                let dot = PixelBox { left, top, right: left + line, bottom: top + line };
                fill(picture, dot, color);
            }
        }
    }
}

fn fill(picture: &mut RgbImage, bounds: PixelBox, color: Rgb<u8>) {
    for y in bounds.top..bounds.bottom.min(picture.height()) {
        for x in bounds.left..bounds.right.min(picture.width()) {
            picture.put_pixel(x, y, color);
        }
    }
}
