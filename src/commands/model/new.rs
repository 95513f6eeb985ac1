//! `scanlift model new NAME TRUTH.csv --pages DIRECTORY`

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Args;

use super::pages::{Needed, Words, WordsArgs, with_words};
use crate::authoring::{Draft, Labelled, draft};
use crate::commands::exit::Exit;
use crate::commands::options::{Common, Output};
use crate::commands::session::hinted;
use crate::document::{PageNumber, PageText};
use crate::evaluate::{TableRow, TruthTable, is_path_of};

/// Divides several values of one cell of a truth table, any of which is right.
const ALTERNATIVES: &str = " | ";
/// Ends the name of a column of such values.
const ANY_OF: &str = "_any_of";

#[derive(Debug, Args)]
pub(in crate::commands) struct NewArgs {
    /// Name of the model: lowercase letters, digits, `_`.
    #[arg(value_name = "NAME")]
    name: String,
    /// What is right: a column `file`, then a column for each field; one line a scan, or with a column
    /// `page` one a page.
    #[arg(value_name = "TRUTH.csv")]
    truth: PathBuf,
    /// Where the scans are, also in directories below it.
    #[arg(long, value_name = "DIRECTORY")]
    pages: PathBuf,
    /// Only these columns; several with commas.
    #[arg(long, value_name = "COLUMN", value_delimiter = ',')]
    fields: Option<Vec<String>>,
    /// File to write; stdout without it.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    words: WordsArgs,
}

pub(super) async fn execute(common: &Common, args: NewArgs) -> anyhow::Result<Exit> {
    let table = TruthTable::read(&args.truth).map_err(|error| {
        let hint = error.hint();
        hinted(error.into(), hint)
    })?;
    let columns = columns(&args, &table)?;
    let files = files_below(&args.pages)?;
    let scans = scans(&table, &files)?;
    if common.output == Output::Json && args.output.is_none() {
        return Err(anyhow!(
            "--json: draft: stdout is the model's\nhint: write the model to a file with -o FILE"
        ));
    }
    let documents = with_words(common, args.words, async |mut words| {
        let mut documents = Vec::new();
        for (row, path) in &scans {
            let pages = pages(&mut words, path, row.page).await?;
            if pages.is_empty() {
                writeln!(std::io::stderr(), "{}: left out: there is no text", path.display())?;
                continue;
            }
            documents.push(Labelled { pages, truths: truths(row, &columns) });
        }
        Ok(documents)
    })
    .await?;
    let names: Vec<String> = columns.iter().map(|(_, name)| name.clone()).collect();
    let place = args.truth.display();
    let drafted = tokio::task::block_in_place(|| draft(&args.name, &names, &documents))
        .map_err(|error| anyhow!("{place}: draft: {error}"))?;
    match &args.output {
        Some(file) => std::fs::write(file, &drafted.toml)
            .with_context(|| format!("{}: model", file.display()))?,
        None => write!(std::io::stdout(), "{}", drafted.toml)?,
    }
    show(common, &drafted, documents.len())?;
    Ok(Exit::AllWell)
}

/// Returns the columns to draft fields for: position in the table, and name of the field.
fn columns(args: &NewArgs, table: &TruthTable) -> anyhow::Result<Vec<(usize, String)>> {
    let asked = |column: &String| args.fields.as_ref().is_none_or(|only| only.contains(column));
    if let Some(missing) = args.fields.iter().flatten().find(|name| !table.columns.contains(name)) {
        return Err(anyhow!(
            "{}: truth: there is no column `{missing}`\nhint: there are {}",
            table.path.display(),
            table.columns.join(", ")
        ));
    }
    let chosen = table.columns.iter().enumerate().filter(|(_, column)| asked(column));
    Ok(chosen.map(|(at, column)| (at, field_name(column))).collect())
}

/// Makes a column's name a legal name of a field.
fn field_name(column: &str) -> String {
    let column = column.strip_suffix(ANY_OF).unwrap_or(column).to_lowercase();
    let legal = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '_' };
    let name: String = column.chars().map(legal).collect();
    if name.starts_with(|letter: char| letter.is_ascii_digit()) {
        format!("f_{name}")
    } else {
        name
    }
}

/// Lists all files below a directory, in order.
fn files_below(directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let failed = || format!("{}: scans", directory.display());
    let mut files = Vec::new();
    let mut left = vec![directory.to_owned()];
    while let Some(directory) = left.pop() {
        for entry in std::fs::read_dir(&directory).with_context(failed)? {
            let path = entry.with_context(failed)?.path();
            // A link to a directory above would never end.
            if path.is_dir() && !path.is_symlink() {
                left.push(path);
            } else if path.is_file() {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Finds the scan of each row of the table.
fn scans<'t>(
    table: &'t TruthTable,
    files: &[PathBuf],
) -> anyhow::Result<Vec<(&'t TableRow, PathBuf)>> {
    let truth = table.path.display();
    let mut known: BTreeMap<(&str, Option<u32>), u64> = BTreeMap::new();
    let mut scans = Vec::new();
    for row in &table.rows {
        if let Some(line) = known.insert((&row.file, row.page), row.line) {
            return Err(anyhow!(
                "{truth}: lines {line} and {}: two records of `{}`\nhint: drafts are made of models with one record a page or document; a model of table rows begins with a copy of models/maintenance_log.toml",
                row.line,
                row.file
            ));
        }
        match files.iter().find(|path| is_path_of(&path.to_string_lossy(), &row.file)) {
            Some(path) => scans.push((row, path.clone())),
            None => writeln!(
                std::io::stderr(),
                "{truth}: line {}: left out: there is no scan `{}`",
                row.line,
                row.file
            )?,
        }
    }
    if scans.is_empty() {
        return Err(anyhow!(
            "{truth}: truth: none of its scans is there\nhint: --pages DIRECTORY says where they are"
        ));
    }
    Ok(scans)
}

async fn pages(
    words: &mut Words,
    path: &Path,
    page: Option<u32>,
) -> anyhow::Result<Vec<(PageNumber, PageText)>> {
    let number = page.and_then(std::num::NonZeroU32::new).map(PageNumber);
    let mut pages = words.of(path, number.map_or(Needed::All, Needed::One)).await?.pages;
    pages.retain(|(page, _)| number.is_none_or(|wanted| *page == wanted));
    Ok(pages)
}

fn truths(row: &TableRow, columns: &[(usize, String)]) -> Vec<Vec<String>> {
    let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
    columns
        .iter()
        .map(|(at, _)| {
            let values = cell(*at).split(ALTERNATIVES).map(str::trim);
            values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
        })
        .collect()
}

fn show(common: &Common, drafted: &Draft, scans: usize) -> anyhow::Result<()> {
    if common.output == Output::Json {
        let mut stdout = std::io::stdout().lock();
        let summary = serde_json::json!({ "scans": scans, "fields": drafted.fields });
        serde_json::to_writer_pretty(&mut stdout, &summary)?;
        return Ok(writeln!(stdout)?);
    }
    if common.quiet {
        return Ok(());
    }
    let mut stderr = std::io::stderr();
    let width = drafted.fields.iter().map(|field| field.field.len()).max().unwrap_or(0).max(5);
    writeln!(stderr, "{scans} scans")?;
    writeln!(
        stderr,
        "{:width$} {:8} {:>6} {:>6} {:>6} {:>6}",
        "field", "type", "known", "seen", "right", "wrong"
    )?;
    for field in &drafted.fields {
        writeln!(
            stderr,
            "{:width$} {:8} {:>6} {:>6} {:>6} {:>6}",
            field.field, field.kind, field.known, field.seen, field.right, field.wrong
        )?;
    }
    for field in drafted.fields.iter().filter(|field| field.kind == "none") {
        writeln!(stderr, "{}: left out: none of its values was seen on the scans", field.field)?;
    }
    Ok(())
}
