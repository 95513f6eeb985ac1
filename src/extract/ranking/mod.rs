//! Ranks all that may hold the value of a learned field.
//!
//! `value` calls it for fields with `learn` whose model has a ranker; `learn` trains rankers with
//! the same features. A candidate's score is how likely it is the value, of all on its page and of
//! none of them: the exponential of the sum of its weights over that of all, and of 1 for none.

mod features;
mod span;
mod spans;
mod words;

pub use features::{Feature, GROUPS, Group, group_size};
pub(crate) use words::Words;
pub use words::learned_words;

use super::piece::Standing;
use super::value::Search;
use crate::document::{Candidate, Found, Value};
use crate::model::Ranker;
use features::Values;
use span::Span;

/// So many of the best ranked become candidates.
const MOST_RANKED: usize = 8;

/// What may be the value, as a ranker sees it.
pub struct Example {
    /// What it would be, normalized; `None` if it is no value of the field's type.
    pub value: Option<Value>,
    pub features: Vec<Feature>,
}

impl Search<'_> {
    /// Returns the best ranked candidates, best first; `rules` are those of the field's places.
    pub(super) fn ranked(
        &self,
        ranker: &Ranker,
        words: &Words,
        rules: &[Candidate],
    ) -> Vec<Candidate> {
        let scene = self.scene(words, rules);
        let spans = self.spans(&scene);
        let values = Values::of(&spans);
        let weights: Vec<&[f32]> = GROUPS
            .iter()
            .map(|(_, name)| ranker.weights.get(*name).map_or(&[][..], Vec::as_slice))
            .collect();
        let mut scores: Vec<(f32, &Span)> = Vec::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let mut score = 0.0;
            scene.features((span, index), &values, &mut |(group, at)| {
                score += weights[group as usize].get(usize::from(at)).copied().unwrap_or(0.0);
            });
            scores.push((score, span));
        }
        let all: f32 = 1.0 + scores.iter().map(|(score, _)| score.exp()).sum::<f32>();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scores.iter().take(MOST_RANKED);
        best.flat_map(|(score, span)| self.candidate(span, score.exp() / all)).collect()
    }

    fn candidate(&self, span: &Span, probability: f32) -> Vec<Candidate> {
        let standing = Standing { score: probability, found: Found::Learned };
        if let Some(candidate) = &span.candidate {
            return vec![Candidate {
                place_score: probability,
                found: Found::Learned,
                ..candidate.clone()
            }];
        }
        let (layout, page) = (&self.sheet.layout, self.sheet.number);
        span.piece.candidates(layout, page, self.field, standing)
    }

    /// Returns everything that may hold the field's value, with its features.
    pub(super) fn examples(&self, words: &Words, rules: &[Candidate]) -> Vec<Example> {
        let scene = self.scene(words, rules);
        let spans = self.spans(&scene);
        let values = Values::of(&spans);
        let mut examples = Vec::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let mut features = Vec::new();
            scene.features((span, index), &values, &mut |feature| features.push(feature));
            for candidate in self.candidate(span, 0.0) {
                let reading = crate::normalize::read(&self.field.kind, &candidate.text);
                examples.push(Example {
                    value: reading.map(|reading| reading.value),
                    features: features.clone(),
                });
            }
        }
        examples
    }
}
