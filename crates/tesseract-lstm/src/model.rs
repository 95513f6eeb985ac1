//! A model: the file's components put together and checked against each other.

use super::container::{Component, Components};
use super::dawg::{Dictionary, DictionaryParts};
use super::error::ModelError;
use super::network::{Network, Recoding};
use super::recoder::{Code, Recoder};
use super::unicharset::Unicharset;
use super::vocabulary::Vocabulary;

/// What a `.traineddata` file teaches: the network, its characters and its dictionaries.
#[derive(Debug, Clone)]
pub struct Model {
    pub(super) network: Network,
    pub(super) vocabulary: Vocabulary,
}

impl Model {
    /// Reads a `.traineddata` file. `Broken` says which part contradicts itself or ends too early;
    /// `Unsupported` says what only Tesseract can do with it.
    pub fn parse(traineddata: &[u8]) -> Result<Self, ModelError> {
        let components = Components::parse(traineddata)?;
        let needed = |component, name: &str| {
            components
                .get(component)
                .ok_or_else(|| ModelError::Unsupported(format!("a model without a {name}")))
        };
        let lstm = needed(Component::Lstm, "network (legacy engine)")?;
        let unicharset = needed(Component::Unicharset, "character set of its own")?;
        let recoder = needed(Component::Recoder, "recoder of its own")?;
        let (network, facts) = Network::parse(lstm)?;
        if facts.recoding == Recoding::Direct {
            return Err(ModelError::Unsupported("codes that are not recoded".to_owned()));
        }
        let classes = network.classes();
        let null = Code::try_from(network.null_code())
            .ok()
            .filter(|_| classes >= 2)
            .ok_or_else(|| ModelError::Unsupported(format!("{classes} outputs")))?;
        let unicharset = Unicharset::parse(unicharset)?;
        let recoder = Recoder::parse(recoder, unicharset.len(), classes)?;
        let dictionary = Dictionary::parse(&DictionaryParts {
            punctuation: components.get(Component::PuncDawg),
            word: components.get(Component::WordDawg),
            number: components.get(Component::NumberDawg),
        })?;
        let vocabulary = Vocabulary { unicharset, recoder, dictionary, null, classes };
        Ok(Self { network, vocabulary })
    }

    /// Takes over the dictionaries of another model. `Unsupported` if that is for other characters.
    pub fn with_words_of(mut self, other: Self) -> Result<Self, ModelError> {
        if self.vocabulary.unicharset != other.vocabulary.unicharset {
            return Err(ModelError::Unsupported("words of other characters".to_owned()));
        }
        self.vocabulary.dictionary = other.vocabulary.dictionary;
        Ok(self)
    }
}

#[cfg(test)]
mod tests;
