//! Flags that several commands share, and what they mean.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use clap::{Args, Parser};

use crate::decode::{DecodeOptions, PdfText};
use crate::document::RightAngle;
use crate::model::RecordModel;
use crate::ocr::{
    self, EngineChoice, EngineSettings, Kernel, LayoutChoice, NetworkChoice, SecondNetwork,
};
use crate::pipeline::{Readers, SecondLook, Talk};
use crate::prepare::{Aim, Choice, PrepareOptions};
use crate::reader::{ProcessLimits, ReaderSettings};
use crate::store::Database;

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct CommonArgs {
    /// Postgres to use; without it, a private cluster is run in the data directory.
    #[arg(long, global = true, env = "DATABASE_URL", hide_env_values = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// Where the private cluster keeps its data [default: .scanlift].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub data_dir: Option<PathBuf>,
    /// Settings to use [default: scanlift.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Directory of record models [default: models, if it is there; else the shipped ones].
    #[arg(long, global = true, value_name = "DIRECTORY")]
    pub models: Option<PathBuf>,
    /// Write summaries and reports as JSON to stdout.
    #[arg(long, global = true)]
    pub json: bool,
    /// No progress and no summary; errors only.
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Say more; twice for even more.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How results are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Text,
    Json,
}

/// The common flags and the configuration file, brought together.
#[derive(Debug)]
pub(super) struct Common {
    pub database: Database,
    /// Whether a URL was given: then there is no private cluster to start or stop.
    pub data_dir: PathBuf,
    pub models: Option<PathBuf>,
    pub output: Output,
    pub quiet: bool,
    pub defaults: ReaderDefaults,
}

/// Reader settings of the configuration file; flags win over them.
#[derive(Debug, Clone, Default)]
pub(super) struct ReaderDefaults {
    pub jobs: Option<NonZeroUsize>,
    pub languages: Option<String>,
    pub timeout_seconds: Option<u64>,
    pub memory_mib: Option<u64>,
}

impl Common {
    /// Returns how talkative a run is.
    pub(super) fn talk(&self) -> Talk {
        if self.quiet { Talk::Quiet } else { Talk::Normal }
    }

    /// Returns the models to use: from the given directory, from `models`, or the shipped ones.
    pub(super) fn models(&self) -> anyhow::Result<Vec<RecordModel>> {
        let models = match self.models_directory() {
            Some(directory) => crate::model::load_directory(directory),
            None => crate::model::shipped(),
        };
        models.map_err(|errors| anyhow!("{errors}"))
    }

    /// Returns the directory of the models in use; `None` if they are the shipped ones.
    pub(super) fn models_directory(&self) -> Option<&Path> {
        match &self.models {
            Some(directory) => Some(directory.as_path()),
            None => Some(Path::new("models")).filter(|directory| directory.is_dir()),
        }
    }
}

/// Flags of commands that read pages.
#[derive(Debug, Args)]
pub(super) struct ReaderArgs {
    /// Number of reader processes [default: one per core].
    #[arg(short, long, value_name = "N")]
    jobs: Option<NonZeroUsize>,
    /// Languages of Tesseract, joined by `+`: each page is read in its own, and lines in another one in that;
    /// `auto`: all that are installed [default: eng].
    #[arg(short, long, value_name = "LANG")]
    languages: Option<String>,
    /// What recognizes lines: scanlift itself where it supports the language data, or Tesseract.
    #[arg(long, value_name = "auto|native|tesseract", default_value = "auto")]
    engine: EngineChoice,
    /// What finds the lines of a page: scanlift itself, and Tesseract where that is doubtful.
    #[arg(long, value_name = "auto|native|tesseract", default_value = "auto")]
    layout: LayoutChoice,
    /// Instructions that the native recognizer uses [default: the fastest that the processor has].
    #[arg(long, value_name = "scalar|avx2|vnni|amx")]
    kernel: Option<Kernel>,
    /// Network that reads gray and color pages in English: one that is tuned to print on receipts and labels, or that of
    /// the language data.
    #[arg(long, value_name = "auto|stock", default_value = "auto")]
    network: NetworkChoice,
    /// Network that reads doubtful lines and fields once more: what two say alike is right, and where they differ the
    /// surer one counts; `auto`: of the two for English the one that does not read the page.
    #[arg(long, value_name = "auto|off|LANG", default_value = "auto")]
    second_network: SecondNetwork,
    /// Page segmentation mode of Tesseract: 3 automatic, 4 one column, 6 one block, 11 sparse text.
    #[arg(long, value_name = "MODE", default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=13))]
    psm: u8,
    /// Seconds that a page may take before its reader is killed [default: 120].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<u64>,
    /// Address space of a reader in MiB [default: 2048].
    #[arg(long, value_name = "MIB", value_parser = clap::value_parser!(u64).range(256..=1_048_576))]
    reader_memory: Option<u64>,
    /// Pages after which a reader is replaced by a new one.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..))]
    pages_per_reader: u32,
    /// Read nothing unless the kernel keeps files, network and processes out of the readers' reach.
    #[arg(long)]
    require_sandbox: bool,
    /// Largest page in megapixels.
    #[arg(long, value_name = "MEGAPIXELS", default_value_t = 150, value_parser = clap::value_parser!(u64).range(1..=1073))]
    max_megapixels: u64,
    /// Use a PDF page's own text: where it is good, never, or nothing else.
    #[arg(long, value_name = "auto|never|only", default_value = "auto")]
    pdf_text: PdfText,
    /// File with passwords for encrypted PDFs, one a line.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Read doubtful fields again: the worst ones, up to 30 % of a page's pixels of line (all of them by a second
    /// network); none; or all.
    #[arg(long, value_name = "off|auto|thorough", default_value = "auto")]
    second_look: SecondLook,
    /// Read all doubtful fields again; the same as `--second-look thorough`.
    #[arg(long, conflicts_with = "second_look")]
    thorough: bool,
    #[command(flatten)]
    prepare: PrepareArgs,
}

/// The flags of commands that read pages, as they are if none is given.
#[derive(Debug, Parser)]
struct NoFlags {
    #[command(flatten)]
    reader: ReaderArgs,
}

impl ReaderArgs {
    /// Returns what reads pages if nothing but the languages is said.
    pub(super) fn standard(languages: Option<String>) -> anyhow::Result<Self> {
        let flags = NoFlags::try_parse_from(["scanlift"])?;
        Ok(Self { languages, ..flags.reader })
    }

    /// Returns whether doubtful fields are read again.
    pub(super) fn second_look(&self) -> SecondLook {
        if self.thorough { SecondLook::Thorough } else { self.second_look }
    }

    /// Returns the readers of a run; says what is wrong before anything starts.
    pub(super) fn resolve(self, common: &Common) -> anyhow::Result<Readers> {
        let defaults = &common.defaults;
        let languages = self
            .languages
            .or_else(|| defaults.languages.clone())
            .unwrap_or_else(|| "eng".to_owned());
        let standard = ProcessLimits::default();
        let timeout = self.timeout.or(defaults.timeout_seconds);
        let memory = self.reader_memory.or(defaults.memory_mib);
        let mut decode = DecodeOptions {
            pdf_text: self.pdf_text,
            passwords: passwords(self.password_file.as_deref())?,
            ..DecodeOptions::default()
        };
        decode.limits.max_pixels = self.max_megapixels * 1_000_000;
        let engine = EngineSettings {
            languages,
            page_segmentation_mode: self.psm,
            engine: self.engine,
            layout: self.layout,
            kernel: self.kernel,
            network: self.network,
            second_network: self.second_network,
        };
        if let Some(problem) = ocr::engine_problem(&engine) {
            return Err(anyhow!(problem));
        }
        let prepare = self.prepare.options();
        let settings = ReaderSettings {
            engine,
            decode,
            prepare,
            barcodes: Vec::new(),
            require_sandbox: self.require_sandbox,
        };
        Ok(Readers {
            count: self.jobs.or(defaults.jobs).unwrap_or_else(cores),
            program: std::env::current_exe().context("program: its own path is not known")?,
            settings,
            limits: ProcessLimits {
                page_timeout: timeout.map_or(standard.page_timeout, Duration::from_secs),
                memory_bytes: memory.map_or(standard.memory_bytes, |mib| mib << 20),
                pages_per_reader: self.pages_per_reader,
            },
        })
    }
}

fn cores() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

/// Takes `90` and `90s`.
fn seconds(text: &str) -> Result<u64, String> {
    let number = text.strip_suffix('s').unwrap_or(text);
    match number.parse::<u64>() {
        Ok(seconds) if (1..=86_400).contains(&seconds) => Ok(seconds),
        _ => Err("seconds from 1 to 86400".to_owned()),
    }
}

/// Reads passwords, one a line; the file is not a place for anything else.
pub(super) fn passwords(file: Option<&Path>) -> anyhow::Result<Vec<String>> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("{}: password file", file.display()))?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect())
}

/// Flags of the preparation steps.
#[derive(Debug, Args)]
#[command(
    next_help_heading = "Preparation (each step decides by what it measures, unless it is forced)"
)]
pub(super) struct PrepareArgs {
    /// Pixels per inch of the images, instead of what the files say.
    #[arg(long, value_name = "DPI", value_parser = dpi)]
    dpi: Option<f32>,
    /// Find which way is up, or turn every page clockwise by an angle.
    #[arg(long, value_name = "auto|never|0|90|180|270", default_value = "auto", value_parser = rotation)]
    rotate: Rotation,
    /// Bring text to the height that is read best.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    scale: Choice,
    /// Make lines level.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    deskew: Choice,
    /// Make the paper evenly bright.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    background: Choice,
    /// Make every pixel black or white (Sauvola).
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    binarize: Choice,
    /// Take ruled lines off the page.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    remove_rules: Choice,
    /// Take specks off the page.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    despeckle: Choice,
    /// Take black scan borders off the page.
    #[arg(long, value_name = "auto|always|never", default_value = "auto")]
    remove_border: Choice,
}

#[derive(Debug, Clone, Copy)]
enum Rotation {
    Find(Choice),
    By(RightAngle),
}

fn rotation(text: &str) -> Result<Rotation, String> {
    match text {
        "0" => Ok(Rotation::By(RightAngle::None)),
        "90" => Ok(Rotation::By(RightAngle::Quarter)),
        "180" => Ok(Rotation::By(RightAngle::Half)),
        "270" => Ok(Rotation::By(RightAngle::ThreeQuarters)),
        _ => text
            .parse()
            .map(Rotation::Find)
            .map_err(|_| format!("`{text}` is none of auto, never, 0, 90, 180, 270")),
    }
}

fn dpi(text: &str) -> Result<f32, String> {
    match text.parse::<f32>() {
        Ok(dpi) if (30.0..=2400.0).contains(&dpi) => Ok(dpi),
        _ => Err("pixels per inch from 30 to 2400".to_owned()),
    }
}

impl PrepareArgs {
    /// Returns the options of the preparation room.
    pub(super) fn options(&self) -> PrepareOptions {
        let (rotate, forced_rotation) = match self.rotate {
            Rotation::Find(choice) => (choice, None),
            Rotation::By(angle) => (Choice::Never, Some(angle)),
        };
        PrepareOptions {
            aim: Aim::default(),
            rotate,
            forced_rotation,
            deskew: self.deskew,
            background: self.background,
            binarize: self.binarize,
            remove_rules: self.remove_rules,
            despeckle: self.despeckle,
            remove_border: self.remove_border,
            scale: self.scale,
            forced_dpi: self.dpi,
        }
    }
}
