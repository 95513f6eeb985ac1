//! Tesseract's engine through leptess: the only file that names it.

use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::path::{Path, PathBuf};

use image::{GrayImage, Luma, imageops};
use leptess::leptonica;
use leptess::tesseract::TessApi;

use super::regions::{self, Region, RegionLayout};
use super::{EngineSettings, MAX_SIDE, Recognizer, netpbm, tsv};
use crate::document::{BitMask, Failure, Line, PagePixels, PixelBox, PreparedPage, Reason, Stage};

/// A warm engine. One per reader process: a second initialization would leak the first.
pub struct Tesseract {
    api: TessApi,
    page_segmentation_mode: CString,
}

/// Page segmentation mode 6: a single block of text.
const SINGLE_BLOCK: &CStr = c"6";
/// Page segmentation mode 7: a single line of text.
const SINGLE_LINE: &CStr = c"7";

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
    (c"invert_threshold", c"0.0"),
];

/// Where Debian, Fedora, Arch and a build from source put the language data.
const DATA_DIRECTORIES: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
];

/// Returns what is wrong with the languages, with a hint, or `None` if their data is installed.
pub fn language_problem(languages: &str) -> Option<String> {
    data_directory(languages).err()
}

fn data_directory(languages: &str) -> Result<PathBuf, String> {
    let directories: Vec<PathBuf> = match std::env::var_os("TESSDATA_PREFIX") {
        Some(prefix) => vec![PathBuf::from(&prefix), Path::new(&prefix).join("tessdata")],
        None => DATA_DIRECTORIES.iter().map(PathBuf::from).collect(),
    };
    let names: Vec<&str> = languages.split('+').collect();
    if names.iter().any(|name| !is_language_name(name)) {
        return Err(format!(
            "`{languages}`: languages: not names of language data\nhint: names are joined by `+`, such as `eng+deu`"
        ));
    }
    let holds =
        |directory: &&PathBuf, name: &str| directory.join(format!("{name}.traineddata")).is_file();
    if let Some(directory) =
        directories.iter().find(|directory| names.iter().all(|name| holds(directory, name)))
    {
        return Ok(directory.clone());
    }
    let missing = names
        .iter()
        .find(|name| !directories.iter().any(|directory| holds(&directory, name)))
        .unwrap_or(&languages);
    let looked_in: Vec<String> =
        directories.iter().map(|directory| format!("`{}`", directory.display())).collect();
    Err(format!(
        "`{missing}`: languages: no `{missing}.traineddata` in {}\nhint: `apt-get install tesseract-ocr-{}` installs it; TESSDATA_PREFIX names another directory",
        looked_in.join(", "),
        missing.replace('_', "-")
    ))
}

fn is_language_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

impl Tesseract {
    /// Starts an engine. The error says which language data is missing, or that Tesseract refused.
    pub fn new(settings: &EngineSettings) -> Result<Self, String> {
        let directory = data_directory(&settings.languages)?;
        let directory = directory.to_str().ok_or("tessdata: the path is not UTF-8")?;
        let mut api = TessApi::new(Some(directory), &settings.languages).map_err(|error| {
            format!("`{}`: tesseract: cannot start: {error}", settings.languages)
        })?;
        for (name, value) in VARIABLES {
            // An older Tesseract may not know a variable, and then works as it always did.
            let _known = api.raw.set_variable(name, value).is_ok();
        }
        let page_segmentation_mode = CString::new(settings.page_segmentation_mode.to_string())
            .map_err(|error| error.to_string())?;
        Ok(Self { api, page_segmentation_mode })
    }
}

fn refused(reason: Reason, message: String) -> Failure {
    Failure::new(Stage::Recognize, reason, message)
}

impl Recognizer for Tesseract {
    fn name(&self) -> String {
        format!("tesseract {}", tesseract_plumbing::version().to_string_lossy())
    }

    fn recognize(&mut self, page: &PreparedPage) -> Result<Vec<Line>, Failure> {
        let (width, height) = page.pixels.dimensions();
        if width > MAX_SIDE || height > MAX_SIDE {
            let message =
                format!("{width} × {height} px: Tesseract takes up to {MAX_SIDE} px a side");
            return Err(refused(Reason::TooLarge, message));
        }
        let mut lines: Vec<Line> = Vec::new();
        for region in regions::of_page(page) {
            let blocks = lines.last().map_or(0, |line| line.block.saturating_add(1));
            for mut line in self.recognize_region(page, &region)? {
                line.block = line.block.saturating_add(blocks);
                lines.push(line);
            }
        }
        Ok(lines)
    }
}

impl Tesseract {
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
        self.api.set_image(&pix);
        self.api.set_source_resolution(page.dpi.round().clamp(70.0, 2400.0) as i32);
        let mode = match region.layout {
            RegionLayout::Page => self.page_segmentation_mode.as_c_str(),
            RegionLayout::Block => SINGLE_BLOCK,
            RegionLayout::Line => SINGLE_LINE,
        };
        self.api
            .raw
            .set_variable(c"tessedit_pageseg_mode", mode)
            .map_err(|error| refused(Reason::Engine, error.to_string()))?;
        // The text getters unwrap a null pointer unless recognition was done and went well.
        if self.api.recognize() != 0 {
            return Err(refused(Reason::Engine, "Tesseract gave the page up".to_owned()));
        }
        let table = self
            .api
            .get_tsv_text(0)
            .map_err(|error| refused(Reason::Engine, format!("words are not UTF-8: {error}")))?;
        let mut lines = tsv::lines(&table).map_err(|error| refused(Reason::Engine, error))?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_language_is_missing_and_how_to_get_it() {
        let problem = language_problem("eng+xyz_old").expect("there is no such language");
        assert!(problem.starts_with("`xyz_old`: languages: no `xyz_old.traineddata` in "));
        assert!(problem.contains("apt-get install tesseract-ocr-xyz-old"));
    }

    #[test]
    fn refuses_a_language_that_is_a_path() {
        assert!(language_problem("../eng").is_some_and(|p| p.contains("not names")));
        assert!(language_problem("eng").is_none());
    }
}
