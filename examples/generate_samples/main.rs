//! Generates `samples/`: scans as they come from archives, with the truth about them.
//!
//! `scripts/samples` installs the fonts and runs it. The same fonts give the same bytes: chance
//! comes from fixed seeds, and nothing depends on the clock or on the order of threads.

mod aging;
mod archive_books;
mod archive_cards;
mod archive_index;
mod archive_invoices;
mod archive_logs;
mod archive_papers;
mod cards;
mod catalogue;
mod containers;
mod entries;
mod filings;
mod invoices;
mod logs;
mod random;
mod receipts;
mod scanner;
mod sheet;
mod signatures;
mod tables;
#[cfg(test)]
mod tests;
mod truth;
mod writing;

use std::path::{Path, PathBuf};

use anyhow::Context;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};

use crate::truth::{Content, Sample};
use crate::writing::Faces;

/// A sample before it has a name.
struct Made {
    bytes: Vec<u8>,
    status: &'static str,
    pages: usize,
    content: Content,
}

/// A sample that is read and stored.
fn stored(bytes: Vec<u8>, pages: usize, content: Content) -> Made {
    Made { bytes, status: "stored", pages, content }
}

type Maker = fn(&Faces) -> anyhow::Result<Made>;

/// Every sample with its path below `samples/`.
const MAKERS: &[(&str, Maker)] = &[
    ("logs/n4521k-airframe.tif", archive_books::clean_book),
    ("logs/n7734q-coffee.jpg", archive_logs::coffee),
    ("logs/n912ft-askew.png", archive_logs::askew),
    ("logs/n58216-upside-down.tif", archive_logs::upside_down),
    ("logs/n3307l-sideways.jpg", archive_logs::sideways),
    ("logs/n6180d-coarse.jpg", archive_logs::coarse),
    ("logs/n2419v-thin-paper.jpg", archive_logs::thin_paper),
    ("logs/n8846e-microfilm.tif", archive_logs::microfilm),
    ("logs/n51pm-dittos.pdf", archive_logs::dittos),
    ("logs/n740rs-listing.pdf", archive_books::green_bars),
    ("logs/n1185h-faded.jpg", archive_logs::faded_ribbon),
    ("cards/n4521k-radio.jpg", archive_cards::avionics),
    ("cards/propellers.tif", archive_cards::drawer),
    ("cards/n9083t-magneto.png", archive_cards::magneto),
    ("cards/n771ga-slanted.tif", archive_cards::slanted),
    ("cards/n419mc-tasks.pdf", archive_cards::work_package),
    ("cards/n88px-carbon.jpg", archive_cards::carbon_copy),
    ("receipts/tools.jpg", archive_papers::fresh_receipt),
    ("receipts/lunch-bleached.jpg", archive_papers::bleached_receipt),
    ("receipts/bolts-crumpled.jpg", archive_papers::crumpled_receipt),
    ("receipts/groceries-oil.png", archive_papers::oily_receipt),
    ("receipts/filter-fax.png", archive_papers::faxed_receipt),
    ("filings/amendment-2714.tif", archive_papers::amendment_tiff),
    ("filings/short-form-3186.pdf", archive_papers::short_form_pdf),
    ("filings/amendment-4402-text.pdf", archive_papers::amendment_with_text),
    ("filings/report-1958.tif", archive_papers::report_tiff),
    ("invoices/lakeshore.jpg", archive_invoices::propeller_shop),
    ("invoices/cendana.tif", archive_invoices::tool_trader),
    ("invoices/hollis-typed.jpg", archive_invoices::typed_bill),
    ("invoices/lindqvist-euro.pdf", archive_invoices::continental),
    ("invoices/thornbury-faded.png", archive_invoices::faded_bill),
    ("invoices/meridian-stained.jpg", archive_invoices::stained_bill),
    ("invoices/percetakan-matrix.tif", archive_invoices::printed_bill),
    ("invoices/stadler-letter.pdf", archive_invoices::with_letter),
    ("index/museum-drawer.tif", archive_index::museum_drawer),
    ("index/negatives.jpg", archive_index::negatives),
    ("index/instruments.png", archive_index::parts_store),
    ("index/library.pdf", archive_index::library),
    ("index/map-case.tif", archive_index::map_case),
    ("odd/blank.jpg", archive_papers::blank),
    ("odd/cut-off.tif", archive_papers::cut_off),
    ("odd/tools-again.jpg", archive_papers::twin),
];

/// Where Debian keeps its fonts.
const FONT_FOLDER: &str = "/usr/share/fonts";

fn main() -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).context("usage: generate_samples FOLDER")?);
    let faces = Faces::load(Path::new(FONT_FOLDER))?;
    let samples = MAKERS
        .par_iter()
        .map(|(file, maker)| {
            let made = maker(&faces).with_context(|| format!("{file}: cannot be made"))?;
            Ok(Sample {
                file,
                bytes: made.bytes,
                status: made.status,
                pages: made.pages,
                content: made.content,
            })
        })
        .collect::<anyhow::Result<Vec<_>>>()?;
    for sample in &samples {
        let path = folder.join(sample.file);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)
                .with_context(|| format!("{}: cannot create", parent.display()))?;
        }
        std::fs::write(&path, &sample.bytes)
            .with_context(|| format!("{}: cannot write", path.display()))?;
    }
    truth::write(&folder.join("truth"), &samples)
}
