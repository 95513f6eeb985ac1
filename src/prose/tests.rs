//! Pages drawn as lines of letters of 10 × 20 pixels, 40 pixels apart.

use crate::document::{Line, Mark, PageFacts, PageText, PixelBox, Word};

use super::hyphens::{Certainty, Hyphen, Judge};
use super::*;

const LETTER: u32 = 10;
const STEP: u32 = 40;

/// A line at a column of letters and a row; two blanks or more in it are a gap as wide.
fn line(column: u32, row: u32, text: &str) -> Line {
    let top = 100 + row * STEP;
    let mut words = Vec::new();
    let mut place = 0;
    for part in text.split(' ') {
        let length = part.chars().count() as u32;
        if length > 0 {
            let left = 100 + (column + place) * LETTER;
            let bounds = PixelBox { left, top, right: left + length * LETTER, bottom: top + 20 };
            let text = part.to_owned();
            words.push(Word { text, bounds, confidence: 90.0, doubts: Vec::new() });
        }
        place += length + 1;
    }
    Line { block: 0, paragraph: 0, words }
}

fn page(lines: Vec<Line>) -> PageText {
    PageText {
        width: 2000,
        height: 3000,
        dpi: 300.0,
        lines,
        marks: Vec::new(),
        facts: PageFacts::default(),
    }
}

/// Lines below each other; blanks before a line indent it.
fn printed(lines: &[&str]) -> PageText {
    let lines = lines.iter().enumerate().map(|(row, text)| {
        let bare = text.trim_start();
        line((text.len() - bare.len()) as u32, row as u32, bare)
    });
    page(lines.collect())
}

/// The text of a page that is a document of its own, with a dictionary of these words.
fn read(page: &PageText, dictionary: &[&str]) -> String {
    let mut seen = Vocabulary::default();
    seen.add(page);
    text(page, &seen, &|word| dictionary.contains(&word))
}

fn check(lines: &[&str], expected: &str) {
    assert_eq!(read(&printed(lines), &["example", "well", "known", "caned"]), expected);
}

/// What becomes of the hyphen of `exam- ple`, in a document with these words besides.
fn hyphen(broken: &str, document: &str, dictionary: &[&str]) -> Option<Hyphen> {
    let mut seen = Vocabulary::default();
    seen.add(&page(vec![line(0, 0, document)]));
    let is_word = |word: &str| dictionary.contains(&word);
    let judge = Judge { seen: &seen, habit: seen.habit(), is_word: &is_word };
    let (last, next) = broken.split_once(' ').unwrap();
    judge.decide(last, next)
}

const KNOWN: Option<Hyphen> = Some(Hyphen::Broke(Certainty::Known));
const USUAL: Option<Hyphen> = Some(Hyphen::Broke(Certainty::Usual));
const STAYS: Option<Hyphen> = Some(Hyphen::Stays);
const APART: Option<Hyphen> = Some(Hyphen::Apart);

#[test]
fn the_document_knows_best_whether_a_word_has_a_hyphen() {
    assert_eq!(hyphen("exam- ple,", "an Example of it", &[]), KNOWN);
    assert_eq!(hyphen("to- day", "she came to-day", &["today", "to", "day"]), STAYS);
    assert_eq!(hyphen("to- day", "she comes today", &["to-day"]), KNOWN);
    // A document that writes `to-morrow` writes `to-day` as well.
    assert_eq!(hyphen("to- day", "until to-morrow", &["today", "to-day"]), STAYS);
    assert_eq!(hyphen("to- day", "until then", &["today", "to-day"]), KNOWN);
}

#[test]
fn the_dictionary_knows_words_and_compounds() {
    assert_eq!(hyphen("exam- ple-book", "", &["example"]), KNOWN);
    assert_eq!(hyphen("(“exam- ple”),", "", &["example"]), KNOWN);
    assert_eq!(hyphen("EXAM- PLE", "", &["example"]), KNOWN);
    assert_eq!(hyphen("well- known", "", &["well-known"]), STAYS);
    assert_eq!(hyphen("hand- caned", "", &["hand", "caned"]), STAYS);
    assert_eq!(hyphen("hand- caned", "it was caned", &["hand"]), STAYS);
    assert_eq!(hyphen("re- echo", "", &["echo"]), STAYS);
    assert_eq!(hyphen("twenty-sev- enth", "", &["seventh", "sev", "enth"]), KNOWN);
    assert_eq!(hyphen("mother-in- law", "", &["in", "law"]), USUAL);
    assert_eq!(hyphen("hammer- ings", "", &["hammer", "ings"]), USUAL);
    assert_eq!(hyphen("Etch- miadzin", "", &["etch"]), USUAL);
}

#[test]
fn names_numbers_and_codes_keep_their_hyphens() {
    assert_eq!(hyphen("Anglo- Saxon", "", &["anglosaxon"]), STAYS);
    assert_eq!(hyphen("1914- 1918", "", &[]), STAYS);
    assert_eq!(hyphen("19th- century", "", &["century"]), STAYS);
    assert_eq!(hyphen("KB- 3107", "", &[]), APART);
    assert_eq!(hyphen("ABC- DEF", "", &[]), STAYS);
    assert_eq!(hyphen("X- ray", "", &["ray"]), STAYS);
    assert_eq!(hyphen("12- -", "", &[]), APART);
    assert_eq!(hyphen("word-- and", "", &[]), None);
    assert_eq!(hyphen("word— and", "", &[]), None);
    assert_eq!(hyphen("- and", "", &[]), None);
}

#[test]
fn a_hyphen_for_a_part_that_is_left_out_ends_its_word() {
    assert_eq!(hyphen("pre- and", "", &["pre", "and"]), APART);
    assert_eq!(hyphen("Vor- und", "", &[]), APART);
    assert_eq!(hyphen("thous- and", "", &["thousand"]), KNOWN);
}

#[test]
fn soft_hyphens_and_double_strokes_only_break_words() {
    assert_eq!(hyphen("well\u{ad} known", "", &["well", "known"]), USUAL);
    assert_eq!(hyphen("well¬ known", "", &["well-known"]), USUAL);
    assert_eq!(hyphen("Wiſſen= ſchaft", "", &["Wiſſenſchaft"]), KNOWN);
    assert_eq!(hyphen("total= amount", "", &["total", "amount"]), APART);
}

#[test]
fn german_joins_small_letters_and_keeps_the_hyphen_before_large_ones() {
    let german = "der Hund und das Haus ist nicht von dem Mann mit der Frau auf dem Berg und das \
                  Kind ist nicht zu sehen und der Weg";
    let words = ["Haus", "haus", "tür", "Tür", "Müller", "Modell"];
    assert_eq!(hyphen("Haus- tür", german, &words), USUAL);
    assert_eq!(hyphen("Müller- Modell", german, &words), STAYS);
    assert_eq!(hyphen("Haus- und", german, &words), APART);
    assert_eq!(hyphen("Haus- tür", "the house of the man", &words), STAYS);
}

#[test]
fn french_keeps_the_hyphen_before_its_pronouns() {
    let french = "les gens qui est dans une maison que les autres pour une heure par jour et les \
                  enfants du roi qui est dans les bois";
    assert_eq!(hyphen("dit- il,", french, &[]), STAYS);
    assert_eq!(hyphen("celui- ci", french, &[]), STAYS);
    assert_eq!(hyphen("mai- sons", french, &[]), USUAL);
    assert_eq!(hyphen("uti- le", french, &["utile"]), KNOWN);
}

#[test]
fn lines_of_a_paragraph_are_one_line_and_indents_begin_the_next() {
    check(
        &[
            "  It is the first of an exam-",
            "ple that goes on as if it were",
            "a book with well-known words.",
            "  The next paragraph is an-",
            "other with a hand-caned chair.",
        ],
        "It is the first of an example that goes on as if it were a book with well-known words.\n\n\
         The next paragraph is another with a hand-caned chair.",
    );
}

#[test]
fn white_space_and_short_last_lines_part_paragraphs() {
    let mut page = printed(&[
        "Some words that fill this line",
        "and end here.",
        "Other words that fill the line",
        "up to its end, and then more of",
        "them.",
    ]);
    page.lines.push(line(0, 7, "After the white a third begins"));
    page.lines.push(line(0, 8, "and goes on."));
    assert_eq!(
        read(&page, &[]),
        "Some words that fill this line and end here.\n\n\
         Other words that fill the line up to its end, and then more of them.\n\n\
         After the white a third begins and goes on."
    );
}

#[test]
fn hanging_paragraphs_are_whole() {
    check(
        &[
            "ADAMS, John: a letter to his",
            "    brother about the harvest of",
            "    that year and the next.",
            "BAKER, Anne: the answer to it",
            "    and to all that was asked of",
            "    her in the other letters.",
        ],
        "ADAMS, John: a letter to his brother about the harvest of that year and the next.\n\n\
         BAKER, Anne: the answer to it and to all that was asked of her in the other letters.",
    );
}

#[test]
fn verse_addresses_and_fields_stay_lines() {
    for lines in [
        &["Tyger Tyger, burning bright,", "In the forests of", "the night;", "What immortal"][..],
        &["Miss Jane Miller-Smith", "12 High Street", "Oldham", "England"],
        &["Name: John Horton", "Born: 4 July 1812", "Place of birth: Southold", "Ref: KB-", "3107"],
    ] {
        check(lines, &lines.join("\n"));
    }
}

#[test]
fn tables_are_not_joined() {
    let cells = |row, left: &str, right: &str| [line(0, row, left), line(30, row, right)];
    let rows = [cells(0, "sur-", "12-"), cells(1, "face", "14"), cells(2, "depth", "7")];
    let page = page(rows.into_iter().flatten().collect());
    assert_eq!(read(&page, &["surface"]), "sur-\n12-\nface\n14\ndepth\n7");
    check(
        &["pears      12      well-", "known      13      exam-", "ple        14      apples"],
        "pears 12 well-\nknown 13 exam-\nple 14 apples",
    );
}

#[test]
fn a_sentence_goes_on_in_the_next_column() {
    let mut page = printed(&["The first column has some words", "and ends with the broken exam-"]);
    page.lines.push(line(40, 0, "ple that goes on over here, as"));
    page.lines.push(line(40, 1, "columns do."));
    // The second column begins above the end of the first.
    for line in &mut page.lines[..2] {
        for word in &mut line.words {
            word.bounds = word.bounds.moved(0, 80);
        }
    }
    assert_eq!(
        read(&page, &["example"]),
        "The first column has some words and ends with the broken example that goes on over here, \
         as columns do."
    );
}

#[test]
fn a_running_title_is_no_part_of_the_sentence_below() {
    check(
        &[
            "THE BOY WHO WAS AN APPRENTICE",
            "was there all night and looked",
            "for a bird that flew so slowly",
            "that it was seen for two hours.",
        ],
        "THE BOY WHO WAS AN APPRENTICE\n\n\
         was there all night and looked for a bird that flew so slowly that it was seen for two hours.",
    );
}

#[test]
fn a_word_that_a_page_number_parts_is_left_alone() {
    let mut page = printed(&["Here a page ends in the middle", "of a word, as it does in exam-"]);
    page.lines.push(line(14, 5, "21"));
    assert_eq!(
        read(&page, &["example"]),
        "Here a page ends in the middle of a word, as it does in exam-\n\n21"
    );
}

#[test]
fn regions_of_a_page_are_never_joined() {
    let mut page =
        printed(&["Words of a slip that ends in exam-", "ple is what the other one says"]);
    let area = |top, bottom| Mark::Region(PixelBox { left: 0, top, right: 2000, bottom });
    page.marks = vec![area(0, 130), area(130, 400)];
    assert_eq!(
        read(&page, &["example"]),
        "Words of a slip that ends in exam-\n\nple is what the other one says"
    );
}

#[test]
fn doubled_quotation_marks_are_one() {
    for (printed, expected) in [
        ("‘‘Oh,’’ she said.", "“Oh,” she said."),
        ("''Oh,'' she said.", "\"Oh,\" she said."),
        ("“I am.”’ It’s he.", "“I am.” It’s he."),
        ("“Say ‘yes.’”", "“Say ‘yes.’”"),
        ("“‘Yes’ is all.”", "“‘Yes’ is all.”"),
        ("‘He said “no.”’", "‘He said “no.”’"),
        ("‘“What are they?”", "“What are they?”"),
        ("He said, ‘*Well, it was.”", "He said, “Well, it was.”"),
        ("like this;—“ Having regard", "like this;—“Having regard"),
        ("“Yes.”* A note’s *mark*", "“Yes.”* A note’s *mark*"),
        ("« Oui », dit-il.", "« Oui », dit-il."),
    ] {
        assert_eq!(quotes::mended(printed), expected);
    }
}
