//! Learns the rankers of some fields from labelled records, and the words that they may ask for.

use std::collections::{BTreeMap, BTreeSet};

use super::fit;
use super::labelled::Labelled;
use super::lesson::LearnError;
use super::questions::Question;
use crate::model::{Learned, Ranker, RecordModel};

/// A word is learned if it stands in so many groups; a name stands in one.
const WORD_GROUPS: usize = 5;

/// Of few groups, in this share of them, but never in fewer than [`FEWEST_WORD_GROUPS`].
const WORD_SHARE: f32 = 0.2;

const FEWEST_WORD_GROUPS: usize = 3;

/// Learns the rankers of some fields from all of these records.
pub(super) fn teach(
    model: &RecordModel,
    fields: &[usize],
    labelled: &[&Labelled],
) -> Result<Learned, LearnError> {
    let mut learned = Learned::nothing(model);
    if fields.is_empty() {
        return Ok(learned);
    }
    learned.words = words(labelled);
    for &at in fields {
        let ranker = ranker((model, at), &learned.words, labelled)?;
        learned.ranking.insert(model.fields[at].name.clone(), ranker);
    }
    Ok(learned)
}

/// Learns the ranker of one field.
fn ranker(
    (model, at): (&RecordModel, usize),
    words: &[String],
    labelled: &[&Labelled],
) -> Result<Ranker, LearnError> {
    let questions: Vec<Question> =
        labelled.iter().filter_map(|record| Question::of((model, at), words, record)).collect();
    let weights = fit::weights(&questions, words.len()).map_err(|reason| LearnError::Fit {
        field: model.fields[at].name.clone(),
        reason: reason.to_string(),
    })?;
    Ok(Ranker { weights })
}

/// Returns the words that stand in so many groups that they are no names, folded, ascending.
fn words(labelled: &[&Labelled]) -> Vec<String> {
    let mut groups: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for record in labelled {
        for word in record.pages.iter().flat_map(|(_, text)| text.words()) {
            for word in crate::extract::learned_words(&word.text) {
                groups.entry(word).or_default().insert(&record.group);
            }
        }
    }
    let all: BTreeSet<&str> = labelled.iter().map(|record| record.group.as_str()).collect();
    let share = (all.len() as f32 * WORD_SHARE) as usize;
    let needed = share.clamp(FEWEST_WORD_GROUPS, WORD_GROUPS);
    groups.into_iter().filter(|(_, of)| of.len() >= needed).map(|(word, _)| word).collect()
}
