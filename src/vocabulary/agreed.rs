//! What follows for a reading from what the readings of its cluster agree on. Knows nothing of how they came
//! together; `clusters` calls it.

use super::difference::{Support, is_misreading};
use super::likeness::{bare, similarity};
use super::{Decision, Reading};

/// Texts as alike as this are almost the same.
pub(super) const ALMOST: f32 = 0.93;
/// Documents from which other readings of a value can be told to be misreadings.
pub(super) const MENDS: u32 = 3;
/// A reading of such a share of the value's confidence was read badly.
pub(super) const UNSURE: f32 = 0.6;

/// What the readings of a cluster agree on.
pub(super) struct Agreed {
    pub value: String,
    /// Letters and digits of the value alone.
    pub letters: String,
    pub documents: u32,
    /// As how many documents the word of a person counts.
    pub people: u32,
    /// Of the value, 0–1.
    pub confidence: f32,
    /// Of all readings, 0–1.
    pub mean_confidence: f32,
}

impl Agreed {
    /// Returns what follows for one of the readings.
    pub fn decision(&self, reading: &Reading) -> Option<Decision> {
        if bare(&reading.value) == self.letters {
            return Some(Decision::Known { documents: self.documents });
        }
        if self.documents < MENDS && self.people < MENDS {
            return None;
        }
        let others = self.documents.saturating_sub(reading.documents);
        let support = Support {
            value: others + self.people,
            reading: reading.documents,
            is_unsure: reading.confidence < UNSURE * self.confidence,
        };
        if is_misreading(&self.value, &reading.value, support) {
            let (to, confidence) = (self.value.clone(), self.mean_confidence);
            return Some(Decision::Mended { to, documents: others, confidence });
        }
        let is_near = self.documents >= MENDS
            && reading.documents == 1
            && similarity(&self.value, &reading.value) >= ALMOST;
        is_near.then(|| self.nearly(others))
    }

    pub fn nearly(&self, documents: u32) -> Decision {
        Decision::Nearly { known: self.value.clone(), documents }
    }
}
