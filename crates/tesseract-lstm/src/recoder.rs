//! Which network outputs spell which character: one output each in small alphabets, a sequence of
//! up to nine in large ones.
//!
//! Reads the recoder component into a tree of code prefixes that the beam search walks. Knows
//! nothing of texts.

use super::bytes::ByteReader;
use super::error::ModelError;
use super::unicharset::CharacterId;

/// Index of a network output.
pub(super) type Code = u16;

/// Longest sequence of codes for one character.
pub(super) const MAX_CODES: usize = 9;

const PART: &str = "recoder";

/// Index of a prefix of codes in the tree; `ROOT` is the empty one.
pub(super) type Prefix = u32;

/// The empty prefix: a character begins.
pub(super) const ROOT: Prefix = 0;

/// A code that completes a character after some prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Completion {
    pub(super) code: Code,
    pub(super) id: CharacterId,
}

/// A code that continues a character after some prefix, and the longer prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Continuation {
    pub(super) code: Code,
    pub(super) prefix: Prefix,
}

/// The codes that may follow a prefix, in the order of the first character with each.
#[derive(Debug, Clone, Default)]
struct Branches {
    completions: Vec<Completion>,
    continuations: Vec<Continuation>,
}

/// The tree of all code sequences.
#[derive(Debug, Clone)]
pub(super) struct Recoder {
    prefixes: Vec<Branches>,
    /// Index of each code among the completions of the empty prefix.
    singles: Vec<Option<u16>>,
    longest: usize,
    code_range: u64,
}

impl Recoder {
    /// Reads the component: the number of characters, then for each a flag, the number of its codes
    /// and the codes. `classes` is the number of network outputs; a code beyond is an error, as is
    /// a number of characters other than `characters`.
    pub(super) fn parse(
        component: &[u8],
        characters: usize,
        classes: usize,
    ) -> Result<Self, ModelError> {
        let mut reader = ByteReader::new(PART, component);
        let count = reader.u32()?;
        if usize::try_from(count).ok() != Some(characters) {
            return Err(
                reader.broken(format!("{count} characters, the unicharset has {characters}"))
            );
        }
        let mut recoder = Self {
            prefixes: vec![Branches::default()],
            singles: vec![None; classes],
            longest: 1,
            code_range: 1,
        };
        for id in 0..count {
            let _self_normalized = reader.i8()?;
            let length = reader.u32()? as usize;
            if !(1..=MAX_CODES).contains(&length) {
                return Err(reader.broken(format!("character {id} has {length} codes")));
            }
            let mut codes = [0; MAX_CODES];
            for code in &mut codes[..length] {
                let value = reader.u32()?;
                *code = Code::try_from(value)
                    .ok()
                    .filter(|value| usize::from(*value) < classes)
                    .ok_or_else(|| reader.broken(format!("code {value} of {classes} outputs")))?;
            }
            let largest = codes[..length].iter().max().copied().unwrap_or(0);
            recoder.code_range = recoder.code_range.max(u64::from(largest) + 1);
            recoder.insert(&codes[..length], id);
        }
        Ok(recoder)
    }

    /// Adds a character. Of several with the same codes, the last is the one that is read.
    fn insert(&mut self, codes: &[Code], id: CharacterId) {
        let Some((last, head)) = codes.split_last() else { return };
        self.longest = self.longest.max(codes.len());
        let mut prefix = ROOT;
        for code in head {
            let known =
                self.continuations(prefix).iter().find(|branch| branch.code == *code).copied();
            prefix = if let Some(branch) = known {
                branch.prefix
            } else {
                let longer = self.prefixes.len() as Prefix;
                self.prefixes.push(Branches::default());
                self.prefixes[prefix as usize]
                    .continuations
                    .push(Continuation { code: *code, prefix: longer });
                longer
            };
        }
        let completions = &mut self.prefixes[prefix as usize].completions;
        if let Some(known) = completions.iter_mut().find(|known| known.code == *last) {
            known.id = id;
            return;
        }
        if prefix == ROOT {
            // Fewer than `Code::MAX` places: each has a code of its own.
            self.singles[usize::from(*last)] = Some(completions.len() as u16);
        }
        completions.push(Completion { code: *last, id });
    }

    /// Returns the codes that complete a character after the prefix.
    #[inline]
    pub(super) fn completions(&self, prefix: Prefix) -> &[Completion] {
        &self.prefixes[prefix as usize].completions
    }

    /// Returns the codes that continue a character after the prefix.
    #[inline]
    pub(super) fn continuations(&self, prefix: Prefix) -> &[Continuation] {
        &self.prefixes[prefix as usize].continuations
    }

    /// Returns the place of a code among the completions of the empty prefix.
    #[inline]
    pub(super) fn single(&self, code: Code) -> Option<u16> {
        self.singles[usize::from(code)]
    }

    /// Returns the number of prefixes, the empty one included; a prefix has a smaller number than those
    /// that are longer by a code.
    pub(super) fn prefixes(&self) -> usize {
        self.prefixes.len()
    }

    /// Returns the largest code and one.
    pub(super) fn code_range(&self) -> u64 {
        self.code_range
    }

    /// Returns the largest number of codes of a character.
    pub(super) fn longest(&self) -> usize {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(characters: &[&[u32]]) -> Vec<u8> {
        let mut bytes = (characters.len() as u32).to_le_bytes().to_vec();
        for codes in characters {
            bytes.push(1);
            bytes.extend((codes.len() as u32).to_le_bytes());
            bytes.extend(codes.iter().flat_map(|code| code.to_le_bytes()));
        }
        bytes
    }

    #[test]
    fn keeps_codes_in_the_order_of_characters() {
        let bytes = component(&[&[5], &[2], &[2], &[1, 7], &[1, 3], &[1, 3, 4]]);
        let recoder = Recoder::parse(&bytes, 6, 8).unwrap();
        assert_eq!(
            recoder.completions(ROOT),
            [Completion { code: 5, id: 0 }, Completion { code: 2, id: 2 }]
        );
        assert_eq!(
            [recoder.single(5), recoder.single(2), recoder.single(1)],
            [Some(0), Some(1), None]
        );
        let [one] = *recoder.continuations(ROOT) else { panic!("one prefix begins with 1") };
        assert_eq!(
            recoder.completions(one.prefix),
            [Completion { code: 7, id: 3 }, Completion { code: 3, id: 4 }]
        );
        let [three] = *recoder.continuations(one.prefix) else { panic!("1 3 continues") };
        assert_eq!(recoder.completions(three.prefix), [Completion { code: 4, id: 5 }]);
        assert_eq!((recoder.longest(), recoder.prefixes(), recoder.code_range()), (3, 3, 8));
    }

    #[test]
    fn refuses_broken_components() {
        let problem = |bytes: &[u8], characters| {
            Recoder::parse(bytes, characters, 8).unwrap_err().to_string()
        };
        let whole = component(&[&[1, 2], &[3]]);
        for length in 0..whole.len() {
            assert!(problem(&whole[..length], 2).contains("bytes, "), "{length}");
        }
        assert!(problem(&whole, 3).contains("2 characters, the unicharset has 3"));
        assert!(problem(&component(&[&[8]]), 1).contains("code 8 of 8 outputs"));
        assert!(problem(&component(&[&[u32::MAX]]), 1).contains("code 4294967295"));
        assert!(problem(&component(&[&[]]), 1).contains("character 0 has 0 codes"));
        assert!(problem(&component(&[&[1; 10]]), 1).contains("character 0 has 10 codes"));
    }
}
