//! Where the language data of Tesseract lies, and what the languages that a person asks for are.
//!
//! Owns the search for `.traineddata` files; both engines and the command line ask it.

use std::fs;
use std::path::{Path, PathBuf};

/// Where Debian, Fedora, Arch and a build from source put the language data.
const DATA_DIRECTORIES: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
];
/// The word that stands for all installed languages.
pub(in crate::ocr) const AUTO: &str = "auto";
/// What reads a page first unless something else is said.
const USUAL: &str = "eng";
/// Language data that reads no text: orientation and scripts, formulas, numbers.
const NO_LANGUAGES: [&str; 3] = ["osd", "equ", "snum"];
/// Text that runs down the page is of another layout.
const VERTICAL: &str = "_vert";
/// So many installed languages are named in a hint.
const MOST_NAMED: usize = 12;

/// The languages that were asked for, with where their data lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ocr) struct Wanted {
    pub directory: PathBuf,
    /// Never empty; the first one reads pages that say nothing for another one.
    pub names: Vec<String>,
    /// Whether they are what is installed: then one that cannot be used is left out.
    pub is_auto: bool,
}

impl Wanted {
    /// Takes names joined by `+`, or `auto`. The error says what is missing and how to get it.
    pub(in crate::ocr) fn parse(languages: &str) -> Result<Self, String> {
        if languages == AUTO {
            let directories = directories();
            let found = directories.iter().map(|directory| (directory, installed_in(directory)));
            let Some((directory, names)) = found.into_iter().find(|(_, names)| !names.is_empty())
            else {
                return Err(format!(
                    "`{AUTO}`: languages: no language data in {}\nhint: `apt-get install tesseract-ocr-eng` installs English",
                    quoted(&directories)
                ));
            };
            return Ok(Self { directory: directory.clone(), names, is_auto: true });
        }
        let directory = data_directory(languages)?;
        let mut names: Vec<String> = Vec::new();
        for name in languages.split('+') {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        Ok(Self { directory, names, is_auto: false })
    }

    /// Returns the path of a language's data.
    pub(in crate::ocr) fn file(&self, name: &str) -> PathBuf {
        data_file(&self.directory, name)
    }

    /// Returns what Tesseract is started with: it reads in all of its languages at a time, so of those that are
    /// merely installed it gets the first.
    pub(in crate::ocr) fn for_tesseract(&self) -> String {
        if self.is_auto { self.names[..1].join("+") } else { self.names.join("+") }
    }
}

/// Returns what is wrong with the languages, with a hint, or `None` if their data is installed.
pub(in crate::ocr) fn language_problem(languages: &str) -> Option<String> {
    Wanted::parse(languages).err()
}

/// Returns the directory that holds the data of all languages; the error says which is missing,
/// where it was looked for, what is installed, and how to get it.
pub(in crate::ocr) fn data_directory(languages: &str) -> Result<PathBuf, String> {
    let directories = directories();
    let names: Vec<&str> = languages.split('+').collect();
    if names.iter().any(|name| !is_language_name(name)) {
        return Err(format!(
            "`{languages}`: languages: not names of language data\nhint: names are joined by `+`, such as `eng+deu`"
        ));
    }
    if names.contains(&AUTO) {
        return Err(format!(
            "`{languages}`: languages: `{AUTO}` stands for all that are installed\nhint: `--languages {AUTO}` alone"
        ));
    }
    let holds = |directory: &&PathBuf, name: &str| data_file(directory, name).is_file();
    if let Some(directory) =
        directories.iter().find(|directory| names.iter().all(|name| holds(directory, name)))
    {
        return Ok(directory.clone());
    }
    let missing = names
        .iter()
        .find(|name| !directories.iter().any(|directory| holds(&directory, name)))
        .unwrap_or(&languages);
    let mut installed: Vec<String> =
        directories.iter().flat_map(|directory| installed_in(directory)).collect();
    installed.dedup();
    let more = if installed.len() > MOST_NAMED { ", …" } else { "" };
    installed.truncate(MOST_NAMED);
    let installed = match installed.len() {
        0 => String::new(),
        _ => format!("; installed: {}{more}", installed.join(", ")),
    };
    Err(format!(
        "`{missing}`: languages: no `{missing}.traineddata` in {}\nhint: `apt-get install tesseract-ocr-{}` installs it; TESSDATA_PREFIX names another directory{installed}",
        quoted(&directories),
        missing.replace('_', "-")
    ))
}

/// Returns the directories in which language data may lie.
fn directories() -> Vec<PathBuf> {
    match std::env::var_os("TESSDATA_PREFIX") {
        Some(prefix) => vec![PathBuf::from(&prefix), Path::new(&prefix).join("tessdata")],
        None => DATA_DIRECTORIES.iter().map(PathBuf::from).collect(),
    }
}

fn quoted(directories: &[PathBuf]) -> String {
    let quoted: Vec<String> =
        directories.iter().map(|directory| format!("`{}`", directory.display())).collect();
    quoted.join(", ")
}

fn data_file(directory: &Path, name: &str) -> PathBuf {
    directory.join(format!("{name}.traineddata"))
}

/// Returns the languages whose data lies in a directory: the usual one first, then by name.
fn installed_in(directory: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let file = entry.ok()?.file_name();
            let name = file.to_str()?.strip_suffix(".traineddata")?;
            let reads_text = !NO_LANGUAGES.contains(&name) && !name.ends_with(VERTICAL);
            (reads_text && is_language_name(name)).then(|| name.to_owned())
        })
        .collect();
    names.sort_by_key(|name| (name != USUAL, name.clone()));
    names
}

fn is_language_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_language_is_missing_how_to_get_it_and_what_is_there() {
        let problem = language_problem("eng+xyz_old").expect("there is no such language");
        assert!(problem.starts_with("`xyz_old`: languages: no `xyz_old.traineddata` in "));
        assert!(problem.contains("apt-get install tesseract-ocr-xyz-old"));
        assert!(problem.contains("; installed: eng"), "{problem}");
    }

    #[test]
    fn refuses_a_language_that_is_a_path() {
        assert!(language_problem("../eng").is_some_and(|p| p.contains("not names")));
        assert!(language_problem("eng").is_none());
    }

    #[test]
    fn auto_stands_alone() {
        assert!(language_problem("auto+eng").is_some_and(|p| p.contains("--languages auto")));
    }

    #[test]
    fn installed_languages_are_those_that_read_text_english_first() {
        let directory = tempfile::tempdir().unwrap();
        for name in ["osd", "deu", "jpn_vert", "eng", "afr"] {
            fs::write(data_file(directory.path(), name), "").unwrap();
        }
        fs::write(directory.path().join("pdf.ttf"), "").unwrap();
        assert_eq!(installed_in(directory.path()), ["eng", "afr", "deu"]);
    }

    #[test]
    fn a_language_that_is_named_twice_is_one() {
        assert_eq!(Wanted::parse("eng+eng").unwrap().names, ["eng"]);
    }
}
