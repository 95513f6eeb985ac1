//! Ranks all that may hold the value of a learned field.
//!
//! `value` calls it for fields with `learn` whose model has a ranker; `learn` trains rankers with
//! the same features. A candidate's score is how likely it is the value, of all on its page and of
//! none of them: the exponential of the sum of its weights over that of all, and of 1 for none.

mod features;
mod spans;
mod words;

pub use features::{Feature, GROUPS, Group, group_size};
pub use words::learned_words;

use super::piece::Standing;
use super::value::Search;
use crate::document::{Candidate, Found};
use crate::model::Ranker;
use features::Values;
use spans::Span;

/// So many of the best ranked become candidates.
const MOST_RANKED: usize = 8;

/// A span with its features: what a ranker is trained with.
pub struct Example {
    pub text: String,
    pub bounds: crate::document::PixelBox,
    pub value: Option<crate::document::Value>,
    pub features: Vec<Feature>,
    /// Whether the places of the model would choose it.
    pub by_rule: bool,
}

impl Search<'_> {
    /// Returns the best ranked candidates, best first; `rules` are those of the field's places.
    pub(super) fn ranked(&self, ranker: &Ranker, rules: &[Candidate]) -> Vec<Candidate> {
        let scene = self.scene(ranker, rules);
        let spans = self.spans(&scene);
        let values = Values::of(&spans);
        let weights: Vec<&[f32]> = GROUPS
            .iter()
            .map(|(_, name)| ranker.weights.get(*name).map_or(&[][..], Vec::as_slice))
            .collect();
        let mut scores: Vec<(f32, &Span)> = spans
            .iter()
            .enumerate()
            .map(|(index, span)| {
                let features = self.features((&scene, ranker), (span, index), &values);
                let weight = |(group, at): &Feature| {
                    weights[*group as usize].get(usize::from(*at)).copied().unwrap_or(0.0)
                };
                (features.iter().map(weight).sum::<f32>(), span)
            })
            .collect();
        let all: f32 = 1.0 + scores.iter().map(|(score, _)| score.exp()).sum::<f32>();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = scores.iter().take(MOST_RANKED);
        best.flat_map(|(score, span)| self.candidate(span, score.exp() / all)).collect()
    }

    fn candidate(&self, span: &Span, probability: f32) -> Vec<Candidate> {
        let standing = Standing { score: probability, found: Found::Learned };
        match &span.candidate {
            Some(candidate) => vec![Candidate {
                place_score: probability,
                found: Found::Learned,
                ..candidate.clone()
            }],
            None => {
                span.piece.candidates(&self.sheet.layout, (self.sheet.number, self.field), standing)
            }
        }
    }

    /// Returns everything that may hold the field's value, with its features.
    pub(super) fn examples(&self, ranker: &Ranker, rules: &[Candidate]) -> Vec<Example> {
        let scene = self.scene(ranker, rules);
        let spans = self.spans(&scene);
        let values = Values::of(&spans);
        let mut examples = Vec::with_capacity(spans.len());
        for (index, span) in spans.iter().enumerate() {
            let features = self.features((&scene, ranker), (span, index), &values);
            let by_rule = features.contains(&(features::Group::Rule, 1));
            for candidate in self.candidate(span, 0.0) {
                examples.push(Example {
                    value: crate::normalize::read(&self.field.kind, &candidate.text)
                        .map(|r| r.value),
                    text: candidate.text,
                    bounds: candidate.bounds,
                    features: features.clone(),
                    by_rule,
                });
            }
        }
        examples
    }
}
