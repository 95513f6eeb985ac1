//! Decodes the frames of TIFF files, each by its own: a broken frame fails alone.
//!
//! The file's directories are walked here. For each frame the header is pointed at the frame's
//! directory, so that every decoder sees it as the first one, whatever is wrong with the others.
//! The safe decoders (package `tiff`; for fax, `tiff_fax`) are asked first; libtiff reads what they
//! refuse.

use std::collections::HashSet;
use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};

use crate::document::{Failure, Reason, Stage, guarded};
use crate::images::{InkBit, PageImage, Pixels};

use super::density;
use super::leptonica;
use super::limits::Limits;
use super::pixels;
use super::tiff_directory::{Directory, FrameKind, Layout};
use super::tiff_fax;
use super::tiff_twins;

/// A frame that is marked as a smaller version of another is none if its sides are longer than this
/// share of the largest frame's: some writers mark all pages.
const LEAST_REDUCTION: f32 = 0.8;
/// A preview follows its page within so many frames; so many that may be some are compared.
const PREVIEW_REACH: usize = 8;
const MAX_PREVIEWS: usize = 64;

/// A TIFF file whose directories have been found.
pub(super) struct TiffDocument {
    bytes: Vec<u8>,
    /// Where each frame's directory stands; `None` for a frame that is announced but cannot be reached.
    frames: Vec<Option<u64>>,
    limits: Limits,
}

impl TiffDocument {
    /// Finds all frames; `corrupt` if there is none, `too_large` if there are too many.
    pub(super) fn open(bytes: Vec<u8>, limits: &Limits) -> Result<Self, Failure> {
        let frames = walk(&bytes, limits)?;
        let mut document = Self { bytes, frames, limits: limits.clone() };
        document.drop_previews();
        Ok(document)
    }

    /// Leaves out the frames that show a page before them once more, smaller.
    fn drop_previews(&mut self) {
        let sizes: Vec<Option<(u32, u32)>> = self.frames.iter().map(|at| self.size(*at)).collect();
        let mut index = self.frames.len();
        let mut compared = 0;
        while index > 1 && compared < MAX_PREVIEWS {
            index -= 1;
            let Some(size) = sizes[index].filter(|_| !self.is_declared_page(index)) else {
                continue;
            };
            let page = (index.saturating_sub(PREVIEW_REACH)..index).rev().find(|&page| {
                sizes[page].is_some_and(|page| tiff_twins::may_be_preview(size, page))
            });
            let Some(page) = page else { continue };
            compared += 1;
            if let (Ok(preview), Ok(page)) = (self.frame(index), self.frame(page))
                && tiff_twins::are_alike(&page.pixels, &preview.pixels)
            {
                self.frames.remove(index);
            }
        }
    }

    /// Returns whether a frame says of itself that it is a page.
    fn is_declared_page(&self, index: usize) -> bool {
        let offset = self.frames[index];
        let directory = |offset| Layout::new(&self.bytes)?.directory(offset);
        offset.and_then(directory).is_some_and(|directory| directory.is_declared_page())
    }

    fn size(&self, offset: Option<u64>) -> Option<(u32, u32)> {
        Some(Layout::new(&self.bytes)?.directory(offset?)?.dimensions())
    }

    /// Returns the number of frames, at least 1.
    pub(super) fn frame_count(&self) -> usize {
        self.frames.len()
    }

    /// Decodes the frame at a position counted from 0.
    pub(super) fn frame(&mut self, index: usize) -> Result<PageImage, Failure> {
        let offset = self.frames.get(index).copied().flatten();
        let Some(offset) = offset else { return Err(unreachable_frame()) };
        let layout = Layout::new(&self.bytes).ok_or_else(unreachable_frame)?;
        let (at, patch) = layout.header_patch(offset);
        self.bytes[at..at + patch.len()].copy_from_slice(&patch);

        let directory = Directory::first(&self.bytes).ok_or_else(unreachable_frame)?;
        let (width, height) = directory.dimensions();
        self.limits.check(width, height, directory.bits_per_pixel())?;
        let density = density::of_directory(&directory);
        let orientation = directory.orientation();
        // A panic of the safe decoder is one more refusal.
        let decoded = guarded(Stage::Decode, || {
            decode(&self.bytes, &directory)
                .map_err(|refusal| Failure::decode(Reason::Corrupt, refusal.to_string()))
        })
        .flatten();
        let pixels = decoded.or_else(|failure| {
            leptonica::read_tiff(&self.bytes, (width, height), orientation.to_exif()).ok_or(failure)
        })?;
        Ok(pixels::finish(pixels, orientation, density))
    }
}

fn unreachable_frame() -> Failure {
    Failure::decode(Reason::Corrupt, "its directory lies outside of the file")
}

/// Returns the frames that are pages.
fn walk(bytes: &[u8], limits: &Limits) -> Result<Vec<Option<u64>>, Failure> {
    let layout = Layout::new(bytes).ok_or_else(unreachable_frame)?;
    let first = layout.first_offset().ok_or_else(unreachable_frame)?;
    let frames = chain(layout, first, limits)?;
    let pages = pages(layout, &frames);
    if pages.iter().all(Option::is_none) { Err(unreachable_frame()) } else { Ok(pages) }
}

/// Follows the chain of directories. Ends at one that was seen before, as libtiff does.
fn chain(layout: Layout<'_>, first: u64, limits: &Limits) -> Result<Vec<Option<u64>>, Failure> {
    let mut offset = first;
    let mut seen = HashSet::new();
    let mut frames = Vec::new();
    while offset != 0 && seen.insert(offset) {
        let directory = layout.directory(offset);
        frames.push(directory.as_ref().map(|_| offset));
        limits.check_pages(frames.len())?;
        offset = directory.map_or(0, |directory| directory.next());
    }
    Ok(frames)
}

/// Leaves out what is a smaller version or a mask of another frame (TIFF 6.0, `NewSubfileType`).
fn pages(layout: Layout<'_>, frames: &[Option<u64>]) -> Vec<Option<u64>> {
    let marked = |offset: &Option<u64>| {
        let directory = layout.directory((*offset)?)?;
        let (width, height) = directory.dimensions();
        Some((directory.kind(), width.max(height)))
    };
    let sides: Vec<Option<(FrameKind, u32)>> = frames.iter().map(marked).collect();
    let largest = |kind: FrameKind| {
        let of_kind = sides.iter().flatten().filter(|(found, _)| *found == kind);
        of_kind.map(|(_, side)| *side).max()
    };
    if largest(FrameKind::Page).is_none() {
        // The frame itself may stand below its preview.
        let below = frames.iter().flatten().filter_map(|offset| layout.directory(*offset));
        let below = below.flat_map(|directory| directory.sub_directories()).filter(|offset| {
            layout.directory(*offset).is_some_and(|it| it.kind() == FrameKind::Page)
        });
        let below: Vec<Option<u64>> = below.map(Some).collect();
        if !below.is_empty() {
            return below;
        }
    }
    let full = largest(FrameKind::Page)
        .or_else(|| largest(FrameKind::Reduced))
        .or_else(|| largest(FrameKind::Mask))
        .unwrap_or(0);
    let is_page = |frame: &Option<(FrameKind, u32)>| match frame {
        // What cannot be reached is accounted for.
        None | Some((FrameKind::Page, _)) => true,
        Some((FrameKind::Reduced, side)) => *side as f32 > LEAST_REDUCTION * full as f32,
        Some((FrameKind::Mask, _)) => {
            largest(FrameKind::Page).or_else(|| largest(FrameKind::Reduced)).is_none()
        }
    };
    frames.iter().zip(&sides).filter(|(_, side)| is_page(side)).map(|(frame, _)| *frame).collect()
}

/// Why the safe decoders leave a frame to libtiff.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("{0}")]
    Decoder(#[from] tiff::TiffError),
    #[error("the planes of its samples are not complete")]
    Planes,
    #[error("the bits of its bytes are in reverse order")]
    FillOrder,
    #[error("the color type `{0:?}` is not known")]
    Color(ColorType),
}

fn decode(bytes: &[u8], directory: &Directory<'_>) -> Result<Pixels, Refusal> {
    if let Some(pixels) = tiff_fax::decode(directory) {
        return Ok(pixels);
    }
    if let Some(pixels) = twelve_bits(directory) {
        return Ok(pixels);
    }
    if directory.fill_order() != 1 {
        return Err(Refusal::FillOrder);
    }
    let mut decoder = Decoder::new(Cursor::new(bytes))?;
    let (width, height) = decoder.dimensions()?;
    let kind = decoder.colortype()?;
    // What is not known is refused before it costs anything.
    if !matches!(
        kind,
        ColorType::Gray(1 | 2 | 4 | 8 | 16 | 32)
            | ColorType::RGB(8 | 16)
            | ColorType::RGBA(8 | 16)
            | ColorType::CMYK(8 | 16)
            | ColorType::Multiband { bit_depth: 8 | 16, .. }
    ) {
        return Err(Refusal::Color(kind));
    }
    let mut samples = DecodingResult::U8(Vec::new());
    let layout = decoder.read_image_to_buffer(&mut samples)?;
    let whole = samples.as_buffer(0).byte_len() >= layout.complete_len;
    match (kind, samples) {
        (ColorType::Gray(1), DecodingResult::U8(packed)) => {
            Ok(pixels::bits(&packed, width, height, InkBit::Zero))
        }
        (ColorType::Gray(bits @ (2 | 4)), DecodingResult::U8(packed)) => {
            Ok(pixels::gray(width, height, expand_levels(&packed, width, bits)))
        }
        (ColorType::Gray(32), samples) => {
            let values = stretched(samples).ok_or(Refusal::Color(kind))?;
            Ok(pixels::gray(width, height, values))
        }
        (kind, samples) => {
            let mut values = high_bytes(samples).ok_or(Refusal::Color(kind))?;
            if layout.planes > 1 {
                if !whole {
                    return Err(Refusal::Planes);
                }
                values = interleaved(&values, layout.planes);
            }
            Ok(colored(kind, width, height, values))
        }
    }
}

/// Reads gray samples of twelve bits that are not compressed, each three bytes two of them.
fn twelve_bits(directory: &Directory<'_>) -> Option<Pixels> {
    let is_plain = directory.bits_per_pixel() == 12 && directory.compression() == 1;
    let photometric = directory.photometric().filter(|_| is_plain)?;
    let (width, height) = directory.dimensions();
    let columns = width as usize;
    let mut values = Vec::new();
    for (strip, rows) in directory.strips()? {
        let row_bytes = (columns * 3).div_ceil(2);
        for row in strip.chunks(row_bytes.max(1)).take(rows as usize) {
            let level = |column: usize| {
                let at = column / 2 * 3;
                let byte = |at: usize| row.get(at).copied().unwrap_or(255);
                match column % 2 {
                    0 => byte(at),
                    _ => byte(at + 1) << 4 | byte(at + 2) >> 4,
                }
            };
            values.extend((0..columns).map(level));
        }
    }
    match photometric {
        0 => values.iter_mut().for_each(|value| *value = 255 - *value),
        1 => {}
        _ => return None,
    }
    Some(pixels::gray(width, height, values))
}

/// Brings samples of 8 or 16 bits to 0–255; signed ones lie around the middle.
fn high_bytes(samples: DecodingResult) -> Option<Vec<u8>> {
    match samples {
        DecodingResult::U8(values) => Some(values),
        DecodingResult::U16(values) => Some(values.iter().map(|v| (v >> 8) as u8).collect()),
        DecodingResult::I8(values) => {
            Some(values.iter().map(|v| v.cast_unsigned() ^ 0x80).collect())
        }
        DecodingResult::I16(values) => {
            Some(values.iter().map(|v| (v.cast_unsigned() >> 8) as u8 ^ 0x80).collect())
        }
        _ => None,
    }
}

/// Brings samples that stand in one plane each to stand together.
fn interleaved(values: &[u8], planes: usize) -> Vec<u8> {
    let length = values.len() / planes;
    (0..length * planes).map(|at| values[at % planes * length + at / planes]).collect()
}

/// Expands packed samples of 2 or 4 bits, rows padded to whole bytes, to 0–255.
fn expand_levels(packed: &[u8], width: u32, bits: u8) -> Vec<u8> {
    let (columns, bits) = (width as usize, usize::from(bits));
    let top = (1_u8 << bits) - 1;
    let row_bytes = (columns * bits).div_ceil(8);
    let level = move |row: &[u8], column: usize| {
        let bit = column * bits;
        let value = row.get(bit / 8).copied().unwrap_or(255) >> (8 - bits - bit % 8) & top;
        value * (255 / top)
    };
    packed
        .chunks(row_bytes)
        .flat_map(|row| (0..columns).map(move |column| level(row, column)))
        .collect()
}

/// Turns interleaved samples of 8 bits into gray or color.
fn colored(kind: ColorType, width: u32, height: u32, values: Vec<u8>) -> Pixels {
    let over = pixels::over_white;
    match kind {
        ColorType::RGB(_) => pixels::color(width, height, values),
        ColorType::RGBA(_) => {
            let quads = values.as_chunks::<4>().0;
            let rgb =
                quads.iter().flat_map(|[r, g, b, a]| [over(*r, *a), over(*g, *a), over(*b, *a)]);
            pixels::color(width, height, rgb.collect())
        }
        ColorType::CMYK(_) => {
            let quads = values.as_chunks::<4>().0;
            let rgb =
                quads.iter().flat_map(|[c, m, y, k]| [*c, *m, *y].map(|ink| printed(ink, *k)));
            pixels::color(width, height, rgb.collect())
        }
        // Gray with something else; of two samples the second is opacity.
        ColorType::Multiband { num_samples: 2, .. } => {
            let pairs = values.as_chunks::<2>().0.iter();
            pixels::gray(width, height, pairs.map(|[value, alpha]| over(*value, *alpha)).collect())
        }
        ColorType::Multiband { num_samples, .. } => {
            let pixel = usize::from(num_samples.max(1));
            pixels::gray(width, height, values.into_iter().step_by(pixel).collect())
        }
        _ => pixels::gray(width, height, values),
    }
}

/// Returns the brightness that an ink and black leave of white paper.
fn printed(ink: u8, black: u8) -> u8 {
    (u32::from(255 - ink) * u32::from(255 - black) / 255) as u8
}

/// Stretches samples of 32 bits between their darkest and lightest value to 0–255.
fn stretched(samples: DecodingResult) -> Option<Vec<u8>> {
    let values: Vec<f32> = match samples {
        DecodingResult::F32(values) => values,
        DecodingResult::U32(values) => values.into_iter().map(|value| value as f32).collect(),
        DecodingResult::I32(values) => values.into_iter().map(|value| value as f32).collect(),
        _ => return None,
    };
    let finite = || values.iter().copied().filter(|value| value.is_finite());
    let low = finite().reduce(f32::min)?;
    let range = finite().reduce(f32::max)? - low;
    if range <= 0.0 {
        return Some(vec![255; values.len()]);
    }
    Some(values.iter().map(|value| ((value - low) / range * 255.0).round() as u8).collect())
}

#[cfg(test)]
mod tests;
