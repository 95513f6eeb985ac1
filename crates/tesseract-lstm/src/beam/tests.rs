use super::super::alphabet::{Alphabet, CharacterSet};
use super::super::dawg::DictionaryParts;
use super::*;

/// Ids: 0 space, 1 a, 2 b, 3 c, 4 山 of the codes 5 6; 5 shares code 4 with the null, as in real models.
const CHARACTERS: &str = "6\nNULL 0 Common 0\na 3 Latin 1\nb 3 Latin 2\nc 3 Latin 3\n山 1 Han 4\n|Broken|0|1 f Common 5\n";
const SPACE_CODE: usize = 0;
const A: usize = 1;
const B: usize = 2;
const C: usize = 3;
const NULL: usize = 4;
const FIRST_HALF: usize = 5;
const SECOND_HALF: usize = 6;
const CLASSES: usize = 7;

/// A dictionary with one word, `ab`.
fn dictionary() -> Dictionary {
    let mut graph = 42_i16.to_le_bytes().to_vec();
    graph.extend(5_i32.to_le_bytes());
    graph.extend(2_i32.to_le_bytes());
    // Three bits for the letter; then last of its node, backward, end of a word; then the next node.
    graph.extend((1_u64 | 1 << 3 | 1 << 6).to_le_bytes());
    graph.extend((2_u64 | 1 << 3 | 1 << 5).to_le_bytes());
    let parts = DictionaryParts { punctuation: None, word: Some(&graph), number: None };
    Dictionary::parse(&parts).unwrap().unwrap()
}

fn vocabulary(characters: &str, dictionary: Option<Dictionary>) -> Vocabulary {
    let mut recoder = 6_u32.to_le_bytes().to_vec();
    for codes in [&[0_u32][..], &[1], &[2], &[3], &[5, 6], &[4]] {
        recoder.push(1);
        recoder.extend((codes.len() as u32).to_le_bytes());
        recoder.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
    }
    Vocabulary {
        unicharset: Unicharset::parse(characters.as_bytes()).unwrap(),
        recoder: Recoder::parse(&recoder, 6, CLASSES).unwrap(),
        dictionary,
        null: NULL as Code,
        classes: CLASSES,
    }
}

/// Steps by the probabilities of some codes; the others share what is left.
fn outputs(steps: &[&[(usize, f32)]]) -> Vec<f32> {
    steps
        .iter()
        .flat_map(|step| {
            let given: f32 = step.iter().map(|(_, probability)| probability).sum();
            let mut row = [(1.0 - given) / (CLASSES - step.len()) as f32; CLASSES];
            for (code, probability) in *step {
                row[*code] = *probability;
            }
            row
        })
        .collect()
}

/// Returns the characters of the best path.
fn check(vocabulary: &Vocabulary, alphabet: &Alphabet, steps: &[&[(usize, f32)]]) -> String {
    let admission = Admission::new(alphabet, vocabulary);
    let mut search = BeamSearch::new(vocabulary);
    let path = search.run(vocabulary, &admission, &outputs(steps));
    assert_eq!(path.len(), steps.len());
    path.iter()
        .filter(|step| step.part == StepPart::New)
        .filter_map(|step| step.character)
        .map(|id| vocabulary.unicharset.text(id))
        .collect()
}

const SURE: f32 = 0.99;

#[test]
fn joins_repetitions_and_separates_at_nulls() {
    let vocabulary = vocabulary(CHARACTERS, None);
    let read = |steps: &[&[(usize, f32)]]| check(&vocabulary, &Alphabet::All, steps);
    assert_eq!(read(&[&[(A, SURE)], &[(A, SURE)], &[(B, SURE)]]), "ab");
    assert_eq!(read(&[&[(A, SURE)], &[(NULL, SURE)], &[(A, SURE)]]), "aa");
    assert_eq!(read(&[&[(NULL, SURE)], &[(NULL, SURE)]]), "");
    assert_eq!(read(&[&[(A, SURE)], &[(SPACE_CODE, SURE)], &[(B, SURE)]]), "a b");
}

#[test]
fn sums_a_character_and_the_null_within_a_step() {
    // Alone neither is likely, but together they are: the character is there, its end is unclear.
    let vocabulary = vocabulary(CHARACTERS, None);
    let steps: [&[(usize, f32)]; 3] =
        [&[(A, 0.9), (NULL, 0.05)], &[(A, 0.5), (NULL, 0.45)], &[(NULL, SURE)]];
    assert_eq!(check(&vocabulary, &Alphabet::All, &steps), "a");
}

#[test]
fn a_word_of_the_dictionary_beats_a_likelier_letter() {
    // Unknown to the dictionary: 2.25 ln 0.55 = -1.35; known: ln 0.4 = -0.92.
    let steps: [&[(usize, f32)]; 2] = [&[(A, SURE)], &[(C, 0.55), (B, 0.4)]];
    let with = vocabulary(CHARACTERS, Some(dictionary()));
    assert_eq!(check(&with, &Alphabet::All, &steps), "ab");
    let without = vocabulary(CHARACTERS, None);
    assert_eq!(check(&without, &Alphabet::All, &steps), "ac");
}

#[test]
fn words_of_the_dictionary_are_marked_and_need_a_space_between() {
    let vocabulary = vocabulary(&CHARACTERS.replace("Han", "Latin"), Some(dictionary()));
    let admission = Admission::All;
    let mut search = BeamSearch::new(&vocabulary);
    let steps: [&[(usize, f32)]; 5] =
        [&[(A, SURE)], &[(B, SURE)], &[(SPACE_CODE, SURE)], &[(A, SURE)], &[(B, SURE)]];
    let path = search.run(&vocabulary, &admission, &outputs(&steps)).to_vec();
    let starts: Vec<bool> = path.iter().map(|step| step.word == WordStart::Here).collect();
    assert_eq!(starts, [true, false, false, true, false]);
    assert!(path.iter().all(|step| step.permuter == Permuter::Word));
    // The same memory serves the next line: nothing is left of the last.
    let again = search.run(&vocabulary, &admission, &outputs(&steps)).to_vec();
    assert_eq!(path, again);
}

#[test]
fn reads_characters_of_several_codes() {
    let vocabulary = vocabulary(CHARACTERS, None);
    let read = |steps: &[&[(usize, f32)]]| check(&vocabulary, &Alphabet::All, steps);
    assert_eq!(read(&[&[(FIRST_HALF, SURE)], &[(SECOND_HALF, SURE)]]), "山");
    assert_eq!(
        read(&[
            &[(FIRST_HALF, SURE)],
            &[(FIRST_HALF, SURE)],
            &[(NULL, SURE)],
            &[(SECOND_HALF, SURE)],
            &[(A, SURE)],
        ]),
        "山a"
    );
}

#[test]
fn takes_the_next_best_character_of_the_alphabet() {
    let vocabulary = vocabulary(CHARACTERS, None);
    let alphabet = Alphabet::Only(CharacterSet::of("ab"));
    let steps: [&[(usize, f32)]; 2] = [&[(A, SURE)], &[(C, 0.98), (NULL, 0.01), (B, 0.004)]];
    assert_eq!(check(&vocabulary, &Alphabet::All, &steps), "ac");
    assert_eq!(check(&vocabulary, &alphabet, &steps), "ab");
    let halves: [&[(usize, f32)]; 2] = [&[(FIRST_HALF, SURE)], &[(SECOND_HALF, 0.9), (B, 0.05)]];
    assert!(!check(&vocabulary, &alphabet, &halves).contains('山'));
}

#[test]
fn a_line_without_steps_has_no_path() {
    let vocabulary = vocabulary(CHARACTERS, None);
    assert_eq!(check(&vocabulary, &Alphabet::All, &[]), "");
}
