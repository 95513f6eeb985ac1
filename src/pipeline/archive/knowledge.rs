//! What was learned of a model, how it is kept, and where it says something else than what was known before.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::document::Ambiguity;
use crate::evaluate::at_most;
use crate::model::{Field, RecordModel};
use crate::normalize;
use crate::store::{Bounds, Suspects, measured, open_dates, recurring, spread_of};
use crate::vocabulary::{Decision, Spread, Usual};

/// Documents from which a value that recurs is likely read right.
pub(super) const RECURS_SURELY: u32 = 3;
/// Documents of an issuer that settle the order of day and month in its others, if none says otherwise.
const SETTLES_ISSUER: u32 = 3;
/// Where so large a share of an archive's documents at most may say otherwise, it settles the order: one date of a
/// hundred may be read wrong.
const MOST_OTHERS: f64 = 0.01;
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
    /// By the value of the first field that recurs, and of the archive under `None`.
    orders: HashMap<Option<String>, SettledOrder>,
}

/// Whether the day or the month comes first, as other documents settle it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SettledOrder {
    pub(super) is_month_first: bool,
    /// So many documents say so.
    pub(super) documents: u32,
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

    /// Takes what documents say of the order of day and month, as far as it settles that of others: those of one
    /// issuer all write alike, those of an archive do if almost all of many do.
    pub(super) fn take_orders(&mut self, counted: HashMap<Option<String>, (u32, u32)>) {
        for (name, (day_first, month_first)) in counted {
            let is_month_first = month_first > day_first;
            let documents = day_first.max(month_first);
            let others = u64::from(day_first.min(month_first));
            let settles = match &name {
                Some(_) => documents >= SETTLES_ISSUER && others == 0,
                None => at_most(others, u64::from(documents) + others) <= MOST_OTHERS,
            };
            if settles {
                self.orders.insert(name, SettledOrder { is_month_first, documents });
            }
        }
    }

    /// Takes over what does not follow from the readings themselves.
    pub(super) fn keep(&mut self, known: Self) {
        self.usual = known.usual;
        self.orders = known.orders;
    }

    /// Returns the order of day and month in records of an issuer.
    pub(super) fn order(&self, issuer: Option<&String>) -> Option<(SettledOrder, Settler)> {
        let own = issuer.and_then(|issuer| self.orders.get(&Some(issuer.clone())));
        let all = || self.orders.get(&None).map(|order| (*order, Settler::Archive));
        own.map(|order| (*order, Settler::Issuer)).or_else(all)
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
        let usual = usual.collect();
        let issues = if self.orders == known.orders { Vec::new() } else { open_issues(model) };
        Some(Suspects { between: None, readings, usual, issues })
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

/// Whose documents settle an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settler {
    Issuer,
    Archive,
}

/// Returns the issues of dates whose order is open.
fn open_issues(model: &RecordModel) -> Vec<String> {
    open_dates(model).map(|(_, field)| open_issue(&field.name)).collect()
}

/// Returns the issue of a date whose order is open.
pub(super) fn open_issue(field: &str) -> String {
    format!("{field}: {}", Ambiguity::DayAndMonth)
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

/// Tells whether a model expects anything of the archive.
pub(super) fn expects_any(model: &RecordModel) -> bool {
    recurring(model).chain(measured(model)).chain(open_dates(model)).next().is_some()
}

/// Names what a model expects of the archive.
pub(super) fn expectation(model: &RecordModel) -> String {
    let names = |fields: &mut dyn Iterator<Item = (usize, &Field)>| -> String {
        fields.map(|(_, field)| field.name.as_str()).collect::<Vec<_>>().join(" ")
    };
    let dates = names(&mut open_dates(model));
    let expected = format!(
        "recurs: {}; outliers: {}",
        names(&mut recurring(model)),
        names(&mut measured(model))
    );
    if dates.is_empty() { expected } else { format!("{expected}; dates: {dates}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_settles_an_order_only_where_very_many_documents_agree() {
        let settled = |day_first: u32, month_first: u32| {
            let mut knowledge = Knowledge::default();
            knowledge.take_orders(HashMap::from([(None, (day_first, month_first))]));
            knowledge.order(None).map(|(order, _)| (order.is_month_first, order.documents))
        };
        // None of 299 is at most 1 % with 95 % certainty: 0.99^299 = 0.0495.
        assert_eq!(settled(298, 0), None);
        assert_eq!(settled(299, 0), Some((false, 299)));
        assert_eq!(settled(0, 400), Some((true, 400)));
        assert_eq!(settled(396, 4), None);
    }
}
