use super::super::recoder::Recoder;
use super::super::unicharset::Unicharset;
use super::*;

/// Ids and codes: 0 space, 1 a, 2 b, 3 山; code 4 is the null.
fn vocabulary() -> Vocabulary {
    let characters = "4\nNULL 0 Common 0\na 3 Latin 1\nb 3 Latin 2\n山 1 Han 3\n";
    let mut recoder = 4_u32.to_le_bytes().to_vec();
    for code in 0..4_u32 {
        recoder.extend([1, 1, 0, 0, 0]);
        recoder.extend(code.to_le_bytes());
    }
    Vocabulary {
        unicharset: Unicharset::parse(characters.as_bytes()).unwrap(),
        recoder: Recoder::parse(&recoder, 4, 5).unwrap(),
        dictionary: None,
        null: 4,
        classes: 5,
    }
}

/// A step by a letter: `a`, `b`, `m` (山), `_` (space), `.` (null), capital for a duplicate.
fn path(steps: &[(char, f32)], permuter: Permuter) -> Vec<PathStep> {
    steps
        .iter()
        .map(|(letter, certainty)| {
            let code = match letter.to_ascii_lowercase() {
                '_' => 0,
                'a' => 1,
                'b' => 2,
                'm' => 3,
                _ => 4,
            };
            PathStep {
                code,
                character: (code != 4).then_some(u32::from(code)),
                part: if letter.is_uppercase() { StepPart::Duplicate } else { StepPart::New },
                permuter,
                certainty: *certainty,
                word: WordStart::NotHere,
            }
        })
        .collect()
}

fn text(path: &[PathStep], probabilities: &[f32]) -> LineText {
    let outputs = Outputs {
        steps: path.len(),
        classes: 5,
        probabilities: probabilities.to_vec(),
        pixels_per_step: 2.5,
    };
    let admission = Admission::All;
    let vocabulary = vocabulary();
    let decoded = Decoded {
        vocabulary: &vocabulary,
        admission: &admission,
        path,
        outputs: &outputs,
        width: 16,
    };
    decoded.text()
}

fn check(steps: &[(char, f32)], permuter: Permuter, expected: &[(&str, f32)]) {
    let path = path(steps, permuter);
    let text = text(&path, &vec![0.0; 5 * path.len()]);
    let words: Vec<(&str, f32)> =
        text.words.iter().map(|word| (word.text.as_str(), word.confidence)).collect();
    assert_eq!(words.len(), expected.len(), "{words:?}");
    for ((text, confidence), (wanted, wanted_confidence)) in words.iter().zip(expected) {
        assert_eq!(text, wanted);
        assert!((confidence - wanted_confidence).abs() < 1e-3, "{confidence} {wanted_confidence}");
    }
}

#[test]
fn a_word_is_as_sure_as_its_worst_step() {
    let steps = [('a', -0.1), ('A', -0.2), ('.', -0.4), ('b', -0.1)];
    check(&steps, Permuter::TopChoice, &[("ab", 86.0)]);
    check(&[('.', -1.0), ('a', -0.1)], Permuter::Word, &[("a", 65.0)]);
    check(&[('a', -0.1), ('.', -3.0)], Permuter::Word, &[("a", 0.0)]);
}

#[test]
fn spaces_part_words_and_count_for_both() {
    let steps = [('a', 0.0), ('.', -0.2), ('_', -0.1), ('b', 0.0)];
    // The null counts for the letter before.
    check(&steps, Permuter::Word, &[("a", 93.0), ("b", 96.5)]);
    // Or for nobody.
    check(&steps, Permuter::None, &[("a", 96.5), ("b", 96.5)]);
    // Spaces at the ends are no words.
    check(&[('_', 0.0), ('a', 0.0), ('_', 0.0)], Permuter::Word, &[("a", 100.0)]);
    check(&[('.', 0.0)], Permuter::Word, &[]);
    check(&[], Permuter::Word, &[]);
}

#[test]
fn characters_of_scripts_without_spaces_are_words_outside_the_dictionary() {
    let steps = [('a', 0.0), ('b', 0.0), ('m', 0.0), ('.', 0.0), ('m', 0.0)];
    let words = [("ab", 100.0), ("山", 100.0), ("山", 100.0)];
    check(&steps, Permuter::TopChoice, &words);
    check(&steps, Permuter::Word, &[("ab山山", 100.0)]);
}

#[test]
fn a_start_of_a_word_parts_words() {
    let mut path = path(&[('a', 0.0), ('b', 0.0)], Permuter::Word);
    path[1].word = WordStart::Here;
    let words = text(&path, &[0.0; 10]).words;
    assert_eq!(words.len(), 2);
}

#[test]
fn places_characters_between_their_neighbors() {
    // Steps 0–1 null, 2 a, 3–5 null, 6 b, with 2.5 px a step; the image is 16 px wide.
    let steps = ['.', '.', 'a', '.', '.', '.', 'b'].map(|letter| (letter, 0.0));
    let path = path(&steps, Permuter::Word);
    let words = text(&path, &[0.0; 35]).words;
    let places: Vec<(u32, u32)> =
        words[0].characters.iter().map(|character| (character.left, character.right)).collect();
    assert_eq!(places, [(0, 10), (10, 16)]);
    assert_eq!((words[0].left, words[0].right), (0, 16));
}

#[test]
fn lists_what_else_a_place_may_hold() {
    let path = path(&[('a', 0.0), ('A', 0.0), ('.', 0.0)], Permuter::Word);
    let probabilities =
        [[0.0, 0.75, 0.125, 0.0, 0.125], [0.0, 0.5, 0.0, 0.25, 0.25], [0.5, 0.0, 0.5, 0.0, 0.0]]
            .concat();
    let words = text(&path, &probabilities).words;
    let expected = [("山".to_owned(), 25.0), ("b".to_owned(), 12.5)];
    assert_eq!(words[0].characters[0].alternatives, expected);
}
