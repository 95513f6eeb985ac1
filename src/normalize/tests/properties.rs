//! What holds for every value and every text: what was printed comes back, no text panics, and what
//! was misread is not silently taken for something else.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::*;

fn dates(order: DateOrder, partial: Partial) -> FieldKind {
    FieldKind::Date { order, pivot: 30, partial }
}

fn all_kinds() -> Vec<FieldKind> {
    vec![
        text_kind(),
        FieldKind::Integer { min: Some(1), max: None },
        FieldKind::Decimal { places: Some(2), min: None, max: None },
        FieldKind::Decimal { places: Some(3), min: Some(0.0), max: None },
        FieldKind::Money,
        dates(DateOrder::DayMonthYear, Partial::Refuse),
        dates(DateOrder::MonthDayYear, Partial::First),
        dates(DateOrder::YearMonthDay, Partial::Keep),
        FieldKind::Time,
        FieldKind::Duration,
        code_kind(&["N99X?X?", "AA-99"]),
        checked_code("9999-999X", CheckDigit::Mod11),
        document_types(),
        airports(),
        FieldKind::Checkbox,
    ]
}

fn thousands(number: i64, divider: &str) -> String {
    let digits = number.to_string();
    let mut printed = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            printed.push_str(divider);
        }
        printed.push(digit);
    }
    printed
}

/// What a recognizer may take a printed digit for.
const MISREAD: [(char, &str); 10] = [
    ('0', "OoQD68"),
    ('1', "lI|!7"),
    ('2', "Zz7"),
    ('3', "8"),
    ('4', "A9"),
    ('5', "Ss$6"),
    ('6', "Gb85"),
    ('7', "T1"),
    ('8', "B36"),
    ('9', "gq4"),
];

/// Returns every text that differs from the printed one by a digit taken for a letter or sign,
/// which the type can notice.
fn noticeable(printed: &str) -> Vec<String> {
    misread(printed, |other| !other.is_ascii_digit())
}

/// Returns every text that differs from the printed one by a digit taken for another digit.
fn unnoticeable(printed: &str) -> Vec<String> {
    misread(printed, char::is_ascii_digit)
}

fn misread(printed: &str, wanted: fn(&char) -> bool) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, digit) in printed.char_indices() {
        let Some((_, others)) = MISREAD.iter().find(|(right, _)| *right == digit) else { continue };
        for other in others.chars().filter(wanted) {
            texts.push(format!("{}{other}{}", &printed[..at], &printed[at + 1..]));
        }
    }
    texts
}

/// Fails if one of the misread texts gives another value without a repair and without doubt.
fn never_silently_wrong(
    kind: &FieldKind,
    printed: &str,
    texts: &[String],
) -> Result<(), TestCaseError> {
    let right = read(kind, printed).map(|reading| reading.value);
    prop_assert!(right.is_some(), "{printed} is no value");
    for text in texts {
        let Some(reading) = read(kind, text) else { continue };
        let silent = reading.repairs == 0 && reading.certainty >= 1.0;
        prop_assert!(
            !silent || Some(&reading.value) == right.as_ref(),
            "{printed} was misread as {text} and silently became {}",
            reading.value
        );
    }
    Ok(())
}

/// Returns a code of eight digits, the last of which checks the others as in an ISSN.
fn with_mod11(digits: u32) -> String {
    let digits = format!("{digits:07}");
    let weights = (2..=8).rev();
    let sum: u32 = digits.chars().zip(weights).map(|(d, w)| d.to_digit(10).unwrap() * w).sum();
    let last = match (11 - sum % 11) % 11 {
        10 => "X".to_owned(),
        digit => digit.to_string(),
    };
    format!("{}-{}{last}", &digits[..4], &digits[4..])
}

const ANY_TEXT: &str = "\\PC{0,40}|[0-9OlISBZ.,:/ '$()+-]{0,24}|\
    (Mar|Okt|CR|RM|pm|hrs|X|[0-9]| |,-|\u{301}|é){0,12}|[\\s\\S]{0,300}";

/// A way to print an amount: what divides thousands, how many digits groups have behind the last
/// one, and the decimal mark.
fn grouped(number: i64, divider: &str, length: usize) -> String {
    let digits = number.to_string();
    let Some(head) = digits.len().checked_sub(3).filter(|head| *head > 0) else { return digits };
    let mut groups = vec![digits[head..].to_owned()];
    let mut rest = &digits[..head];
    while !rest.is_empty() {
        let cut = rest.len().saturating_sub(length);
        groups.insert(0, rest[cut..].to_owned());
        rest = &rest[..cut];
    }
    groups.join(divider)
}

const GROUPINGS: [(&str, usize, char); 11] = [
    (",", 3, '.'),
    (".", 3, ','),
    (" ", 3, ','),
    (" ", 3, '.'),
    ("\u{a0}", 3, ','),
    ("\u{2009}", 3, ','),
    ("\u{202f}", 3, ','),
    ("'", 3, '.'),
    ("’", 3, '.'),
    (",", 2, '.'),
    ("", 3, ','),
];

/// Currencies before and behind an amount.
const MONEY_AROUND: [(&str, &str); 12] = [
    ("", ""),
    ("€ ", ""),
    ("$", ""),
    ("RM ", ""),
    ("CHF ", ""),
    ("Rs. ", ""),
    ("", " PLN"),
    ("", " Kč"),
    ("", " zł"),
    ("", " EUR"),
    ("", "€"),
    ("", " kr"),
];

const SIGNS: [(&str, &str, bool); 7] = [
    ("", "", false),
    ("-", "", true),
    ("−", "", true),
    ("(", ")", true),
    ("", "-", true),
    ("", " CR", true),
    ("", " DR", false),
];

proptest! {
    #[test]
    fn no_text_makes_any_type_panic(text in ANY_TEXT) {
        for kind in all_kinds() {
            for reading in read(&kind, &text).into_iter().chain(read_look_alikes(&kind, &text)) {
                prop_assert!((0.0..=1.0).contains(&reading.rank()));
            }
        }
        prop_assert!((0.0..=1.0).contains(&similarity(&text, &fold(&text))));
    }

    #[test]
    fn integers_come_back_as_they_were_printed(number in 0_i64..1_000_000_000) {
        let kind = FieldKind::Integer { min: None, max: None };
        let plain = number.to_string();
        let styles = [
            plain.clone(),
            thousands(number, ","),
            thousands(number, " "),
            thousands(number, "'"),
            format!("# {number}."),
        ];
        for printed in styles {
            prop_assert_eq!(show(&kind, &printed), plain.clone(), "{}", printed);
        }
        never_silently_wrong(&kind, &plain, &noticeable(&plain))?;
    }

    #[test]
    fn amounts_come_back_as_they_were_printed(cents in 1_i64..1_000_000_000) {
        let (whole, rest) = (cents / 100, cents % 100);
        let plain = format!("{whole}.{rest:02}");
        let styles = [
            plain.clone(),
            format!("RM{whole},{rest:02}"),
            format!("RM {plain}"),
            format!("${}.{rest:02}", thousands(whole, ",")),
            format!("{},{rest:02} EUR", thousands(whole, ".")),
            format!("CHF {}.{rest:02}", thousands(whole, "'")),
            format!("{},{rest:02}", thousands(whole, " ")),
        ];
        for printed in styles {
            prop_assert_eq!(show(&FieldKind::Money, &printed), plain.clone(), "{}", printed);
        }
        let negative = [
            format!("({plain})"),
            format!("-{plain}"),
            format!("{plain}-"),
            format!("$-{plain}"),
            format!("{plain} CR"),
        ];
        for printed in negative {
            prop_assert_eq!(show(&FieldKind::Money, &printed), format!("-{plain}"), "{}", printed);
        }
        // `$2.50` may have been `52.50`, but who could tell.
        let mut texts = noticeable(&plain);
        texts.retain(|text| !text.starts_with('$'));
        never_silently_wrong(&FieldKind::Money, &plain, &texts)?;
    }

    #[test]
    fn no_sign_and_no_head_of_an_amount_is_lost(
        cents in 100_i64..10_000_000_000,
        grouping in prop::sample::select(&GROUPINGS[..]),
        around in prop::sample::select(&MONEY_AROUND[..]),
        sign in prop::sample::select(&SIGNS[..]),
        label in prop::sample::select(&["", "Total ", "VAT 19% ", "Total: "][..]),
    ) {
        let (divider, length, mark) = grouping;
        let whole = grouped(cents / 100, divider, length);
        let cut = whole.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| {
            at + whole[at..].chars().next().map_or(0, char::len_utf8)
        });
        let printed = format!("{whole}{mark}{:02}", cents % 100);
        let value = format!("{}.{:02}", cents / 100, cents % 100);
        let value = if sign.2 { format!("-{value}") } else { value };
        // Signs inside and outside of the currency.
        let inside = format!("{}{}{printed}{}{}", around.0, sign.0, sign.1, around.1);
        let outside = format!("{}{}{printed}{}{}", sign.0, around.0, around.1, sign.1);
        for amount in [inside, outside] {
            prop_assert_eq!(show(&FieldKind::Money, &amount), value.clone(), "{}", amount);
            // A pattern that knows no more than the last group finds all of it.
            let text = format!("{label}{amount}");
            let from = label.len() + amount.find(&printed).unwrap() + cut;
            let to = from + printed.len() - cut;
            let widened = widened(&FieldKind::Money, &text, (from, to), &|_| 0.6);
            let (from, to) = widened.span;
            prop_assert_eq!(show(&FieldKind::Money, &text[from..to]), value.clone(), "{}", text);
            prop_assert_eq!(widened.ambiguity, None, "{}", text);
        }
    }

    #[test]
    fn units_and_fractions_belong_to_a_number(
        number in 1_i64..10_000_000,
        unit in prop::sample::select(&["kg", "t", "km", "m³", "m2", "lbs", "hrs", "°C"][..]),
        eighths in 1_u32..8,
    ) {
        let kind = FieldKind::Decimal { places: None, min: None, max: None };
        let value = |text: &str| read(&kind, text).map(|reading| reading.value.to_string());
        for divider in ["", ",", " ", "'", "\u{202f}"] {
            if divider == "," && (1_000..1_000_000).contains(&number) {
                continue;
            }
            let printed = thousands(number, divider);
            for text in [format!("{printed}{unit}"), format!("{printed} {unit}")] {
                prop_assert_eq!(value(&text), Some(number.to_string()), "{}", text);
            }
        }
        let text = format!("{number} {eighths}/8 {unit}");
        let whole = Decimal::from(number) + Decimal::from(eighths) / Decimal::from(8);
        let reading = read(&kind, &text).unwrap();
        prop_assert_eq!(reading.value, Value::Decimal(whole), "{}", text);
    }

    #[test]
    fn decimals_come_back_as_they_were_printed(number in 0_i64..1_000_000, places in 1_u32..5) {
        let scale = 10_i64.pow(places);
        let (whole, rest, width) = (number / scale, number % scale, places as usize);
        let plain = format!("{whole}.{rest:0width$}");
        let kind = FieldKind::Decimal { places: Some(places), min: None, max: None };
        prop_assert_eq!(show(&kind, &plain), plain.clone());
        let divided = format!("{}.{rest:0width$}", thousands(whole, ","));
        prop_assert_eq!(show(&kind, &divided), plain.clone());
        let comma = read(&kind, &plain.replace('.', ",")).unwrap();
        prop_assert_eq!(comma.value.to_string(), plain.clone());
        never_silently_wrong(&kind, &plain, &noticeable(&plain))?;
    }

    #[test]
    fn dates_come_back_as_they_were_printed(
        year in 1800_i16..2200, month in 1_usize..=12, day in 1_i8..=28,
    ) {
        const MONTHS: [(&str, &str); 12] = [
            ("January", "Jan"), ("February", "Feb"), ("March", "Mar"), ("April", "Apr"),
            ("May", "May"), ("June", "Jun"), ("July", "Jul"), ("August", "Aug"),
            ("September", "Sept"), ("October", "Oct"), ("November", "Nov"), ("December", "Dec"),
        ];
        let (name, short) = MONTHS[month - 1];
        let iso = format!("{year}-{month:02}-{day:02}");
        let styles = [
            iso.clone(),
            format!("{day}/{month}/{year}"),
            format!("{day:02}.{month:02}.{year}"),
            format!("{day:02} {short} {year}"),
            format!("{day}-{}-{year}", short.to_uppercase()),
            format!("{name} {day}, {year}"),
            format!("{day}. {name} {year}"),
            format!("{year}{month:02}{day:02}"),
        ];
        let kind = date_kind(DateOrder::DayMonthYear);
        for printed in &styles {
            prop_assert_eq!(show(&kind, printed), iso.clone(), "{}", printed);
            never_silently_wrong(&kind, printed, &noticeable(printed))?;
        }
        let american = date_kind(DateOrder::MonthDayYear);
        prop_assert_eq!(show(&american, &format!("{month}/{day}/{year}")), iso);
    }

    #[test]
    fn two_digit_years_come_back_by_the_pivot(year in 1930_i16..2030, month in 1_i8..=12, day in 1_i8..=28) {
        let printed = format!("{day}.{month}.{:02}", year % 100);
        let iso = format!("{year}-{month:02}-{day:02}");
        prop_assert_eq!(show(&date_kind(DateOrder::DayMonthYear), &printed), iso);
    }

    #[test]
    fn partial_dates_come_back_as_they_were_printed(year in 1800_i16..2200, month in 1_i8..=12) {
        let kind = dates(DateOrder::DayMonthYear, Partial::Keep);
        let short = format!("{year}-{month:02}");
        for printed in [short.clone(), format!("{month:02}/{year}"), format!("{month}.{year}")] {
            let reading = read(&kind, &printed).unwrap();
            prop_assert_eq!(&reading.value, &Value::Text(short.clone()), "{}", printed);
        }
        prop_assert_eq!(show(&kind, &year.to_string()), year.to_string());
    }

    #[test]
    fn impossible_days_are_no_dates(year in 1800_i16..2200, day in 30_i8..=40) {
        let styles = [
            format!("{day}/02/{year}"),
            format!("{day} February {year}"),
            format!("February {day}, {year}"),
            format!("{year}-02-{day}"),
        ];
        for partial in [Partial::Refuse, Partial::First, Partial::Keep] {
            for order in [DateOrder::DayMonthYear, DateOrder::MonthDayYear] {
                for printed in &styles {
                    prop_assert_eq!(show(&dates(order, partial), printed), "none", "{}", printed);
                }
            }
        }
    }

    #[test]
    fn times_come_back_as_they_were_printed(
        hour in 0_i8..24, minute in 0_i8..60, second in 0_i8..60,
    ) {
        let value = |second: i8| format!("{hour:02}:{minute:02}:{second:02}");
        let half = if hour < 12 { "AM" } else { "PM" };
        let of_twelve = if hour % 12 == 0 { 12 } else { hour % 12 };
        let styles = [
            format!("{hour:02}:{minute:02}"),
            format!("{hour}h{minute:02}"),
            format!("{hour:02}.{minute:02} Uhr"),
            format!("{of_twelve}:{minute:02} {half}"),
            format!("{of_twelve}:{minute:02}{}", half.to_lowercase()),
        ];
        for printed in styles {
            prop_assert_eq!(show(&FieldKind::Time, &printed), value(0), "{}", printed);
            never_silently_wrong(&FieldKind::Time, &printed, &noticeable(&printed))?;
        }
        prop_assert_eq!(show(&FieldKind::Time, &value(second)), value(second));
    }

    #[test]
    fn durations_come_back_as_they_were_printed(minutes in 0_u32..60_000) {
        let (hours, rest) = (minutes / 60, minutes % 60);
        let value = read(&FieldKind::Duration, &format!("{hours}:{rest:02}")).unwrap().value;
        let styles = [
            format!("{hours}+{rest:02}"),
            format!("{hours}h {rest:02}m"),
            format!("{hours} hrs {rest:02} min"),
            format!("{minutes} min"),
        ];
        for printed in styles {
            let reading = read(&FieldKind::Duration, &printed).unwrap();
            prop_assert_eq!(&reading.value, &value, "{}", printed);
        }
        let tenths = format!("{hours}.{}", rest % 10);
        prop_assert_eq!(show(&FieldKind::Duration, &tenths), tenths);
    }

    #[test]
    fn codes_come_back_as_they_were_printed(
        code in "N[1-9][0-9]{1,2}[A-HJ-NP-Z]{2}", number in 0_u32..10_000_000,
    ) {
        let kind = code_kind(&["N999?AA"]);
        prop_assert_eq!(show(&kind, &code), code.clone());
        prop_assert_eq!(show(&kind, &code.to_lowercase()), code.clone());
        never_silently_wrong(&kind, &code, &noticeable(&code))?;
        let checked = checked_code("9999-999X", CheckDigit::Mod11);
        let printed = with_mod11(number);
        prop_assert_eq!(show(&checked, &printed), printed.clone());
        never_silently_wrong(&checked, &printed, &noticeable(&printed))?;
        // A check digit notices what no shape can.
        for text in unnoticeable(&printed) {
            prop_assert_eq!(read(&checked, &text), None, "{}", text);
        }
    }

    #[test]
    fn one_wrong_letter_makes_no_other_name(place in 0_usize..40, letter in "[a-z]") {
        let named = [
            (airports(), "Kuala Terengganu", "TGG"),
            (airports(), "Kuala Lumpur Subang", "SZB"),
            (document_types(), "Short Form Registration Statement", "short_form"),
        ];
        for (kind, name, value) in named {
            let at = place % name.len();
            let text = format!("{}{letter}{}", &name[..at], &name[at + 1..]);
            let found = read(&kind, &text).map(|reading| reading.value.to_string());
            prop_assert!(found.is_none_or(|found| found == value), "{}", text);
        }
    }

    #[test]
    fn texts_come_back_as_they_were_printed(
        words in prop::collection::vec("[A-Za-z][a-z]{1,7}", 1..5),
    ) {
        let plain = words.join(" ");
        let styles = [
            plain.clone(),
            words.join("   "),
            format!(" | {plain} ~"),
            format!("{plain} ......"),
        ];
        for printed in styles {
            prop_assert_eq!(show(&text_kind(), &printed), plain.clone(), "{}", printed);
        }
    }

    #[test]
    fn similarity_does_not_depend_on_the_order(
        a in "[a-zA-Z0-9 .]{0,20}", b in "[a-zA-Z0-9 .]{0,20}",
    ) {
        prop_assert!((similarity(&a, &b) - similarity(&b, &a)).abs() < 1e-6);
    }
}
