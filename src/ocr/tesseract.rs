//! Tesseract's engine through leptess: the only file that names it.

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};
use std::time::Instant;

use image::{GrayImage, Luma, imageops};
use leptess::capi::TessPageIteratorLevel_RIL_TEXTLINE;
use leptess::leptonica;
use leptess::tesseract::TessApi;
use tesseract_lstm::LineWord;

use super::languages::Wanted;
use super::regions::{self, Region, RegionLayout};
use super::{Account, EngineSettings, LayoutUsed, MAX_SIDE, Reading, Recognizer, netpbm, tsv};
use crate::document::{Failure, Line, Look, PixelBox, Reason, Seen, Stage};
use crate::images::{BitMask, PagePixels, PreparedPage};

/// An engine that starts when it is first asked, since few pages need it beside the native parts. One per reader
/// process: a second initialization would leak the first.
pub struct Tesseract {
    api: Option<TessApi>,
    /// Joined by `+`; it reads in all of them at a time.
    languages: String,
    directory: PathBuf,
    page_segmentation_mode: CString,
}

/// Page segmentation mode 6: a single block of text.
const SINGLE_BLOCK: &CStr = c"6";
/// Page segmentation mode 7: a single line of text.
const SINGLE_LINE: &CStr = c"7";
/// Page segmentation mode 13: the image is a line, without any layout; the network sees all of it.
const RAW_LINE: &CStr = c"13";
/// Resolution that is told of an image of a line; without layout it changes nothing.
const LINE_DPI: i32 = 300;

/// Text of at least this x-height in pixels is laid out at half size.
const HALVED_TEXT_HEIGHT: f32 = 16.0;
/// Margin around cut-out text in pixels.
const MARGIN: u32 = 12;
/// Every so many pixels are looked at to find the gray of the paper; prime to usual widths.
const PAPER_STEP: usize = 37;

/// Settings that hold for every page, with their reasons.
const VARIABLES: [(&CStr, &CStr); 2] = [
    // Chatter about resolutions and diacritics is of no use to anybody.
    (c"debug_file", c"/dev/null"),
    // Preparation gives dark text on light paper. Without this, each line that is read badly is
    // recognized a second time in negative, which costs a tenth of the time on bad pages.
    (INVERT_THRESHOLD, c"0.0"),
];

/// Mean certainty of a line below which it is read in negative, too.
const INVERT_THRESHOLD: &CStr = c"invert_threshold";
/// What Tesseract has unless it is set.
const DEFAULT_INVERT_THRESHOLD: &CStr = c"0.7";

impl Tesseract {
    /// Makes an engine that is not started yet. The error says which language data is missing.
    pub fn new(settings: &EngineSettings) -> Result<Self, String> {
        let page_segmentation_mode = CString::new(settings.page_segmentation_mode.to_string())
            .map_err(|error| error.to_string())?;
        let wanted = Wanted::parse(&settings.languages)?;
        Ok(Self {
            api: None,
            languages: wanted.for_tesseract(),
            directory: wanted.directory,
            page_segmentation_mode,
        })
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Starts the engine if it is not. The error says what Tesseract refused.
    pub(super) fn start(&mut self) -> Result<&mut TessApi, String> {
        let api = match self.api.take() {
            Some(api) => api,
            None => self.started()?,
        };
        Ok(self.api.insert(api))
    }

    fn started(&self) -> Result<TessApi, String> {
        let directory = self.directory.to_str().ok_or("tessdata: the path is not UTF-8")?;
        let mut api = TessApi::new(Some(directory), &self.languages)
            .map_err(|error| format!("`{}`: tesseract: cannot start: {error}", self.languages))?;
        for (name, value) in VARIABLES {
            // An older Tesseract may not know a variable, and then works as it always did.
            let _known = api.raw.set_variable(name, value).is_ok();
        }
        Ok(api)
    }

    fn api(&mut self) -> Result<&mut TessApi, Failure> {
        self.start().map_err(|problem| refused(Reason::Engine, problem))
    }
}

fn refused(reason: Reason, message: String) -> Failure {
    Failure::new(Stage::Recognize, reason, message)
}

/// Refuses an image that Tesseract's coordinates cannot hold.
fn check_size((width, height): (u32, u32)) -> Result<(), Failure> {
    if width <= MAX_SIDE && height <= MAX_SIDE {
        return Ok(());
    }
    let message = format!("{width} × {height} px: Tesseract takes up to {MAX_SIDE} px a side");
    Err(refused(Reason::TooLarge, message))
}

impl Recognizer for Tesseract {
    fn name(&self) -> String {
        format!("tesseract {}", tesseract_plumbing::version().to_string_lossy())
    }

    fn recognize(&mut self, page: &PreparedPage) -> Result<Reading, Failure> {
        check_size(page.pixels.dimensions())?;
        let mut lines: Vec<Line> = Vec::new();
        for region in regions::of_page(page) {
            let blocks = lines.last().map_or(0, |line| line.block.saturating_add(1));
            for mut line in self.recognize_region(page, &region)? {
                line.block = line.block.saturating_add(blocks);
                lines.push(line);
            }
        }
        Ok(Reading {
            lines,
            layout: LayoutUsed::Tesseract,
            notes: Vec::new(),
            marks: Vec::new(),
            account: Account::default(),
            languages: self.languages.clone(),
        })
    }

    /// Sees nothing: the engine looks again line by line, whoever reads the lines.
    fn look_again(
        &mut self,
        _page: &PreparedPage,
        _languages: &str,
        (looks, _end): (&[Look], Instant),
    ) -> Result<Vec<Seen>, Failure> {
        Ok(vec![Seen::Nothing; looks.len()])
    }
}

impl Tesseract {
    /// Returns the languages that it reads in, joined by `+`.
    pub(super) fn languages(&self) -> &str {
        &self.languages
    }

    /// Returns the words of a region, in pixels of the page.
    fn recognize_region(
        &mut self,
        page: &PreparedPage,
        region: &Region,
    ) -> Result<Vec<Line>, Failure> {
        let pixels = match region.layout {
            RegionLayout::Page => view(page, region.bounds),
            RegionLayout::Block | RegionLayout::Line => {
                Cow::Owned(with_margin(&view(page, region.bounds)))
            }
        };
        let pix = leptonica::pix_read_mem(&netpbm::encoded(&pixels))
            .map_err(|error| refused(Reason::Engine, format!("leptonica: {error:?}")))?;
        let api = self.api()?;
        api.set_image(&pix);
        api.set_source_resolution(page.dpi.round().clamp(70.0, 2400.0) as i32);
        let mode = match region.layout {
            RegionLayout::Page => self.page_segmentation_mode.clone(),
            RegionLayout::Block => SINGLE_BLOCK.to_owned(),
            RegionLayout::Line => SINGLE_LINE.to_owned(),
        };
        let mut lines = self.read_table(&mode)?;
        let margin = match region.layout {
            RegionLayout::Page => 0,
            RegionLayout::Block | RegionLayout::Line => MARGIN,
        };
        for word in lines.iter_mut().flat_map(|line| &mut line.words) {
            let place = |at: u32, start: u32, end: u32| {
                (at + start).saturating_sub(margin).clamp(start, end)
            };
            let PixelBox { left, top, right, bottom } = region.bounds;
            word.bounds = PixelBox {
                left: place(word.bounds.left, left, right),
                top: place(word.bounds.top, top, bottom),
                right: place(word.bounds.right, left, right),
                bottom: place(word.bounds.bottom, top, bottom),
            };
        }
        Ok(lines)
    }
}

impl Tesseract {
    /// Returns the boxes of the lines that Tesseract's page layout finds, in reading order, in pixels
    /// of the page. Large text is laid out at half size, which finds the same lines in less than
    /// half the time (measured on forms of 300 dpi).
    pub(super) fn text_lines(&mut self, page: &PreparedPage) -> Result<Vec<PixelBox>, Failure> {
        check_size(page.pixels.dimensions())?;
        let is_large = page.facts.x_height.is_some_and(|height| height >= HALVED_TEXT_HEIGHT);
        let (encoded, scale) = if is_large {
            (netpbm::graymap(&halved(&page.pixels.gray())), 2)
        } else {
            (netpbm::encoded(&page.pixels), 1)
        };
        let dpi = page.dpi / scale as f32;
        let pix = leptonica::pix_read_mem(&encoded)
            .map_err(|error| refused(Reason::Engine, format!("leptonica: {error:?}")))?;
        let mode = self.page_segmentation_mode.clone();
        let api = self.api()?;
        api.set_image(&pix);
        api.set_source_resolution(dpi.round().clamp(70.0, 2400.0) as i32);
        api.raw
            .set_variable(c"tessedit_pageseg_mode", &mode)
            .map_err(|error| refused(Reason::Engine, error.to_string()))?;
        // A page without any text has no components.
        let Some(lines) = api.get_component_images(TessPageIteratorLevel_RIL_TEXTLINE, true) else {
            return Ok(Vec::new());
        };
        let (width, height) = page.pixels.dimensions();
        let inside =
            |at: i32, limit: u32| u32::try_from(at).unwrap_or(0).saturating_mul(scale).min(limit);
        let boxes = lines.into_iter().map(|line| {
            let at = line.get_geometry();
            PixelBox {
                left: inside(at.x, width),
                top: inside(at.y, height),
                right: inside(at.x.saturating_add(at.w), width),
                bottom: inside(at.y.saturating_add(at.h), height),
            }
        });
        Ok(boxes.filter(|bounds| bounds.width() > 0 && bounds.height() > 0).collect())
    }

    /// Reads the image of one line as Tesseract by itself does: no layout, and in negative where it is
    /// unsure. The words have no characters, and their sides are those of Tesseract's layout. What the
    /// native recognizer must agree with. Fails with `too_large` or `engine`.
    pub fn read_raw_line(&mut self, image: &GrayImage) -> Result<Vec<LineWord>, Failure> {
        check_size(image.dimensions())?;
        let pix = leptonica::pix_read_mem(&netpbm::graymap(image))
            .map_err(|error| refused(Reason::Engine, format!("leptonica: {error:?}")))?;
        let api = self.api()?;
        api.set_image(&pix);
        api.set_source_resolution(LINE_DPI);
        // The page segmentation mode is set anew for each page, the threshold is not. A Tesseract that
        // does not know the threshold works with the default.
        let _known = api.raw.set_variable(INVERT_THRESHOLD, DEFAULT_INVERT_THRESHOLD).is_ok();
        let words = self.words_of_line();
        let api = self.api()?;
        for (name, value) in VARIABLES {
            let _known = api.raw.set_variable(name, value).is_ok();
        }
        words
    }

    /// Reads the image that is set as a raw line.
    fn words_of_line(&mut self) -> Result<Vec<LineWord>, Failure> {
        let words = self.read_table(RAW_LINE)?.into_iter().flat_map(|line| line.words);
        Ok(words
            .map(|word| LineWord {
                text: word.text,
                confidence: word.confidence,
                left: word.bounds.left,
                right: word.bounds.right,
                characters: Vec::new(),
            })
            .collect())
    }

    /// Recognizes the image that is set, in a page segmentation mode.
    fn read_table(&mut self, mode: &CStr) -> Result<Vec<Line>, Failure> {
        let api = self.api()?;
        api.raw
            .set_variable(c"tessedit_pageseg_mode", mode)
            .map_err(|error| refused(Reason::Engine, error.to_string()))?;
        // The text getters unwrap a null pointer unless recognition was done and went well.
        if api.recognize() != 0 {
            return Err(refused(Reason::Engine, "Tesseract gave the image up".to_owned()));
        }
        let table = api
            .get_tsv_text(0)
            .map_err(|error| refused(Reason::Engine, format!("words are not UTF-8: {error}")))?;
        tsv::lines(&table).map_err(|error| refused(Reason::Engine, error))
    }
}

/// Returns the image at half its size, each pixel the mean of four.
fn halved(image: &GrayImage) -> GrayImage {
    let width = image.width() as usize;
    let (half_width, half_height) = (image.width() / 2, image.height() / 2);
    let mut pixels = Vec::with_capacity(half_width as usize * half_height as usize);
    for rows in image.as_raw().chunks_exact(2 * width.max(1)) {
        let (above, below) = rows.split_at(width);
        let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
        pixels.extend(pairs.map(|(a, b)| {
            ((u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1])) / 4) as u8
        }));
    }
    GrayImage::from_raw(half_width, half_height, pixels).unwrap_or_default()
}

/// Returns a part of the page.
fn view(page: &PreparedPage, bounds: PixelBox) -> Cow<'_, PagePixels> {
    let (width, height) = (bounds.width(), bounds.height());
    if (width, height) == page.pixels.dimensions() {
        return Cow::Borrowed(&page.pixels);
    }
    Cow::Owned(page.pixels.cropped(bounds))
}

/// Returns the pixels with a margin of their paper around them: letters at the very edge are read badly.
fn with_margin(pixels: &PagePixels) -> PagePixels {
    let (width, height) = pixels.dimensions();
    let (width, height) = (width + 2 * MARGIN, height + 2 * MARGIN);
    match pixels {
        PagePixels::Bilevel(mask) => {
            let mut framed = BitMask::empty(width as usize, height as usize);
            framed.paste(mask, MARGIN as usize, MARGIN as usize);
            PagePixels::Bilevel(framed)
        }
        PagePixels::Gray(image) => {
            let mut levels: Vec<u8> = image.as_raw().iter().step_by(PAPER_STEP).copied().collect();
            let paper = match levels.len() {
                0 => u8::MAX,
                count => *levels.select_nth_unstable(count * 3 / 4).1,
            };
            let mut framed = GrayImage::from_pixel(width, height, Luma([paper]));
            imageops::replace(&mut framed, image, i64::from(MARGIN), i64::from(MARGIN));
            PagePixels::Gray(framed)
        }
    }
}
