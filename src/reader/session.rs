//! The loop of a reader process: frames in, frames out, one document open at a time.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use super::placing::Placing;
use super::protocol::{self, Request, Response};
use super::{
    OpenedDocument, PageContent, PageReading, ReaderSettings, barcodes, limits, merge, several,
    sparse,
};
use crate::decode::{self, DecodedPage, LayeredPage, MixedPage, OpenDocument};
use crate::document::{
    Failure, Look, Mark, PageIssue, PageNumber, PageText, PixelBox, Reason, Recipe, RightAngle,
    Seen, Stage, guarded,
};
use crate::images::{PageImage, PagePixels, Pixels, PreparedPage};
use crate::ocr::{Engine, Reading, Recognizer};
use crate::prepare::{self, Aim, Choice};

/// Runs a reader until its parent closes the pipe. `address_space_bytes` is its memory cap,
/// `page_cpu_seconds` the processor time that a request may take.
pub fn run(address_space_bytes: u64, page_cpu_seconds: u64) -> io::Result<()> {
    let (mut input, mut output) = (io::stdin().lock(), io::stdout().lock());
    let Some(request) = protocol::read(&mut input)? else { return Ok(()) };
    let Request::Configure(settings) = request else {
        return Err(io::Error::other("the first request must configure the reader"));
    };
    let engine = match Engine::start(&settings.engine) {
        Ok(engine) => engine,
        Err(problem) => return protocol::write(&mut output, &Response::Unable(problem)),
    };
    let sandbox = match limits::confine(address_space_bytes, engine.language_data()) {
        Ok(sandbox) => sandbox,
        Err(error) => {
            let problem = format!("reader: limits: {error}");
            return protocol::write(&mut output, &Response::Unable(problem));
        }
    };
    protocol::write(&mut output, &Response::Ready(sandbox))?;
    let mut session = Session { settings: *settings, engine, document: None, last: None };
    session.settings.prepare.aim =
        if session.engine.is_native() { Aim::Native } else { Aim::Tesseract };
    while let Some(request) = protocol::read(&mut input)? {
        limits::grant_cpu_seconds(page_cpu_seconds)?;
        let response = session.answer(request, &mut input)?;
        protocol::write(&mut output, &response)?;
    }
    Ok(())
}

struct Session<R> {
    settings: ReaderSettings,
    engine: R,
    document: Option<OpenDocument>,
    /// The page that was read last, as it was recognized: it may be looked at again.
    last: Option<LastPage>,
}

/// A page as it was recognized.
struct LastPage {
    number: PageNumber,
    prepared: PreparedPage,
    languages: String,
}

impl<R: Recognizer> Session<R> {
    /// Returns the answer to a request; an error means that the pipe is broken.
    fn answer(&mut self, request: Request, input: &mut impl Read) -> io::Result<Response> {
        let answer = match request {
            Request::Configure(_) => {
                return Err(io::Error::other("a reader is configured once"));
            }
            Request::Open { length } => {
                (self.document, self.last) = (None, None);
                let mut bytes = Vec::new();
                // The bytes are taken off the pipe even if they are too many to be opened.
                let taken = input.take(length).read_to_end(&mut bytes)?;
                if taken as u64 != length {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                guarded(Stage::Decode, || self.open(bytes)).flatten().map(Response::Opened)
            }
            Request::ReadPage(page) => guarded(Stage::Recognize, || self.read_page(page))
                .flatten()
                .map(|reading| Response::Page(Box::new(reading))),
            Request::LookAgain { page, looks, budget_ms } => {
                let end = Instant::now() + Duration::from_millis(u64::from(budget_ms));
                guarded(Stage::Recognize, || self.look_again(page, &looks, end))
                    .flatten()
                    .map(Response::Seen)
            }
        };
        Ok(answer.unwrap_or_else(Response::Failed))
    }

    fn open(&mut self, bytes: Vec<u8>) -> Result<OpenedDocument, Failure> {
        let document = decode::open(bytes, &self.settings.decode)?;
        let opened =
            OpenedDocument { format: document.format(), page_count: document.page_count() };
        self.document = Some(document);
        Ok(opened)
    }

    /// Reads a page: its image, or what its file says, or both.
    fn read_page(&mut self, page: PageNumber) -> Result<PageReading, Failure> {
        // One page is alive at a time.
        self.last = None;
        let Some(document) = &mut self.document else {
            return Err(Failure::new(Stage::Read, Reason::Panicked, "no document is open"));
        };
        let issues = document.issues(page);
        match document.page(page)? {
            DecodedPage::Image(image) => self.read_image(page, (image, issues)),
            DecodedPage::Text(text) => Ok(self.digital_page(page, text, "pdf-text".to_owned())),
            DecodedPage::Mixed(mixed) => self.read_mixed(page, *mixed),
            DecodedPage::Layered(layered) => self.read_layered(page, *layered),
        }
    }

    /// The way of an image: prepare → recognize → page text.
    fn read_image(
        &mut self,
        page: PageNumber,
        (image, issues): (PageImage, Vec<PageIssue>),
    ) -> Result<PageReading, Failure> {
        let mut prepared = prepare::prepare(image, &self.settings.prepare)?;
        prepared.facts.issues.extend(issues);
        if prepared.facts.blank {
            let recipe = self.recipe(&prepared, None);
            return Ok(PageReading { content: PageContent::Blank(prepared.facts), recipe });
        }
        let (mut prepared, reading) = self.recognize(prepared)?;
        let mut recipe = self.recipe(&prepared, Some(&reading));
        let mut text = page_text(&prepared, reading);
        self.divide(&mut prepared, &mut text, &mut recipe)?;
        self.find_barcodes(&prepared.pixels, &mut text, &mut recipe);
        let has_barcode = text.marks.iter().any(|mark| matches!(mark, Mark::Barcode(_)));
        if prepared.facts.blank && !has_barcode {
            return Ok(PageReading { content: PageContent::Blank(prepared.facts), recipe });
        }
        text.facts.blank = false;
        say_unread(&mut text, &prepared);
        let content = PageContent::Text(Box::new(text));
        let languages = recipe.languages.clone();
        self.last = Some(LastPage { number: page, prepared, languages });
        Ok(PageReading { content, recipe })
    }

    fn recognize(&mut self, prepared: PreparedPage) -> Result<(PreparedPage, Reading), Failure> {
        let may_turn = match self.settings.prepare.rotate {
            Choice::Auto | Choice::Always => true,
            Choice::Never => false,
        };
        sparse::recognize(&mut self.engine, prepared, may_turn)
    }

    /// Reads the pictures of a page of exact text.
    fn read_mixed(&mut self, page: PageNumber, mixed: MixedPage) -> Result<PageReading, Failure> {
        let mut text = mixed.text;
        let mut read = 0;
        for picture in mixed.pictures {
            let (bounds, (width, height)) = (picture.bounds, picture.image.pixels.dimensions());
            let prepared = prepare::prepare(picture.image, &self.settings.prepare)?;
            if prepared.facts.blank {
                text.marks.push(Mark::Picture(bounds));
                continue;
            }
            let (prepared, reading) = self.recognize(prepared)?;
            let mut part = page_text(&prepared, reading);
            part.lines = merge::text_of_picture(part.lines);
            if part.lines.is_empty() {
                text.marks.push(Mark::Picture(bounds));
                continue;
            }
            let placing = Placing::of(&prepared);
            let across = bounds.width() as f32 / width.max(1) as f32;
            let down = bounds.height() as f32 / height.max(1) as f32;
            let place = |part: &PixelBox| {
                scaled(&placing.in_image(part), across, down).moved(bounds.left, bounds.top)
            };
            read += 1;
            for issue in part.facts.issues {
                merge::note(&mut text, issue);
            }
            merge::add_picture(&mut text, merge::moved(part.lines, place));
            // The rules of a picture that was turned run the other way on the page.
            if prepared.facts.rotation == RightAngle::None {
                text.marks.extend(part.marks.iter().map(|mark| mark.map_boxes(place)));
            }
        }
        let engine = match read {
            0 => "pdf-text".to_owned(),
            _ => format!("pdf-text, {}", self.engine.name()),
        };
        let mut reading = self.digital_page(page, text, engine);
        reading.recipe.steps.insert(0, format!("pictures({read})"));
        Ok(reading)
    }

    /// Reads a page whose file says something of it, too.
    fn read_layered(
        &mut self,
        page: PageNumber,
        layered: LayeredPage,
    ) -> Result<PageReading, Failure> {
        let (width, height) = layered.image.pixels.dimensions();
        let mut reading = self.read_image(page, (layered.image, Vec::new()))?;
        let mut text = match reading.content {
            PageContent::Text(text) => *text,
            PageContent::Blank(facts) => match layered.text {
                Some(text) if !text.lines.is_empty() => {
                    return Ok(self.digital_page(page, text, "pdf-text".to_owned()));
                }
                _ => return Ok(PageReading { content: PageContent::Blank(facts), ..reading }),
            },
        };
        if let Some(layer) = &layered.layer {
            merge::check_layer(&mut text, layer);
        }
        if let (Some(exact), Some(last)) = (layered.text, &self.last) {
            let placing = Placing::of(&last.prepared);
            let across = width as f32 / exact.width.max(1) as f32;
            let down = height as f32 / exact.height.max(1) as f32;
            let place = |bounds: &PixelBox| placing.on_page(&scaled(bounds, across, down));
            let count = exact.words().count();
            merge::put_exact(&mut text, merge::moved(exact.lines, place));
            text.marks.extend(exact.marks.iter().map(|mark| mark.map_boxes(place)));
            for issue in exact.facts.issues {
                merge::note(&mut text, issue);
            }
            reading.recipe.steps.push(format!("pdf_text({count})"));
        }
        Ok(PageReading { content: PageContent::Text(Box::new(text)), ..reading })
    }

    /// Finishes a page whose words are known; it is drawn only where barcodes are wanted.
    fn digital_page(&mut self, page: PageNumber, text: PageText, engine: String) -> PageReading {
        let mut recipe = Recipe { engine, ..Recipe::default() };
        let mut text = text;
        recipe.steps.extend(several::divide(&mut text));
        if !self.settings.barcodes.is_empty()
            && let Some(document) = &mut self.document
            && let Ok(Some(image)) = document.picture(page)
        {
            let (width, height) = image.pixels.dimensions();
            let mut drawn = PageText { marks: Vec::new(), lines: Vec::new(), ..text.clone() };
            self.find_barcodes(&unprepared(image), &mut drawn, &mut recipe);
            let across = text.width as f32 / width.max(1) as f32;
            let down = text.height as f32 / height.max(1) as f32;
            let codes = drawn.marks.iter().map(|mark| mark.map_boxes(|b| scaled(b, across, down)));
            text.marks.extend(codes);
        }
        let is_blank = text.lines.is_empty() && text.marks.is_empty();
        let content = if is_blank {
            PageContent::Blank(text.facts)
        } else {
            PageContent::Text(Box::new(text))
        };
        PageReading { content, recipe }
    }

    fn find_barcodes(&self, pixels: &PagePixels, text: &mut PageText, recipe: &mut Recipe) {
        let wanted = &self.settings.barcodes;
        if wanted.is_empty() {
            return;
        }
        // A barcode that makes its reader panic costs no more than itself.
        let found = guarded(Stage::Recognize, || barcodes::find(pixels, wanted));
        recipe.steps.push(match &found {
            Ok(codes) => format!("barcodes({})", codes.len()),
            Err(_) => "barcodes(failed)".to_owned(),
        });
        text.marks.extend(found.unwrap_or_default().into_iter().map(Mark::Barcode));
    }

    /// Finds out whether there are several documents on the page, and reads each by itself.
    fn divide(
        &mut self,
        prepared: &mut PreparedPage,
        text: &mut PageText,
        recipe: &mut Recipe,
    ) -> Result<(), Failure> {
        // What is read of a region by itself may show more of them.
        for _ in 0..several::ROUNDS {
            let Some(step) = several::divide(text) else { break };
            recipe.steps.push(step);
            let options = &self.settings.prepare;
            several::read_regions(&mut self.engine, prepared, text, recipe, options)?;
        }
        Ok(())
    }

    fn look_again(
        &mut self,
        page: PageNumber,
        looks: &[Look],
        end: Instant,
    ) -> Result<Vec<Seen>, Failure> {
        match &self.last {
            Some(last) if last.number == page => {
                self.engine.look_again(&last.prepared, &last.languages, (looks, end))
            }
            // A text layer has no picture.
            Some(_) | None => Ok(vec![Seen::Nothing; looks.len()]),
        }
    }

    fn recipe(&self, prepared: &PreparedPage, reading: Option<&Reading>) -> Recipe {
        let notes = reading.map_or(&[][..], |reading| &reading.notes);
        Recipe {
            engine: self.engine.name(),
            languages: match reading {
                Some(reading) => reading.languages.clone(),
                None => self.settings.engine.languages.clone(),
            },
            page_segmentation_mode: self.settings.engine.page_segmentation_mode,
            layout: reading.map_or("", |reading| reading.layout.as_str()).to_owned(),
            steps: prepared.steps.iter().chain(notes).cloned().collect(),
            // The parent knows it, and does not ask again.
            sandbox: String::new(),
        }
    }
}

/// Returns a box in other pixels.
fn scaled(bounds: &PixelBox, across: f32, down: f32) -> PixelBox {
    let side = |value: u32, scale: f32| (value as f32 * scale).round() as u32;
    PixelBox {
        left: side(bounds.left, across),
        top: side(bounds.top, down),
        right: side(bounds.right, across),
        bottom: side(bounds.bottom, down),
    }
}

/// Takes a drawn page as it is.
fn unprepared(image: PageImage) -> PagePixels {
    match image.pixels {
        Pixels::Bilevel(mask) => PagePixels::Bilevel(mask),
        Pixels::Gray(gray) => PagePixels::Gray(gray),
        Pixels::Color(color) => PagePixels::Gray(image::imageops::grayscale(&color)),
    }
}

fn page_text(prepared: &PreparedPage, reading: Reading) -> PageText {
    let mut marks = prepared.marks.clone();
    // A line through words is no rule that divides the page.
    let is_strike = |rule: &PixelBox| {
        reading.marks.iter().any(|mark| match mark {
            Mark::Struck(words) => words.meets_middle_of(rule),
            _ => false,
        })
    };
    marks.retain(|mark| !matches!(mark, Mark::HorizontalRule(rule) if is_strike(rule)));
    marks.extend(reading.marks);
    let mut facts = prepared.facts.clone();
    facts.unread = reading.account.unread_share();
    if !reading.account.unread.is_empty() {
        facts.issues.push(PageIssue::Unread);
    }
    marks.extend(reading.account.unread.into_iter().map(|area| Mark::Unread(area.bounds)));
    let (width, height) = prepared.pixels.dimensions();
    PageText { width, height, dpi: prepared.dpi, lines: reading.lines, marks, facts }
}

/// A page that is not blank and gave no word says where its ink is.
fn say_unread(text: &mut PageText, prepared: &PreparedPage) {
    if text.lines.iter().any(|line| !line.words.is_empty()) {
        return;
    }
    if !text.marks.iter().any(|mark| matches!(mark, Mark::Unread(_) | Mark::Barcode(_))) {
        text.marks.extend(prepare::look_closer(prepared).ink().map(Mark::Unread));
    }
    let has_unread = text.marks.iter().any(|mark| matches!(mark, Mark::Unread(_)));
    if has_unread && !text.facts.issues.contains(&PageIssue::Unread) {
        text.facts.issues.push(PageIssue::Unread);
        text.facts.unread = 1.0;
    }
}
