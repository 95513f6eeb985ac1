//! What was printed, by the vote of its readings, character by character (as ROVER does with words: Fiscus 1997).

use super::difference::align;
use super::likeness::capital;

/// Below this a reading still has a voice.
const LEAST_WEIGHT: f32 = 0.05;

/// A reading that votes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Voter<'v> {
    pub(super) value: &'v str,
    pub(super) documents: u32,
    pub(super) confidence: f32,
}

impl Voter<'_> {
    /// Returns what its voice counts.
    pub(super) fn weight(self) -> f32 {
        self.documents as f32 * self.confidence.max(LEAST_WEIGHT)
    }
}

/// What stands at a place by some voices; an empty text for nothing.
type Voices = Vec<(String, f32)>;

/// Returns what most readings have at each place of `first`, which is the most trusted of them; a place where no other
/// text has more than half of all voices stays as `first` has it.
pub(super) fn consensus(first: Voter<'_>, others: &[Voter<'_>]) -> String {
    let own: Vec<char> = first.value.chars().collect();
    let all: f32 = first.weight() + others.iter().map(|voter| voter.weight()).sum::<f32>();
    // Before each character, each character, and the end.
    let mut places: Vec<Voices> = vec![Vec::new(); own.len() * 2 + 1];
    for voter in others {
        let reading: Vec<char> = voter.value.chars().collect();
        let alignment = align(&own, &reading);
        for (index, text) in alignment.before.iter().enumerate() {
            add(&mut places[index * 2], text.clone(), voter.weight());
        }
        for (index, read) in alignment.at.iter().enumerate() {
            let same = read.is_some_and(|read| capital(read) == capital(own[index]));
            let text = if same { Some(own[index]) } else { *read };
            add(
                &mut places[index * 2 + 1],
                text.map(String::from).unwrap_or_default(),
                voter.weight(),
            );
        }
    }
    let mut agreed = String::with_capacity(first.value.len());
    for (place, voices) in places.iter().enumerate() {
        let winner = voices.iter().find(|(_, weight)| *weight * 2.0 > all);
        match winner {
            Some((text, _)) => agreed.push_str(text),
            None if place % 2 == 1 => agreed.push(own[place / 2]),
            None => {}
        }
    }
    agreed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn add(voices: &mut Voices, text: String, weight: f32) {
    match voices.iter_mut().find(|(known, _)| *known == text) {
        Some((_, sum)) => *sum += weight,
        None => voices.push((text, weight)),
    }
}
