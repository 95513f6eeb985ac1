//! Numbers as a whole: what belongs to them, what stands beside them, what is left open.

use super::*;

/// Returns a reading with `~` behind it if something leaves it open what it means.
fn open(kind: &FieldKind, text: &str) -> String {
    let ambiguity = read(kind, text).and_then(|reading| reading.ambiguity);
    format!("{}{}", show(kind, text), if ambiguity.is_some() { "~" } else { "" })
}

fn check_open(kind: &FieldKind, cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(open(kind, text), *expected, "{text:?}");
    }
}

#[test]
fn reads_amounts_with_all_that_belongs_to_them() {
    check_open(
        &FieldKind::Money,
        &[
            ("1 234,50 zł", "1234.50"),
            ("27 905,00 Kč", "27905.00"),
            ("EUR 18 220,40 incl. VAT", "18220.40?"),
            ("4,56,789.50", "456789.50"),
            ("Rs. 12,34,567.00", "1234567.00"),
            ("Ft 2 486 530", "2486530.00?"),
            ("approx. 4 300 kr", "4300.00?"),
            ("1.2 million EUR", "1200000.00?"),
            ("Rs. 4,56,789/-", "456789.00?"),
            ("-$640.50", "-640.50"),
            ("£(640.50)", "-640.50"),
            ("640,50 €-", "-640.50"),
            ("640.50CR", "-640.50"),
            ("640.50 DR", "640.50"),
            ("GST 6% 2.68", "2.68?"),
            ("(incl. GST 2.68)", "2.68?"),
            ("1,234.50 (due 12/03/2024)", "1234.50?"),
            ("GST 123", "none"),
        ],
    );
}

#[test]
fn what_may_be_another_number_is_left_open() {
    check_open(
        &FieldKind::Money,
        &[
            ("(1,428.00", "1428.00?~"),
            ("1,428.00)", "1428.00?~"),
            ("- 5.00", "-5.00?~"),
            ("— 10.30", "10.30?~"),
            ("-----10.30", "10.30"),
            ("3 147,28,1 2.68", "2.68?~"),
        ],
    );
    let load = FieldKind::Decimal { places: None, min: None, max: None };
    check_open(
        &load,
        &[
            ("6% m", "6?~"),
            ("11%m", "11?~"),
            ("7% VAT", "7?"),
            ("12 400kg", "12400?"),
            ("1 875,5 kg", "1875.5?"),
            ("2 1/2 t", "2.5?"),
            ("2½ t", "2.5?"),
            ("45,5 m2", "45.5?"),
            ("4,300lbs", "4300?"),
            ("12 34", "none"),
            ("23.600 kg", "23.600?~"),
            ("0.125 kg", "0.125?"),
            ("23,600.125", "23600.125"),
            ("12g", "129*~"),
            ("12 l", "12?"),
        ],
    );
    let count = FieldKind::Integer { min: None, max: None };
    check_open(
        &count,
        &[
            ("18 204km", "18204"),
            ("18 204miles", "18204?"),
            ("1 875,5 km", "none"),
            ("18 1/2", "none"),
            ("12 of 30", "none"),
            ("4 SOS", "4?"),
        ],
    );
}

#[test]
fn a_pattern_says_where_a_number_stands_not_where_it_ends() {
    let whole = |text: &str, matched: &str, gap: f32| {
        let from = text.find(matched).unwrap();
        let kind = FieldKind::Money;
        let found = widened(&kind, text, (from, from + matched.len()), &|_| gap);
        let (from, to) = found.span;
        format!("{}{}", &text[from..to], if found.ambiguity.is_some() { "~" } else { "" })
    };
    let typed = 0.6;
    assert_eq!(whole("Total -47.28", "47.28", typed), "-47.28");
    assert_eq!(whole("Total - RM 47.28", "47.28", typed), "47.28~");
    assert_eq!(whole("- RM 47.28", "47.28", typed), "- RM 47.28");
    assert_eq!(whole("Payable - 3.59", "3.59", typed), "3.59~");
    assert_eq!(whole("Total (47.28)", "47.28", typed), "(47.28)");
    assert_eq!(whole("Total (RM) 47.28", "47.28", typed), "47.28");
    assert_eq!(whole("(GST 6% incl. 2.68)", "2.68", typed), "2.68");
    assert_eq!(whole("Total 47.28- VISA", "47.28", typed), "47.28-");
    assert_eq!(whole("Total 1,428.00 EUR CR", "1,428.00", typed), "1,428.00 EUR CR");
    assert_eq!(whole("Total 3 418,75 PLN", "418,75", typed), "3 418,75");
    // Groups of thousands do not stand so far apart.
    assert_eq!(whole("Items 3 418.75", "418.75", 1.5), "418.75~");
    assert_eq!(whole("Items 3 418.75", "418.75", 4.0), "418.75");
    assert_eq!(whole("Total 3 47.28", "47.28", typed), "47.28");
    assert_eq!(whole("RM1 234.50", "234.50", typed), "1 234.50");
}

#[test]
fn a_sign_that_looks_like_a_figure_leaves_a_count_open() {
    let open = |kind: &FieldKind, text: &str, span| {
        crate::normalize::widened(kind, text, span, &|_| 0.5).ambiguity.is_some()
    };
    let count = FieldKind::Integer { min: None, max: None };
    assert!(open(&count, "£430", (2, 5)) && open(&count, "43§", (0, 2)));
    assert!(!open(&count, "$430", (1, 4)) && !open(&count, "£ 430", (3, 6)));
    assert!(!open(&FieldKind::Money, "£430", (2, 5)));
}
