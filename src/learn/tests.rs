//! Bills on which the model's own place is wrong, and what is learned from them.

use super::{FEWEST, Labelled, LearnError, learn};
use crate::document::{Line, PageFacts, PageNumber, PageText, PixelBox, Value, Word};
use crate::evaluate::Wanted;
use crate::model::{RecordModel, parse};

/// Takes the largest amount, which is what the customer gave.
const MODEL: &str = r#"
name = "bill"
version = 1
records = "page"
[fields.shop]
type = "text"
value = { zone = { bottom = 0.2 }, lines = 1 }
[fields.total]
type = "money"
pattern = '(\d+\.\d\d)'
choose = "largest"
"#;

fn model() -> RecordModel {
    parse(MODEL, "bill.toml").unwrap()
}

fn page(lines: &[String]) -> PageText {
    let line = |(row, text): (usize, &String)| {
        let word = |(at, text): (usize, &str)| Word {
            text: text.to_owned(),
            bounds: PixelBox {
                left: 100 + 300 * at as u32,
                top: 100 * row as u32,
                right: 380 + 300 * at as u32,
                bottom: 100 * row as u32 + 40,
            },
            confidence: 95.0,
            doubts: Vec::new(),
        };
        let words = text.split(' ').enumerate().map(word).collect();
        Line { block: 0, paragraph: 0, words }
    };
    PageText {
        width: 1000,
        height: 100 * lines.len() as u32,
        dpi: 254.0,
        lines: lines.iter().enumerate().map(line).collect(),
        marks: Vec::new(),
        facts: PageFacts::default(),
    }
}

/// A bill of a shop of its own; what is given is sometimes what is due.
fn bill(number: usize) -> Labelled {
    let shop = format!("Shop{}", ["Ada", "Bea", "Cleo", "Dora", "Eve"][number % 5]);
    let (total, given) = (format!("{}.25", 3 + number), format!("{}.50", 20 + number));
    let lines = [
        shop.clone(),
        format!("Pen {}.10", 1 + number),
        format!("Total {total}"),
        format!("Cash {given}"),
        "Thank you".to_owned(),
    ];
    let text = |text: &str| Some(Wanted::Values(vec![Value::Text(text.to_owned())]));
    let total = Some(Wanted::Values(vec![Value::Decimal(total.parse().unwrap())]));
    Labelled {
        pages: vec![(PageNumber::FIRST, page(&lines))],
        wanted: vec![text(&shop), total],
        group: shop,
        fold: number % 5,
    }
}

#[test]
fn learns_which_amount_is_the_total() {
    let labelled: Vec<Labelled> = (0..20).map(bill).collect();
    let lesson = learn(&model(), &labelled).unwrap();
    let total = &lesson.gains[1];
    assert_eq!((total.field.as_str(), total.labelled, total.findable), ("total", 20, 20));
    assert_eq!((total.right_before, total.right_after, total.taken), (0, 20, true));
}

#[test]
fn takes_nothing_where_the_places_are_as_good() {
    let labelled: Vec<Labelled> = (0..20).map(bill).collect();
    let lesson = learn(&model(), &labelled).unwrap();
    let shop = &lesson.gains[0];
    assert_eq!((shop.right_before, shop.taken), (20, false));
    assert!(!lesson.learned.ranking.contains_key("shop"));
}

#[test]
fn learns_no_names() {
    let labelled: Vec<Labelled> = (0..20).map(bill).collect();
    let lesson = learn(&model(), &labelled).unwrap();
    assert_eq!(lesson.learned.words, ["CASH", "PEN", "THANK", "TOTAI", "YOU"]);
}

#[test]
fn says_why_nothing_can_be_learned() {
    let few: Vec<Labelled> = (0..FEWEST - 1).map(bill).collect();
    assert!(matches!(learn(&model(), &few), Err(LearnError::TooFew { found: 9 })));
    let mut together: Vec<Labelled> = (0..20).map(bill).collect();
    for record in &mut together {
        record.fold = 0;
    }
    assert!(matches!(learn(&model(), &together), Err(LearnError::OneFold)));
}
