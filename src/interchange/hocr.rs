//! hOCR (hOCR 1.2, <http://kba.github.io/hocr-spec/1.2/>): HTML whose classes and titles say what is a page, a line and a
//! word. Read as HTML is, not as XML: elements that are never closed, attributes without quotes, `&nbsp;`.

use quick_xml::events::{BytesStart, Event};

use super::broken::Broken;
use super::limited::Text;
use super::raw_page::{RawBox, RawLine, RawMark, RawPage, RawWord, right_angle};
use super::source::PageSource;
use super::xml::{Events, Markup, attributes, number};

/// Elements without content, which HTML does not close.
const VOID: [&str; 11] =
    ["br", "meta", "img", "hr", "link", "input", "area", "base", "col", "wbr", "embed"];

/// Elements that are open at once; deeper ones are taken for unclosed and forgotten.
const DEEPEST: usize = 512;

/// Reads hOCR.
pub(super) struct Hocr<'a> {
    events: Events<'a>,
    open: Vec<Element>,
    engine: String,
    /// Languages of the whole file.
    languages: Vec<String>,
    page: Option<PageBuilder>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Page,
    Block,
    Paragraph,
    Line,
    Word,
    /// Script or style: its text is none.
    Hidden,
    Other,
}

#[derive(Debug)]
struct Element {
    name: String,
    kind: Kind,
}

/// What the title of an element says.
#[derive(Debug, Default)]
struct Title {
    bounds: Option<RawBox>,
    confidence: Option<f64>,
    dpi: Option<f64>,
    angle: Option<f64>,
}

/// The attributes that count.
#[derive(Debug, Default)]
struct Attributes {
    class: String,
    title: String,
    language: String,
    /// Of `meta`.
    name: String,
    content: String,
}

impl<'a> Hocr<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        Self {
            events: Events::new(text, Markup::Html),
            open: Vec::new(),
            engine: String::new(),
            languages: Vec::new(),
            page: None,
        }
    }

    /// Takes an element; returns the page that ends with it.
    fn start(&mut self, name: String, found: Attributes, is_empty: bool) -> Option<RawPage> {
        if name == "meta" {
            match found.name.to_ascii_lowercase().as_str() {
                "ocr-system" => found.content.trim().clone_into(&mut self.engine),
                "ocr-langs" => self.languages = vec![found.content],
                _ => {}
            }
            return None;
        }
        if name == "br"
            && let Some(page) = &mut self.page
        {
            page.characters(" ");
        }
        if name == "p" {
            // A paragraph ends where the next one begins.
            self.close("p", &["div", "td", "body"]);
        }
        let kind = kind_of(&name, &found.class);
        let mut ended = None;
        if kind == Kind::Page {
            ended = self.end_page();
            self.open.clear();
        }
        self.enter(kind, &found);
        if !is_empty && !VOID.contains(&name.as_str()) {
            if self.open.len() == DEEPEST {
                self.open.remove(0);
            }
            self.open.push(Element { name, kind });
        }
        ended
    }

    fn enter(&mut self, kind: Kind, found: &Attributes) {
        if kind == Kind::Page {
            self.page = Some(PageBuilder::new(&Title::read(&found.title)));
            return;
        }
        let mark = mark_of(&found.class);
        if mark.is_none() && matches!(kind, Kind::Other | Kind::Hidden) {
            return;
        }
        let title = Title::read(&found.title);
        // Lines and words may stand in no page.
        let page = self.page.get_or_insert_with(|| PageBuilder::new(&Title::default()));
        page.page.add_language(&found.language);
        if let (Some(mark), Some(bounds)) = (mark, title.bounds) {
            page.page.marks.push(mark(bounds));
        }
        match kind {
            Kind::Block => {
                page.block += 1;
                page.paragraph = 0;
            }
            Kind::Paragraph => page.paragraph += 1,
            Kind::Line => page.start_line(&title),
            Kind::Word => page.start_word(&title),
            Kind::Page | Kind::Hidden | Kind::Other => {}
        }
    }

    /// Closes an element and those in it that were not closed, unless one of `barriers` is in between. Returns whether a
    /// page has ended.
    fn close(&mut self, name: &str, barriers: &[&str]) -> bool {
        let found = self
            .open
            .iter()
            .rposition(|element| element.name == name || barriers.contains(&element.name.as_str()));
        let Some(at) = found.filter(|at| self.open[*at].name == name) else { return false };
        let mut page_ends = false;
        for element in self.open.drain(at..).rev() {
            let Some(page) = &mut self.page else { continue };
            match element.kind {
                Kind::Line => page.end_line(),
                Kind::Word => page.word = None,
                Kind::Page => page_ends = true,
                Kind::Block | Kind::Paragraph | Kind::Hidden | Kind::Other => {}
            }
        }
        page_ends
    }

    fn characters(&mut self, text: &str) {
        let is_hidden = self.open.last().is_some_and(|element| element.kind == Kind::Hidden);
        if let Some(page) = self.page.as_mut().filter(|_| !is_hidden) {
            page.characters(text);
        }
    }

    fn end_page(&mut self) -> Option<RawPage> {
        let mut page = self.page.take()?.page;
        self.events.next_page();
        page.engine.clone_from(&self.engine);
        if page.languages.is_empty() {
            page.languages.clone_from(&self.languages);
        }
        Some(page)
    }
}

impl PageSource for Hocr<'_> {
    fn next_page(&mut self) -> Result<Option<RawPage>, Broken> {
        loop {
            let markup = self.events.markup();
            match self.events.next()? {
                Event::Start(element) => {
                    let (name, found) = (lowercase(element.name().as_ref()), read(&element)?);
                    if let Some(page) = self.start(name, found, false) {
                        return Ok(Some(page));
                    }
                }
                Event::Empty(element) => {
                    let (name, found) = (lowercase(element.name().as_ref()), read(&element)?);
                    if let Some(page) = self.start(name, found, true) {
                        return Ok(Some(page));
                    }
                }
                Event::End(element) => {
                    let name = lowercase(element.name().as_ref());
                    if self.close(&name, &[]) {
                        return Ok(self.end_page());
                    }
                }
                Event::Text(text) => {
                    if let Some(page) = &self.page
                        && (page.line.is_some() || page.word.is_some())
                    {
                        let text = text.html_content().into_owned();
                        self.characters(&text);
                    }
                }
                Event::CData(text) => {
                    let text = text.html_content().into_owned();
                    self.characters(&text);
                }
                Event::GeneralRef(reference) => {
                    let text = Events::referred(markup, &reference)?;
                    self.characters(&text);
                }
                Event::Eof => {
                    if self.open.iter().any(|element| element.kind == Kind::Page) {
                        return Err(Broken::corrupt("the file ends in the midst of a page"));
                    }
                    return Ok(self.end_page());
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
        }
    }
}

fn lowercase(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn read(element: &BytesStart<'_>) -> Result<Attributes, Broken> {
    let mut found = Attributes::default();
    attributes(element, Markup::Html, |name, value| {
        let into = match name {
            _ if name.eq_ignore_ascii_case("class") => &mut found.class,
            _ if name.eq_ignore_ascii_case("title") => &mut found.title,
            _ if name.eq_ignore_ascii_case("lang") => &mut found.language,
            _ if name.eq_ignore_ascii_case("name") => &mut found.name,
            _ if name.eq_ignore_ascii_case("content") => &mut found.content,
            _ => return,
        };
        *into = value.into_owned();
    })?;
    Ok(found)
}

/// Tells what an element is by its classes. Engines put lines under several names, by what they are.
fn kind_of(name: &str, classes: &str) -> Kind {
    if matches!(name, "script" | "style") {
        return Kind::Hidden;
    }
    let kinds = classes.split_ascii_whitespace().map(|class| match class {
        "ocr_page" => Kind::Page,
        "ocr_carea" | "ocr_column" | "ocrx_block" | "ocr_float" | "ocr_table" => Kind::Block,
        "ocr_par" => Kind::Paragraph,
        "ocr_line" | "ocrx_line" | "ocr_header" | "ocr_footer" | "ocr_caption"
        | "ocr_textfloat" => Kind::Line,
        "ocrx_word" | "ocr_word" => Kind::Word,
        _ => Kind::Other,
    });
    kinds.into_iter().find(|kind| *kind != Kind::Other).unwrap_or(Kind::Other)
}

fn mark_of(classes: &str) -> Option<fn(RawBox) -> RawMark> {
    classes.split_ascii_whitespace().find_map(|class| match class {
        "ocr_separator" => Some(RawMark::Rule as fn(RawBox) -> RawMark),
        "ocr_photo" | "ocr_image" | "ocr_linedrawing" => Some(RawMark::Picture as _),
        _ => None,
    })
}

impl Title {
    /// Reads properties such as `bbox 10 20 300 60; x_wconf 93`.
    fn read(title: &str) -> Self {
        let mut read = Self::default();
        for property in title.split(';') {
            let mut words = property.split_ascii_whitespace();
            let key = words.next().unwrap_or_default();
            let mut next = || words.next().and_then(number);
            match key {
                "bbox" => {
                    read.bounds = (|| {
                        let (left, top, right, bottom) = (next()?, next()?, next()?, next()?);
                        Some(RawBox { left, top, right, bottom })
                    })();
                }
                "x_wconf" => read.confidence = next(),
                // Without one for the word, that of its worst character.
                "x_confs" if read.confidence.is_none() => {
                    read.confidence = std::iter::from_fn(next).reduce(f64::min);
                }
                "scan_res" => read.dpi = next(),
                "textangle" => read.angle = next(),
                _ => {}
            }
        }
        read
    }
}

/// A page as it comes together.
struct PageBuilder {
    page: RawPage,
    block: usize,
    paragraph: usize,
    /// Place of the open line, and of the open word in it.
    line: Option<usize>,
    word: Option<usize>,
}

impl PageBuilder {
    fn new(title: &Title) -> Self {
        let size = title.bounds.map(|bounds| (bounds.right, bounds.bottom));
        let page = RawPage {
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            dpi: title.dpi,
            ..RawPage::default()
        };
        Self { page, block: 0, paragraph: 0, line: None, word: None }
    }

    fn start_line(&mut self, title: &Title) {
        self.page.lines.push(RawLine {
            block: self.block.saturating_sub(1),
            paragraph: self.paragraph.saturating_sub(1),
            bounds: title.bounds,
            confidence: title.confidence,
            // Text that runs from bottom to top is at 90 degrees, and must be turned clockwise.
            turn: title.angle.map_or(crate::document::RightAngle::None, right_angle),
            ..RawLine::default()
        });
        self.line = Some(self.page.lines.len() - 1);
        self.word = None;
    }

    fn end_line(&mut self) {
        self.line = None;
        self.word = None;
    }

    fn start_word(&mut self, title: &Title) {
        if self.line.is_none() {
            self.start_line(&Title::default());
            self.line = None;
        }
        let Some(line) = self.page.lines.last_mut() else { return };
        line.words.push(RawWord {
            text: String::new(),
            bounds: title.bounds,
            confidence: title.confidence,
        });
        self.word = Some(line.words.len() - 1);
    }

    fn characters(&mut self, text: &str) {
        let Some(line) = self.page.lines.last_mut() else { return };
        if let Some(word) = self.word.and_then(|word| line.words.get_mut(word)) {
            word.text.push_str(text);
        } else if self.line.is_some() {
            line.text.push_str(text);
        }
    }
}
