//! The loop of a reader process: frames in, frames out, one document open at a time.

use std::io::{self, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::protocol::{self, Request, Response};
use super::{
    OpenedDocument, PageContent, PageReading, ReaderSettings, barcodes, limits, several, upright,
};
use crate::decode::{self, DecodedPage, OpenDocument};
use crate::document::{
    Failure, Look, Mark, PageImage, PageIssue, PageNumber, PageText, PreparedPage, Reason, Recipe,
    Seen, Stage,
};
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
    if let Err(error) = limits::confine(address_space_bytes) {
        let problem = format!("reader: limits: {error}");
        return protocol::write(&mut output, &Response::Unable(problem));
    }
    protocol::write(&mut output, &Response::Ready)?;
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
    last: Option<(PageNumber, PreparedPage)>,
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
                guarded(Stage::Decode, || self.open(bytes)).map(Response::Opened)
            }
            Request::ReadPage(page) => guarded(Stage::Recognize, || self.read_page(page))
                .map(|reading| Response::Page(Box::new(reading))),
            Request::LookAgain { page, looks, budget_ms } => {
                let end = Instant::now() + Duration::from_millis(u64::from(budget_ms));
                guarded(Stage::Recognize, || self.look_again(page, &looks, end)).map(Response::Seen)
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

    /// The way of a page: decode → prepare → recognize → page text.
    fn read_page(&mut self, page: PageNumber) -> Result<PageReading, Failure> {
        // One page is alive at a time.
        self.last = None;
        let Some(document) = &mut self.document else {
            return Err(Failure::new(Stage::Read, Reason::Panicked, "no document is open"));
        };
        let image = match document.page(page)? {
            DecodedPage::Image(image) => with_colors(document, page, image)?,
            DecodedPage::Text(text) => return Ok(text_layer(text)),
        };
        let prepared = prepare::prepare(image, &self.settings.prepare)?;
        if prepared.facts.blank {
            let recipe = self.recipe(&prepared, None);
            return Ok(PageReading { content: PageContent::Blank(prepared.facts), recipe });
        }
        let (mut prepared, reading) = match self.settings.prepare.rotate {
            Choice::Auto | Choice::Always => upright::recognize(&mut self.engine, prepared)?,
            Choice::Never => {
                let reading = self.engine.recognize(&prepared)?;
                (prepared, reading)
            }
        };
        let mut recipe = self.recipe(&prepared, Some(&reading));
        let mut text = page_text(&prepared, reading);
        self.divide(&mut prepared, &mut text, &mut recipe)?;
        if !self.settings.barcodes.is_empty() {
            let wanted = &self.settings.barcodes;
            // A barcode that makes its reader panic costs no more than itself.
            let found = guarded(Stage::Recognize, || Ok(barcodes::find(&prepared.pixels, wanted)));
            recipe.steps.push(match &found {
                Ok(codes) => format!("barcodes({})", codes.len()),
                Err(_) => "barcodes(failed)".to_owned(),
            });
            text.marks.extend(found.unwrap_or_default().into_iter().map(Mark::Barcode));
        }
        let content = PageContent::Text(Box::new(text));
        self.last = Some((page, prepared));
        Ok(PageReading { content, recipe })
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
            recipe.steps.extend(several::read_regions(&mut self.engine, prepared, text, options)?);
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
            Some((last, prepared)) if *last == page => self.engine.look_again(prepared, looks, end),
            // A text layer has no picture.
            Some(_) | None => Ok(vec![Seen::Nothing; looks.len()]),
        }
    }

    fn recipe(&self, prepared: &PreparedPage, reading: Option<&Reading>) -> Recipe {
        let notes = reading.map_or(&[][..], |reading| &reading.notes);
        Recipe {
            engine: self.engine.name(),
            languages: self.settings.engine.languages.clone(),
            page_segmentation_mode: self.settings.engine.page_segmentation_mode,
            layout: reading.map_or("", |reading| reading.layout.as_str()).to_owned(),
            steps: prepared.steps.iter().chain(notes).cloned().collect(),
        }
    }
}

/// Returns a page with its colors, if only its brightness was decoded and its colors may matter.
pub fn with_colors(
    document: &mut OpenDocument,
    page: PageNumber,
    image: PageImage,
) -> Result<PageImage, Failure> {
    if !prepare::may_hide_color(&image) {
        return Ok(image);
    }
    Ok(document.colors_of(page)?.unwrap_or(image))
}

fn text_layer(mut text: PageText) -> PageReading {
    let mut recipe = Recipe { engine: "pdf-text".to_owned(), ..Recipe::default() };
    recipe.steps.extend(several::divide(&mut text));
    if text.lines.is_empty() {
        return PageReading { content: PageContent::Blank(text.facts), recipe };
    }
    PageReading { content: PageContent::Text(Box::new(text)), recipe }
}

fn page_text(prepared: &PreparedPage, reading: Reading) -> PageText {
    let mut marks = prepared.marks.clone();
    let mut facts = prepared.facts.clone();
    facts.unread = reading.account.unread_share();
    if !reading.account.unread.is_empty() {
        facts.issues.push(PageIssue::Unread);
    }
    marks.extend(reading.account.unread.into_iter().map(|area| Mark::Unread(area.bounds)));
    let (width, height) = prepared.pixels.dimensions();
    PageText { width, height, dpi: prepared.dpi, lines: reading.lines, marks, facts }
}

/// Runs a stage so that a panic in it costs this page and not the reader.
fn guarded<T>(stage: Stage, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "panicked".to_owned());
        Err(Failure::new(stage, Reason::Panicked, message))
    })
}
