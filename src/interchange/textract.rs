//! The answers of AWS Textract (`DetectDocumentText`, `AnalyzeDocument`, `GetDocument…`): one as it came, or all parts of a
//! paginated one in a JSON array.
//!
//! Boxes are shares of a page whose size nobody states: the page gets [`VIRTUAL_SIZE`]. Lines are blocks `LINE`, their
//! words by their relationships; blocks `LAYOUT_…` part paragraphs where there are any; selection elements are boxes to
//! be ticked.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::absent::{VIRTUAL_DPI, VIRTUAL_SIZE};
use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, right_angle};
use super::source::PageSource;
use crate::document::RightAngle;

/// Reads answers of Textract.
pub(super) struct Textract<'a> {
    /// `None` once it was read.
    text: Option<Text<'a>>,
    pages: std::vec::IntoIter<RawPage>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Answers {
    All(Vec<Answer>),
    One(Answer),
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    blocks: Vec<Block>,
    next_token: Option<String>,
    detect_document_text_model_version: Option<String>,
    analyze_document_model_version: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Block {
    #[serde(default)]
    id: String,
    #[serde(rename = "BlockType")]
    kind: String,
    text: Option<String>,
    confidence: Option<f64>,
    page: Option<u32>,
    geometry: Option<Geometry>,
    relationships: Option<Vec<Relationship>>,
    selection_status: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Geometry {
    bounding_box: Option<BoundingBox>,
    polygon: Option<Vec<Point>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct BoundingBox {
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Point {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Relationship {
    r#type: String,
    #[serde(default)]
    ids: Vec<String>,
}

impl<'a> Textract<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self { text: Some(text), pages: Vec::new().into_iter() }
    }
}

impl PageSource for Textract<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        if let Some(mut text) = self.text.take() {
            self.pages = pages_of(&text.read_all()?)?.into_iter();
        }
        Ok(self.pages.next())
    }
}

fn pages_of(json: &str) -> Result<Vec<RawPage>, Broken> {
    // An untagged enum would not say where the JSON is broken.
    let answers = if json.trim_start().starts_with('[') {
        serde_json::from_str(json).map(Answers::All)
    } else {
        serde_json::from_str(json).map(Answers::One)
    };
    let answers = match answers.map_err(|error| Broken::corrupt(error.to_string()))? {
        Answers::All(answers) => answers,
        Answers::One(answer) => vec![answer],
    };
    if answers.last().is_some_and(|last| last.next_token.is_some()) {
        return Err(Broken::corrupt(
            "the answer goes on in another one (`NextToken`), put all of them into one JSON array",
        ));
    }
    let version = answers.iter().find_map(|answer| {
        answer
            .detect_document_text_model_version
            .as_ref()
            .or(answer.analyze_document_model_version.as_ref())
    });
    let engine =
        version.map_or_else(|| "textract".to_owned(), |version| format!("textract {version}"));
    let blocks: Vec<Block> = answers.into_iter().flat_map(|answer| answer.blocks).collect();
    let by_id: HashMap<&str, &Block> =
        blocks.iter().map(|block| (block.id.as_str(), block)).collect();
    let in_layout = paragraphs(&blocks);
    let mut pages: BTreeMap<u32, RawPage> = BTreeMap::new();
    for block in &blocks {
        let page = pages.entry(block.page.unwrap_or(1)).or_insert_with(|| new_page(&engine));
        match block.kind.as_str() {
            "LINE" => page.lines.push(line(block, &by_id, &in_layout)?),
            "SELECTION_ELEMENT" => {
                let is_ticked = block.selection_status.as_deref() == Some("SELECTED");
                let bounds = block.bounds();
                page.marks.extend(bounds.map(|bounds| RawMark::TickBox { bounds, is_ticked }));
            }
            _ => {}
        }
    }
    let last = pages.keys().next_back().copied().unwrap_or(0);
    if last as usize > blocks.len() {
        return Err(Broken::corrupt(format!(
            "there is a page {last}, but most before it are missing"
        )));
    }
    // A page without any block was sent as well, and counts.
    Ok((1..=last)
        .map(|number| pages.remove(&number).unwrap_or_else(|| new_page(&engine)))
        .collect())
}

fn new_page(engine: &str) -> RawPage {
    RawPage {
        width: Some(f64::from(VIRTUAL_SIZE.0)),
        height: Some(f64::from(VIRTUAL_SIZE.1)),
        dpi: Some(VIRTUAL_DPI),
        engine: engine.to_owned(),
        steps: vec!["page_size_virtual".to_owned()],
        ..RawPage::default()
    }
}

/// Numbers the layout blocks, by the lines in them.
fn paragraphs(blocks: &[Block]) -> HashMap<&str, usize> {
    let layouts = blocks.iter().filter(|block| block.kind.starts_with("LAYOUT_"));
    let mut numbers = HashMap::new();
    for (number, layout) in layouts.enumerate() {
        for id in layout.children() {
            // 0 stands for lines that are in none.
            numbers.entry(id).or_insert(number + 1);
        }
    }
    numbers
}

fn line(
    block: &Block,
    by_id: &HashMap<&str, &Block>,
    in_layout: &HashMap<&str, usize>,
) -> Result<RawLine, Broken> {
    let mut words = Vec::new();
    for id in block.children() {
        let word = by_id.get(id).ok_or_else(|| {
            Broken::corrupt(format!(
                "line `{}` has the word `{id}`, which is not in the file; put all parts of the answer into one JSON array",
                block.id
            ))
        })?;
        if word.kind == "WORD" {
            words.push(RawWord {
                text: word.text.clone().unwrap_or_default(),
                bounds: word.bounds(),
                confidence: word.confidence,
            });
        }
    }
    let number = in_layout.get(block.id.as_str()).copied().unwrap_or(0);
    Ok(RawLine {
        block: number,
        paragraph: number,
        bounds: block.bounds(),
        confidence: block.confidence,
        turn: block.turn(),
        words,
        text: block.text.clone().unwrap_or_default(),
    })
}

impl Block {
    fn children(&self) -> impl Iterator<Item = &str> {
        let all = self.relationships.iter().flatten();
        let children = all.filter(|relationship| relationship.r#type == "CHILD");
        children.flat_map(|relationship| relationship.ids.iter().map(String::as_str))
    }

    fn bounds(&self) -> Option<RawBox> {
        let BoundingBox { left, top, width, height } =
            self.geometry.as_ref()?.bounding_box.as_ref()?;
        let shares = RawBox::of_size((Some(*left), Some(*top)), (Some(*width), Some(*height)))?;
        Some(shares.scaled(f64::from(VIRTUAL_SIZE.0), f64::from(VIRTUAL_SIZE.1)))
    }

    /// The first two points of a polygon are the ends of the upper edge of its text, whichever way that runs.
    fn turn(&self) -> RightAngle {
        let points = self.geometry.as_ref().and_then(|geometry| geometry.polygon.as_deref());
        let Some([first, second, ..]) = points else { return RightAngle::None };
        let (across, down) = (second.x - first.x, second.y - first.y);
        right_angle(-down.atan2(across).to_degrees())
    }
}
