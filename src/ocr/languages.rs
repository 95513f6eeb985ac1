//! Where the language data of Tesseract lies.
//!
//! Owns the search for `.traineddata` files; both engines and the command line ask it.

use std::path::{Path, PathBuf};

/// Where Debian, Fedora, Arch and a build from source put the language data.
const DATA_DIRECTORIES: [&str; 5] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
];

/// Returns what is wrong with the languages, with a hint, or `None` if their data is installed.
pub(super) fn language_problem(languages: &str) -> Option<String> {
    data_directory(languages).err()
}

/// Returns the directory that holds the data of all languages; the error says which is missing,
/// where it was looked for, and how to get it.
pub(super) fn data_directory(languages: &str) -> Result<PathBuf, String> {
    let directories: Vec<PathBuf> = match std::env::var_os("TESSDATA_PREFIX") {
        Some(prefix) => vec![PathBuf::from(&prefix), Path::new(&prefix).join("tessdata")],
        None => DATA_DIRECTORIES.iter().map(PathBuf::from).collect(),
    };
    let names: Vec<&str> = languages.split('+').collect();
    if names.iter().any(|name| !is_language_name(name)) {
        return Err(format!(
            "`{languages}`: languages: not names of language data\nhint: names are joined by `+`, such as `eng+deu`"
        ));
    }
    let holds =
        |directory: &&PathBuf, name: &str| directory.join(format!("{name}.traineddata")).is_file();
    if let Some(directory) =
        directories.iter().find(|directory| names.iter().all(|name| holds(directory, name)))
    {
        return Ok(directory.clone());
    }
    let missing = names
        .iter()
        .find(|name| !directories.iter().any(|directory| holds(&directory, name)))
        .unwrap_or(&languages);
    let looked_in: Vec<String> =
        directories.iter().map(|directory| format!("`{}`", directory.display())).collect();
    Err(format!(
        "`{missing}`: languages: no `{missing}.traineddata` in {}\nhint: `apt-get install tesseract-ocr-{}` installs it; TESSDATA_PREFIX names another directory",
        looked_in.join(", "),
        missing.replace('_', "-")
    ))
}

fn is_language_name(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_which_language_is_missing_and_how_to_get_it() {
        let problem = language_problem("eng+xyz_old").expect("there is no such language");
        assert!(problem.starts_with("`xyz_old`: languages: no `xyz_old.traineddata` in "));
        assert!(problem.contains("apt-get install tesseract-ocr-xyz-old"));
    }

    #[test]
    fn refuses_a_language_that_is_a_path() {
        assert!(language_problem("../eng").is_some_and(|p| p.contains("not names")));
        assert!(language_problem("eng").is_none());
    }
}
