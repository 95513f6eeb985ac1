//! Files without a document: those that are none, and those that have gone.

use std::path::PathBuf;

use crate::model::Scope;
use crate::store::{Filter, GoneFiles, OtherFile, Run, RunEnd, SeenFiles, Standing, Store};

use super::{
    all_rows, apply, count, file, go_back_to, model, options, page_event, record, start, stored,
    text_kind, with_store, write,
};

async fn next_run(store: &Store, run: Run) -> Run {
    store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await.unwrap();
    start(store).await
}

async fn lines(store: &Store) -> Vec<String> {
    let rows = all_rows(store.file_lines().await.unwrap()).await;
    rows.iter().map(|line| format!("{}|{}|{}", line.file, line.status, line.reason)).collect()
}

/// Notes as gone what the walk of these roots has not seen, as if the file system had none of it.
async fn all_gone(store: &Store, run: &Run, roots: &[&str]) -> GoneFiles {
    let roots: Vec<PathBuf> = roots.iter().map(PathBuf::from).collect();
    let unseen = store.unseen_files(run.id, &roots, &SeenFiles::default(), (0, 100)).await.unwrap();
    let ids: Vec<i64> = unseen.iter().map(|file| file.source_file_id).collect();
    store.mark_gone(run.id, &ids).await.unwrap()
}

#[test]
fn a_file_that_has_gone_leaves_its_pages_and_its_records() {
    with_store(|store| async move {
        let models = [model("receipt", Scope::Page, &[("company", text_kind())])];
        apply(&store, &models).await;
        let mut run = start(&store).await;
        let files = [file("/in/a.tif", 1), file("/in/b.tif", 2), file("/inner/c.tif", 3)];
        let answers = store.register(run.id, &files).await.unwrap();
        let mut page = stored(answers[0].document_id, 1, "word", 90.0);
        page.records = vec![record("receipt", 1, 1, vec![None])];
        write(&store, &mut run, options(&models), vec![page_event(page)]).await;
        let run = next_run(&store, run).await;
        store.register(run.id, &files[1..2]).await.unwrap();
        let gone = all_gone(&store, &run, &["/in"]).await;
        assert_eq!(gone, GoneFiles { files: 1, moved: 0 }, "`/inner` is not in `/in`");
        assert_eq!(all_gone(&store, &run, &["/in"]).await.files, 0, "once is enough");
        let report = store.report().await.unwrap();
        assert!(report.adds_up());
        assert_eq!((report.files, report.documents, report.gone), (3, 2, 1));
        assert_eq!((report.gone_documents, report.stored, report.pending), (1, 1, 2));
        assert_eq!(report.records["receipt"]["accepted"], 1);
        assert_eq!(lines(&store).await[0], "/in/a.tif|gone|its pages stay: 1 stored");
        let mut rows = store
            .record_rows(&models[0], &Filter::records("_row > 0", &models[0]).unwrap())
            .await
            .unwrap();
        assert_eq!(rows.next_rows().await.unwrap()[0].file, "/in/a.tif");
        drop(rows);
        // When it comes back it is known.
        let answers = store.register(run.id, &files[..1]).await.unwrap();
        assert_eq!(answers[0].standing, Standing::Known);
        let report = store.report().await.unwrap();
        assert_eq!((report.documents, report.gone, report.gone_documents), (3, 0, 0));
    });
}

#[test]
fn a_moved_file_takes_its_records_along_whenever_it_is_found() {
    with_store(|store| async move {
        let run = start(&store).await;
        let old = [file("/old/a.tif", 1), file("/old/b.tif", 2)];
        store.register(run.id, &old).await.unwrap();
        let run = next_run(&store, run).await;
        // Found in the run in which its old path has not been looked for yet.
        let answers = store.register(run.id, &[file("/new/a.tif", 1)]).await.unwrap();
        assert_eq!(answers[0].standing, Standing::Duplicate);
        let gone = all_gone(&store, &run, &["/new"]).await;
        assert_eq!(gone, GoneFiles { files: 1, moved: 1 }, "`b.tif` has no new copy");
        let run = next_run(&store, run).await;
        assert_eq!(all_gone(&store, &run, &["/old"]).await, GoneFiles { files: 1, moved: 0 });
        // Found after its old path was missed.
        let answers = store.register(run.id, &[file("/new/b.tif", 2)]).await.unwrap();
        assert_eq!(answers[0].standing, Standing::Moved);
        assert_eq!(
            lines(&store).await,
            [
                "/new/a.tif|pending|",
                "/new/b.tif|pending|",
                "/old/a.tif|gone|now at /new/a.tif",
                "/old/b.tif|gone|now at /new/b.tif",
            ]
        );
        let report = store.report().await.unwrap();
        assert!(report.adds_up());
        assert_eq!((report.documents, report.gone, report.gone_documents), (2, 2, 0));
    });
}

#[test]
fn a_duplicate_stands_for_the_document_when_its_own_file_goes() {
    with_store(|store| async move {
        let run = start(&store).await;
        let files = [file("/in/a.tif", 1), file("/in/b.tif", 1), file("/in/c.tif", 1)];
        store.register(run.id, &files).await.unwrap();
        let run = next_run(&store, run).await;
        store.register(run.id, &files[1..]).await.unwrap();
        assert_eq!(all_gone(&store, &run, &["/"]).await, GoneFiles { files: 1, moved: 0 });
        assert_eq!(
            lines(&store).await,
            [
                "/in/a.tif|gone|now at /in/b.tif",
                "/in/b.tif|pending|",
                "/in/c.tif|duplicate|same as /in/b.tif",
            ]
        );
        // The path that has gone comes back with other content.
        store.register(run.id, &[file("/in/a.tif", 9)]).await.unwrap();
        let report = store.report().await.unwrap();
        assert!(report.adds_up());
        assert_eq!((report.documents, report.duplicates, report.gone), (2, 1, 0));
        assert_eq!(report.superseded_documents, 0);
    });
}

#[test]
fn files_that_were_seen_as_they_were_are_not_written_again() {
    with_store(|store| async move {
        let run = start(&store).await;
        let files = [file("/in/a.tif", 1), file("/in/b.tif", 2), file("/in/c.tif", 3)];
        store.register(run.id, &files).await.unwrap();
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
        let known = store.known_files(&paths).await.unwrap();
        let run = next_run(&store, run).await;
        let mut seen = SeenFiles::default();
        for known in known.iter().flatten().take(2) {
            seen.insert(known.source_file_id);
        }
        let roots = [PathBuf::from("/in")];
        let unseen = store.unseen_files(run.id, &roots, &seen, (0, 100)).await.unwrap();
        let unseen: Vec<&PathBuf> = unseen.iter().map(|file| &file.path).collect();
        assert_eq!(unseen, [&paths[2]]);
        // Numbers of files have gaps: whole chunks of them may be missing.
        sqlx::raw_sql("alter sequence scanlift.source_file_source_file_id_seq restart with 200000")
            .execute(&store.pool)
            .await
            .unwrap();
        store.register(run.id, &[file("/in/d.tif", 4), file("/in/e.tif", 5)]).await.unwrap();
        let run = next_run(&store, run).await;
        seen.insert(200_000);
        let unseen = store.unseen_files(run.id, &roots, &seen, (3, 100)).await.unwrap();
        assert_eq!(unseen.len(), 1, "{unseen:?}");
        assert_eq!(unseen[0].path, PathBuf::from("/in/e.tif"));
    });
}

#[test]
fn what_a_file_is_that_is_no_document_is_known_to_the_version_that_said_it() {
    with_store(|store| async move {
        let run = start(&store).await;
        let path = PathBuf::from("/in/a.txt");
        let other = OtherFile { path: path.clone(), size: 3, modified_ns: 1, kind: "text" };
        store.mark_skipped(run.id, &[other]).await.unwrap();
        let known = || async {
            store.known_files(std::slice::from_ref(&path)).await.unwrap()[0].clone().unwrap()
        };
        assert_eq!(known().await.skipped_as.as_deref(), Some("text"));
        sqlx::raw_sql("update scanlift.run set program_version = '0'")
            .execute(&store.pool)
            .await
            .unwrap();
        assert_eq!(known().await.skipped_as, None);
    });
}

#[test]
fn files_that_are_no_documents_are_counted_by_what_they_are() {
    with_store(|store| async move {
        let run = start(&store).await;
        store.register(run.id, &[file("/in/Thumbs.db", 1), file("/in/z.db", 1)]).await.unwrap();
        let other = |path: &str, kind| OtherFile {
            path: PathBuf::from(path),
            size: 3,
            modified_ns: 1,
            kind,
        };
        let others =
            [other("/in/Thumbs.db", "Windows thumbnail cache"), other("/in/a.txt", "text")];
        store.mark_skipped(run.id, &others).await.unwrap();
        let report = store.report().await.unwrap();
        assert!(report.adds_up());
        assert_eq!((report.files, report.skipped, report.documents), (3, 2, 1));
        assert_eq!(report.skipped_files["text"], 1);
        assert_eq!(
            lines(&store).await,
            [
                "/in/Thumbs.db|skipped|no document: Windows thumbnail cache",
                "/in/a.txt|skipped|no document: text",
                "/in/z.db|pending|",
            ]
        );
        // Content that becomes a document is one.
        store.register(run.id, &[file("/in/a.txt", 2)]).await.unwrap();
        assert_eq!(store.report().await.unwrap().skipped, 1);
    });
}

#[test]
fn the_ledger_of_an_earlier_version_is_taken_over_and_given_back() {
    with_store(|store| async move {
        go_back_to(&store, 1).await;
        sqlx::raw_sql(
            "insert into scanlift.run (command, settings, program_version, process_id, host)
                 values ('ingest', '{}', '0', 1, 'host');
             insert into scanlift.document (hash, size) values (decode(repeat('01', 32), 'hex'), 10);
             insert into scanlift.page (document_id, page_number, state) values (1, 1, 'stored');
             insert into scanlift.source_file
                 (path_key, path, document_id, status, first_run_id, last_run_id)
                 values ('a', '/in/a.tif', 1, 'document', 1, 1), ('b', '/in/b.tif', 1, 'duplicate', 1, 1);
             create table records.slip (document_id bigint, row_number integer);
             insert into scanlift.record_model (name, version, toml, hash, statements, inverse_statements)
                 values ('slip', 1, '', '', '{}', '{}');
             insert into records.slip values (1, 1)",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        store.migrate().await.unwrap();
        assert_eq!(count(&store, "select max(region_number)::bigint from records.slip").await, 0);
        let report_of_old = "select count(*) from scanlift.source_file where is_own";
        assert_eq!(count(&store, report_of_old).await, 1);
        sqlx::raw_sql("update scanlift.source_file set status = 'gone'")
            .execute(&store.pool)
            .await
            .unwrap();
        go_back_to(&store, 1).await;
        let as_before = "select count(*) from scanlift.source_file
                         where (path, status) in (('/in/a.tif', 'document'), ('/in/b.tif', 'duplicate'))";
        assert_eq!(count(&store, as_before).await, 2);
        store.migrate().await.unwrap();
    });
}
