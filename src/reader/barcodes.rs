//! Finds barcodes and QR codes on a prepared page: the only file that names rxing.
//!
//! The session calls it where a model has a field for one; all other pages pay nothing.

use std::collections::HashSet;

use rxing::{BarcodeFormat, DecodeHints, RXingResult};

use crate::document::{Barcode, PixelBox, Symbology};
use crate::images::PagePixels;

/// Returns the codes of the given kinds on a page, from top to bottom; none that says nothing.
pub(super) fn find(pixels: &PagePixels, symbologies: &[Symbology]) -> Vec<Barcode> {
    let formats: HashSet<BarcodeFormat> = symbologies.iter().copied().map(format).collect();
    let mut hints = DecodeHints {
        PossibleFormats: Some(formats),
        TryHarder: Some(true),
        ..DecodeHints::default()
    };
    let (width, height) = pixels.dimensions();
    let gray = pixels.gray().into_owned().into_raw();
    // An error says that there is none.
    let found = rxing::helpers::detect_multiple_in_luma_with_hints(gray, width, height, &mut hints);
    let mut codes: Vec<Barcode> = Vec::new();
    for result in found.unwrap_or_default() {
        let Some(symbology) = symbology(*result.getBarcodeFormat()) else { continue };
        let text = result.getText().replace('\0', "");
        let is_known = |code: &Barcode| (code.symbology, &code.text) == (symbology, &text);
        if !text.trim().is_empty() && !codes.iter().any(is_known) {
            codes.push(Barcode { bounds: bounds(&result, (width, height)), symbology, text });
        }
    }
    codes.sort_by_key(|code| (code.bounds.top, code.bounds.left));
    codes
}

/// Returns the box of the points that a code was located by, at least a pixel in size.
fn bounds(result: &RXingResult, (width, height): (u32, u32)) -> PixelBox {
    let points = result.getPoints();
    let span = |along: &dyn Fn(usize) -> f32, limit: u32| {
        let places = (0..points.len()).map(along);
        let (from, to) =
            places.fold((f32::MAX, 0.0_f32), |(from, to), at| (from.min(at), to.max(at)));
        let from = (from.max(0.0) as u32).min(limit.saturating_sub(1));
        (from, (to.ceil() as u32).clamp(from + 1, limit.max(from + 1)))
    };
    let (left, right) = span(&|index| points[index].x, width);
    let (top, bottom) = span(&|index| points[index].y, height);
    PixelBox { left, top, right, bottom }
}

fn format(symbology: Symbology) -> BarcodeFormat {
    match symbology {
        Symbology::Aztec => BarcodeFormat::AZTEC,
        Symbology::Codabar => BarcodeFormat::CODABAR,
        Symbology::Code39 => BarcodeFormat::CODE_39,
        Symbology::Code93 => BarcodeFormat::CODE_93,
        Symbology::Code128 => BarcodeFormat::CODE_128,
        Symbology::DataMatrix => BarcodeFormat::DATA_MATRIX,
        Symbology::Ean8 => BarcodeFormat::EAN_8,
        Symbology::Ean13 => BarcodeFormat::EAN_13,
        Symbology::Itf => BarcodeFormat::ITF,
        Symbology::Pdf417 => BarcodeFormat::PDF_417,
        Symbology::QrCode => BarcodeFormat::QR_CODE,
        Symbology::UpcA => BarcodeFormat::UPC_A,
        Symbology::UpcE => BarcodeFormat::UPC_E,
    }
}

fn symbology(found: BarcodeFormat) -> Option<Symbology> {
    Symbology::ALL.iter().copied().find(|symbology| format(*symbology) == found)
}

#[cfg(test)]
mod tests {
    use image::{GrayImage, Luma, imageops};
    use rxing::{MultiFormatWriter, Writer};

    use super::*;

    /// A white page with one code in black.
    fn page(text: &str, drawn: BarcodeFormat, (width, height): (i32, i32)) -> PagePixels {
        let matrix = MultiFormatWriter.encode(text, &drawn, width, height).unwrap();
        let code = GrayImage::from_fn(matrix.width(), matrix.height(), |x, y| {
            Luma([if matrix.get(x, y) { 0 } else { 255 }])
        });
        let mut page = GrayImage::from_pixel(1200, 900, Luma([255]));
        imageops::replace(&mut page, &code, 300, 400);
        PagePixels::Gray(page)
    }

    #[test]
    fn reads_a_qr_code_and_says_where_it_is() {
        let page = page("INV-2024/0017", BarcodeFormat::QR_CODE, (300, 300));
        let found = find(&page, &[Symbology::QrCode]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].symbology, &*found[0].text), (Symbology::QrCode, "INV-2024/0017"));
        let PixelBox { left, top, right, bottom } = found[0].bounds;
        assert!(left > 300 && right < 600 && top > 400 && bottom < 700, "{:?}", found[0].bounds);
    }

    #[test]
    fn reads_bars_and_leaves_kinds_alone_that_nobody_asked_for() {
        let page = page("BOX 0042", BarcodeFormat::CODE_128, (400, 120));
        let texts = |asked: &[Symbology]| -> Vec<String> {
            find(&page, asked).into_iter().map(|code| code.text).collect()
        };
        assert_eq!(texts(&Symbology::CHECKED), ["BOX 0042"]);
        assert_eq!(texts(&[Symbology::QrCode]), Vec::<String>::new());
    }

    #[test]
    fn finds_nothing_on_white_paper() {
        let page = PagePixels::Gray(GrayImage::from_pixel(200, 100, Luma([255])));
        assert_eq!(find(&page, Symbology::ALL), []);
    }
}
