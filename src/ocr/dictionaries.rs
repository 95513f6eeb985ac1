//! The words that the installed language data lists, for those who ask whether something is a word.
//!
//! Needs no engine. Data that is missing, broken or without a list knows no word: a dictionary helps,
//! nothing depends on it. Called by `export page-text`.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use tesseract_lstm::WordList;

use super::languages::{AUTO, Wanted, data_directory};

/// Word lists by languages such as `eng+deu`, or `auto` for all that are installed, each read when it is first asked for.
#[derive(Debug, Default)]
pub struct Dictionaries {
    lists: Mutex<HashMap<String, Arc<[WordList]>>>,
}

impl Dictionaries {
    /// Returns whether one of the languages has the word as it is written.
    pub fn contains(&self, languages: &str, word: &str) -> bool {
        self.of(languages).iter().any(|list| list.contains(word))
    }

    fn of(&self, languages: &str) -> Arc<[WordList]> {
        let mut lists = self.lists.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lists.get(languages) {
            return Arc::clone(known);
        }
        let installed = match languages {
            AUTO => Wanted::parse(AUTO).map(|wanted| wanted.names.join("+")).unwrap_or_default(),
            _ => languages.to_owned(),
        };
        let read: Arc<[WordList]> = installed.split('+').filter_map(read).collect();
        lists.insert(languages.to_owned(), Arc::clone(&read));
        read
    }
}

fn read(language: &str) -> Option<WordList> {
    let file = data_directory(language).ok()?.join(format!("{language}.traineddata"));
    WordList::parse(&fs::read(file).ok()?).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_words_of_installed_languages_and_none_of_others() {
        let dictionaries = Dictionaries::default();
        assert!(dictionaries.contains("eng", "example"));
        assert!(!dictionaries.contains("eng", "exampel"));
        assert!(!dictionaries.contains("xyz", "example"));
        assert!(dictionaries.contains("xyz+eng", "example"));
        assert!(dictionaries.contains("auto", "example"));
    }
}
