use super::*;

fn page(seconds: f64) -> Amounts {
    Amounts { seconds, stored: 1.0, ..Amounts::default() }
}

/// A document of one page.
fn document(seconds: f64) -> SampledDocument {
    SampledDocument { first: Some(page(seconds)), ..SampledDocument::default() }
}

fn stratum(documents: f64, seconds: &[f64]) -> SampledStratum {
    SampledStratum { documents, sample: seconds.iter().map(|each| document(*each)).collect() }
}

fn seconds(amounts: &Amounts) -> f64 {
    amounts.seconds
}

fn close(value: f64, expected: f64) {
    assert!((value - expected).abs() < 1e-3 * expected.abs().max(1.0), "{value}, not {expected}");
}

#[test]
fn a_total_is_that_of_the_textbook() {
    // Two strata by hand: 10 documents, 2 and 4 s seen: 30 ± √(10·8·2/2 = 80); 5 documents, 1, 1 and 4 s seen:
    // 10 ± √(5·2·3/3 = 10).
    let strata = [stratum(10.0, &[2.0, 4.0]), stratum(5.0, &[1.0, 1.0, 4.0])];
    let estimate = total(&strata, &seconds);
    close(estimate.total, 40.0);
    // Degrees of freedom: 90² / (80² / 1 + 10² / 2) = 1.256, taken as 1; √90 · 6.3138 = 59.898.
    close(estimate.high, 99.898);
    close(estimate.low, 12.0);
}

#[test]
fn what_was_read_in_full_is_known() {
    let strata = [stratum(3.0, &[1.0, 2.0, 6.0])];
    assert_eq!(total(&strata, &seconds), Estimate::exactly(9.0));
    let stored = |amounts: &Amounts| amounts.stored;
    assert_eq!(count(&strata, &stored, &Amounts::pages), Estimate::exactly(3.0));
    let failed = |amounts: &Amounts| amounts.failed;
    assert_eq!(count(&strata, &failed, &Amounts::pages), Estimate::exactly(0.0));
}

#[test]
fn the_first_page_stands_for_itself_and_the_others_for_the_rest() {
    let mut long = document(9.0);
    long.other_pages = 10;
    long.others = vec![page(1.0), page(3.0)];
    // 9 + 10 · 2, and √(10 · 8 · 2 / 2 = 80) from the pages that were not read, with no freedom lost between documents.
    let strata = [SampledStratum { documents: 1.0, sample: vec![long] }];
    let estimate = total(&strata, &seconds);
    close(estimate.total, 29.0);
    close(estimate.high, 29.0 + 80.0_f64.sqrt() * QUANTILE);
}

#[test]
fn what_no_page_of_a_sample_has_other_pages_may_have() {
    let strata = [stratum(1000.0, &[1.0; 60])];
    let failed = |amounts: &Amounts| amounts.failed;
    let estimate = count(&strata, &failed, &Amounts::pages);
    assert_eq!((estimate.total, estimate.low), (0.0, 0.0));
    // 1 − 0.05^(1/60) of the other 940: the rule of three.
    close(estimate.high, 940.0 * (1.0 - 0.05_f64.powf(1.0 / 60.0)));
}

#[test]
fn strata_that_have_no_variance_go_to_their_neighbors() {
    let strata = vec![
        stratum(1.0, &[1.0]),
        stratum(9.0, &[1.0]),
        stratum(5.0, &[1.0, 2.0]),
        stratum(7.0, &[]),
    ];
    let whole = collapsed(strata);
    let shown: Vec<(f64, usize)> =
        whole.iter().map(|stratum| (stratum.documents, stratum.sample.len())).collect();
    assert_eq!(shown, [(1.0, 1), (21.0, 3)]);
    assert_eq!(collapsed(vec![stratum(5.0, &[])]).len(), 1);
}

#[test]
fn quantiles_are_those_of_the_tables() {
    close(student(f64::INFINITY), 1.6449);
    close(student(1.0), 6.3138);
    assert!((student(3.0) - 2.3534).abs() < 0.01, "the series is coarse there");
    close(student(10.0), 1.8125);
}

#[test]
fn intervals_hold_the_truth_as_often_as_they_say() {
    // An archive whose documents cost 1 to 100 s in three strata; 400 samples of it.
    let archive: Vec<Vec<f64>> = [(200_u64, 10_u64), (100, 30), (50, 100)]
        .iter()
        .map(|&(count, most)| (0..count).map(|at| (at * 7919 % most + 1) as f64).collect())
        .collect();
    let truth: f64 = archive.iter().flatten().sum();
    let mut random = fastrand::Rng::with_seed(5);
    let mut held = 0;
    for _ in 0..400 {
        let strata: Vec<SampledStratum> = archive
            .iter()
            .map(|documents| {
                let drawn = random.choose_multiple(documents, 8);
                let drawn: Vec<f64> = drawn.into_iter().copied().collect();
                stratum(documents.len() as f64, &drawn)
            })
            .collect();
        let estimate = total(&strata, &seconds);
        held += usize::from((estimate.low..=estimate.high).contains(&truth));
    }
    // 360 of 400 are expected, with a standard deviation of 6.
    assert!((335..=385).contains(&held), "{held} of 400");
}
