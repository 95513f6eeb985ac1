//! Connections that are lost at every point of every step: each step is taken once, however often it is tried.
//!
//! A proxy stands before the server and counts what the store sends. Every so many messages it cuts the connection:
//! before the server has seen the message, or after the server has answered it, so that a commit took place and nobody
//! knows. No clock is asked, so that a busy machine sees the same cuts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::AssertSqlSafe;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::document::{DocumentFormat, DocumentId, Failure, Format, Reason, Stage, Value};
use crate::model::{RecordModel, Scope};
use crate::store::error::failed_to;
use crate::store::{
    Among, ArchiveState, Database, Filter, GenerationTables, GoneFiles, LedgerEvent, OtherFile,
    PageTextRow, RecordChange, RecordColumn, RecordRow, RecordState, RunEnd, SeenFiles, Selection,
    Standing, Store, StoreError, Suspects, UnreadableFile,
};

use crate::vocabulary::{Entry, State};

use super::record_stream::streamed;
use super::{
    all_rows, apply, failed, file, model, options, page_event, record, stored, text_kind,
    with_store, write,
};

/// More than the messages of the longest transaction, so that each comes through at last.
const MESSAGES_BETWEEN_CUTS: u64 = 97;

const SOCKET: &str = ".s.PGSQL.5432";

/// When connections are cut.
struct Plan {
    /// Messages that were sent so far.
    sent: AtomicU64,
    cuts: AtomicU64,
    /// The first message that is cut off; `u64::MAX` cuts none.
    first: u64,
}

impl Plan {
    fn starting_with(first: u64) -> Arc<Self> {
        Arc::new(Self { sent: AtomicU64::new(0), cuts: AtomicU64::new(0), first })
    }

    /// Counts a message and returns whether it is cut, and if so, whether the server sees it.
    fn cut(&self) -> Option<bool> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let behind = number.checked_sub(self.first)?;
        if !behind.is_multiple_of(MESSAGES_BETWEEN_CUTS) {
            return None;
        }
        let cuts = self.cuts.fetch_add(1, Ordering::Relaxed);
        Some((cuts + self.first).is_multiple_of(2))
    }
}

/// Passes one connection on until it is cut or closed.
async fn pass_on(mut client: UnixStream, server: PathBuf, plan: Arc<Plan>) -> std::io::Result<()> {
    let mut server = UnixStream::connect(server).await?;
    let (mut sent, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut answer_is_lost = false;
    loop {
        tokio::select! {
            count = client.read(&mut sent) => {
                let count = count?;
                if count == 0 {
                    return Ok(());
                }
                match plan.cut() {
                    Some(false) => return Ok(()),
                    // Rows to copy are not answered each: the client goes on until there is an answer to be lost.
                    Some(true) => answer_is_lost = true,
                    None => {}
                }
                server.write_all(&sent[..count]).await?;
            }
            count = server.read(&mut answered) => {
                let count = count?;
                if count == 0 || answer_is_lost {
                    return Ok(());
                }
                client.write_all(&answered[..count]).await?;
            }
        }
    }
}

/// Listens in a directory and passes every connection on to the server's socket.
fn start_proxy(directory: &Path, server: PathBuf, plan: Arc<Plan>) -> tokio::task::JoinHandle<()> {
    let listener = UnixListener::bind(directory.join(SOCKET)).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, server.clone(), Arc::clone(&plan)));
        }
    })
}

fn models() -> [RecordModel; 2] {
    let mut total = model("total", Scope::Document, &[("amount", text_kind())]);
    total.source = "name = \"total\"".into();
    [model("receipt", Scope::Page, &[("company", text_kind())]), total]
}

fn text(value: &str) -> Vec<Option<Value>> {
    vec![Some(Value::Text(value.to_owned()))]
}

/// Takes every step that writes; returns what they said.
async fn fill(store: &Store) -> Vec<String> {
    let models = models();
    apply(store, &models).await;
    let mut run = store.start_run("ingest", &serde_json::json!({})).await.unwrap();
    let mut files: Vec<_> = (1..=7).map(|number| file(&format!("{number}.tif"), number)).collect();
    files.push(file("again.tif", 7));
    let paths: Vec<PathBuf> = files.iter().map(|file| file.path.clone()).collect();
    let known = store.known_files(&paths).await.unwrap();
    assert!(known.iter().all(Option::is_none), "nobody has seen them: {known:?}");
    let unreadable = UnreadableFile {
        path: "locked.tif".into(),
        size: None,
        modified_ns: None,
        failure: Failure::new(Stage::Walk, Reason::Unreadable, "closed"),
    };
    store.mark_unreadable(run.id, &[unreadable]).await.unwrap();
    let registered = store.register(run.id, &files).await.unwrap();
    let standings: Vec<Standing> = registered.iter().map(|answer| answer.standing).collect();
    assert_eq!(standings[..7], [Standing::New; 7]);
    assert_eq!(standings[7], Standing::Duplicate);
    let pending: Vec<usize> = registered.iter().map(|answer| answer.pending.len()).collect();
    assert_eq!(pending, [1, 1, 1, 1, 1, 1, 1, 0], "each page is handed out, and once");
    let ids: Vec<DocumentId> = registered.iter().map(|answer| answer.document_id).collect();
    let mut options = options(&models);
    options.batch_events = 3;
    options.make_document_records =
        Arc::new(|_| vec![record("total", 1, 1, text("made of a document"))]);
    let mut events = vec![LedgerEvent::Opened {
        document_id: ids[0],
        format: DocumentFormat::Scan(Format::Tiff),
        page_count: 1,
    }];
    for (index, id) in ids[..6].iter().enumerate() {
        let mut page = stored(*id, 1, &format!("word{index}"), 90.0);
        page.records = vec![record("receipt", 1, 1, text(&format!("company {index}")))];
        events.push(page_event(page));
    }
    events.push(page_event(failed(ids[6], 1, Reason::Timeout)));
    let commits = write(store, &mut run, options, events).await;
    let mut said = vec![format!(
        "{} pages, {} documents",
        commits.iter().map(|commit| commit.pages.len()).sum::<usize>(),
        commits.iter().map(|commit| commit.documents).sum::<u64>()
    )];
    store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await.unwrap();
    said.push(format!("{:?}", store.report().await.unwrap()));
    said
}

/// Takes the steps of a second run, which finds a file at another place, one nowhere, and one that is no document.
async fn follow(store: &Store) {
    let run = store.start_run("ingest", &serde_json::json!({})).await.unwrap();
    let moved = store.register(run.id, &[file("moved.tif", 6)]).await.unwrap();
    assert_eq!(moved[0].standing, Standing::Duplicate);
    let other = OtherFile {
        path: "Thumbs.db".into(),
        size: 3,
        modified_ns: 1,
        kind: "Windows thumbnail cache",
    };
    store.mark_skipped(run.id, &[other]).await.unwrap();
    let roots = ["5.tif", "6.tif", "locked.tif"].map(PathBuf::from);
    let unseen = store.unseen_files(run.id, &roots, &SeenFiles::default(), (0, 100)).await.unwrap();
    let paths: Vec<&Path> = unseen.iter().map(|file| file.path.as_path()).collect();
    assert_eq!(paths, ["locked.tif", "5.tif", "6.tif"].map(Path::new));
    let ids: Vec<i64> = unseen.iter().map(|file| file.source_file_id).collect();
    store.forget_unreadable(&ids[..1]).await.unwrap();
    let gone = store.mark_gone(run.id, &ids[1..]).await.unwrap();
    assert_eq!(gone, GoneFiles { files: 2, moved: 1 });
    store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await.unwrap();
}

/// Takes the steps by which the archive learns.
async fn learn(store: &Store) -> Vec<String> {
    let [mut model, _] = models();
    model.fields[0].recurs = true;
    let place = ("receipt", "company");
    let entry = |value: &str, documents, state| Entry {
        value: value.to_owned(),
        documents,
        confidence: 0.5,
        state,
        instead: None,
    };
    // A value that is named twice is decided once.
    let twice = [(); 2].map(|()| entry("company 9", 0, State::Confirmed));
    store.decide_vocabulary(place, &twice).await.unwrap();
    let proposed =
        [entry("company 1", 2, State::Proposed), entry("company 9", 1, State::Confirmed)];
    store.put_vocabulary(place, &proposed).await.unwrap();
    store.put_vocabulary(place, &proposed[1..]).await.unwrap();
    let mut said = vec![format!("{:?}", store.vocabulary("receipt", "company").await.unwrap())];
    let new = store.new_records("receipt", 0, 1).await.unwrap();
    let newest = new.newest;
    said.push(format!("{} {}", new.unseen, store.records_up_to("receipt", newest).await.unwrap()));
    let records = store.archive_records(&model, 0, 100).await.unwrap();
    let mut changes = Vec::new();
    for record in records {
        let now = RecordState {
            values: vec![Some("mended".to_owned())],
            issues: vec!["company: repaired: a to b by 3 documents".to_owned()],
            field_confidence: vec![0.25],
            ..record.now.clone()
        };
        changes.push(RecordChange { record_id: record.record_id, now, before: Some(record.now) });
    }
    store.change_records(&model, &changes).await.unwrap();
    let records = store.archive_records(&model, 0, 100).await.unwrap();
    said.extend(records.iter().map(|record| format!("{:?} {:?}", record.now, record.before)));
    let readings = store.readings(&model, 0, Among::All).await.unwrap();
    said.extend(all_rows(readings).await.iter().map(|reading| format!("{reading:?}")));
    let suspects = Suspects { readings: vec![vec!["company 1".into()]], ..Suspects::default() };
    let suspected = store.suspect_records(&model, 0, 100, &suspects).await.unwrap();
    said.extend(suspected.iter().map(|record| format!("{:?}", record.before)));
    let state = ArchiveState {
        looked_to: newest - 1,
        learned_to: newest,
        records: 6,
        expects: "all".into(),
        knowledge: Some(vec![1]),
    };
    store.put_archive_state("receipt", &state).await.unwrap();
    store.note_looked_to("receipt", newest).await.unwrap();
    let state = ArchiveState { looked_to: newest, ..state };
    assert_eq!(store.archive_state("receipt").await.unwrap(), Some(state.clone()));
    store.forget_archive_state("receipt").await.unwrap();
    assert_eq!(store.archive_state("receipt").await.unwrap(), None);
    store.put_archive_state("receipt", &state).await.unwrap();
    store.decide_vocabulary(place, &[entry("company 9", 0, State::Proposed)]).await.unwrap();
    assert_eq!(store.archive_state("receipt").await.unwrap(), None, "all is learned anew");
    said
}

/// Takes the steps by which records are made anew beside those that are there.
async fn remake(store: &Store) -> Vec<String> {
    let models = models();
    let run = store.start_run("reextract", &serde_json::json!({})).await.unwrap();
    let (names, tables) = (["receipt".to_owned()], GenerationTables::new(&models));
    let mut said = vec![format!("{:?}", store.bound_to_table("receipt").await.unwrap())];
    let generation = store.begin_generation(&run, &names, b"same").await.unwrap();
    let mut behind = 0;
    while let Some((part, last)) = store.plan_part(&generation, behind).await.unwrap() {
        // The first one is not as its table wants it: that is noted, and its document keeps what it has.
        let mut fields = if behind == 0 { Vec::new() } else { text("anew") };
        let mut documents = Vec::new();
        for id in &part.documents {
            documents.push(tables.encode(*id, &[record("receipt", 1, 1, fields)]));
            fields = text("anew");
        }
        behind = last;
        let noted =
            store.write_part(run.id, &generation, &tables, (part, documents)).await.unwrap();
        said.extend(noted.iter().map(|part| format!("{} {}", part.documents, part.accepted)));
        // As a run that goes on with it.
        let again = store.begin_generation(&run, &names, b"same").await.unwrap();
        assert_eq!(again.written().count(), said.len() - 1);
    }
    store.finish_generation(&generation).await.unwrap();
    store.finish_run(run, RunEnd::Finished, &serde_json::json!({})).await.unwrap();
    said
}

/// Asks every question; returns the answers without the numbers of documents, which may have gaps.
async fn ask(store: &Store) -> Vec<String> {
    let models = models();
    let mut said = Vec::new();
    let lines = all_rows(store.file_lines().await.unwrap()).await;
    said.extend(lines.iter().map(|line| format!("{line:?}")));
    let all = Filter::records("_page > 0", &models[0]).unwrap();
    let rows = all_rows(store.record_rows(&models[0], &all).await.unwrap()).await;
    let without_number = |row: RecordRow| RecordRow { document_id: DocumentId(0), ..row };
    said.extend(rows.into_iter().map(|row| format!("{:?}", without_number(row))));
    let columns = RecordColumn::standard(&models[0]);
    let selection = Selection { model: &models[0], columns, filter: Some(&all), statuses: &[] };
    said.extend(streamed(store, &selection, None).await.into_iter().map(|(row, _)| row));
    let pages = all_rows(store.page_text_rows().await.unwrap()).await;
    let unnumbered = pages.into_iter().map(|row| PageTextRow { document_id: DocumentId(0), ..row });
    said.extend(unnumbered.map(|row| format!("{row:?}")));
    let named = store.documents_named(&["1.tif".into(), "again.tif".into()]).await.unwrap();
    said.push(format!("{:?}", named.values().collect::<Vec<_>>()));
    let ids: Vec<DocumentId> = named.keys().copied().collect();
    let records = store.records_of(&models[1], &ids).await.unwrap();
    said.extend(records.into_iter().map(|row| format!("{:?}", without_number(row))));
    said.push(store.packed_documents_of(&ids).await.unwrap().len().to_string());
    said.push(store.packed_documents(None, None, 100).await.unwrap().len().to_string());
    said.push(store.count_documents().await.unwrap().to_string());
    said.push(store.count_pages(None).await.unwrap().to_string());
    let selected = store.select_pages(None, None, 100).await.unwrap();
    said.extend(selected.iter().map(|page| format!("{:?}", page.paths)));
    let id = store.document_of(Path::new("2.tif")).await.unwrap().unwrap();
    said.push(format!("{:?}", store.path_of(id).await.unwrap()));
    said.push(store.columns_of(&models[1]).await.unwrap().join(" "));
    let pages = store.pages_of_hash(file("", 3).hash).await.unwrap().unwrap();
    said.push(pages.pages[0].1.plain());
    said.push(format!("{:?}", store.recorded_model("total").await.unwrap()));
    said
}

async fn count_once(store: &Store, sql: &'static str) -> Result<i64, StoreError> {
    sqlx::query_scalar(sql).fetch_one(&store.pool).await.map_err(failed_to("count"))
}

/// Does all there is to do in an empty database.
async fn everything(store: &Store) -> Vec<String> {
    let mut said = fill(store).await;
    follow(store).await;
    said.extend(learn(store).await);
    said.extend(remake(store).await);
    said.extend(ask(store).await);
    said.push(format!("{:?}", store.rollback_model("receipt").await.unwrap()));
    for sql in [
        "select count(*) from scanlift.run where ended_as = 'finished'",
        "select count(*) from scanlift.run",
        "select count(*) from scanlift.document",
        "select count(*) from scanlift.source_file",
        "select count(*) from scanlift.attempt",
        "select max(attempts)::bigint from scanlift.page",
        "select count(*) from scanlift.page_text",
        "select count(*) from scanlift.reject",
        "select count(*) from records.total",
        "select count(*) from scanlift.record_model",
        "select count(*) from scanlift.record_model where rolled_back_at is not null",
    ] {
        let count = store.retrying(|| count_once(store, sql)).await.unwrap();
        said.push(format!("{count}: {sql}"));
    }
    said.push(format!("{:?}", store.rollback_migration().await.unwrap()));
    said
}

#[test]
fn every_step_outlives_a_connection_that_is_lost_at_any_point_of_it() {
    with_store(|store| async move {
        let database =
            store.url().split("///").nth(1).unwrap().split('?').next().unwrap().to_owned();
        let server =
            store.url().split("host=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let server = Path::new(&server).join(SOCKET);
        let mut expected = None;
        let firsts = (0..MESSAGES_BETWEEN_CUTS).step_by(step());
        for first in std::iter::once(u64::MAX).chain(firsts) {
            for schema in ["records", "next_records", "scanlift"] {
                let drop = format!("drop schema if exists {schema} cascade");
                sqlx::raw_sql(AssertSqlSafe(drop)).execute(&store.pool).await.unwrap();
            }
            let directory = tempfile::tempdir().unwrap();
            let plan = Plan::starting_with(first);
            let proxy = start_proxy(directory.path(), server.clone(), Arc::clone(&plan));
            let host = directory.path().display();
            let url = format!("postgres:///{database}?host={host}&user=scanlift");
            let runtime = tokio::runtime::Handle::current();
            let said = tokio::task::spawn_blocking(move || {
                runtime.block_on(async {
                    let cut = Store::open(&Database::Url(url)).await.unwrap();
                    let said = everything(&cut).await;
                    cut.close().await.unwrap();
                    said
                })
            });
            let said = said.await.unwrap();
            proxy.abort();
            let cuts = plan.cuts.load(Ordering::Relaxed);
            match &expected {
                None => {
                    assert_eq!((cuts, said[0].as_str()), (0, "7 pages, 7 documents"));
                    expected = Some(said);
                }
                Some(expected) => {
                    assert!(cuts >= 3, "only {cuts} cuts");
                    assert_eq!(&said, expected, "cut first at message {first}");
                }
            }
        }
    });
}

/// Every point is met in as many runs as there are messages between two cuts; by default some of them are made.
fn step() -> usize {
    if std::env::var_os("SCANLIFT_TEST_ALL").is_some() { 1 } else { 12 }
}
