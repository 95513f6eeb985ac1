//! Exports from a real database.

use std::fs;
use std::io::Read;
use std::path::Path;

use rust_decimal::Decimal;

use crate::document::{Issue, PageEnd, PageFacts, PageIssue, TypedRecord, Value, Verdict};
use crate::model::{FieldKind, RecordModel, Scope};
use crate::store::tests::{
    apply, failed, file, model, options, outcome, page_event, page_text, record, start, stored,
    text_kind, with_store, write,
};
use crate::store::{Filter, Store};

use super::{
    Content, Dialect, ExportError, ExportOptions, Format, Formulas, Target, TextForm, export,
    report_lines,
};

mod formats;
mod parts;

fn receipts() -> RecordModel {
    model("receipt", Scope::Row, &[("company", text_kind()), ("total", FieldKind::Money)])
}

fn receipt(
    row_number: u32,
    company: &str,
    total: Option<Decimal>,
    verdict: Verdict,
) -> TypedRecord {
    let values = vec![Some(Value::Text(company.to_owned())), total.map(Value::Decimal)];
    TypedRecord { verdict, ..record("receipt", 1, row_number, values) }
}

/// b.tif with two records, then a.tif with one, and a blank and a failed page.
async fn archive(store: &Store) {
    let models = [receipts()];
    apply(store, &models).await;
    let mut run = start(store).await;
    let files =
        [file("b.tif", 1), file("a.tif", 2), file("c.tif", 3), file("d.tif", 4), file("e.tif", 1)];
    let ids: Vec<_> = store
        .register(run.id, &files)
        .await
        .unwrap()
        .into_iter()
        .map(|found| found.document_id)
        .collect();
    let mut first = stored(ids[0], 1, "one", 87.5);
    first.records = vec![
        receipt(2, "=HYPERLINK(1)", None, Verdict::Review),
        receipt(1, "Acacia, \"Ltd\"", Some(Decimal::new(-1250, 2)), Verdict::Accepted),
    ];
    first.records[0].issues = vec![Issue {
        field: Some("total".into()),
        text: "missing".into(),
        verdict: Verdict::Review,
    }];
    let mut second = stored(ids[1], 1, "two", 90.0);
    second.records = vec![receipt(1, "Bolt", Some(Decimal::new(3, 0)), Verdict::Accepted)];
    second.records[0].record.region = 2;
    let events = vec![
        page_event(first),
        page_event(second),
        page_event(outcome(ids[2], 1, PageEnd::Blank(PageFacts::default()))),
        page_event(failed(ids[3], 1, crate::document::Reason::Corrupt)),
    ];
    write(store, &mut run, options(&models), events).await;
}

async fn exported(store: &Store, path: &Path, options: &ExportOptions) -> String {
    let target = Target::from_argument(path);
    export(store, Content::Records(&receipts()), &target, options).await.unwrap();
    fs::read_to_string(path).unwrap()
}

const ALL: &str = "company,total,_file,_page,_row,_region,_status,_confidence,_issues
Bolt,3,a.tif,1,1,2,accepted,0.7500,
\"Acacia, \"\"Ltd\"\"\",-12.50,b.tif,1,1,,accepted,0.7500,
=HYPERLINK(1),,b.tif,1,2,,review,0.7500,total: missing
";

#[test]
fn records_come_by_path_page_and_row_and_twice_the_same() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        assert_eq!(exported(&store, &path, &ExportOptions::default()).await, ALL);
        assert_eq!(exported(&store, &path, &ExportOptions::default()).await, ALL);
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "no temporary file is left");
    });
}

fn protected() -> Format {
    Format::Csv(Dialect { formulas: Formulas::Protected, ..Dialect::default() })
}

#[test]
fn rows_and_columns_are_chosen_and_formulas_disarmed() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        let options = ExportOptions {
            statuses: vec![Verdict::Review, Verdict::Rejected],
            columns: Some(vec!["_row".into(), "company".into()]),
            format: protected(),
            ..ExportOptions::default()
        };
        assert_eq!(exported(&store, &path, &options).await, "_row,company\n2,'=HYPERLINK(1)\n");
        let filter =
            Filter::records("total<0 and _file=b.tif and _confidence>=0.75", &receipts()).unwrap();
        let options = ExportOptions {
            columns: Some(vec!["total".into()]),
            filter: Some(filter),
            format: protected(),
            ..ExportOptions::default()
        };
        assert_eq!(exported(&store, &path, &options).await, "total\n-12.50\n");
    });
}

#[test]
fn the_extension_decides_the_compression() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        for name in ["out.csv.gz", "out.csv.zst"] {
            let path = scratch.path().join(name);
            let target = Target::File(path.clone());
            export(&store, Content::Records(&receipts()), &target, &ExportOptions::default())
                .await
                .unwrap();
            let bytes = fs::read(&path).unwrap();
            let mut text = String::new();
            if name.ends_with("gz") {
                flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
            } else {
                zstd::Decoder::new(bytes.as_slice()).unwrap().read_to_string(&mut text).unwrap();
            }
            assert_eq!(text, ALL);
        }
    });
}

#[test]
fn a_failed_export_leaves_the_old_file_as_it_was() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        fs::write(&path, "old").unwrap();
        let target = Target::File(path.clone());
        let options =
            ExportOptions { columns: Some(vec!["colour".into()]), ..ExportOptions::default() };
        let error =
            export(&store, Content::Records(&receipts()), &target, &options).await.unwrap_err();
        assert!(matches!(error, ExportError::UnknownColumn { .. }));
        let unknown = model("nothing", Scope::Page, &[]);
        let error = export(&store, Content::Records(&unknown), &target, &ExportOptions::default())
            .await
            .unwrap_err();
        assert_eq!(error.to_string(), "no table for model `nothing`");
        // A page whose words are broken ends the export in its middle.
        sqlx::raw_sql("update scanlift.page_text set content = '\\x01' where document_id = 1")
            .execute(&store.pool)
            .await
            .unwrap();
        assert!(
            export(&store, Content::PageText(TextForm::Lines), &target, &ExportOptions::default())
                .await
                .is_err()
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(fs::read_dir(scratch.path()).unwrap().count(), 1, "no temporary file is left");
    });
}

#[test]
fn page_texts_and_report_lines_name_every_page_and_every_file() {
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        let target = Target::File(path.clone());
        assert_eq!(
            export(&store, Content::PageText(TextForm::Lines), &target, &ExportOptions::default())
                .await
                .unwrap(),
            4
        );
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "_file,_page,text,_status,_confidence,_unread,_issues,_languages\na.tif,1,two,stored,0.9000,0,,eng\n\
             b.tif,1,one,stored,0.8750,0,,eng\nc.tif,1,,blank,,0,,eng\nd.tif,1,,failed,,,,eng\n"
        );
        assert_eq!(report_lines(&store, &target, Formulas::AsIs).await.unwrap(), 5);
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "_file,status,reason,unread,without_words,issues\na.tif,stored,,0,0,\nb.tif,stored,,0,0,\n\
             c.tif,blank,,0,0,\nd.tif,failed,corrupt,0,0,\ne.tif,duplicate,same as b.tif,,,\n"
        );
    });
}

#[test]
fn pages_say_what_they_left_unread() {
    with_store(|store| async move {
        let mut run = start(&store).await;
        let files = [file("a.tif", 1), file("b.tif", 2), file("c.tif", 3)];
        let ids: Vec<_> = store
            .register(run.id, &files)
            .await
            .unwrap()
            .into_iter()
            .map(|found| found.document_id)
            .collect();
        let mut part = page_text("part", 90.0);
        part.facts.unread = 0.0341;
        part.facts.issues = vec![PageIssue::Unread, PageIssue::Slanted];
        let mut wordless = page_text("", 0.0);
        wordless.lines.clear();
        wordless.facts.unread = 0.0001;
        let events = vec![
            page_event(outcome(ids[0], 1, PageEnd::Stored(Box::new(part)))),
            page_event(outcome(ids[1], 1, PageEnd::Stored(Box::new(wordless)))),
            page_event(stored(ids[2], 1, "all", 90.0)),
        ];
        let commits = write(&store, &mut run, options(&[]), events).await;
        let said: Vec<(bool, bool)> =
            commits[0].pages.iter().map(|page| (page.unread, page.without_words)).collect();
        assert_eq!(said, [(true, false), (false, true), (false, false)]);
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        let target = Target::File(path.clone());
        export(&store, Content::PageText(TextForm::Lines), &target, &ExportOptions::default())
            .await
            .unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "_file,_page,text,_status,_confidence,_unread,_issues,_languages\n\
             a.tif,1,part,stored,0.9000,0.034,unread; slanted,eng\nb.tif,1,,stored,,0.001,without words,eng\n\
             c.tif,1,all,stored,0.9000,0,,eng\n"
        );
        report_lines(&store, &target, Formulas::AsIs).await.unwrap();
        assert_eq!(
            fs::read_to_string(&path).unwrap(),
            "_file,status,reason,unread,without_words,issues\na.tif,stored,,1,0,slanted; unread\n\
             b.tif,stored,,0,1,\nc.tif,stored,,0,0,\n"
        );
        let report = store.report().await.unwrap();
        assert_eq!((report.unread, report.without_words), (1, 1));
        assert_eq!(report.issues["slanted"], 1);
        for (condition, page) in
            [("unread > 0.02", 1), ("words = 0", 2), ("issue = slanted", 1), ("unread = 0", 3)]
        {
            let filter = Filter::pages(condition).unwrap();
            let selected = store.select_pages(Some(&filter), None, 9).await.unwrap();
            let ids: Vec<i64> = selected.iter().map(|page| page.key.document_id.0).collect();
            assert_eq!(ids, [page], "{condition}");
        }
    });
}

/// Peak resident memory of this process in KiB.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn memory_does_not_grow_with_the_number_of_rows() {
    const MANY: i32 = 60_000;
    with_store(|store| async move {
        archive(&store).await;
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.csv");
        exported(&store, &path, &ExportOptions::default()).await;
        let before = peak_kib();
        sqlx::query(
            "insert into records.receipt (document_id, page_number, row_number, model_version, status, confidence,
                                          field_confidence, issues, company)
             select 1, 1, n, 1, 'accepted', 0.5, '{0.5}', '{}', repeat('x', 500)
             from generate_series(3, $1 + 2) n",
        )
        .bind(MANY)
        .execute(&store.pool)
        .await
        .unwrap();
        let target = Target::File(path.clone());
        let rows =
            export(&store, Content::Records(&receipts()), &target, &ExportOptions::default())
                .await
                .unwrap();
        assert_eq!(rows, 60_003);
        assert!(fs::metadata(&path).unwrap().len() > 30_000_000);
        assert!(peak_kib() - before < 8 * 1024, "{} KiB more", peak_kib() - before);
    });
}
