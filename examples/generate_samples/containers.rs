//! File formats of the samples: multi-page TIFF with Group 4, PNG, JPEG and hand-made PDF.
//!
//! Turns scans into bytes; writes no files. The same scan always gives the same bytes.

use std::fmt::Write as _;

use anyhow::Context;
use fax::{Color, VecWriter, encoder::Encoder};
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{ExtendedColorType, GrayImage, ImageEncoder};

use crate::scanner::{Pixels, Scan};
use crate::sheet::TextRun;

/// Encodes a scan as JPEG at the given quality (1–100), with its resolution.
pub fn jpeg(scan: &Scan, quality: u8) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
    encoder.set_pixel_density(PixelDensity::dpi(u16::try_from(scan.dpi)?));
    let (width, height) = scan.dimensions();
    match &scan.pixels {
        Pixels::Bilevel(image) | Pixels::Gray(image) => {
            encoder.write_image(image, width, height, ExtendedColorType::L8)?;
        }
        Pixels::Color(image) => {
            encoder.write_image(image, width, height, ExtendedColorType::Rgb8)?;
        }
    }
    Ok(bytes)
}

/// Encodes a scan as PNG: one bit a pixel if it is bilevel, 16 levels if it is gray.
pub fn png(scan: &Scan) -> anyhow::Result<Vec<u8>> {
    let (Pixels::Bilevel(image) | Pixels::Gray(image)) = &scan.pixels else {
        anyhow::bail!("only bilevel and gray scans are written as PNG");
    };
    let bits = if matches!(scan.pixels, Pixels::Bilevel(_)) { 1 } else { 4 };
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, image.width(), image.height());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(if bits == 1 { png::BitDepth::One } else { png::BitDepth::Four });
    encoder.set_compression(png::Compression::High);
    let dots_per_meter = (scan.dpi as f32 / 0.0254).round() as u32;
    encoder.set_pixel_dims(Some(png::PixelDimensions {
        xppu: dots_per_meter,
        yppu: dots_per_meter,
        unit: png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&packed(image, bits))?;
    writer.finish()?;
    Ok(bytes)
}

/// Packs the upper `bits` of each pixel, rows padded to bytes.
fn packed(image: &GrayImage, bits: usize) -> Vec<u8> {
    let a_byte = 8 / bits;
    let mut bytes = Vec::new();
    for row in image.rows() {
        let levels: Vec<u8> = row.map(|pixel| pixel.0[0] >> (8 - bits)).collect();
        for part in levels.chunks(a_byte) {
            let mut byte = 0;
            for (index, level) in part.iter().enumerate() {
                byte |= level << (8 - bits * (index + 1));
            }
            bytes.push(byte);
        }
    }
    bytes
}

/// Compresses a bilevel image with CCITT Group 4 (ITU-T T.6).
fn group4(image: &GrayImage) -> anyhow::Result<Vec<u8>> {
    let width = u16::try_from(image.width()).context("too wide for fax")?;
    let mut encoder = Encoder::new(VecWriter::new());
    for row in image.rows() {
        let colors = row.map(|pixel| if pixel.0[0] == 0 { Color::Black } else { Color::White });
        let Ok(()) = encoder.encode_line(colors, width);
    }
    let Ok(writer) = encoder.finish();
    Ok(writer.finish())
}

fn bilevel(scan: &Scan) -> anyhow::Result<&GrayImage> {
    match &scan.pixels {
        Pixels::Bilevel(image) => Ok(image),
        Pixels::Gray(_) | Pixels::Color(_) => anyhow::bail!("Group 4 takes bilevel scans only"),
    }
}

/// Writes a multi-page TIFF, each page Group 4 in one strip (TIFF 6.0, sections 2 and 11).
pub fn tiff(scans: &[Scan]) -> anyhow::Result<Vec<u8>> {
    const SHORT: u16 = 3;
    const LONG: u16 = 4;
    const RATIONAL: u16 = 5;
    let mut bytes = b"II*\0".to_vec();
    let mut link = bytes.len();
    bytes.extend([0; 4]);
    for (number, scan) in scans.iter().enumerate() {
        let image = bilevel(scan)?;
        let strip = group4(image)?;
        let strip_at = bytes.len() as u32;
        bytes.extend(&strip);
        let resolution_at = bytes.len() as u32;
        bytes.extend([scan.dpi.to_le_bytes(), 1u32.to_le_bytes()].concat());
        bytes.resize(bytes.len().next_multiple_of(2), 0);
        let directory_at = bytes.len() as u32;
        bytes[link..link + 4].copy_from_slice(&directory_at.to_le_bytes());
        let entries: [(u16, u16, u32, u32); 14] = [
            (254, LONG, 1, 2),
            (256, LONG, 1, image.width()),
            (257, LONG, 1, image.height()),
            (258, SHORT, 1, 1),
            (259, SHORT, 1, 4),
            (262, SHORT, 1, 0),
            (273, LONG, 1, strip_at),
            (277, SHORT, 1, 1),
            (278, LONG, 1, image.height()),
            (279, LONG, 1, strip.len() as u32),
            (282, RATIONAL, 1, resolution_at),
            (283, RATIONAL, 1, resolution_at),
            (296, SHORT, 1, 2),
            (297, SHORT, 2, number as u32 | (scans.len() as u32) << 16),
        ];
        bytes.extend((entries.len() as u16).to_le_bytes());
        for (tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        link = bytes.len();
        bytes.extend([0; 4]);
    }
    Ok(bytes)
}

/// Writes a TIFF of one gray page, LZW-compressed.
pub fn gray_tiff(scan: &Scan) -> anyhow::Result<Vec<u8>> {
    let Pixels::Gray(image) = &scan.pixels else { anyhow::bail!("takes gray scans only") };
    let mut file = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut file)?
        .with_compression(tiff::encoder::Compression::Lzw);
    let mut page =
        encoder.new_image::<tiff::encoder::colortype::Gray8>(image.width(), image.height())?;
    page.resolution(
        tiff::tags::ResolutionUnit::Inch,
        tiff::encoder::Rational { n: scan.dpi, d: 1 },
    );
    page.write_data(image.as_raw())?;
    Ok(file.into_inner())
}

/// One page of a PDF.
pub struct PdfPage {
    pub scan: Scan,
    /// JPEG quality for gray and color scans; bilevel ones are Group 4.
    pub quality: u8,
    /// Text that lies invisibly over the picture; empty for image-only pages.
    pub text: Vec<TextRun>,
}

/// Writes a PDF whose pages are scans (ISO 32000-1).
pub fn pdf(pages: &[PdfPage]) -> anyhow::Result<Vec<u8>> {
    let mut objects: Vec<Vec<u8>> = Vec::new();
    let kids: Vec<String> =
        (0..pages.len()).map(|index| format!("{} 0 R", 4 + index * 3)).collect();
    objects.push(b"<< /Type /Catalog /Pages 2 0 R >>".to_vec());
    objects.push(
        format!("<< /Type /Pages /Count {} /Kids [{}] >>", pages.len(), kids.join(" "))
            .into_bytes(),
    );
    objects.push(
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>".to_vec(),
    );
    for page in pages {
        let first = objects.len() + 1;
        let (width, height) = page.scan.dimensions();
        let points = 72.0 / page.scan.dpi as f32;
        let (page_width, page_height) = (width as f32 * points, height as f32 * points);
        objects.push(
            format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {page_width:.2} {page_height:.2}] /Contents {} 0 R \
                 /Resources << /XObject << /Scan {} 0 R >> /Font << /Text 3 0 R >> >> >>",
                first + 1,
                first + 2
            )
            .into_bytes(),
        );
        let mut content = format!("q {page_width:.2} 0 0 {page_height:.2} 0 0 cm /Scan Do Q\n");
        for run in page.text.iter().filter(|run| !run.text.is_empty()) {
            text_layer(&mut content, run, page_height);
        }
        objects.push(stream("", content.as_bytes()));
        objects.push(picture(page)?);
    }
    Ok(assembled(&objects))
}

/// Appends an invisible line of text (rendering mode 3) that is as wide as the printed one.
fn text_layer(content: &mut String, run: &TextRun, page_height: f32) {
    const POINTS_A_MM: f32 = 72.0 / 25.4;
    let size = run.size_mm * POINTS_A_MM;
    // Courier's characters are 0.6 em wide; the horizontal scaling makes up the difference.
    let natural = run.text.chars().count() as f32 * 0.6 * size;
    let stretch = run.width_mm * POINTS_A_MM / natural * 100.0;
    let (x, y) = (run.at.x * POINTS_A_MM, page_height - run.at.y * POINTS_A_MM);
    let text = run.text.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
    // Writing to a string cannot fail.
    let _ = writeln!(
        content,
        "BT /Text {size:.2} Tf 3 Tr {stretch:.1} Tz 1 0 0 1 {x:.2} {y:.2} Tm ({text}) Tj ET"
    );
}

fn picture(page: &PdfPage) -> anyhow::Result<Vec<u8>> {
    let (width, height) = page.scan.dimensions();
    let head = format!("/Type /XObject /Subtype /Image /Width {width} /Height {height} ");
    Ok(match &page.scan.pixels {
        Pixels::Bilevel(image) => stream(
            &format!(
                "{head}/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode \
                 /DecodeParms << /K -1 /Columns {width} /Rows {height} >> "
            ),
            &group4(image)?,
        ),
        Pixels::Gray(_) => stream(
            &format!("{head}/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode "),
            &jpeg(&page.scan, page.quality)?,
        ),
        Pixels::Color(_) => stream(
            &format!("{head}/ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode "),
            &jpeg(&page.scan, page.quality)?,
        ),
    })
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary}/Length {} >>\nstream\n", bytes.len()).into_bytes();
    object.extend(bytes);
    object.extend(b"\nendstream");
    object
}

fn assembled(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let table_at = file.len();
    let size = objects.len() + 1;
    let mut tail = format!("xref\n0 {size}\n0000000000 65535 f \n");
    for offset in offsets {
        // Writing to a string cannot fail.
        let _ = writeln!(tail, "{offset:010} 00000 n ");
    }
    let _ = write!(tail, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table_at}\n%%EOF\n");
    file.extend(tail.into_bytes());
    file
}
