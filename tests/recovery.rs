//! What is stored does not depend on what happened on the way: kills, interrupts, lost connections.
//! Tesseract reads, because it takes long enough to be disturbed.

use std::process::Child;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Ended, Program};

const SCANS: [&str; 7] = [
    "cards/propellers.tif",
    "filings/amendment-2714.tif",
    "filings/short-form-3186.pdf",
    "odd/blank.jpg",
    "odd/cut-off.tif",
    "odd/tools-again.jpg",
    "receipts/tools.jpg",
];

/// Everything that a run leaves behind, but for times and paths.
fn outcome(program: &Program) -> Vec<String> {
    let place = program.directory().display().to_string();
    let mut texts = vec![program.succeed(&["report"]), program.succeed(&["report", "--csv"])];
    for what in ["maintenance_log", "receipt", "filing", "page-text"] {
        texts.push(program.succeed(&["export", what]));
    }
    texts.iter().map(|text| text.replace(&place, "")).collect()
}

fn undisturbed() -> Vec<String> {
    let program = Program::new();
    program.take_samples(&SCANS);
    assert_eq!(
        program.run(&["ingest", "scans", "--engine", "tesseract"]).code,
        1,
        "one of the scans is cut off"
    );
    outcome(&program)
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Waits until so many pages have been stored.
fn wait_for_pages(program: &Program, child: &mut Child, pages: u32) {
    let end = Instant::now() + Duration::from_secs(120);
    while Instant::now() < end {
        let stored = program.sql("select count(*) from scanlift.page where state = 'stored'");
        if stored.trim().parse::<u32>().unwrap() >= pages {
            return;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it was disturbed");
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("no {pages} pages within two minutes");
}

/// A program whose database runs and has its tables.
fn ready() -> Program {
    let program = Program::new();
    program.take_samples(&SCANS);
    program.succeed(&["db", "start"]);
    program.succeed(&["db", "migrate"]);
    program
}

#[test]
fn a_killed_run_goes_on_to_the_same_rows() {
    let program = ready();
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--jobs", "1"])
        .spawn()
        .unwrap();
    wait_for_pages(&program, &mut child, 2);
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    let pending = program.sql("select count(*) from scanlift.page where state = 'pending'");
    assert_ne!(pending.trim(), "0", "the kill came too late to prove anything");

    let second = program.run(&["ingest", "scans", "--engine", "tesseract"]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    assert_eq!(outcome(&program), undisturbed());
}

#[test]
fn ctrl_c_finishes_what_is_in_hand_and_the_next_run_the_rest() {
    let program = ready();
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--jobs", "1"])
        .spawn()
        .unwrap();
    wait_for_pages(&program, &mut child, 1);
    signal(&child, Signal::INT);
    let first = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(first.code, 130, "{}", first.stderr);
    assert!(
        first.stderr.contains("the same command goes on where this one stopped"),
        "{}",
        first.stderr
    );
    let ended = program.sql("select ended_as from scanlift.run order by run_id desc limit 1");
    assert_eq!(ended.trim(), "interrupted");

    assert_eq!(program.run(&["ingest", "scans", "--engine", "tesseract"]).code, 1);
    assert_eq!(outcome(&program), undisturbed());
}

#[test]
fn lost_connections_lose_and_double_nothing() {
    let program = ready();
    let mut child = program.command(&["ingest", "scans", "--engine", "tesseract"]).spawn().unwrap();
    let mut cuts = 0;
    while child.try_wait().unwrap().is_none() {
        let cut = program.sql(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
             where pid <> pg_backend_pid() and backend_type = 'client backend'",
        );
        cuts += cut.trim().parse::<u32>().unwrap();
        std::thread::sleep(Duration::from_millis(250));
    }
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert!(cuts > 0, "no connection was cut");
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert_eq!(outcome(&program), undisturbed());
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    let program = ready();
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--jobs", "1"])
        .spawn()
        .unwrap();
    wait_for_pages(&program, &mut child, 1);
    let second = program.run(&["ingest", "scans", "--engine", "tesseract"]);
    assert_eq!(second.code, 2, "{}", second.stderr);
    assert!(second.stderr.contains("another scanlift"), "{}", second.stderr);
    assert_eq!(program.report()["files"], 7);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
