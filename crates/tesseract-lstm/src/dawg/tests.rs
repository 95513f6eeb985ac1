use super::super::unicharset::Unicharset;
use super::*;

/// Ids: 0 space, 1 a, 2 b, 3 the digit 7, 4 the comma.
const CHARACTERS: &str =
    "5\nNULL 0 Common 0\na 3 Latin 1\nb 3 Latin 2\n7 8 Common 3\n, 10 Common 4\n";
const LETTER_BITS: u32 = 3;

/// An edge: letter, marks (`l` last of its node, `e` end of a word), next node's first edge.
fn graph(edges: &[(u64, &str, u64)]) -> Vec<u8> {
    let mut bytes = 42_i16.to_le_bytes().to_vec();
    bytes.extend(5_u32.to_le_bytes());
    bytes.extend((edges.len() as u32).to_le_bytes());
    for (letter, marks, next) in edges {
        let mark = |name, bit: u32| u64::from(marks.contains(name)) << (LETTER_BITS + bit);
        let record = letter | mark('l', 0) | mark('e', 2) | next << (LETTER_BITS + 3);
        bytes.extend(record.to_le_bytes());
    }
    bytes
}

/// Words `ab` and `a`; numbers of two digits; a word may stand alone or before a comma.
fn dictionary() -> Dictionary {
    Dictionary::parse(&DictionaryParts {
        punctuation: Some(&graph(&[(0, "le", 1), (4, "le", 0)])),
        word: Some(&graph(&[(1, "le", 1), (2, "le", 0)])),
        number: Some(&graph(&[(0, "l", 1), (0, "le", 0)])),
    })
    .unwrap()
    .unwrap()
}

/// Follows the letters and returns what `follow` says of the last.
fn check(dictionary: &Dictionary, letters: &[CharacterId]) -> (Permuter, WordEnd) {
    let unicharset = Unicharset::parse(CHARACTERS.as_bytes()).unwrap();
    let mut positions = dictionary.start().to_vec();
    let mut verdict = (Permuter::None, WordEnd::Impossible);
    for letter in letters {
        let mut after = Vec::new();
        verdict = dictionary.follow(&positions, *letter, &unicharset, &mut after);
        positions = after;
    }
    verdict
}

#[test]
fn follows_words_with_punctuation_after_them() {
    let dictionary = dictionary();
    assert_eq!(check(&dictionary, &[1]), (Permuter::Word, WordEnd::Possible));
    assert_eq!(check(&dictionary, &[1, 2]), (Permuter::Word, WordEnd::Possible));
    assert_eq!(check(&dictionary, &[1, 2, 4]), (Permuter::Word, WordEnd::Possible));
    assert_eq!(check(&dictionary, &[1, 2, 4, 4]), (Permuter::None, WordEnd::Impossible));
    assert_eq!(check(&dictionary, &[1, 4, 2]), (Permuter::None, WordEnd::Impossible));
    assert_eq!(check(&dictionary, &[2]), (Permuter::None, WordEnd::Impossible));
    assert_eq!(check(&dictionary, &[4]), (Permuter::None, WordEnd::Impossible));
}

#[test]
fn follows_any_digit_in_numbers() {
    let dictionary = dictionary();
    assert_eq!(check(&dictionary, &[3]), (Permuter::Number, WordEnd::Impossible));
    assert_eq!(check(&dictionary, &[3, 3]), (Permuter::Number, WordEnd::Possible));
    assert_eq!(check(&dictionary, &[3, 3, 3]), (Permuter::None, WordEnd::Impossible));
}

#[test]
fn never_follows_the_pattern_itself() {
    assert_eq!(check(&dictionary(), &[PATTERN]), (Permuter::None, WordEnd::Impossible));
}

#[test]
fn follows_words_alone_where_punctuation_does_not_lead_to_them() {
    let word = graph(&[(1, "le", 0)]);
    let punctuation = graph(&[(4, "le", 0)]);
    for punctuation in [None, Some(punctuation.as_slice())] {
        let parts = DictionaryParts { punctuation, word: Some(&word), number: None };
        let dictionary = Dictionary::parse(&parts).unwrap().unwrap();
        assert_eq!(check(&dictionary, &[1]), (Permuter::Word, WordEnd::Possible));
        let alone = if punctuation.is_some() { Permuter::Punctuation } else { Permuter::None };
        assert_eq!(check(&dictionary, &[4]).0, alone);
    }
}

#[test]
fn a_model_may_have_no_dictionary() {
    let parts = DictionaryParts { punctuation: None, word: None, number: None };
    assert!(Dictionary::parse(&parts).unwrap().is_none());
}

#[test]
fn refuses_broken_graphs() {
    let problem =
        |component: &[u8]| Dawg::parse("word dictionary", component).unwrap_err().to_string();
    let whole = graph(&[(1, "le", 1), (2, "le", 0)]);
    assert!(problem(&whole[..9]).contains("needs 4 bytes, 3 are left"));
    assert!(problem(&whole[..whole.len() - 1]).contains("needs 16 bytes, 15 are left"));
    assert!(problem(&graph(&[])).contains("no edges"));
    assert!(problem(&[&[43], &whole[1..]].concat()).contains("does not begin with 42"));
    assert!(problem(&[&whole[..2], &[255; 4], &whole[6..]].concat()).contains("character set"));
    assert!(
        problem(&[&whole[..6], &[255; 4], &whole[10..]].concat()).contains("bytes, 16 are left")
    );
    assert!(problem(&graph(&[(1, "le", 2), (2, "le", 0)])).contains("leads out of the graph"));
    assert!(problem(&graph(&[(1, "le", 1), (2, "e", 0)])).contains("last node has no end"));
}

#[test]
fn a_graph_with_a_loop_is_followed_letter_by_letter() {
    let looped = graph(&[(1, "le", 1), (1, "le", 1)]);
    let parts = DictionaryParts { punctuation: None, word: Some(&looped), number: None };
    let dictionary = Dictionary::parse(&parts).unwrap().unwrap();
    assert_eq!(check(&dictionary, &[1; 100]), (Permuter::Word, WordEnd::Possible));
}
