//! The archive teaches itself: what recurs mends misreadings, people have the last word, and unusual figures are told.
//! The pages are PDF text, so that each says exactly what the test wants it to have been read as.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::program::{Program, Row};

const MODEL: &str = r#"
name = "bill"
version = 1
records = "page"
[claims]
any = ["Bill of Sale"]
[fields.vendor]
type = "text"
recurs = true
required = true
label = ["Vendor"]
[fields.street]
type = "text"
recurs = true
label = ["Street"]
[fields.amount]
type = "money"
outliers = true
required = true
label = ["Amount"]
"#;

/// Writes a PDF of one page with these lines of text.
fn write_pdf(path: &Path, lines: &[String]) {
    let mut content = String::from("BT /F1 14 Tf 20 TL 72 700 Td\n");
    for line in lines {
        writeln!(content, "({line}) Tj T*").unwrap();
    }
    content.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        places.push(pdf.len());
        write!(pdf, "{} 0 obj\n{object}\nendobj\n", index + 1).unwrap();
    }
    let start = pdf.len();
    write!(pdf, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for place in places {
        writeln!(pdf, "{place:010} 00000 n ").unwrap();
    }
    let size = objects.len() + 1;
    write!(pdf, "trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").unwrap();
    fs::write(path, pdf).unwrap();
}

/// An archive of ten bills of one vendor: one of them misread, three of a branch next door, one of an amount that
/// nobody pays.
fn archive() -> Program {
    let program = Program::new();
    let (scans, models) = (program.directory().join("scans"), program.directory().join("models"));
    fs::create_dir(&scans).unwrap();
    fs::create_dir(&models).unwrap();
    fs::write(models.join("bill.toml"), MODEL).unwrap();
    for number in 0..10 {
        let vendor = if number == 4 { "Northwlnd Traders" } else { "Northwind Traders" };
        let street = if number < 3 { "17 Harbor Road" } else { "12 Harbor Road" };
        let amount = if number == 7 { "123,456.00".to_owned() } else { format!("1{number}3.50") };
        let lines = [
            "Bill of Sale".to_owned(),
            format!("Vendor: {vendor}"),
            format!("Street: {street}"),
            format!("Amount: {amount}"),
        ];
        write_pdf(&scans.join(format!("{number}.pdf")), &lines);
    }
    program
}

fn bills(program: &Program) -> Vec<Row> {
    program.rows(&["export", "bill"])
}

fn vendor(program: &Program) -> String {
    bills(program)[4]["vendor"].clone()
}

#[test]
fn what_recurs_mends_what_was_misread_and_people_have_the_last_word() {
    let program = archive();
    let ended = program.run(&["ingest", "scans"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("archive: 1 values mended"), "{}", ended.stderr);

    let rows = bills(&program);
    assert!(rows.iter().all(|row| row["vendor"] == "Northwind Traders"), "{rows:?}");
    let repaired = "vendor: repaired: Northwlnd Traders to Northwind Traders by 9 documents";
    assert!(rows[4]["_issues"].contains(repaired), "{}", rows[4]["_issues"]);
    let streets = rows.iter().filter(|row| row["street"] == "17 Harbor Road").count();
    assert_eq!(streets, 3, "a branch next door is no misreading");

    // Made anew, and learned from again, the records are the same.
    program.succeed(&["reextract"]);
    assert_eq!(bills(&program), rows);
    let again = program.run(&["vocabulary", "bill", "vendor", "learn"]);
    assert!(again.stderr.contains("0 of 10 records changed"), "{}", again.stderr);
    let known = program.rows(&["vocabulary", "bill", "vendor"]);
    assert_eq!(known.len(), 1);
    assert_eq!((known[0]["documents"].as_str(), known[0]["state"].as_str()), ("10", "proposed"));

    // What is refused mends nothing, and stays refused when all is made anew.
    program.succeed(&["vocabulary", "bill", "vendor", "refuse", "Northwind Traders"]);
    assert_eq!(vendor(&program), "Northwlnd Traders");
    program.succeed(&["reextract"]);
    assert_eq!(vendor(&program), "Northwlnd Traders");
    program.succeed(&["vocabulary", "bill", "vendor", "undo", "Northwind Traders"]);
    assert_eq!(bills(&program), rows);

    a_correction_is_for_all(&program);
}

/// Corrects one value, and takes the decisions to the table and back by CSV.
fn a_correction_is_for_all(program: &Program) {
    let corrected = program.run(&[
        "vocabulary",
        "bill",
        "vendor",
        "confirm",
        "Northwind & Sons",
        "--instead-of",
        "Northwind Traders",
    ]);
    assert_eq!(corrected.code, 0, "{}", corrected.stderr);
    assert!(corrected.stderr.contains("10 corrected"), "{}", corrected.stderr);
    assert!(corrected.stderr.contains("10 of 10 records changed"), "{}", corrected.stderr);
    program.succeed(&["reextract"]);
    assert!(bills(program).iter().all(|row| row["vendor"] == "Northwind & Sons"));

    program.succeed(&["vocabulary", "bill", "vendor", "export", "-o", "vendors.csv"]);
    program.succeed(&[
        "vocabulary",
        "bill",
        "vendor",
        "undo",
        "Northwind & Sons",
        "Northwind Traders",
    ]);
    assert_eq!(vendor(program), "Northwind Traders");
    program.succeed(&["vocabulary", "bill", "vendor", "import", "vendors.csv"]);
    assert_eq!(vendor(program), "Northwind & Sons");
}

#[test]
fn an_amount_a_thousand_times_the_usual_is_listed_and_not_accepted() {
    let program = archive();
    program.succeed(&["ingest", "scans"]);
    let unusual = program.rows(&["outliers", "bill"]);
    assert_eq!(unusual.len(), 1, "{unusual:?}");
    let (field, value) = (&unusual[0]["field"], &unusual[0]["value"]);
    assert_eq!((field.as_str(), value.as_str()), ("amount", "123456.00"));
    assert_eq!(bills(&program)[7]["_status"], "review");

    // A run that was killed before the archive had learned is made good by the next, which has nothing else to do.
    program.succeed(&["db", "start"]);
    program.sql("update records.bill set before_archive = null, issues = '{}', vendor = 'Northwlnd Traders' where document_id = 5");
    program.sql("delete from scanlift.archive_state");
    program.succeed(&["ingest", "scans"]);
    assert_eq!(vendor(&program), "Northwind Traders");
}
