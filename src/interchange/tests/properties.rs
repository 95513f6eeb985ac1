//! Whatever stands in a file: no panic, and what comes out may be relied on.

use super::*;
use proptest::prelude::*;

const SEEDS: [(WordFormat, &str); 7] = [
    (
        WordFormat::Hocr,
        "<html><meta name='ocr-system' content='x'><div class='ocr_page' title='bbox 0 0 600 800; scan_res 200 200'><p class='ocr_par' lang='eng'>\
         <span class='ocr_line' title='bbox 1 2 300 40; textangle 90'><span class='ocrx_word' title='bbox 1 2 30 40; x_wconf 9'>a&amp;b</span> c</span><br></p></div></html>",
    ),
    (
        WordFormat::Alto,
        "<alto><Description><MeasurementUnit>mm10</MeasurementUnit><Processing ID='a'><processingStepSettings>dpi=300</processingStepSettings></Processing></Description>\
         <Layout><Page WIDTH='600' HEIGHT='800' PROCESSING='a'><TextBlock ROTATION='90'><TextLine HPOS='1' VPOS='2' WIDTH='30' HEIGHT='4'><String CONTENT='ab c' HPOS='1' VPOS='2' WIDTH='30' HEIGHT='4' WC='0.5'/><HYP CONTENT='-'/></TextLine></TextBlock></Page></Layout></alto>",
    ),
    (
        WordFormat::PageXml,
        "<PcGts><Page imageWidth='600' imageHeight='800' orientation='90'><TextRegion id='r'><Coords points='1,2 30,40'/><TextLine><Coords points='1,2 30,40'/><Word><Coords points='1,2 30,40'/><TextEquiv index='0' conf='0.5'><Unicode>a&#98;</Unicode></TextEquiv></Word></TextLine><TextEquiv><Unicode>ab</Unicode></TextEquiv></TextRegion></Page></PcGts>",
    ),
    (
        WordFormat::Tsv,
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n5\t1\t1\t1\t1\t1\t10\t10\t90\t30\t96\tTotal\n",
    ),
    (
        WordFormat::Textract,
        r#"{"Blocks":[{"BlockType":"LINE","Page":1,"Id":"l","Text":"a b","Geometry":{"BoundingBox":{"Left":0.1,"Top":0.1,"Width":0.4,"Height":0.02},"Polygon":[{"X":0.1,"Y":0.1},{"X":0.1,"Y":0.5}]},"Relationships":[{"Type":"CHILD","Ids":["w"]}]},{"BlockType":"WORD","Id":"w","Text":"a","Confidence":9,"Geometry":{"BoundingBox":{"Left":0.1,"Top":0.1,"Width":0.2,"Height":0.02}}}]}"#,
    ),
    (
        WordFormat::DocumentAi,
        r#"{"text":"Zürich, 5\n","pages":[{"dimension":{"width":100,"height":200},"lines":[{"layout":{"textAnchor":{"textSegments":[{"endIndex":"10"}]}}}],"tokens":[{"layout":{"orientation":"PAGE_LEFT","textAnchor":{"textSegments":[{"startIndex":"0","endIndex":"6"}]},"confidence":0.9,"boundingPoly":{"normalizedVertices":[{"x":0.1,"y":0.1},{"x":0.2,"y":0.11}]}}}]}]}"#,
    ),
    (
        WordFormat::Jsonl,
        "{\"width\":600,\"height\":800,\"dpi\":150,\"words\":[{\"text\":\"a b\",\"box\":[10,10,90,40],\"confidence\":96.5}],\"lines\":[{\"text\":\"c\",\"box\":[1,2,3,4]}],\"rules\":[[0,5,60,7]]}\n",
    ),
];

/// What every page that comes out must be.
fn may_be_relied_on(page: &ImportedPage) {
    let text = &page.text;
    assert!(text.width > 0 && text.height > 0);
    assert!(text.dpi.is_finite() && text.dpi > 0.0);
    for line in &text.lines {
        assert!(!line.words.is_empty());
    }
    for word in text.words() {
        let PixelBox { left, top, right, bottom } = word.bounds;
        assert!(left < right && top < bottom && right <= text.width && bottom <= text.height);
        assert!((0.0..=100.0).contains(&word.confidence));
        assert!(!word.text.is_empty());
        assert!(!word.text.contains(|c: char| c.is_whitespace() || c.is_control()));
    }
}

/// A change of some bytes of a file.
#[derive(Debug, Clone)]
enum Change {
    Cut(usize, usize),
    Repeat(usize, usize),
    Set(usize, u8),
    Insert(usize, &'static str),
}

const PIECES: [&str; 14] = [
    "-1",
    "1e308",
    "NaN",
    "99999999999999999999",
    "\0",
    "&x;",
    "<",
    ">",
    "\"",
    "\u{feff}",
    "é",
    "null",
    "</div>",
    "<p>",
];

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<usize>(), 1_usize..40).prop_map(|(at, length)| Change::Cut(at, length)),
        (any::<usize>(), 1_usize..40).prop_map(|(at, length)| Change::Repeat(at, length)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Change::Set(at, byte)),
        (any::<usize>(), prop::sample::select(&PIECES[..]))
            .prop_map(|(at, piece)| Change::Insert(at, piece)),
    ]
}

fn changed(mut bytes: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |at: usize| at % (bytes.len() + 1);
        match *change {
            Change::Cut(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Change::Repeat(at, length) => {
                let at = place(at);
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Change::Set(at, byte) => {
                let at = place(at);
                if let Some(set) = bytes.get_mut(at) {
                    *set = byte;
                }
            }
            Change::Insert(at, piece) => {
                let at = place(at);
                bytes.splice(at..at, piece.bytes());
            }
        }
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn changed_files_never_panic_and_what_comes_out_may_be_relied_on(
        seed in 0..SEEDS.len(),
        changes in prop::collection::vec(change(), 0..6),
    ) {
        let (format, content) = SEEDS[seed];
        let bytes = changed(content.as_bytes().to_vec(), &changes);
        let _told = format_of(&bytes);
        for page in pages(bytes.as_slice(), format).take(100).flatten() {
            may_be_relied_on(&page);
        }
    }
}

#[test]
fn the_seeds_are_whole() {
    for (format, content) in SEEDS {
        assert_eq!(format_of(content.as_bytes()), Some(format));
        assert!(page(content).text.words().count() > 0, "{format}");
    }
}
