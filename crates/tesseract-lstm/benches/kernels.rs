//! How much faster the vector kernels are than plain code, and that they give the same words.
//!
//! `cargo bench -p tesseract-lstm [-- LINE.png…]` reads the given images of lines, or shapes of strokes drawn here,
//! with the model in `TESSDATA_MODEL` (by default Debian's `eng.traineddata`).

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::time::{Duration, Instant};

use image::{GrayImage, Luma};
use tesseract_lstm::{Kernel, LineReader, LineSettings, LineText, Model};

const MODEL: &str = "/usr/share/tesseract-ocr/5/tessdata/eng.traineddata";
/// Each kernel reads all lines so often; the quickest time counts, since others only wait longer.
const ROUNDS: usize = 5;
const LINES: u32 = 24;

#[expect(clippy::print_stdout, reason = "the figures are what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    // Cargo adds `--bench`.
    let files: Vec<OsString> =
        std::env::args_os().skip(1).filter(|file| file != "--bench").collect();
    let lines = match files.as_slice() {
        [] => (0..LINES).map(strokes).collect(),
        files => files
            .iter()
            .map(|file| Ok(image::open(file)?.into_luma8()))
            .collect::<Result<Vec<GrayImage>, image::ImageError>>()?,
    };
    let model = std::env::var_os("TESSDATA_MODEL").unwrap_or_else(|| MODEL.into());
    let model = Model::parse(&fs::read(model)?)?;
    let results: Vec<(Kernel, Duration, Vec<LineText>)> = Kernel::available()
        .into_iter()
        .map(|kernel| {
            let mut reader = LineReader::new(model.clone(), kernel);
            let (time, texts) = read(&mut reader, &lines);
            (kernel, time, texts)
        })
        .collect();
    let (_, plain, expected) = results.last().ok_or("there is always the scalar kernel")?;
    for (kernel, time, texts) in &results {
        assert!(texts == expected, "{kernel} reads other words");
        let ratio = plain.as_secs_f64() / time.as_secs_f64();
        println!("{kernel:>6}: {:8.2} ms, {ratio:5.1} x scalar", time.as_secs_f64() * 1e3);
    }
    Ok(())
}

/// Returns the shortest time for all lines, and their words.
fn read(reader: &mut LineReader, lines: &[GrayImage]) -> (Duration, Vec<LineText>) {
    let settings = LineSettings::default();
    let mut best = Duration::MAX;
    let mut texts = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        texts = reader.read_lines(lines, &settings);
        best = best.min(start.elapsed());
    }
    (best, texts)
}

/// Draws a line of upright and level strokes, some 60 characters wide.
fn strokes(seed: u32) -> GrayImage {
    let mut state = seed.wrapping_mul(2_654_435_761) | 1;
    let mut line = GrayImage::from_pixel(1200 + 8 * seed, 48, Luma([235]));
    for left in (8..line.width() - 24).step_by(20) {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        for stroke in 0..4 {
            let (x, y) = (left + 3 * (state >> stroke & 3), 10 + 7 * (state >> (4 + stroke) & 3));
            let (width, height) = if state >> (8 + stroke) & 1 == 0 { (3, 14) } else { (11, 3) };
            for (x, y) in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
                line.put_pixel(x, y, Luma([40]));
            }
        }
    }
    line
}
