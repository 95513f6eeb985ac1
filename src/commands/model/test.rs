//! `scanlift model test [MODEL…]`

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;
use serde::Serialize;

use super::pages::{Needed, WordsArgs, with_words};
use crate::authoring::{Change, Golden, Pair, Said, align};
use crate::commands::exit::Exit;
use crate::commands::models;
use crate::commands::options::{Common, Output};
use crate::document::{DocumentId, PageNumber};
use crate::model::RecordModel;
use crate::pipeline::ModelSet;
use crate::store::DocumentPages;

/// Where golden pages are, below the directory of the models.
const GOLDEN: &str = "golden";
/// The ending of golden files.
const ENDING: &str = "jsonl";

#[derive(Debug, Args)]
pub(in crate::commands) struct TestArgs {
    /// Models to test; all that have golden pages without it.
    #[arg(value_name = "MODEL")]
    only: Vec<String>,
    /// Make golden pages of these scans, with what the models say of them now: look at the values first.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "bless")]
    record: Vec<PathBuf>,
    /// Take what the models say now as right, in all golden pages that differ.
    #[arg(long)]
    bless: bool,
    #[command(flatten)]
    words: WordsArgs,
}

/// What a test found.
#[derive(Debug, Default, Serialize)]
struct TestSummary {
    golden_pages: usize,
    records: usize,
    differences: Vec<Difference>,
}

/// A record of a golden page that says something else.
#[derive(Debug, Serialize)]
struct Difference {
    golden: String,
    page: PageNumber,
    row: u32,
    /// Is there or is missing as a whole, or says other things.
    kind: &'static str,
    changes: Vec<Change>,
}

pub(super) async fn execute(common: &Common, args: TestArgs) -> anyhow::Result<Exit> {
    let models = common.models()?;
    for name in &args.only {
        models::find(&models, name)?;
    }
    let directory = common.models_directory().ok_or_else(|| {
        anyhow!(
            "models: golden pages stand beside the models, and there is no directory of models\nhint: say --models DIRECTORY"
        )
    })?;
    let asked = |model: &RecordModel| args.only.is_empty() || args.only.contains(&model.name);
    let models: Vec<RecordModel> = models.into_iter().filter(asked).collect();
    if args.record.is_empty() {
        return test(common, directory, &models, args.bless);
    }
    record(common, directory, (models, args)).await
}

async fn record(
    common: &Common,
    directory: &Path,
    (models, args): (Vec<RecordModel>, TestArgs),
) -> anyhow::Result<Exit> {
    let mut exit = Exit::AllWell;
    with_words(common, args.words, async |mut words| {
        for path in &args.record {
            let pages = words.of(path, Needed::All).await?;
            let file = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
            let mut made = false;
            for model in &models {
                let expected = said(model, &pages)?;
                if expected.is_empty() {
                    continue;
                }
                made = true;
                let (model, file) = (model.name.clone(), file.clone());
                let golden = Golden { model, file, pages: pages.pages.clone(), expected };
                let target = directory
                    .join(GOLDEN)
                    .join(&golden.model)
                    .join(format!("{}.{ENDING}", golden.file));
                write(&target, &golden)?;
                tell(common, &target, &golden)?;
            }
            if !made {
                let path = path.display();
                writeln!(
                    std::io::stderr(),
                    "{path}: golden page: no model claims any of its pages"
                )?;
                exit = Exit::SomeFailed;
            }
        }
        Ok(exit)
    })
    .await
}

/// Shows the values that were recorded, to be looked at.
fn tell(common: &Common, target: &Path, golden: &Golden) -> anyhow::Result<()> {
    if common.quiet {
        return Ok(());
    }
    let mut stderr = std::io::stderr();
    writeln!(stderr, "{}: {} records", target.display(), golden.expected.len())?;
    for said in &golden.expected {
        for (field, value) in &said.values {
            let value = value.as_deref().unwrap_or("–");
            writeln!(stderr, "  {}.{} {field}: {value}", said.page, said.row)?;
        }
    }
    Ok(())
}

fn write(target: &Path, golden: &Golden) -> anyhow::Result<()> {
    let failed = || format!("{}: golden page", target.display());
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).with_context(failed)?;
    }
    std::fs::write(target, golden.to_text()?).with_context(failed)
}

fn test(
    common: &Common,
    directory: &Path,
    models: &[RecordModel],
    bless: bool,
) -> anyhow::Result<Exit> {
    let mut summary = TestSummary::default();
    for model in models {
        for path in golden_files(&directory.join(GOLDEN).join(&model.name))? {
            let place = path.display().to_string();
            let failed = || format!("{place}: golden page");
            let text = std::fs::read_to_string(&path).with_context(failed)?;
            let golden = Golden::from_text(&text).with_context(failed)?;
            let (document_id, missing) = (DocumentId(0), Vec::new());
            let pages = DocumentPages { document_id, pages: golden.pages.clone(), missing };
            let now = said(model, &pages)?;
            let differences = differences(&place, &golden.expected, &now);
            if bless && !differences.is_empty() {
                write(&path, &Golden { expected: now, ..golden.clone() })?;
            }
            summary.golden_pages += 1;
            summary.records += golden.expected.len();
            summary.differences.extend(differences);
        }
    }
    show(common, &summary, bless)?;
    if summary.golden_pages == 0 {
        return Err(anyhow!(
            "{}: golden pages: there are none\nhint: `scanlift model test --record FILE…` makes them",
            directory.join(GOLDEN).display()
        ));
    }
    Ok(if bless || summary.differences.is_empty() { Exit::AllWell } else { Exit::SomeFailed })
}

fn golden_files(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut files = Vec::new();
    for entry in std::fs::read_dir(directory)
        .with_context(|| format!("{}: golden pages", directory.display()))?
    {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == ENDING) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Returns what the records of a model say of a document.
fn said(model: &RecordModel, pages: &DocumentPages) -> anyhow::Result<Vec<Said>> {
    let set = ModelSet::new(vec![model.clone()]);
    let records = set.of_pages(pages).map_err(|failure| anyhow!("{}: {failure}", model.name))?;
    Ok(records.iter().map(|record| Said::of(model, record)).collect())
}

fn differences(golden: &str, expected: &[Said], now: &[Said]) -> Vec<Difference> {
    let nothing = |said: &Said| Said { values: std::collections::BTreeMap::new(), ..said.clone() };
    let pairs = align(expected, now).into_iter().map(|pair| match pair {
        Pair::Both(a, b) => ("changed", &now[b], expected[a].changes(&now[b])),
        Pair::Lost(a) => ("missing", &expected[a], expected[a].changes(&nothing(&expected[a]))),
        Pair::Gained(b) => ("unexpected", &now[b], nothing(&now[b]).changes(&now[b])),
    });
    pairs
        .filter(|(kind, _, changes)| *kind != "changed" || !changes.is_empty())
        .map(|(kind, said, changes)| Difference {
            golden: golden.to_owned(),
            page: said.page,
            row: said.row,
            kind,
            changes,
        })
        .collect()
}

fn show(common: &Common, summary: &TestSummary, bless: bool) -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    if common.output == Output::Json {
        serde_json::to_writer_pretty(&mut stdout, summary)?;
        return Ok(writeln!(stdout)?);
    }
    for difference in &summary.differences {
        let Difference { golden, page, row, kind, changes } = difference;
        writeln!(stdout, "{golden}: page {page}, row {row}: {kind}")?;
        for Change { field, old, new } in changes {
            let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
            writeln!(stdout, "  {field}: expected {}, is {}", text(old), text(new))?;
        }
    }
    if !common.quiet {
        writeln!(
            std::io::stderr(),
            "{} golden pages with {} records: {} records differ{}",
            summary.golden_pages,
            summary.records,
            summary.differences.len(),
            if bless { ", and are taken as right now" } else { "" }
        )?;
    }
    Ok(())
}
