//! What the outcome of a page costs and gives, in numbers.

use std::path::Path;
use std::time::Duration;

use super::estimate::Amounts;
use crate::document::{PageEnd, PageOutcome, TypedRecord};
use crate::pipeline::ModelSet;
use crate::store::Footprint;

/// Returns what a document takes by itself.
pub(super) fn of_document(path: &Path) -> Amounts {
    let file = Footprint::of_file(path.as_os_str().len());
    Amounts { footprint: file + Footprint::of_document(), ..Amounts::default() }
}

/// Returns what a page took and gave.
pub(super) fn of_page(outcome: &PageOutcome, took: Duration, models: &ModelSet) -> Amounts {
    let mut amounts = Amounts {
        seconds: took.as_secs_f64(),
        footprint: Footprint::of_page(outcome),
        ..Amounts::default()
    };
    let end = match outcome.end {
        PageEnd::Stored(_) => &mut amounts.stored,
        PageEnd::Blank(_) => &mut amounts.blank,
        PageEnd::Failed(_) => &mut amounts.failed,
        PageEnd::Quarantined(_) => &mut amounts.quarantined,
    };
    *end = 1.0;
    of_records(&mut amounts, &outcome.records, models);
    of_records(&mut amounts, outcome.document_records.as_deref().unwrap_or_default(), models);
    amounts
}

/// Adds records to what a page gave.
pub(super) fn of_records(amounts: &mut Amounts, records: &[TypedRecord], models: &ModelSet) {
    for record in records {
        let name = &record.record.model;
        let model = models.models().iter().find(|model| model.name == *name);
        let fields = model.map(|model| model.fields.as_slice()).unwrap_or_default();
        let indexed = fields.iter().filter(|field| field.index).count();
        amounts.footprint += Footprint::of_record(record, indexed);
        *amounts.records.entry((name.clone(), record.verdict)).or_default() += 1.0;
    }
}
