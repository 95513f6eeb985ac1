//! Records of a part's documents → rows of the next generation, in one transaction with the note of it.

use std::collections::{HashMap, HashSet};

use sqlx::{Acquire, PgConnection};

use crate::document::{DocumentId, RunId, TypedRecord, Verdict};
use crate::model::RecordModel;
use crate::store::connection::Store;
use crate::store::error::{StoreError, failed_to};
use crate::store::model_table::NEXT_RECORDS;
use crate::store::writer::{BatchError, RecordRows, Refusal, Tables, insert_reject};

use super::Generation;
use super::plan::PlannedPart;

/// The tables of a next generation, as rows are encoded for them.
#[derive(Debug)]
pub struct GenerationTables(Tables);

/// The records of a document as they are written, or that it keeps those that it has.
#[derive(Debug)]
pub struct EncodedDocument {
    document_id: DocumentId,
    /// `None`: none could be made.
    records: Option<Result<Encoded, Refusal>>,
}

#[derive(Debug)]
struct Encoded {
    rows: RecordRows,
    /// How many there are of each verdict.
    verdicts: HashMap<Verdict, u64>,
}

/// What the ledger notes of a part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NotedPart {
    pub(super) behind: i64,
    pub(super) last: i64,
    pub documents: u64,
    /// Stored ones.
    pub pages: u64,
    pub accepted: u64,
    pub review: u64,
    pub rejected: u64,
    /// Documents that keep the records that they have.
    pub failed: Vec<DocumentId>,
}

impl GenerationTables {
    /// Prepares to encode records of these models.
    pub fn new(models: &[RecordModel]) -> Self {
        Self(Tables::new(NEXT_RECORDS, models))
    }

    /// Encodes the records of a document: work for a processor, not for an async task.
    pub fn encode(&self, document_id: DocumentId, records: &[TypedRecord]) -> EncodedDocument {
        EncodedDocument { document_id, records: Some(self.encoded(document_id, records)) }
    }

    fn encoded(
        &self,
        document_id: DocumentId,
        records: &[TypedRecord],
    ) -> Result<Encoded, Refusal> {
        let (mut rows, mut verdicts) = (RecordRows::default(), HashMap::new());
        let mut places = HashSet::with_capacity(records.len());
        for judged in records {
            let record = &judged.record;
            if !places.insert((record.model.as_str(), record.page, record.row_number)) {
                let why = format!("page {} has two rows {}", record.page, record.row_number);
                return Err(Refusal::of_row(&record.model, &why));
            }
            rows.add(&self.0, document_id, judged)?;
            *verdicts.entry(judged.verdict).or_insert(0) += 1;
        }
        Ok(Encoded { rows, verdicts })
    }
}

impl EncodedDocument {
    /// A document that keeps the records that it has, because none can be made of its words.
    pub fn kept(document_id: DocumentId) -> Self {
        Self { document_id, records: None }
    }
}

impl NotedPart {
    fn of(part: &PlannedPart, documents: &[EncodedDocument]) -> Self {
        let encoded =
            || documents.iter().filter_map(|document| document.records.as_ref()?.as_ref().ok());
        let count = |verdict| encoded().filter_map(|encoded| encoded.verdicts.get(&verdict)).sum();
        let kept = |document: &&EncodedDocument| !matches!(document.records, Some(Ok(_)));
        Self {
            behind: part.behind,
            last: part.last,
            documents: documents.len() as u64,
            pages: part.pages,
            accepted: count(Verdict::Accepted),
            review: count(Verdict::Review),
            rejected: count(Verdict::Rejected),
            failed: documents.iter().filter(kept).map(|document| document.document_id).collect(),
        }
    }
}

impl Store {
    /// Writes a part of the next generation: `documents` as it was planned. A document of which a row is refused keeps
    /// the records that it has, and the row is noted. Returns what was noted for each transaction that it took.
    pub async fn write_part(
        &self,
        run: RunId,
        generation: &Generation,
        tables: &GenerationTables,
        (planned, documents): (PlannedPart, Vec<EncodedDocument>),
    ) -> Result<Vec<NotedPart>, StoreError> {
        let mut noted = Vec::new();
        let mut left = vec![(planned, documents)];
        while let Some((planned, mut documents)) = left.pop() {
            for document in &mut documents {
                if let Some(Err(refusal)) = &document.records {
                    self.note_refused(run, document.document_id, refusal).await?;
                    document.records = None;
                }
            }
            let note = NotedPart::of(&planned, &documents);
            let written = self
                .retrying(|| self.write_part_once(generation, tables, &note, &documents))
                .await?;
            let Err(refusal) = written else {
                noted.push(note);
                continue;
            };
            if let Some((before, after)) = planned.halves() {
                let rest = documents.split_off(before.documents.len());
                left.push((after, rest));
                left.push((before, documents));
                continue;
            }
            for document in &mut documents {
                document.records = Some(Err(refusal.clone()));
            }
            left.push((planned, documents));
        }
        Ok(noted)
    }

    /// Writes rows and their note, unless they are there. The inner error is a row that the database refuses.
    async fn write_part_once(
        &self,
        generation: &Generation,
        tables: &GenerationTables,
        note: &NotedPart,
        documents: &[EncodedDocument],
    ) -> Result<Result<(), Refusal>, StoreError> {
        let error = || failed_to("write records of the next generation");
        let mut connection = self.pool.acquire().await.map_err(error())?;
        let mut transaction = connection.begin().await.map_err(error())?;
        // A server that dies loses the last parts as a whole, with their notes: they are written again.
        sqlx::raw_sql("set local synchronous_commit = off")
            .execute(&mut *transaction)
            .await
            .map_err(error())?;
        if !note_part(&mut transaction, generation, note).await.map_err(error())? {
            return Ok(Ok(()));
        }
        let mut rows = RecordRows::default();
        for document in documents {
            if let Some(Ok(encoded)) = &document.records {
                rows.append(&encoded.rows);
            }
        }
        match rows.write(&mut transaction, &tables.0).await {
            Ok(()) => {}
            Err(BatchError::Row(refusal)) => return Ok(Err(refusal)),
            Err(BatchError::Database(cause)) => return Err(error()(cause)),
        }
        transaction.commit().await.map_err(error())?;
        Ok(Ok(()))
    }

    async fn note_refused(
        &self,
        run: RunId,
        document: DocumentId,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        tracing::warn!(
            target.table = %refusal.target, reason = %refusal.reason, document.id = document.0,
            "a document keeps its records, a new one was refused: {}", refusal.message
        );
        self.retrying(|| self.note_refused_once(run, document, refusal)).await
    }

    /// Notes a refused row of a document, once in a run.
    async fn note_refused_once(
        &self,
        run: RunId,
        document: DocumentId,
        refusal: &Refusal,
    ) -> Result<(), StoreError> {
        let error = || failed_to("note a refused row");
        let mut connection = self.pool.acquire().await.map_err(error())?;
        let noted: bool = sqlx::query_scalar(
            "select exists (select from scanlift.reject where run_id = $1 and document_id = $2 and message = $3)",
        )
        .bind(run.0)
        .bind(document.0)
        .bind(&refusal.message)
        .fetch_one(&mut *connection)
        .await
        .map_err(error())?;
        if noted {
            return Ok(());
        }
        let text = format!("a record of document {}", document.0);
        insert_reject(&mut connection, run, (Some(document), None), refusal, &text)
            .await
            .map_err(error())
    }

    /// Reads the notes of a generation's parts, by the document that they are behind.
    pub(super) async fn noted_parts_once(
        &self,
        generation: i64,
    ) -> Result<HashMap<i64, NotedPart>, StoreError> {
        type Row = (i64, i64, i64, i64, i64, i64, i64, Vec<i64>);
        let rows: Vec<Row> = sqlx::query_as(
            "select behind_document_id, last_document_id, documents, pages, accepted, review, rejected, failed
             from scanlift.generation_part where generation_id = $1",
        )
        .bind(generation)
        .fetch_all(&self.pool)
        .await
        .map_err(failed_to("look for records that are being made anew"))?;
        let note = |(behind, last, documents, pages, accepted, review, rejected, failed): Row| {
            let note = NotedPart {
                behind,
                last,
                documents: documents.cast_unsigned(),
                pages: pages.cast_unsigned(),
                accepted: accepted.cast_unsigned(),
                review: review.cast_unsigned(),
                rejected: rejected.cast_unsigned(),
                failed: failed.into_iter().map(DocumentId).collect(),
            };
            (behind, note)
        };
        Ok(rows.into_iter().map(note).collect())
    }
}

/// Notes a part. Returns false if it is noted already.
async fn note_part(
    connection: &mut PgConnection,
    generation: &Generation,
    note: &NotedPart,
) -> Result<bool, sqlx::Error> {
    let failed: Vec<i64> = note.failed.iter().map(|document| document.0).collect();
    let noted = sqlx::query(
        "insert into scanlift.generation_part (generation_id, behind_document_id, last_document_id, documents, pages,
                                               accepted, review, rejected, failed)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing",
    )
    .bind(generation.id)
    .bind(note.behind)
    .bind(note.last)
    .bind(note.documents.cast_signed())
    .bind(note.pages.cast_signed())
    .bind(note.accepted.cast_signed())
    .bind(note.review.cast_signed())
    .bind(note.rejected.cast_signed())
    .bind(failed)
    .execute(connection)
    .await?;
    Ok(noted.rows_affected() > 0)
}
