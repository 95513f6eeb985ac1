//! `scanlift model explain FILE[:PAGE]`: what the models see on a page, in words and as a picture.

use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::Args;

use super::overlay::{self, Overlay};
use super::pages::{Needed, WordsArgs, with_words};
use crate::authoring::Explained;
use crate::commands::exit::Exit;
use crate::commands::models;
use crate::commands::options::Common;
use crate::document::{PageNumber, PixelBox, Repair, TypedField, TypedRecord};
use crate::extract::{CandidateSeen, ClaimList, Explanation, FieldSeen, LabelSeen, TableFound};
use crate::model::{Field, RecordModel, Scope, place_kind};
use crate::pipeline::ModelSet;
use crate::store::DocumentPages;

#[derive(Debug, Args)]
pub(in crate::commands) struct ExplainArgs {
    /// A scan and the number of a page, such as `scan.tif:3`; the first page without a number.
    #[arg(value_name = "FILE[:PAGE]")]
    page: String,
    /// Explain this model, even if it does not claim the page; without it, the ones that take the page.
    #[arg(long, value_name = "NAME")]
    model: Option<String>,
    /// Also draw it: the prepared page with labels, zones, table columns and rows, values and issues.
    #[arg(long, value_name = "OUT.png")]
    image: Option<PathBuf>,
    /// Show so many candidates of a field.
    #[arg(long, value_name = "N", default_value_t = 5)]
    candidates: usize,
    #[command(flatten)]
    words: WordsArgs,
}

pub(super) async fn execute(common: &Common, args: ExplainArgs) -> anyhow::Result<Exit> {
    let (path, number) = page_of(&args.page);
    let models = common.models()?;
    let only = args.model.as_deref().map(|name| models::find(&models, name)).transpose()?.cloned();
    let looked_at = only.as_ref().map_or(&models[..], std::slice::from_ref);
    let whole = looked_at.iter().any(|model| model.scope == Scope::Document);
    let needed = if whole { Needed::All } else { Needed::One(number) };
    let document =
        with_words(common, args.words, async |mut words| words.of(&path, needed).await).await?;
    let place = format!("{}: page {number}", path.display());
    let text = document.pages.iter().find(|(page, _)| *page == number).map(|(_, text)| text);
    let text = text.ok_or_else(|| anyhow!("{place}: there is no such page, or no text on it"))?;
    let set = ModelSet::new(looked_at.to_vec());
    let records = set.of_pages(&document).map_err(|failure| anyhow!("{place}: {failure}"))?;
    let out = &mut io::stdout().lock();
    writeln!(
        out,
        "{place}: {} × {} px, {:.0} dpi, {} words, mean confidence {:.0} %\n",
        text.width,
        text.height,
        text.dpi,
        text.words().count(),
        text.mean_confidence().unwrap_or(0.0)
    )?;
    let explained: Vec<(&RecordModel, Explained)> = looked_at
        .iter()
        .flat_map(|model| {
            Explained::all(model, number, text).into_iter().map(move |all| (model, all))
        })
        .collect();
    let mut drawing = Overlay::default();
    for (model, explained) in &explained {
        let own = Own::of(model, (number, explained.seen.region), &document, &records);
        claims(out, model, &explained.seen, &own)?;
        if own.records.is_empty() && only.is_none() {
            continue;
        }
        for (index, field) in model.fields.iter().enumerate() {
            let of_field = OfField::new(field, index, explained, &own);
            field_in_words(out, &of_field, args.candidates)?;
        }
        tables(out, model, &explained.seen.tables)?;
        for record in &own.records {
            record_in_words(out, model, record)?;
        }
        drawing.add_seen(model, &explained.seen, text);
        drawing.add_values(model, &own.records, number);
    }
    if let Some(target) = &args.image {
        overlay::write(&path, number, (text, &drawing), target)?;
        writeln!(out, "\n{}", drawing.legend())?;
    }
    Ok(Exit::AllWell)
}

/// Takes `scan.tif:3` apart; a file may have a colon in its name.
fn page_of(argument: &str) -> (PathBuf, PageNumber) {
    let whole = (PathBuf::from(argument), PageNumber::FIRST);
    if whole.0.exists() {
        return whole;
    }
    let numbered = argument.rsplit_once(':').and_then(|(file, number)| {
        Some((PathBuf::from(file), PageNumber(number.parse::<NonZeroU32>().ok()?)))
    });
    numbered.unwrap_or(whole)
}

/// The records of a model that have something to do with the page.
struct Own<'r> {
    records: Vec<&'r TypedRecord>,
}

impl<'r> Own<'r> {
    fn of(
        model: &RecordModel,
        (number, region): (PageNumber, u16),
        document: &DocumentPages,
        records: &'r [TypedRecord],
    ) -> Self {
        let of_model = records.iter().filter(|record| record.record.model == model.name);
        let is_whole = region == 0;
        let on_page = |record: &&TypedRecord| match model.scope {
            _ if !is_whole => (record.record.page, record.record.region) == (number, region),
            Scope::Document => document.pages.iter().any(|(page, _)| *page == number),
            Scope::Page | Scope::Row => record.record.page == number,
        };
        Self { records: of_model.filter(on_page).collect() }
    }
}

fn claims(
    out: &mut impl Write,
    model: &RecordModel,
    seen: &Explanation,
    own: &Own,
) -> io::Result<()> {
    let claimed = match (seen.strength, own.records.len()) {
        (Some(strength), 0) => format!(
            "claims the page, strength {strength:.2}, but no record comes of it here (priority {})",
            model.claims.priority
        ),
        (Some(strength), count) => {
            format!("takes the page, strength {strength:.2}: {count} records")
        }
        (None, 0) => "does not claim the page".to_owned(),
        (None, count) => {
            format!("does not claim this page, but another one of the document: {count} records")
        }
    };
    let region = match seen.region {
        0 => String::new(),
        number => format!(", region {number}"),
    };
    writeln!(out, "model {}{region}: {claimed}", model.name)?;
    let lists = [
        (ClaimList::All, "all of".to_owned()),
        (ClaimList::OneOf, "one of".to_owned()),
        (ClaimList::Any, format!("{} of", model.claims.at_least)),
        (ClaimList::None, "none of".to_owned()),
        (ClaimList::For, "more for".to_owned()),
        (ClaimList::Against, "less for".to_owned()),
    ];
    for (list, name) in lists {
        let phrases = seen.claims.iter().filter(|phrase| phrase.list == list);
        let (found, not): (Vec<_>, Vec<_>) = phrases.partition(|phrase| phrase.score.is_some());
        if found.is_empty() && not.is_empty() {
            continue;
        }
        let there: Vec<String> = found
            .iter()
            .map(|phrase| format!("“{}” {:.2}", phrase.phrase, phrase.score.unwrap_or(0.0)))
            .collect();
        let absent: Vec<String> = not.iter().map(|phrase| format!("“{}”", phrase.phrase)).collect();
        let or_none = |list: Vec<String>| {
            if list.is_empty() { "none".to_owned() } else { list.join(", ") }
        };
        writeln!(out, "  {name}: found {}; not found {}", or_none(there), or_none(absent))?;
    }
    Ok(())
}

/// What there is of a field.
struct OfField<'e> {
    field: &'e Field,
    seen: &'e FieldSeen,
    /// Each with what it would be by itself.
    candidates: &'e [(CandidateSeen, TypedField)],
    chosen: Option<&'e TypedField>,
}

impl<'e> OfField<'e> {
    fn new(field: &'e Field, index: usize, explained: &'e Explained, own: &'e Own) -> Self {
        let seen = &explained.seen.fields[index];
        let candidates = &explained.readings[index];
        let chosen = own.records.first().and_then(|record| record.record.fields.get(index));
        Self { field, seen, candidates, chosen }
    }
}

fn field_in_words(out: &mut impl Write, of_field: &OfField, most: usize) -> io::Result<()> {
    let OfField { field, seen, candidates, chosen } = *of_field;
    let required = if field.required { ", required" } else { "" };
    writeln!(out, "\n  {}: {}{required}", field.name, field.stored_as())?;
    if !field.column.is_empty() {
        return writeln!(out, "    in a column of the table, see below");
    }
    if seen.labels.is_empty() && !field.labels.is_empty() {
        writeln!(out, "    label      none of its labels was found")?;
    }
    for LabelSeen { text, bounds, score } in &seen.labels {
        writeln!(out, "    label      “{text}” at {}, {score:.2}", at(bounds))?;
    }
    for LabelSeen { text, bounds, .. } in &seen.excluded {
        writeln!(out, "    excluded   “{text}” at {}", at(bounds))?;
    }
    if candidates.is_empty() {
        writeln!(out, "    candidates none")?;
    }
    for (seen, alone) in candidates.iter().take(most) {
        candidate(out, field, (seen, alone), chosen)?;
    }
    if candidates.len() > most {
        writeln!(out, "    and {} more", candidates.len() - most)?;
    }
    match chosen {
        Some(typed) => value(out, typed),
        None => writeln!(out, "    value      none: no record here"),
    }
}

fn candidate(
    out: &mut impl Write,
    field: &Field,
    (seen, alone): (&CandidateSeen, &TypedField),
    chosen: Option<&TypedField>,
) -> io::Result<()> {
    let candidate = &seen.candidate;
    let taken = chosen.is_some_and(|typed| {
        typed.raw.as_ref() == Some(&candidate.text)
            && typed.bounds == Some(candidate.bounds)
            && typed.page == Some(candidate.page)
    });
    let place = seen.place.and_then(|place| Some((place + 1, field.places.get(place)?)));
    let place = place.map_or_else(
        || "place".to_owned(),
        |(number, place)| format!("place {number} (`{}`)", place_kind(place)),
    );
    let read_as = match &alone.value {
        Some(value) => format!("{value}, {:.2} by itself", alone.confidence),
        None => "no value of this type".to_owned(),
    };
    writeln!(
        out,
        "    {} “{}” at {}: {place} {:.2}, words {:.2} → {read_as}",
        if taken { "chosen    " } else { "candidate " },
        candidate.text.replace('\n', " ⏎ "),
        at(&candidate.bounds),
        candidate.place_score,
        candidate.word_confidence
    )
}

fn value(out: &mut impl Write, typed: &TypedField) -> io::Result<()> {
    let Some(value) = &typed.value else { return writeln!(out, "    value      none") };
    let evidence = &typed.evidence;
    let page = typed.page.map_or_else(String::new, |page| format!(" on page {page}"));
    writeln!(out, "    value      {value}{page}")?;
    writeln!(
        out,
        "    confidence {:.2}: words {:.2}, place {:.2}, meaning {:.2}, witnesses {:.2}",
        typed.confidence, evidence.words, evidence.place, evidence.meaning, evidence.witnesses
    )?;
    for Repair { before, after, rule } in &typed.repairs {
        writeln!(out, "    repaired   “{before}” → “{after}” for `{rule}`")?;
    }
    Ok(())
}

fn tables(out: &mut impl Write, model: &RecordModel, tables: &[TableFound]) -> io::Result<()> {
    if model.scope == Scope::Row && tables.is_empty() {
        writeln!(
            out,
            "\n  no table: neither a header with its captions nor a ruled grid was found"
        )?;
    }
    for (table, number) in tables.iter().zip(1..) {
        writeln!(out, "\n  table {number}: header {:.2}, {} lines", table.score, table.rows.len())?;
        for column in &table.columns {
            let field = column.field.and_then(|field| model.fields.get(field));
            let name = field.map_or("(no field)", |field| field.name.as_str());
            writeln!(out, "    column {name}: {:.0}–{:.0} px", column.left, column.right)?;
        }
    }
    Ok(())
}

fn record_in_words(
    out: &mut impl Write,
    model: &RecordModel,
    judged: &TypedRecord,
) -> io::Result<()> {
    let record = &judged.record;
    writeln!(
        out,
        "\n  record: page {}, row {}: {}, confidence {:.2}",
        record.page, record.row_number, judged.verdict, judged.confidence
    )?;
    for (field, typed) in model.fields.iter().zip(&record.fields) {
        let Some(value) = &typed.value else { continue };
        writeln!(out, "    {}: {value} ({:.2})", field.name, typed.confidence)?;
    }
    for issue in &judged.issues {
        writeln!(out, "    issue: {issue} ({})", issue.verdict)?;
    }
    Ok(())
}

fn at(bounds: &PixelBox) -> String {
    format!("{},{}–{},{}", bounds.left, bounds.top, bounds.right, bounds.bottom)
}
