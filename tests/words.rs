//! Words that other engines have read: in, extracted, and out again.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::program::{Program, Row, samples};

/// The values of records, without where they came from and how sure they are.
fn values(rows: &[Row]) -> Vec<Vec<(String, String)>> {
    let is_value = |(column, _): &(&String, &String)| !column.starts_with('_');
    let mut all: Vec<Vec<(String, String)>> = rows
        .iter()
        .map(|row| {
            row.iter().filter(is_value).map(|(name, value)| (name.clone(), value.clone())).collect()
        })
        .collect();
    all.sort();
    all
}

fn summary(program: &Program, arguments: &[&str], code: i32) -> Value {
    let mut all = vec!["--json", "import-words"];
    all.extend(arguments);
    let ended = program.run(&all);
    assert_eq!(ended.code, code, "{arguments:?}: {}{}", ended.stdout, ended.stderr);
    serde_json::from_str(&ended.stdout).unwrap()
}

/// A page of hOCR with a receipt.
fn hocr(total: &str) -> String {
    let mut lines = String::new();
    let texts = [
        "BERINGIN HARDWARE SDN BHD",
        "12 JALAN MELUR 43000 KAJANG SELANGOR",
        "RECEIPT NO 1207",
        "Date 14/03/2017",
        total,
        "THANK YOU",
    ];
    for (index, text) in texts.iter().enumerate() {
        let (top, mut left) = (100 + 60 * index, 100);
        write!(lines, "<span class='ocr_line' title='bbox 100 {top} 700 {}'>", top + 30).unwrap();
        for word in text.split(' ') {
            let right = left + 16 * word.len();
            write!(
                lines,
                "<span class='ocrx_word' title='bbox {left} {top} {right} {}; x_wconf 96'>{word}</span> ",
                top + 30
            )
            .unwrap();
            left = right + 16;
        }
        lines.push_str("</span>");
    }
    format!(
        "<html><head><meta name='ocr-system' content='other engine 9.1'></head><body>\
         <div class='ocr_page' title='bbox 0 0 800 1200; scan_res 200 200'><p class='ocr_par' lang='eng'>{lines}</p></div></body></html>"
    )
}

#[test]
fn exported_words_give_the_records_of_the_scans_they_were_read_from() {
    let scans = Program::new();
    scans.take_samples(&["receipts/tools.jpg", "filings/amendment-2714.tif"]);
    scans.succeed(&["ingest", "scans"]);
    let expected = ["receipt", "filing"].map(|model| values(&scans.rows(&["export", model])));
    assert!(expected.iter().all(|rows| !rows.is_empty()), "{expected:?}");
    for format in ["jsonl", "hocr", "alto"] {
        scans.succeed(&["export", "words", "--format", format, "-o", &format!("{format}/")]);
        let words = Program::new();
        let from = scans.directory().join(format);
        // The directories of the documents are below it, and temporary ones are hidden.
        let imported = summary(&words, &["--hidden", from.to_str().unwrap()], 0);
        assert_eq!(imported["files"]["new"], 2, "{format}: {imported}");
        assert_eq!(imported["pages"]["stored"], 3, "{format}: {imported}");
        let records = ["receipt", "filing"].map(|model| values(&words.rows(&["export", model])));
        let total = |records: &[Vec<Vec<(String, String)>>; 2]| {
            records[0].iter().flatten().find(|(name, _)| name == "total").cloned()
        };
        assert_eq!(total(&records), total(&expected), "{format}");
        if format == "jsonl" {
            assert_eq!(records, expected);
        }
        // What was imported is written as it was.
        let target = format!("again-{format}/");
        words.succeed(&["export", "words", "--format", format, "-o", &target]);
        let again = words.directory().join(target);
        assert_eq!(pages_in(&again, format), pages_in(&from, format));
    }
}

/// The parts of all files below a directory that are of pages.
fn pages_in(directory: &Path, format: &str) -> Vec<String> {
    let mut files = vec![directory.to_owned()];
    let mut pages = Vec::new();
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        pages.push(match format {
            "jsonl" => text.lines().map(|line| line.split_once("\"width\"").unwrap().1).collect(),
            "hocr" => text.split_once("<body>").unwrap().1.to_owned(),
            _ => text.split_once("<Layout>").unwrap().1.to_owned(),
        });
    }
    pages.sort();
    pages
}

#[test]
fn words_of_tesseract_are_extracted_in_every_format_that_it_writes() {
    let program = Program::new();
    program.succeed(&["db", "start"]);
    let out = program.directory().join("out");
    let image = samples().join("receipts/tools.jpg");
    let tesseract = Command::new("tesseract")
        .args([image.as_os_str(), out.as_os_str()])
        .args(["-l", "eng", "hocr", "alto", "tsv"])
        .output()
        .unwrap();
    assert!(tesseract.status.success(), "{}", String::from_utf8_lossy(&tesseract.stderr));
    let imported = summary(&program, &["out.hocr", "out.xml", "out.tsv"], 0);
    assert_eq!(imported["pages"]["stored"], 3, "{imported}");
    let texts = program.rows(&["export", "page-text"]);
    let words =
        |row: &Row| -> Vec<String> { row["text"].split_whitespace().map(str::to_owned).collect() };
    assert!(words(&texts[0]).len() > 20, "{texts:?}");
    for row in &texts[1..] {
        assert_eq!(words(row), words(&texts[0]), "{}", row["_file"]);
    }
    let engines = program.sql("select distinct engine from scanlift.page order by 1");
    assert!(engines.starts_with("tesseract 5"), "{engines}");
    let recipes = program.sql("select recipe->'steps'->>0 from scanlift.attempt order by 1");
    assert_eq!(recipes, "imported:alto\nimported:hocr\nimported:tsv\n");
}

#[test]
fn files_are_imported_once_and_records_can_be_made_later() {
    let program = Program::new();
    let words = program.directory().join("words");
    fs::create_dir(&words).unwrap();
    fs::write(words.join("a.hocr"), hocr("Total 110.15")).unwrap();
    fs::write(words.join("b.html"), hocr("Total 29.40")).unwrap();
    fs::write(words.join("copy of a.hocr"), hocr("Total 110.15")).unwrap();
    let first = summary(&program, &["--no-records", "words"], 0);
    assert_eq!((&first["files"]["new"], &first["files"]["duplicates"]), (&2.into(), &1.into()));
    assert_eq!((&first["pages"]["stored"], &first["records"]), (&2.into(), &serde_json::json!({})));
    assert!(program.succeed(&["reextract"]).is_empty());
    let totals: Vec<String> =
        program.rows(&["export", "receipt"]).iter().map(|row| row["total"].clone()).collect();
    assert_eq!(totals, ["110.15", "29.40"]);

    let second = summary(&program, &["words"], 0);
    assert_eq!((&second["files"]["known"], &second["pages"]["read"]), (&3.into(), &0.into()));
    // The same words in another file are the same document, also under another name.
    fs::rename(words.join("b.html"), words.join("c.html")).unwrap();
    let moved = summary(&program, &["words"], 0);
    assert_eq!((&moved["files"]["moved"], &moved["pages"]["read"]), (&1.into(), &0.into()));
    let again = summary(&program, &["--again", "words"], 0);
    assert_eq!(again["pages"]["stored"], 2, "{again}");
    assert_eq!(program.rows(&["export", "receipt"]).len(), 2);

    // Readers leave words alone.
    let ingested: Value =
        serde_json::from_str(&program.succeed(&["--json", "ingest", "--rehash", "words"])).unwrap();
    assert_eq!((&ingested["files"]["known"], &ingested["pages"]["read"]), (&3.into(), &0.into()));
    let selected = program.succeed(&["--json", "reprocess", "--where", "words > 0"]);
    let selected: Value = serde_json::from_str(&selected).unwrap();
    assert_eq!(selected["pages"]["read"], 0);
}

#[test]
fn broken_files_fail_with_a_reason_and_other_files_are_left_alone() {
    let program = Program::new();
    program.succeed(&["db", "start"]);
    let scans = program.take_samples(&["receipts/filter-fax.png"]);
    fs::write(scans.join("good.hocr"), hocr("Total 110.15")).unwrap();
    let whole = hocr("Total 5.00");
    fs::write(scans.join("cut.hocr"), whole.split_once("</p></div>").unwrap().0).unwrap();
    fs::write(scans.join("mets.xml"), "<mets/>").unwrap();
    fs::write(scans.join("two.jsonl"), "{\"width\": 9, \"height\": 9, \"lines\": []}\n{\"wid")
        .unwrap();
    let imported = summary(&program, &["scans"], 1);
    let files = &imported["files"];
    assert_eq!(
        (&files["found"], &files["new"], &files["skipped"]),
        (&5.into(), &3.into(), &2.into())
    );
    assert_eq!(
        (&imported["pages"]["stored"], &imported["pages"]["failed"]),
        (&2.into(), &2.into())
    );
    assert_eq!(imported["failures"]["corrupt"], 2);
    let said = program.sql(
        "select page_number || ': ' || message from scanlift.page where state = 'failed' order by 1",
    );
    assert_eq!(
        said,
        "1: the file ends in the midst of a page\n2: line 2: EOF while parsing a string at column 5\n"
    );
    let report = program.report();
    assert_eq!(report["failed"], 2, "{report}");
    // The scan beside them was not touched, and can still be read.
    assert_eq!(program.sql("select count(*) from scanlift.source_file"), "3\n");

    // A file that is named is expected to hold words.
    let named = summary(&program, &["scans/mets.xml"], 1);
    assert_eq!(named["files"]["unreadable"], 1);
    let said = program.sql("select message from scanlift.source_file where status = 'unreadable'");
    assert!(said.starts_with("the content is of no format of words: hocr, alto"), "{said}");
}

#[test]
fn a_long_file_is_one_document_whose_pages_are_all_there() {
    let program = Program::new();
    program.succeed(&["db", "start"]);
    let mut lines = String::new();
    for page in 1..=200 {
        writeln!(
            lines,
            "{{\"width\": 800, \"height\": 1200, \"engine\": \"mine 1\", \"words\": [{{\"text\": \"page{page}\", \"box\": [10, 10, 90, 40], \"confidence\": 96}}]}}"
        )
        .unwrap();
    }
    fs::write(program.directory().join("long.jsonl"), lines).unwrap();
    let imported = summary(&program, &["long.jsonl"], 0);
    assert_eq!(imported["pages"]["stored"], 200, "{imported}");
    let sums = "select page_count, (select count(*) from scanlift.page where state = 'stored'), records_state from scanlift.document";
    assert_eq!(program.sql(sums), "200|200|made\n");
    let exported = program.succeed(&["export", "words"]);
    assert_eq!(exported.lines().count(), 200);
    let last: Value = serde_json::from_str(exported.lines().last().unwrap()).unwrap();
    assert_eq!((&last["page"], &last["engine"]), (&200.into(), &"mine 1".into()));
    assert_eq!(last["lines"][0]["words"][0]["text"], "page200");
    // A run that was killed leaves pages pending; the next one goes on with them.
    program.sql("delete from scanlift.attempt where page_number > 100; delete from scanlift.page_text where page_number > 100; \
                 delete from scanlift.page where page_number > 101; update scanlift.document set page_count = 101; \
                 update scanlift.page set state = 'pending', attempts = 0 where page_number = 101");
    let resumed = summary(&program, &["long.jsonl"], 0);
    assert_eq!(resumed["pages"]["stored"], 100, "{resumed}");
    assert_eq!(program.sql(sums), "200|200|made\n");
}

#[test]
fn help_and_refusals_say_what_is_possible() {
    let program = Program::new();
    let help = program.succeed(&["import-words", "--help"]);
    for part in
        ["hocr", "page_xml", "document_ai", "\"words\": [{\"text\"", "--no-records", "2550 × 3300"]
    {
        assert!(help.contains(part), "{part}: {help}");
    }
    let refused = |arguments: &[&str], expected: &str| {
        let ended = program.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}");
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    };
    refused(&["import-words", "x", "--format", "docx"], "`docx` is none of hocr, alto");
    refused(&["export", "words", "--format", "hocr"], "name a directory for them");
    refused(&["export", "words", "--columns", "a"], "--columns: words: all pages are written");
    refused(&["export", "receipt", "--format", "alto"], "hocr and alto are for `words`");
}
