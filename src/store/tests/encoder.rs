//! The binary encoder against Postgres' own reading of it.

use jiff::civil;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rust_decimal::Decimal;
use sqlx::Row;

use crate::store::copy::CopyRows;

use super::with_store;

type Sample = (Option<String>, i64, Decimal, civil::Date, civil::Time, bool, Vec<String>, Vec<f32>);

fn samples() -> impl Strategy<Value = Sample> {
    let decimal = (any::<i64>(), any::<i32>(), 0_u32..=28).prop_map(|(high, low, scale)| {
        Decimal::from_i128_with_scale(i128::from(high) * i128::from(low).abs(), scale)
    });
    let decimal = prop_oneof![
        decimal,
        (-100_000_i64..100_000, 0_u32..6).prop_map(|(n, s)| Decimal::new(n, s))
    ];
    let date = (-4712_i16..=9999, 1_i8..=12, 1_i8..=28).prop_map(|(y, m, d)| civil::date(y, m, d));
    let time = (0_i8..24, 0_i8..60, 0_i8..60, 0_i32..1_000_000)
        .prop_map(|(h, m, s, micro)| civil::time(h, m, s, micro * 1000));
    (
        proptest::option::of("\\PC{0,12}"),
        any::<i64>(),
        decimal,
        date,
        time,
        any::<bool>(),
        proptest::collection::vec("\\PC{0,6}", 0..4),
        proptest::collection::vec(-1000.0_f32..1000.0, 0..4),
    )
}

fn encode(rows: &mut CopyRows, position: i32, sample: &Sample) {
    let (text, integer, decimal, date, time, truth, texts, reals) = sample;
    rows.start_row(9);
    rows.integer(position);
    rows.optional(text.as_deref(), CopyRows::text);
    rows.bigint(*integer);
    rows.numeric(*decimal);
    rows.date(*date);
    rows.time(*time);
    rows.boolean(*truth);
    rows.text_array(texts.iter().map(String::as_str));
    rows.real_array(reals.iter().copied());
}

#[test]
fn postgres_reads_every_value_as_it_was_written() {
    with_store(|store| async move {
        let mut runner = TestRunner::deterministic();
        let samples: Vec<Sample> =
            (0..500).map(|_| samples().new_tree(&mut runner).unwrap().current()).collect();
        let mut rows = CopyRows::new();
        for (position, sample) in (0..).zip(&samples) {
            encode(&mut rows, position, sample);
        }
        let mut connection = store.pool.acquire().await.unwrap();
        sqlx::raw_sql(
            "create table sample (position integer, a text, b bigint, c numeric, d date, e time, f boolean,
                                  g text[], h real[])",
        )
        .execute(&mut *connection)
        .await
        .unwrap();
        let mut copy =
            connection.copy_in_raw("copy sample from stdin (format binary)").await.unwrap();
        copy.send(rows.finish()).await.unwrap();
        assert_eq!(copy.finish().await.unwrap(), 500);
        let read = sqlx::query(
            "select a, b, c::text, to_char(d, 'YYYY-MM-DD'), extract(year from d)::integer, e::text, f, g, h
             from sample order by position",
        )
        .fetch_all(&mut *connection)
        .await
        .unwrap();
        for (row, (text, integer, decimal, date, time, truth, texts, reals)) in
            read.iter().zip(&samples)
        {
            assert_eq!(&row.get::<Option<String>, _>(0), text);
            assert_eq!(row.get::<i64, _>(1), *integer);
            // Zero has no sign in Postgres.
            let shown =
                if decimal.is_zero() { decimal.abs().to_string() } else { decimal.to_string() };
            assert_eq!(row.get::<String, _>(2), shown);
            if date.year() > 0 {
                assert_eq!(row.get::<String, _>(3), date.to_string());
            } else {
                // There is no year 0 in Postgres: 1 BC is -1.
                assert_eq!(row.get::<i32, _>(4), i32::from(date.year()) - 1);
            }
            let mut shown = format!("{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second());
            let micros = time.subsec_nanosecond() / 1000;
            if micros > 0 {
                shown.push_str(format!(".{micros:06}").trim_end_matches('0'));
            }
            assert_eq!(row.get::<String, _>(5), shown);
            assert_eq!(row.get::<bool, _>(6), *truth);
            assert_eq!(&row.get::<Vec<String>, _>(7), texts);
            assert_eq!(&row.get::<Vec<f32>, _>(8), reals);
        }
    });
}

#[test]
fn edges_are_read_as_they_were_written() {
    with_store(|store| async move {
        let mut rows = CopyRows::new();
        rows.start_row(6);
        rows.numeric(Decimal::MAX);
        rows.numeric("-0.0000000000000000000000000001".parse().unwrap());
        rows.numeric("1200.00".parse().unwrap());
        rows.timestamptz(1_700_000_000_000_001);
        rows.jsonb(r#"{"engine":"x"}"#);
        rows.text("nul\0less");
        let mut connection = store.pool.acquire().await.unwrap();
        sqlx::raw_sql(
            "create table edge (a numeric, b numeric, c numeric, d timestamptz, e jsonb, f text)",
        )
        .execute(&mut *connection)
        .await
        .unwrap();
        let mut copy =
            connection.copy_in_raw("copy edge from stdin (format binary)").await.unwrap();
        copy.send(rows.finish()).await.unwrap();
        copy.finish().await.unwrap();
        let row: (String, String, String, String, String, String) =
            sqlx::query_as("select a::text, b::text, c::text, d::text, e::text, f from edge")
                .fetch_one(&mut *connection)
                .await
                .unwrap();
        assert_eq!(row.0, "79228162514264337593543950335");
        assert_eq!(row.1, "-0.0000000000000000000000000001");
        assert_eq!(row.2, "1200.00");
        assert_eq!(row.3, "2023-11-14 22:13:20.000001+00");
        assert_eq!(row.4, r#"{"engine": "x"}"#);
        assert_eq!(row.5, "nulless");
    });
}
