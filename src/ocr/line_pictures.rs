//! Pictures of the lines of pages with what networks read of them: what a network is trained on.
//!
//! `scanlift engine lines` calls it.

use image::GrayImage;

use super::languages::LineReaders;
use super::layout::{self, Ground};
use super::{EngineSettings, start};
use crate::images::PreparedPage;

/// The networks of some languages, each for itself.
pub struct LineCutter {
    networks: Vec<LineReaders>,
}

/// The picture of a line, dark on light, and its text as each network reads it.
pub struct CutLine {
    pub picture: GrayImage,
    pub readings: Vec<String>,
}

impl LineCutter {
    /// Loads the networks of languages. The error says which data is missing or cannot be used.
    pub fn start(languages: &[String]) -> Result<Self, String> {
        let network = |language: &String| {
            let languages = language.clone();
            start::stock_readers(&EngineSettings { languages, ..EngineSettings::default() })
        };
        Ok(Self { networks: languages.iter().map(network).collect::<Result<_, _>>()? })
    }

    /// Returns the lines of a page.
    pub fn cut(&mut self, page: &PreparedPage) -> Vec<CutLine> {
        let ground = Ground { pixels: &page.pixels, marks: &page.marks, dpi: page.dpi };
        let layout = layout::analyze(&ground);
        let pictures = layout.crops(&ground, &layout.segments);
        let mut readings = vec![Vec::new(); pictures.len()];
        for network in &mut self.networks {
            for (readings, text) in readings.iter_mut().zip(network.read_lines(&pictures)) {
                let words: Vec<String> = text.words.into_iter().map(|word| word.text).collect();
                readings.push(words.join(" "));
            }
        }
        let line = |(picture, readings)| CutLine { picture, readings };
        pictures.into_iter().zip(readings).map(line).collect()
    }
}
