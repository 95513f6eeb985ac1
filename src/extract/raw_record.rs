//! A record of candidates.

use crate::document::{Candidate, PageNumber, RawField, Record};
use crate::model::RecordModel;

pub(super) fn record(
    model: &RecordModel,
    page: PageNumber,
    row_number: u32,
    fields: Vec<Vec<Candidate>>,
) -> Record<RawField> {
    let fields = fields.into_iter().map(|candidates| RawField { candidates }).collect();
    Record { model: model.name.clone(), page, row_number, region: 0, fields }
}
