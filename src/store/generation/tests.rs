use crate::document::{DocumentId, TypedRecord, Value};
use crate::model::{RecordModel, Scope};
use crate::store::tests::{
    apply, count, file, model, options, page_event, record, start, stored, text_kind, with_store,
    write,
};
use crate::store::{EncodedDocument, Generation, GenerationTables, Run, RunEnd, Store};

const NAME: &str = "receipt";

fn models() -> [RecordModel; 1] {
    [model(NAME, Scope::Page, &[("company", text_kind())])]
}

fn names() -> Vec<String> {
    vec![NAME.to_owned()]
}

fn company(name: &str) -> TypedRecord {
    record(NAME, 1, 1, vec![Some(Value::Text(name.to_owned()))])
}

/// Stores so many documents of one page, each with the record `old N`, N from 1.
async fn filled(store: &Store, documents: u8) -> Vec<DocumentId> {
    apply(store, &models()).await;
    let mut run = start(store).await;
    let files: Vec<_> = (1..=documents).map(|n| file(&format!("{n:03}.tif"), n)).collect();
    let registered = store.register(run.id, &files).await.unwrap();
    let ids: Vec<DocumentId> = registered.iter().map(|answer| answer.document_id).collect();
    let events = ids.iter().enumerate().map(|(index, &id)| {
        let mut page = stored(id, 1, "word", 90.0);
        page.records = vec![company(&format!("old {}", index + 1))];
        page_event(page)
    });
    write(store, &mut run, options(&models()), events.collect()).await;
    store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await.unwrap();
    ids
}

async fn reextract(store: &Store) -> Run {
    store.start_run("reextract", &serde_json::json!({})).await.unwrap()
}

/// Ends a run in whose place another one is to come.
async fn killed(store: &Store, run: Run) {
    store.finish_run(run, RunEnd::Interrupted, &serde_json::json!({})).await.unwrap();
}

/// Writes parts as they are planned, so many at most; returns how many documents they had.
async fn write_parts(
    store: &Store,
    run: &Run,
    generation: &Generation,
    most: usize,
    encode: impl Fn(&GenerationTables, DocumentId) -> EncodedDocument,
) -> usize {
    let tables = GenerationTables::new(&models());
    let (mut behind, mut documents) = (0, 0);
    for _ in 0..most {
        let Some((part, last)) = store.plan_part(generation, behind).await.unwrap() else { break };
        behind = last;
        documents += part.documents.len();
        let encoded = part.documents.iter().map(|&document| encode(&tables, document)).collect();
        let noted = store.write_part(run.id, generation, &tables, (part, encoded)).await.unwrap();
        assert!(!noted.is_empty());
    }
    documents
}

fn new(tables: &GenerationTables, document: DocumentId) -> EncodedDocument {
    tables.encode(document, &[company(&format!("new {}", document.0))])
}

async fn companies(store: &Store) -> Vec<String> {
    sqlx::query_scalar("select company from records.receipt order by document_id, row_number")
        .fetch_all(&store.pool)
        .await
        .unwrap()
}

/// Returns all that a table is besides its rows, as text.
async fn shape(store: &Store) -> Vec<String> {
    sqlx::query_scalar(
        "select pg_get_indexdef(indexrelid) from pg_index where indrelid = 'records.receipt'::regclass
         union all select conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
                   where conrelid = 'records.receipt'::regclass
         union all select attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull || ' ' || attidentity::text
                          || ' ' || coalesce(attacl::text, '')
                   from pg_attribute where attrelid = 'records.receipt'::regclass and attnum > 0
         union all select 'options ' || coalesce(reloptions::text, '') || ' rights ' || coalesce(relacl::text, '')
                   from pg_class where oid = 'records.receipt'::regclass
         union all select obj_description('records.receipt'::regclass)
         order by 1",
    )
    .fetch_all(&store.pool)
    .await
    .unwrap()
}

async fn run_sql(store: &Store, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&store.pool).await.unwrap();
}

#[test]
fn a_generation_takes_the_place_of_another_as_a_whole() {
    with_store(|store| async move {
        let ids = filled(&store, 7).await;
        run_sql(
            &store,
            "create index company_ix on records.receipt (lower(company)) where status = 'accepted';
             alter table records.receipt set (fillfactor = 80);
             comment on table records.receipt is 'till receipts';
             grant select on records.receipt to public;
             grant update (company) on records.receipt to pg_monitor with grant option",
        )
        .await;
        let before = shape(&store).await;
        let newest = count(&store, "select max(record_id) from records.receipt").await;
        let run = reextract(&store).await;
        let generation = store.begin_generation(&run, &names(), b"same").await.unwrap();
        assert_eq!(write_parts(&store, &run, &generation, 99, new).await, 7);
        assert_eq!(companies(&store).await[0], "old 1", "nobody sees what is being made");
        store.finish_generation(&generation).await.unwrap();
        let expected: Vec<String> = ids.iter().map(|id| format!("new {}", id.0)).collect();
        assert_eq!(companies(&store).await, expected);
        assert_eq!(shape(&store).await, before);
        let oldest = count(&store, "select min(record_id) from records.receipt").await;
        assert!(oldest > newest, "{oldest} > {newest}: numbers are not given out again");
        let left = count(&store, "select count(*) from scanlift.generation_part").await;
        let tables =
            "select count(*) from pg_class where relnamespace = 'next_records'::regnamespace";
        assert_eq!((left, count(&store, tables).await), (0, 0));
        // What comes next is written to the new table and numbered behind it.
        let mut run = run;
        let mut page = stored(ids[0], 1, "word", 95.0);
        page.records = vec![company("newer")];
        write(&store, &mut run, options(&models()), vec![page_event(page)]).await;
        assert_eq!(companies(&store).await[0], "newer");
    });
}

#[test]
fn what_was_interrupted_goes_on_unless_it_would_be_another() {
    with_store(|store| async move {
        filled(&store, 7).await;
        let run = reextract(&store).await;
        let begun = store.begin_generation(&run, &names(), b"same").await.unwrap();
        assert_eq!(write_parts(&store, &run, &begun, 1, new).await, 3);
        killed(&store, run).await;

        let run = reextract(&store).await;
        let generation = store.begin_generation(&run, &names(), b"same").await.unwrap();
        assert_eq!(generation.written().map(|part| part.documents).collect::<Vec<_>>(), [3]);
        assert_eq!(write_parts(&store, &run, &generation, 1, new).await, 3, "behind the others");
        killed(&store, run).await;

        let run = reextract(&store).await;
        let other = store.begin_generation(&run, &names(), b"other").await.unwrap();
        assert_eq!(other.written().count(), 0, "another model makes other records");
        assert_eq!(write_parts(&store, &run, &other, 2, new).await, 6);
        killed(&store, run).await;

        let ingest = start(&store).await;
        killed(&store, ingest).await;
        let run = reextract(&store).await;
        let other = store.begin_generation(&run, &names(), b"other").await.unwrap();
        assert_eq!(other.written().count(), 0, "pages may have been read in the meantime");
        assert_eq!(write_parts(&store, &run, &other, 2, new).await, 6);
        killed(&store, run).await;

        run_sql(&store, "alter table records.receipt add column note text").await;
        let run = reextract(&store).await;
        let other = store.begin_generation(&run, &names(), b"other").await.unwrap();
        assert_eq!(other.written().count(), 0, "the table has a column more");
        assert_eq!(write_parts(&store, &run, &other, 99, new).await, 7);
        killed(&store, run).await;

        let run = reextract(&store).await;
        let other = store.begin_generation(&run, &names(), b"other").await.unwrap();
        assert_eq!(write_parts(&store, &run, &other, 99, new).await, 0, "all are there");
        store.finish_generation(&other).await.unwrap();
        assert!(companies(&store).await.iter().all(|company| company.starts_with("new")));
    });
}

#[test]
fn documents_without_new_records_keep_those_that_they_have() {
    with_store(|store| async move {
        let ids = filled(&store, 6).await;
        run_sql(
            &store,
            "alter table records.receipt add constraint good_ck check (company <> 'bad')",
        )
        .await;
        // Its words are gone, its record is not.
        sqlx::query("update scanlift.page set state = 'blank' where document_id = $1")
            .bind(ids[4].0)
            .execute(&store.pool)
            .await
            .unwrap();
        let run = reextract(&store).await;
        let generation = store.begin_generation(&run, &names(), b"same").await.unwrap();
        let (broken, refused, misfit) = (ids[0], ids[1], ids[2]);
        let documents = write_parts(&store, &run, &generation, 99, |tables, document| {
            if document == broken {
                EncodedDocument::kept(document)
            } else if document == refused {
                tables.encode(document, &[company("bad")])
            } else if document == misfit {
                tables.encode(document, &[company("one"), company("of the same place")])
            } else {
                new(tables, document)
            }
        })
        .await;
        assert_eq!(documents, 5);
        store.finish_generation(&generation).await.unwrap();
        let new = |index: usize| format!("new {}", ids[index].0);
        let expected = ["old 1", "old 2", "old 3", &new(3), "old 5", &new(5)];
        assert_eq!(companies(&store).await, expected);
        let rejects: Vec<(i64, String)> =
            sqlx::query_as("select document_id, reason from scanlift.reject order by document_id")
                .fetch_all(&store.pool)
                .await
                .unwrap();
        assert_eq!(rejects, [(refused.0, "23514".to_owned()), (misfit.0, "row".to_owned())]);
    });
}

#[test]
fn a_table_that_something_hangs_on_is_not_exchanged() {
    with_store(|store| async move {
        filled(&store, 1).await;
        assert_eq!(store.bound_to_table(NAME).await.unwrap(), None);
        run_sql(&store, "create view public.shops as select company from records.receipt").await;
        assert_eq!(store.bound_to_table(NAME).await.unwrap().unwrap(), "view public.shops");
    });
}
