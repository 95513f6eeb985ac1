//! The `Document` of Google Document AI as JSON, alone or in the answer to a request, with names in either spelling
//! (`textAnchor`, `text_anchor`).
//!
//! The text stands once in the document, and tokens, lines and paragraphs are anchored in it by numbers of characters.
//! Tokens that no white space parts are one word, as they are everywhere else.

use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::absent::{VIRTUAL_DPI, VIRTUAL_SIZE};
use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, Scale};
use super::source::PageSource;
use crate::document::RightAngle;

/// Reads documents of Document AI.
pub(super) struct DocumentAi<'a> {
    /// `None` once it was read.
    text: Option<Text<'a>>,
    pages: std::vec::IntoIter<RawPage>,
}

#[derive(Deserialize)]
struct Answer {
    document: Option<Document>,
    #[serde(flatten)]
    alone: Document,
}

#[derive(Deserialize, Default)]
struct Document {
    #[serde(default)]
    text: String,
    #[serde(default)]
    pages: Vec<Page>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    dimension: Option<Dimension>,
    layout: Option<Layout>,
    #[serde(default, alias = "detected_languages")]
    detected_languages: Vec<Language>,
    #[serde(default)]
    blocks: Vec<Part>,
    #[serde(default)]
    paragraphs: Vec<Part>,
    #[serde(default)]
    lines: Vec<Part>,
    #[serde(default)]
    tokens: Vec<Part>,
    #[serde(default, alias = "visual_elements")]
    visual_elements: Vec<VisualElement>,
}

#[derive(Deserialize)]
struct Dimension {
    #[serde(default)]
    width: f64,
    #[serde(default)]
    height: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Language {
    #[serde(default, alias = "language_code")]
    language_code: String,
}

#[derive(Deserialize)]
struct Part {
    layout: Option<Layout>,
}

#[derive(Deserialize)]
struct VisualElement {
    layout: Option<Layout>,
    #[serde(default)]
    r#type: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Layout {
    #[serde(alias = "text_anchor")]
    text_anchor: Option<Anchor>,
    confidence: Option<f64>,
    #[serde(alias = "bounding_poly")]
    bounding_poly: Option<Polygon>,
    #[serde(default)]
    orientation: serde_json::Value,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Anchor {
    #[serde(default, alias = "text_segments")]
    text_segments: Vec<Segment>,
}

/// Numbers of characters; as texts, as Google writes 64-bit numbers, or as numbers. A start of 0 is left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segment {
    #[serde(default, alias = "start_index", deserialize_with = "index")]
    start_index: usize,
    #[serde(default, alias = "end_index", deserialize_with = "index")]
    end_index: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Polygon {
    #[serde(default)]
    vertices: Vec<Vertex>,
    #[serde(default, alias = "normalized_vertices")]
    normalized_vertices: Vec<Vertex>,
}

/// A coordinate of 0 is left out.
#[derive(Deserialize)]
struct Vertex {
    #[serde(default)]
    x: f64,
    #[serde(default)]
    y: f64,
}

fn index<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Index {
        Number(usize),
        Text(String),
    }
    match Index::deserialize(deserializer)? {
        Index::Number(number) => Ok(number),
        Index::Text(text) => text.parse().map_err(D::Error::custom),
    }
}

impl<'a> DocumentAi<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self { text: Some(text), pages: Vec::new().into_iter() }
    }
}

impl PageSource for DocumentAi<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        if let Some(mut text) = self.text.take() {
            let json = text.read_all()?;
            let answer: Answer =
                serde_json::from_str(&json).map_err(|error| Broken::corrupt(error.to_string()))?;
            let document = answer.document.unwrap_or(answer.alone);
            let anchored = Anchored::new(&document.text);
            let pages: Result<Vec<RawPage>, Broken> =
                document.pages.iter().map(|page| raw_page(page, &anchored)).collect();
            self.pages = pages?.into_iter();
        }
        Ok(self.pages.next())
    }
}

/// The text of a document, by numbers of characters.
struct Anchored<'a> {
    text: &'a str,
    /// Where each character begins in bytes, if not each is one byte.
    starts: Option<Vec<usize>>,
}

/// Characters from the first to behind the last.
type Span = std::ops::Range<usize>;

impl<'a> Anchored<'a> {
    fn new(text: &'a str) -> Self {
        let starts = (!text.is_ascii())
            .then(|| text.char_indices().map(|(at, _)| at).chain([text.len()]).collect());
        Self { text, starts }
    }

    /// Returns the text of a span; `None` if it is not in the text.
    fn get(&self, span: &Span) -> Option<&'a str> {
        match &self.starts {
            None => self.text.get(span.clone()),
            Some(starts) => self.text.get(*starts.get(span.start)?..*starts.get(span.end)?),
        }
    }
}

impl Layout {
    fn spans(&self) -> impl Iterator<Item = Span> {
        let segments = self.text_anchor.iter().flat_map(|anchor| &anchor.text_segments);
        segments.map(|segment| segment.start_index..segment.end_index)
    }

    fn bounds(&self, (width, height): (f64, f64)) -> Option<RawBox> {
        let polygon = self.bounding_poly.as_ref()?;
        let around = |vertices: &[Vertex]| {
            RawBox::around(vertices.iter().map(|vertex| (vertex.x, vertex.y)))
        };
        // Pixels are whole numbers, shares are exact.
        around(&polygon.normalized_vertices)
            .map(|shares| shares.scaled(width, height))
            .or_else(|| around(&polygon.vertices))
    }

    /// `PAGE_RIGHT`: the heads of its letters point to the right of the page.
    fn turn(&self) -> RightAngle {
        match (self.orientation.as_str(), self.orientation.as_u64()) {
            (Some("PAGE_RIGHT"), _) | (_, Some(2)) => RightAngle::ThreeQuarters,
            (Some("PAGE_DOWN"), _) | (_, Some(3)) => RightAngle::Half,
            (Some("PAGE_LEFT"), _) | (_, Some(4)) => RightAngle::Quarter,
            _ => RightAngle::None,
        }
    }
}

/// Where parts of one kind begin and end, ascending, with their number on the page.
struct Places(Vec<(Span, usize)>);

impl Places {
    fn of(parts: &[Part]) -> Self {
        let numbered = parts.iter().enumerate().filter_map(|(number, part)| {
            part.layout.as_ref().map(|layout| layout.spans().map(move |span| (span, number)))
        });
        let mut places: Vec<(Span, usize)> = numbered.flatten().collect();
        places.sort_by_key(|(span, _)| span.start);
        Self(places)
    }

    /// Returns the number of the part that a character stands in.
    fn number_at(&self, at: usize) -> Option<usize> {
        let after = self.0.partition_point(|(span, _)| span.start <= at);
        let (span, number) = self.0.get(after.checked_sub(1)?)?;
        span.contains(&at).then_some(*number)
    }
}

fn raw_page(page: &Page, anchored: &Anchored<'_>) -> Result<RawPage, Broken> {
    let stated = page
        .dimension
        .as_ref()
        .map(|dimension| (dimension.width, dimension.height))
        .filter(|(width, height)| *width >= 1.0 && *height >= 1.0);
    let size = stated.unwrap_or((f64::from(VIRTUAL_SIZE.0), f64::from(VIRTUAL_SIZE.1)));
    let mut raw = RawPage {
        width: Some(size.0),
        height: Some(size.1),
        dpi: stated.is_none().then_some(VIRTUAL_DPI),
        scale: Scale::Share,
        engine: "document_ai".to_owned(),
        ..RawPage::default()
    };
    if stated.is_none() {
        raw.steps.push("page_size_virtual".to_owned());
    }
    for language in &page.detected_languages {
        raw.add_language(&language.language_code);
    }
    for element in &page.visual_elements {
        let is_ticked = match element.r#type.as_str() {
            "filled_checkbox" => true,
            "unfilled_checkbox" => false,
            _ => continue,
        };
        let bounds = element.layout.as_ref().and_then(|layout| layout.bounds(size));
        raw.marks.extend(bounds.map(|bounds| RawMark::TickBox { bounds, is_ticked }));
    }
    let turn = page.layout.as_ref().map_or(RightAngle::None, Layout::turn);
    let builder = LineBuilder {
        lines: Places::of(&page.lines),
        paragraphs: Places::of(&page.paragraphs),
        blocks: Places::of(&page.blocks),
        turn,
        size,
    };
    builder.add_lines(page, anchored, &mut raw)?;
    Ok(raw)
}

struct LineBuilder {
    lines: Places,
    paragraphs: Places,
    blocks: Places,
    /// That of the page, for parts that do not say it.
    turn: RightAngle,
    size: (f64, f64),
}

impl LineBuilder {
    fn add_lines(
        &self,
        page: &Page,
        anchored: &Anchored<'_>,
        raw: &mut RawPage,
    ) -> Result<(), Broken> {
        // Without tokens, as of some processors, lines are laid out.
        let has_tokens = !page.tokens.is_empty();
        let parts = if has_tokens { &page.tokens } else { &page.lines };
        let (mut line_number, mut end) = (None, None);
        for layout in parts.iter().filter_map(|part| part.layout.as_ref()) {
            let Some((at, text, next)) = text_of(layout, anchored)? else { continue };
            let number = self.lines.number_at(at);
            if !has_tokens || raw.lines.is_empty() || line_number != number {
                line_number = number;
                end = None;
                raw.lines.push(self.line(at, layout));
            }
            let Some(line) = raw.lines.last_mut() else { continue };
            let bounds = layout.bounds(self.size);
            let is_joined = end == Some(at) && !text.starts_with(char::is_whitespace);
            let before = line
                .words
                .last_mut()
                .filter(|word| is_joined && !word.text.ends_with(char::is_whitespace));
            match before {
                Some(word) => join(word, &text, bounds, layout.confidence),
                None => line.words.push(RawWord { text, bounds, confidence: layout.confidence }),
            }
            end = Some(next);
        }
        Ok(())
    }

    fn line(&self, at: usize, layout: &Layout) -> RawLine {
        let block = self.blocks.number_at(at).unwrap_or(0);
        let paragraph = self.paragraphs.number_at(at).unwrap_or(block);
        let turn = match layout.turn() {
            RightAngle::None => self.turn,
            stated => stated,
        };
        RawLine { block, paragraph, turn, ..RawLine::default() }
    }
}

/// Returns where a part begins, its text, and where it ends; `None` if it is anchored nowhere.
fn text_of(
    layout: &Layout,
    anchored: &Anchored<'_>,
) -> Result<Option<(usize, String, usize)>, Broken> {
    let mut text = String::new();
    let (mut first, mut last) = (None, 0);
    for span in layout.spans() {
        let part = anchored.get(&span).ok_or_else(|| {
            Broken::corrupt(format!(
                "characters {} to {} are not in the text",
                span.start, span.end
            ))
        })?;
        text.push_str(part);
        first = first.or(Some(span.start));
        last = span.end;
    }
    Ok(first.map(|first| (first, text, last)))
}

/// Adds a token to the word before it.
fn join(word: &mut RawWord, text: &str, bounds: Option<RawBox>, confidence: Option<f64>) {
    word.text.push_str(text);
    word.bounds = match (word.bounds, bounds) {
        (Some(one), Some(other)) => Some(one.union(&other)),
        (one, other) => one.or(other),
    };
    word.confidence = match (word.confidence, confidence) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
}
