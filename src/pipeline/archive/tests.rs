//! Learning from records that are written by hand into a real database.

use super::*;
use crate::document::Value;
use crate::model::Scope;
use crate::store::tests::{
    apply, file, model, options, page_event, record, start, stored, text_kind, with_store, write,
};

fn bill() -> RecordModel {
    let mut bill = model("bill", Scope::Page, &[("vendor", text_kind())]);
    bill.fields[0].recurs = true;
    bill
}

/// Adds a document with a record for each vendor; `first` numbers them.
async fn add(store: &Store, first: u8, vendors: &[&str]) {
    let mut run = start(store).await;
    let numbers: Vec<u8> = (first..).take(vendors.len()).collect();
    let files: Vec<_> = numbers.iter().map(|n| file(&format!("{n}.tif"), *n)).collect();
    let registered = store.register(run.id, &files).await.unwrap();
    let mut events = Vec::new();
    for (answer, vendor) in registered.iter().zip(vendors) {
        let mut page = stored(answer.document_id, 1, "word", 90.0);
        let value = Value::Text((*vendor).to_owned());
        page.records = vec![record("bill", 1, 1, vec![Some(value)])];
        events.push(page_event(page));
    }
    write(store, &mut run, options(&[bill()]), events).await;
    store.finish_run(run, crate::store::RunEnd::Finished, &serde_json::json!({})).await.unwrap();
}

async fn learned(store: &Store, extent: Extent) -> ArchiveSummary {
    let models = Arc::new(ModelSet::new(vec![bill()]));
    learn(store, &models, extent, &Stop::default()).await.unwrap()
}

#[test]
fn a_few_new_records_are_held_against_what_is_known_and_many_are_learned_from() {
    with_store(|store| async move {
        apply(&store, &[bill()]).await;
        add(&store, 1, &["Acme Limited"; 30]).await;
        let all = learned(&store, Extent::New).await;
        assert_eq!((all.records, all.mended), (30, 0));

        add(&store, 31, &["Acme L1mited"]).await;
        let new = learned(&store, Extent::New).await;
        assert_eq!((new.records, new.mended, new.changed), (1, 1, 1));
        let nothing = learned(&store, Extent::New).await;
        assert_eq!(nothing, ArchiveSummary::default(), "nothing has come since");

        add(&store, 32, &["Acme Limited"; 4]).await;
        let again = learned(&store, Extent::New).await;
        assert_eq!((again.records, again.mended), (35, 1), "a tenth is new: all are looked at");
        assert_eq!(store.vocabulary("bill", "vendor").await.unwrap()[0].documents, 35);
        let idle = learned(&store, Extent::All).await;
        assert_eq!((idle.records, idle.changed), (35, 0), "learning twice changes nothing");
    });
}

#[test]
fn what_was_mended_is_as_it_was_read_when_nothing_speaks_for_the_repair_any_more() {
    with_store(|store| async move {
        apply(&store, &[bill()]).await;
        add(&store, 1, &["Acme Limited", "Acme Limited", "Acme Limited", "Acme L1mited"]).await;
        learned(&store, Extent::New).await;
        let before = store.archive_records(&bill(), 0, 10).await.unwrap();
        assert_eq!(before[3].now.values, [Some("Acme Limited".to_owned())]);
        assert_eq!(
            before[3].now.issues,
            ["vendor: repaired: Acme L1mited to Acme Limited by 3 documents"]
        );
        let entry = crate::vocabulary::Entry {
            value: "Acme Limited".into(),
            documents: 0,
            confidence: 1.0,
            state: State::Refused,
            instead: None,
        };
        store.decide_vocabulary(("bill", "vendor"), &[entry]).await.unwrap();
        learned(&store, Extent::All).await;
        let after = store.archive_records(&bill(), 0, 10).await.unwrap();
        assert_eq!(after[3].now.values, [Some("Acme L1mited".to_owned())]);
        assert!(after.iter().all(|record| record.before.is_none() && record.now.issues.is_empty()));
    });
}
