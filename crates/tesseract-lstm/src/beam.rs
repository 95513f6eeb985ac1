//! The beam search: network outputs → the most likely sequence of characters.
//!
//! Two searches go side by side: one trusts the network alone, one follows the dictionaries and is
//! charged less. Knows nothing of pixels or words' boxes; `words` makes words of the path. Called by
//! the line reader, which keeps one search and its memory for all lines.

mod heap;
mod nodes;
mod ranking;
mod step;

use super::alphabet::Admission;
use super::dawg::{Dictionary, Permuter};
use super::recoder::{Code, Recoder};
use super::unicharset::{CharacterId, Unicharset};

use nodes::{Arena, Beam, Beams, Marks, Mode, Next};
use ranking::{Rank, Ranking};
use step::Step;

/// A character that the dictionaries do not know costs so many times more.
const NETWORK_RATIO: f32 = 2.25;
/// Added to each certainty: favors paths with few steps of doubt.
const CERTAINTY_OFFSET: f64 = -0.085;
/// Characters below are not looked up in the dictionaries.
const WORST_DICTIONARY_CERTAINTY: f32 = -25.0 / 7.0;
/// The worst certainty there is, before ratio and offset.
const MIN_CERTAINTY: f32 = -20.0;
/// Paths that are kept, by the number of codes of the character so far.
const WIDTHS: [usize; 10] = [5, 10, 16, 16, 16, 16, 16, 16, 16, 16];

/// All that a model knows of characters and words.
#[derive(Debug, Clone)]
pub(super) struct Vocabulary {
    pub(super) unicharset: Unicharset,
    pub(super) recoder: Recoder,
    pub(super) dictionary: Option<Dictionary>,
    /// The code that means "nothing here".
    pub(super) null: Code,
    /// Number of network outputs; larger than all codes.
    pub(super) classes: usize,
}

/// One step of the best path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct PathStep {
    pub(super) code: Code,
    /// The character that this step completes or repeats.
    pub(super) character: Option<CharacterId>,
    pub(super) part: StepPart,
    pub(super) permuter: Permuter,
    pub(super) certainty: f32,
    pub(super) word: WordStart,
}

/// What a step of the path adds to the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum StepPart {
    New,
    /// The same output again.
    Duplicate,
}

/// Whether a word of the dictionary starts at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordStart {
    Here,
    NotHere,
}

/// The search and its memory.
pub(super) struct BeamSearch {
    arena: Arena,
    previous: Beams,
    current: Beams,
    ranking: Ranking,
    admitted: Vec<f32>,
    path: Vec<PathStep>,
}

impl BeamSearch {
    /// Returns a search for the outputs of one model.
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        let start = vocabulary.dictionary.as_ref().map_or(&[][..], Dictionary::start);
        let lengths = vocabulary.recoder.longest();
        Self {
            arena: Arena::new(start, vocabulary.recoder.code_range(), vocabulary.null),
            previous: Beams::new(lengths),
            current: Beams::new(lengths),
            ranking: Ranking::new(vocabulary.classes, vocabulary.null),
            admitted: Vec::new(),
            path: Vec::new(),
        }
    }

    /// Returns the best path through the outputs of a line, one step for each row of
    /// `vocabulary.classes` probabilities; empty if there is none.
    pub(super) fn run(
        &mut self,
        vocabulary: &Vocabulary,
        admission: &Admission,
        probabilities: &[f32],
    ) -> &[PathStep] {
        self.arena.clear();
        self.current.clear();
        for (index, row) in probabilities.chunks_exact(vocabulary.classes).enumerate() {
            let mut admitted = std::mem::take(&mut self.admitted);
            let outputs = admission.weigh(row, vocabulary.null, &mut admitted);
            std::mem::swap(&mut self.previous, &mut self.current);
            self.current.clear();
            self.ranking.rank(outputs);
            self.step(vocabulary, admission, outputs, index == 0);
            self.admitted = admitted;
        }
        self.walk_back()
    }

    fn step(
        &mut self,
        vocabulary: &Vocabulary,
        admission: &Admission,
        outputs: &[f32],
        first: bool,
    ) {
        for rank in Rank::ALL {
            self.ranking.choose(rank, outputs, &vocabulary.recoder);
            let mut step = Step {
                vocabulary,
                admission,
                ranking: &self.ranking,
                arena: &mut self.arena,
                beams: &mut self.current,
                followed: None,
            };
            if first {
                step.begin();
                return;
            }
            for (beam, heap) in self.previous.filled() {
                for (_, entry) in heap.entries().iter().rev() {
                    step.extend(entry.node, beam);
                }
            }
            if self.current.filled().any(|(beam, _)| beam.next == Next::Anything) {
                break;
            }
        }
        self.current.add_starts(&mut self.arena);
    }

    /// Finds the best end and collects the steps that lead to it.
    fn walk_back(&mut self) -> &[PathStep] {
        let mut best: Option<(f32, u32)> = None;
        for next in [Next::Anything, Next::NoDuplicate] {
            for mode in [Mode::Network, Mode::Dictionary] {
                let beam = Beam { mode, next, length: 0 };
                for (score, entry) in self.current.heap(beam).entries() {
                    let may_end =
                        mode == Mode::Network || self.arena.ends_dictionary_path(entry.node);
                    if may_end && best.is_none_or(|(best, _)| *score > best) {
                        best = Some((*score, entry.node));
                    }
                }
            }
        }
        self.path.clear();
        let mut at = best.map(|(_, node)| node);
        while let Some(index) = at {
            let node = self.arena.node(index);
            self.path.push(PathStep {
                code: node.code,
                character: node.character_id(),
                part: if node.marks.has(Marks::DUPLICATE) {
                    StepPart::Duplicate
                } else {
                    StepPart::New
                },
                permuter: node.permuter,
                certainty: node.certainty,
                word: if node.marks.has(Marks::START_OF_WORD) {
                    WordStart::Here
                } else {
                    WordStart::NotHere
                },
            });
            at = node.parent();
        }
        self.path.reverse();
        &self.path
    }
}

#[cfg(test)]
mod tests;
