//! Each format as real programs write it.

use super::*;
use crate::document::{DpiSource, RightAngle};

const HOCR: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
 <head><title></title>
  <meta name='ocr-system' content='tesseract 5.3.0' />
 </head>
 <body>
  <div class='ocr_page' id='page_1' title='image "a;b.png"; bbox 0 0 600 800; ppageno 0; scan_res 200 200'>
   <div class='ocr_carea' title="bbox 10 10 300 90">
    <p class='ocr_par' lang='deu' title="bbox 10 10 300 90">
     <span class='ocr_line' title="bbox 10 10 300 40; baseline 0 -5">
      <span class='ocrx_word' title='bbox 10 10 100 40; x_wconf 96'>R&amp;D</span>
      <span class='ocrx_word' title='bbox 110 12 200 40; x_wconf 31'><strong>f&uuml;r</strong></span>
     </span>
     <span class='ocr_line' title="bbox 10 50 300 90">
      <span class='ocrx_word' title='bbox 10 50 90 90; x_wconf 88'>Total</span>
     </span>
    </p>
    <p class='ocr_par' lang='eng' title="bbox 10 100 300 130"><span class='ocr_header' title="bbox 10 100 300 130"><span
      class='ocrx_word' title='bbox 10 100 90 130; x_wconf 70'>Next</span></span></p>
   </div>
   <div class='ocr_separator' title='bbox 0 200 600 203'></div>
   <div class='ocr_photo' title='bbox 300 300 500 500'></div>
  </div>
  <div class='ocr_page' title='bbox 0 0 600 800; scan_res 200 200'></div>
 </body>
</html>
"#;

#[test]
fn hocr_of_tesseract() {
    let all = read(HOCR);
    assert_eq!(all.len(), 2, "a page without words is a page");
    let [first, second] = &all[..] else { unreachable!() };
    assert_eq!((first.engine.as_str(), first.languages.as_str()), ("tesseract 5.3.0", "deu+eng"));
    assert_eq!((first.text.width, first.text.height, first.text.dpi), (600, 800, 200.0));
    assert_eq!(first.text.facts.dpi_source, DpiSource::Declared);
    assert_eq!(
        words(&first.text),
        [
            ("R&D", [10, 10, 100, 40], 96.0),
            ("für", [110, 12, 200, 40], 31.0),
            ("Total", [10, 50, 90, 90], 88.0),
            ("Next", [10, 100, 90, 130], 70.0),
        ]
    );
    let lines = lines(&first.text);
    assert_eq!(lines[0], (0, 0, "R&D für".to_owned()));
    assert_eq!(lines[2], (0, 1, "Next".to_owned()));
    assert_eq!(
        first.text.marks,
        [Mark::HorizontalRule(bounds(0, 200, 600, 203)), Mark::Picture(bounds(300, 300, 500, 500))]
    );
    assert_eq!(second.text.words().count(), 0);
    assert!(first.steps.is_empty(), "{:?}", first.steps);
}

#[test]
fn hocr_as_it_is_found_in_the_wild() {
    let sloppy = r#"<HTML><HEAD><META NAME="ocr-system" CONTENT="old engine"><link rel=stylesheet href=a.css>
        <script>if (a && b) { document.write("x") }</script></HEAD><BODY>
        <DIV CLASS=ocr_page TITLE="bbox 0 0 600 800"><P CLASS=ocr_par>
        <SPAN CLASS=ocr_line TITLE="bbox 10 10 300 40">Fish&nbsp;&amp; chips, AT&T<br></SPAN>
        <P CLASS=ocr_par><SPAN CLASS="ocr_line extra" TITLE="bbox 10 50 300 90"><SPAN
        CLASS=ocrx_word TITLE="bbox 10 50 90 90; x_wconf 0.88">Total</SPAN></SPAN><img src=a.png></DIV></BODY></HTML>"#;
    let page = page(sloppy);
    assert_eq!(page.engine, "old engine");
    let lines = lines(&page.text);
    assert_eq!(
        lines[0],
        (0, 0, "Fish & chips, AT&T".to_owned()),
        "laid out in the box of the line"
    );
    assert_eq!(lines[1], (0, 1, "Total".to_owned()));
    let laid_out = words(&page.text);
    assert_eq!(laid_out[0].1, [10, 10, 74, 40], "four of 18 characters of 290 pixels");
    assert_eq!(laid_out[4], ("Total", [10, 50, 90, 90], 88.0));
}

const ALTO: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<a:alto xmlns:a="http://www.loc.gov/standards/alto/ns-v2#">
 <a:Description><a:MeasurementUnit>UNIT</a:MeasurementUnit>
  <a:OCRProcessing ID="OCR1">
   <a:preProcessingStep><a:processingSoftware><a:softwareName>Binarizer</a:softwareName></a:processingSoftware></a:preProcessingStep>
   <a:ocrProcessingStep><a:processingStepSettings>width:20; dpi:400</a:processingStepSettings>
    <a:processingSoftware><a:softwareCreator>ABBYY</a:softwareCreator><a:softwareName>FineReader</a:softwareName><a:softwareVersion>11.0</a:softwareVersion></a:processingSoftware></a:ocrProcessingStep>
  </a:OCRProcessing>
 </a:Description>
 <a:Layout><a:Page ID="P1" PHYSICAL_IMG_NR="1" WIDTH="2100" HEIGHT="2970">
  <a:TopMargin/><a:PrintSpace>
   <a:TextBlock ID="B1" language="en-GB" HPOS="100" VPOS="100" WIDTH="900" HEIGHT="100">
    <a:TextLine HPOS="100" VPOS="100" WIDTH="900" HEIGHT="40">
     <a:String CONTENT="An" HPOS="100" VPOS="100" WIDTH="60" HEIGHT="40" WC="0.93" CC="0 1"/><a:SP/>
     <a:String CONTENT="exam" HPOS="180" VPOS="100" WIDTH="90.4" HEIGHT="40" WC="1.0" SUBS_TYPE="HypPart1" SUBS_CONTENT="example"/>
     <a:HYP CONTENT="-" HPOS="270" VPOS="120" WIDTH="10" HEIGHT="4"/>
    </a:TextLine>
    <a:TextLine HPOS="100" VPOS="150" WIDTH="900" HEIGHT="40">
     <a:String CONTENT="ple" HPOS="100" VPOS="150" WIDTH="60" HEIGHT="40" WC="0.5" SUBS_TYPE="HypPart2" SUBS_CONTENT="example"/>
    </a:TextLine>
   </a:TextBlock>
   <a:GraphicalElement ID="G1" HPOS="500" VPOS="0" WIDTH="2" HEIGHT="2970"/>
   <a:ComposedBlock ID="C1"><a:TextBlock ID="B2"><a:TextLine HPOS="100" VPOS="300" WIDTH="300" HEIGHT="40"><a:String CONTENT="no box"/></a:TextLine></a:TextBlock></a:ComposedBlock>
  </a:PrintSpace></a:Page></a:Layout>
</a:alto>"#;

#[test]
fn alto_2_of_an_old_archive() {
    let page = page(ALTO.replace("UNIT", "pixel"));
    assert_eq!((page.engine.as_str(), page.languages.as_str()), ("FineReader 11.0", "eng"));
    assert_eq!((page.text.width, page.text.height, page.text.dpi), (2100, 2970, 400.0));
    assert_eq!(
        words(&page.text),
        [
            ("An", [100, 100, 160, 140], 93.0),
            ("exam-", [180, 100, 280, 140], 100.0),
            ("ple", [100, 150, 160, 190], 50.0),
            ("no", [100, 300, 200, 340], ABSENT_CONFIDENCE),
            ("box", [250, 300, 400, 340], ABSENT_CONFIDENCE),
        ]
    );
    assert_eq!(page.text.marks, [Mark::VerticalRule(bounds(500, 0, 502, 2970))]);
    assert_eq!(page.steps, ["confidence_absent:1"]);
}

#[test]
fn units_of_alto_are_pixels_of_which_as_many_make_an_inch() {
    assert_eq!(page(ALTO.replace("UNIT", "mm10")).text.dpi, 254.0);
    assert_eq!(page(ALTO.replace("UNIT", "inch1200")).text.dpi, 1200.0);
}

const PAGE_XML: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<PcGts xmlns="http://schema.primaresearch.org/PAGE/gts/pagecontent/2019-07-15">
 <Metadata><Creator>Transkribus</Creator><Created>2020-01-01T00:00:00</Created></Metadata>
 <Page imageFilename="a.jpg" imageWidth="1000" imageHeight="1400" imageXResolution="118" imageResolutionUnit="PPCM" primaryLanguage="German">
  <ReadingOrder><OrderedGroup id="ro"><RegionRefIndexed index="0" regionRef="r2"/><RegionRefIndexed index="1" regionRef="r1"/></OrderedGroup></ReadingOrder>
  <TextRegion id="r1"><Coords points="0,0 900,0 900,300 0,300"/>
   <TextLine id="l1"><Coords points="10,10 400,12 400,50 10,48"/><Baseline points="10,45 400,45"/>
    <Word id="w1"><Coords points="10,10 100,10 100,50 10,50"/>
     <Glyph id="g1"><Coords points="10,10 20,10 20,50 10,50"/><TextEquiv conf="0.1"><Unicode>X</Unicode></TextEquiv></Glyph>
     <TextEquiv index="1" conf="0.2"><Unicode>wrong</Unicode></TextEquiv>
     <TextEquiv index="0" conf="0.75"><Unicode>M&#252;ller</Unicode></TextEquiv></Word>
    <TextEquiv><Unicode>Müller</Unicode></TextEquiv></TextLine>
   <TextEquiv><Unicode>Müller</Unicode></TextEquiv>
  </TextRegion>
  <TextRegion id="r2"><Coords points="0,400 900,400 900,600 0,600"/>
   <TextLine id="l2"><Coords points="0,400 90,400 90,440 0,440"/><TextEquiv conf="0.6"><Unicode>ab cdefg h</Unicode></TextEquiv></TextLine>
  </TextRegion>
  <TextRegion id="r3"><Coords><Point x="0" y="700"/><Point x="100" y="800"/></Coords><TextEquiv><Unicode>one
two</Unicode></TextEquiv></TextRegion>
  <SeparatorRegion id="s1"><Coords points="0,650 900,650 900,653 0,653"/></SeparatorRegion>
 </Page>
</PcGts>"#;

#[test]
fn page_xml_of_transkribus_in_its_reading_order() {
    let page = page(PAGE_XML);
    assert_eq!((page.engine.as_str(), page.languages.as_str()), ("Transkribus", "deu"));
    assert_eq!((page.text.width, page.text.height), (1000, 1400));
    assert!((page.text.dpi - 299.72).abs() < 0.01, "{}", page.text.dpi);
    assert_eq!(
        words(&page.text),
        [
            ("ab", [0, 400, 18, 440], 60.0),
            ("cdefg", [27, 400, 72, 440], 60.0),
            ("h", [81, 400, 90, 440], 60.0),
            ("Müller", [10, 10, 100, 50], 75.0),
            ("one", [0, 700, 100, 750], ABSENT_CONFIDENCE),
            ("two", [0, 750, 100, 800], ABSENT_CONFIDENCE),
        ]
    );
    assert_eq!(rules(&page.text), [&Mark::HorizontalRule(bounds(0, 650, 900, 653))]);
}

#[test]
fn tsv_of_tesseract() {
    let head = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";
    let table = format!(
        "{head}1\t1\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n\
         2\t1\t1\t0\t0\t0\t10\t10\t90\t30\t-1\t\n\
         5\t1\t1\t1\t1\t1\t10\t10\t90\t30\t96.063751\tTotal\n\
         5\t1\t1\t1\t1\t2\t110\t10\t90\t30\t0.5\t12.50\r\n\
         5\t1\t1\t1\t2\t1\t10\t50\t90\t30\t95\t \n\
         5\t1\t2\t1\t1\t1\t10\t90\t20\t30\t91\t\"quoted\n\
         1\t2\t0\t0\t0\t0\t0\t0\t600\t800\t-1\t\n"
    );
    let all = read(table);
    assert_eq!(all.len(), 2);
    assert_eq!(
        words(&all[0].text),
        [
            ("Total", [10, 10, 100, 40], 96.063_75),
            ("12.50", [110, 10, 200, 40], 0.5),
            ("\"quoted", [10, 90, 30, 120], 91.0)
        ]
    );
    assert_eq!(lines(&all[0].text)[1], (1, 0, "\"quoted".to_owned()));
}

const TEXTRACT: &str = r#"{"DocumentMetadata": {"Pages": 2}, "DetectDocumentTextModelVersion": "1.0", "Blocks": [
 {"BlockType": "PAGE", "Page": 1, "Id": "p1", "Geometry": {"BoundingBox": {"Width": 1, "Height": 1, "Left": 0, "Top": 0}}, "Relationships": [{"Type": "CHILD", "Ids": ["l1"]}]},
 {"BlockType": "LINE", "Page": 1, "Id": "l1", "Text": "Total 12.50", "Confidence": 98.2,
  "Geometry": {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.4, "Height": 0.02}, "Polygon": [{"X": 0.1, "Y": 0.1}, {"X": 0.5, "Y": 0.1}]},
  "Relationships": [{"Type": "CHILD", "Ids": ["w1", "w2"]}]},
 {"BlockType": "WORD", "Page": 1, "Id": "w1", "Text": "Total", "TextType": "PRINTED", "Confidence": 99.5, "Geometry": {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.2, "Height": 0.02}}},
 {"BlockType": "WORD", "Page": 1, "Id": "w2", "Text": "12.50", "Confidence": 97.0, "Geometry": {"BoundingBox": {"Left": 0.4, "Top": 0.1, "Width": 0.1, "Height": 0.02}}},
 {"BlockType": "SELECTION_ELEMENT", "Page": 1, "Id": "s1", "SelectionStatus": "SELECTED", "Confidence": 90, "Geometry": {"BoundingBox": {"Left": 0.5, "Top": 0.5, "Width": 0.01, "Height": 0.01}}},
 {"BlockType": "PAGE", "Page": 2, "Id": "p2"}
]}"#;

#[test]
fn textract_lines_with_words_by_their_relationships() {
    let all = read(TEXTRACT);
    assert_eq!(all.len(), 2);
    assert_eq!(all[0].engine, "textract 1.0");
    assert_eq!((all[0].text.width, all[0].text.height, all[0].text.dpi), (2550, 3300, 300.0));
    assert_eq!(all[0].steps, ["page_size_virtual"]);
    assert_eq!(
        words(&all[0].text),
        [("Total", [255, 330, 765, 396], 99.5), ("12.50", [1020, 330, 1275, 396], 97.0)]
    );
    let [Mark::TickBox(tick)] = &all[0].text.marks[..] else { panic!("{:?}", all[0].text.marks) };
    assert_eq!((tick.bounds, tick.ink > 0.3), (bounds(1275, 1650, 1301, 1683), true));
}

#[test]
fn the_parts_of_a_textract_answer_in_an_array() {
    let (first, second) = TEXTRACT.split_once(" {\"BlockType\": \"WORD\"").unwrap();
    let parts = format!(
        "[{first} {{\"BlockType\": \"PAGE\", \"Id\": \"x\"}}], \"NextToken\": \"abc\"}}, {{\"Blocks\": [{{\"BlockType\": \"WORD\"{second}]"
    );
    assert_eq!(words(&read(parts)[0].text).len(), 2);
}

#[test]
fn textract_of_a_page_that_lies_on_its_side_is_turned() {
    let side = r#"{"Blocks": [{"BlockType": "LINE", "Id": "l", "Text": "up", "Confidence": 90,
        "Geometry": {"BoundingBox": {"Left": 0.1, "Top": 0.2, "Width": 0.02, "Height": 0.3},
                     "Polygon": [{"X": 0.1, "Y": 0.5}, {"X": 0.1, "Y": 0.2}]}}]}"#;
    let page = page(side);
    assert_eq!(page.text.facts.rotation, RightAngle::Quarter);
    assert_eq!((page.text.width, page.text.height), (3300, 2550));
    assert_eq!(words(&page.text), [("up", [1650, 255, 2640, 306], 90.0)]);
}

const DOCUMENT_AI: &str = r#"{"document": {"mimeType": "application/pdf", "text": "Zürich, 5\nTotal\n", "pages": [{
 "pageNumber": 1, "dimension": {"width": 1000, "height": 2000, "unit": "pixels"},
 "layout": {"orientation": "PAGE_UP", "textAnchor": {"textSegments": [{"endIndex": "16"}]}},
 "detectedLanguages": [{"languageCode": "de", "confidence": 0.9}],
 "blocks": [{"layout": {"textAnchor": {"textSegments": [{"endIndex": "10"}]}}}, {"layout": {"textAnchor": {"textSegments": [{"startIndex": "10", "endIndex": "16"}]}}}],
 "lines": [{"layout": {"textAnchor": {"textSegments": [{"endIndex": "10"}]}}}, {"layout": {"textAnchor": {"textSegments": [{"startIndex": "10", "endIndex": "16"}]}}}],
 "tokens": [
  {"layout": {"textAnchor": {"textSegments": [{"endIndex": "6"}]}, "confidence": 0.98, "boundingPoly": {"normalizedVertices": [{"x": 0.1, "y": 0.1}, {"x": 0.2, "y": 0.1}, {"x": 0.2, "y": 0.11}, {"x": 0.1, "y": 0.11}]}}},
  {"layout": {"textAnchor": {"textSegments": [{"startIndex": "6", "endIndex": "8"}]}, "confidence": 0.9, "boundingPoly": {"vertices": [{"x": 200, "y": 200}, {"x": 210, "y": 220}]}}},
  {"layout": {"textAnchor": {"textSegments": [{"startIndex": "8", "endIndex": "10"}]}, "confidence": 0.8, "boundingPoly": {"normalizedVertices": [{"x": 0.3, "y": 0.1}, {"x": 0.31, "y": 0.11}]}}},
  {"layout": {"textAnchor": {"textSegments": [{"startIndex": "10", "endIndex": "16"}]}, "confidence": 0.7, "boundingPoly": {"normalizedVertices": [{"y": 0.2}, {"x": 0.1, "y": 0.21}]}}}
 ],
 "visualElements": [{"type": "unfilled_checkbox", "layout": {"boundingPoly": {"normalizedVertices": [{"x": 0.5, "y": 0.5}, {"x": 0.51, "y": 0.51}]}}}]
}]}}"#;

#[test]
fn document_ai_tokens_by_their_anchors() {
    let page = page(DOCUMENT_AI);
    assert_eq!((page.engine.as_str(), page.languages.as_str()), ("document_ai", "deu"));
    assert_eq!(page.text.facts.dpi_source, DpiSource::Guessed);
    let seen = words(&page.text);
    assert_eq!(
        seen.iter().map(|word| (word.0, word.1)).collect::<Vec<_>>(),
        [
            ("Zürich,", [100, 200, 210, 220]),
            ("5", [300, 200, 310, 220]),
            ("Total", [0, 400, 100, 420])
        ],
        "a comma is of the word before it"
    );
    assert_eq!(seen[0].2, 90.0, "as sure as the less sure part");
    assert_eq!(lines(&page.text)[1], (1, 1, "Total".to_owned()));
    let [Mark::TickBox(tick)] = &page.text.marks[..] else { panic!("{:?}", page.text.marks) };
    assert!(tick.ink < 0.01);
    let snake = DOCUMENT_AI
        .replace("textAnchor", "text_anchor")
        .replace("textSegments", "text_segments")
        .replace("startIndex", "start_index")
        .replace("endIndex", "end_index")
        .replace("boundingPoly", "bounding_poly")
        .replace("normalizedVertices", "normalized_vertices")
        .replace("detectedLanguages", "detected_languages")
        .replace("languageCode", "language_code")
        .replace("visualElements", "visual_elements");
    assert_eq!(super::page(snake), page);
}

#[test]
fn lines_of_json_as_people_write_them() {
    let all = read(
        "\u{feff}{\"width\": 600, \"height\": 800, \"dpi\": 150, \"engine\": \"mine 2\", \"languages\": [\"en\"], \"words\": [\
         {\"text\": \"Total\", \"box\": [10, 10, 90, 40], \"confidence\": 96.5}, {\"text\": \"12.50\", \"box\": [110, 14, 190, 44]}, \
         {\"text\": \"Date\", \"box\": [10, 60, 90, 90], \"confidence\": 12}]}\n\n\
         {\"width\": 600, \"height\": 800, \"lines\": [{\"block\": 3, \"paragraph\": 1, \"text\": \"ab cd\", \"box\": [0, 0, 50, 10], \"confidence\": 80}], \
         \"rules\": [[0, 50, 600, 52]], \"tick_boxes\": [{\"box\": [5, 60, 15, 70], \"ticked\": true}]}\n",
    );
    assert_eq!(
        words(&all[0].text),
        [
            ("Total", [10, 10, 90, 40], 96.5),
            ("12.50", [110, 14, 190, 44], ABSENT_CONFIDENCE),
            ("Date", [10, 60, 90, 90], 12.0)
        ]
    );
    assert_eq!((all[0].engine.as_str(), all[0].languages.as_str()), ("mine 2", "eng"));
    assert_eq!(lines(&all[0].text).len(), 2, "words beside each other are a line");
    assert_eq!(words(&all[1].text), [("ab", [0, 0, 20, 10], 80.0), ("cd", [30, 0, 50, 10], 80.0)]);
    assert_eq!(all[1].text.lines[0].block, 3);
    assert_eq!(all[1].text.marks.len(), 2);
}

#[test]
fn formats_are_told_by_content() {
    let check = |head: &[u8], expected: Option<WordFormat>| {
        assert_eq!(format_of(head), expected, "{}", String::from_utf8_lossy(head));
    };
    check(b"<!doctype html><html><body><p>News of the day</p></body></html>", None);
    check(b"<?xml version='1.0'?><mets:mets xmlns:mets='http://www.loc.gov/METS/'/>", None);
    check(b"{\"name\": \"scanlift\", \"version\": 1}", None);
    check(b"a,b,c\n1,2,3\n", None);
    check(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None);
    check(b"II*\0\x08\0\0\0", None);
    check(b"", None);
    check(b"<!-- made by us -->\n<alto><Layout/></alto>", Some(WordFormat::Alto));
    check(b"{\"text\": \"a long text \\\"Blocks\\\" and more", Some(WordFormat::DocumentAi));
}
