//! Words → judged records: extract → normalize → validate, for all models at once. The same code
//! serves `ingest` and `reextract`.

use super::page_doubts;
use crate::document::{
    Failure, Issue, PageNumber, PageText, RawField, Record, Stage, Symbology, TypedField,
    TypedRecord, Verdict, guarded,
};
use crate::extract::{Phrases, Surroundings};
use crate::model::{FieldKind, RecordModel, Scope};
use crate::store::DocumentPages;
use crate::validate::Validator;
use crate::{extract, normalize};

/// Models that are ready to be used by any number of threads.
pub struct ModelSet {
    models: Vec<RecordModel>,
    phrases: Phrases,
    validators: Vec<Validator>,
}

/// The judged records of a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PageRecords {
    /// Those that need it alone.
    pub of_page: Vec<TypedRecord>,
    /// Those of a document that has no other page.
    pub of_document: Vec<TypedRecord>,
}

impl ModelSet {
    /// Prepares checked models.
    pub fn new(models: Vec<RecordModel>) -> Self {
        let validators = models.iter().map(Validator::new).collect();
        let phrases = Phrases::of(&models);
        Self { models, phrases, validators }
    }

    /// Returns the models.
    pub fn models(&self) -> &[RecordModel] {
        &self.models
    }

    /// Returns the models with what judges their records.
    pub(super) fn judges(&self) -> impl Iterator<Item = (&RecordModel, &Validator)> {
        self.models.iter().zip(&self.validators)
    }

    /// Returns the kinds of barcodes that fields of the models ask for.
    pub fn symbologies(&self) -> Vec<Symbology> {
        let fields = self.models.iter().flat_map(|model| &model.fields);
        let mut asked: Vec<Symbology> = Vec::new();
        for field in fields {
            if let FieldKind::Barcode { symbologies } = &field.kind {
                asked.extend(symbologies);
            }
        }
        asked.sort_unstable();
        asked.dedup();
        asked
    }

    /// Returns what a page's words give, as if its document had no other page. A failure is a panic that was caught.
    pub(super) fn of_only_page(
        &self,
        page: PageNumber,
        text: &PageText,
    ) -> Result<PageRecords, Failure> {
        let pages = [(page, text)];
        guarded(Stage::Extract, || {
            let found = extract::records(&self.models, &self.phrases, &pages);
            let of_page = found.of_pages.iter().flat_map(|raw| self.judge(raw, &pages)).collect();
            PageRecords { of_page, of_document: self.judge(&found.of_document, &pages) }
        })
    }

    /// Returns all records of a document's words. A failure is a panic that was caught.
    pub fn of_pages(&self, document: &DocumentPages) -> Result<Vec<TypedRecord>, Failure> {
        let pages: Vec<_> = document.pages.iter().map(|(number, text)| (*number, text)).collect();
        guarded(Stage::Extract, || {
            let found = extract::records(&self.models, &self.phrases, &pages);
            let mut records = Vec::new();
            for (raw, page) in found.of_pages.iter().zip(&pages) {
                records.extend(self.judge(raw, &[*page]));
            }
            let mut of_document = self.judge(&found.of_document, &pages);
            self.note_missing(&mut of_document, &document.missing);
            records.extend(of_document);
            records
        })
    }

    /// Returns the records of page and row scope of a page. A failure is a panic that was caught.
    pub(super) fn of_page(
        &self,
        page: PageNumber,
        text: &PageText,
    ) -> Result<Vec<TypedRecord>, Failure> {
        guarded(Stage::Extract, || {
            let raw = extract::page_records(&self.models, &self.phrases, page, text);
            self.judge(&raw, &[(page, text)])
        })
    }

    /// Returns the records that need all pages of a document; those of document scope say which
    /// of their pages are missing.
    pub(super) fn of_document(
        &self,
        pages: &[(PageNumber, &PageText)],
        missing: &[PageNumber],
    ) -> Result<Vec<TypedRecord>, Failure> {
        guarded(Stage::Extract, || {
            let raw = extract::document_records(&self.models, &self.phrases, pages);
            let mut records = self.judge(&raw, pages);
            self.note_missing(&mut records, missing);
            records
        })
    }

    /// Returns the document-scope records of stored pages; of a document that makes extraction
    /// panic there are none, and the log says so.
    pub(super) fn of_stored(&self, document: &DocumentPages) -> Vec<TypedRecord> {
        let pages: Vec<(PageNumber, &PageText)> =
            document.pages.iter().map(|(number, text)| (*number, text)).collect();
        self.of_document(&pages, &document.missing).unwrap_or_else(|failure| {
            tracing::error!(document.id = document.document_id.0, %failure, "no document records");
            Vec::new()
        })
    }

    /// Returns the records that a model makes of a document's stored words before they are judged,
    /// together as they are judged: those of each page, or of the document. The other models take
    /// the pages that they have a better claim to.
    pub fn unjudged(
        &self,
        name: &str,
        document: &DocumentPages,
    ) -> Result<Vec<Vec<Record<TypedField>>>, Failure> {
        let Some(model) = self.models.iter().find(|model| model.name == name) else {
            return Ok(Vec::new());
        };
        guarded(Stage::Extract, || {
            let pages: Vec<(PageNumber, &PageText)> =
                document.pages.iter().map(|(number, text)| (*number, text)).collect();
            let mut groups = Vec::new();
            let found = extract::records(&self.models, &self.phrases, &pages);
            for (raw, page) in found.of_pages.iter().zip(&pages) {
                for (raw, surroundings) in by_region(raw, &[*page]) {
                    groups.push(typed(model, raw, &surroundings));
                }
            }
            for (raw, surroundings) in by_region(&found.of_document, &pages) {
                groups.push(typed(model, raw, &surroundings));
            }
            groups.retain(|records| !records.is_empty());
            groups
        })
    }

    /// Judges the records of these pages.
    fn judge(
        &self,
        raw: &[Record<RawField>],
        pages: &[(PageNumber, &PageText)],
    ) -> Vec<TypedRecord> {
        if raw.is_empty() {
            return Vec::new();
        }
        let mut records = Vec::with_capacity(raw.len());
        for (raw, surroundings) in by_region(raw, pages) {
            for (model, validator) in self.models.iter().zip(&self.validators) {
                let typed = typed(model, raw, &surroundings);
                let mut rows: Vec<TypedRecord> =
                    typed.into_iter().map(|record| validator.record(record)).collect();
                validator.rows(&mut rows);
                if model.scope == Scope::Document {
                    note_contradictions(model, raw, &mut rows);
                }
                records.append(&mut rows);
            }
        }
        self.note_ties(&mut records);
        page_doubts::note(&mut records, &self.models, pages);
        records
    }

    fn scope(&self, model: &str) -> Option<Scope> {
        self.models.iter().find(|known| known.name == model).map(|model| model.scope)
    }

    /// A page or document has one owner; extraction gives it several only if their claims are
    /// equally good.
    fn note_ties(&self, records: &mut [TypedRecord]) {
        let owners: Vec<(String, (PageNumber, u16), bool)> = records
            .iter()
            .map(|record| &record.record)
            .map(|record| {
                let whole = self.scope(&record.model) == Some(Scope::Document);
                (record.model.clone(), (record.page, record.region), whole)
            })
            .collect();
        if owners.windows(2).all(|pair| pair[0].0 == pair[1].0) {
            return;
        }
        for (judged, (model, page, whole)) in records.iter_mut().zip(&owners) {
            let others = owners.iter().filter(|owner| (owner.1, owner.2) == (*page, *whole));
            let mut others: Vec<&str> = others.map(|owner| owner.0.as_str()).collect();
            others.retain(|other| other != model);
            others.sort_unstable();
            others.dedup();
            for other in others {
                note(judged, format!("also claimed by `{other}`"));
            }
        }
    }

    /// A page that is missing belongs to the document of the stack that begins before it.
    fn note_missing(&self, records: &mut [TypedRecord], missing: &[PageNumber]) {
        let whole =
            |record: &TypedRecord| self.scope(&record.record.model) == Some(Scope::Document);
        let starts: Vec<PageNumber> = records
            .iter()
            .filter(|record| whole(record))
            .map(|record| record.record.page)
            .collect();
        for page in missing {
            let before = starts.iter().filter(|start| *start < page).max();
            let Some(start) = before.or(starts.iter().min()) else { continue };
            for record in records.iter_mut() {
                if record.record.page == *start && whole(record) {
                    note(record, format!("page {page} is missing"));
                }
            }
        }
    }
}

/// Puts records together that are judged together, with what else their pages say: those of each region of
/// a page by themselves. Records of one region stand together.
fn by_region<'r>(
    raw: &'r [Record<RawField>],
    pages: &[(PageNumber, &PageText)],
) -> Vec<(&'r [Record<RawField>], Surroundings)> {
    let place =
        |record: &Record<RawField>| (record.region > 0).then_some((record.page, record.region));
    let groups = raw.chunk_by(|a, b| place(a) == place(b));
    let with_surroundings = groups.map(|group| {
        let own = place(&group[0]).and_then(|(page, region)| {
            let (_, text) = pages.iter().find(|(number, _)| *number == page)?;
            Some((page, extract::region_of(text, region)?))
        });
        let surroundings = match &own {
            Some((page, text)) => Surroundings::new(&[(*page, text)]),
            None => Surroundings::new(pages),
        };
        (group, surroundings)
    });
    with_surroundings.collect()
}

/// Sends records to review whose pages say different things of one field: they may be of several documents.
fn note_contradictions(model: &RecordModel, raw: &[Record<RawField>], judged: &mut [TypedRecord]) {
    let own = raw.iter().filter(|record| record.model == model.name);
    for (raw, judged) in own.zip(judged) {
        for (field, text) in extract::contradictions(model, raw) {
            let field = Some(model.fields[field].name.clone());
            judged.issues.push(Issue { field, text, verdict: Verdict::Review });
            judged.verdict = judged.verdict.max(Verdict::Review);
        }
    }
}

fn note(record: &mut TypedRecord, text: String) {
    record.issues.push(Issue { field: None, text, verdict: Verdict::Review });
    record.verdict = record.verdict.max(Verdict::Review);
}

/// Normalizes the records of a model, and notes what else their pages say.
fn typed(
    model: &RecordModel,
    raw: &[Record<RawField>],
    surroundings: &Surroundings,
) -> Vec<Record<TypedField>> {
    let own = raw.iter().filter(|record| record.model == model.name);
    let mut typed = normalize::records_in(model, own, surroundings.dates);
    for record in &mut typed {
        surroundings.note(model, record);
    }
    typed
}
