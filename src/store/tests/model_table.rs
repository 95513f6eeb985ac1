//! Plans for models' tables.

use crate::model::{FieldKind, Scope};
use crate::store::StoreError;

use super::{
    apply, date_kind, file, model, options, page_event, record, start, stored, text_kind,
    with_store, write,
};

fn integer() -> FieldKind {
    FieldKind::Integer { min: None, max: None }
}

fn decimal() -> FieldKind {
    FieldKind::Decimal { places: None, min: None, max: None }
}

#[test]
fn tables_grow_and_widen_with_their_models_and_can_be_taken_back() {
    with_store(|store| async move {
        let first = model("log", Scope::Row, &[("hours", integer()), ("note", text_kind())]);
        apply(&store, std::slice::from_ref(&first)).await;
        assert!(store.plan_models(std::slice::from_ref(&first)).await.unwrap()[0].is_empty());
        let second = model("log", Scope::Row, &[("hours", decimal()), ("day", date_kind())]);
        let plans = store.plan_models(std::slice::from_ref(&second)).await.unwrap();
        assert_eq!(
            plans[0].to_string(),
            "alter table records.\"log\" alter column \"hours\" type numeric using \"hours\"::numeric;\n\
             alter table records.\"log\" add column \"day\" date;\n\
             -- column \"note\" of records.log is kept: the model has no such field\n"
        );
        store.apply_models(&plans).await.unwrap();
        assert!(store.plan_models(std::slice::from_ref(&second)).await.unwrap()[0].is_empty());
        let undone = store.rollback_model("log").await.unwrap();
        assert_eq!(undone[0], "alter table records.\"log\" drop column \"day\"");
        assert!(store.plan_models(std::slice::from_ref(&first)).await.unwrap()[0].is_empty());
        assert_eq!(store.rollback_model("log").await.unwrap(), NO_TABLE);
        assert!(matches!(store.rollback_model("log").await, Err(StoreError::NothingToUndo(_))));
    });
}

/// What undoes the making of the table of `log`.
const NO_TABLE: [&str; 2] = ["drop index records.\"log_status_ix\"", "drop table records.\"log\""];

#[test]
fn indexes_come_with_fields_that_ask_for_them_and_can_be_taken_back() {
    with_store(|store| async move {
        let mut log = model("log", Scope::Row, &[("hours", integer()), ("note", text_kind())]);
        apply(&store, std::slice::from_ref(&log)).await;
        // A table of an earlier version has no index by status.
        sqlx::raw_sql("drop index records.log_status_ix").execute(&store.pool).await.unwrap();
        log.fields[0].index = true;
        let plans = store.plan_models(std::slice::from_ref(&log)).await.unwrap();
        assert_eq!(
            plans[0].to_string(),
            "create index \"log_status_ix\" on records.\"log\" (status, confidence, record_id) where status <> 'accepted';\n\
             create index \"log_hours_ix\" on records.\"log\" (\"hours\", record_id);\n"
        );
        store.apply_models(&plans).await.unwrap();
        assert!(store.plan_models(std::slice::from_ref(&log)).await.unwrap()[0].is_empty());
        // A field that asks for none any more keeps the one that it has, and whoever reads the plan sees it.
        log.fields[0].index = false;
        let plans = store.plan_models(std::slice::from_ref(&log)).await.unwrap();
        assert!(plans[0].is_empty());
        assert_eq!(
            plans[0].to_string(),
            "-- index records.\"log_hours_ix\" is kept: its field has no `index = true`\n"
        );
        assert_eq!(
            store.rollback_model("log").await.unwrap(),
            ["drop index records.\"log_hours_ix\"", "drop index records.\"log_status_ix\""]
        );
    });
}

#[test]
fn questions_of_a_review_desk_are_answered_by_indexes() {
    with_store(|store| async move {
        let mut log = model("log", Scope::Row, &[("hours", integer())]);
        log.fields[0].index = true;
        apply(&store, std::slice::from_ref(&log)).await;
        sqlx::raw_sql(
            "insert into scanlift.document (hash, size) values (decode(repeat('01', 32), 'hex'), 1);
             insert into scanlift.page (document_id, page_number) values (1, 1);
             insert into records.log (document_id, page_number, row_number, model_version, status, confidence,
                                      field_confidence, issues, hours)
             select 1, 1, n, 1, case when n % 50 = 0 then 'review' else 'accepted' end, (n % 97) / 97.0, '{}', '{}', n % 999
             from generate_series(1, 20000) n;
             analyze records.log",
        )
        .execute(&store.pool)
        .await
        .unwrap();
        // Of few rows, sorting them costs nothing.
        let used = |sql: &'static str, index: &'static str, may_sort: bool| {
            let store = store.clone();
            async move {
                let lines: Vec<String> =
                    sqlx::query_scalar(sql).fetch_all(&store.pool).await.unwrap();
                let plan = lines.join("\n");
                assert!(plan.contains(index) && (may_sort || !plan.contains("Sort")), "{plan}");
            }
        };
        used(
            "explain select * from records.log where status = 'review' order by confidence, record_id limit 50",
            "log_status_ix",
            false,
        )
        .await;
        used(
            "explain select * from records.log where hours = 5 order by record_id limit 50",
            "log_hours_ix",
            true,
        )
        .await;
        used("explain select * from records.log where document_id = 0", "log_place_uk", false)
            .await;
    });
}

#[test]
fn a_type_that_could_lose_values_is_refused_once_there_are_values() {
    with_store(|store| async move {
        let texts = model("log", Scope::Page, &[("day", text_kind())]);
        let dates = model("log", Scope::Page, &[("day", date_kind())]);
        apply(&store, std::slice::from_ref(&texts)).await;
        assert!(
            store.plan_models(std::slice::from_ref(&dates)).await.is_ok(),
            "an empty column has nothing to lose"
        );
        let mut run = start(&store).await;
        let id = store.register(run.id, &[file("a.tif", 1)]).await.unwrap()[0].document_id;
        let mut page = stored(id, 1, "x", 90.0);
        page.records =
            vec![record("log", 1, 1, vec![Some(crate::document::Value::Text("9 March".into()))])];
        write(&store, &mut run, options(&[texts]), vec![page_event(page)]).await;
        let error = store.plan_models(&[dates]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "model `log` no longer fits its table: `day` is `date`, but its column is `text` and holds values"
        );
        assert!(error.hint().unwrap().contains("give the field another name than `day`"));
    });
}

#[test]
fn a_field_cannot_take_the_name_of_a_column_that_every_table_has() {
    with_store(|store| async move {
        let error = store
            .plan_models(&[model("log", Scope::Page, &[("status", text_kind())])])
            .await
            .unwrap_err();
        assert!(matches!(error, StoreError::ReservedName { .. }));
    });
}

#[test]
fn words_of_sql_are_good_names_for_fields() {
    with_store(|store| async move {
        let odd =
            model("select", Scope::Page, &[("order", text_kind()), ("time", FieldKind::Time)]);
        apply(&store, std::slice::from_ref(&odd)).await;
        assert!(store.plan_models(&[odd]).await.unwrap()[0].is_empty());
    });
}

#[test]
fn the_text_of_a_model_is_recorded_whenever_it_has_changed() {
    with_store(|store| async move {
        let mut log = model("log", Scope::Page, &[("day", text_kind())]);
        assert_eq!(store.recorded_model("log").await.unwrap(), None);
        apply(&store, std::slice::from_ref(&log)).await;
        log.source = "name = \"log\" # other labels".to_owned();
        apply(&store, std::slice::from_ref(&log)).await;
        apply(&store, std::slice::from_ref(&log)).await;
        let text = store.recorded_model("log").await.unwrap();
        assert_eq!(text.as_deref(), Some("name = \"log\" # other labels"));
        // Undoing goes back to the newest change of the table, and over the texts on the way.
        assert_eq!(store.rollback_model("log").await.unwrap(), NO_TABLE);
        assert_eq!(store.recorded_model("log").await.unwrap(), None);
    });
}

#[test]
fn stored_words_are_found_by_the_hash_of_their_document() {
    with_store(|store| async move {
        let mut run = start(&store).await;
        let id = store.register(run.id, &[file("a.tif", 1)]).await.unwrap()[0].document_id;
        let hash = crate::document::DocumentHash([1; 32]);
        assert_eq!(store.pages_of_hash(hash).await.unwrap(), None, "nothing is stored yet");
        let page = stored(id, 1, "TOTAL", 90.0);
        write(&store, &mut run, options(&[]), vec![page_event(page)]).await;
        let pages = store.pages_of_hash(hash).await.unwrap().unwrap().pages;
        assert_eq!(pages[0].1.plain(), "TOTAL");
        assert_eq!(store.path_of(id).await.unwrap(), Some("a.tif".into()));
        assert_eq!(store.path_of(crate::document::DocumentId(99)).await.unwrap(), None);
    });
}
