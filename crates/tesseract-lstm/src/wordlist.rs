//! The words of a language, as its data lists them: a question without a network or a picture.
//!
//! Reads only the character set and the word graph of a `.traineddata` file.

use std::collections::HashMap;

use super::container::{Component, Components};
use super::dawg::WordGraph;
use super::error::ModelError;
use super::unicharset::{CharacterId, Unicharset};

/// Longer words are in no list, and are not worth following.
const MAX_LETTERS: usize = 64;

/// The list of words in a `.traineddata` file.
#[derive(Debug, Clone)]
pub struct WordList {
    graph: WordGraph,
    /// Characters of one letter; the few of several, such as ligatures, stand for letters that are here as well.
    ids: HashMap<char, CharacterId>,
}

impl WordList {
    /// Reads the list; `None` if the data has none. `Broken` says which part contradicts itself.
    pub fn parse(traineddata: &[u8]) -> Result<Option<Self>, ModelError> {
        let components = Components::parse(traineddata)?;
        let parts = components.get(Component::WordDawg).zip(components.get(Component::Unicharset));
        let Some((graph, characters)) = parts else { return Ok(None) };
        let characters = Unicharset::parse(characters)?;
        let mut ids = HashMap::new();
        // The first character, number 0, is the space and no letter.
        for id in 1..characters.len() as CharacterId {
            let mut letters = characters.text(id).chars();
            if let (Some(letter), None) = (letters.next(), letters.next()) {
                ids.entry(letter).or_insert(id);
            }
        }
        Ok(Some(Self { graph: WordGraph::parse(graph)?, ids }))
    }

    /// Returns whether the list has the word just as it is written: lists have `Berlin`, not `berlin`.
    pub fn contains(&self, word: &str) -> bool {
        let letters: Option<Vec<CharacterId>> = word
            .chars()
            .take(MAX_LETTERS + 1)
            .map(|letter| self.ids.get(&letter).copied())
            .collect();
        letters.is_some_and(|letters| letters.len() <= MAX_LETTERS && self.graph.has(&letters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ids: 0 space, 1 a, 2 b; the words `a` and `ab`.
    fn list() -> WordList {
        let characters = b"3\nNULL 0 Common 0\na 3 Latin 1\nb 3 Latin 2\n";
        let edge = |letter: u64, next: u64| letter | 1 << 2 | 1 << 4 | next << 5;
        let mut graph = 42_i16.to_le_bytes().to_vec();
        graph.extend(3_u32.to_le_bytes());
        graph.extend(2_u32.to_le_bytes());
        graph.extend(edge(1, 1).to_le_bytes());
        graph.extend(edge(2, 0).to_le_bytes());
        // 22 offsets behind their number; the graph is component 19, the characters are 21.
        let table = 4 + 22 * 8;
        let mut offsets = [-1_i64; 22];
        (offsets[19], offsets[21]) = (table, table + i64::try_from(graph.len()).unwrap());
        let mut file = 22_u32.to_le_bytes().to_vec();
        file.extend(offsets.iter().flat_map(|offset| offset.to_le_bytes()));
        file.extend(graph);
        file.extend(characters);
        WordList::parse(&file).unwrap().unwrap()
    }

    #[test]
    fn has_whole_words_only() {
        let list = list();
        for (word, expected) in
            [("a", true), ("ab", true), ("b", false), ("aba", false), ("ac", false), ("", false)]
        {
            assert_eq!(list.contains(word), expected, "{word}");
        }
    }
}
