//! Values of every type in every format.

use std::fs;

use rust_decimal::Decimal;

use crate::document::{Count, Value, Verdict};
use crate::export::{
    Content, DecimalMark, Dialect, ExportOptions, Format, Formulas, Target, export,
};
use crate::model::{FieldKind, RecordModel, Scope};
use crate::store::Store;
use crate::store::tests::{
    apply, date_kind, file, model, options, page_event, record, start, stored, text_kind,
    with_store, write,
};

/// A field of each type, then a list of each.
fn things() -> RecordModel {
    let integer = || FieldKind::Integer { min: None, max: None };
    let kinds = [
        text_kind(),
        integer(),
        FieldKind::Money,
        date_kind(),
        FieldKind::Time,
        FieldKind::Checkbox,
    ];
    let names = ["text", "integer", "decimal", "date", "time", "truth"];
    let lists = names.map(|name| format!("{name}s"));
    let names = names.into_iter().chain(lists.iter().map(String::as_str));
    let fields: Vec<(&str, FieldKind)> = names.zip(kinds.iter().chain(&kinds).cloned()).collect();
    let mut model = model("thing", Scope::Row, &fields);
    model.fields[6..].iter_mut().for_each(|field| field.count = Count::Many);
    model
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// One record with values, one with others that are hard to write, one without any.
async fn archive(store: &Store, model: &RecordModel) {
    apply(store, std::slice::from_ref(model)).await;
    let mut run = start(store).await;
    let registered = store.register(run.id, &[file("ä, b.tif", 1)]).await.unwrap();
    let mut page = stored(registered[0].document_id, 1, "word", 90.0);
    let some = [
        text("plain"),
        Value::Integer(-7),
        Value::Decimal(Decimal::new(-123_450, 2)),
        Value::Date(jiff::civil::date(1999, 2, 28)),
        Value::Time(jiff::civil::time(7, 5, 0, 0)),
        Value::Boolean(true),
    ];
    let hard = [
        text("\"quoted\",\nü\t\\ \u{1}"),
        Value::Integer(i64::MAX),
        Value::Decimal("79228162514264337593543950335".parse().unwrap()),
        Value::Date(jiff::civil::date(1, 1, 1)),
        Value::Time(jiff::civil::time(23, 59, 59, 120_000_000)),
        Value::Boolean(false),
    ];
    let pairs = some.iter().zip(&hard);
    let lists = pairs.map(|(one, other)| Value::List(vec![one.clone(), other.clone()]));
    let empty = (0..6).map(|_| Value::List(Vec::new()));
    let first = some.clone().into_iter().chain(lists).map(Some).collect();
    let second = hard.clone().into_iter().chain(empty).map(Some).collect();
    let mut third: Vec<Option<Value>> = vec![None; 12];
    third[0] = Some(text(""));
    page.records = vec![
        record("thing", 1, 1, first),
        record("thing", 1, 2, second),
        record("thing", 1, 3, third),
    ];
    page.records[1].verdict = Verdict::Review;
    write(store, &mut run, options(std::slice::from_ref(model)), vec![page_event(page)]).await;
}

async fn exported(store: &Store, format: Format, columns: Option<&str>) -> String {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("out");
    let columns = columns.map(|names| names.split(' ').map(str::to_owned).collect());
    let options = ExportOptions { format, columns, ..ExportOptions::default() };
    let target = Target::File(path.clone());
    export(store, Content::Records(&things()), &target, &options).await.unwrap();
    fs::read_to_string(path).unwrap()
}

#[test]
fn csv_says_what_postgres_says_of_values_of_every_type() {
    with_store(|store| async move {
        archive(&store, &things()).await;
        let csv = exported(&store, Format::default(), None).await;
        let expected = "text,integer,decimal,date,time,truth,\
             texts,integers,decimals,dates,times,truths,\
             _file,_page,_row,_region,_status,_confidence,_issues\n\
             plain,-7,-1234.50,1999-02-28,07:05:00,true,\
             \"plain; \"\"quoted\"\",\nü\t\\ \u{1}\",-7; 9223372036854775807,\
             -1234.50; 79228162514264337593543950335,1999-02-28; 0001-01-01,07:05:00; 23:59:59.12,t; f,\
             \"ä, b.tif\",1,1,,accepted,0.7500,\n\
             \"\"\"quoted\"\",\nü\t\\ \u{1}\",9223372036854775807,79228162514264337593543950335,\
             0001-01-01,23:59:59.12,false,,,,,,,\"ä, b.tif\",1,2,,review,0.7500,\n\
             ,,,,,,,,,,,,\"ä, b.tif\",1,3,,accepted,0.7500,\n";
        assert_eq!(csv, expected);
        // A single cell that is empty is quoted, so that its line is not.
        assert_eq!(
            exported(&store, Format::default(), Some("integers")).await.lines().last(),
            Some("\"\"")
        );
    });
}

#[test]
fn dialects_change_what_they_should() {
    with_store(|store| async move {
        archive(&store, &things()).await;
        let dialect = Dialect {
            delimiter: b';',
            byte_order_mark: true,
            null: "NA".to_owned(),
            decimal_mark: DecimalMark::Comma,
            formulas: Formulas::Protected,
        };
        let columns = "integer decimal text integers decimals _confidence";
        assert_eq!(
            exported(&store, Format::Csv(dialect), Some(columns)).await,
            "\u{feff}integer;decimal;text;integers;decimals;_confidence\n\
             -7;-1234,50;plain;\"'-7; 9223372036854775807\";\"'-1234,50; 79228162514264337593543950335\";0,7500\n\
             9223372036854775807;79228162514264337593543950335;\"\"\"quoted\"\",\nü\t\\ \u{1}\";;;0,7500\n\
             NA;NA;;NA;NA;0,7500\n"
        );
    });
}

#[test]
fn jsonl_keeps_types_and_all_decimals() {
    with_store(|store| async move {
        archive(&store, &things()).await;
        let columns = "text integer decimal date time truth texts decimals dates truths _file _region _confidence _issues";
        let lines = exported(&store, Format::JsonLines, Some(columns)).await;
        assert_eq!(
            lines,
            r#"{"text":"plain","integer":-7,"decimal":-1234.50,"date":"1999-02-28","time":"07:05:00","truth":true,"texts":["plain","\"quoted\",\nü\t\\ \u0001"],"decimals":[-1234.50,79228162514264337593543950335],"dates":["1999-02-28","0001-01-01"],"truths":[true,false],"_file":"ä, b.tif","_region":null,"_confidence":0.7500,"_issues":[]}
{"text":"\"quoted\",\nü\t\\ \u0001","integer":9223372036854775807,"decimal":79228162514264337593543950335,"date":"0001-01-01","time":"23:59:59.12","truth":false,"texts":[],"decimals":[],"dates":[],"truths":[],"_file":"ä, b.tif","_region":null,"_confidence":0.7500,"_issues":[]}
{"text":"","integer":null,"decimal":null,"date":null,"time":null,"truth":null,"texts":null,"decimals":null,"dates":null,"truths":null,"_file":"ä, b.tif","_region":null,"_confidence":0.7500,"_issues":[]}
"#
        );
    });
}

#[test]
fn a_column_of_another_type_than_the_models_is_written_as_it_is() {
    with_store(|store| async move {
        archive(&store, &things()).await;
        for change in [
            "integer type numeric using 1.50",
            "date type text using 'May 1'",
            "time type interval using '1 day'",
        ] {
            let sql = format!("alter table records.thing alter column {change}");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&store.pool).await.unwrap();
        }
        let csv = exported(&store, Format::default(), Some("integer date time _row")).await;
        assert_eq!(csv.lines().nth(1), Some("1.50,May 1,1 day,1"));
    });
}

#[test]
fn provenance_says_where_a_record_is_from() {
    with_store(|store| async move {
        archive(&store, &things()).await;
        let columns = "_document _model_version _engine _languages _run _attempt _confidence_text _confidence_truths";
        let csv = exported(&store, Format::default(), Some(columns)).await;
        let expected = format!("{},1,tesseract 5,eng,1,1,0.7500,0.7500", "01".repeat(32));
        assert_eq!(csv.lines().nth(1), Some(expected.as_str()));
    });
}

#[cfg(feature = "parquet")]
mod parquet_files {
    use std::fs::File;
    use std::path::Path;

    use parquet::file::reader::{FileReader, SerializedFileReader};

    use super::*;

    fn rows(path: &Path) -> Vec<String> {
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect()
    }

    async fn written(store: &Store, model: &RecordModel, columns: &str) -> (Vec<String>, usize) {
        let scratch = tempfile::tempdir().unwrap();
        let path = scratch.path().join("out.parquet");
        let columns = Some(columns.split(' ').map(str::to_owned).collect());
        let options =
            ExportOptions { format: Format::Parquet, columns, ..ExportOptions::default() };
        export(store, Content::Records(model), &Target::File(path.clone()), &options)
            .await
            .unwrap();
        let reader = SerializedFileReader::new(File::open(&path).unwrap()).unwrap();
        (rows(&path), reader.metadata().num_row_groups())
    }

    #[test]
    fn parquet_keeps_types_nulls_and_lists() {
        with_store(|store| async move {
            archive(&store, &things()).await;
            let (rows, groups) = written(
                &store,
                &things(),
                "integer decimal date time truth texts decimals truths _file _region _confidence _issues",
            )
            .await;
            assert_eq!(groups, 1);
            assert_eq!(
                rows[0],
                "{integer: -7, decimal: -1234.50, date: 1999-02-28, time: 07:05:00.000000, truth: true, \
                 texts: [\"plain\", \"\"quoted\",\nü\t\\ \u{1}\"], \
                 decimals: [-1234.50, 79228162514264337593543950335.00], truths: [true, false], \
                 _file: \"ä, b.tif\", _region: null, _confidence: 0.75, _issues: []}"
            );
            assert_eq!(
                rows[2],
                "{integer: null, decimal: null, date: null, time: null, truth: null, texts: null, \
                 decimals: null, truths: null, _file: \"ä, b.tif\", _region: null, _confidence: 0.75, _issues: []}"
            );
            assert_eq!(rows.len(), 3);
            // More than 38 figures are no number.
            sqlx::raw_sql("update records.thing set decimal = decimal * 1e20 + 0.1")
                .execute(&store.pool)
                .await
                .unwrap();
            let (rows, _) = written(&store, &things(), "decimal").await;
            assert_eq!(rows[0], "{decimal: \"-123449999999999999999999.90\"}");
        });
    }

    #[test]
    fn row_groups_end_when_they_are_large() {
        with_store(|store| async move {
            archive(&store, &things()).await;
            sqlx::raw_sql(
                "insert into records.thing (document_id, page_number, row_number, model_version, status, confidence,
                                            field_confidence, issues, text, decimal)
                 select 1, 1, n, 1, 'accepted', 0.5, '{0.5}', '{}', 'text ' || n, n
                 from generate_series(4, 400) n",
            )
            .execute(&store.pool)
            .await
            .unwrap();
            let (rows, groups) = written(&store, &things(), "text _row").await;
            assert!(groups > 5, "{groups} row groups");
            assert_eq!(rows.len(), 400);
            assert_eq!(rows[399], "{text: \"text 400\", _row: 400}");
        });
    }
}
