//! Dictionaries of lookup fields: a CSV file beside the model, and an index to find in it by
//! pieces of a name.
//!
//! `load` brings the files. How texts are folded and compared is `normalize`'s: it hands its folding
//! to [`Dictionary::index_by`], which is built at the first question.

use rustc_hash::FxHashMap;
use std::io;
use std::sync::{Arc, OnceLock};

use super::dictionary_error::DictionaryError;
use super::problem::{Problem, Problems};
use super::section::Section;
use super::{Field, FieldKind};

/// The names of a lookup field and what each stands for.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// The CSV file, as the model names it: relative to the model's own.
    pub file: String,
    /// The columns whose texts stand on pages.
    pub find: Vec<String>,
    /// The column whose text is the value.
    pub gives: String,
    /// In the order of the file; a line has one for each of its columns in `find`.
    pub entries: Vec<DictionaryEntry>,
    index: OnceLock<GramIndex>,
}

/// One name of a dictionary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictionaryEntry {
    /// What stands on a page.
    pub text: String,
    /// The value of the field.
    pub gives: String,
}

impl Dictionary {
    /// Makes a dictionary of pairs of a name and what it stands for.
    pub fn new(entries: Vec<DictionaryEntry>) -> Self {
        Self { entries, ..Self::default() }
    }

    /// Returns the index over all names, folded by `fold`, which must be the same at each call.
    pub fn index_by(&self, fold: fn(&str) -> String) -> &GramIndex {
        self.index.get_or_init(|| {
            GramIndex::new(self.entries.iter().map(|entry| fold(&entry.text)).collect())
        })
    }

    /// Reads the lines of the CSV text into entries; lines without a name or value are left out.
    fn fill(&mut self, text: &str) -> Result<(), DictionaryError> {
        let not_csv = |cause| DictionaryError::NotCsv { file: self.file.clone(), cause };
        let text = text.trim_start_matches('\u{feff}');
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
        let head = reader.headers().map_err(not_csv)?.clone();
        let place = |column: &String| {
            head.iter().position(|name| name == column).ok_or_else(|| DictionaryError::NoColumn {
                file: self.file.clone(),
                column: column.clone(),
                known: head.iter().map(str::to_owned).collect(),
            })
        };
        let find = self.find.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let gives = place(&self.gives)?;
        for record in reader.records() {
            let record = record.map_err(not_csv)?;
            let Some(value) = record.get(gives).filter(|value| !value.is_empty()) else { continue };
            for name in find.iter().filter_map(|column| record.get(*column)) {
                if !name.is_empty() {
                    self.entries
                        .push(DictionaryEntry { text: name.to_owned(), gives: value.to_owned() });
                }
            }
        }
        if self.entries.is_empty() {
            let columns = self.find.clone();
            return Err(DictionaryError::Empty { file: self.file.clone(), columns });
        }
        Ok(())
    }
}

/// Reads which dictionary a lookup field names; its entries come with [`fill`].
pub(super) fn read(section: &Section, problems: &mut Problems) -> Option<Dictionary> {
    let file = section.need("file", problems)?.text(problems);
    section.need("find", problems)?;
    let find = section.texts("find", problems);
    let gives = section.get("gives").map(|entry| entry.text(problems));
    let gives = gives.unwrap_or_else(|| find.first().cloned());
    Some(Dictionary { file: file?, gives: gives?, find, ..Dictionary::default() })
}

/// Reads the dictionaries of all lookup fields; notes those that cannot be used.
pub(super) fn fill(
    root: &Section,
    fields: &mut [Field],
    companion: &dyn Fn(&str) -> io::Result<String>,
    problems: &mut Problems,
) {
    for field in fields {
        let FieldKind::Lookup { dictionary } = &mut field.kind else { continue };
        let mut filled = Dictionary::clone(dictionary);
        let read = companion(&filled.file)
            .map_err(|cause| DictionaryError::Unreadable { file: filled.file.clone(), cause });
        if let Err(cause) = read.and_then(|text| filled.fill(&text)) {
            let entry = root
                .get("fields")
                .and_then(|fields| Section::of(&fields, problems))
                .and_then(|fields| fields.get(&field.name))
                .and_then(|field| Section::of(&field, problems))
                .and_then(|field| field.get("file"));
            let (at, path) = entry.map_or((root.at, String::new()), |entry| (entry.at, entry.path));
            problems.add(at, &path, Problem::Dictionary { cause });
        }
        *dictionary = Arc::new(filled);
    }
}

/// An index of names by their runs of three letters.
#[derive(Debug, Clone)]
pub struct GramIndex {
    /// The folded names, in the order of the dictionary.
    folded: Vec<String>,
    /// How many different grams each name has.
    counts: Vec<u32>,
    /// The names that have a gram, ascending.
    /// In an order that is the same in every process.
    names: FxHashMap<[char; 3], Vec<u32>>,
}

impl GramIndex {
    fn new(folded: Vec<String>) -> Self {
        let mut index = Self { counts: Vec::new(), names: FxHashMap::default(), folded };
        for (number, name) in (0_u32..).zip(&index.folded) {
            let grams = grams(name);
            index.counts.push(u32::try_from(grams.len()).unwrap_or(u32::MAX));
            for gram in grams {
                index.names.entry(gram).or_default().push(number);
            }
        }
        index
    }

    /// Returns the folded text of a name.
    pub fn folded(&self, name: usize) -> &str {
        self.folded.get(name).map_or("", String::as_str)
    }

    /// Returns the numbers of at most `limit` names of whose grams the folded text has the largest
    /// share, best first, the longer of equal ones first.
    pub fn nearest(&self, folded: &str, limit: usize) -> Vec<usize> {
        let mut shared = vec![0_u32; self.folded.len()];
        let mut touched: Vec<usize> = Vec::new();
        for names in grams(folded).iter().filter_map(|gram| self.names.get(gram)) {
            for &name in names {
                let count = &mut shared[name as usize];
                if *count == 0 {
                    touched.push(name as usize);
                }
                *count += 1;
            }
        }
        let share = |name: usize| f64::from(shared[name]) / f64::from(self.counts[name].max(1));
        let order = |a: &usize, b: &usize| {
            share(*b)
                .total_cmp(&share(*a))
                .then(self.counts[*b].cmp(&self.counts[*a]))
                .then(a.cmp(b))
        };
        if touched.len() > limit {
            touched.select_nth_unstable_by(limit, order);
            touched.truncate(limit);
        }
        touched.sort_by(order);
        touched
    }
}

/// Returns the different runs of three characters of a text with a space before and after it.
fn grams(folded: &str) -> Vec<[char; 3]> {
    let characters: Vec<char> = [' '].into_iter().chain(folded.chars()).chain([' ']).collect();
    let mut grams: Vec<[char; 3]> =
        characters.windows(3).map(|three| [three[0], three[1], three[2]]).collect();
    grams.sort_unstable();
    grams.dedup();
    grams
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(names: &[&str]) -> GramIndex {
        GramIndex::new(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[test]
    fn finds_the_names_that_share_most_with_a_text() {
        let index = index(&["KUALA LUMPUR", "KUALA TERENGGANU", "PENANG", "LUMUT"]);
        assert_eq!(index.nearest("KUAIA LUMPUR", 2), [0, 3]);
        assert_eq!(index.nearest("FROM PENANG TODAY", 1), [2]);
        assert_eq!(index.nearest("XYZ", 4), [0_usize; 0]);
        assert_eq!(index.nearest("", 4), [0_usize; 0]);
    }

    #[test]
    fn reads_the_columns_it_is_told() {
        let mut dictionary = Dictionary {
            file: "airports.csv".to_owned(),
            find: vec!["name".to_owned(), "city".to_owned()],
            gives: "code".to_owned(),
            ..Dictionary::default()
        };
        dictionary
            .fill("\u{feff}code,name,city\nKUL, Sepang ,Kuala Lumpur\nPEN,,Penang\n,Nowhere,\n")
            .unwrap();
        let pairs: Vec<(&str, &str)> = dictionary
            .entries
            .iter()
            .map(|entry| (entry.text.as_str(), entry.gives.as_str()))
            .collect();
        assert_eq!(pairs, [("Sepang", "KUL"), ("Kuala Lumpur", "KUL"), ("Penang", "PEN")]);
    }
}
