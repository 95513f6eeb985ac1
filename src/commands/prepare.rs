//! `scanlift prepare IMAGE -o OUT.png`

use std::io::Write;
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;

use super::exit::Exit;
use super::options::{PrepareArgs, passwords};
use crate::decode::{self, DecodeOptions, DecodedPage, PdfText};
use crate::document::PageNumber;
use crate::prepare::{Aim, PrepareOptions};

#[derive(Debug, Args)]
pub(super) struct PrepareCommandArgs {
    /// A scan: an image, or a page of a TIFF or PDF.
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// PNG file to write.
    #[arg(short, long, value_name = "OUT.png")]
    output: PathBuf,
    /// Page of the document, from 1.
    #[arg(long, default_value = "1", value_name = "N")]
    page: NonZeroU32,
    /// File with passwords for encrypted PDFs, one a line.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    prepare: PrepareArgs,
}

pub(super) fn execute(args: &PrepareCommandArgs) -> anyhow::Result<Exit> {
    let path = args.image.display();
    let bytes = std::fs::read(&args.image).with_context(|| format!("{path}: image"))?;
    let options = DecodeOptions {
        pdf_text: PdfText::Never,
        passwords: passwords(args.password_file.as_deref())?,
        ..DecodeOptions::default()
    };
    let failed = |failure| anyhow!("{path}: page {}: {failure}", args.page);
    let mut document = decode::open(bytes, &options).map_err(failed)?;
    let DecodedPage::Image(image) = document.page(PageNumber(args.page)).map_err(failed)? else {
        return Err(anyhow!("{path}: page {}: has text and no image", args.page));
    };
    // What reads a page unless something else is said.
    let options = PrepareOptions { aim: Aim::Native, ..args.prepare.options() };
    let prepared = crate::prepare::prepare(image, &options).map_err(failed)?;
    prepared
        .pixels
        .gray()
        .save_with_format(&args.output, image::ImageFormat::Png)
        .with_context(|| format!("{}: image", args.output.display()))?;
    let facts = &prepared.facts;
    let (width, height) = prepared.pixels.dimensions();
    writeln!(
        std::io::stderr(),
        "decoded:  {} × {} px, {:.0} dpi ({:?}), ink {:.1} %, contrast {:.0}, unevenness {:.0}\n\
         found:    rotation {}°, skew {:.2}°, x-height {}, {} ruled lines{}\n\
         prepared: {} × {} px, {:.0} dpi; steps: {}",
        facts.width,
        facts.height,
        facts.dpi,
        facts.dpi_source,
        facts.ink * 100.0,
        facts.contrast,
        facts.unevenness,
        facts.rotation.degrees(),
        facts.skew_degrees,
        facts.x_height.map_or_else(|| "unknown".to_owned(), |height| format!("{height:.1} px")),
        prepared.marks.len(),
        if facts.blank { ", blank" } else { "" },
        width,
        height,
        prepared.dpi,
        if prepared.steps.is_empty() { "none".to_owned() } else { prepared.steps.join(", ") }
    )?;
    Ok(Exit::AllWell)
}
