//! Batches: what is committed, what is refused, what a lost connection costs.

use std::sync::Arc;
use std::time::Duration;

use jiff::civil;

use crate::document::{
    DocumentFormat, DocumentId, Format, PageEnd, PageFacts, Reason, Value, Verdict,
};
use crate::model::{RecordModel, Scope};
use crate::store::{LedgerEvent, PageKey, PageState, Replace, Run, Store};

use super::{
    apply, count, date_kind, failed, file, model, options, outcome, page_event, page_number,
    page_text, record, start, stored, text_kind, with_store, write,
};

fn receipts(scope: Scope) -> RecordModel {
    model("receipt", scope, &[("company", text_kind()), ("day", date_kind())])
}

#[expect(clippy::unnecessary_wraps, reason = "stands among values that may be missing")]
fn text(value: &str) -> Option<Value> {
    Some(Value::Text(value.to_owned()))
}

/// Registers so many documents of one page each.
async fn documents(store: &Store, run: &Run, number: u8) -> Vec<DocumentId> {
    let files: Vec<_> =
        (1..=number).map(|content| file(&format!("{content:03}.tif"), content)).collect();
    store
        .register(run.id, &files)
        .await
        .unwrap()
        .into_iter()
        .map(|answer| answer.document_id)
        .collect()
}

/// A stored page with one record of page scope.
fn page_with_record(document: DocumentId, company: &str, day: civil::Date) -> LedgerEvent {
    let mut page = stored(document, 1, company, 90.0);
    page.records = vec![record("receipt", 1, 1, vec![text(company), Some(Value::Date(day))])];
    page.document_records = Some(Vec::new());
    page_event(page)
}

#[test]
fn a_batch_brings_attempts_states_words_and_records_together() {
    with_store(|store| async move {
        let models = [receipts(Scope::Page)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 3).await;
        let blank =
            outcome(ids[1], 1, PageEnd::Blank(PageFacts { width: 50, ..PageFacts::default() }));
        let events = vec![
            LedgerEvent::Opened {
                document_id: ids[0],
                format: DocumentFormat::Scan(Format::Tiff),
                page_count: 1,
            },
            page_with_record(ids[0], "Aca\0cia Ltd", civil::date(2018, 3, 9)),
            page_event(blank),
            page_event(failed(ids[2], 1, Reason::Timeout)),
        ];
        let summaries = write(&store, &mut run, options(&models), events).await;
        assert_eq!(summaries[0].pages.len(), 3);
        assert_eq!(summaries[0].records[&Verdict::Accepted], 1);
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.blank, report.failed, report.pending), (1, 1, 1, 0));
        assert_eq!((report.failures["timeout"], report.records["receipt"]["accepted"]), (1, 1));
        assert!(report.adds_up());
        assert_eq!(count(&store, "select count(*) from scanlift.attempt").await, 3);
        let row: (String, String, f32, Vec<f32>) = sqlx::query_as(
            "select company, day::text, confidence, field_confidence from records.receipt",
        )
        .fetch_one(&store.pool)
        .await
        .unwrap();
        assert_eq!(row, ("Acacia Ltd".into(), "2018-03-09".into(), 0.75, vec![0.75, 0.75]));
        let key = PageKey { document_id: ids[0], page: page_number(1) };
        assert_eq!(store.page_text(key).await.unwrap(), Some(page_text("Aca\0cia Ltd", 90.0)));
        let message: String =
            sqlx::query_scalar("select message from scanlift.page where state = 'failed'")
                .fetch_one(&store.pool)
                .await
                .unwrap();
        assert_eq!(message, "it did not work");
    });
}

#[test]
fn one_bad_row_costs_its_own_page_and_no_other() {
    with_store(|store| async move {
        let models = [receipts(Scope::Page)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 40).await;
        // Postgres' calendar starts in 4713 BC.
        let too_early = civil::date(-5000, 1, 1);
        let events = ids
            .iter()
            .enumerate()
            .map(|(index, id)| {
                page_with_record(
                    *id,
                    "Acacia",
                    if index == 27 { too_early } else { civil::date(2018, 3, 9) },
                )
            })
            .collect();
        let summaries = write(&store, &mut run, options(&models), events).await;
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.failed, report.rejects), (39, 1, 1));
        assert_eq!((report.failures["rejected"], report.records["receipt"]["accepted"]), (1, 39));
        assert!(report.adds_up());
        assert_eq!(summaries.iter().map(|summary| summary.pages.len()).sum::<usize>(), 40);
        let reject: (i64, String, String, String) =
            sqlx::query_as("select document_id, target, reason, row_text from scanlift.reject")
                .fetch_one(&store.pool)
                .await
                .unwrap();
        assert_eq!(reject.0, ids[27].0);
        assert_eq!((reject.1.as_str(), reject.2.as_str()), ("receipt", "22008"));
        assert_eq!(reject.3, "receipt, page 1, row 1: company=Acacia, day=-005000-01-01");
    });
}

#[test]
fn a_record_that_does_not_fit_its_table_is_a_reject() {
    with_store(|store| async move {
        let models = [receipts(Scope::Page)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 2).await;
        let mut odd = stored(ids[0], 1, "odd", 90.0);
        odd.records = vec![record("receipt", 1, 1, vec![text("a"), text("no date")])];
        let events =
            vec![page_event(odd), page_with_record(ids[1], "Acacia", civil::date(2018, 3, 9))];
        write(&store, &mut run, options(&models), events).await;
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.failed, report.rejects), (1, 1, 1));
        let message: String = sqlx::query_scalar("select message from scanlift.reject")
            .fetch_one(&store.pool)
            .await
            .unwrap();
        assert_eq!(message, "`day`: `no date` is no date");
    });
}

#[test]
fn an_unknown_document_is_a_reject_and_the_run_goes_on() {
    with_store(|store| async move {
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 1).await;
        let events = vec![
            page_event(stored(DocumentId(999), 1, "x", 9.0)),
            page_event(stored(ids[0], 1, "y", 9.0)),
        ];
        write(&store, &mut run, options(&[]), events).await;
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.rejects), (1, 1));
    });
}

/// Ends the connection that holds the write lock, if it is there; returns how many were ended.
async fn kill_writer(store: &Store) -> i64 {
    count(
        store,
        "select count(pg_terminate_backend(pid)) from pg_locks where locktype = 'advisory'
         and database = (select oid from pg_database where datname = current_database())",
    )
    .await
}

#[test]
fn a_connection_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    with_store(|store| async move {
        let models = [receipts(Scope::Page)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 200).await;
        let (sender, receiver) = tokio::sync::mpsc::channel(200);
        for id in &ids {
            sender.send(page_with_record(*id, "Acacia", civil::date(2018, 3, 9))).await.unwrap();
        }
        drop(sender);
        let killer = store.clone();
        let (commits, mut committed_batches) = tokio::sync::mpsc::channel(200);
        // After every fifth commit, a bit later each time, so that it meets different moments of a batch.
        let killing = tokio::spawn(async move {
            let mut kills = 0;
            while let Some(batch) = committed_batches.recv().await {
                if batch % 5 == 0 {
                    tokio::time::sleep(Duration::from_micros(batch * 60)).await;
                    kills += kill_writer(&killer).await;
                }
            }
            kills
        });
        let mut options = options(&models);
        options.batch_events = 4;
        let (mut committed, mut batch) = (0, 0_u64);
        let on_commit = |summary: crate::store::CommitSummary| {
            committed += summary.pages.len();
            batch += 1;
            commits.try_send(batch).unwrap();
        };
        store.write(&mut run, receiver, options, on_commit).await.unwrap();
        drop(commits);
        assert!(killing.await.unwrap() >= 3, "the connection was killed now and then");
        assert_eq!(committed, 200);
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.records["receipt"]["accepted"]), (200, 200));
        assert_eq!(count(&store, "select count(*) from scanlift.attempt").await, 200);
        assert_eq!(count(&store, "select max(attempts)::bigint from scanlift.page").await, 1);
    });
}

#[test]
fn a_database_that_stays_away_stops_the_run_with_what_was_committed() {
    with_store(|store| async move {
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 2).await;
        write(&store, &mut run, options(&[]), vec![page_event(stored(ids[0], 1, "x", 9.0))]).await;
        // Somebody else takes the lock while the connection is gone.
        run.connection = None;
        let other = loop {
            if let Ok(other) = store.locked_connection().await {
                break other;
            }
        };
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        sender.send(page_event(stored(ids[1], 1, "y", 9.0))).await.unwrap();
        let mut impatient = options(&[]);
        impatient.retry_for = Duration::from_millis(250);
        let error = store.write(&mut run, receiver, impatient, |_| {}).await.unwrap_err();
        assert!(matches!(error, crate::store::StoreError::GaveUp { .. }), "{error}");
        assert!(
            sender.send(page_event(stored(ids[1], 1, "y", 9.0))).await.is_err(),
            "senders are told"
        );
        drop(other);
        let report = store.report().await.unwrap();
        assert_eq!((report.stored, report.pending), (1, 1));
    });
}

#[test]
fn a_worse_attempt_is_noted_but_does_not_replace_a_page() {
    with_store(|store| async move {
        let models = [receipts(Scope::Page)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let id = documents(&store, &run, 1).await[0];
        let attempt = |word: &str, confidence| {
            let mut page = stored(id, 1, word, confidence);
            page.records = vec![record("receipt", 1, 1, vec![text(word), None])];
            page_event(page)
        };
        write(&store, &mut run, options(&models), vec![attempt("good", 80.0)]).await;
        let events = vec![
            attempt("worse", 70.0),
            page_event(failed(id, 1, Reason::Crashed)),
            attempt("better", 85.0),
        ];
        let summaries = write(&store, &mut run, options(&models), events).await;
        let after: Vec<(PageState, PageState)> = summaries
            .iter()
            .flat_map(|summary| &summary.pages)
            .map(|page| (page.attempt, page.after))
            .collect();
        assert_eq!(
            after,
            [
                (PageState::Stored, PageState::Stored),
                (PageState::Failed, PageState::Stored),
                (PageState::Stored, PageState::Stored)
            ]
        );
        let companies: Vec<String> = sqlx::query_scalar("select company from records.receipt")
            .fetch_all(&store.pool)
            .await
            .unwrap();
        assert_eq!(companies, ["better"]);
        assert_eq!(count(&store, "select count(*) from scanlift.attempt").await, 4);
        let mut forced = options(&models);
        forced.replace = Replace::Always;
        write(&store, &mut run, forced, vec![attempt("forced", 10.0)]).await;
        let companies: Vec<String> = sqlx::query_scalar("select company from records.receipt")
            .fetch_all(&store.pool)
            .await
            .unwrap();
        assert_eq!(companies, ["forced"]);
    });
}

/// Makes one record of a document: its words, and how many pages are missing.
fn making(models: &[RecordModel]) -> crate::store::WriterOptions {
    let mut options = options(models);
    options.make_document_records = Arc::new(|document| {
        let words: Vec<String> = document.pages.iter().map(|(_, page)| page.plain()).collect();
        let company = format!("{}, {} missing", words.join("+"), document.missing.len());
        vec![record(
            "receipt",
            document.pages[0].0.0.get(),
            1,
            vec![Some(Value::Text(company)), None],
        )]
    });
    options
}

async fn companies(store: &Store) -> Vec<String> {
    sqlx::query_scalar("select company from records.receipt order by record_id")
        .fetch_all(&store.pool)
        .await
        .unwrap()
}

#[test]
fn records_of_a_document_are_made_when_its_last_page_has_ended() {
    with_store(|store| async move {
        let models = [receipts(Scope::Document)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let id = documents(&store, &run, 1).await[0];
        let opened = LedgerEvent::Opened {
            document_id: id,
            format: DocumentFormat::Scan(Format::Pdf),
            page_count: 3,
        };
        let events = vec![
            opened,
            page_event(stored(id, 1, "one", 90.0)),
            page_event(failed(id, 2, Reason::Timeout)),
        ];
        write(&store, &mut run, making(&models), events).await;
        assert!(companies(&store).await.is_empty(), "page 3 is still to come");
        write(&store, &mut run, making(&models), vec![page_event(stored(id, 3, "three", 90.0))])
            .await;
        assert_eq!(companies(&store).await, ["one+three, 1 missing"]);
        // When the failed page is read after all, they are made again.
        write(&store, &mut run, making(&models), vec![page_event(stored(id, 2, "two", 90.0))])
            .await;
        assert_eq!(companies(&store).await, ["one+two+three, 0 missing"]);
    });
}

#[test]
fn pages_are_written_while_the_records_of_an_ended_document_are_made() {
    with_store(|store| async move {
        let models = [receipts(Scope::Document)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let ids = documents(&store, &run, 2).await;
        let (committed, next_page) = std::sync::mpsc::channel::<()>();
        let next_page = std::sync::Mutex::new(next_page);
        let mut options = making(&models);
        let make = Arc::clone(&options.make_document_records);
        options.batch_events = 1;
        options.make_document_records = Arc::new(move |document| {
            // The first document's records come only when the second one's page is committed.
            if document.pages[0].1.plain() == "one" {
                let waiting = next_page.lock().unwrap();
                waiting.recv_timeout(Duration::from_secs(600)).expect("the writer goes on");
            }
            make(document)
        });
        let (sender, receiver) = tokio::sync::mpsc::channel(2);
        sender.send(page_event(stored(ids[0], 1, "one", 90.0))).await.unwrap();
        sender.send(page_event(stored(ids[1], 1, "two", 90.0))).await.unwrap();
        drop(sender);
        let mut pages = 0;
        let on_commit = |commit: crate::store::CommitSummary| {
            pages += commit.pages.len();
            if pages == 2 {
                // Nobody listens any more after the first time.
                let _gone = committed.send(());
            }
        };
        store.write(&mut run, receiver, options, on_commit).await.unwrap();
        let mut companies = companies(&store).await;
        companies.sort();
        assert_eq!(companies, ["one, 0 missing", "two, 0 missing"]);
    });
}

#[test]
fn records_of_a_document_whose_page_came_in_the_meantime_are_made_again() {
    with_store(|store| async move {
        let models = [receipts(Scope::Document)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let id = documents(&store, &run, 1).await[0];
        let (committed, next_page) = std::sync::mpsc::channel::<()>();
        let (taken_up, mut begun) = tokio::sync::mpsc::unbounded_channel::<()>();
        let next_page = std::sync::Mutex::new(next_page);
        let mut options = making(&models);
        let make = Arc::clone(&options.make_document_records);
        options.batch_events = 1;
        options.replace = crate::store::Replace::Always;
        options.make_document_records = Arc::new(move |document| {
            if document.pages[0].1.plain() == "early" {
                taken_up.send(()).expect("the second page waits for it");
                let waiting = next_page.lock().unwrap();
                waiting.recv_timeout(Duration::from_secs(600)).expect("the writer goes on");
            }
            make(document)
        });
        let (sender, receiver) = tokio::sync::mpsc::channel(2);
        sender.send(page_event(stored(id, 1, "early", 90.0))).await.unwrap();
        let mut pages = 0;
        let on_commit = |commit: crate::store::CommitSummary| {
            pages += commit.pages.len();
            if pages == 2 {
                let _gone = committed.send(());
            }
        };
        let sending = async {
            begun.recv().await.expect("the document is taken up");
            sender.send(page_event(stored(id, 1, "late", 90.0))).await.unwrap();
            drop(sender);
        };
        let writing = store.write(&mut run, receiver, options, on_commit);
        let (written, ()) = tokio::join!(writing, sending);
        written.unwrap();
        assert_eq!(companies(&store).await, ["late, 0 missing"]);
    });
}

#[test]
fn records_that_a_killed_run_left_unmade_are_made_by_the_next() {
    with_store(|store| async move {
        let models = [receipts(Scope::Document)];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let id = documents(&store, &run, 1).await[0];
        write(&store, &mut run, making(&models), vec![page_event(stored(id, 1, "one", 90.0))])
            .await;
        // As if the run had been killed between the page's commit and the document's.
        sqlx::raw_sql(
            "delete from records.receipt; update scanlift.document set records_state = 'pending'",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        write(&store, &mut run, making(&models), Vec::new()).await;
        assert_eq!(companies(&store).await, ["one, 0 missing"]);
        assert_eq!(
            count(&store, "select count(*) from scanlift.document where records_state = 'made'")
                .await,
            1
        );
    });
}

#[test]
fn reextraction_replaces_the_rows_of_its_models_and_keeps_the_good_ones_of_a_bad_lot() {
    with_store(|store| async move {
        let models =
            [receipts(Scope::Page), model("other", Scope::Page, &[("company", text_kind())])];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let id = documents(&store, &run, 1).await[0];
        let mut page = stored(id, 1, "old", 90.0);
        page.records = vec![
            record("receipt", 1, 1, vec![text("old"), None]),
            record("other", 1, 1, vec![text("stays")]),
        ];
        write(&store, &mut run, options(&models), vec![page_event(page)]).await;
        let bad = Some(Value::Date(civil::date(-9000, 1, 1)));
        let records = vec![
            record("receipt", 1, 1, vec![text("new"), None]),
            record("receipt", 1, 2, vec![text("bad"), bad]),
            record("receipt", 1, 3, vec![text("newer"), None]),
        ];
        let event = LedgerEvent::Reextracted {
            document_id: id,
            models: Arc::from(["receipt".to_owned()]),
            records,
        };
        let summaries = write(&store, &mut run, options(&models), vec![event]).await;
        assert_eq!(companies(&store).await, ["new", "newer"]);
        assert_eq!(count(&store, "select count(*) from records.other").await, 1);
        assert_eq!((summaries[0].rejects, summaries[0].records[&Verdict::Accepted]), (1, 2));
        let report = store.report().await.unwrap();
        assert_eq!((report.rejects, report.failures["rejected"]), (1, 1));
    });
}
