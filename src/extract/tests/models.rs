//! The shipped models on small pages of their kinds.

use proptest::prelude::*;

use super::{document_records, draw, page_records};
use crate::document::{
    Line, Mark, PageNumber, PixelBox, RawField, Record, TypedField, Value, Word,
};
use crate::model::{RecordModel, shipped};
use crate::normalize;

fn read(models: &[RecordModel], raw: Record<RawField>) -> Vec<String> {
    let model = models.iter().find(|model| model.name == raw.model).unwrap();
    let typed = normalize::record(model, raw);
    let text = |field: &TypedField| match &field.value {
        None => String::new(),
        Some(Value::Text(text)) => text.clone(),
        Some(Value::Integer(number)) => number.to_string(),
        Some(Value::Decimal(number)) => number.to_string(),
        Some(Value::Date(date)) => date.to_string(),
        Some(Value::Time(time)) => time.to_string(),
        Some(list @ Value::List(_)) => list.to_string(),
        Some(Value::Boolean(flag)) => flag.to_string(),
    };
    let mut all = vec![typed.model.clone()];
    all.extend(typed.fields.iter().map(text));
    all
}

fn on_page(art: &str) -> Vec<Vec<String>> {
    let models = shipped().unwrap();
    let records = page_records(&models, PageNumber::FIRST, &draw(art));
    records.into_iter().map(|record| read(&models, record)).collect()
}

fn in_document(art: &str) -> Vec<Vec<String>> {
    let models = shipped().unwrap();
    let page = draw(art);
    let records = document_records(&models, &[(PageNumber::FIRST, &page)]);
    records.into_iter().map(|record| read(&models, record)).collect()
}

#[test]
fn reads_an_invoice_that_no_receipt_takes() {
    let art = "\
        Blue Lantern Survey Ltd\n\
        4 Mill Lane\n\
        INVOICE\n\
        Invoice No: BL-2041\n\
        Invoice Date: 3 March 2004\n\
        Due Date: 2 April 2004\n\
        Sold To: County Land Office\n\
        Boundary survey          1      1,250.00\n\
        Subtotal                        1,250.00\n\
        Sales Tax                          62.50\n\
        Total Due                      $1,312.50\n";
    assert_eq!(
        in_document(art),
        [[
            "invoice",
            "BL-2041",
            "2004-03-03",
            "2004-04-02",
            "Blue Lantern Survey Ltd",
            "County Land Office",
            "USD",
            "1250.00",
            "62.50",
            "1312.50"
        ]]
    );
    assert_eq!(on_page(art), Vec::<Vec<String>>::new());
}

#[test]
fn reads_an_index_card_with_a_date_of_a_month() {
    let art = "\
        COUNTY MUSEUM\n\
        Accession No. 1958.2.17\n\
        Title Signal lamp with spare lens\n\
        Date June 1958\n\
        Location Gallery 2, case 5\n\
        Remarks Wick holder replaced.\n";
    assert_eq!(
        on_page(art),
        [[
            "index_card",
            "1958.2.17",
            "Signal lamp with spare lens",
            "1958-06",
            "Gallery 2, case 5",
            "Wick holder replaced"
        ]]
    );
}

#[test]
fn reads_a_receipt() {
    let art = "\
        BLUE LANTERN STATIONERY SDN BHD\n\
        (123456-X)\n\
        NO. 8, JALAN TERATAI 2,\n\
        TAMAN TERATAI,\n\
        43000 KAJANG, SELANGOR\n\
        TEL: 03-1234 5678\n\
        TAX INVOICE\n\
        Bill No: 00123       Date: 14/03/2017\n\
        PENCIL 2B      2 x 1.50     3.00\n\
        PAPER A4                   10.00\n\
        Sub Total                  13.00\n\
        Total GST                   0.78\n\
        TOTAL (RM)                 13.78\n\
        CASH                       20.00\n\
        CHANGE                      6.22\n";
    assert_eq!(
        on_page(art),
        [[
            "receipt",
            "BLUE LANTERN STATIONERY SDN BHD",
            "2017-03-14",
            "NO. 8, JALAN TERATAI 2, TAMAN TERATAI, 43000 KAJANG, SELANGOR",
            "13.78",
            "13.00",
            "0.78",
            "",
            "",
            "",
            "20.00",
            "6.22"
        ]]
    );
}

#[test]
fn reads_an_amendment() {
    let art = "\
        U.S. Department of Justice     Amendment to Registration Statement\n\
        Washington, DC 20530           Pursuant to the Foreign Agents Registration Act of 1938\n\
        \n\
        1. Name of Registrant                    2. Registration No.\n\
               HARROW ISLAND BUREAU                  2714\n\
        3. This amendment is filed to accomplish the following indicated purpose\n";
    let expected = [["filing", "amendment", "2714", "HARROW ISLAND BUREAU"]];
    assert_eq!(in_document(art), expected);
    assert!(on_page(art).is_empty(), "no other model takes it");
}

#[test]
fn reads_the_primary_registrant_of_a_short_form() {
    let art = "\
        U.S. Department of Justice     Short-Form Registration Statement\n\
        Pursuant to the Foreign Agents Registration Act of 1938, as amended\n\
        \n\
        1. Name                                  2. Registration No.\n\
        Ann Hill                                     3186\n\
        8. What is the name and address of the primary registrant?\n\
        Name                                     Address\n\
        Harrow Island Bureau                     12 Mill Road\n\
        9. Indicate your connection with the primary registrant:\n";
    assert_eq!(in_document(art), [["filing", "short_form", "3186", "Harrow Island Bureau"]]);
}

#[test]
fn reads_a_maintenance_log() {
    let art = "\
        AIRCRAFT LOG\n\
        Registration N4521K       Serial No. 17262345       Total Time 2314.6\n\
        \n\
        | DATE       | TACH TIME | DESCRIPTION OF WORK PERFORMED | CERTIFICATE NO. |\n\
        | 03/11/74   | 2314.6    | Annual inspection completed.  | A&P 2384417     |\n\
        |            |           | Changed oil and filter.       |                 |\n\
        | 04/28/74   | 2325.4    | Replaced L/H main tire        | PR4R127K        |\n";
    let head = ["maintenance_log", "N4521K", "17262345", "2314.6"];
    let rows = [
        ["1974-03-11", "2314.6", "Annual inspection completed. Changed oil and filter.", "2384417"],
        ["1974-04-28", "2325.4", "Replaced L/H main tire", "PR4R127K"],
    ];
    let expected: Vec<Vec<&str>> =
        rows.iter().map(|row| head.iter().chain(row).copied().collect()).collect();
    assert_eq!(on_page(art), expected);
}

/// Words of forms, tables and receipts, and what recognizers make of stains.
const SCRAPS: [&str; 16] = [
    "Total",
    "1.",
    "Name",
    "of",
    "Registrant",
    "Registration",
    "No.",
    "DATE",
    "HOURS",
    "3/4/78",
    "12.50",
    "\"",
    "|",
    "a|b]",
    "ﬁ¢§",
    "SDN",
];

fn scraps() -> impl Strategy<Value = Vec<(usize, u32, u32, u32, u32, bool)>> {
    let corner = prop_oneof![0..60_u32, 0..3000_u32, Just(u32::MAX / 2)];
    prop::collection::vec(
        (0..SCRAPS.len(), corner.clone(), corner, 0..400_u32, 0..90_u32, any::<bool>()),
        0..60,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_page_is_too_odd(scraps in scraps(), dpi in prop_oneof![Just(0.0), Just(f32::NAN), 1.0..1200.0_f32]) {
        let mut page = draw("");
        (page.width, page.height, page.dpi) = (2000, 3000, dpi);
        for (scrap, left, top, width, height, rule) in scraps {
            let bounds = PixelBox { left, top, right: left + width, bottom: top + height };
            if rule {
                page.marks.push(Mark::VerticalRule(bounds));
                page.marks.push(Mark::HorizontalRule(bounds));
            } else {
                let text = SCRAPS[scrap].to_owned();
                let word = Word { text, bounds, confidence: 50.0, doubts: Vec::new() };
                page.lines.push(Line { block: 0, paragraph: 0, words: vec![word] });
            }
        }
        let models = shipped().unwrap();
        for model in &models {
            for record in super::super::page(model, PageNumber::FIRST, &page).unwrap_or_default() {
                prop_assert_eq!(record.fields.len(), model.fields.len());
            }
            let pages = [(PageNumber::FIRST, &page)];
            for record in document_records(std::slice::from_ref(model), &pages) {
                prop_assert_eq!(record.fields.len(), model.fields.len());
            }
        }
    }
}
