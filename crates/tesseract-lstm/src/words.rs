//! The best path through a line → its words, with confidences and places.
//!
//! Called by the line reader. Confidences are those of Tesseract; places are where the network saw
//! the characters, which is a few pixels off their edges.

use super::alphabet::Admission;
use super::beam::{PathStep, StepPart, Vocabulary, WordStart};
use super::dawg::Permuter;
use super::forward::Outputs;
use super::recoder::{Code, ROOT};
use super::unicharset::{CharacterId, SPACE, Spacing};

/// The words of a line in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct LineText {
    /// Words as the network set them apart.
    pub words: Vec<LineWord>,
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq)]
pub struct LineWord {
    /// Never empty, without white space.
    pub text: String,
    /// 0–100 as in Tesseract's tables: that of the worst character, or of the spaces around.
    pub confidence: f32,
    /// First pixel column of the image.
    pub left: u32,
    /// Pixel column after the last one.
    pub right: u32,
    /// The characters of the text in order.
    pub characters: Vec<LineCharacter>,
}

/// A character of a word.
#[derive(Debug, Clone, PartialEq)]
pub struct LineCharacter {
    /// Mostly one `char`; some models know ligatures.
    pub text: String,
    /// First pixel column of the image.
    pub left: u32,
    /// Pixel column after the last one.
    pub right: u32,
    /// 0–100, on the scale of the word's.
    pub confidence: f32,
    /// Runner-ups for this place and their probabilities in percent, best first, at most 4, none below
    /// 0.1. Empty for characters of several codes.
    pub alternatives: Vec<(String, f32)>,
}

/// Tesseract's scale of words' certainties.
const CERTAINTY_SCALE: f32 = 7.0;
/// Percent for a unit of it.
const CONFIDENCE_SLOPE: f32 = 5.0;
const ALTERNATIVES: usize = 4;
const MIN_ALTERNATIVE: f32 = 0.001;

/// A character of the path.
#[derive(Debug, Clone, Copy)]
struct Reading {
    id: CharacterId,
    /// The steps that show it, nulls excluded.
    start: usize,
    end: usize,
    /// Of the worst step.
    certainty: f32,
    permuter: Permuter,
    word: WordStart,
    /// First and last boundary to its neighbors, in steps.
    bounds: [usize; 2],
}

/// A line that has been decoded.
pub(super) struct Decoded<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) admission: &'a Admission,
    pub(super) path: &'a [PathStep],
    pub(super) outputs: &'a Outputs,
    /// Of the image in pixels.
    pub(super) width: u32,
}

impl Decoded<'_> {
    /// Returns the words.
    pub(super) fn text(&self) -> LineText {
        let readings = readings(self.path);
        let mut words = Vec::new();
        let mut start = 0;
        let mut space_before = 0.0_f32;
        while start < readings.len() {
            let length = readings[start..]
                .windows(2)
                .position(|pair| self.breaks(pair[0], pair[1]))
                .map_or(readings.len() - start, |last| last + 1);
            let end = start + length;
            let space_after = readings.get(end).filter(|next| next.id == SPACE);
            let space = space_after.map_or(0.0, |space| space.certainty);
            words.extend(self.word(&readings[start..end], space.min(space_before)));
            space_before = space;
            start = end + usize::from(space_after.is_some());
        }
        LineText { words }
    }

    /// Returns whether a word ends between two characters.
    fn breaks(&self, before: Reading, next: Reading) -> bool {
        let spacing = |id| self.vocabulary.unicharset.spacing(id);
        next.id == SPACE
            || next.word == WordStart::Here
            || (next.permuter == Permuter::TopChoice
                && (spacing(before.id) == Spacing::NoSpaces
                    || spacing(next.id) == Spacing::NoSpaces))
    }

    /// Returns a word of the readings; none if there is nothing but spaces. `space` is the certainty of
    /// the worse of the spaces around it.
    fn word(&self, readings: &[Reading], space: f32) -> Option<LineWord> {
        let certainty = readings.iter().map(|reading| reading.certainty).fold(f32::MAX, f32::min);
        let characters: Vec<LineCharacter> = readings
            .iter()
            .filter(|reading| reading.id != SPACE)
            .map(|reading| self.character(*reading))
            .collect();
        let (first, last) = (characters.first()?, characters.last()?);
        Some(LineWord {
            text: characters.iter().map(|character| character.text.as_str()).collect(),
            confidence: confidence(certainty.min(space)),
            left: first.left,
            right: last.right,
            characters,
        })
    }

    fn character(&self, reading: Reading) -> LineCharacter {
        let [left, right] = reading.bounds.map(|bound| bound as f32 * self.outputs.pixels_per_step);
        let right = (right.ceil() as u32).min(self.width);
        LineCharacter {
            text: self.vocabulary.unicharset.text(reading.id).to_owned(),
            left: (left.floor() as u32).min(right),
            right,
            confidence: confidence(reading.certainty),
            alternatives: self.alternatives(reading),
        }
    }

    /// Returns the character of one code that a code is.
    fn single(&self, code: Code) -> Option<CharacterId> {
        let recoder = &self.vocabulary.recoder;
        recoder.single(code).map(|place| recoder.completions(ROOT)[usize::from(place)].id)
    }

    /// Returns the characters that the outputs of a reading's steps show beside it.
    fn alternatives(&self, reading: Reading) -> Vec<(String, f32)> {
        let own = self.path[reading.start].code;
        if self.single(own) != Some(reading.id) {
            return Vec::new();
        }
        let mut probabilities = self.outputs.row(reading.start).to_vec();
        for step in reading.start + 1..reading.end {
            for (largest, here) in probabilities.iter_mut().zip(self.outputs.row(step)) {
                *largest = if *here > *largest { *here } else { *largest };
            }
        }
        let mut best: Vec<(f32, CharacterId)> = Vec::new();
        for (code, probability) in probabilities.into_iter().enumerate() {
            if probability < MIN_ALTERNATIVE {
                continue;
            }
            let Ok(code) = Code::try_from(code) else { break };
            let Some(id) = self.single(code) else { continue };
            if ![own, self.vocabulary.null].contains(&code) && self.admission.admits_character(id) {
                best.push((probability, id));
            }
        }
        best.sort_by(|one, other| other.0.total_cmp(&one.0));
        best.truncate(ALTERNATIVES);
        best.into_iter()
            .map(|(probability, id)| {
                (self.vocabulary.unicharset.text(id).to_owned(), 100.0 * probability)
            })
            .collect()
    }
}

/// Returns Tesseract's confidence of a certainty, 0–100.
fn confidence(certainty: f32) -> f32 {
    (100.0 + CONFIDENCE_SLOPE * (CERTAINTY_SCALE * certainty)).clamp(0.0, 100.0)
}

/// Collects the characters of a path. The nulls before a character count for it; those before a space
/// and at the end count for the character before.
fn readings(path: &[PathStep]) -> Vec<Reading> {
    let mut readings: Vec<Reading> = Vec::new();
    let mut at = 0;
    while at < path.len() {
        let mut certainty = 0.0_f32;
        while let Some(step) = path.get(at).filter(|step| step.character.is_none()) {
            certainty = certainty.min(step.certainty);
            at += 1;
        }
        let Some((step, id)) = path.get(at).and_then(|step| Some((*step, step.character?))) else {
            if let Some(last) = readings.last_mut() {
                last.certainty = last.certainty.min(certainty);
            }
            break;
        };
        let start = at;
        if id == SPACE
            && step.permuter != Permuter::None
            && let Some(last) = readings.last_mut()
        {
            last.certainty = last.certainty.min(certainty);
            certainty = 0.0;
        }
        loop {
            let step = path[at];
            // Such a space was found by the network alone, and the nulls before it were charged.
            let alone = id == SPACE && step.permuter == Permuter::None;
            if step.certainty < certainty || alone {
                certainty = step.certainty;
            }
            at += 1;
            if path.get(at).is_none_or(|next| next.part == StepPart::New) {
                break;
            }
        }
        let reading = Reading {
            id,
            start,
            end: at,
            certainty,
            permuter: step.permuter,
            word: step.word,
            bounds: [0; 2],
        };
        readings.push(reading);
    }
    set_bounds(&mut readings, path.len());
    readings
}

/// Puts the boundary of two characters in the middle of the steps between them.
fn set_bounds(readings: &mut [Reading], steps: usize) {
    let mut left = 0;
    for index in 0..readings.len() {
        let end = readings[index].end;
        let right = match readings.get(index + 1) {
            Some(next) => end + (next.start - end) / 2,
            None => steps,
        };
        readings[index].bounds = [left, right];
        left = right;
    }
}

#[cfg(test)]
mod tests;
