use std::fs;
use std::path::Path;

use super::*;

fn installed(language: &str) -> Vec<u8> {
    let directory = "/usr/share/tesseract-ocr/5/tessdata";
    fs::read(Path::new(directory).join(format!("{language}.traineddata"))).unwrap()
}

#[test]
fn reads_the_english_model() {
    let model = Model::parse(&installed("eng")).unwrap();
    let vocabulary = &model.vocabulary;
    assert_eq!((vocabulary.classes, vocabulary.null), (111, 110));
    assert_eq!(vocabulary.unicharset.len(), 112);
    assert_eq!(vocabulary.recoder.longest(), 1);
    assert!(vocabulary.dictionary.is_some());
}

#[test]
fn refuses_a_model_without_a_network() {
    let problem = Model::parse(&installed("osd")).unwrap_err();
    assert_eq!(
        problem,
        ModelError::Unsupported("a model without a network (legacy engine)".to_owned())
    );
}

#[test]
fn words_are_taken_over_for_the_same_characters_only() {
    let english = || Model::parse(&installed("eng")).unwrap();
    let mut without = english();
    without.vocabulary.dictionary = None;
    assert!(without.with_words_of(english()).unwrap().vocabulary.dictionary.is_some());
    let german = Model::parse(&installed("deu")).unwrap();
    let problem = english().with_words_of(german).unwrap_err();
    assert_eq!(problem, ModelError::Unsupported("words of other characters".to_owned()));
}

/// Where a component of the file begins, from its table of offsets.
fn start(file: &[u8], component: usize) -> usize {
    let entry = file[4 + 8 * component..][..8].try_into().unwrap();
    usize::try_from(i64::from_le_bytes(entry)).unwrap()
}

#[test]
fn damaged_files_are_errors_or_models_but_never_panics() {
    let whole = installed("eng");
    // A file that is cut off: in the middle of each component, and at its start.
    let starts: Vec<usize> = (17..=22).map(|component| start(&whole, component)).collect();
    for pair in starts.windows(2) {
        for end in [pair[0], pair[0] + 5, usize::midpoint(pair[0], pair[1])] {
            let problem = Model::parse(&whole[..end]).unwrap_err();
            assert!(matches!(problem, ModelError::Broken { .. }), "{end}: {problem}");
        }
    }
    // Flipped bytes at the front of the parts that decoding reads, and at places all over them.
    let mut broken = 0;
    for (part, begin) in starts.iter().enumerate().skip(1) {
        let end = starts.get(part + 1).copied().unwrap_or(whole.len());
        let step = ((end - begin) / 12).max(1);
        let places = (*begin..begin + 12).chain((*begin..end).step_by(step));
        for place in places {
            let mut damaged = whole.clone();
            damaged[place] ^= 0xff;
            broken += usize::from(Model::parse(&damaged).is_err());
        }
    }
    assert!(broken > 40, "only {broken} damages were found");
}

#[test]
fn refuses_a_recoder_that_does_not_fit() {
    let whole = installed("eng");
    let mut damaged = whole.clone();
    damaged[start(&whole, 22)] += 1;
    let problem = Model::parse(&damaged).unwrap_err().to_string();
    assert!(problem.contains("113 characters, the unicharset has 112"), "{problem}");
}
