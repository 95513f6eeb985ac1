//! A record of candidates.

use crate::document::{PageNumber, RawField, Record};
use crate::model::RecordModel;

pub(super) fn record(
    model: &RecordModel,
    page: PageNumber,
    row_number: u32,
    fields: impl IntoIterator<Item = impl Into<RawField>>,
) -> Record<RawField> {
    let fields = fields.into_iter().map(Into::into).collect();
    Record { model: model.name.clone(), page, row_number, region: 0, fields }
}
