//! A model's dictionaries: graphs of words, of punctuation around words, and of numbers.
//!
//! Reads the three dictionary components and follows words through them letter by letter for the
//! beam search. All edge numbers are checked when a graph is read; following cannot fail.

use super::bytes::ByteReader;
use super::error::ModelError;
use super::unicharset::{CharacterId, PATTERN, Unicharset};

const MAGIC: i16 = 42;
/// More letters than any character set has.
const MAX_LETTERS: u32 = 1 << 20;
const EDGE_BYTES: usize = 8;

/// An edge of a graph, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Edge(u32);

impl Edge {
    const NONE: Self = Self(u32::MAX);
}

/// Where the edges of a node begin. A word starts at the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Root,
    At(u32),
    /// Nothing follows.
    Leaf,
}

/// A graph whose paths from the root spell words. An edge is a record of 64 bits: the letter, the
/// marks (last of its node, backward, end of a word), the first edge of the next node.
#[derive(Debug, Clone)]
struct Dawg {
    edges: Vec<u64>,
    letter_bits: u32,
    /// The root's edge for each letter.
    root: Vec<Edge>,
}

impl Dawg {
    /// Reads a graph. Every edge it may ever follow is checked here.
    fn parse(part: &'static str, component: &[u8]) -> Result<Self, ModelError> {
        let mut reader = ByteReader::new(part, component);
        if reader.i16()? != MAGIC {
            return Err(reader.broken("it does not begin with 42"));
        }
        let letters = reader.u32()?;
        if letters == 0 || letters > MAX_LETTERS {
            return Err(reader.broken(format!("a character set of {letters} letters")));
        }
        let count = reader.u32()? as usize;
        if count == 0 {
            return Err(reader.broken("it has no edges"));
        }
        let (records, _) = reader.take_items(count, EDGE_BYTES)?.as_chunks::<EDGE_BYTES>();
        let edges: Vec<u64> = records.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect();
        // As many bits as the numbers 0..=letters take.
        let letter_bits = u32::BITS - letters.leading_zeros();
        let mut dawg = Self { edges, letter_bits, root: vec![Edge::NONE; letters as usize] };
        if dawg.edges.iter().any(|record| dawg.target(*record) >= count as u64) {
            return Err(reader.broken("an edge leads out of the graph"));
        }
        if !dawg.is_last(count - 1) {
            return Err(reader.broken("the last node has no end"));
        }
        for edge in 0..count {
            // A letter has one edge at most; in a broken file the first counts.
            let letter = dawg.letter(edge) as usize;
            if let Some(place) = dawg.root.get_mut(letter).filter(|place| **place == Edge::NONE) {
                *place = Edge(edge as u32);
            }
            if dawg.is_last(edge) {
                break;
            }
        }
        Ok(dawg)
    }

    fn target(&self, record: u64) -> u64 {
        record >> (self.letter_bits + 3)
    }

    fn letter(&self, edge: usize) -> u64 {
        self.edges[edge] & ((1 << self.letter_bits) - 1)
    }

    fn is_last(&self, edge: usize) -> bool {
        self.edges[edge] >> self.letter_bits & 1 != 0
    }

    fn ends_word(&self, edge: Edge) -> bool {
        edge != Edge::NONE && self.edges[edge.0 as usize] >> (self.letter_bits + 2) & 1 != 0
    }

    /// Returns the node that an edge leads to; no edge leads to the root.
    fn node_after(&self, edge: Edge) -> Node {
        if edge == Edge::NONE {
            return Node::Root;
        }
        match self.target(self.edges[edge.0 as usize]) {
            0 => Node::Leaf,
            first => Node::At(first as u32),
        }
    }

    fn edge(&self, node: Node, letter: CharacterId) -> Edge {
        match node {
            Node::Leaf => Edge::NONE,
            Node::Root => self.root.get(letter as usize).copied().unwrap_or(Edge::NONE),
            Node::At(first) => {
                // The last edge of the graph ends its node, so this ends as well.
                let mut edge = first as usize;
                loop {
                    if self.letter(edge) == u64::from(letter) {
                        return Edge(edge as u32);
                    }
                    if self.is_last(edge) {
                        return Edge::NONE;
                    }
                    edge += 1;
                }
            }
        }
    }
}

/// The words of a language alone, without punctuation and numbers.
#[derive(Debug, Clone)]
pub(super) struct WordGraph(Dawg);

impl WordGraph {
    /// Reads the word dictionary.
    pub(super) fn parse(component: &[u8]) -> Result<Self, ModelError> {
        Dawg::parse("word dictionary", component).map(Self)
    }

    /// Returns whether the letters spell a word.
    pub(super) fn has(&self, letters: &[CharacterId]) -> bool {
        let mut edge = Edge::NONE;
        for &letter in letters {
            edge = self.0.edge(self.0.node_after(edge), letter);
            if edge == Edge::NONE {
                return false;
            }
        }
        self.0.ends_word(edge)
    }
}

/// Where a letter sequence got its blessing from; the larger the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Permuter {
    None,
    Punctuation,
    /// The network alone.
    TopChoice,
    Number,
    Word,
}

/// The graph that the core of a word is followed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Core {
    /// Not chosen: only punctuation so far.
    Open,
    Word,
    Number,
}

/// Whether punctuation after the core has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tail {
    Core,
    Punctuation,
}

/// One of the places in the graphs where a word may be. `Edge::NONE` stands at a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Position {
    core: Core,
    core_edge: Edge,
    /// The last edge in the punctuation graph; none if punctuation is not followed.
    punctuation: Option<Edge>,
    tail: Tail,
}

/// Whether a word may end here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WordEnd {
    Possible,
    Impossible,
}

/// The three graphs of a model.
#[derive(Debug, Clone)]
pub(super) struct Dictionary {
    punctuation: Option<Dawg>,
    word: Option<Dawg>,
    number: Option<Dawg>,
    start: Vec<Position>,
}

/// The dictionary components of a model; any may be absent.
pub(super) struct DictionaryParts<'a> {
    pub(super) punctuation: Option<&'a [u8]>,
    pub(super) word: Option<&'a [u8]>,
    pub(super) number: Option<&'a [u8]>,
}

impl Dictionary {
    /// Reads the components; none if the model has no dictionary at all.
    pub(super) fn parse(parts: &DictionaryParts<'_>) -> Result<Option<Self>, ModelError> {
        let read = |part, component: Option<&[u8]>| {
            component.map(|bytes| Dawg::parse(part, bytes)).transpose()
        };
        let punctuation = read("punctuation dictionary", parts.punctuation)?;
        let word = read("word dictionary", parts.word)?;
        let number = read("number dictionary", parts.number)?;
        let mut start = Vec::new();
        if punctuation.is_some() {
            start.push(Position {
                core: Core::Open,
                core_edge: Edge::NONE,
                punctuation: Some(Edge::NONE),
                tail: Tail::Core,
            });
        }
        // A punctuation graph with the bare word among its patterns leads to the others.
        if !punctuation
            .as_ref()
            .is_some_and(|graph| graph.ends_word(graph.edge(Node::Root, PATTERN)))
        {
            let alone = |core| Position {
                core,
                core_edge: Edge::NONE,
                punctuation: None,
                tail: Tail::Core,
            };
            start.extend(word.is_some().then(|| alone(Core::Word)));
            start.extend(number.is_some().then(|| alone(Core::Number)));
        }
        Ok((!start.is_empty()).then_some(Self { punctuation, word, number, start }))
    }

    /// Returns the positions at the start of a word; at least one.
    pub(super) fn start(&self) -> &[Position] {
        &self.start
    }

    fn core(&self, core: Core) -> Option<CoreGraph<'_>> {
        let (dawg, permuter) = match core {
            Core::Open => return None,
            Core::Word => (self.word.as_ref()?, Permuter::Word),
            Core::Number => (self.number.as_ref()?, Permuter::Number),
        };
        Some(CoreGraph { dawg, permuter })
    }

    /// Follows a letter from all positions, puts the positions after it into `after`, and returns
    /// how good the best of them is and whether a word may end there. `Permuter::None` with no
    /// positions: no word goes on like that.
    pub(super) fn follow(
        &self,
        positions: &[Position],
        letter: CharacterId,
        unicharset: &Unicharset,
        after: &mut Vec<Position>,
    ) -> (Permuter, WordEnd) {
        after.clear();
        if letter == PATTERN {
            return (Permuter::None, WordEnd::Impossible);
        }
        let number_letter = if unicharset.is_digit(letter) { PATTERN } else { letter };
        let mut found = Found { after, permuter: Permuter::None, end: WordEnd::Impossible };
        for position in positions {
            match self.core(position.core) {
                None => self.follow_open(*position, [letter, number_letter], &mut found),
                Some(core) => {
                    self.follow_core(core, *position, [letter, number_letter], &mut found);
                }
            }
        }
        (found.permuter, found.end)
    }

    /// Follows a letter while only punctuation has been seen: the core may begin, or not yet.
    fn follow_open(&self, position: Position, letters: [CharacterId; 2], found: &mut Found<'_>) {
        let (Some(graph), Some(edge)) = (&self.punctuation, position.punctuation) else { return };
        let [letter, number_letter] = letters;
        let node = graph.node_after(edge);
        let pattern = graph.edge(node, PATTERN);
        if pattern != Edge::NONE {
            for (core, first) in [(Core::Word, letter), (Core::Number, number_letter)] {
                let Some(CoreGraph { dawg, permuter }) = self.core(core) else { continue };
                let core_edge = dawg.edge(Node::Root, first);
                if core_edge != Edge::NONE {
                    let next = Position { core, core_edge, punctuation: Some(pattern), ..position };
                    let end = dawg.ends_word(core_edge) && graph.ends_word(pattern);
                    found.add(next, permuter, end);
                }
            }
        }
        let punctuation = graph.edge(node, letter);
        if punctuation != Edge::NONE {
            let next = Position { punctuation: Some(punctuation), ..position };
            found.add(next, Permuter::Punctuation, graph.ends_word(punctuation));
        }
    }

    /// Follows a letter within the core or in the punctuation after it.
    fn follow_core(
        &self,
        core: CoreGraph<'_>,
        position: Position,
        letters: [CharacterId; 2],
        found: &mut Found<'_>,
    ) {
        let CoreGraph { dawg, permuter } = core;
        let [letter, number_letter] = letters;
        let around = self.punctuation.as_ref().zip(position.punctuation);
        if let Some((graph, edge)) = around
            && dawg.ends_word(position.core_edge)
        {
            let punctuation = graph.edge(graph.node_after(edge), letter);
            if punctuation != Edge::NONE {
                let next = Position {
                    punctuation: Some(punctuation),
                    tail: Tail::Punctuation,
                    ..position
                };
                found.add(next, permuter, graph.ends_word(punctuation));
            }
        }
        if position.tail == Tail::Punctuation {
            return;
        }
        let letter = if position.core == Core::Number { number_letter } else { letter };
        let core_edge = dawg.edge(dawg.node_after(position.core_edge), letter);
        if core_edge != Edge::NONE {
            let end = dawg.ends_word(core_edge)
                && around.is_none_or(|(graph, edge)| graph.ends_word(edge));
            found.add(Position { core_edge, ..position }, permuter, end);
        }
    }
}

/// The words or numbers of a core, and what a character of them is said to be.
#[derive(Clone, Copy)]
struct CoreGraph<'d> {
    dawg: &'d Dawg,
    permuter: Permuter,
}

/// What following a letter has found so far.
struct Found<'a> {
    after: &'a mut Vec<Position>,
    permuter: Permuter,
    end: WordEnd,
}

impl Found<'_> {
    fn add(&mut self, position: Position, permuter: Permuter, end: bool) {
        if !self.after.contains(&position) {
            self.after.push(position);
        }
        self.permuter = self.permuter.max(permuter);
        if end {
            self.end = WordEnd::Possible;
        }
    }
}

#[cfg(test)]
mod tests;
