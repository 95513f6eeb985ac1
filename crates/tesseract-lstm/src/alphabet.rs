//! Which characters a line may consist of.
//!
//! A typed field (a date, an amount) has a small alphabet; the beam search then chooses among its
//! characters. Called by the line reader.

use std::collections::BTreeSet;

use super::beam::Vocabulary;
use super::recoder::{Code, Completion, Prefix, ROOT};
use super::unicharset::{CharacterId, SPACE};

/// The characters that a line may consist of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Alphabet {
    /// All that the model knows.
    #[default]
    All,
    /// These and the space. Confidences then say how sure a character is among these.
    Only(CharacterSet),
}

/// A set of characters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CharacterSet(BTreeSet<char>);

impl CharacterSet {
    /// Returns the set of a text's characters, such as `0123456789.,`.
    pub fn of(text: &str) -> Self {
        text.chars().collect()
    }

    /// Returns whether a character is in the set.
    pub fn contains(&self, character: char) -> bool {
        self.0.contains(&character)
    }
}

impl FromIterator<char> for CharacterSet {
    fn from_iter<I: IntoIterator<Item = char>>(characters: I) -> Self {
        Self(characters.into_iter().collect())
    }
}

/// An alphabet in a model's characters and codes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Admission {
    All,
    Only { characters: Vec<bool>, codes: Vec<bool>, prefixes: Vec<bool> },
}

impl Admission {
    /// Translates an alphabet.
    pub(super) fn new(alphabet: &Alphabet, vocabulary: &Vocabulary) -> Self {
        let Alphabet::Only(set) = alphabet else { return Self::All };
        let Vocabulary { unicharset, recoder, classes, .. } = vocabulary;
        let ids = 0..unicharset.len() as CharacterId;
        let characters: Vec<bool> = ids
            .map(|id| id == SPACE || unicharset.text(id).chars().all(|c| set.contains(c)))
            .collect();
        let mut codes = vec![false; *classes];
        let mut prefixes = vec![false; recoder.prefixes()];
        // A prefix is always numbered before the longer ones, so they are done when it comes.
        for prefix in (ROOT..prefixes.len() as Prefix).rev() {
            let mut leads_on = false;
            for Completion { code, id } in recoder.completions(prefix) {
                if characters[*id as usize] {
                    codes[usize::from(*code)] = true;
                    leads_on = true;
                }
            }
            for branch in recoder.continuations(prefix) {
                if prefixes[branch.prefix as usize] {
                    codes[usize::from(branch.code)] = true;
                    leads_on = true;
                }
            }
            prefixes[prefix as usize] = leads_on;
        }
        Self::Only { characters, codes, prefixes }
    }

    /// Returns whether a character may be read.
    #[inline]
    pub(super) fn admits_character(&self, id: CharacterId) -> bool {
        match self {
            Self::All => true,
            Self::Only { characters, .. } => characters[id as usize],
        }
    }

    /// Returns whether codes lead to a character that may be read.
    #[inline]
    pub(super) fn admits_prefix(&self, prefix: Prefix) -> bool {
        match self {
            Self::All => true,
            Self::Only { prefixes, .. } => prefixes[prefix as usize],
        }
    }

    /// Returns the outputs of a step with the probability of the excluded codes given to the admitted
    /// ones, each by its share: a letter where only digits may be becomes the likeliest digit rather
    /// than nothing. `scratch` is overwritten.
    pub(super) fn weigh<'a>(
        &self,
        outputs: &'a [f32],
        null: Code,
        scratch: &'a mut Vec<f32>,
    ) -> &'a [f32] {
        let Self::Only { codes, .. } = self else { return outputs };
        let null = usize::from(null);
        scratch.clear();
        scratch.extend_from_slice(outputs);
        let mut admitted = 0.0;
        for (code, output) in scratch.iter_mut().enumerate() {
            if code == null {
                continue;
            }
            if codes[code] {
                admitted += *output;
            } else {
                *output = 0.0;
            }
        }
        let all = (1.0 - outputs[null]).max(admitted);
        if admitted > 0.0 {
            for (code, output) in scratch.iter_mut().enumerate() {
                if code != null {
                    *output *= all / admitted;
                }
            }
        }
        scratch
    }
}

#[cfg(test)]
mod tests {
    use super::super::recoder::Recoder;
    use super::super::unicharset::Unicharset;
    use super::*;

    /// Characters: space, `7`, `O`, and `山` as the codes 4 5; the null is code 3.
    fn model() -> Vocabulary {
        let unicharset = Unicharset::parse(
            "4\nNULL 0 Common 0\n7 8 Common 1\nO 5 Latin 2\n山 1 Han 3\n".as_bytes(),
        );
        let mut recoder = 4_u32.to_le_bytes().to_vec();
        for codes in [&[0_u32][..], &[1], &[2], &[4, 5]] {
            recoder.push(1);
            recoder.extend((codes.len() as u32).to_le_bytes());
            recoder.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
        }
        Vocabulary {
            unicharset: unicharset.unwrap(),
            recoder: Recoder::parse(&recoder, 4, 6).unwrap(),
            dictionary: None,
            null: 3,
            classes: 6,
        }
    }

    fn admission(characters: &str) -> Admission {
        Admission::new(&Alphabet::Only(CharacterSet::of(characters)), &model())
    }

    fn codes(admission: &Admission) -> &[bool] {
        let Admission::Only { codes, .. } = admission else { panic!("it is a restriction") };
        codes
    }

    #[test]
    fn admits_the_given_characters_and_the_space() {
        let digits = admission("0123456789");
        let admitted = [0, 1, 2, 3].map(|id| digits.admits_character(id));
        assert_eq!(admitted, [true, true, false, false]);
        assert_eq!(codes(&digits), [true, true, false, false, false, false]);
        assert_eq!([0, 1].map(|prefix| digits.admits_prefix(prefix)), [true, false]);
    }

    #[test]
    fn admits_all_codes_of_a_character() {
        let mountain = admission("山");
        assert_eq!(codes(&mountain), [true, false, false, false, true, true]);
        assert!(mountain.admits_prefix(1));
    }

    #[test]
    fn gives_what_the_excluded_have_to_the_admitted() {
        let mut scratch = Vec::new();
        let outputs = [0.0, 0.125, 0.625, 0.25, 0.0, 0.0];
        let weighed = admission("7").weigh(&outputs, 3, &mut scratch).to_vec();
        assert_eq!(weighed, [0.0, 0.75, 0.0, 0.25, 0.0, 0.0]);
        assert_eq!(Admission::All.weigh(&outputs, 3, &mut scratch), outputs);
    }
}
