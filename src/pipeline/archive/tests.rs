//! Learning from records that are written by hand into a real database.

use super::*;
use crate::document::{DocumentId, SaidOrder, TypedRecord, Value, Verdict};
use crate::model::Scope;
use crate::store::tests::{
    apply, date_kind, file, model, options, page_event, record, start, stored, text_kind,
    with_store, write,
};
use crate::store::{ArchiveRecord, LedgerEvent};

fn bill() -> RecordModel {
    let mut bill = model("bill", Scope::Page, &[("vendor", text_kind())]);
    bill.fields[0].recurs = true;
    bill
}

/// Adds a document with a record for each vendor; `first` numbers them.
async fn add(store: &Store, first: u8, vendors: &[&str]) {
    add_to(store, &bill(), first, vendors).await;
}

/// The same with the first field of a model.
async fn add_to(store: &Store, model: &RecordModel, first: u8, vendors: &[&str]) {
    let mut run = start(store).await;
    let numbers: Vec<u8> = (first..).take(vendors.len()).collect();
    let files: Vec<_> = numbers.iter().map(|n| file(&format!("{n}.tif"), *n)).collect();
    let registered = store.register(run.id, &files).await.unwrap();
    let mut events = Vec::new();
    for (answer, vendor) in registered.iter().zip(vendors) {
        let mut page = stored(answer.document_id, 1, "word", 90.0);
        let value = Value::Text((*vendor).to_owned());
        let mut values = vec![Some(value)];
        values.resize(model.fields.len(), None);
        page.records = vec![record("bill", 1, 1, values)];
        events.push(page_event(page));
    }
    write(store, &mut run, options(std::slice::from_ref(model)), events).await;
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

/// A bill with a day.
fn dated_bill() -> RecordModel {
    let mut bill = model("bill", Scope::Page, &[("vendor", text_kind()), ("day", date_kind())]);
    bill.fields[0].recurs = true;
    bill.fields[1].outliers = true;
    bill
}

/// Makes the records of the documents from the first on anew, as they are foreseen, and learns from them. Returns what
/// was learned, and the records as they were written.
async fn made_anew(
    store: &Store,
    model: &RecordModel,
    bills: impl IntoIterator<Item = TypedRecord>,
) -> (ArchiveSummary, Vec<ArchiveRecord>) {
    let models = Arc::new(ModelSet::new(vec![model.clone()]));
    let mut run = start(store).await;
    let foresight = Foresight::load(store, &models).await.unwrap();
    let mut events = Vec::new();
    for (document, bill) in (1..).zip(bills) {
        let mut records = vec![bill];
        foresight.apply(&models, &mut records);
        let (document_id, models) = (DocumentId(document), Arc::from(["bill".to_owned()]));
        events.push(LedgerEvent::Reextracted { document_id, models, records });
    }
    write(store, &mut run, options(std::slice::from_ref(model)), events).await;
    let written = store.archive_records(model, 0, 100).await.unwrap();
    let stop = Stop::default();
    let summary = learn_foreseen(store, &models, Extent::New, &foresight, &stop).await.unwrap();
    store.finish_run(run, crate::store::RunEnd::Finished, &serde_json::json!({})).await.unwrap();
    let idle = learn(store, &models, Extent::All, &stop).await.unwrap();
    assert_eq!(idle.changed, 0, "the records say what they would if all had been looked at");
    let counted = ArchiveSummary { changed: summary.changed, ..idle };
    assert_eq!(summary, counted, "all are counted as if they had been looked at");
    (summary, written)
}

/// A bill of a vendor, with a day of this year if the model has one.
fn bill_of(model: &RecordModel, vendor: &str, year: i16) -> TypedRecord {
    let day = Value::Date(jiff::civil::date(year, 5, 1));
    let values = [Some(Value::Text(vendor.to_owned())), Some(day)];
    record("bill", 1, 1, values.into_iter().take(model.fields.len()).collect())
}

#[test]
fn records_that_are_made_anew_are_written_as_the_archive_made_them_before() {
    with_store(|store| async move {
        apply(&store, &[bill()]).await;
        let vendors = ["Acme Limited", "Acme Limited", "Acme Limited", "Acme L1mited"];
        add(&store, 1, &vendors).await;
        learned(&store, Extent::New).await;
        let before = store.archive_records(&bill(), 0, 10).await.unwrap();

        let (again, written) =
            made_anew(&store, &bill(), vendors.map(|name| bill_of(&bill(), name, 2020))).await;
        assert_eq!((again.records, again.mended, again.changed), (4, 1, 4));
        for (written, before) in written.iter().zip(&before) {
            assert!(written.record_id > before.record_id);
            assert_eq!((&written.now, &written.before), (&before.now, &before.before));
        }
    });
}

#[test]
fn records_that_are_made_anew_of_other_words_are_mended_by_what_is_learned_then() {
    with_store(|store| async move {
        apply(&store, &[bill()]).await;
        let vendors = ["Acme Limited", "Acme Limited", "Acme Limited", "Acme L1mited"];
        add(&store, 1, &vendors).await;
        learned(&store, Extent::New).await;
        // What was said of the misreading was told by three documents, and now is by none.
        let others = ["Acme L1mited", "Borough Road", "Acme L1mited", "Acme L1mited"];
        let (again, written) =
            made_anew(&store, &bill(), others.map(|name| bill_of(&bill(), name, 2020))).await;
        assert_eq!(written[0].now.values, [Some("Acme Limited".to_owned())]);
        assert_eq!((again.records, again.mended, again.changed), (4, 0, 3));
        let after = store.archive_records(&bill(), 0, 10).await.unwrap();
        assert_eq!(after[0].now.values, [Some("Acme L1mited".to_owned())]);
        assert_eq!(after[1].before, None);
    });
}

#[test]
fn what_was_unusual_and_is_not_any_more_is_found_and_the_other_way_round() {
    with_store(|store| async move {
        let model = dated_bill();
        apply(&store, std::slice::from_ref(&model)).await;
        add_to(&store, &model, 1, &["Acme Limited"; 10]).await;
        let mut bills = [("Acme Limited", 2020); 10];
        bills[0].1 = 1960;
        made_anew(&store, &model, bills.map(|(name, year)| bill_of(&model, name, year))).await;
        let status = async |store: &Store| -> Vec<Verdict> {
            let records = store.archive_records(&model, 0, 100).await.unwrap();
            records.iter().map(|record| record.now.status).collect()
        };
        let (review, accepted) = (Verdict::Review, Verdict::Accepted);
        assert_eq!(status(&store).await[..2], [review, accepted]);
        let mut bills = [("Acme Limited", 1960); 10];
        bills[1].1 = 2020;
        let (again, written) =
            made_anew(&store, &model, bills.map(|(name, year)| bill_of(&model, name, year))).await;
        assert_eq!(written[2].now.status, review, "by what was known before");
        assert_eq!((again.records, again.unusual), (10, 1));
        assert_eq!(status(&store).await[..3], [accepted, review, accepted]);
    });
}

/// A bill with a day of which the model does not say in which order it is written.
fn open_bill() -> RecordModel {
    let order = crate::model::DateOrder::Open;
    let partial = crate::model::Partial::Refuse;
    let day = crate::model::FieldKind::Date { order, pivot: 30, partial };
    let mut bill = model("bill", Scope::Page, &[("vendor", text_kind()), ("day", day)]);
    bill.fields[0].recurs = true;
    bill
}

/// A bill of a vendor from a document whose dates say this of their order; 2020-05-04 if they leave it open.
fn open_record(vendor: &str, dates: SaidOrder) -> TypedRecord {
    let day = jiff::civil::date(2020, 5, if dates == SaidOrder::Nothing { 4 } else { 23 });
    let values = [Value::Text(vendor.to_owned()), Value::Date(day)];
    let mut bill = record("bill", 1, 1, values.map(Some).to_vec());
    bill.dates = dates;
    if dates == SaidOrder::Nothing {
        let (field, text) = (Some("day".to_owned()), "day and month may be swapped".to_owned());
        bill.issues.push(crate::document::Issue { field, text, verdict: Verdict::Review });
        bill.verdict = Verdict::Review;
    }
    bill
}

/// Writes a record for each document from the first on, and learns from them all. Returns day and issues of the last.
async fn day_of_last(
    store: &Store,
    bills: &[(&str, SaidOrder)],
) -> (Option<String>, Verdict, Vec<String>) {
    let made = bills.iter().map(|(vendor, dates)| open_record(vendor, *dates));
    made_anew(store, &open_bill(), made).await;
    let records = store.archive_records(&open_bill(), 0, 100).await.unwrap();
    let last = &records[bills.len() - 1].now;
    (last.values[1].clone(), last.status, last.issues.clone())
}

#[test]
fn three_documents_of_an_issuer_without_contradiction_tell_its_days_from_its_months() {
    with_store(|store| async move {
        apply(&store, &[open_bill()]).await;
        add_to(&store, &open_bill(), 1, &["Acme Limited"; 5]).await;
        let (open, month) = (SaidOrder::Nothing, SaidOrder::MonthFirst);
        let day = |text: &str| Some(text.to_owned());
        let issue = |text: &str| vec![text.to_owned()];

        // Another vendor's documents say nothing of this one's.
        let acme = |dates| ("Acme Limited", dates);
        let mut bills = [acme(month), acme(month), ("Borough Road", month), acme(open), acme(open)];
        let undecided =
            (day("2020-05-04"), Verdict::Review, issue("day: day and month may be swapped"));
        assert_eq!(day_of_last(&store, &bills).await, undecided);

        bills[2].0 = "Acme Limited";
        let issues = issue(
            "day: repaired: 2020-05-04 to 2020-04-05: the month comes first by 3 documents of its issuer",
        );
        let turned = (day("2020-04-05"), Verdict::Accepted, issues);
        assert_eq!(day_of_last(&store, &bills).await, turned);
        assert_eq!(day_of_last(&store, &bills).await, turned, "twice is once");

        // One that says otherwise takes it back.
        bills[3].1 = SaidOrder::DayFirst;
        assert_eq!(day_of_last(&store, &bills).await, undecided);
        bills =
            [SaidOrder::DayFirst, SaidOrder::DayFirst, SaidOrder::DayFirst, open, open].map(acme);
        let kept = issue("day: repaired: the day comes first by 3 documents of its issuer");
        assert_eq!(day_of_last(&store, &bills).await, (day("2020-05-04"), Verdict::Accepted, kept));
    });
}
