//! The `.traineddata` file: a table of offsets and the components behind it.
//!
//! Knows where each component lies, not what is in it. Called by the model's parser.

use super::bytes::ByteReader;
use super::error::ModelError;

const PART: &str = "container";

/// Tesseract takes a file with more entries than this for a byte-swapped one.
const MAX_ENTRIES: u32 = 1000;

/// A component that the recognizer uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Component {
    /// The network.
    Lstm,
    /// Punctuation patterns.
    PuncDawg,
    /// The words of the language.
    WordDawg,
    /// Number patterns.
    NumberDawg,
    /// The characters, as text.
    Unicharset,
    /// Characters to codes of the network.
    Recoder,
}

impl Component {
    fn index(self) -> usize {
        match self {
            Self::Lstm => 17,
            Self::PuncDawg => 18,
            Self::WordDawg => 19,
            Self::NumberDawg => 20,
            Self::Unicharset => 21,
            Self::Recoder => 22,
        }
    }
}

/// The components of a file, borrowed from its bytes.
#[derive(Debug)]
pub(super) struct Components<'a> {
    entries: Vec<Option<&'a [u8]>>,
}

impl<'a> Components<'a> {
    /// Finds the components of a `.traineddata` file.
    pub(super) fn parse(file: &'a [u8]) -> Result<Self, ModelError> {
        // Tesseract can also read its components from an archive, when it was built so.
        if file.starts_with(b"PK\x03\x04") {
            return Err(ModelError::Unsupported("a zip archive".to_owned()));
        }
        let mut reader = ByteReader::new(PART, file);
        let count = reader.u32()?;
        if count.swap_bytes() <= MAX_ENTRIES && count > MAX_ENTRIES {
            return Err(ModelError::Unsupported("big-endian byte order".to_owned()));
        }
        if count == 0 || count > MAX_ENTRIES {
            return Err(reader.broken(format!("{count} entries, must be 1 to {MAX_ENTRIES}")));
        }
        let offsets = (0..count).map(|_| reader.i64()).collect::<Result<Vec<_>, _>>()?;
        let mut entries = Vec::with_capacity(offsets.len());
        // From the last to the first, an entry ends where the one after it starts.
        let mut end = file.len();
        for (index, &offset) in offsets.iter().enumerate().rev() {
            if offset == -1 {
                entries.push(None);
                continue;
            }
            let bytes = usize::try_from(offset).ok().and_then(|start| file.get(start..end));
            let (Some(bytes), Ok(start)) = (bytes, usize::try_from(offset)) else {
                return Err(reader
                    .broken(format!("component {index} starts at {offset}, must end at {end}")));
            };
            entries.push(Some(bytes));
            end = start;
        }
        entries.reverse();
        Ok(Self { entries })
    }

    /// Returns a component's bytes, or `None` where the file has none.
    pub(super) fn get(&self, component: Component) -> Option<&'a [u8]> {
        self.entries.get(component.index()).copied().flatten()
    }
}

#[cfg(test)]
mod tests;
