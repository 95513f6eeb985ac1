//! Candidates in the order that a ranker gives them.

use std::sync::Arc;

use super::{draw, model, texts};
use crate::document::{Found, PageNumber};
use crate::extract::{Group, examples, group_size, page};
use crate::model::{Learned, Ranker, RecordModel};

const BILL: &str = "\
    Corner Shop\n\
    12 Hill Road,\n\
    40000 Riverton\n\
    Pen       3.00\n\
    Total     3.00\n\
    Cash     10.00\n";

const AMOUNT: &str = r#"
[fields.total]
type = "money"
pattern = '(\d+\.\d\d)'
choose = "largest"
"#;

/// Gives a model one weight for the first of the known words in a group of words.
fn taught(model: RecordModel, words: &[&str], group: &str, weight: f32) -> RecordModel {
    let mut learned = Learned::nothing(&model);
    learned.words = words.iter().map(|word| (*word).to_owned()).collect();
    let kinds = group_size(Group::LeftWords, 0);
    let mut weights = vec![0.0; kinds];
    weights.push(weight);
    let ranker = Ranker { weights: [(group.to_owned(), weights)].into() };
    learned.ranking.insert(model.fields[0].name.clone(), ranker);
    RecordModel { learned: Some(Arc::new(learned)), ..model }
}

#[test]
fn ranks_amounts_by_the_words_before_them() {
    let model = taught(model("page", AMOUNT), &["TOTAI"], "left_words", 5.0);
    let records = page(&model, PageNumber::FIRST, &draw(BILL)).unwrap();
    assert_eq!(texts(&records[0], 0), ["3.00", "3.00", "10.00"]);
    let best = &records[0].fields[0].candidates[0];
    // e⁵ against two others and none of them, 1 each.
    assert_eq!((best.found, best.bounds.top), (Found::Learned, 160));
    assert!((best.place_score - 148.4 / 151.4).abs() < 0.001);
}

#[test]
fn ranks_runs_of_lines() {
    let field = "[fields.address]\ntype = \"text\"\nlearn = { zone = { bottom = 0.6 }, lines = 2 }\n\
        value = [{ zone = { bottom = 0.1 } }]\n";
    let model = taught(model("page", field), &["ROAD"], "first_row", 5.0);
    let records = page(&model, PageNumber::FIRST, &draw(BILL)).unwrap();
    let found = texts(&records[0], 0);
    assert_eq!(found[..2], ["12 Hill Road,", "12 Hill Road,\n40000 Riverton"]);
}

#[test]
fn leaves_fields_to_their_places_that_forbid_learning() {
    let forbidden = AMOUNT.replace("choose", "learn = false\nchoose");
    let model = taught(model("page", &forbidden), &["TOTAI"], "left_words", 5.0);
    let records = page(&model, PageNumber::FIRST, &draw(BILL)).unwrap();
    assert_eq!(texts(&records[0], 0)[0], "10.00");
}

#[test]
fn shows_everything_that_may_be_the_value() {
    let model = model("page", AMOUNT);
    let all = examples(&model, 0, &[], (PageNumber::FIRST, &draw(BILL)));
    let values: Vec<String> =
        all.iter().map(|example| example.value.as_ref().unwrap().to_string()).collect();
    assert_eq!(values, ["3.00", "3.00", "10.00"]);
    // The value 3.00 stands there twice, 10.00 is the largest.
    let has = |at: usize, group: Group, step: u16| all[at].features.contains(&(group, step));
    assert!(has(0, Group::Repeats, 2) && has(2, Group::Repeats, 1));
    assert!(has(2, Group::Size, 0) && has(0, Group::Size, 1));
}
