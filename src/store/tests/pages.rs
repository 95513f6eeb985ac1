//! Selecting pages, reading words back, the lines of the report.

use crate::document::{DocumentFormat, DocumentId, Format, Reason};
use crate::model::Scope;
use crate::store::{Filter, LedgerEvent, PageState, SelectedPage, Store, StoreError};

use super::{
    all_rows, apply, failed, file, model, options, page_event, page_number, record, start, stored,
    text_kind, with_store, write,
};

/// Document 1: a.tif (also z.tif), stored at 80. Document 2: b.tif, failed by timeout. Document 3: c.pdf of three
/// pages: stored at 95, failed as corrupt, pending.
async fn archive(store: &Store) -> Vec<DocumentId> {
    let models = [model("receipt", Scope::Page, &[("company", text_kind())])];
    apply(store, &models).await;
    let mut run = start(store).await;
    let files = [file("a.tif", 1), file("b.tif", 2), file("c.pdf", 3), file("z.tif", 1)];
    let ids: Vec<DocumentId> = store
        .register(run.id, &files)
        .await
        .unwrap()
        .into_iter()
        .map(|answer| answer.document_id)
        .collect();
    let mut first = stored(ids[0], 1, "a", 80.0);
    first.records = vec![record("receipt", 1, 1, vec![None])];
    let events = vec![
        page_event(first),
        page_event(failed(ids[1], 1, Reason::Timeout)),
        LedgerEvent::Opened {
            document_id: ids[2],
            format: DocumentFormat::Scan(Format::Pdf),
            page_count: 3,
        },
        page_event(stored(ids[2], 1, "c", 95.0)),
        page_event(failed(ids[2], 2, Reason::Corrupt)),
    ];
    write(store, &mut run, options(&models), events).await;
    ids
}

async fn selected(store: &Store, condition: &str) -> Vec<(i64, u32)> {
    let filter = Filter::pages(condition).unwrap();
    let pages = store.select_pages(Some(&filter), None, 100).await.unwrap();
    assert_eq!(store.count_pages(Some(&filter)).await.unwrap(), pages.len() as u64);
    pages.iter().map(|page| (page.key.document_id.0, page.key.page.0.get())).collect()
}

#[test]
fn failed_pages_are_selected_with_all_that_reading_them_again_needs() {
    with_store(|store| async move {
        let ids = archive(&store).await;
        let pages = store.select_pages(None, None, 1).await.unwrap();
        let expected = SelectedPage {
            key: crate::store::PageKey { document_id: ids[1], page: page_number(1) },
            hash: file("b.tif", 2).hash,
            page_count: None,
            paths: vec!["b.tif".into()],
            state: PageState::Failed,
            reason: Some(Reason::Timeout),
            mean_confidence: None,
            attempts: 1,
        };
        assert_eq!(pages, [expected]);
        let rest = store.select_pages(None, Some(pages[0].key), 10).await.unwrap();
        assert_eq!(rest.len(), 1);
        assert_eq!((rest[0].key.document_id, rest[0].page_count), (ids[2], Some(3)));
        assert_eq!(store.count_pages(None).await.unwrap(), 2);
    });
}

#[test]
fn conditions_select_pages() {
    with_store(|store| async move {
        archive(&store).await;
        assert_eq!(selected(&store, "reason=timeout").await, [(2, 1)]);
        assert_eq!(selected(&store, "confidence<0.9").await, [(1, 1)]);
        assert_eq!(selected(&store, "confidence<=0.8").await, [(1, 1)]);
        assert_eq!(selected(&store, "confidence<0.8").await, []);
        assert_eq!(selected(&store, "state=failed and not reason=timeout").await, [(3, 2)]);
        assert_eq!(selected(&store, "path ~ '^z' or page>1").await, [(1, 1), (3, 2)]);
        assert_eq!(selected(&store, "model=receipt").await, [(1, 1)]);
        assert_eq!(
            selected(&store, "engine ~ tesseract and width=100 and height=200").await,
            [(1, 1), (3, 1)]
        );
        assert_eq!(selected(&store, "reason!=timeout").await, [(1, 1), (3, 1), (3, 2)]);
        assert_eq!(
            selected(&store, "dpi=300 and languages=eng and attempts=1").await,
            [(1, 1), (3, 1)]
        );
    });
}

#[test]
fn a_document_of_two_files_gives_its_own_path_first() {
    with_store(|store| async move {
        archive(&store).await;
        let filter = Filter::pages("state=stored").unwrap();
        let pages = store.select_pages(Some(&filter), None, 1).await.unwrap();
        assert_eq!(pages[0].paths, [std::path::PathBuf::from("a.tif"), "z.tif".into()]);
    });
}

#[test]
fn a_wrong_pattern_and_an_unknown_model_are_told_apart_from_trouble() {
    with_store(|store| async move {
        let pattern = Filter::pages("path ~ '('").unwrap();
        archive(&store).await;
        assert!(matches!(
            store.select_pages(Some(&pattern), None, 1).await,
            Err(StoreError::Pattern(_))
        ));
        let model = Filter::pages("model=nothing").unwrap();
        let error = store.count_pages(Some(&model)).await.unwrap_err();
        assert_eq!(error.to_string(), "no table for model `nothing`");
    });
}

#[test]
fn stored_words_come_back_by_document_with_what_is_missing() {
    with_store(|store| async move {
        let ids = archive(&store).await;
        assert_eq!(store.count_documents().await.unwrap(), 2);
        let first = store.packed_documents(None, None, 1).await.unwrap();
        assert_eq!(first[0].document_id, ids[0]);
        let second = store.packed_documents(None, Some(ids[0]), 10).await.unwrap();
        assert_eq!(second.len(), 1);
        let document = second[0].unpack().unwrap();
        assert_eq!((document.document_id, document.pages.len()), (ids[2], 1));
        assert_eq!(document.pages[0].1.plain(), "c");
        assert_eq!(document.missing, [page_number(2), page_number(3)]);
    });
}

#[test]
fn every_file_has_a_line_and_a_reason() {
    with_store(|store| async move {
        archive(&store).await;
        let shown: Vec<String> = all_rows(store.file_lines().await.unwrap())
            .await
            .iter()
            .map(|line| format!("{}|{}|{}", line.file, line.status, line.reason))
            .collect();
        assert_eq!(
            shown,
            [
                "a.tif|stored|",
                "b.tif|failed|timeout",
                "c.pdf|partial|1 of 3 pages failed: corrupt; 1 of 3 pages pending",
                "z.tif|duplicate|same as a.tif",
            ]
        );
    });
}
