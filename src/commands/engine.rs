//! `scanlift engine check`, `engine list`

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};
use serde::Serialize;

use super::exit::Exit;
use super::options::{Common, Output};
use crate::decode::{self, DecodeOptions, DecodedPage, PdfText};
use crate::document::{Failure, PageNumber};
use crate::images::PageImage;
use crate::ocr::{Agreement, Checker, CutLine, EngineSettings, Kernel, LineCutter};
use crate::prepare::{self, Aim, PrepareOptions};

/// OpenMP looks at this when a program starts: Tesseract with several threads on one line is slower
/// than with one.
const THREAD_LIMIT: &str = "OMP_THREAD_LIMIT";

#[derive(Debug, Subcommand)]
pub(super) enum EngineCommand {
    /// Reads the lines of pages with both engines; shows how many words agree, and how fast each is.
    Check(CheckArgs),
    /// Shows the kernels that this processor can run, fastest first.
    List,
    /// Writes the pictures of pages' lines, and what networks read of them: to train a network, see `networks/README.md`.
    Lines(LinesArgs),
}

#[derive(Debug, Args)]
pub(super) struct LinesArgs {
    /// Scans to cut: images, TIFFs, PDFs.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Languages whose networks read the lines.
    #[arg(long, value_name = "LANG,…", value_delimiter = ',', default_value = "eng")]
    networks: Vec<String>,
    /// Directory for the pictures and `lines.csv`, which must not be there yet.
    #[arg(short, long, value_name = "DIRECTORY")]
    out: PathBuf,
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Scans to read: images, TIFFs, PDFs.
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Language of the scans.
    #[arg(short, long, visible_alias = "languages", value_name = "LANG", default_value = "eng")]
    lang: String,
    /// Instructions that the native recognizer uses [default: the fastest that the processor has].
    #[arg(long, value_name = "scalar|avx2|vnni|amx")]
    kernel: Option<Kernel>,
}

/// What `engine check` found.
#[derive(Debug, Serialize)]
struct CheckSummary {
    language: String,
    kernel: String,
    pages: usize,
    lines: usize,
    words: usize,
    /// Words that both engines read alike.
    same_text: usize,
    /// Of these, words whose confidences agree to three decimals.
    same_confidence: usize,
    native_ms: f64,
    tesseract_ms: f64,
    /// How many times faster the native recognizer is.
    speed: f64,
}

pub(super) fn execute(common: &Common, command: &EngineCommand) -> anyhow::Result<Exit> {
    match command {
        EngineCommand::Check(args) => check(common, args),
        EngineCommand::List => list(common),
        EngineCommand::Lines(args) => lines(common, args),
    }
}

fn check(common: &Common, args: &CheckArgs) -> anyhow::Result<Exit> {
    if std::env::var_os(THREAD_LIMIT).is_none() {
        return Err(on_one_thread().into());
    }
    let settings = EngineSettings {
        languages: args.lang.clone(),
        kernel: args.kernel,
        ..EngineSettings::default()
    };
    let mut checker = Checker::start(&settings).map_err(|problem| anyhow!(problem))?;
    let options = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
    let (mut total, mut pages) = (Agreement::default(), 0);
    let mut stderr = std::io::stderr();
    for path in &args.paths {
        each_page(path, |number, image| {
            let prepared = prepare::prepare(image, &options)?;
            let agreement = checker.compare(&prepared)?;
            if !common.quiet {
                let told = told(&agreement);
                let _told = writeln!(stderr, "{}: page {number}: {told}", path.display());
            }
            total.add(&agreement);
            pages += 1;
            Ok(())
        })?;
    }
    let summary = CheckSummary {
        language: args.lang.clone(),
        kernel: checker.kernel().to_string(),
        pages,
        lines: total.lines,
        words: total.words,
        same_text: total.same_text,
        same_confidence: total.same_confidence,
        native_ms: total.native.as_secs_f64() * 1000.0,
        tesseract_ms: total.tesseract.as_secs_f64() * 1000.0,
        speed: total.speed(),
    };
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            serde_json::to_writer_pretty(&mut stdout, &summary)?;
            writeln!(stdout)?;
        }
        Output::Text => writeln!(
            stdout,
            "{}, kernel {}, {} pages: {}",
            summary.language,
            summary.kernel,
            summary.pages,
            told(&total)
        )?,
    }
    Ok(Exit::AllWell)
}

fn lines(common: &Common, args: &LinesArgs) -> anyhow::Result<Exit> {
    let mut cutter = LineCutter::start(&args.networks).map_err(|problem| anyhow!(problem))?;
    let out = &args.out;
    std::fs::create_dir(out).with_context(|| format!("{}: pictures of lines", out.display()))?;
    let table_path = out.join("lines.csv");
    let told = |path: &Path| format!("{}: cannot write", path.display());
    let mut table = csv::Writer::from_path(&table_path).with_context(|| told(&table_path))?;
    let heads = std::iter::once("picture").chain(args.networks.iter().map(String::as_str));
    table.write_record(heads).with_context(|| told(&table_path))?;
    let options = PrepareOptions { aim: Aim::Native, ..PrepareOptions::default() };
    let mut cut: Vec<CutLine> = Vec::new();
    let mut count = 0;
    for path in &args.paths {
        each_page(path, |_, image| {
            let prepared = prepare::prepare(image, &options)?;
            cut.extend(cutter.cut(&prepared));
            Ok(())
        })?;
        for line in cut.drain(..) {
            let name = format!("{count:06}.png");
            let picture = out.join(&name);
            line.picture.save(&picture).with_context(|| told(&picture))?;
            let row = std::iter::once(&name).chain(&line.readings);
            table.write_record(row).with_context(|| told(&table_path))?;
            count += 1;
        }
    }
    table.flush().with_context(|| told(&table_path))?;
    if !common.quiet {
        writeln!(std::io::stderr(), "{}: {count} lines", out.display())?;
    }
    Ok(Exit::AllWell)
}

/// Starts this command anew with one thread for Tesseract; returns only if that is impossible.
fn on_one_thread() -> std::io::Error {
    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    Command::new(program).args(std::env::args_os().skip(1)).env(THREAD_LIMIT, "1").exec()
}

fn told(agreement: &Agreement) -> String {
    let share = |part: usize| 100.0 * part as f64 / agreement.words.max(1) as f64;
    format!(
        "{} lines, {} words: {:.2} % read alike, {:.2} % with the same confidence; native {:.0} ms, Tesseract {:.0} ms: {:.1} times faster",
        agreement.lines,
        agreement.words,
        share(agreement.same_text),
        share(agreement.same_confidence),
        agreement.native.as_secs_f64() * 1000.0,
        agreement.tesseract.as_secs_f64() * 1000.0,
        agreement.speed()
    )
}

/// Decodes each page of a document that is an image.
fn each_page(
    path: &Path,
    mut page: impl FnMut(PageNumber, PageImage) -> Result<(), Failure>,
) -> anyhow::Result<()> {
    let bytes = std::fs::read(path).with_context(|| format!("{}: scan", path.display()))?;
    let options = DecodeOptions { pdf_text: PdfText::Never, ..DecodeOptions::default() };
    let mut document = decode::open(bytes, &options)
        .map_err(|failure| anyhow!("{}: {failure}", path.display()))?;
    for index in 0..document.page_count() as usize {
        let Some(number) = PageNumber::from_index(index) else { break };
        let read = document.page(number).and_then(|content| match content {
            DecodedPage::Image(image) => page(number, image),
            DecodedPage::Text(_) | DecodedPage::Mixed(_) | DecodedPage::Layered(_) => Ok(()),
        });
        read.map_err(|failure| anyhow!("{}: page {number}: {failure}", path.display()))?;
    }
    Ok(())
}

fn list(common: &Common) -> anyhow::Result<Exit> {
    let kernels: Vec<String> = Kernel::available().iter().map(Kernel::to_string).collect();
    let mut stdout = std::io::stdout().lock();
    match common.output {
        Output::Json => {
            serde_json::to_writer_pretty(&mut stdout, &serde_json::json!({ "kernels": kernels }))?;
            writeln!(stdout)?;
        }
        Output::Text => writeln!(stdout, "kernels: {}", kernels.join(", "))?,
    }
    Ok(Exit::AllWell)
}
