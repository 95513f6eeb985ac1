//! Pages in several languages: each is read in its own, which its recipe, its text and the report name.

use std::fs;
use std::path::PathBuf;

use crate::page_text::pdf;
use crate::program::Program;

const ENGLISH: [&str; 12] = [
    "Dear customer, thank you for your order of",
    "the third of February, which we received",
    "with pleasure. The spare parts that you",
    "asked for will be shipped as soon as your",
    "payment has arrived. The left magneto was",
    "removed and inspected, all spark plugs were",
    "cleaned. Regular maintenance of electrical",
    "equipment must be carried out by a certified",
    "technician. The previous invoice has not",
    "been settled in spite of our reminders.",
    "Travel expenses are borne by the owner. We",
    "remain at your disposal for any question.",
];
/// In the octal escapes of a PDF.
const GERMAN: [&str; 12] = [
    r"Sehr geehrte Damen und Herren, f\374r die",
    r"\374berlassenen Ger\344te berechnen wir Ihnen",
    r"gem\344\337 unserem Angebot folgende Betr\344ge.",
    r"Die Pr\374fgeb\374hr wird von der zust\344ndigen",
    r"Beh\366rde erhoben und kann deshalb nicht",
    r"erm\344\337igt werden. Wir bitten um schnelle",
    r"\334berweisung innerhalb von vierzehn Tagen.",
    r"Bei versp\344teter Zahlung m\374ssen wir leider",
    r"Mahngeb\374hren erheben. Das Geh\344use wurde",
    r"gereinigt, die Dichtungen gepr\374ft und alle",
    r"Schl\344uche auf Br\374che untersucht. F\374r",
    r"R\374ckfragen stehen wir Ihnen zur Verf\374gung.",
];

/// Writes pages by name, each to be read as a picture.
fn scans(program: &Program, pages: &[(&str, &[&str])]) -> PathBuf {
    let scans = program.directory().join("scans");
    fs::create_dir(&scans).unwrap();
    for (name, lines) in pages {
        fs::write(scans.join(name), pdf(lines)).unwrap();
    }
    scans
}

/// Returns the language and the text of each page, in the order of names.
fn read(program: &Program) -> Vec<(String, String)> {
    let rows = program.rows(&["export", "page-text"]);
    rows.into_iter().map(|row| (row["_languages"].clone(), row["text"].clone())).collect()
}

#[test]
fn each_page_is_read_natively_in_its_own_language_and_so_are_lines_in_another_one() {
    let program = Program::new();
    let both = [&ENGLISH[..], &GERMAN[6..]].concat();
    scans(&program, &[("a.pdf", &ENGLISH), ("b.pdf", &GERMAN), ("c.pdf", &both)]);
    program.succeed(&["db", "start"]);
    program.succeed(&["ingest", "scans", "--pdf-text", "never", "--languages", "eng+deu"]);
    let pages = read(&program);
    let languages: Vec<&str> = pages.iter().map(|(languages, _)| languages.as_str()).collect();
    assert_eq!(languages, ["eng", "deu", "eng+deu"]);
    assert!(pages[0].1.contains("thank you for your order"), "{}", pages[0].1);
    for word in ["Prüfgebühr", "gemäß", "zuständigen"] {
        assert!(pages[1].1.contains(word), "{word}: {}", pages[1].1);
    }
    for words in ["remain at your disposal", "Mahngebühren", "Überweisung"] {
        assert!(pages[2].1.contains(words), "{words}: {}", pages[2].1);
    }
    let recipes = program.sql(
        "select distinct recipe->>'engine' from scanlift.attempt
         where recipe->'steps' @> '[\"language(eng+deu: deu)\"]'",
    );
    assert_eq!(recipes.trim(), format!("native {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(program.report()["languages"]["deu"], 1);
    let report = program.succeed(&["report"]);
    assert!(report.contains("languages: 1 deu, 1 eng, 1 eng+deu"), "{report}");
}

#[test]
fn a_page_that_was_read_in_the_wrong_language_is_read_again_in_one_that_is_found() {
    let program = Program::new();
    scans(&program, &[("b.pdf", &GERMAN)]);
    program.succeed(&["ingest", "scans", "--pdf-text", "never"]);
    let [(languages, text)] = &read(&program)[..] else { panic!("one page") };
    assert_eq!(languages, "eng");
    assert!(!text.contains("Prüfgebühr"), "{text}");
    let found = ["--languages", "auto", "--pdf-text", "never", "--replace"];
    program.succeed(&[&["reprocess", "--where", "languages=eng"], &found[..]].concat());
    let [(languages, text)] = &read(&program)[..] else { panic!("one page") };
    assert_eq!(languages, "deu");
    assert!(text.contains("Prüfgebühr"), "{text}");
}

#[test]
fn says_what_is_installed_and_who_can_choose() {
    let program = Program::new();
    let missing = program.run(&["ingest", ".", "--languages", "eng+tlh"]);
    assert_eq!(missing.code, 2);
    assert!(missing.stderr.contains("; installed: eng, "), "{}", missing.stderr);
    let refused = program.run(&["ingest", ".", "--languages", "auto", "--engine", "tesseract"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("`auto`: languages: only the native engine chooses"));
    assert!(refused.stderr.contains("hint: name the languages"), "{}", refused.stderr);
}
