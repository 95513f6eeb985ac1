//! Puts readings of one value together and decides what follows for each.
//!
//! Values that several documents have come first and are values of their own, unless they differ from a more frequent
//! one in look-alikes alone; then come those that one document has, each of which joins the value it is a misreading
//! of. Readings meet only where they share a blocking key, and what stands alone is forgotten when memory is full, so
//! that neither time nor memory grow with the square or the number of records.

use std::collections::{BTreeMap, HashMap, VecDeque};

use crate::document::weighted_mean;

use super::agreed::{ALMOST, Agreed, MENDS, UNSURE};
use super::difference::{Support, is_misreading, looks_the_same};
use super::likeness::{alike_so_far, bare, sign_of};
use super::vote::{Voter, consensus};
use super::{Decision, Entry, Learned, Reading, State};

/// Clusters held at a time; of some 500 bytes each.
const MOST_CLUSTERS: usize = if cfg!(test) { 200 } else { 100_000 };
/// Spellings of one value that vote: more do not change the outcome.
const MOST_MEMBERS: usize = 64;
/// Clusters that a blocking key leads to: what more have in common says nothing.
const MOST_A_KEY: usize = 64;
/// Of these, as many are compared.
const MOST_COMPARED: usize = 8;
/// Texts less alike are not readings of one value.
const ALIKE: f32 = 0.8;
/// Documents from which a value recurs.
const RECURS: u32 = 2;
/// Two values that are equally near leave open which was meant.
const TIE: f32 = 0.01;
/// Letters and digits of the shortest and longest values that are looked at.
const LENGTHS: std::ops::RangeInclusive<usize> = 4..=256;
/// Letters of texts whose keys are all but one character of them …
const SHORT: std::ops::RangeInclusive<usize> = 0..=14;
/// … and from which on they are made of trigrams.
const LONG: usize = 10;
/// Keys made of trigrams: of texts that share half of theirs, two are the same in 19 of 20 cases.
const KEYS: u64 = 16;

/// Readings of a field, put together as they come.
#[derive(Debug, Default)]
pub struct Clusters {
    /// `None` where one was forgotten.
    all: Vec<Option<Cluster>>,
    /// By blocking key.
    index: HashMap<u64, Vec<u32>>,
    /// Readings without letters in common with anything else, oldest first.
    alone: VecDeque<u32>,
    free: Vec<u32>,
    decided: Vec<Entry>,
}

#[derive(Debug, Default)]
struct Cluster {
    /// All that have the same letters and digits as the first.
    spellings: Vec<Reading>,
    /// Misreadings.
    members: Vec<Reading>,
    /// Readings that may be other values.
    near: Vec<String>,
    is_confirmed: bool,
    bare: String,
}

impl Cluster {
    fn documents(&self) -> u32 {
        let all = self.spellings.iter().chain(&self.members);
        all.fold(0, |sum, reading| sum.saturating_add(reading.documents))
    }

    fn own_documents(&self) -> u32 {
        self.spellings.iter().fold(0, |sum, reading| sum.saturating_add(reading.documents))
    }

    /// Returns as how many documents the word of a person counts.
    fn voices_of_people(&self) -> u32 {
        if self.is_confirmed { MENDS } else { 0 }
    }

    /// Returns how many documents have these letters and digits.
    fn agreeing(&self, letters: &str) -> u32 {
        let all = self.spellings.iter().chain(&self.members);
        all.filter(|reading| bare(&reading.value) == letters).map(|reading| reading.documents).sum()
    }

    /// Returns the spelling with the strongest voice.
    fn first(&self) -> &Reading {
        let strongest = self.spellings.iter().max_by(|a, b| {
            let order = voter(a).weight().total_cmp(&voter(b).weight());
            order.then_with(|| b.value.cmp(&a.value))
        });
        strongest.expect("a cluster is made of a reading")
    }

    /// Returns how sure the value is, 0–1: the best of its spellings.
    fn confidence(&self) -> f32 {
        self.spellings.iter().map(|reading| reading.confidence).fold(0.0, f32::max)
    }

    fn readings(self) -> impl Iterator<Item = Reading> {
        self.spellings.into_iter().chain(self.members)
    }

    fn mean_confidence(&self) -> f32 {
        let all = self.spellings.iter().chain(&self.members);
        let weighed = all.map(|reading| (reading.confidence, reading.documents as f32));
        weighted_mean(weighed).unwrap_or(1.0)
    }

    fn support_against(&self, reading: &Reading) -> Support {
        Support {
            value: self.documents() + self.voices_of_people(),
            reading: reading.documents,
            is_unsure: reading.confidence < UNSURE * self.confidence(),
        }
    }
}

fn voter(reading: &Reading) -> Voter<'_> {
    Voter { value: &reading.value, documents: reading.documents, confidence: reading.confidence }
}

impl Clusters {
    /// Starts with what people have decided.
    pub fn new(decided: Vec<Entry>) -> Self {
        let mut clusters = Self::default();
        for entry in decided.iter().filter(|entry| entry.state == State::Confirmed) {
            let reading = Reading { value: entry.value.clone(), documents: 0, confidence: 1.0 };
            if let Some(number) = clusters.start(bare(&entry.value), reading)
                && let Some(cluster) = &mut clusters.all[number as usize]
            {
                cluster.is_confirmed = true;
            }
        }
        clusters.decided = decided;
        clusters
    }

    /// Takes the readings that several documents have, in any order.
    pub fn add_recurring(&mut self, readings: Vec<Reading>) {
        let mut by_letters: BTreeMap<String, Vec<Reading>> = BTreeMap::new();
        for reading in readings {
            by_letters.entry(bare(&reading.value)).or_default().push(reading);
        }
        let documents =
            |spellings: &[Reading]| spellings.iter().map(|r| u64::from(r.documents)).sum::<u64>();
        let mut groups: Vec<(String, Vec<Reading>)> = by_letters.into_iter().collect();
        groups.sort_by(|a, b| documents(&b.1).cmp(&documents(&a.1)).then_with(|| a.0.cmp(&b.0)));
        for (letters, spellings) in groups {
            self.add_group(letters, spellings);
        }
    }

    fn add_group(&mut self, letters: String, spellings: Vec<Reading>) {
        if let Some(number) = self.same(&letters) {
            for spelling in spellings {
                self.join(number, Role::Spelling, spelling);
            }
            return;
        }
        let sum = Reading {
            value: spellings[0].value.clone(),
            documents: spellings.iter().map(|r| r.documents).sum(),
            confidence: spellings.iter().map(|r| r.confidence).fold(0.0, f32::max),
        };
        for (number, _) in self.nearest(&sum.value, &letters) {
            let Some(cluster) = &self.all[number as usize] else { continue };
            let support = cluster.support_against(&sum);
            let value = &cluster.first().value;
            let outnumbered = cluster.documents() >= sum.documents.saturating_mul(3);
            if (outnumbered || cluster.is_confirmed) && looks_the_same(value, &sum.value)
                || cluster.documents() >= sum.documents.saturating_mul(10)
                    && is_misreading(value, &sum.value, support)
            {
                for spelling in spellings {
                    self.join(number, Role::Member, spelling);
                }
                return;
            }
        }
        let mut spellings = spellings.into_iter();
        let first = spellings.next();
        if let Some(number) = first.and_then(|first| self.start(letters, first)) {
            spellings.for_each(|spelling| self.join(number, Role::Spelling, spelling));
        }
    }

    /// Takes a reading that one document has; those that recur must have come before.
    pub fn add_single(&mut self, reading: Reading) {
        let letters = bare(&reading.value);
        if !LENGTHS.contains(&letters.chars().count()) {
            return;
        }
        if let Some(number) = self.same(&letters) {
            self.join(number, Role::Spelling, reading);
            return;
        }
        let nearest = self.nearest(&reading.value, &letters);
        let Some(&(best, alike)) = nearest.first() else {
            self.start_alone(letters, reading);
            return;
        };
        let is_tie = nearest.get(1).is_some_and(|(_, second)| alike - second < TIE);
        let Some(cluster) = &self.all[best as usize] else { return };
        let (own, support) = (cluster.own_documents(), cluster.support_against(&reading));
        let is_value = own >= RECURS || cluster.is_confirmed;
        if !is_value || (!is_tie && is_misreading(&cluster.first().value, &reading.value, support))
        {
            self.join(best, Role::Member, reading);
        } else if (cluster.documents() >= MENDS || cluster.is_confirmed) && alike >= ALMOST {
            self.join(best, Role::Near, reading);
        } else {
            self.start_alone(letters, reading);
        }
    }

    /// Returns the cluster of a value with these letters and digits.
    fn same(&self, letters: &str) -> Option<u32> {
        let candidates = self.index.get(&hash(letters.chars()))?;
        candidates.iter().copied().find(|number| {
            self.all[*number as usize].as_ref().is_some_and(|cluster| cluster.bare == letters)
        })
    }

    /// Returns the clusters whose value is alike, nearest first.
    fn nearest(&self, value: &str, letters: &str) -> Vec<(u32, f32)> {
        let mut candidates: Vec<u32> = keys(letters)
            .filter_map(|key| self.index.get(&key))
            .filter(|clusters| clusters.len() <= MOST_A_KEY)
            .flatten()
            .copied()
            .collect();
        candidates.sort_unstable();
        // Readings of one value share several keys, others one by chance.
        let mut shared: Vec<(usize, u32)> =
            candidates.chunk_by(|a, b| a == b).map(|same| (same.len(), same[0])).collect();
        let least = if SHORT.contains(&letters.chars().count()) { 1 } else { 2 };
        shared.retain(|(keys, _)| *keys >= least);
        shared.sort_unstable_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
        shared.truncate(MOST_COMPARED);
        let mut near: Vec<(u32, f32)> = shared
            .into_iter()
            .map(|(_, number)| number)
            .filter_map(|number| {
                let cluster = self.all[number as usize].as_ref()?;
                Some((number, alike_so_far(&cluster.first().value, value)))
            })
            .filter(|(_, alike)| *alike >= ALIKE)
            .collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        near
    }

    fn start_alone(&mut self, letters: String, reading: Reading) {
        if self.all.len() - self.free.len() >= MOST_CLUSTERS {
            self.forget_oldest();
        }
        if let Some(number) = self.start(letters, reading) {
            self.alone.push_back(number);
        }
    }

    /// Starts a cluster; `None` if the value is too short or long, or memory is full.
    fn start(&mut self, letters: String, reading: Reading) -> Option<u32> {
        let is_full = self.all.len() - self.free.len() >= MOST_CLUSTERS;
        if is_full || !LENGTHS.contains(&letters.chars().count()) {
            return None;
        }
        let number = self.free.pop().or_else(|| u32::try_from(self.all.len()).ok())?;
        for key in own_keys(&letters) {
            let clusters = self.index.entry(key).or_default();
            // One more than is looked at tells that there are too many.
            if clusters.len() <= MOST_A_KEY {
                clusters.push(number);
            }
        }
        let cluster = Cluster { spellings: vec![reading], bare: letters, ..Cluster::default() };
        match self.all.get_mut(number as usize) {
            Some(place) => *place = Some(cluster),
            None => self.all.push(Some(cluster)),
        }
        Some(number)
    }

    /// Makes room: forgets the oldest reading that still stands alone.
    fn forget_oldest(&mut self) {
        while let Some(number) = self.alone.pop_front() {
            let place = &mut self.all[number as usize];
            if place.as_ref().is_some_and(|cluster| cluster.documents() > 1) {
                continue;
            }
            let Some(cluster) = place.take() else { continue };
            for key in own_keys(&cluster.bare) {
                if let Some(clusters) = self.index.get_mut(&key) {
                    clusters.retain(|other| *other != number);
                    if clusters.is_empty() {
                        self.index.remove(&key);
                    }
                }
            }
            self.free.push(number);
            return;
        }
    }

    fn join(&mut self, number: u32, role: Role, reading: Reading) {
        let Some(cluster) = &mut self.all[number as usize] else { return };
        match role {
            Role::Spelling => cluster.spellings.push(reading),
            Role::Member => cluster.members.push(reading),
            Role::Near => cluster.near.push(reading.value),
        }
    }

    /// Returns what was learned.
    pub fn finish(self) -> Learned {
        let mut learned = Learned::default();
        let decided: HashMap<String, &Entry> = self
            .decided
            .iter()
            .filter(|entry| entry.state != State::Confirmed)
            .map(|entry| (bare(&entry.value), entry))
            .collect();
        let mut counted: HashMap<String, u32> = HashMap::new();
        for cluster in self.all.into_iter().flatten() {
            decide(cluster, &decided, &mut counted, &mut learned);
        }
        for entry in self.decided {
            let documents = counted.get(&bare(&entry.value)).copied().unwrap_or(0);
            learned.entries.push(Entry { documents, ..entry });
        }
        learned
            .entries
            .sort_by(|a, b| b.documents.cmp(&a.documents).then_with(|| a.value.cmp(&b.value)));
        learned
    }
}

/// What a reading is to a cluster.
#[derive(Debug, Clone, Copy)]
enum Role {
    Spelling,
    Member,
    Near,
}

/// Decides what follows for all readings of a cluster.
fn decide(
    mut cluster: Cluster,
    decided: &HashMap<String, &Entry>,
    counted: &mut HashMap<String, u32>,
    learned: &mut Learned,
) {
    let documents = cluster.documents();
    if let Some(entry) = decided.get(&cluster.bare) {
        counted.insert(cluster.bare.clone(), documents);
        correct(cluster, entry, learned);
        return;
    }
    if cluster.is_confirmed {
        counted.insert(cluster.bare.clone(), documents);
    } else if documents < RECURS {
        return;
    }
    let value = agreed(&mut cluster);
    let agreed = Agreed {
        letters: bare(&value),
        value,
        documents,
        people: cluster.voices_of_people(),
        confidence: cluster.confidence(),
        mean_confidence: cluster.mean_confidence(),
    };
    // The vote may have led to what a person has refused.
    if let Some(entry) = decided.get(&agreed.letters) {
        *counted.entry(agreed.letters).or_default() += documents;
        correct(cluster, entry, learned);
        return;
    }
    if !cluster.is_confirmed {
        if cluster.agreeing(&agreed.letters) < RECURS && documents < MENDS {
            return;
        }
        learned.entries.push(Entry {
            value: agreed.value.clone(),
            documents,
            confidence: agreed.confidence,
            state: State::Proposed,
            instead: None,
        });
    }
    for near in std::mem::take(&mut cluster.near) {
        learned.decisions.insert(near, agreed.nearly(documents));
    }
    for reading in cluster.readings() {
        if let Some(decision) = agreed.decision(&reading) {
            learned.decisions.insert(reading.value, decision);
        }
    }
}

/// Puts what a person wants instead for all readings of a cluster.
fn correct(cluster: Cluster, entry: &Entry, learned: &mut Learned) {
    let Some(instead) = &entry.instead else { return };
    for reading in cluster.readings() {
        learned.decisions.insert(reading.value, Decision::Corrected { to: instead.clone() });
    }
}

/// Returns what the readings of a cluster agree on.
fn agreed(cluster: &mut Cluster) -> String {
    let mut first = cluster.first();
    if cluster.own_documents() < RECURS {
        // None of them is more than a reading among others.
        first = cluster.members.iter().fold(first, |best, next| {
            if voter(next).weight() > voter(best).weight() { next } else { best }
        });
    }
    if cluster.is_confirmed {
        // The first reading is the value as the person wrote it.
        return cluster.spellings[0].value.clone();
    }
    if cluster.documents() < MENDS {
        return first.value.clone();
    }
    let mut others: Vec<&Reading> = cluster
        .spellings
        .iter()
        .chain(&cluster.members)
        .filter(|reading| reading.value != first.value)
        .collect();
    others.sort_by(|a, b| {
        voter(b).weight().total_cmp(&voter(a).weight()).then_with(|| a.value.cmp(&b.value))
    });
    others.truncate(MOST_MEMBERS);
    let voters: Vec<Voter<'_>> = others.into_iter().map(voter).collect();
    consensus(voter(first), &voters)
}

/// Returns the blocking keys of a cluster's value, with the one by which [`Clusters::same`] finds it.
fn own_keys(letters: &str) -> impl Iterator<Item = u64> {
    std::iter::once(hash(letters.chars())).chain(keys(letters))
}

/// Returns the keys of which readings of one value share at least one, as a rule. Long texts: pairs of the least
/// hashes of their trigrams (Broder 1997), short ones: all that they are without one character.
fn keys(letters: &str) -> impl Iterator<Item = u64> {
    let signs: Vec<char> = letters.chars().map(sign_of).collect();
    let mut keys: Vec<u64> = Vec::new();
    if SHORT.contains(&signs.len()) {
        keys.extend((0..=signs.len()).map(|left_out| {
            let kept = signs.iter().enumerate().filter(|(index, _)| *index != left_out);
            hash(kept.map(|(_, sign)| *sign))
        }));
    }
    if signs.len() >= LONG {
        let trigrams: Vec<u64> =
            signs.windows(3).map(|three| hash(three.iter().copied())).collect();
        let least = |number: u64| {
            trigrams.iter().map(|trigram| mixed(trigram ^ mixed(number + 1))).min().unwrap_or(0)
        };
        keys.extend(
            (0..KEYS).map(|pair| mixed(least(2 * pair) ^ least(2 * pair + 1).rotate_left(1))),
        );
    }
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
}

/// FNV-1a over characters: the same on every machine, so that the same archive learns the same.
fn hash(characters: impl Iterator<Item = char>) -> u64 {
    characters.fold(0xcbf2_9ce4_8422_2325, |hash, character| {
        (hash ^ u64::from(u32::from(character))).wrapping_mul(0x0100_0000_01b3)
    })
}

/// The last step of `SplitMix64` (Steele et al. 2014).
fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
