//! What was learned of a model, how it is kept, and where it says something else than what was known before.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::model::{Field, RecordModel};
use crate::normalize;
use crate::store::{Bounds, Suspects, measured, spread_of};
use crate::vocabulary::{Decision, Spread, Usual};

/// Documents from which a value that recurs is likely read right.
pub(super) const RECURS_SURELY: u32 = 3;
/// Readings that are asked for at once; where more are decided otherwise, all records are looked at.
const MOST_READINGS: usize = 50_000;
/// The version of the bytes: what others have written is learned anew.
const VERSION: u8 = 1;
/// zstd's own default.
const LEVEL: i32 = 3;
/// No knowledge is larger than this when unpacked; one that says so is broken.
const MAX_BYTES: u64 = 1 << 30;

/// What is usual of a field by the value of the first field that recurs, and in all records.
pub(super) type UsualOfGroups = HashMap<Option<String>, Usual>;

/// What was learned of a model.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Knowledge {
    /// By field that recurs, in order; by reading.
    decisions: Vec<HashMap<String, Decision>>,
    /// By field that is measured, in order.
    pub(super) usual: Vec<UsualOfGroups>,
}

impl Knowledge {
    /// Adds the decisions for the next field that recurs, but for what would be no value of the field's type.
    pub(super) fn add_decisions(&mut self, field: &Field, decisions: HashMap<String, Decision>) {
        let is_value = |decision: &Decision| match decision {
            Decision::Mended { to, .. } => normalize::value(&field.kind, to).is_some(),
            Decision::Known { .. } | Decision::Corrected { .. } | Decision::Nearly { .. } => true,
        };
        self.decisions
            .push(decisions.into_iter().filter(|(_, decision)| is_value(decision)).collect());
    }

    /// Returns what follows of a reading of a field, by its place among those that recur.
    pub(super) fn decision(&self, place: usize, reading: &str) -> Option<&Decision> {
        self.decisions.get(place)?.get(reading)
    }

    /// Returns what is usual of a field, by its place among those that are measured, in records of a group.
    pub(super) fn usual(&self, place: usize, group: Option<&String>) -> Option<&Usual> {
        let usual = self.usual.get(place)?;
        let own = group.and_then(|group| usual.get(&Some(group.clone())));
        own.or_else(|| usual.get(&None))
    }

    /// Returns the records that may say something else by this knowledge than by an earlier one, `between` apart;
    /// `None` if they are as good as all.
    pub(super) fn suspects_since(&self, known: &Self, model: &RecordModel) -> Option<Suspects> {
        let fields = self.decisions.iter().zip(&known.decisions);
        let readings: Vec<Vec<String>> =
            fields.map(|(now, before)| decided_otherwise(now, before)).collect();
        if readings.iter().map(Vec::len).sum::<usize>() > MOST_READINGS {
            return None;
        }
        let fields = measured(model).zip(self.usual.iter().zip(&known.usual));
        let usual = fields
            .map(|((_, field), (now, before))| otherwise_usual(now, before, spread_of(field)));
        Some(Suspects { between: None, readings, usual: usual.collect() })
    }

    /// Returns the knowledge as it is kept; `None` if memory for the compressor is lacking.
    pub(super) fn packed(&self) -> Option<Vec<u8>> {
        let plain = postcard::to_stdvec(self).ok()?;
        let mut bytes = vec![VERSION];
        bytes.extend(zstd::encode_all(plain.as_slice(), LEVEL).ok()?);
        Some(bytes)
    }

    /// Reads what [`Self::packed`] made; `None` if another version or something else did.
    pub(super) fn unpacked(bytes: &[u8]) -> Option<Self> {
        let (&VERSION, packed) = bytes.split_first()? else { return None };
        let mut plain = Vec::new();
        let decoder = zstd::Decoder::new(packed).ok()?;
        std::io::Read::read_to_end(&mut std::io::Read::take(decoder, MAX_BYTES), &mut plain)
            .ok()?;
        postcard::from_bytes(&plain).ok()
    }
}

/// Returns the readings of which something else follows, in order.
fn decided_otherwise(
    now: &HashMap<String, Decision>,
    before: &HashMap<String, Decision>,
) -> Vec<String> {
    let readings: HashSet<&String> = now.keys().chain(before.keys()).collect();
    let other = |reading: &&String| !follows_the_same(now.get(*reading), before.get(*reading));
    let mut otherwise: Vec<String> = readings.into_iter().filter(other).cloned().collect();
    otherwise.sort_unstable();
    otherwise
}

/// Tells whether two decisions make the same of a record.
fn follows_the_same(a: Option<&Decision>, b: Option<&Decision>) -> bool {
    let recurs = |decision: &Decision| match decision {
        Decision::Known { documents } => Some(*documents >= RECURS_SURELY),
        Decision::Mended { .. } | Decision::Corrected { .. } | Decision::Nearly { .. } => None,
    };
    match (a.map(recurs), b.map(recurs)) {
        (Some(Some(a)), Some(Some(b))) => a == b,
        (None | Some(Some(false)), None | Some(Some(false))) => true,
        _ => a == b,
    }
}

/// Returns between which figures nothing is unusual wherever it was otherwise before.
fn otherwise_usual(now: &UsualOfGroups, before: &UsualOfGroups, spread: Spread) -> Option<Bounds> {
    if now == before {
        return None;
    }
    let whole = now.get(&None);
    let names: HashSet<&Option<String>> = now.keys().chain(before.keys()).collect();
    let mut bounds = Bounds::default();
    for name in names {
        if now.get(name) == before.get(name) {
            continue;
        }
        let Some(between) = now.get(name).or(whole).and_then(|usual| usual.bounds(spread)) else {
            continue;
        };
        match name {
            None => bounds.whole = Some(between),
            Some(name) => bounds.groups.push((name.clone(), between.0, between.1)),
        }
    }
    Some(bounds)
}
