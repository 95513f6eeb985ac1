//! ALTO 2, 3 and 4 (<https://www.loc.gov/standards/alto/>), in any namespace and under any prefix.
//!
//! Boxes are in pixels, in tenths of a millimetre or in 1/1200 inch; the latter two are kept as they are: then a pixel of
//! the page text is one of these units, of which 254 or 1200 make an inch.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, Scale, right_angle};
use super::source::PageSource;
use super::xml::{Events, Markup, attributes, local, number};
use crate::document::RightAngle;

/// Reads ALTO.
pub(super) struct Alto<'a> {
    events: Events<'a>,
    /// Of all pages: units in an inch, if the units say it.
    units_per_inch: Option<f64>,
    /// Steps of recognition by their ID. The last one has an empty one, too: pages need not say which they went through.
    steps: HashMap<String, Step>,
    /// The step that is open, and its ID.
    step: Step,
    step_id: String,
    /// The step is one of recognition, not before or after it.
    is_of_recognition: bool,
    /// What the text that comes next is.
    text_of: Option<Said>,
    text: String,
    page: Option<PageBuilder>,
}

/// What read pages.
#[derive(Debug, Default, Clone)]
struct Step {
    name: String,
    version: String,
    dpi: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Unit,
    Name,
    Version,
    Settings,
}

struct PageBuilder {
    page: RawPage,
    blocks: usize,
    turn: RightAngle,
    is_in_line: bool,
}

/// The attributes that count.
#[derive(Debug, Default)]
struct Attributes {
    id: String,
    position: [Option<f64>; 4],
    content: Option<String>,
    confidence: Option<f64>,
    rotation: Option<f64>,
    language: String,
    processing: String,
}

impl<'a> Alto<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self {
            events: Events::new(text, Markup::Xml),
            units_per_inch: None,
            steps: HashMap::new(),
            step: Step::default(),
            step_id: String::new(),
            is_of_recognition: false,
            text_of: None,
            text: String::new(),
            page: None,
        }
    }

    fn start(&mut self, name: &str, found: Attributes) {
        self.text.clear();
        self.text_of = match name {
            "MeasurementUnit" => Some(Said::Unit),
            "softwareName" if self.is_of_recognition => Some(Said::Name),
            "softwareVersion" if self.is_of_recognition => Some(Said::Version),
            "processingStepSettings" => Some(Said::Settings),
            _ => None,
        };
        match name {
            "OCRProcessing" => {
                self.step_id = found.id;
                self.step = Step::default();
            }
            "ocrProcessingStep" => self.is_of_recognition = true,
            "Processing" => {
                self.step_id = found.id;
                self.step = Step::default();
                self.is_of_recognition = true;
            }
            "preProcessingStep" | "postProcessingStep" => self.is_of_recognition = false,
            "Page" => {
                let [_, _, width, height] = found.position;
                let step = self.steps.get(&found.processing).or_else(|| self.steps.get(""));
                let Step { name, version, dpi } = step.cloned().unwrap_or_default();
                let page = RawPage {
                    width,
                    height,
                    dpi: self.units_per_inch.or(dpi),
                    scale: Scale::Share,
                    engine: format!("{name} {version}").trim().to_owned(),
                    ..RawPage::default()
                };
                let turn = RightAngle::None;
                self.page = Some(PageBuilder { page, blocks: 0, turn, is_in_line: false });
            }
            _ => {
                if let Some(page) = &mut self.page {
                    page.start(name, found);
                }
            }
        }
    }

    /// Takes the end of an element; returns the page that ends with it.
    fn end(&mut self, name: &str) -> Option<RawPage> {
        match self.text_of.take() {
            Some(Said::Unit) => {
                self.units_per_inch = match self.text.trim() {
                    "mm10" => Some(254.0),
                    "inch1200" => Some(1200.0),
                    _ => None,
                };
            }
            Some(Said::Name) => self.text.trim().clone_into(&mut self.step.name),
            Some(Said::Version) => self.text.trim().clone_into(&mut self.step.version),
            Some(Said::Settings) => self.step.dpi = dpi_in(&self.text).or(self.step.dpi),
            None => {}
        }
        match name {
            "OCRProcessing" | "Processing" => {
                self.steps.insert(std::mem::take(&mut self.step_id), self.step.clone());
                self.steps.insert(String::new(), std::mem::take(&mut self.step));
                self.is_of_recognition = false;
            }
            "Page" => {
                self.events.next_page();
                return Some(self.page.take()?.page);
            }
            "TextLine" => {
                if let Some(page) = &mut self.page {
                    page.is_in_line = false;
                }
            }
            _ => {}
        }
        None
    }
}

impl PageSource for Alto<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        loop {
            match self.events.next()? {
                Event::Start(element) => {
                    let (name, found) =
                        (local(element.name().as_ref()).to_owned(), read(&element)?);
                    self.start(&name, found);
                }
                Event::Empty(element) => {
                    let (name, found) =
                        (local(element.name().as_ref()).to_owned(), read(&element)?);
                    self.start(&name, found);
                    if let Some(page) = self.end(&name) {
                        return Ok(Some(page));
                    }
                }
                Event::End(element) => {
                    let name = local(element.name().as_ref()).to_owned();
                    if let Some(page) = self.end(&name) {
                        return Ok(Some(page));
                    }
                }
                Event::Text(text) => {
                    if self.text_of.is_some() {
                        self.text.push_str(&text.html_content());
                    }
                }
                Event::CData(text) => {
                    if self.text_of.is_some() {
                        self.text.push_str(&text.html_content());
                    }
                }
                Event::GeneralRef(reference) => {
                    let text = Events::referred(Markup::Xml, &reference)?;
                    self.text.push_str(&text);
                }
                Event::Eof if self.page.is_some() => {
                    return Err(Broken::corrupt("the file ends in the midst of a page"));
                }
                Event::Eof => return Ok(None),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

fn read(element: &BytesStart<'_>) -> Result<Attributes, Broken> {
    let mut found = Attributes::default();
    attributes(element, Markup::Xml, |name, value| match name {
        "ID" => found.id = value.into_owned(),
        "HPOS" => found.position[0] = number(&value),
        "VPOS" => found.position[1] = number(&value),
        "WIDTH" => found.position[2] = number(&value),
        "HEIGHT" => found.position[3] = number(&value),
        "CONTENT" => found.content = Some(value.into_owned()),
        "WC" => found.confidence = number(&value),
        "ROTATION" => found.rotation = number(&value),
        "LANG" | "language" => found.language = value.into_owned(),
        "PROCESSING" => found.processing = value.into_owned(),
        _ => {}
    })?;
    Ok(found)
}

impl Attributes {
    fn bounds(&self) -> Option<RawBox> {
        let [left, top, width, height] = self.position;
        RawBox::of_size((left, top), (width, height))
    }
}

impl PageBuilder {
    fn start(&mut self, name: &str, found: Attributes) {
        let bounds = found.bounds();
        match name {
            "TextBlock" => {
                self.blocks += 1;
                self.page.add_language(&found.language);
                // Counter-clockwise in the standard; clockwise makes it upright.
                self.turn = found.rotation.map_or(RightAngle::None, right_angle);
            }
            "TextLine" => {
                self.page.add_language(&found.language);
                self.start_line(bounds);
            }
            "String" => {
                self.page.add_language(&found.language);
                if !self.is_in_line {
                    self.start_line(None);
                }
                if let Some(line) = self.page.lines.last_mut() {
                    line.words.push(RawWord {
                        text: found.content.unwrap_or_default(),
                        bounds,
                        confidence: found.confidence,
                    });
                }
            }
            "HYP" => {
                let last = self.page.lines.last_mut().and_then(|line| line.words.last_mut());
                if let Some(word) = last.filter(|_| self.is_in_line) {
                    hyphenate(word, found.content.as_deref(), bounds);
                }
            }
            "GraphicalElement" => self.page.marks.extend(bounds.map(RawMark::Rule)),
            "Illustration" => self.page.marks.extend(bounds.map(RawMark::Picture)),
            _ => {}
        }
    }

    fn start_line(&mut self, bounds: Option<RawBox>) {
        let block = self.blocks.saturating_sub(1);
        let turn = self.turn;
        self.page.lines.push(RawLine { block, bounds, turn, ..RawLine::default() });
        self.is_in_line = true;
    }
}

/// Gives a word the hyphen that the line ends with: the page text has what is printed.
fn hyphenate(word: &mut RawWord, hyphen: Option<&str>, bounds: Option<RawBox>) {
    let hyphen = hyphen.map(str::trim).filter(|hyphen| !matches!(*hyphen, "" | "\u{ad}"));
    let hyphen = hyphen.unwrap_or("-");
    let text = word.text.trim_end_matches('\u{ad}');
    if !text.ends_with(hyphen) {
        word.text = format!("{text}{hyphen}");
        word.bounds = match (word.bounds, bounds) {
            (Some(word), Some(hyphen)) => Some(word.union(&hyphen)),
            (word, _) => word,
        };
    }
}

/// Returns the number after `dpi` or `resolution`, as ABBYY and scanlift write it into the settings of a step.
fn dpi_in(settings: &str) -> Option<f64> {
    let lowercase = settings.to_lowercase();
    let (_, rest) = ["dpi", "resolution"].into_iter().find_map(|key| lowercase.split_once(key))?;
    let rest = rest.trim_start_matches([':', '=', ' ', '"']);
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    number(&rest[..end])
}
