//! The script of a language, as its data says of each character.
//!
//! Reads only the character set of a `.traineddata` file.

use std::collections::HashMap;

use super::container::{Component, Components};
use super::error::ModelError;
use super::unicharset::Unicharset;

/// Name of a script as Unicode has it, such as `Latin`, `Cyrillic` or `Han`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Script(String);

/// Characters of these belong to all scripts.
const OF_ALL: [&str; 2] = ["Common", "Inherited"];

impl Script {
    /// Returns the script of most characters of a `.traineddata` file. `Broken` says which part contradicts
    /// itself, `Unsupported` that it has no character set of its own.
    pub fn of(traineddata: &[u8]) -> Result<Self, ModelError> {
        let components = Components::parse(traineddata)?;
        let characters = components.get(Component::Unicharset).ok_or_else(|| {
            ModelError::Unsupported("a model without a character set of its own".to_owned())
        })?;
        let scripts = Unicharset::scripts(characters)?;
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for script in scripts.into_iter().filter(|script| !OF_ALL.contains(script)) {
            *counts.entry(script).or_default() += 1;
        }
        let most = counts.into_iter().max_by_key(|&(script, count)| (count, script));
        Ok(Self(most.map_or("Common", |(script, _)| script).to_owned()))
    }

    /// Returns the name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
