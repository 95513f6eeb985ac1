//! Files that come, go, move and are none of scanlift's business.

use std::fs;

use crate::program::{Program, Row, rows};

/// `report --csv` by file name.
fn line(program: &Program, file: &str) -> Row {
    let report = program.succeed(&["report", "--csv"]);
    rows(report.as_bytes()).into_iter().find(|row| row["_file"].ends_with(file)).unwrap()
}

#[test]
fn files_that_are_no_documents_are_listed_and_no_failure() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg"]);
    let scans = program.directory().join("scans");
    fs::write(scans.join("Thumbs.db"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0\0").unwrap();
    fs::write(scans.join("tools.xml"), "<?xml version=\"1.0\"?><scan/>").unwrap();
    fs::write(scans.join(".DS_Store"), b"\0\0\0\x01Bud1").unwrap();
    fs::write(scans.join("notes"), "read me first\n").unwrap();
    let ended = program.run(&["ingest", "scans"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("4 skipped"), "{}", ended.stderr);
    let report = program.report();
    assert_eq!((&report["files"], &report["skipped"]), (&5.into(), &4.into()));
    assert_eq!(line(&program, "Thumbs.db")["reason"], "no document: Windows thumbnail cache");
    assert_eq!(line(&program, ".DS_Store")["status"], "skipped");
    // What should be a scan is a failed page.
    fs::write(scans.join("page.tif"), "<html>404</html>").unwrap();
    fs::write(scans.join("empty.pdf"), "").unwrap();
    assert_eq!(program.run(&["ingest", "scans"]).code, 1);
    assert_eq!(program.report()["failed"], 2);
    assert_eq!(line(&program, "page.tif")["reason"], "unsupported");
}

#[test]
fn files_are_followed_where_they_go() {
    let program = Program::new();
    program.take_samples(&["receipts/tools.jpg", "odd/blank.jpg", "odd/tools-again.jpg"]);
    let scans = program.directory().join("scans");
    let count = |what: &str| program.report()[what].as_u64().unwrap();
    program.succeed(&["ingest", "scans"]);
    let path_of = |name: &str| {
        let report = rows(program.succeed(&["report", "--csv"]).as_bytes());
        let row = report.into_iter().find(|row| row["_file"].ends_with(name)).unwrap();
        std::path::PathBuf::from(&row["_file"])
    };
    let blank = path_of("blank.jpg");
    // Left out of the walk, or elsewhere, is not gone.
    fs::create_dir(scans.join("empty")).unwrap();
    program.succeed(&["ingest", "scans/empty"]);
    program.succeed(&["ingest", "scans", "--exclude", "*.jpg"]);
    assert_eq!(count("gone"), 0);
    // A path that is missing is an error.
    let hidden = program.directory().join("unmounted");
    fs::rename(&scans, &hidden).unwrap();
    assert_eq!(program.run(&["ingest", "scans"]).code, 2);
    assert_eq!(count("gone"), 0);
    fs::rename(&hidden, &scans).unwrap();
    // A file moves, another is deleted.
    let own = path_of(if line(&program, "tools.jpg")["status"] == "stored" {
        "tools.jpg"
    } else {
        "tools-again.jpg"
    });
    fs::rename(&own, scans.join("empty/moved.jpg")).unwrap();
    fs::remove_file(&blank).unwrap();
    let pages = count("pages");
    program.succeed(&["ingest", "scans"]);
    assert_eq!((count("gone"), count("pages"), count("gone_documents")), (2, pages, 1));
    assert_eq!(line(&program, "blank.jpg")["reason"], "its pages stay: 1 blank");
    let exported = program.succeed(&["export", "receipt"]);
    let own = own.display().to_string();
    assert!(rows(exported.as_bytes()).iter().all(|row| row["_file"] != own), "{exported}");
    // Other content under the old size and time is seen only if it is looked for.
    let moved = scans.join("empty/moved.jpg");
    let time = fs::metadata(&moved).unwrap().modified().unwrap();
    let mut bytes = fs::read(&moved).unwrap();
    bytes.pop();
    bytes.push(0);
    fs::write(&moved, bytes).unwrap();
    fs::File::options().write(true).open(&moved).unwrap().set_modified(time).unwrap();
    let documents = count("documents");
    program.succeed(&["ingest", "scans"]);
    assert_eq!(count("documents"), documents);
    program.run(&["ingest", "scans", "--rehash"]);
    assert_eq!(count("documents"), documents + 1);
}
