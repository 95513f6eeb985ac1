//! Names of languages: as other programs write them → as language data is called.

/// ISO 639-1 and the names that Tesseract's language data has for it, of languages that scans are often in.
const TWO_LETTERS: [(&str, &str); 30] = [
    ("ar", "ara"),
    ("bg", "bul"),
    ("ca", "cat"),
    ("cs", "ces"),
    ("da", "dan"),
    ("de", "deu"),
    ("el", "ell"),
    ("en", "eng"),
    ("es", "spa"),
    ("et", "est"),
    ("fi", "fin"),
    ("fr", "fra"),
    ("he", "heb"),
    ("hr", "hrv"),
    ("hu", "hun"),
    ("it", "ita"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("la", "lat"),
    ("lt", "lit"),
    ("lv", "lav"),
    ("nb", "nor"),
    ("nl", "nld"),
    ("no", "nor"),
    ("pl", "pol"),
    ("pt", "por"),
    ("ro", "ron"),
    ("ru", "rus"),
    ("sv", "swe"),
    ("uk", "ukr"),
];

/// Names that PAGE-XML and old ALTO write out, and what language data is called.
const WRITTEN_OUT: [(&str, &str); 10] = [
    ("english", "eng"),
    ("german", "deu"),
    ("french", "fra"),
    ("spanish", "spa"),
    ("italian", "ita"),
    ("latin", "lat"),
    ("dutch", "nld"),
    ("portuguese", "por"),
    ("ger", "deu"),
    ("fre", "fra"),
];

/// Returns languages joined by `+`, each once. Those that no rule knows stay as they are.
pub(super) fn names(stated: &[String]) -> String {
    let mut names: Vec<&str> = Vec::new();
    let lowercase: Vec<String> = stated.iter().map(|stated| stated.to_lowercase()).collect();
    for (stated, lowercase) in stated.iter().zip(&lowercase) {
        for (part, lowercase) in split(stated).zip(split(lowercase)) {
            let name = name(lowercase).unwrap_or(part);
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join("+")
}

fn split(stated: &str) -> impl Iterator<Item = &str> {
    stated.split(['+', ',', ' ', ';']).filter(|part| !part.is_empty())
}

fn name(lowercase: &str) -> Option<&'static str> {
    // `de-AT` and `de_AT` are German, `chi_sim` and `deu_latf` names of language data.
    let base = lowercase.split(['-', '_']).next().unwrap_or(lowercase);
    let of = |table: &[(&str, &'static str)], word: &str| {
        table.iter().find(|(stated, _)| *stated == word).map(|(_, name)| *name)
    };
    of(&TWO_LETTERS, base).or_else(|| of(&WRITTEN_OUT, lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(stated: &[&str], expected: &str) {
        let stated: Vec<String> = stated.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(names(&stated), expected);
    }

    #[test]
    fn languages_are_named_as_language_data_is() {
        check(&["en-US", "deu"], "eng+deu");
        check(&["eng+de", "English"], "eng+deu");
        check(&["chi_sim", "Frisian"], "chi_sim+Frisian");
        check(&[], "");
    }
}
