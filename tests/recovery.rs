//! What is stored does not depend on what happened on the way: kills, interrupts, lost connections.
//! Tesseract reads, because it takes long enough to be disturbed.

use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

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

/// What a run leaves behind that nothing disturbs; made once for all tests.
fn undisturbed() -> &'static [String] {
    static OUTCOME: OnceLock<Vec<String>> = OnceLock::new();
    OUTCOME.get_or_init(|| {
        let program = Program::new();
        program.take_samples(&SCANS);
        let ended = program.run(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600"]);
        assert_eq!(ended.code, 1, "one of the scans is cut off: {}", ended.stderr);
        outcome(&program)
    })
}

fn signal(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, signal).unwrap();
}

/// Stops a run (as Ctrl-Z does) when so many pages have been stored, however long that takes: what it finds then is
/// what its disturber finds. The run's end is the only other event.
fn freeze_at_pages(program: &Program, child: &mut Child, pages: u32) {
    loop {
        signal(child, Signal::STOP);
        let stored = program.sql("select count(*) from scanlift.page where state = 'stored'");
        if stored.trim().parse::<u32>().unwrap() >= pages {
            return;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it was disturbed");
        signal(child, Signal::CONT);
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// A program with these scans, whose database runs and has its tables.
fn ready(scans: &[&str]) -> Program {
    let program = Program::new();
    program.take_samples(scans);
    program.succeed(&["db", "start"]);
    program.succeed(&["db", "migrate"]);
    program
}

#[test]
fn a_killed_run_goes_on_to_the_same_rows() {
    let program = ready(&SCANS);
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600", "--jobs", "1"])
        .spawn()
        .unwrap();
    freeze_at_pages(&program, &mut child, 2);
    signal(&child, Signal::KILL);
    child.wait().unwrap();
    let pending = program.sql("select count(*) from scanlift.page where state = 'pending'");
    assert_ne!(pending.trim(), "0", "the kill came too late to prove anything");

    let second = program.run(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600"]);
    assert_eq!(second.code, 1, "{}", second.stderr);
    assert_eq!(outcome(&program), undisturbed());
}

#[test]
fn ctrl_c_finishes_what_is_in_hand_and_the_next_run_the_rest() {
    let program = ready(&SCANS);
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600", "--jobs", "1"])
        .spawn()
        .unwrap();
    freeze_at_pages(&program, &mut child, 1);
    signal(&child, Signal::INT);
    signal(&child, Signal::CONT);
    let first = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(first.code, 130, "{}", first.stderr);
    assert!(
        first.stderr.contains("the same command goes on where this one stopped"),
        "{}",
        first.stderr
    );
    let ended = program.sql("select ended_as from scanlift.run order by run_id desc limit 1");
    assert_eq!(ended.trim(), "interrupted");

    assert_eq!(
        program.run(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600"]).code,
        1
    );
    assert_eq!(outcome(&program), undisturbed());
}

/// Cuts the connections of scanlift whenever there are some, from a session of its own, until so many are cut: a run
/// whose every connection were cut could never end.
struct Cutter<'a> {
    program: &'a Program,
    session: Child,
}

impl<'a> Cutter<'a> {
    fn start(program: &'a Program, most: u32) -> Self {
        let statement = format!(
            "do $$ declare cuts integer := 0; now_cut integer; begin
                 while cuts < {most} loop
                     perform pg_stat_clear_snapshot();
                     select count(pg_terminate_backend(pid)) into now_cut from pg_stat_activity
                     where application_name = 'scanlift';
                     if now_cut > 0 then raise notice 'cut %', now_cut; end if;
                     cuts := cuts + now_cut;
                     perform pg_sleep(0.002);
                 end loop;
             end $$"
        );
        let session = program
            .psql(&statement)
            .env("PGAPPNAME", "cutter")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let cutter = Self { program, session };
        while cutter.is_at_work("count(*)") == 0 {}
        cutter
    }

    /// Asks something of the cutter's session.
    fn is_at_work(&self, what: &str) -> u32 {
        let query =
            format!("select {what} from pg_stat_activity where application_name = 'cutter'");
        self.program.sql(&query).trim().parse().unwrap()
    }

    /// Ends the session and returns how often it cut.
    fn stop(self) -> usize {
        self.is_at_work("count(pg_terminate_backend(pid))");
        let output = self.session.wait_with_output().unwrap();
        String::from_utf8_lossy(&output.stderr).matches("cut ").count()
    }
}

#[test]
fn lost_connections_and_a_server_that_crashes_lose_and_double_nothing() {
    let program = ready(&SCANS);
    let cutter = Cutter::start(&program, 12);
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600", "--jobs", "1"])
        .spawn()
        .unwrap();
    freeze_at_pages(&program, &mut child, 1);
    assert!(cutter.stop() > 0, "no connection was cut");
    let server = program.sql("select pg_read_file('postmaster.pid')");
    let server = Pid::from_raw(server.lines().next().unwrap().parse().unwrap()).unwrap();
    kill_process(server, Signal::QUIT).unwrap();
    signal(&child, Signal::CONT);
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("trying again"), "{}", ended.stderr);
    assert_eq!(outcome(&program), undisturbed());

    every_command_says_the_same(&program);
}

/// Runs commands with and without cut connections.
fn every_command_says_the_same(program: &Program) {
    let truth = crate::program::samples().join("truth/receipt.csv");
    let truth = truth.to_str().unwrap();
    let commands: [&[&str]; 9] = [
        &["reextract", "--quiet"],
        &[
            "reprocess",
            "--quiet",
            "--engine",
            "tesseract",
            "--timeout",
            "3600",
            "--where",
            "path~'propellers'",
        ],
        &["report"],
        &["--json", "report"],
        &["report", "--csv"],
        &["export", "maintenance_log"],
        &["export", "page-text"],
        &["eval", "receipt", truth],
        &["db", "migrate"],
    ];
    let mut cuts = 0;
    for arguments in commands {
        let expected = program.run(arguments);
        let cutter = Cutter::start(program, 4);
        let ended = program.run(arguments);
        cuts += cutter.stop();
        assert_eq!(ended.code, expected.code, "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, expected.stdout, "{arguments:?}");
    }
    assert!(cuts > commands.len(), "only {cuts} connections were cut");
    assert_eq!(outcome(program), undisturbed());
}

#[test]
fn a_second_writer_is_refused_and_a_reader_is_not() {
    // Four pages: when the first is stored, the others are still to come.
    let program = ready(&["cards/propellers.tif", "receipts/tools.jpg"]);
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600", "--jobs", "1"])
        .spawn()
        .unwrap();
    // It holds the lock as long as the others need to find out.
    freeze_at_pages(&program, &mut child, 1);
    let second = program.run(&["ingest", "scans", "--engine", "tesseract", "--timeout", "3600"]);
    let report = program.report();
    signal(&child, Signal::CONT);
    assert_eq!(second.code, 2, "{}", second.stderr);
    assert!(second.stderr.contains("another scanlift"), "{}", second.stderr);
    assert_eq!(report["files"], 2);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
