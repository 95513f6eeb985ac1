//! `plan` against what it predicts: the run over the same files, and `db size` after it.

use serde_json::Value;

use crate::program::{Program, samples};

/// Pages that are read of the 60 of the samples.
const SAMPLE: &str = "24";

/// An archive of scans, and what is left out of it.
fn of_samples<'a>(verb: &'a str, samples: &'a str) -> Vec<&'a str> {
    vec!["--json", verb, samples, "--exclude", "truth", "--exclude", "README.md"]
}

#[test]
fn what_is_planned_comes_true() {
    let program = Program::new();
    let samples = samples();
    let samples = samples.to_str().unwrap();
    let mut arguments = of_samples("plan", samples);
    arguments.extend(["--sample", SAMPLE, "--review-seconds", "60"]);
    let plan = |arguments: &[&str]| -> Value {
        serde_json::from_str(&program.succeed(arguments)).unwrap()
    };
    let planned = plan(&arguments);
    assert!(!program.directory().join("database").exists(), "it needs no database");
    assert_eq!(planned["files"]["found"], 42);
    assert_eq!(planned["duplicates"]["total"], 1.0);
    let read = planned["sample"]["pages"].as_u64().unwrap();
    assert!((20..=34).contains(&read), "{read} pages were read");

    let run: Value =
        serde_json::from_str(&program.run(&of_samples("ingest", samples)).stdout).unwrap();
    let report = program.report();
    let size: Value = serde_json::from_str(&program.succeed(&["--json", "db", "size"])).unwrap();
    holds(&planned["pages"]["all"], &report["pages"]);
    for end in ["stored", "blank", "failed", "quarantined"] {
        holds(&planned["pages"][end], &report[end]);
    }
    let mut review = 0;
    for (model, records) in report["records"].as_object().unwrap() {
        let of = |verdict: &str| records[verdict].as_u64().unwrap_or(0);
        let all = of("accepted") + of("review") + of("rejected");
        review += of("review");
        let Some(planned) = planned["records"].get(model) else {
            assert!(all < 5, "{all} records of {model} were not foreseen");
            continue;
        };
        holds(&planned["all"], &all.into());
        for verdict in ["accepted", "review", "rejected"] {
            holds(&planned[verdict], &of(verdict).into());
        }
    }
    holds(&planned["review"]["records"], &review.into());
    let hours = planned["review"]["hours"]["total"].as_f64().unwrap();
    let records = planned["review"]["records"]["total"].as_f64().unwrap();
    assert!((hours * 60.0 - records).abs() < 1e-6, "a minute each");
    // An archive of 60 pages is mostly half-filled blocks: a table and each of its indexes takes one at least.
    let blocks = 8192.0 * 2.0 * 60.0;
    let grown = size["bytes"].as_f64().unwrap();
    let low = planned["bytes"]["all"]["low"].as_f64().unwrap();
    let high = planned["bytes"]["all"]["high"].as_f64().unwrap();
    assert!(low <= grown && grown <= high + blocks, "{grown} bytes, foretold {low} to {high}");
    assert!(
        planned["seconds"]["total"].as_f64().unwrap() > 0.0
            && run["seconds"].as_f64().unwrap() > 0.0
    );
    is_of_use(&planned["pages"]["all"]);
    is_of_use(&planned["bytes"]["all"]);
}

/// A true number lies between the bounds.
fn holds(planned: &Value, is: &Value) {
    let (low, high) = (planned["low"].as_f64().unwrap(), planned["high"].as_f64().unwrap());
    let is = is.as_f64().unwrap();
    assert!((low.floor()..=high.ceil()).contains(&is), "{is}, foretold {planned}");
}

/// Bounds that hold everything foretell nothing.
fn is_of_use(planned: &Value) {
    let of = |key: &str| planned[key].as_f64().unwrap();
    assert!(of("high") < 2.5 * of("total") && of("low") > of("total") / 2.5, "{planned}");
}

#[test]
fn an_archive_that_is_read_in_full_is_known() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg", "odd/blank.jpg", "odd/tools-again.jpg"]);
    let scans = program.directory().join("scans");
    std::fs::write(scans.join("broken.tif"), "II*\0 and nothing else").unwrap();
    std::fs::write(scans.join("notes.txt"), "read me first").unwrap();
    let planned: Value =
        serde_json::from_str(&program.succeed(&["--json", "plan", "scans"])).unwrap();
    let number = |part: &str, key: &str| {
        let estimate = &planned[part][key];
        assert_eq!(estimate["low"], estimate["high"], "{part} {key}");
        estimate["total"].as_f64().unwrap()
    };
    let pages = ["all", "stored", "blank", "failed", "quarantined"].map(|key| number("pages", key));
    assert_eq!(pages.map(|pages| pages as u64), [3, 1, 1, 1, 0]);
    assert_eq!(
        (&planned["files"]["skipped"], &planned["duplicates"]["high"]),
        (&1.into(), &1.0.into())
    );
    assert_eq!(planned["sample"]["failures"].as_object().unwrap().len(), 1);
    assert_eq!(planned["records"]["receipt"]["all"]["total"], 1.0);
    let text = program.succeed(&["plan", "scans"]);
    assert!(text.contains("pages:    3 = 1 stored + 1 blank + 1 failed + 0 quarantined"), "{text}");
    assert_eq!(program.run(&["plan", "nowhere"]).code, 2);
}

#[test]
fn tables_are_listed_with_what_they_take() {
    let program = Program::new();
    program.succeed(&["synth", "--pages", "20"]);
    program.succeed(&["reextract", "maintenance_log"]);
    let size: Value = serde_json::from_str(&program.succeed(&["--json", "db", "size"])).unwrap();
    let tables = size["tables"].as_array().unwrap();
    let log = tables.iter().find(|table| table["table"] == "records.maintenance_log").unwrap();
    assert!(log["rows"].as_u64().unwrap() > 400, "{log}");
    assert!(log["indexes"].as_u64() > Some(0) && log["dead_rows"].is_u64(), "{log}");
    assert_eq!(size["pages"], 20);
    let text = program.succeed(&["db", "size"]);
    assert!(
        text.contains("scanlift.page_text") && text.contains("bytes of the ledger a page"),
        "{text}"
    );
}
