//! The text of pages as people read it, and as it is printed.

use std::fmt::Write;
use std::fs;

use crate::program::Program;

const LINES: [&str; 7] = [
    "The first paragraph of this page is an exam-",
    "ple of text that people read: its words are",
    "whole again, and a well-known com-",
    "pound keeps its hyphen, as does a time-",
    "honored one that a line end parts.",
    "    The second paragraph begins with an in-",
    "dent, and it ends on this line.",
];

/// A PDF of one page with these lines as digital text in letters of even width; `\\374` stands for `ü`.
pub fn pdf(lines: &[&str]) -> Vec<u8> {
    let mut content = String::from("BT /F1 12 Tf 72 700 Td 16 TL\n");
    for line in lines {
        writeln!(content, "({line}) Tj T*").unwrap();
    }
    content.push_str("ET\n");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}endstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>"
            .to_owned(),
    ];
    let mut file = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(file.len());
        writeln!(file, "{} 0 obj\n{object}\nendobj", index + 1).unwrap();
    }
    let table = file.len();
    write!(file, "xref\n0 {}\n0000000000 65535 f \n", places.len() + 1).unwrap();
    for place in &places {
        writeln!(file, "{place:010} 00000 n ").unwrap();
    }
    let size = places.len() + 1;
    write!(file, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n").unwrap();
    file.into_bytes()
}

#[test]
fn page_text_has_paragraphs_of_whole_words_and_the_printed_lines_on_request() {
    let program = Program::new();
    let scans = program.directory().join("scans");
    fs::create_dir(&scans).unwrap();
    fs::write(scans.join("page.pdf"), pdf(&LINES)).unwrap();
    program.succeed(&["ingest", "scans"]);
    let text = |arguments: &[&str]| program.rows(arguments)[0]["text"].clone();
    assert_eq!(
        text(&["export", "page-text"]),
        "The first paragraph of this page is an example of text that people read: its words are whole \
         again, and a well-known compound keeps its hyphen, as does a time-honored one that a line end \
         parts.\n\nThe second paragraph begins with an indent, and it ends on this line."
    );
    let lines = text(&["export", "page-text", "--lines"]);
    let printed: Vec<&str> = lines.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(printed, LINES.map(str::trim_start));
    let refused = program.run(&["export", "receipt", "--lines"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("`--lines` is for `page-text`"), "{}", refused.stderr);
}
