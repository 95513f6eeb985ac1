//! Pictures of the values that are not as they should be, for `scanlift eval --crops DIR`.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::labelled::{self, Documents, shown};
use crate::decode::{self, DecodeOptions, DecodedPage, PdfText};
use crate::document::{PageNumber, PixelBox, Record, RightAngle, TypedField};
use crate::evaluate::{FoundRecord, Scores};
use crate::model::RecordModel;
use crate::pipeline::ModelSet;
use crate::prepare::{self, Aim, PrepareOptions};
use crate::store::{DocumentPages, Store};

/// What is shown around a value, in millimetres.
const MARGIN_MM: f32 = 3.0;

/// The values that are drawn.
pub(super) struct Wrong<'w> {
    pub model: &'w RecordModel,
    pub scores: &'w Scores,
    pub records: &'w [FoundRecord],
    pub pairs: &'w [Option<usize>],
    /// How many, from the worst on.
    pub count: usize,
}

/// A value on a page.
struct Spot {
    page: PageNumber,
    bounds: PixelBox,
    /// Name of its PNG.
    name: String,
}

/// Writes a PNG for each wrong value that stands somewhere on a page, named after its file, page and
/// field; returns how many. The pages are decoded and prepared again; a page that comes out in another
/// size than it was read in is left out.
pub(super) async fn write_crops(
    store: &Store,
    models: &ModelSet,
    documents: &Documents,
    wrong: &Wrong<'_>,
    directory: &Path,
) -> anyhow::Result<usize> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("{}: directory", directory.display()))?;
    let mut written = 0_usize;
    for (id, words) in labelled::words(store, documents).await? {
        let Some(own) = documents.get(&id) else { continue };
        let paths = shown(own);
        let made = models.unjudged(&wrong.model.name, &words).unwrap_or_default();
        let typed: Vec<Record<TypedField>> = made.into_iter().flatten().collect();
        let spots = spots(wrong, &paths, &typed);
        let (Some(path), false) = (own.first(), spots.is_empty()) else { continue };
        match draw(path, &words, &spots, directory) {
            Ok(count) => written += count,
            Err(error) => writeln!(std::io::stderr(), "{error:#}")?,
        }
    }
    Ok(written)
}

/// Finds where the wrong values of a document stand.
fn spots(wrong: &Wrong<'_>, paths: &[String], typed: &[Record<TypedField>]) -> Vec<Spot> {
    let mut spots = Vec::new();
    for miss in wrong.scores.misses.iter().take(wrong.count) {
        let Some(record) = wrong.pairs[miss.row].map(|at| &wrong.records[at]) else { continue };
        if record.files != paths {
            continue;
        }
        let same = |other: &&Record<TypedField>| {
            other.page.0.get() == record.page && other.row_number == record.row
        };
        let field = wrong.model.fields.iter().position(|field| field.name == miss.field);
        let found = typed.iter().find(same).zip(field).map(|(record, at)| &record.fields[at]);
        if let Some((page, bounds)) = found.and_then(|field| field.page.zip(field.bounds)) {
            let file = Path::new(&miss.file).file_name().unwrap_or_default().to_string_lossy();
            let row = if record.row > 1 { format!(".row{}", record.row) } else { String::new() };
            let name = format!("{file}.page{page}{row}.{}.png", miss.field);
            spots.push(Spot { page, bounds, name });
        }
    }
    spots
}

/// Draws the spots of a document and returns how many there are now.
fn draw(
    path: &PathBuf,
    words: &DocumentPages,
    spots: &[Spot],
    directory: &Path,
) -> anyhow::Result<usize> {
    let shown = shown(std::slice::from_ref(path)).concat();
    let bytes = std::fs::read(path).with_context(|| format!("{shown}: scan"))?;
    let options = DecodeOptions { pdf_text: PdfText::Never, ..DecodeOptions::default() };
    let failed = |failure| anyhow!("{shown}: {failure}");
    let mut document = decode::open(bytes, &options).map_err(failed)?;
    let mut by_page: BTreeMap<PageNumber, Vec<&Spot>> = BTreeMap::new();
    for spot in spots {
        by_page.entry(spot.page).or_default().push(spot);
    }
    let mut written = 0;
    for (number, spots) in by_page {
        let Some((_, text)) = words.pages.iter().find(|(page, _)| *page == number) else {
            continue;
        };
        let DecodedPage::Image(image) = document.page(number).map_err(failed)? else { continue };
        let options = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
        let prepared = prepare::prepare(image, &options).map_err(failed)?;
        // Recognition may have found that the page stands on its head.
        let turned =
            (text.facts.rotation.degrees() + 360 - prepared.facts.rotation.degrees()) % 360;
        let pixels = match turned {
            0 => prepared.pixels,
            180 => prepared.pixels.turned(RightAngle::Half),
            _ => continue,
        };
        if pixels.dimensions() != (text.width, text.height) {
            tracing::warn!(document.path = %shown, page = %number, "no crops: the page was prepared in another way when it was read");
            continue;
        }
        let gray = pixels.gray();
        let margin = (MARGIN_MM * text.dpi / 25.4) as u32;
        for spot in spots {
            let (left, top) =
                (spot.bounds.left.saturating_sub(margin), spot.bounds.top.saturating_sub(margin));
            let right = spot.bounds.right.saturating_add(margin).min(text.width);
            let bottom = spot.bounds.bottom.saturating_add(margin).min(text.height);
            let size = (right.saturating_sub(left), bottom.saturating_sub(top));
            let crop =
                image::imageops::crop_imm(gray.as_ref(), left, top, size.0, size.1).to_image();
            let file = directory.join(&spot.name);
            crop.save_with_format(&file, image::ImageFormat::Png)
                .with_context(|| format!("{}: crop", file.display()))?;
            written += 1;
        }
    }
    Ok(written)
}
