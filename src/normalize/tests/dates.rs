//! Dates that are sure, and dates that are left open.

use super::*;

fn dated(order: DateOrder, said: SaidOrder, text: &str) -> String {
    let kind = date_kind(order);
    let Some(reading) = read_in(&kind, text, said) else { return "none".to_owned() };
    format!("{}{}", reading.value, if reading.ambiguity.is_some() { "~" } else { "" })
}

#[test]
fn weekdays_are_no_months_and_times_and_weeks_no_days() {
    let cases = [
        ("mar. 12/11/2024 09:40", "2024-11-12"),
        ("Mar 05/11/2024", "2024-11-05"),
        ("mer 06/11/2024", "2024-11-06"),
        ("Lun 04-11-2024", "2024-11-04"),
        ("do 07-11-2024", "2024-11-07"),
        ("Sun 10/11/2024", "2024-11-10"),
        ("Jumaat 08/11/2024", "2024-11-08"),
        ("terça-feira, 05/11/2024", "2024-11-05"),
        ("lør. 09-11-2024", "2024-11-09"),
        ("mar 5 nov 2024", "2024-11-05"),
        ("Week 14, 02/04/2024", "2024-04-02"),
        ("2024-W45-2 05/11/2024", "2024-11-05"),
        ("Till 5 - 04/06/2024 17:05", "2024-06-04"),
        ("10.47 Uhr 05.11.2024", "2024-11-05"),
        ("05/11/2024 at 5pm", "2024-11-05"),
        ("2024-07-09T08:15:00", "2024-07-09"),
        ("20241105T170500Z", "2024-11-05"),
        ("17 August\n2023", "2023-08-17"),
        ("7 de março de 2024", "2024-03-07"),
        ("12 maggio 2023", "2023-05-12"),
        ("3 mrt. 2024", "2024-03-03"),
        ("3 września 2024", "2024-09-03"),
        ("12 października 2024", "2024-10-12"),
    ];
    for (text, expected) in cases {
        let found = dated(DateOrder::DayMonthYear, SaidOrder::Nothing, text);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn a_pattern_does_not_cut_a_date() {
    let whole = |text: &str, matched: &str| {
        let from = text.find(matched).unwrap();
        let kind = date_kind(DateOrder::DayMonthYear);
        let (from, to) = widened(&kind, text, (from, from + matched.len()), &|_| 0.6).span;
        text[from..to].to_owned()
    };
    assert_eq!(whole("on 04/06/2024 at 9:30", "04/06/20"), "04/06/2024");
    assert_eq!(whole("Date:14.06.2024.", "4.06.2024"), "14.06.2024");
    assert_eq!(whole("04/06/2024", "04/06/2024"), "04/06/2024");
}

#[test]
fn the_signs_of_a_date_agree() {
    let cases = [
        ("Mar 19/11", "none"),
        ("14, 02/04", "none"),
        ("5 - 04/06", "none"),
        ("10.11.12.13", "none"),
        ("SP-1-18/06/04-1016956", "none"),
        ("12-05/11/2024", "2024-11-05"),
        ("05 / 11 / 2024", "2024-11-05"),
        ("5. 11. 2024", "2024-11-05"),
        ("12 de agosto del 2023", "2023-08-12"),
    ];
    for (text, expected) in cases {
        let found = dated(DateOrder::DayMonthYear, SaidOrder::Nothing, text);
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn the_document_decides_whether_the_day_comes_first() {
    use DateOrder::{DayMonthYear, MonthDayYear, Open};
    use SaidOrder::{Both, DayFirst, MonthFirst, Nothing};
    let cases = [
        (DayMonthYear, Nothing, "2024-11-05"),
        (MonthDayYear, Nothing, "2024-05-11"),
        (Open, Nothing, "2024-11-05~"),
        (Open, DayFirst, "2024-11-05"),
        (Open, MonthFirst, "2024-05-11"),
        (DayMonthYear, MonthFirst, "2024-05-11"),
        (MonthDayYear, DayFirst, "2024-11-05"),
        (MonthDayYear, Both, "2024-05-11~"),
    ];
    for (order, said, expected) in cases {
        assert_eq!(dated(order, said, "05/11/2024"), expected, "{order:?} {said:?}");
    }
    for sure in ["05.11.2024", "2024-11-05", "5 Nov 2024", "05/05/2024", "11/25/2024"] {
        assert!(!dated(Open, Nothing, sure).ends_with('~'), "{sure}");
    }
}

#[test]
fn dates_that_are_possible_in_one_order_say_it() {
    let said = |lines: &[&str]| SaidOrder::of_lines(lines.iter().copied());
    assert_eq!(said(&["Date: 05/06/2023", "no date"]), SaidOrder::Nothing);
    assert_eq!(said(&["Date: 05/06/2023", "Due 06/15/2023"]), SaidOrder::MonthFirst);
    assert_eq!(said(&["16-06-23"]), SaidOrder::DayFirst);
    assert_eq!(said(&["06/15/2023 to 16/06/2023"]), SaidOrder::Both);
    assert_eq!(said(&["13/05 page 3/15/20231", "1.2.25.4"]), SaidOrder::Nothing);
}
