//! The native recognizer reads lines exactly as Tesseract does: same words, same confidences.
//!
//! The lines are cut out of the samples and spoiled in many ways; both read each as a raw line. With `SCANLIFT_TEST_ALL`
//! set, five times as many are compared.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::thread;

use image::imageops::{self, FilterType};
use image::{GrayImage, Luma};
use scanlift::decode::{self, DecodeOptions, DecodedPage, PdfText};
use scanlift::document::PageNumber;
use scanlift::images::Pixels;
use scanlift::ocr::{EngineSettings, Tesseract};
use tesseract_lstm::{
    Alphabet, CharacterSet, Inversion, Kernel, LineReader, LineSettings, LineWord, Model,
};

use crate::program::samples;

/// Lines that are compared in English: by default, and of all.
const ENGLISH_LINES: [usize; 2] = [1_040, 5_200];
/// Lines that are compared in each other language.
const OTHER_LINES: [usize; 2] = [120, 240];
/// The share that must be identical.
const IDENTICAL: f64 = 0.999;
/// Tesseract's threshold below which a line is read in negative, too.
const INVERT_THRESHOLD: f32 = 0.7;
/// Readers at work at the same time.
const THREADS: usize = 2;

#[test]
fn english_lines_read_as_by_tesseract() {
    check("eng", ENGLISH_LINES);
}

#[test]
fn lines_in_other_languages_read_as_by_tesseract() {
    for language in ["deu", "chi_sim"] {
        check(language, OTHER_LINES);
    }
}

#[test]
fn an_alphabet_restricts_what_is_read() {
    let lines = lines(60);
    let settings = LineSettings {
        alphabet: Alphabet::Only(CharacterSet::of("0123456789.,/")),
        inversion: Inversion::Never,
    };
    let texts = native("eng").read_lines(&lines, &settings);
    let characters: String =
        texts.iter().flat_map(|text| &text.words).map(|word| word.text.as_str()).collect();
    assert!(characters.len() > 100, "only `{characters}` was read");
    assert!(characters.chars().all(|c| "0123456789.,/".contains(c)), "`{characters}`");
}

/// Compares `count` lines in a language.
fn check(language: &str, [some, all]: [usize; 2]) {
    let count = if std::env::var_os("SCANLIFT_TEST_ALL").is_some() { all } else { some };
    let lines = lines(count);
    let settings = EngineSettings { languages: language.to_owned(), ..EngineSettings::default() };
    let engines: Vec<Tesseract> =
        (0..THREADS).map(|_| Tesseract::new(&settings).unwrap()).collect();
    let different: Vec<String> = thread::scope(|scope| {
        let parts = lines.chunks(lines.len().div_ceil(THREADS));
        let workers: Vec<_> = engines
            .into_iter()
            .zip(parts)
            .map(|(engine, part)| scope.spawn(move || differences(engine, language, part)))
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    let identical = 1.0 - different.len() as f64 / count as f64;
    assert!(
        identical >= IDENTICAL,
        "{language}: {} of {count} lines differ:\n{}",
        different.len(),
        different.join("\n")
    );
}

/// Returns a description of each line that the two do not read alike.
fn differences(mut tesseract: Tesseract, language: &str, lines: &[GrayImage]) -> Vec<String> {
    let settings =
        LineSettings { alphabet: Alphabet::All, inversion: Inversion::Below(INVERT_THRESHOLD) };
    let texts = native(language).read_lines(lines, &settings);
    let mut words = 0;
    let mut different = Vec::new();
    for (line, text) in lines.iter().zip(texts) {
        let wanted = described(&tesseract.read_raw_line(line).unwrap());
        let found = described(&text.words);
        words += text.words.len();
        if wanted != found {
            different.push(format!("Tesseract `{wanted}`, native `{found}`"));
        }
    }
    // Enough was read for the comparison to mean something.
    assert!(words > lines.len(), "{words} words in {} lines", lines.len());
    different
}

/// Returns the words with their confidences to three decimals.
fn described(words: &[LineWord]) -> String {
    let words: Vec<String> =
        words.iter().map(|word| format!("{} {:.3}", word.text, word.confidence)).collect();
    words.join(" | ")
}

fn native(language: &str) -> LineReader {
    let path =
        Path::new("/usr/share/tesseract-ocr/5/tessdata").join(format!("{language}.traineddata"));
    let file = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    LineReader::new(Model::parse(&file).unwrap(), Kernel::available()[0])
}

/// All pieces of lines in the samples.
static CROPS: LazyLock<Vec<GrayImage>> = LazyLock::new(|| pages().iter().flat_map(crops).collect());

/// Returns `count` spoiled lines from all over the samples.
fn lines(count: usize) -> Vec<GrayImage> {
    assert!(CROPS.len() > count, "the samples give only {} lines", CROPS.len());
    let mut random = Random(0x5eed);
    (0..count)
        .map(|index| &CROPS[index * CROPS.len() / count])
        .enumerate()
        .map(|(index, crop)| spoiled(crop, index, &mut random))
        .collect()
}

fn pages() -> Vec<GrayImage> {
    let mut files: Vec<PathBuf> = ["cards", "filings", "logs", "receipts"]
        .iter()
        .flat_map(|folder| fs::read_dir(samples().join(folder)).unwrap())
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let options = DecodeOptions { pdf_text: PdfText::Never, ..DecodeOptions::default() };
    let mut pages = Vec::new();
    for file in files {
        let mut document = decode::open(fs::read(file).unwrap(), &options).unwrap();
        for page in 1..=document.page_count() {
            let number = PageNumber(page.try_into().unwrap());
            if let DecodedPage::Image(page) = document.page(number).unwrap() {
                pages.push(match page.pixels {
                    Pixels::Gray(image) => image,
                    Pixels::Color(image) => imageops::grayscale(&image),
                    Pixels::Bilevel(mask) => mask.to_gray(),
                });
            }
        }
    }
    pages
}

/// Width of the pieces that lines are cut into, in pixels.
const PIECE: u32 = 240;
/// Heights of what may be a line, in pixels.
const LINE_HEIGHTS: std::ops::RangeInclusive<u32> = 10..=90;
/// Height of the pieces of what is higher, such as lines that touch.
const CUT_HEIGHT: u32 = 44;
/// White rows around a line, in pixels.
const MARGIN: u32 = 4;

/// Cuts a page into strips and those into lines, where rows without ink part them.
fn crops(page: &GrayImage) -> Vec<GrayImage> {
    let mut levels = page.as_raw().clone();
    let middle = levels.len() / 2;
    let paper = *levels.select_nth_unstable(middle).1;
    let ink = paper / 2 + paper / 8;
    let (width, height) = page.dimensions();
    let mut crops = Vec::new();
    for left in (0..width.saturating_sub(PIECE)).step_by(PIECE as usize) {
        let inked =
            |y: u32| (left..left + PIECE).filter(|x| page.get_pixel(*x, y)[0] < ink).count() > 2;
        let mut top = 0;
        while top < height {
            let rows = (top..height).take_while(|y| inked(*y)).count() as u32;
            let rows = if rows > *LINE_HEIGHTS.end() { CUT_HEIGHT } else { rows };
            if LINE_HEIGHTS.contains(&rows) {
                let from = top.saturating_sub(MARGIN);
                let to = (top + rows + MARGIN).min(height);
                crops.push(imageops::crop_imm(page, left, from, PIECE, to - from).to_image());
            }
            top += rows.max(1);
        }
    }
    crops
}

/// A linear congruential generator: the same lines in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u32) -> u32 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) % u64::from(end)) as u32
    }
}

/// Spoils a line in one of ten ways.
fn spoiled(line: &GrayImage, index: usize, random: &mut Random) -> GrayImage {
    let (width, height) = line.dimensions();
    let scaled = |new_height: u32| {
        let new_width = (width * new_height / height).max(8);
        imageops::resize(line, new_width, new_height, FilterType::Triangle)
    };
    match index % 10 {
        0 => line.clone(),
        1 => changed(line, |pixel, _| {
            pixel.saturating_add_signed((random.below(120) as u8).cast_signed() - 60)
        }),
        2 => mixed(line, |pixels| (pixels.iter().map(|p| u32::from(*p)).sum::<u32>() / 9) as u8),
        3 => scaled((height * (30 + random.below(30)) / 100).max(8)),
        4 => scaled(12 + random.below(79)),
        5 => mixed(line, |pixels| pixels.iter().min().copied().unwrap_or(0)),
        6 => mixed(line, |pixels| pixels.iter().max().copied().unwrap_or(255)),
        7 => changed(line, |pixel, _| 255 - pixel),
        8 => {
            let (gap, period) = (1 + random.below(5), 14 + random.below(40));
            changed(line, |pixel, x| if x % period < gap { 255 } else { pixel })
        }
        _ => changed(line, |pixel, _| match random.below(30) {
            0 => 0,
            1 => 255,
            _ => pixel / 3 + 130,
        }),
    }
}

/// Changes each pixel by itself; also given is its column.
fn changed(line: &GrayImage, mut change: impl FnMut(u8, u32) -> u8) -> GrayImage {
    let mut spoiled = line.clone();
    for (x, _, pixel) in spoiled.enumerate_pixels_mut() {
        *pixel = Luma([change(pixel[0], x)]);
    }
    spoiled
}

/// Makes each pixel of the nine around it.
fn mixed(line: &GrayImage, mix: impl Fn(&[u8; 9]) -> u8) -> GrayImage {
    let (width, height) = line.dimensions();
    GrayImage::from_fn(width, height, |x, y| {
        let near = |index: usize| {
            let (dx, dy) = (index as u32 % 3, index as u32 / 3);
            let at =
                |value: u32, shift: u32, size: u32| (value + shift).saturating_sub(1).min(size - 1);
            line.get_pixel(at(x, dx, width), at(y, dy, height))[0]
        };
        Luma([mix(&std::array::from_fn(near))])
    })
}
