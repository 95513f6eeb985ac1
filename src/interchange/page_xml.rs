//! PAGE-XML (`PRImA` "PAGE content", 2010 to 2019), as OCR-D, kraken, eScriptorium and Transkribus write it.
//!
//! Boxes are those around the polygons. Regions come in the file's reading order, if it has one. Text that the file has
//! only for a line or a region is laid out in its box.

use std::collections::HashMap;

use quick_xml::events::{BytesStart, Event};

use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, Scale, right_angle};
use super::source::PageSource;
use super::xml::{Events, Markup, attributes, local, number};
use crate::document::RightAngle;

const CENTIMETRES_PER_INCH: f64 = 2.54;

/// Elements that are open at once.
const DEEPEST: usize = 256;

/// Reads PAGE-XML.
pub(super) struct PageXml<'a> {
    events: Events<'a>,
    engine: String,
    text: String,
    open: Vec<Open>,
    page: Option<PageBuilder>,
}

/// An element whose content counts.
#[derive(Debug, Default)]
struct Open {
    kind: Kind,
    id: String,
    bounds: Option<RawBox>,
    turn: RightAngle,
    /// The reading that counts, and its number: the lowest one.
    text: Option<(u32, String, Option<f64>)>,
    /// Of a line: its words. Of a region: where its lines begin on the page.
    words: Vec<RawWord>,
    first_line: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Kind {
    Region,
    Separator,
    Picture,
    Line,
    Word,
    /// A reading of what it stands in: its number, and its confidence.
    Reading,
    Creator,
    /// Its coordinates and readings are of nothing that counts.
    #[default]
    Other,
}

#[derive(Default)]
struct PageBuilder {
    page: RawPage,
    /// Blocks of the regions, by ID.
    regions: Vec<String>,
    /// Places in the reading order, by ID.
    order: HashMap<String, usize>,
    turn: RightAngle,
}

impl<'a> PageXml<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self {
            events: Events::new(text, Markup::Xml),
            engine: String::new(),
            text: String::new(),
            open: Vec::new(),
            page: None,
        }
    }

    fn start(&mut self, name: &str, found: &HashMap<String, String>) -> Result<(), Broken> {
        let attribute = |name: &str| found.get(name).map(String::as_str);
        let value = |name: &str| attribute(name).and_then(number);
        match name {
            "Page" => self.page = Some(PageBuilder::new(found)),
            "RegionRef" | "RegionRefIndexed" => {
                if let (Some(page), Some(region)) = (&mut self.page, attribute("regionRef")) {
                    // Indexes count in their group only, and files list them in their order.
                    let place = page.order.len();
                    page.order.entry(region.to_owned()).or_insert(place);
                }
            }
            "Coords" => {
                if let Some(open) = self.open.last_mut()
                    && let Some(points) = attribute("points")
                {
                    open.bounds = RawBox::around(points_of(points));
                }
            }
            "Point" => {
                let point = value("x").zip(value("y"));
                if let (Some(open), Some((x, y))) = (self.open.last_mut(), point) {
                    let point = RawBox { left: x, top: y, right: x, bottom: y };
                    open.bounds = Some(open.bounds.map_or(point, |all| all.union(&point)));
                }
            }
            _ => {}
        }
        let Some(kind) = kind_of(name) else { return Ok(()) };
        if self.open.len() == DEEPEST {
            return Err(Broken::corrupt(format!("more than {DEEPEST} elements in each other")));
        }
        self.text.clear();
        let outer = self.open.last().map_or(RightAngle::None, |open| open.turn);
        let stated = value("orientation").map(right_angle);
        let mut open = Open {
            kind,
            id: attribute("id").unwrap_or_default().to_owned(),
            turn: stated.unwrap_or(outer),
            ..Open::default()
        };
        if let Some(page) = &mut self.page {
            open.first_line = page.page.lines.len();
            if stated.is_none() && self.open.is_empty() {
                open.turn = page.turn;
            }
            for language in ["primaryLanguage", "language"].into_iter().filter_map(attribute) {
                page.page.add_language(language);
            }
        }
        if kind == Kind::Reading {
            let index = attribute("index").and_then(|index| index.parse().ok()).unwrap_or(0);
            open.text = Some((index, String::new(), value("conf")));
        }
        self.open.push(open);
        Ok(())
    }

    /// Takes the end of an element; returns the page that ends with it.
    fn end(&mut self, name: &str) -> Option<RawPage> {
        match name {
            "Page" => {
                self.open.clear();
                self.events.next_page();
                let mut page = self.page.take()?.in_order();
                page.engine.clone_from(&self.engine);
                return Some(page);
            }
            "Unicode" => {
                if let Some(open) = self.open.last_mut()
                    && let Some((_, text, _)) = &mut open.text
                {
                    *text = std::mem::take(&mut self.text);
                }
                return None;
            }
            _ => {}
        }
        kind_of(name)?;
        let open = self.open.pop()?;
        match open.kind {
            Kind::Creator => self.text.trim().clone_into(&mut self.engine),
            Kind::Reading => {
                if let (Some(outer), Some(reading)) = (self.open.last_mut(), open.text)
                    && outer.text.as_ref().is_none_or(|(index, ..)| reading.0 < *index)
                {
                    outer.text = Some(reading);
                }
            }
            Kind::Word => {
                if let (Some(line), Some((_, text, confidence))) = (self.open.last_mut(), open.text)
                {
                    line.words.push(RawWord { text, bounds: open.bounds, confidence });
                }
            }
            Kind::Line => {
                let region = self.open.iter().rev().find(|outer| outer.kind == Kind::Region);
                let region = region.map(|region| region.id.clone()).unwrap_or_default();
                self.page.as_mut()?.add_line(open, &region);
            }
            Kind::Region => self.page.as_mut()?.add_region_text(open),
            Kind::Separator => {
                self.page.as_mut()?.page.marks.extend(open.bounds.map(RawMark::Rule));
            }
            Kind::Picture => {
                self.page.as_mut()?.page.marks.extend(open.bounds.map(RawMark::Picture));
            }
            Kind::Other => {}
        }
        None
    }
}

impl PageSource for PageXml<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        loop {
            match self.events.next()? {
                Event::Start(element) => {
                    let (name, found) = read(&element)?;
                    self.start(&name, &found)?;
                }
                Event::Empty(element) => {
                    let (name, found) = read(&element)?;
                    self.start(&name, &found)?;
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
                Event::Text(text) => self.text.push_str(&text.html_content()),
                Event::CData(text) => self.text.push_str(&text.html_content()),
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

fn read(element: &BytesStart<'_>) -> Result<(String, HashMap<String, String>), Broken> {
    let mut found = HashMap::new();
    attributes(element, Markup::Xml, |name, value| {
        found.insert(name.to_owned(), value.into_owned());
    })?;
    Ok((local(element.name().as_ref()).to_owned(), found))
}

fn kind_of(name: &str) -> Option<Kind> {
    Some(match name {
        "TextRegion" | "TableRegion" => Kind::Region,
        "SeparatorRegion" => Kind::Separator,
        "ImageRegion" | "GraphicRegion" | "LineDrawingRegion" | "ChartRegion" => Kind::Picture,
        "TextLine" => Kind::Line,
        "Word" => Kind::Word,
        "TextEquiv" => Kind::Reading,
        "Creator" => Kind::Creator,
        // What has coordinates or readings of its own.
        "Glyph" | "Grapheme" | "Border" | "PrintSpace" | "AlternativeImage" | "MathsRegion"
        | "NoiseRegion" | "UnknownRegion" | "ChemRegion" | "MusicRegion" | "AdvertRegion"
        | "CustomRegion" | "MapRegion" => Kind::Other,
        _ => return None,
    })
}

/// Reads points such as `10,20 30,40`.
fn points_of(points: &str) -> impl Iterator<Item = (f64, f64)> {
    points.split_ascii_whitespace().filter_map(|point| {
        let (x, y) = point.split_once(',')?;
        number(x).zip(number(y))
    })
}

impl PageBuilder {
    fn new(found: &HashMap<String, String>) -> Self {
        let value = |name: &str| found.get(name).and_then(|value| number(value));
        let per_unit = match found.get("imageResolutionUnit").map(String::as_str) {
            Some("PPCM") => CENTIMETRES_PER_INCH,
            _ => 1.0,
        };
        let mut page = RawPage {
            width: value("imageWidth"),
            height: value("imageHeight"),
            dpi: value("imageXResolution").map(|resolution| resolution * per_unit),
            scale: Scale::Share,
            ..RawPage::default()
        };
        if let Some(language) = found.get("primaryLanguage") {
            page.add_language(language);
        }
        let turn = value("orientation").map_or(RightAngle::None, right_angle);
        Self { page, turn, ..Self::default() }
    }

    fn block(&mut self, region: &str) -> usize {
        if self.regions.last().is_none_or(|last| last != region) {
            self.regions.push(region.to_owned());
        }
        self.regions.len() - 1
    }

    fn add_line(&mut self, open: Open, region: &str) {
        let block = self.block(region);
        let (_, text, confidence) = open.text.unwrap_or_default();
        self.page.lines.push(RawLine {
            block,
            bounds: open.bounds,
            confidence,
            turn: open.turn,
            words: open.words,
            text,
            ..RawLine::default()
        });
    }

    /// Lays out the text of a region that has no lines.
    fn add_region_text(&mut self, open: Open) {
        let has_text = |line: &RawLine| !line.words.is_empty() || !line.text.trim().is_empty();
        if self.page.lines.iter().skip(open.first_line).any(has_text) {
            return;
        }
        let (Some((_, text, confidence)), turn) = (open.text, open.turn) else { return };
        let printed: Vec<&str> = text.lines().collect();
        let block = self.block(&open.id);
        for (index, line) in printed.iter().enumerate() {
            let bounds = open.bounds.map(|bounds| {
                let height = (bounds.bottom - bounds.top) / printed.len() as f64;
                let top = bounds.top + height * index as f64;
                RawBox { top, bottom: top + height, ..bounds }
            });
            self.page.lines.push(RawLine {
                block,
                bounds,
                confidence,
                turn,
                text: (*line).to_owned(),
                ..RawLine::default()
            });
        }
    }

    /// Puts the regions into the reading order; those that are not in it come after, as the file has them.
    fn in_order(self) -> RawPage {
        let Self { mut page, regions, order, .. } = self;
        if !order.is_empty() {
            let place = |line: &RawLine| {
                let id = regions.get(line.block);
                id.and_then(|id| order.get(id)).copied().unwrap_or(usize::MAX)
            };
            page.lines.sort_by_key(place);
        }
        page
    }
}
