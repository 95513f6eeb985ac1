//! The engine of a reader: which recognizer and which layout read a page.
//!
//! Owns the choice between the native parts and Tesseract, and the way of a page through the native
//! ones: layout → images of lines → words. Where the native layout doubts itself or reads badly,
//! Tesseract's is asked, and what reads better is kept. The reader session calls it.

use std::path::Path;
use std::time::Instant;

use image::GrayImage;
use tesseract_lstm::{Alphabet, CharacterSet, LineText, LineWord};

use super::agreed;
use super::cells;
use super::doubts::doubts;
use super::ensemble;
use super::finish;
use super::languages::LineReaders;
use super::layout::{self, Doubt, Ground, Layout, Segment};
use super::look::{self, RegionCrops};
use super::native_problem::NativeProblem;
use super::start;
use super::struck;
use super::view::{self, View};
use super::{
    Account, EngineChoice, EngineSettings, LayoutChoice, LayoutUsed, MAX_SIDE, Reading, Recognizer,
    Tesseract, merge,
};
use crate::document::{Failure, Line, Look, Mark, Seen, TableLook, Word, weighted_mean};
use crate::images::{PagePixels, PreparedPage};

/// A warm engine; belongs to one thread of one process.
pub struct Engine {
    lines: LineRecognizer,
    tesseract: Tesseract,
    layout: LayoutChoice,
    /// Why lines are read by Tesseract, unless that was said: part of the recipe.
    instead: Option<String>,
}

/// Who reads the image of a line.
enum LineRecognizer {
    Native(Box<LineReaders>),
    Tesseract,
}

/// What was read of a page, and why its layout may be wrong after all.
struct Judged {
    reading: Reading,
    doubt: Option<Doubt>,
}

/// The lines of a view of the page.
struct Found {
    lines: Vec<Line>,
    account: Account,
    doubt: Option<Doubt>,
    marks: Vec<Mark>,
}

/// Page segmentation mode that leaves the layout to the engine; the others are ways of Tesseract's.
const AUTOMATIC_LAYOUT: u8 = 3;
/// Words below this confidence do not speak for a layout.
const READ_CONFIDENCE: f32 = 60.0;
/// Of a line of a second view more than this share is covered by words: it is the edge of their ink.
const MOSTLY_READ: f32 = 0.5;
/// If for each segment of a second view that may be text so many are edges of what was read, all are.
const MOST_EDGES: usize = 3;
/// So many parts of a page are looked at again together: each keeps a strip of the page.
const TOGETHER: usize = 16;
/// Letters are read with this mean confidence, strokes with less.
const SURE_CHARACTERS: f32 = 85.0;
impl Engine {
    /// Starts an engine. The error says which language data is missing or broken, or why the native
    /// engine cannot be used if it was demanded.
    pub fn start(settings: &EngineSettings) -> Result<Self, String> {
        let mut instead = None;
        let lines = match settings.engine {
            EngineChoice::Tesseract => LineRecognizer::Tesseract,
            chosen => match (start::line_readers(settings), chosen) {
                (Ok(readers), _) => LineRecognizer::Native(Box::new(readers)),
                (Err(NativeProblem::Unsupported { languages, what }), EngineChoice::Auto) => {
                    instead = Some(format!("not_native({languages}: {what})"));
                    LineRecognizer::Tesseract
                }
                (Err(problem), _) => return Err(problem.to_string()),
            },
        };
        let is_automatic = settings.page_segmentation_mode == AUTOMATIC_LAYOUT;
        let layout = match (settings.layout, &lines) {
            (LayoutChoice::Auto, LineRecognizer::Tesseract) => LayoutChoice::Tesseract,
            (LayoutChoice::Auto, LineRecognizer::Native(_)) if !is_automatic => {
                LayoutChoice::Tesseract
            }
            (chosen, _) => chosen,
        };
        let mut tesseract = Tesseract::new(settings)?;
        if layout == LayoutChoice::Tesseract {
            tesseract.start()?;
        }
        Ok(Self { lines, tesseract, layout, instead })
    }

    /// Returns the directory that Tesseract loads its language data from.
    pub fn language_data(&self) -> &Path {
        self.tesseract.directory()
    }

    /// Returns whether lines are read by the native recognizer, which scales them itself.
    pub fn is_native(&self) -> bool {
        matches!(self.lines, LineRecognizer::Native(_))
    }

    /// Reads the page by the native layout, and by Tesseract's if that is doubtful.
    fn read_doubting(&mut self, page: &PreparedPage, ground: &Ground) -> Result<Reading, Failure> {
        let layout = layout::analyze(ground);
        let doubts = layout.doubts.clone();
        if doubts.contains(&Doubt::Noise) {
            // No lines, and nothing that they could be drawn of.
            let (width, height) = page.pixels.dimensions();
            if width.max(height) > MAX_SIDE {
                return Ok(self.read(ground, layout, LayoutUsed::Native)?.reading);
            }
            let mut reading = self.tesseract.recognize(page)?;
            reading.notes.push(format!("all_by({}, noise)", self.tesseract.name()));
            return Ok(reading);
        }
        let native = self.read(ground, layout, LayoutUsed::Native)?;
        let doubts: Vec<String> =
            doubts.iter().chain(&native.doubt).map(ToString::to_string).collect();
        if doubts.is_empty() {
            return Ok(native.reading);
        }
        let mut better = match self.read_by_tesseract_layout(page, ground) {
            Ok(tesseract) if worth(&tesseract.lines) > worth(&native.reading.lines) => tesseract,
            // What was read stays, also where Tesseract refuses the page.
            Ok(_) | Err(_) => native.reading,
        };
        better.notes.push(format!("layout_doubt({})", doubts.join(", ")));
        Ok(better)
    }

    fn read_by_tesseract_layout(
        &mut self,
        page: &PreparedPage,
        ground: &Ground,
    ) -> Result<Reading, Failure> {
        let lines = self.tesseract.text_lines(page)?;
        let read = self.read(ground, layout::of_lines(ground, &lines), LayoutUsed::Tesseract)?;
        Ok(read.reading)
    }

    /// Reads the lines that a layout has found, and what is much lighter than they are.
    fn read(
        &mut self,
        ground: &Ground,
        mut layout: Layout,
        used: LayoutUsed,
    ) -> Result<Judged, Failure> {
        let (faint, text_height) = (layout.faint.take(), layout.text_height);
        if let LineRecognizer::Native(readers) = &mut self.lines {
            readers.begin_layout();
        }
        let found = self.read_lines(ground, layout)?;
        let doubt = found.doubt;
        let reading = Reading {
            lines: found.lines,
            layout: used,
            notes: Vec::new(),
            marks: found.marks,
            account: found.account,
            languages: String::new(),
        };
        let mut judged = Judged { reading, doubt };
        if let Some(faint) = faint {
            let view = Ground { pixels: &PagePixels::Gray(faint), marks: &[], dpi: ground.dpi };
            self.add_view(View::Faint { text_height }, &view, &mut judged.reading)?;
        }
        match &mut self.lines {
            LineRecognizer::Native(readers) => {
                judged.reading.languages = readers.languages();
                judged.reading.notes.extend(readers.note());
                judged.reading.notes.extend(readers.network_notes());
            }
            LineRecognizer::Tesseract => {
                judged.reading.languages = self.tesseract.languages().to_owned();
            }
        }
        Ok(judged)
    }

    fn read_lines(&mut self, ground: &Ground, mut layout: Layout) -> Result<Found, Failure> {
        let mut texts = self.read_segments(ground, &layout, &layout.segments)?;
        self.reverse_turned(ground, &mut layout, &mut texts)?;
        self.read_struck(ground, &layout, &mut texts)?;
        let readings: Vec<layout::Reading> = texts.iter().map(summary).collect();
        let mut kept = layout.kept(&readings);
        let doubt = layout::doubt_of(&readings, &kept);
        self.read_dropped(ground, &layout, (&mut texts, &mut kept));
        let account = layout.account(&kept);
        let mut lines: Vec<Line> = Vec::new();
        let mut line_number = None;
        let read = layout.segments.iter().zip(texts).zip(kept);
        for ((segment, text), _) in read.filter(|(_, is_kept)| *is_kept) {
            let words = text.words.into_iter().map(|word| page_word(&layout, segment, word));
            match lines.last_mut().filter(|_| line_number == Some(segment.line)) {
                Some(line) => line.words.extend(words),
                None => lines.push(Line {
                    block: segment.block,
                    paragraph: segment.paragraph,
                    words: words.collect(),
                }),
            }
            line_number = Some(segment.line);
        }
        let marks = finish::marks(&layout, &mut lines);
        Ok(Found { lines, account, doubt, marks })
    }

    /// Reads another view of the page, and adds what is surely text to the page's reading; what looks like text and
    /// is not becomes unread.
    fn add_view(
        &mut self,
        view: View,
        ground: &Ground<'_>,
        reading: &mut Reading,
    ) -> Result<(), Failure> {
        let mut layout = layout::analyze_part(ground);
        if layout.doubts.contains(&Doubt::Noise) {
            return Ok(());
        }
        let found = layout.segments.len();
        layout.keep_text_of(view.text_height(), |bounds| {
            merge::covered_share(&reading.lines, bounds) > MOSTLY_READ
        });
        if layout.segments.len() * MOST_EDGES < found {
            return Ok(());
        }
        let mut found = self.read_lines(ground, layout)?;
        found.lines.retain(view::is_sure);
        if !found.lines.is_empty() {
            reading.notes.push(format!("{}({})", view.name(), found.lines.len()));
        }
        view.add(&mut reading.lines, found.lines);
        reading.marks.extend(found.marks);
        reading.account.add(found.account, |bounds| merge::covers(&reading.lines, bounds));
        Ok(())
    }

    fn look_at_table(&mut self, page: &PreparedPage, table: &TableLook) -> Result<Seen, Failure> {
        let digits = Alphabet::Only(CharacterSet::of("0123456789"));
        let mut read = |lines: &[GrayImage]| self.read_pictures(lines, &digits);
        let seen = cells::read_table(page, &mut read, table)?;
        Ok(seen.map_or(Seen::Nothing, Seen::Table))
    }

    /// Returns the texts of segments.
    fn read_segments(
        &mut self,
        ground: &Ground,
        layout: &Layout,
        segments: &[Segment],
    ) -> Result<Vec<LineText>, Failure> {
        let crops = layout.crops(ground, segments);
        match &mut self.lines {
            LineRecognizer::Native(readers) => {
                let mut texts = readers.read_lines(&crops);
                // Black and white pages gain nothing by it that their time is worth.
                if matches!(ground.pixels, PagePixels::Gray(_)) {
                    ensemble::settle(readers, &mut texts, &crops);
                }
                Ok(texts)
            }
            LineRecognizer::Tesseract => self.read_pictures(&crops, &Alphabet::All),
        }
    }

    /// Returns the texts of pictures of lines; Tesseract knows no alphabet.
    fn read_pictures(
        &mut self,
        pictures: &[GrayImage],
        alphabet: &Alphabet,
    ) -> Result<Vec<LineText>, Failure> {
        match &mut self.lines {
            LineRecognizer::Native(readers) => Ok(readers.read_again(pictures, alphabet)),
            LineRecognizer::Tesseract => {
                let mut read = |crop| Ok(LineText { words: self.tesseract.read_raw_line(crop)? });
                pictures.iter().map(&mut read).collect()
            }
        }
    }

    /// Reads lines with words that are struck out with shades of the line, too, and keeps of each word what reads best.
    fn read_struck(
        &mut self,
        ground: &Ground,
        layout: &Layout,
        texts: &mut [LineText],
    ) -> Result<(), Failure> {
        let inks = layout.ink_of_struck();
        let segments = layout.segments.iter().enumerate();
        let of_struck =
            segments.filter(|(_, segment)| !inks.is_empty() && layout.is_struck(&segment.bounds));
        for (place, segment) in of_struck {
            let crops: Vec<GrayImage> =
                inks.iter().map(|&ink| layout.crop_showing(ground, segment, ink)).collect();
            let mut readings = vec![std::mem::take(&mut texts[place])];
            readings.extend(self.read_pictures(&crops, &Alphabet::All)?);
            let is_struck = |word: &LineWord| {
                layout.is_struck(&layout.word_box(segment, (word.left, word.right)))
            };
            let known = |words: &[String]| match &mut self.lines {
                LineRecognizer::Native(readers) => readers.known(words),
                LineRecognizer::Tesseract => vec![false; words.len()],
            };
            texts[place] = struck::settled(&readings, is_struck, known);
        }
        Ok(())
    }

    /// Reads lines again that look like text and were dropped, and keeps what is read alike twice.
    fn read_dropped(
        &mut self,
        ground: &Ground,
        layout: &Layout,
        (texts, kept): (&mut [LineText], &mut [bool]),
    ) {
        let LineRecognizer::Native(readers) = &mut self.lines else { return };
        let dropped = layout.dropped_text(kept);
        let crop = |&place: &usize| layout.crop(ground, &layout.segments[place]);
        let crops: Vec<GrayImage> = dropped.iter().map(crop).collect();
        let first: Vec<LineText> = dropped.iter().map(|&place| texts[place].clone()).collect();
        let found =
            agreed::find(&first, &crops, |pictures| readers.read_again(pictures, &Alphabet::All));
        for (place, text) in dropped.into_iter().zip(found) {
            if let Some(text) = text {
                (texts[place], kept[place]) = (text, true);
            }
        }
    }

    /// Reads turned segments the other way round, too, and keeps what reads better.
    fn reverse_turned(
        &mut self,
        ground: &Ground,
        layout: &mut Layout,
        texts: &mut [LineText],
    ) -> Result<(), Failure> {
        let (places, reversed): (Vec<usize>, Vec<Segment>) = layout
            .segments
            .iter()
            .enumerate()
            .filter_map(|(place, segment)| Some((place, segment.reversed()?)))
            .unzip();
        let others = self.read_segments(ground, layout, &reversed)?;
        for ((place, segment), text) in places.into_iter().zip(reversed).zip(others) {
            if summary(&text).confidence > summary(&texts[place]).confidence {
                layout.segments[place] = segment;
                texts[place] = text;
            }
        }
        Ok(())
    }
}

impl Recognizer for Engine {
    fn name(&self) -> String {
        match self.lines {
            LineRecognizer::Native(_) => concat!("native ", env!("CARGO_PKG_VERSION")).to_owned(),
            LineRecognizer::Tesseract => self.tesseract.name(),
        }
    }

    fn recognize(&mut self, page: &PreparedPage) -> Result<Reading, Failure> {
        let ground = Ground { pixels: &page.pixels, marks: &page.marks, dpi: page.dpi };
        if let LineRecognizer::Native(readers) = &mut self.lines {
            readers.begin_page(&page.pixels);
        }
        let mut reading = match (self.layout, &self.lines) {
            (LayoutChoice::Tesseract, LineRecognizer::Tesseract) => self.tesseract.recognize(page),
            (LayoutChoice::Tesseract, LineRecognizer::Native(_)) => {
                self.read_by_tesseract_layout(page, &ground)
            }
            (LayoutChoice::Native, _) => {
                let read = self.read(&ground, layout::analyze(&ground), LayoutUsed::Native)?;
                Ok(read.reading)
            }
            (LayoutChoice::Auto, _) => self.read_doubting(page, &ground),
        }?;
        if let Some(overlay) = &page.overlay {
            let view = Ground { pixels: overlay, marks: &[], dpi: page.dpi };
            self.add_view(View::Overlay, &view, &mut reading)?;
        }
        reading.notes.extend(self.instead.clone());
        Ok(reading)
    }

    fn glance(&mut self, page: &PreparedPage) -> Result<Vec<Line>, Failure> {
        let (LineRecognizer::Native(readers), LayoutChoice::Auto | LayoutChoice::Native) =
            (&mut self.lines, self.layout)
        else {
            return Ok(self.recognize(page)?.lines);
        };
        readers.begin_page(&page.pixels);
        let ground = Ground { pixels: &page.pixels, marks: &page.marks, dpi: page.dpi };
        let layout = layout::analyze_part(&ground);
        let crops = layout.crops(&ground, &layout.segments);
        let texts = readers.read_lines(&crops).into_iter();
        let line = |(segment, text): (&Segment, LineText)| Line {
            block: segment.block,
            paragraph: segment.paragraph,
            words: text.words.into_iter().map(|word| page_word(&layout, segment, word)).collect(),
        };
        Ok(layout.segments.iter().zip(texts).map(line).collect())
    }

    fn look_again(
        &mut self,
        page: &PreparedPage,
        languages: &str,
        (looks, end): (&[Look], Instant),
    ) -> Result<Vec<Seen>, Failure> {
        if let LineRecognizer::Native(readers) = &mut self.lines {
            readers.resume_page(languages, &page.pixels);
        }
        let mut seen = vec![Seen::Nothing; looks.len()];
        for (looks, seen) in looks.chunks(TOGETHER).zip(seen.chunks_mut(TOGETHER)) {
            let mut regions = Vec::new();
            let mut places = Vec::new();
            for (look, seen) in looks.iter().zip(seen) {
                if Instant::now() >= end {
                    break;
                }
                match look {
                    Look::Region(region) => {
                        regions.push(RegionCrops::of(page, region));
                        places.push(seen);
                    }
                    Look::Table(table) => *seen = self.look_at_table(page, table)?,
                }
            }
            let second = match &mut self.lines {
                LineRecognizer::Native(readers) => {
                    readers.read_otherwise(&look::pictures(&regions))
                }
                LineRecognizer::Tesseract => None,
            };
            let read = |pictures: &[GrayImage], alphabet: &Alphabet| {
                self.read_pictures(pictures, alphabet)
            };
            for (seen, region) in places.into_iter().zip(look::read(&regions, second, read)?) {
                *seen = Seen::Region(region);
            }
        }
        Ok(seen)
    }
}

/// Returns what the layout judges a reading by.
fn summary(text: &LineText) -> layout::Reading {
    let words = text.words.iter().map(|word| (word.text.as_str(), word.confidence));
    let characters = text.words.iter().flat_map(|word| &word.characters);
    let characters = characters.map(|character| (character.text.as_str(), character.confidence));
    let sure = mean_by_length(characters).filter(|confidence| *confidence >= SURE_CHARACTERS);
    // A word is as sure as its worst character: one doubtful sign makes no stroke of a number.
    let confidence = mean_by_length(words).unwrap_or(0.0).max(sure.unwrap_or(0.0));
    let plain: String = text.words.iter().map(|word| word.text.as_str()).collect();
    layout::Reading::of(&plain, confidence)
}

/// Returns a word with its place on the page.
fn page_word(layout: &Layout, segment: &Segment, word: LineWord) -> Word {
    Word {
        bounds: layout.word_box(segment, (word.left, word.right)),
        confidence: word.confidence,
        doubts: doubts(&word),
        text: word.text,
    }
}

/// Returns the mean confidence of texts by their lengths in characters.
fn mean_by_length<'w>(texts: impl Iterator<Item = (&'w str, f32)>) -> Option<f32> {
    weighted_mean(texts.map(|(text, confidence)| (confidence, text.chars().count() as f32)))
}

/// Returns how many characters were read with some confidence: of two layouts the better one has more.
fn worth(lines: &[Line]) -> usize {
    let words = lines.iter().flat_map(|line| &line.words);
    words
        .filter(|word| word.confidence >= READ_CONFIDENCE)
        .map(|word| word.text.chars().filter(|character| character.is_alphanumeric()).count())
        .sum()
}
