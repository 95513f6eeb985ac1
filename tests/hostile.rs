//! Bad input costs its own page: a reason for every file, and the neighbours are read.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Child;

use image::{GrayImage, ImageFormat, Luma};
use rustix::process::{Pid, Signal, kill_process};

use crate::program::{Ended, Program};

/// A PNG that says it is 60,000 × 60,000 pixels, in 70 bytes.
fn bomb() -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8], body: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(kind);
        crc.update(body);
        png.extend((body.len() as u32).to_be_bytes());
        png.extend(kind);
        png.extend(body);
        png.extend(crc.sum().to_be_bytes());
    };
    let side = 60_000_u32.to_be_bytes();
    chunk(b"IHDR", &[&side[..], &side[..], &[1, 0, 0, 0, 0]].concat());
    chunk(b"IDAT", b"\x78\x9c\x03\x00\x00\x00\x00\x01");
    chunk(b"IEND", b"");
    png
}

#[test]
fn every_bad_file_has_its_reason_and_good_ones_are_read() {
    let program = Program::new();
    let scans = program.take_samples(&["receipts/tools.jpg", "odd/cut-off.tif"]);
    fs::write(scans.join("empty.tif"), "").unwrap();
    fs::write(scans.join("notes.pdf"), "Just a few words, and no PDF.").unwrap();
    fs::write(scans.join("bomb.png"), bomb()).unwrap();
    fs::write(scans.join("broken.pdf"), "%PDF-1.4\n1 0 obj\n<< /Type /Catalog").unwrap();
    fs::rename(scans.join("receipts/tools.jpg"), scans.join("really a jpeg.pdf")).unwrap();

    let ended = program.run(&["ingest", "scans"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let lines = program.rows(&["report", "--csv"]);
    let ends: Vec<(&str, &str, &str)> = lines
        .iter()
        .map(|line| {
            let name = Path::new(&line["_file"]).file_name().unwrap().to_str().unwrap();
            (name, line["status"].as_str(), line["reason"].as_str())
        })
        .collect();
    assert_eq!(
        ends,
        [
            ("bomb.png", "failed", "too_large"),
            ("broken.pdf", "failed", "corrupt"),
            ("empty.tif", "failed", "empty"),
            ("notes.pdf", "failed", "unsupported"),
            ("cut-off.tif", "failed", "corrupt"),
            ("really a jpeg.pdf", "stored", ""),
        ]
    );
}

/// Whether a process is alive and a reader.
fn is_reader(pid: Pid) -> bool {
    let command = fs::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
    command.split(|byte| *byte == 0).nth(1) == Some(b"reader")
}

/// Sends a signal to every reader process of a run; returns which there were.
fn signal_readers(parent: &Child, signal: Signal) -> HashSet<Pid> {
    let mut reached = HashSet::new();
    let Ok(tasks) = fs::read_dir(format!("/proc/{}/task", parent.id())) else { return reached };
    for task in tasks.flatten() {
        let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
        for child in children.split_whitespace() {
            let pid = child.parse().ok().and_then(Pid::from_raw);
            if let Some(pid) = pid.filter(|pid| is_reader(*pid))
                && kill_process(pid, signal).is_ok()
            {
                reached.insert(pid);
            }
        }
    }
    reached
}

#[test]
fn a_reader_that_hangs_is_killed_at_the_deadline_and_its_page_can_be_read_later() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    let mut child =
        program.command(&["ingest", "scans", "--jobs", "1", "--timeout", "1"]).spawn().unwrap();
    let mut hung = HashSet::new();
    while child.try_wait().unwrap().is_none() {
        hung.extend(signal_readers(&child, Signal::STOP));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(hung.len() >= 2, "each of two tries has a reader: {hung:?}");
    // A stopped process takes no signal but that which kills it.
    let left: Vec<&Pid> = hung.iter().filter(|pid| is_reader(**pid)).collect();
    assert!(left.is_empty(), "readers that nobody killed: {left:?}");
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let report = program.report();
    assert_eq!((&report["quarantined"], &report["failures"]["timeout"]), (&1.into(), &1.into()));

    let again = program.run(&["reprocess", "--where", "reason=timeout", "--timeout", "600"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert!(again.stderr.contains("1 rescued"), "{}", again.stderr);
    program.succeed(&["db", "start"]);
    let attempts = program
        .sql("select string_agg(outcome, ',' order by attempt_number) from scanlift.attempt");
    assert_eq!(attempts.trim(), "quarantined,stored", "earlier attempts are kept");
}

#[test]
fn a_reader_that_dies_once_is_replaced_and_nothing_is_lost() {
    let program = Program::new();
    program.take_samples(&["cards/propellers.tif"]);
    // Tesseract takes long enough for its reader to be found.
    let mut child = program
        .command(&["ingest", "scans", "--engine", "tesseract", "--jobs", "1"])
        .spawn()
        .unwrap();
    let killed = loop {
        let reached = signal_readers(&child, Signal::SEGV);
        if !reached.is_empty() {
            break reached;
        }
        assert!(child.try_wait().unwrap().is_none(), "the run ended before its reader was found");
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("3 read = 3 stored"), "{}", ended.stderr);
    assert!(killed.iter().all(|pid| !is_reader(*pid)), "it lives: {killed:?}");
}

#[test]
fn a_page_over_the_memory_cap_is_quarantined_and_its_neighbours_are_read() {
    let program = Program::new();
    let scans = program.take_samples(&["receipts/tools.jpg"]);
    let large = GrayImage::from_fn(11_000, 11_000, |x, y| Luma([((x * y) % 251) as u8]));
    large.save_with_format(scans.join("a-large.png"), ImageFormat::Png).unwrap();
    program.succeed(&["db", "start"]);
    let ended = program.run(&["ingest", "scans", "--reader-memory", "256", "--jobs", "1"]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    let report = program.report();
    assert_eq!((&report["stored"], &report["quarantined"]), (&1.into(), &1.into()), "{report}");
    let message = program.sql("select max(message) from scanlift.attempt");
    assert_eq!(report["failures"]["memory"], 1, "{report} {message}");
}
