//! What is written is read again as it was.

use super::write::{Head, PageToWrite, WrittenFormat};
use super::*;
use crate::document::{Line, PageFacts, Word};
use proptest::prelude::*;

fn written(format: WrittenFormat, pages: &[ImportedPage]) -> String {
    let mut head = Head { document: "box <7>/scan & \"1\".tif".to_owned(), ..Head::default() };
    let mut body = String::new();
    for (index, page) in pages.iter().enumerate() {
        let page = PageToWrite {
            document: "box <7>/scan & \"1\".tif",
            page: index as u32 + 1,
            engine: &page.engine,
            languages: &page.languages,
            text: &page.text,
        };
        body.push_str(&format.page(&page, &mut head));
    }
    format!("{}{body}{}", format.head(&head), format.foot())
}

/// Holds what was read again against what was written; confidences within what the format rounds off.
fn check(format: WrittenFormat, rounding: f32, pages: &[ImportedPage]) {
    let again = read(written(format, pages));
    assert_eq!(again.len(), pages.len());
    for (again, page) in again.iter().zip(pages) {
        let (read, text) = (&again.text, &page.text);
        assert_eq!((read.width, read.height, read.dpi), (text.width, text.height, text.dpi));
        assert_eq!(lines(read), lines(text), "{format:?}");
        assert_eq!(read.marks.len(), text.marks.len());
        for mark in &text.marks {
            assert!(read.marks.contains(mark), "{format:?}: {mark:?}");
        }
        for (one, other) in read.words().zip(text.words()) {
            assert_eq!(one.bounds, other.bounds);
            let off = (one.confidence - other.confidence).abs();
            assert!(off <= rounding, "{format:?}: {one:?} {other:?}");
        }
        assert_eq!(again.steps, Vec::<String>::new());
        assert_eq!(again.engine, page.engine);
    }
}

fn check_all(pages: &[ImportedPage]) {
    check(WrittenFormat::Hocr, 0.5, pages);
    check(WrittenFormat::Alto, 0.006, pages);
    check(WrittenFormat::Jsonl, 0.006, pages);
}

fn word(text: &str, left: u32, top: u32, confidence: f32) -> Word {
    let bounds = bounds(left, top, left + 40, top + 20);
    Word { text: text.to_owned(), bounds, confidence, doubts: Vec::new() }
}

fn of_lines(lines: Vec<Line>) -> ImportedPage {
    let marks = vec![
        Mark::HorizontalRule(bounds(0, 300, 500, 303)),
        Mark::VerticalRule(bounds(50, 0, 53, 700)),
        Mark::Picture(bounds(300, 400, 500, 600)),
    ];
    let facts = PageFacts::default();
    ImportedPage {
        text: PageText { width: 600, height: 800, dpi: 183.5, lines, marks, facts },
        engine: "native 0.1.0".to_owned(),
        languages: "eng".to_owned(),
        steps: Vec::new(),
    }
}

#[test]
fn words_lines_and_marks_come_back() {
    let line = |block, paragraph, words| Line { block, paragraph, words };
    let page = of_lines(vec![
        line(0, 0, vec![word("R&D", 10, 10, 96.0), word("<b>", 60, 10, 0.0)]),
        line(0, 0, vec![word("\"it's\"", 10, 40, 100.0)]),
        line(0, 1, vec![word("größer", 10, 70, 55.55)]),
        line(1, 0, vec![word("a-b-", 10, 100, 99.99), word("№5", 60, 100, 12.3)]),
    ]);
    let other = ImportedPage { engine: "tesseract 5.3.0".to_owned(), ..of_lines(Vec::new()) };
    check(WrittenFormat::Jsonl, 0.006, &[page.clone(), other.clone()]);
    check(WrittenFormat::Hocr, 0.5, std::slice::from_ref(&page));
    // ALTO has no paragraphs.
    let mut without_paragraphs = page;
    without_paragraphs.text.lines[2].paragraph = 0;
    check(WrittenFormat::Alto, 0.006, &[without_paragraphs, other]);
}

/// Its name, what stands in it in this order, attributes that it must have, and those that it may have.
type Element =
    (&'static str, &'static [&'static str], &'static [&'static str], &'static [&'static str]);

/// Elements of ALTO 4.2 that are written, with what must and may stand in them in this order, and their attributes
/// (schema `alto-4-2.xsd`: `altoType`, `DescriptionType`, `processingStepType`, `PageType`, `TextBlockType`, `StringType`).
const ALTO_4_2: [Element; 19] = [
    ("alto", &["Description", "Layout"], &["SCHEMAVERSION"], &[]),
    ("Description", &["MeasurementUnit", "sourceImageInformation", "Processing*"], &[], &[]),
    ("MeasurementUnit", &[], &[], &[]),
    ("sourceImageInformation", &["fileName"], &[], &[]),
    ("fileName", &[], &[], &[]),
    (
        "Processing",
        &["processingCategory", "processingStepSettings", "processingSoftware"],
        &["ID"],
        &[],
    ),
    ("processingCategory", &[], &[], &[]),
    ("processingStepSettings", &[], &[], &[]),
    ("processingSoftware", &["softwareName", "softwareVersion"], &[], &[]),
    ("softwareName", &[], &[], &[]),
    ("softwareVersion", &[], &[], &[]),
    ("Layout", &["Page*"], &[], &[]),
    ("Page", &["PrintSpace"], &["ID", "PHYSICAL_IMG_NR", "WIDTH", "HEIGHT", "PROCESSING"], &[]),
    ("PrintSpace", &["TextBlock|GraphicalElement|Illustration*"], PLACE, &[]),
    ("TextBlock", &["TextLine*"], &["ID", "HPOS", "VPOS", "WIDTH", "HEIGHT"], &["LANG"]),
    ("TextLine", &["String|SP*"], PLACE, &[]),
    ("String", &[], &["CONTENT", "HPOS", "VPOS", "WIDTH", "HEIGHT", "WC"], &[]),
    ("GraphicalElement", &[], &["ID", "HPOS", "VPOS", "WIDTH", "HEIGHT"], &[]),
    ("Illustration", &[], &["ID", "HPOS", "VPOS", "WIDTH", "HEIGHT"], &[]),
];

const PLACE: &[&str] = &["HPOS", "VPOS", "WIDTH", "HEIGHT"];

#[test]
fn alto_has_the_structure_of_its_schema() {
    use quick_xml::events::Event;
    let lines = vec![Line {
        block: 0,
        paragraph: 0,
        words: vec![word("a", 1, 1, 5.0), word("b", 50, 1, 100.0)],
    }];
    let german = ImportedPage { languages: "deu_latf+eng".to_owned(), ..of_lines(lines) };
    let text = written(WrittenFormat::Alto, &[german, of_lines(Vec::new())]);
    let mut reader = quick_xml::Reader::from_str(&text);
    // What is open, with the children seen in it.
    let mut open: Vec<(String, Vec<String>)> = vec![(String::new(), Vec::new())];
    let (mut ids, mut references) = (Vec::new(), Vec::new());
    loop {
        let (element, is_empty) = match reader.read_event().unwrap() {
            Event::Start(element) => (element.into_owned(), false),
            Event::Empty(element) => (element.into_owned(), true),
            Event::End(_) => {
                let (name, children) = open.pop().unwrap();
                check_children(&name, &children);
                continue;
            }
            Event::Eof => break,
            _ => continue,
        };
        let name = element.name().as_ref().to_owned();
        open.last_mut().unwrap().1.push(name.clone());
        let mut named = Vec::new();
        for attribute in element.attributes() {
            let attribute = attribute.unwrap();
            let key = attribute.key.as_ref().to_owned();
            match key.as_str() {
                "ID" => ids.push(attribute.value.to_string()),
                "PROCESSING" => references.push(attribute.value.to_string()),
                "WC" => assert!((0.0..=1.0).contains(&attribute.value.parse::<f32>().unwrap())),
                "LANG" => assert!(["deu-latf", "eng"].contains(&&*attribute.value)),
                _ => {}
            }
            if !key.starts_with("xmlns") && !key.contains(':') {
                named.push(key);
            }
        }
        check_attributes(&name, &named);
        if !is_empty {
            open.push((name, Vec::new()));
        }
    }
    let unique: std::collections::HashSet<&String> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "IDs are of the whole file");
    assert!(!references.is_empty() && references.iter().all(|id| ids.contains(id)));
}

fn check_children(name: &str, children: &[String]) {
    if name == "SP" {
        return;
    }
    let (_, allowed, ..) = ALTO_4_2.iter().find(|(known, ..)| *known == name).unwrap();
    let mut rest = children.iter().map(String::as_str).peekable();
    for &step in *allowed {
        let (names, many) = step.strip_suffix('*').map_or((step, false), |names| (names, true));
        let fits = |child: &&str| names.split('|').any(|name| name == *child);
        if many {
            while rest.next_if(fits).is_some() {}
        } else {
            assert!(rest.next_if(fits).is_some(), "{name}: no {step} in {children:?}");
        }
    }
    assert_eq!(rest.next(), None, "{name}: {children:?}");
    if name == "TextLine" {
        // `String`, then at most one `SP` before the next one.
        assert!(children.chunks(2).all(|pair| pair[0] == "String"), "{children:?}");
    }
}

fn check_attributes(name: &str, named: &[String]) {
    if name == "SP" {
        return assert!(named.is_empty());
    }
    let found = ALTO_4_2.iter().find(|(known, ..)| *known == name);
    let (_, _, required, optional) = found.unwrap_or_else(|| panic!("no `{name}` in ALTO"));
    for wanted in *required {
        assert!(named.iter().any(|known| known == wanted), "{name}: no {wanted}");
    }
    let is_known =
        |attribute: &String| required.iter().chain(*optional).any(|known| known == attribute);
    assert!(named.iter().all(is_known), "{name}: {named:?}");
}

proptest! {
    #[test]
    fn any_words_come_back(
        texts in prop::collection::vec(("[!-~äß№語]{1,12}", 0_u32..540, 0_u32..700, 0_f32..100.0), 1..40),
    ) {
        let words: Vec<Word> =
            texts.iter().map(|(text, left, top, confidence)| word(text, *left, *top, 1.0_f32.max(*confidence))).collect();
        let line = |words: &[Word]| Line { block: 0, paragraph: 0, words: words.to_vec() };
        check_all(&[of_lines(words.chunks(5).map(line).collect())]);
    }
}
