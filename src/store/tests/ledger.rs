//! Files, documents, runs and migrations.

use std::path::PathBuf;

use crate::document::{Failure, Reason, RunId, Stage};
use crate::store::{Standing, StoreError, UnreadableFile};

use super::{
    MIGRATIONS, count, file, go_back_to, options, page_event, page_number, start, stored,
    with_store, write,
};

#[test]
fn the_first_file_is_the_document_and_the_others_are_duplicates() {
    with_store(|store| async move {
        let run = start(&store).await;
        let files = [file("a.tif", 1), file("b.tif", 2), file("c.tif", 1)];
        let answers = store.register(run.id, &files).await.unwrap();
        let standings: Vec<Standing> = answers.iter().map(|answer| answer.standing).collect();
        assert_eq!(standings, [Standing::New, Standing::New, Standing::Duplicate]);
        assert_eq!(answers[0].document_id, answers[2].document_id);
        let pending: Vec<usize> = answers.iter().map(|answer| answer.pending.len()).collect();
        assert_eq!(pending, [1, 1, 0], "a document's pages are handed out once");
        let report = store.report().await.unwrap();
        assert_eq!(
            (report.files, report.documents, report.duplicates, report.pending),
            (3, 2, 1, 2)
        );
        assert!(report.adds_up());
    });
}

#[test]
fn registering_twice_changes_nothing_and_hands_pages_out_again_only_in_a_new_run() {
    with_store(|store| async move {
        let run = start(&store).await;
        store.register(run.id, &[file("a.tif", 1)]).await.unwrap();
        let again = store.register(run.id, &[file("a.tif", 1)]).await.unwrap();
        assert_eq!((again[0].standing, again[0].pending.len()), (Standing::Known, 0));
        store
            .finish_run(run, crate::store::RunEnd::Interrupted, &serde_json::json!({}))
            .await
            .unwrap();
        let run = start(&store).await;
        let later = store.register(run.id, &[file("a.tif", 1)]).await.unwrap();
        assert_eq!(
            (later[0].standing, later[0].pending.as_slice()),
            (Standing::Known, &[page_number(1)][..])
        );
        assert_eq!(count(&store, "select count(*) from scanlift.page").await, 1);
    });
}

#[test]
fn a_file_whose_content_changed_points_to_its_new_document() {
    with_store(|store| async move {
        let run = start(&store).await;
        store
            .register(run.id, &[file("a.tif", 1), file("b.tif", 1), file("c.tif", 3)])
            .await
            .unwrap();
        store.register(run.id, &[file("a.tif", 2), file("c.tif", 4)]).await.unwrap();
        let report = store.report().await.unwrap();
        // `b.tif` takes over the content that `a.tif` had; what `c.tif` had is nowhere any more.
        assert_eq!((report.files, report.documents, report.duplicates), (3, 3, 0));
        assert_eq!((report.superseded_documents, report.pages), (1, 3));
        assert!(report.adds_up());
    });
}

#[test]
fn known_files_tell_whether_work_is_left() {
    with_store(|store| async move {
        let mut run = start(&store).await;
        let answers = store.register(run.id, &[file("a.tif", 1), file("b.tif", 2)]).await.unwrap();
        let done = page_event(stored(answers[0].document_id, 1, "word", 90.0));
        write(&store, &mut run, options(&[]), vec![done]).await;
        let paths = ["b.tif", "new.tif", "a.tif"].map(PathBuf::from);
        let known = store.known_files(&paths).await.unwrap();
        let unfinished: Vec<Option<bool>> =
            known.iter().map(|file| file.as_ref().map(|file| file.unfinished)).collect();
        assert_eq!(unfinished, [Some(true), None, Some(false)]);
        let first = known[2].as_ref().unwrap();
        assert_eq!((first.size, first.modified_ns), (Some(10), Some(1)));
        assert_eq!(first.document, Some((answers[0].document_id, file("a.tif", 1).hash)));
    });
}

#[test]
fn unreadable_files_are_counted_by_reason_and_may_become_readable() {
    with_store(|store| async move {
        let run = start(&store).await;
        let unreadable = UnreadableFile {
            path: PathBuf::from("a.tif"),
            size: None,
            modified_ns: None,
            failure: Failure::new(Stage::Walk, Reason::Unreadable, "permission denied"),
        };
        store.mark_unreadable(run.id, std::slice::from_ref(&unreadable)).await.unwrap();
        let report = store.report().await.unwrap();
        assert_eq!(
            (report.files, report.unreadable, report.unreadable_files["unreadable"]),
            (1, 1, 1)
        );
        let mut lines = store.file_lines().await.unwrap();
        let line = lines.next_rows().await.unwrap().remove(0);
        assert_eq!(
            (line.file.as_str(), line.status.as_str(), line.reason.as_str()),
            ("a.tif", "unreadable", "unreadable")
        );
        drop(lines);
        store.register(run.id, &[file("a.tif", 1)]).await.unwrap();
        // Once it has a document it keeps it.
        store.mark_unreadable(run.id, &[unreadable]).await.unwrap();
        let report = store.report().await.unwrap();
        assert_eq!((report.files, report.unreadable, report.documents), (1, 0, 1));
        assert!(report.adds_up());
    });
}

#[test]
fn paths_may_be_longer_than_an_index_entry_and_not_utf8() {
    use std::os::unix::ffi::OsStringExt;
    with_store(|store| async move {
        let run = start(&store).await;
        let long = "/123456789".repeat(400);
        let mut odd = file("odd", 2);
        odd.path = PathBuf::from(std::ffi::OsString::from_vec(b"b\xff.tif".to_vec()));
        store.register(run.id, &[file(&long, 1), odd.clone()]).await.unwrap();
        let known = store.known_files(&[PathBuf::from(&long), odd.path.clone()]).await.unwrap();
        assert!(known.iter().all(Option::is_some));
        let selected = store
            .select_pages(Some(&crate::store::Filter::pages("page=1").unwrap()), None, 10)
            .await
            .unwrap();
        assert!(selected.is_empty(), "pending pages are not selected");
        let document = store.document_of(&odd.path).await.unwrap();
        assert_eq!(document, known[1].as_ref().unwrap().document.map(|(id, _)| id));
    });
}

#[test]
fn files_that_swap_their_contents_and_paths_given_twice_are_followed() {
    with_store(|store| async move {
        let run = start(&store).await;
        store.register(run.id, &[file("a.tif", 1), file("b.tif", 2)]).await.unwrap();
        let swapped = [file("a.tif", 2), file("b.tif", 1), file("b.tif", 1)];
        let answers = store.register(run.id, &swapped).await.unwrap();
        assert_eq!((answers[0].document_id.0, answers[1].document_id.0), (2, 1));
        let twice = [file("new.tif", 7), file("new.tif", 7)];
        let answers = store.register(run.id, &twice).await.unwrap();
        assert_eq!(answers[0].document_id, answers[1].document_id);
        let report = store.report().await.unwrap();
        assert_eq!((report.files, report.documents, report.duplicates), (3, 3, 0));
        assert_eq!(report.superseded_documents, 0);
        assert!(report.adds_up());
    });
}

#[test]
fn a_second_writer_is_refused_with_who_is_writing() {
    with_store(|store| async move {
        let run = start(&store).await;
        let error = store.start_run("reprocess", &serde_json::json!({})).await.unwrap_err();
        let StoreError::Busy { holder } = &error else { panic!("{error}") };
        assert!(holder.starts_with(&format!("process {}, host ", std::process::id())), "{holder}");
        store
            .finish_run(run, crate::store::RunEnd::Finished, &serde_json::json!({}))
            .await
            .unwrap();
        assert_eq!(start(&store).await.id, RunId(2));
    });
}

#[test]
fn migrations_go_down_only_while_nothing_is_lost() {
    with_store(|store| async move {
        go_back_to(&store, 0).await;
        assert_eq!(store.pending_migrations().await.unwrap(), MIGRATIONS);
        assert_eq!(store.rollback_migration().await.unwrap(), None);
        assert_eq!(store.migrate().await.unwrap(), MIGRATIONS);
        assert!(store.pending_migrations().await.unwrap().is_empty());
        let mut run = start(&store).await;
        let document = store.register(run.id, &[file("a.tif", 1)]).await.unwrap()[0].document_id;
        write(&store, &mut run, options(&[]), vec![page_event(stored(document, 1, "word", 90.0))])
            .await;
        go_back_to(&store, 1).await;
        assert!(matches!(store.rollback_migration().await, Err(StoreError::Migrate(_))));
        let stored = "select count(*) from scanlift.page where state = 'stored'";
        assert_eq!(count(&store, stored).await, 1);
    });
}
