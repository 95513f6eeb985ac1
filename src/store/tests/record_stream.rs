//! Streams of records: their order, their way to go on, and what they outlive.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;

use crate::document::{Value, Verdict};
use crate::model::{FieldKind, RecordModel, Scope};
use crate::store::{
    Database, DecimalRange, Filter, RecordColumn, RecordKey, Selection, Store, StoreError,
};

use super::{
    apply, count, file, model, options, page_event, record, start, stored, text_kind, with_store,
    write,
};

const SOCKET: &str = ".s.PGSQL.5432";

/// Reads a stream to its end: the values of each row, and its key.
pub(super) async fn streamed(
    store: &Store,
    selection: &Selection<'_>,
    behind: Option<RecordKey>,
) -> Vec<(String, RecordKey)> {
    let stream = store.record_stream(selection).await.unwrap();
    let layout = stream.layout().clone();
    let (sender, mut batches) = mpsc::channel(1);
    let mut rows = Vec::new();
    let taking = async {
        while let Some(batch) = batches.recv().await {
            let chosen = layout.kinds().len();
            let take = |row: &[_]| {
                rows.push((format!("{:?}", &row[..chosen]), layout.key(row)?));
                Ok::<_, StoreError>(())
            };
            layout.each_row(&batch, take).unwrap();
            assert_eq!(layout.last_key(&batch).unwrap(), rows.last().unwrap().1);
        }
    };
    let (sent, ()) = tokio::join!(stream.send(behind, sender), taking);
    sent.unwrap();
    rows
}

fn logs() -> RecordModel {
    model("log", Scope::Row, &[("what", text_kind()), ("hours", FieldKind::Money)])
}

fn all(model: &RecordModel) -> Selection<'_> {
    let columns = RecordColumn::standard(model);
    Selection { model, columns, filter: None, statuses: &[] }
}

/// Seven documents with three records each; paths do not follow the numbers of the documents.
async fn archive(store: &Store, model: &RecordModel) {
    apply(store, std::slice::from_ref(model)).await;
    let mut run = start(store).await;
    let names = ["d/1", "b/2", "it's", "a\\3", "ü", "b/1", "c"];
    let files: Vec<_> = names.iter().zip(1..).map(|(name, number)| file(name, number)).collect();
    let registered = store.register(run.id, &files).await.unwrap();
    let events = registered.iter().map(|document| {
        let mut page = stored(document.document_id, 1, "word", 90.0);
        page.records = (1..=3)
            .map(|row| {
                let hours = rust_decimal::Decimal::new(i64::from(row) * 125, 2);
                let values =
                    vec![Some(Value::Text(format!("row {row}"))), Some(Value::Decimal(hours))];
                record("log", 1, row, values)
            })
            .collect();
        page_event(page)
    });
    let events = events.collect();
    write(store, &mut run, options(std::slice::from_ref(model)), events).await;
}

async fn analyze(store: &Store) {
    sqlx::raw_sql("analyze").execute(&store.pool).await.unwrap();
}

#[test]
fn rows_are_in_order_however_they_are_found_and_go_on_behind_any_of_them() {
    with_store(|store| async move {
        let model = logs();
        archive(&store, &model).await;
        let sorted = streamed(&store, &all(&model), None).await;
        // Now the server knows that there are more records than documents, and documents are walked.
        analyze(&store).await;
        let walked = streamed(&store, &all(&model), None).await;
        assert_eq!(walked, sorted);
        let paths: Vec<&str> = walked.iter().step_by(3).map(|(_, key)| key.path.as_str()).collect();
        assert_eq!(paths, ["a\\3", "b/1", "b/2", "c", "d/1", "it's", "ü"]);
        let rows: Vec<i64> = walked.iter().map(|(_, key)| key.row).collect();
        assert_eq!(rows, [1, 2, 3].repeat(7));
        for (index, (_, key)) in walked.iter().enumerate() {
            let rest = streamed(&store, &all(&model), Some(key.clone())).await;
            assert_eq!(rest, walked[index + 1..], "behind {key:?}");
        }
        let some =
            Filter::records("_file = \"it's\" or _file = 'a\\3' and _row = 2", &model).unwrap();
        let selection = Selection {
            filter: Some(&some),
            statuses: &[Verdict::Accepted, Verdict::Review],
            columns: RecordColumn::standard(&model)[..1].to_vec(),
            model: &model,
        };
        let rows = streamed(&store, &selection, None).await;
        let values: Vec<&str> = rows.iter().map(|(values, _)| values.as_str()).collect();
        assert_eq!(
            values,
            [
                r#"[Text("row 2")]"#,
                r#"[Text("row 1")]"#,
                r#"[Text("row 2")]"#,
                r#"[Text("row 3")]"#
            ]
        );
        let rest = streamed(&store, &selection, Some(rows[1].1.clone())).await;
        assert_eq!(rest, rows[2..]);
    });
}

#[test]
fn facts_are_of_the_selected_records() {
    with_store(|store| async move {
        let model = logs();
        archive(&store, &model).await;
        let ranges = async |selection: &Selection<'_>| {
            let mut stream = store.record_stream(selection).await.unwrap();
            (stream.decimal_ranges().await.unwrap()[1], stream.state().await.unwrap())
        };
        let (range, before) = ranges(&all(&model)).await;
        assert_eq!(range, Some(DecimalRange { whole: 1, scale: 2 }));
        assert_eq!(ranges(&all(&model)).await.1, before, "nothing has changed");
        sqlx::raw_sql(
            "update records.log set hours = 12345.678901 where row_number = 3 and document_id = 1",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        let (range, after) = ranges(&all(&model)).await;
        assert_eq!(range, Some(DecimalRange { whole: 5, scale: 6 }));
        assert_ne!(after, before);
        let none = Filter::records("_row > 3", &model).unwrap();
        let (range, _) = ranges(&Selection { filter: Some(&none), ..all(&model) }).await;
        assert_eq!(range, Some(DecimalRange { whole: 0, scale: 0 }));
        sqlx::raw_sql("update records.log set hours = 'NaN' where row_number = 1")
            .execute(&store.pool)
            .await
            .unwrap();
        assert_eq!(ranges(&all(&model)).await.0, None);
    });
}

/// Passes so many bytes of answers on, then cuts the connection.
async fn pass_some(mut client: UnixStream, server: PathBuf, most: usize) -> std::io::Result<()> {
    let mut server = UnixStream::connect(server).await?;
    let (mut sent, mut answered) = (vec![0; 1 << 16], vec![0; 1 << 9]);
    let mut passed = 0;
    while passed < most {
        tokio::select! {
            count = client.read(&mut sent) => match count? {
                0 => return Ok(()),
                count => server.write_all(&sent[..count]).await?,
            },
            count = server.read(&mut answered) => match count? {
                0 => return Ok(()),
                count => {
                    client.write_all(&answered[..count]).await?;
                    passed += count;
                }
            },
        }
    }
    Ok(())
}

#[test]
fn a_stream_that_is_cut_in_its_midst_again_and_again_comes_whole() {
    with_store(|store| async move {
        let model = logs();
        archive(&store, &model).await;
        sqlx::raw_sql(
            "insert into records.log (document_id, page_number, row_number, model_version, status, confidence,
                                      field_confidence, issues, what)
             select d, 1, n, 1, 'accepted', 0.5, '{0.5}', '{}', 'a row of some length ' || n
             from generate_series(1, 7) d, generate_series(4, 300) n",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        analyze(&store).await;
        let expected = streamed(&store, &all(&model), None).await;
        let records = count(&store, "select count(*) from records.log").await;
        assert_eq!(i64::try_from(expected.len()).unwrap(), records);
        let url = store.url();
        let database = url.split("///").nth(1).unwrap().split('?').next().unwrap();
        let server = url.split("host=").nth(1).unwrap().split('&').next().unwrap();
        let server = Path::new(server).join(SOCKET);
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join(SOCKET)).unwrap();
        let connections = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&connections);
        let proxy = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(pass_some(client, server.clone(), 20_000));
            }
        });
        let host = directory.path().display();
        let url = format!("postgres:///{database}?host={host}&user=scanlift");
        let cut = Store::connect(&Database::Url(url)).await.unwrap();
        let rows = streamed(&cut, &all(&model), None).await;
        cut.close().await.unwrap();
        proxy.abort();
        let connections = connections.load(Ordering::Relaxed);
        assert!(connections > 5, "only {connections} connections");
        assert!(rows == expected, "{} rows of {}", rows.len(), expected.len());
    });
}
