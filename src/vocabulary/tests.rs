//! What is learned of readings that are given by hand.

use super::*;

fn reading(value: &str, documents: u32, confidence: f32) -> Reading {
    Reading { value: value.to_owned(), documents, confidence }
}

fn decided(value: &str, state: State, instead: Option<&str>) -> Entry {
    let (value, instead) = (value.to_owned(), instead.map(str::to_owned));
    Entry { value, documents: 0, confidence: 1.0, state, instead }
}

fn learned(decided: Vec<Entry>, readings: &[Reading]) -> Learned {
    let mut clusters = Clusters::new(decided);
    let (recurring, single): (Vec<_>, Vec<_>) =
        readings.iter().cloned().partition(|reading| reading.documents > 1);
    clusters.add_recurring(recurring);
    for reading in single {
        clusters.add_single(reading);
    }
    clusters.finish()
}

/// Returns what a reading is mended to.
fn mended<'l>(learned: &'l Learned, value: &str) -> Option<(&'l str, u32)> {
    match learned.decisions.get(value) {
        Some(Decision::Mended { to, documents, .. }) => Some((to, *documents)),
        _ => None,
    }
}

#[test]
fn a_stray_misreading_of_a_value_that_recurs_is_mended() {
    let learned = learned(Vec::new(), &[reading("ACME BHD", 3, 0.9), reading("ACME BHO", 1, 0.8)]);
    assert_eq!(mended(&learned, "ACME BHO"), Some(("ACME BHD", 3)));
    assert_eq!(learned.decisions["ACME BHD"], Decision::Known { documents: 4 });
    assert_eq!((learned.entries.len(), learned.entries[0].documents), (1, 4));
}

#[test]
fn branches_of_one_firm_that_differ_in_a_number_are_values_of_their_own() {
    let readings = [
        reading("No. 12, Long Street, 81200 Springfield", 4, 0.9),
        reading("No. 17, Long Street, 81200 Springfield", 2, 0.9),
        reading("No. 19, Long Street, 81200 Springfield", 1, 0.2),
    ];
    let learned = learned(Vec::new(), &readings);
    assert!(readings.iter().all(|reading| mended(&learned, &reading.value).is_none()));
    assert!(
        matches!(learned.decisions[&readings[2].value], Decision::Nearly { .. }),
        "the one that stands alone is shown to a person"
    );
    assert_eq!(learned.decisions[&readings[1].value], Decision::Known { documents: 2 });
}

#[test]
fn a_digit_is_a_misreading_where_very_many_documents_have_the_other() {
    let many = reading("No. 12, Long Street, Springfield", 12, 0.9);
    let learned = learned(Vec::new(), &[many, reading("No. 17, Long Street, Springfield", 1, 0.9)]);
    let expected = Some(("No. 12, Long Street, Springfield", 12));
    assert_eq!(mended(&learned, "No. 17, Long Street, Springfield"), expected);
}

#[test]
fn what_no_two_readings_agree_on_is_told_by_the_vote_of_all() {
    let readings = [
        reading("Smnrise Bakery and Coffee House", 1, 0.6),
        reading("Sunrise Bakeny and Coffee House", 1, 0.6),
        reading("Sunrise Bakery and Coffae House", 1, 0.6),
        reading("Sunrise Bakery and Coffee Hause", 1, 0.6),
    ];
    let learned = learned(Vec::new(), &readings);
    for reading in &readings {
        let expected = Some(("Sunrise Bakery and Coffee House", 3));
        assert_eq!(mended(&learned, &reading.value), expected, "{}", reading.value);
    }
}

#[test]
fn a_letter_that_does_not_look_like_the_other_needs_a_bad_reading_or_many_documents() {
    let good =
        learned(Vec::new(), &[reading("HARBOR LINE", 2, 0.9), reading("HARBOR LIKE", 1, 0.9)]);
    assert_eq!(mended(&good, "HARBOR LIKE"), None);
    let bad =
        learned(Vec::new(), &[reading("HARBOR LINE", 2, 0.9), reading("HARBOR LIKE", 1, 0.1)]);
    assert_eq!(mended(&bad, "HARBOR LIKE"), Some(("HARBOR LINE", 2)));
}

#[test]
fn words_that_are_not_printed_are_not_added() {
    let firm = reading("Miller and Sons Incorporated", 5, 0.9);
    let learned = learned(Vec::new(), &[firm, reading("Miller and Sons", 1, 0.9)]);
    assert_eq!(mended(&learned, "Miller and Sons"), None);
}

#[test]
fn spellings_of_one_value_are_left_as_they_are_printed() {
    let readings = [reading("Café Nord", 3, 0.9), reading("CAFE NORD", 1, 0.9)];
    let learned = learned(Vec::new(), &readings);
    assert_eq!(learned.decisions["CAFE NORD"], Decision::Known { documents: 4 });
}

#[test]
fn refused_values_mend_nothing_and_confirmed_ones_mend_a_single_reading() {
    let readings = [reading("ACME BHD", 3, 0.9), reading("ACME BHO", 1, 0.8)];
    let refused = learned(vec![decided("Acme Bhd", State::Refused, None)], &readings);
    assert_eq!(refused.decisions, HashMap::new());
    let confirmed = learned(
        vec![decided("NORTHERN LIGHT", State::Confirmed, None)],
        &[reading("N0RTHERN LlGHT", 1, 0.8)],
    );
    assert_eq!(mended(&confirmed, "N0RTHERN LlGHT"), Some(("NORTHERN LIGHT", 0)));
}

#[test]
fn a_correction_is_for_all_readings_of_what_it_corrects() {
    let correction = vec![
        decided("IKEA", State::Confirmed, None),
        decided("TKEA STORE", State::Refused, Some("IKEA")),
    ];
    let readings = [reading("TKEA STORE", 4, 0.9), reading("TKEA ST0RE", 1, 0.9)];
    let learned = learned(correction, &readings);
    for reading in &readings {
        let expected = Decision::Corrected { to: "IKEA".to_owned() };
        assert_eq!(learned.decisions[&reading.value], expected);
    }
    let states: Vec<State> = learned.entries.iter().map(|entry| entry.state).collect();
    assert_eq!(states, [State::Refused, State::Confirmed], "what was decided is kept");
}

/// Returns so many values that have nothing in common, each of one document.
fn strangers(count: u32) -> impl Iterator<Item = Reading> {
    let word = |number: u32| -> String {
        let hash = blake3::hash(&number.to_le_bytes());
        hash.as_bytes()[..12].iter().map(|byte| char::from(b'a' + byte % 26)).collect()
    };
    (0..count).map(move |number| reading(&word(number), 1, 0.9))
}

#[test]
fn what_recurs_is_kept_however_many_others_come() {
    let mut readings = vec![reading("ACME BHD", 3, 0.9)];
    readings.extend(strangers(1000));
    readings.push(reading("ACME BHO", 1, 0.8));
    let learned = learned(Vec::new(), &readings);
    assert_eq!(mended(&learned, "ACME BHO"), Some(("ACME BHD", 3)));
}

#[test]
fn the_oldest_that_stands_alone_is_forgotten_where_memory_is_full() {
    // In tests 200 values are held.
    let recurs_after = |others: u32| {
        let twice = || reading("ACME BHD", 1, 0.9);
        let readings: Vec<Reading> =
            [twice()].into_iter().chain(strangers(others)).chain([twice()]).collect();
        learned(Vec::new(), &readings).entries.iter().any(|entry| entry.value == "ACME BHD")
    };
    assert!(recurs_after(100));
    assert!(!recurs_after(300));
}

#[test]
fn an_amount_a_thousand_times_the_usual_is_unusual_and_a_large_one_is_not() {
    // Amounts around 50, half of them between 25 and 100.
    let usual = Usual { median: 50_f64.ln(), deviation: 2_f64.ln(), count: 40 };
    assert!(usual.is_unusual(50_000_f64.ln(), Spread::Factors));
    assert!(!usual.is_unusual(2_000_f64.ln(), Spread::Factors));
    let few = Usual { count: 7, ..usual };
    assert!(!few.is_unusual(50_000_f64.ln(), Spread::Factors), "too few to say what is usual");
}

#[test]
fn a_day_decades_off_is_unusual_and_the_next_year_is_not() {
    let usual = Usual { median: 17_000.0, deviation: 60.0, count: 20 };
    assert!(usual.is_unusual(3_000.0, Spread::Days));
    assert!(!usual.is_unusual(17_400.0, Spread::Days));
}
