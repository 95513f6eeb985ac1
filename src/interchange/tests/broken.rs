//! Broken files say what is wrong with them, and cost their own pages only.

use super::*;
use crate::document::Reason;

fn check(content: &str, format: WordFormat, expected: &str) {
    assert_eq!(wrong(content, format), expected);
}

#[test]
fn what_is_wrong_is_said() {
    check("", WordFormat::Hocr, "decode: there is no page in it");
    check("<html><body>News</body></html>", WordFormat::Hocr, "decode: there is no page in it");
    check(
        "<div class='ocr_page' title='bbox 0 0 9 9'><span class='ocr_line'",
        WordFormat::Hocr,
        "decode: at byte 43: syntax error: tag not closed: `>` not found before end of input",
    );
    check(
        "<div class='ocr_page' title='bbox 0 0 9 9'><span class='ocr_line'>",
        WordFormat::Hocr,
        "decode: the file ends in the midst of a page",
    );
    check(
        "<div class='ocr_page' title='bbox 0 0 9 9'><span class='ocrx_word'>Total</span></div>",
        WordFormat::Hocr,
        "decode: the word `Total` has no box, nor has its line",
    );
    check("<alto><Layout><Page>", WordFormat::Alto, "decode: the file ends in the midst of a page");
    check("{\"Blocks\": [}", WordFormat::Textract, "decode: expected value at line 1 column 13");
    check(
        "{\"Blocks\": [], \"NextToken\": \"abc\"}",
        WordFormat::Textract,
        "decode: the answer goes on in another one (`NextToken`), put all of them into one JSON array",
    );
    check(
        "{\"Blocks\": [{\"BlockType\": \"LINE\", \"Id\": \"l\", \"Relationships\": [{\"Type\": \"CHILD\", \"Ids\": [\"w\"]}]}]}",
        WordFormat::Textract,
        "decode: line `l` has the word `w`, which is not in the file; put all parts of the answer into one JSON array",
    );
    check(
        "{\"text\": \"ab\", \"pages\": [{\"tokens\": [{\"layout\": {\"textAnchor\": {\"textSegments\": [{\"endIndex\": 3}]}}}]}]}",
        WordFormat::DocumentAi,
        "decode: characters 0 to 3 are not in the text",
    );
    check(
        "{\"width\": 1e9, \"height\": 5}\n",
        WordFormat::Jsonl,
        "decode: a page of 1000000000 × 5, the limit is 200000 a side",
    );
    check(
        "{}\n{\"colour\": 1}\n",
        WordFormat::Jsonl,
        "decode: line 2: unknown field `colour`, expected one of `document`, `page`, `width`, `height`, `dpi`, `engine`, `languages`, `lines`, `words`, `rules`, `pictures`, `tick_boxes` at column 9",
    );
    check(
        "{\"document\": \"a\"}\n{\"document\": \"b\"}\n",
        WordFormat::Jsonl,
        "decode: line 2: a page of `b` after pages of `a`, but a file holds one document",
    );
    check(
        "5\t1\t1\tx\n",
        WordFormat::Tsv,
        "decode: row 1: `5\t1\t1\tx` has not the 12 columns of Tesseract's TSV",
    );
}

#[test]
fn entities_of_a_document_type_are_not_known() {
    let bomb = "<!DOCTYPE alto [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\"><!ENTITY c SYSTEM \"file:///etc/passwd\">]>\
        <alto><Layout><Page WIDTH=\"9\" HEIGHT=\"9\"><PrintSpace><TextLine><String HPOS=\"1\" VPOS=\"1\" WIDTH=\"1\" HEIGHT=\"1\" CONTENT=\"NAME\"/></TextLine></PrintSpace></Page></Layout></alto>";
    for name in ["&b;", "&c;"] {
        let said = wrong(bomb.replace("NAME", name), WordFormat::Alto);
        assert!(said.contains("unrecognized entity"), "{said}");
    }
}

#[test]
fn a_broken_page_does_not_take_the_others_with_it() {
    let hocr = "<div class='ocr_page' title='bbox 0 0 9 9'><span class='ocrx_word'>Total</span></div>\
        <div class='ocr_page' title='bbox 0 0 9 9'></div>";
    let all: Vec<bool> =
        pages(hocr.as_bytes(), WordFormat::Hocr).map(|page| page.is_ok()).collect();
    assert_eq!(all, [false, true]);
    let lines = "{\"width\": 9, \"height\": 9}\n{\"width\": \n{\"width\": 9, \"height\": 9}\n";
    let all: Vec<bool> =
        pages(lines.as_bytes(), WordFormat::Jsonl).map(|page| page.is_ok()).collect();
    assert_eq!(all, [true, false], "after broken JSON nobody knows where the next page begins");
}

#[test]
fn a_page_that_is_too_long_is_refused_and_not_kept() {
    for format in WordFormat::ALL {
        let endless = std::io::repeat(b'a');
        let failure = pages(endless, *format).find_map(Result::err).unwrap();
        assert_eq!(failure.reason, Reason::TooLarge, "{format}");
        assert_eq!(failure.message, "a page of more than 1 MiB", "{format}");
    }
}

#[test]
fn a_long_file_is_read_page_by_page() {
    use std::io::Read;
    // So many pages are far more than a page may have.
    let page =
        format!("{{\"width\": 9, \"height\": 9, \"engine\": \"{}\"}}\n", "e".repeat(1 << 16));
    let count = 300_u64;
    let repeated = Repeated { page: page.as_bytes(), at: 0 }.take(page.len() as u64 * count);
    let read = pages(repeated, WordFormat::Jsonl).flatten().count();
    assert_eq!(read as u64, count);
}

struct Repeated<'a> {
    page: &'a [u8],
    at: usize,
}

impl std::io::Read for Repeated<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let rest = &self.page[self.at..];
        let taken = rest.len().min(into.len());
        into[..taken].copy_from_slice(&rest[..taken]);
        self.at = (self.at + taken) % self.page.len();
        Ok(taken)
    }
}
