//! The second look: words that make a field doubtful are read again while their page is still in the
//! reader, and the page's words are mended before they are stored.
//!
//! `page` calls it between reading and extraction. What is asked for is decided in `doubts`, what the
//! readings change in `vote`. Stored words are all that later extractions see, so nothing is kept besides.

mod doubts;
mod effort;
#[cfg(test)]
mod tests;
mod vote;

use std::time::Duration;

use self::doubts::Ask;
pub(super) use self::effort::Effort;
pub use self::effort::SecondLook;
use super::failed::Failed;
use super::records::{ModelSet, PageRecords};
use crate::document::{Look, PageNumber, PageText, RegionSeen, Seen, Stage, Word, guarded};
use crate::extract;
use crate::reader::{PageReader, ReaderError};

/// Looks read at most this share of the page's pixels of line. Measured on receipts: twice as much takes 0.07 of the
/// time more and gives no more fields, none at all gives 4 of 630 less. Work is counted, not time: a page gives the same
/// words whatever else the machine does.
const WORK_SHARE: f32 = 0.3;
/// The same by a second network: each reading of it counts as several. With 0.6 and that of `swe`, 7 of 788 fields of
/// receipts less are right.
const WORK_SHARE_OF_SECOND: f32 = 1.0;
/// What a look costs besides the pixels that it reads, in pixels of line: its band is laid out anew.
const WORK_PER_LOOK: u64 = 300;
/// A region is read in so many ways.
const READINGS: u64 = 3;
/// With so many pixels of line beside it.
const CONTEXT_PX: u64 = 150;
/// What is not read after so long keeps its first reading: only a thorough look, or one that goes wrong, takes it.
const LONGEST: Duration = Duration::from_secs(60);

/// What a second look did.
#[derive(Debug, Default)]
pub(super) struct Looked {
    /// What was done, as a step of the recipe, if anything was.
    pub step: Option<String>,
    /// The records that were looked at, if they are those of the page's words as they are now.
    pub records: Option<PageRecords>,
}

/// Reads what is doubtful on a page again and mends its words. A reader that dies over it costs the
/// second look only. An error means that no reader can be started any more.
pub(super) fn improve(
    reader: &mut dyn PageReader,
    (page, text): (PageNumber, &mut PageText),
    models: &ModelSet,
    effort: Effort,
) -> Result<Looked, Failed> {
    if effort.look == SecondLook::Off {
        return Ok(Looked::default());
    }
    let tables = read_tables(reader, (page, text), models)?;
    // What panics here panics in extraction, too, which says so.
    let Ok(records) = models.of_only_page(page, text) else { return Ok(of_steps(tables, None)) };
    let Ok(asks) = guarded(Stage::Extract, || doubts::of(models, (&records, text), effort)) else {
        return Ok(of_steps(tables, None));
    };
    let fields = read_fields(reader, (page, text), asks, effort)?;
    let records = Some(records).filter(|_| !fields.has_mended);
    Ok(of_steps(tables.into_iter().chain(fields.step), records))
}

fn of_steps(steps: impl IntoIterator<Item = String>, records: Option<PageRecords>) -> Looked {
    let steps: Vec<String> = steps.into_iter().collect();
    let step = (!steps.is_empty()).then(|| format!("second_look({})", steps.join(", ")));
    Looked { step, records }
}

/// What became of a page's doubtful fields.
#[derive(Default)]
struct FieldsRead {
    step: Option<String>,
    /// Words were replaced, if only by surer ones.
    has_mended: bool,
}

/// Reads the dense tables that models ask for cell by cell. They are exempt from the budget: without
/// their cells such a page has no records at all.
fn read_tables(
    reader: &mut dyn PageReader,
    (page, text): (PageNumber, &mut PageText),
    models: &ModelSet,
) -> Result<Option<String>, Failed> {
    let asked = guarded(Stage::Extract, || {
        let looks = models
            .models()
            .iter()
            .filter_map(|model| extract::table_look(model, page, text).map(Look::Table));
        looks.collect::<Vec<Look>>()
    });
    let Ok(looks) = asked else { return Ok(None) };
    if looks.is_empty() {
        return Ok(None);
    }
    let Some(seen) = look_again(reader, page, &looks)? else {
        return Ok(Some("tables failed".to_owned()));
    };
    let mut found = 0_usize;
    for table in seen {
        if let Seen::Table(table) = table {
            extract::put_table(text, table);
            found += 1;
        }
    }
    Ok(Some(format!("{found} of {} tables", looks.len())))
}

/// Returns what the reader sees; `None` if it refuses or dies, which costs the second look only.
fn look_again(
    reader: &mut dyn PageReader,
    page: PageNumber,
    looks: &[Look],
) -> Result<Option<Vec<Seen>>, Failed> {
    match reader.look_again(page, looks, LONGEST) {
        Ok(seen) => Ok(Some(seen)),
        Err(ReaderError::Broken(why)) => Err(Failed(why)),
        Err(ReaderError::Refused(failure) | ReaderError::Died(failure)) => {
            tracing::debug!(%page, %failure, "no second look: the first reading stands");
            Ok(None)
        }
    }
}

/// Reads the words that make fields doubtful again, and mends them.
fn read_fields(
    reader: &mut dyn PageReader,
    (page, text): (PageNumber, &mut PageText),
    mut asks: Vec<Ask>,
    effort: Effort,
) -> Result<FieldsRead, Failed> {
    match effort.look {
        SecondLook::Off | SecondLook::Auto => keep_affordable(&mut asks, text, effort),
        SecondLook::Thorough => {}
    }
    if asks.is_empty() {
        return Ok(FieldsRead::default());
    }
    let looks: Vec<Look> = asks.iter().flat_map(|ask| ask.looks(text)).collect();
    let Some(seen) = look_again(reader, page, &looks)? else {
        return Ok(FieldsRead { step: Some("regions failed".to_owned()), has_mended: false });
    };
    let mut seen = seen.into_iter();
    let mut patches = Vec::new();
    let mut changed = 0_usize;
    for ask in &asks {
        let regions: Vec<RegionSeen> = seen
            .by_ref()
            .take(ask.runs.len())
            .map(|seen| match seen {
                Seen::Region(region) => region,
                Seen::Table(_) | Seen::Nothing => RegionSeen::default(),
            })
            .collect();
        let mended = vote::settle(ask, text, &regions);
        changed += usize::from(mended.iter().any(|patch| patch.says_else(text)));
        patches.extend(mended);
    }
    // From the end, so that the places of the others stay.
    patches.sort_by_key(|patch| std::cmp::Reverse((patch.run.line, patch.run.words.start)));
    let has_mended = !patches.is_empty();
    for patch in patches {
        patch.apply(text);
    }
    let step = Some(format!("{} regions, {changed} changed", looks.len()));
    Ok(FieldsRead { step, has_mended })
}

/// Keeps the most doubtful fields whose reading takes no more than its share of the page's. Counted in
/// pixels of line, so that the same page gives the same words however busy the machine is.
fn keep_affordable(asks: &mut Vec<Ask>, text: &PageText, effort: Effort) {
    let share = if effort.has_second_network { WORK_SHARE_OF_SECOND } else { WORK_SHARE };
    let width = |words: &[Word]| {
        let left = words.iter().map(|word| word.bounds.left).min().unwrap_or(0);
        let right = words.iter().map(|word| word.bounds.right).max().unwrap_or(0);
        u64::from(right.saturating_sub(left))
    };
    let page: u64 = text.lines.iter().map(|line| width(&line.words)).sum();
    let mut left = (page as f32 * share) as u64;
    asks.sort_by(|a, b| a.certainty.total_cmp(&b.certainty));
    asks.retain(|ask| {
        let runs = ask.runs.iter();
        let work: u64 =
            runs.map(|run| READINGS * (width(run.of(text)) + CONTEXT_PX) + WORK_PER_LOOK).sum();
        let fits = work <= left;
        left -= if fits { work } else { 0 };
        fits
    });
}
