//! Images of lines → words: the whole way through the network and the search.

use std::borrow::Borrow;

use image::GrayImage;

use super::alphabet::{Admission, Alphabet};
use super::beam::BeamSearch;
use super::forward::{Forward, Outputs};
use super::kernels::Kernel;
use super::line::LineInput;
use super::model::Model;
use super::words::{Decoded, LineText};

/// Whether lines are also read in negative.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Inversion {
    /// Lines are dark on light.
    #[default]
    Never,
    /// A line whose mean certainty is below this threshold (0–1; Tesseract's `invert_threshold`, 0.7
    /// unless it is set) is read in negative too, and the better reading counts.
    Below(f32),
}

/// How lines are read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineSettings {
    /// The characters that lines may consist of.
    pub alphabet: Alphabet,
    /// Whether lines are also read in negative.
    pub inversion: Inversion,
}

/// A model ready to read lines. Keeps its memory from call to call; belongs to one thread.
pub struct LineReader {
    model: Model,
    forward: Forward,
    search: BeamSearch,
}

impl LineReader {
    /// Prepares a model for a kernel.
    pub fn new(model: Model, kernel: Kernel) -> Self {
        let forward = Forward::new(&model.network, kernel);
        let search = BeamSearch::new(&model.vocabulary);
        Self { model, forward, search }
    }

    /// Returns the kernel that runs.
    pub fn kernel(&self) -> Kernel {
        self.forward.kernel()
    }

    /// Reads images of one line each; returns their texts in the same order. An image that is too narrow
    /// for a character, or absurdly wide, has no words.
    pub fn read_lines<L: Borrow<GrayImage>>(
        &mut self,
        lines: &[L],
        settings: &LineSettings,
    ) -> Vec<LineText> {
        let height = self.model.network.height();
        let mut texts = vec![LineText::default(); lines.len()];
        let (places, inputs): (Vec<usize>, Vec<LineInput>) = lines
            .iter()
            .enumerate()
            .filter_map(|(place, line)| Some((place, LineInput::of(line.borrow(), height)?)))
            .unzip();
        let outputs = self.outputs(&inputs, settings.inversion);
        let vocabulary = &self.model.vocabulary;
        let admission = Admission::new(&settings.alphabet, vocabulary);
        for (place, outputs) in places.into_iter().zip(&outputs) {
            let path = self.search.run(vocabulary, &admission, &outputs.probabilities);
            let width = lines[place].borrow().width();
            let decoded = Decoded { vocabulary, admission: &admission, path, outputs, width };
            texts[place] = decoded.text();
        }
        texts
    }

    /// Runs the network, in negative as well where it is unsure.
    fn outputs(&mut self, inputs: &[LineInput], inversion: Inversion) -> Vec<Outputs> {
        let mut outputs = self.forward.run(inputs);
        let Inversion::Below(threshold) = inversion else { return outputs };
        let null = self.model.network.null_code();
        let (unsure, negatives): (Vec<(usize, f32)>, Vec<LineInput>) = outputs
            .iter()
            .map(|output| output.certainty(null))
            .enumerate()
            .filter(|(_, certainty)| *certainty < threshold)
            .map(|(line, certainty)| ((line, certainty), inputs[line].inverted()))
            .unzip();
        for ((line, certainty), negative) in unsure.into_iter().zip(self.forward.run(&negatives)) {
            if negative.certainty(null) > certainty {
                outputs[line] = negative;
            }
        }
        outputs
    }
}
