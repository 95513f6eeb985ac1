use super::*;
use crate::document::{
    Alternative, Barcode, Doubt, Format, PageIssue, PageNumber, Reason, RegionLook, RegionSeen,
    Stage, Symbology, TableLook, TableSeen, TickBox,
};
use crate::reader::Sandbox;

/// A page of 100 × 50 pixels was read last, and a document may have 7 pages.
fn bounds() -> Bounds {
    let limits = Limits { max_pages: 7, max_side: 1000, ..Limits::default() };
    Bounds { limits, page: Some((100, 50)) }
}

fn box_of(left: u32, top: u32, right: u32, bottom: u32) -> PixelBox {
    PixelBox { left, top, right, bottom }
}

fn word(text: &str) -> Word {
    let bounds = box_of(10, 10, 20, 20);
    Word { text: text.to_owned(), bounds, confidence: 90.0, doubts: Vec::new() }
}

fn lines(words: Vec<Word>) -> Vec<Line> {
    vec![Line { block: 0, paragraph: 0, words }]
}

fn page(words: Vec<Word>, marks: Vec<Mark>) -> PageText {
    let facts = PageFacts::default();
    PageText { width: 100, height: 50, dpi: 200.0, lines: lines(words), marks, facts }
}

/// Returns what the border makes of the answer to a page.
fn page_checked(text: PageText) -> Result<PageText, Wrong> {
    let content = PageContent::Text(Box::new(text));
    let reading = PageReading { content, recipe: Recipe::default() };
    let request = Request::ReadPage(PageNumber::FIRST);
    match checked(&request, Response::Page(Box::new(reading)), &bounds())? {
        Response::Page(reading) => match reading.content {
            PageContent::Text(text) => Ok(*text),
            PageContent::Blank(_) => panic!("it was not blank"),
        },
        other => panic!("{other:?}"),
    }
}

fn opened(page_count: u32) -> Result<Response, Wrong> {
    let opened = OpenedDocument { format: Format::Tiff, page_count };
    checked(&Request::Open { length: 1 }, Response::Opened(opened), &bounds())
}

fn wrong<T>(result: Result<T, Wrong>) -> Option<Wrong> {
    result.err()
}

#[test]
fn a_document_has_a_page_and_no_more_than_the_limit() {
    assert_eq!(wrong(opened(0)), Some("a document without pages"));
    assert_eq!(wrong(opened(7)), None);
    assert_eq!(wrong(opened(8)), Some("more pages than the limit"));
}

#[test]
fn an_answer_belongs_to_its_question() {
    let ready = || Response::Ready(Sandbox { landlock: 0, seccomp: false });
    let failed = || Response::Failed(Failure::new(Stage::Read, Reason::Corrupt, "no"));
    let configure = Request::Configure(Box::default());
    let to_page = Request::ReadPage(PageNumber::FIRST);
    assert_eq!(wrong(checked(&configure, ready(), &bounds())), None);
    assert_eq!(wrong(checked(&to_page, failed(), &bounds())), None);
    let none = Some("it is none to what was asked");
    assert_eq!(wrong(checked(&to_page, ready(), &bounds())), none);
    assert_eq!(wrong(checked(&to_page, Response::Seen(Vec::new()), &bounds())), none);
    assert_eq!(wrong(checked(&configure, failed(), &bounds())), none);
}

#[test]
fn boxes_are_cut_to_the_page() {
    let mut outside = word("A");
    outside.bounds = box_of(90, 40, u32::MAX, 60);
    let mut turned = word("B");
    turned.bounds = box_of(30, 20, 10, 10);
    let marks = vec![Mark::Unread(box_of(200, 200, 300, 300))];
    let page = page_checked(page(vec![outside, turned], marks)).unwrap();
    let boxes: Vec<PixelBox> = page.words().map(|word| word.bounds).collect();
    assert_eq!(boxes, [box_of(90, 40, 100, 50), box_of(30, 20, 30, 20)]);
    assert_eq!(page.marks, [Mark::Unread(box_of(100, 50, 100, 50))]);
}

#[test]
fn numbers_are_finite_and_in_their_range() {
    let confidence = |confidence| Word { confidence, ..word("A") };
    let tick = TickBox { bounds: box_of(1, 1, 2, 2), ink: f32::INFINITY };
    let words = vec![confidence(f32::NAN), confidence(250.0), confidence(-1.0)];
    let mut text = page(words, vec![Mark::TickBox(tick)]);
    text.dpi = f32::NEG_INFINITY;
    text.facts.skew_degrees = f32::NAN;
    text.facts.x_height = Some(f32::NAN);
    text.facts.unread = 7.0;
    text.facts.issues = vec![PageIssue::Unread, PageIssue::Slanted, PageIssue::Unread];
    let page = page_checked(text).unwrap();
    let confidences: Vec<f32> = page.words().map(|word| word.confidence).collect();
    assert_eq!(confidences, [0.0, 100.0, 0.0]);
    assert_eq!(page.marks, [Mark::TickBox(TickBox { ink: 0.0, ..tick })]);
    assert_eq!((page.dpi, page.facts.skew_degrees, page.facts.unread), (0.0, 0.0, 1.0));
    assert_eq!(page.facts.x_height, None);
    assert_eq!(page.facts.issues, [PageIssue::Unread, PageIssue::Slanted]);
}

#[test]
fn doubts_lie_between_characters_of_their_word() {
    let doubt = |start, end| {
        let alternatives = vec![Alternative { text: "0".to_owned(), confidence: f32::NAN }];
        Doubt { start, end, alternatives }
    };
    // The ö takes bytes 1 and 2.
    let places = [(0, 1), (1, 2), (1, 3), (3, 9), (3, 3), (4, 3)];
    let doubts = places.map(|(start, end)| doubt(start, end)).to_vec();
    let page = page_checked(page(vec![Word { doubts, ..word("fön") }], Vec::new())).unwrap();
    let word = page.words().next().unwrap();
    let kept: Vec<(u16, u16)> = word.doubts.iter().map(|doubt| (doubt.start, doubt.end)).collect();
    assert_eq!(kept, [(0, 1), (1, 3)]);
    assert!(word.doubts.iter().all(|doubt| doubt.alternatives[0].confidence == 0.0));
}

#[test]
fn there_are_no_words_without_text_nor_lines_without_words() {
    let page = page_checked(page(vec![word("")], Vec::new())).unwrap();
    assert_eq!(page.lines, []);
}

#[test]
fn absurd_lengths_and_sizes_cost_the_reader() {
    let long = "x".repeat(LONGEST_TEXT + 1);
    let code =
        Barcode { bounds: box_of(0, 0, 1, 1), symbology: Symbology::QrCode, text: long.clone() };
    let long_word = page_checked(page(vec![word(&long)], Vec::new()));
    assert_eq!(wrong(long_word), Some("a word longer than the limit"));
    let long_code = page_checked(page(Vec::new(), vec![Mark::Barcode(code)]));
    assert_eq!(wrong(long_code), Some("a barcode longer than the limit"));
    let wide = PageText { width: 16_001, ..page(Vec::new(), Vec::new()) };
    assert_eq!(wrong(page_checked(wide)), Some("a page larger than the limit"));
}

#[test]
fn a_long_message_is_cut_between_characters() {
    let message = "ö".repeat(LONGEST_TEXT);
    let failed = Response::Failed(Failure::new(Stage::Read, Reason::Corrupt, message));
    match checked(&Request::ReadPage(PageNumber::FIRST), failed, &bounds()) {
        Ok(Response::Failed(failure)) => assert_eq!(failure.message.len(), 65_536),
        other => panic!("{other:?}"),
    }
}

fn seen_at(looks: Vec<Look>, seen: Vec<Seen>, page: Option<(u32, u32)>) -> Option<Wrong> {
    let request = Request::LookAgain { page: PageNumber::FIRST, looks, budget_ms: 1 };
    wrong(checked(&request, Response::Seen(seen), &Bounds { page, ..bounds() }))
}

fn region() -> Look {
    Look::Region(RegionLook { bounds: box_of(0, 0, 9, 9), alphabet: None })
}

fn table_of(columns: u16, cells: usize) -> Seen {
    let grid = CellGrid { columns, cells: vec![box_of(0, 0, 900, 900); cells] };
    Seen::Table(TableSeen { grid, lines: lines(vec![word("1")]) })
}

#[test]
fn each_look_has_what_was_seen_at_it_and_nothing_else() {
    let table = || Look::Table(TableLook { zone: None, columns: 2, shape: "9".to_owned() });
    let size = Some((100, 50));
    let variants = vec![lines(vec![word("1")])];
    let seen = RegionSeen { second: Some(variants[0].clone()), variants };
    let readings = || Seen::Region(seen.clone());
    assert_eq!(seen_at(vec![region(), table()], vec![readings(), table_of(2, 4)], size), None);
    assert_eq!(seen_at(vec![region(), table()], vec![Seen::Nothing, Seen::Nothing], size), None);
    let none_for_each = Some("not one for each look");
    assert_eq!(seen_at(vec![region()], vec![readings(), readings()], size), none_for_each);
    let another = Some("another kind of look than was asked for");
    assert_eq!(seen_at(vec![region()], vec![table_of(2, 4)], size), another);
    let unread = Some("looks at a page that was not read");
    assert_eq!(seen_at(vec![region()], vec![readings()], None), unread);
}

#[test]
fn each_row_of_a_table_has_all_of_its_cells() {
    let look = || vec![Look::Table(TableLook { zone: None, columns: 2, shape: "9".to_owned() })];
    let size = Some((100, 50));
    let differ = Some("a table whose rows differ");
    assert_eq!(seen_at(look(), vec![table_of(2, 5)], size), differ);
    assert_eq!(seen_at(look(), vec![table_of(0, 0)], size), differ);
    let grid = CellGrid { columns: 3, cells: vec![box_of(0, 0, 1, 1); 4] };
    assert_eq!(wrong(page_checked(page(Vec::new(), vec![Mark::Cells(grid)]))), differ);
}

/// Whatever bytes a child sends, the border says yes or no, and what it lets through keeps to the page.
#[test]
fn no_frame_makes_the_border_panic() {
    let reading = PageReading {
        content: PageContent::Text(Box::new(page(vec![word("fön")], Vec::new()))),
        recipe: Recipe::default(),
    };
    let whole = postcard::to_stdvec(&Response::Page(Box::new(reading))).unwrap();
    let mut let_through = 0;
    for (at, value) in (0..whole.len()).flat_map(|at| [0, 1, 0x7f, 0x80, 0xff].map(|v| (at, v))) {
        let mut bytes = whole.clone();
        bytes[at] = value;
        let Ok(response) = crate::reader::protocol::value::<Response>(&bytes) else { continue };
        let answer = checked(&Request::ReadPage(PageNumber::FIRST), response, &bounds());
        let Ok(Response::Page(reading)) = answer else { continue };
        let PageContent::Text(text) = reading.content else { continue };
        for word in text.words() {
            let PixelBox { left, top, right, bottom } = word.bounds;
            assert!(left <= right && right <= text.width && top <= bottom && bottom <= text.height);
            assert!((0.0..=100.0).contains(&word.confidence));
        }
        let_through += 1;
    }
    assert!(let_through > 0, "nothing was tried");
}
