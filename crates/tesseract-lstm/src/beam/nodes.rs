//! The nodes of the search's paths, and the beams that keep the best of a step.

use super::super::dawg::{Permuter, Position};
use super::super::recoder::{Code, Prefix, ROOT};
use super::super::unicharset::{CharacterId, SPACE};
use super::costs::WIDTHS;
use super::heap::Heap;

/// Stands for no node and no character.
const NONE: u32 = u32::MAX;

/// Which of the two searches a path belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The network alone.
    Network,
    /// Words of the dictionaries.
    Dictionary,
}

/// What may follow a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Anything,
    /// The null's probability is already in, so the same code must follow.
    OnlyDuplicate,
    /// The null's probability is in the last duplicate.
    NoDuplicate,
}

/// The place of a heap: search, what may follow, codes of the unfinished character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beam {
    pub(super) mode: Mode,
    pub(super) next: Next,
    pub(super) length: usize,
}

impl Beam {
    #[inline]
    pub(super) fn width(self) -> usize {
        WIDTHS[self.length]
    }
}

/// Properties of a node, as a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks(u8);

impl Marks {
    pub(super) const NONE: Self = Self(0);
    /// The place before a word.
    pub(super) const START_OF_DICTIONARY: Self = Self(1);
    /// The first character of a word.
    pub(super) const START_OF_WORD: Self = Self(2);
    /// A word may end here.
    pub(super) const END_OF_WORD: Self = Self(4);
    /// The same output as in the step before.
    pub(super) const DUPLICATE: Self = Self(8);

    #[inline]
    pub(super) fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    #[inline]
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Part of the arena's positions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Span {
    start: u32,
    len: u32,
}

/// One step of a path.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Of all codes of the path, without duplicates and nulls.
    pub(super) hash: u64,
    pub(super) score: f32,
    pub(super) certainty: f32,
    parent: u32,
    id: u32,
    /// The last node up to here that completes a character.
    character: u32,
    pub(super) positions: Span,
    pub(super) prefix: Prefix,
    pub(super) code: Code,
    pub(super) permuter: Permuter,
    pub(super) marks: Marks,
}

impl Node {
    #[inline]
    pub(super) fn parent(&self) -> Option<u32> {
        (self.parent != NONE).then_some(self.parent)
    }

    /// Returns the character that this node completes or repeats.
    #[inline]
    pub(super) fn character_id(&self) -> Option<CharacterId> {
        (self.id != NONE).then_some(self.id)
    }

    #[inline]
    pub(super) fn has_positions(&self) -> bool {
        self.positions.len > 0
    }
}

/// Same code, path, permuter and place in the dictionaries: only the better of two such nodes is kept.
#[inline]
fn key(hash: u64, (code, permuter, marks): (Code, Permuter, Marks)) -> u64 {
    let start = u64::from(marks.has(Marks::START_OF_DICTIONARY));
    let rest = u64::from(code) << 16 | (permuter as u64) << 1 | start;
    hash.wrapping_add(rest.wrapping_mul(KEY_FACTOR))
}

/// Spreads what is added to a hash over all bits: 2^64 by the golden ratio.
const KEY_FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// A node that is offered to a beam.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    pub(super) code: Code,
    pub(super) id: Option<CharacterId>,
    pub(super) permuter: Permuter,
    pub(super) marks: Marks,
    pub(super) certainty: f32,
    pub(super) prefix: Prefix,
    pub(super) positions: Positions,
}

impl Offer {
    /// A whole character, or the null without one, outside of the dictionaries.
    pub(super) fn of_character(code: Code, id: Option<CharacterId>, certainty: f32) -> Self {
        Self {
            code,
            id,
            permuter: Permuter::TopChoice,
            marks: Marks::NONE,
            certainty,
            prefix: ROOT,
            positions: Positions::None,
        }
    }
}

/// Where in the dictionaries an offered node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Positions {
    /// Outside.
    None,
    /// Before a word.
    Start,
    /// At the positions in `Arena::followed`.
    Followed,
}

/// What of a parent its children need.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parent {
    index: u32,
    pub(super) score: f32,
    hash: u64,
    /// The hash to which a child adds its code.
    shifted_hash: u64,
    /// The last node of the path that completes a character.
    pub(super) character: u32,
}

impl Parent {
    pub(super) const NONE: Self =
        Self { index: NONE, score: 0.0, hash: 0, shifted_hash: 0, character: NONE };
}

/// The nodes of a line and their positions in the dictionaries.
#[derive(Debug)]
pub(super) struct Arena {
    nodes: Vec<Node>,
    positions: Vec<Position>,
    /// Scratch: the positions after the character at hand.
    pub(super) followed: Vec<Position>,
    start: Span,
    /// A node that was dropped from its beam.
    spare: Option<u32>,
    /// Number of values of a code.
    pub(super) code_range: u64,
    pub(super) null: Code,
}

impl Arena {
    /// Returns an arena; `start` are the positions before a word.
    pub(super) fn new(start: &[Position], code_range: u64, null: Code) -> Self {
        Self {
            nodes: Vec::new(),
            positions: start.to_vec(),
            followed: Vec::new(),
            start: Span { start: 0, len: start.len() as u32 },
            spare: None,
            code_range,
            null,
        }
    }

    pub(super) fn clear(&mut self) {
        self.nodes.clear();
        self.positions.truncate(self.start.len as usize);
        self.spare = None;
    }

    #[inline]
    pub(super) fn node(&self, index: u32) -> &Node {
        &self.nodes[index as usize]
    }

    #[inline]
    pub(super) fn parent(&self, index: u32) -> Parent {
        let node = self.node(index);
        let carry = (node.hash >> 32).wrapping_mul(self.code_range) >> 32;
        let shifted_hash = node.hash.wrapping_mul(self.code_range).wrapping_add(carry);
        Parent {
            index,
            score: node.score,
            hash: node.hash,
            shifted_hash,
            character: node.character,
        }
    }

    /// Returns the last node of the parent's path that completes a character.
    #[inline]
    pub(super) fn last_character(&self, parent: &Parent) -> Option<&Node> {
        (parent.character != NONE).then(|| self.node(parent.character))
    }

    #[inline]
    pub(super) fn positions(&self, span: Span) -> &[Position] {
        &self.positions[span.start as usize..][..span.len as usize]
    }

    /// Returns whether a path of the dictionary search may end with the node.
    pub(super) fn ends_dictionary_path(&self, index: u32) -> bool {
        let last = self.node(index).character;
        last != NONE && {
            let node = self.node(last);
            node.marks.has(Marks::END_OF_WORD) || node.id == SPACE
        }
    }

    /// Returns the hash of a path with the offered code.
    #[inline]
    fn hash(&self, parent: &Parent, offer: &Offer) -> u64 {
        if offer.marks.has(Marks::DUPLICATE) || offer.code == self.null {
            parent.hash
        } else {
            parent.shifted_hash.wrapping_add(u64::from(offer.code))
        }
    }

    /// Returns the node of an offer that will have the given index.
    #[inline]
    fn build(&mut self, parent: &Parent, offer: &Offer, index: u32) -> Node {
        let positions = match offer.positions {
            Positions::None => Span::default(),
            Positions::Start => self.start,
            Positions::Followed => {
                let start = self.positions.len() as u32;
                self.positions.extend_from_slice(&self.followed);
                Span { start, len: self.followed.len() as u32 }
            }
        };
        let completes = offer.id.is_some() && !offer.marks.has(Marks::DUPLICATE);
        Node {
            hash: self.hash(parent, offer),
            score: offer.certainty + parent.score,
            certainty: offer.certainty,
            parent: parent.index,
            id: offer.id.unwrap_or(NONE),
            character: if completes { index } else { parent.character },
            positions,
            prefix: offer.prefix,
            code: offer.code,
            permuter: offer.permuter,
            marks: offer.marks,
        }
    }

    /// Returns the index of the next node: of a dropped one, or a new one.
    #[inline]
    fn next_index(&mut self) -> u32 {
        self.spare.take().unwrap_or(self.nodes.len() as u32)
    }

    /// Puts a node at an index: in the place of another one, or at the end.
    #[inline]
    fn put(&mut self, index: u32, node: Node) {
        match self.nodes.get_mut(index as usize) {
            Some(old) => *old = node,
            None => self.nodes.push(node),
        }
    }
}

/// What a beam holds of a node.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub(super) node: u32,
    key: u64,
}

/// A place before a word, from which the dictionary search goes on.
#[derive(Debug, Clone, Copy)]
struct Start {
    parent: Parent,
    offer: Offer,
}

impl Start {
    fn score(&self) -> f32 {
        self.offer.certainty + self.parent.score
    }
}

/// The beams of a step.
#[derive(Debug, Clone)]
pub(super) struct Beams {
    /// In the order in which they are extended.
    places: Vec<Beam>,
    heaps: Vec<Heap<Entry>>,
    lengths: usize,
    /// The best place before a word, for each of `Next`.
    starts: [Option<Start>; 3],
}

const MODES: [Mode; 2] = [Mode::Network, Mode::Dictionary];
const NEXTS: [Next; 3] = [Next::Anything, Next::OnlyDuplicate, Next::NoDuplicate];

impl Beams {
    /// Returns beams for characters of up to `lengths` codes.
    pub(super) fn new(lengths: usize) -> Self {
        let mut places = Vec::new();
        for mode in MODES {
            for next in NEXTS {
                places.extend((0..lengths).map(|length| Beam { mode, next, length }));
            }
        }
        let heaps = vec![Heap::default(); places.len()];
        Self { places, heaps, lengths, starts: [None; 3] }
    }

    pub(super) fn clear(&mut self) {
        for heap in &mut self.heaps {
            heap.clear();
        }
        self.starts = [None; 3];
    }

    /// Returns the beams that hold nodes, in the order in which they are extended.
    pub(super) fn filled(&self) -> impl Iterator<Item = (Beam, &Heap<Entry>)> {
        let beams = self.places.iter().copied().zip(&self.heaps);
        beams.filter(|(_, heap)| heap.len() > 0)
    }

    #[inline]
    fn index(&self, beam: Beam) -> usize {
        (beam.mode as usize * NEXTS.len() + beam.next as usize) * self.lengths + beam.length
    }

    #[inline]
    pub(super) fn heap(&self, beam: Beam) -> &Heap<Entry> {
        &self.heaps[self.index(beam)]
    }

    /// Returns whether a beam takes a node with this score.
    #[inline]
    pub(super) fn admits(&self, beam: Beam, score: f32) -> bool {
        self.heap(beam).admits(score, beam.width())
    }

    /// Puts a node into a beam, if it is good enough.
    #[inline]
    pub(super) fn offer(&mut self, beam: Beam, arena: &mut Arena, parent: &Parent, offer: &Offer) {
        if self.admits(beam, offer.certainty + parent.score) {
            self.take(beam, arena, parent, offer);
        }
    }

    #[inline]
    fn take(&mut self, beam: Beam, arena: &mut Arena, parent: &Parent, offer: &Offer) {
        let index = self.index(beam);
        let heap = &mut self.heaps[index];
        let score = offer.certainty + parent.score;
        let key = key(arena.hash(parent, offer), (offer.code, offer.permuter, offer.marks));
        if let Some(place) = heap.entries().iter().position(|(_, entry)| entry.key == key) {
            let (known, entry) = heap.entries()[place];
            if score > known {
                let node = arena.build(parent, offer, entry.node);
                arena.put(entry.node, node);
                heap.replace(place, score, entry);
            }
            return;
        }
        let index = arena.next_index();
        let node = arena.build(parent, offer, index);
        arena.put(index, node);
        heap.push(score, Entry { node: index, key });
        if heap.len() > beam.width() {
            arena.spare = heap.pop().map(|(_, entry)| entry.node);
        }
    }

    /// Offers a place before a word: for each of `Next` there is one, the best.
    pub(super) fn offer_start(&mut self, next: Next, parent: &Parent, offer: &Offer) {
        let best = &mut self.starts[next as usize];
        let start = Start { parent: *parent, offer: *offer };
        if best.is_none_or(|best| start.score() > best.score()) {
            *best = Some(start);
        }
    }

    /// Puts the best places before words into the beams of the dictionary search.
    pub(super) fn add_starts(&mut self, arena: &mut Arena) {
        for next in NEXTS {
            if let Some(Start { parent, offer }) = self.starts[next as usize] {
                let beam = Beam { mode: Mode::Dictionary, next, length: 0 };
                self.offer(beam, arena, &parent, &offer);
            }
        }
    }
}
