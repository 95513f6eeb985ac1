//! Stored words → records as the archive will have them.

use std::sync::Arc;
use std::time::Instant;

use crate::document::TypedRecord;
use crate::pipeline::archive::Foresight;
use crate::pipeline::progress::Progress;
use crate::pipeline::{ModelSet, Stop};
use crate::store::PackedDocument;

/// What records are made anew with.
#[derive(Clone)]
pub(super) struct Anew {
    pub(super) models: Arc<ModelSet>,
    pub(super) foresight: Arc<Foresight>,
}

/// What a person sees of it, and what stops it.
#[derive(Clone, Copy)]
pub(super) struct Watch<'a> {
    pub(super) progress: &'a Progress,
    pub(super) stop: &'a Stop,
}

/// A document's records, and how many milliseconds they took a page once unpacked.
pub(super) struct Made {
    pub(super) records: Vec<TypedRecord>,
    pub(super) milliseconds: f64,
}

impl Anew {
    pub(super) fn names(&self) -> Vec<String> {
        self.models.models().iter().map(|model| model.name.clone()).collect()
    }

    /// Makes a document's records as the archive will have them.
    pub(super) fn records(&self, document: &PackedDocument) -> Result<Made, String> {
        let words = document.unpack().map_err(|error| error.to_string())?;
        let started = Instant::now();
        let mut records = self.models.of_pages(&words).map_err(|failure| failure.to_string())?;
        let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
        self.foresight.apply(&self.models, &mut records);
        Ok(Made { records, milliseconds: milliseconds / words.pages.len().max(1) as f64 })
    }
}

pub(super) fn note_failed(document: &PackedDocument, why: &str) {
    tracing::error!(document.id = document.document_id.0, %why, "kept the old records of a document");
}

pub(super) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
