//! Whether a name reads like that of a firm or office, or of a person.
//!
//! Who signs for a firm, and who serves at its counter, stands on the same pages as its name, printed as clearly and
//! often at the same place. `calibration` asks.

/// Forms of companies in capitals, as registers and letterheads write them or leave them out.
pub const LEGAL_FORMS: [&str; 34] = [
    "AB",
    "AG",
    "AS",
    "BERHAD",
    "BHD",
    "BV",
    "CO",
    "COMPANY",
    "CORP",
    "CORPORATION",
    "GMBH",
    "INC",
    "INCORPORATED",
    "KG",
    "LIMITED",
    "LLC",
    "LLP",
    "LP",
    "LTD",
    "NV",
    "OHG",
    "PA",
    "PC",
    "PLC",
    "PLLC",
    "PTE",
    "PTY",
    "PVT",
    "SA",
    "SARL",
    "SDN",
    "SPA",
    "SRL",
    "UG",
];
/// Ways to address a person, in capitals.
const HONORIFICS: [&str; 25] = [
    "MR", "MRS", "MS", "MISS", "DR", "PROF", "HON", "SIR", "HERR", "HERRN", "FRAU", "MONSIEUR",
    "MADAME", "MME", "MLLE", "DHR", "MEVR", "SIG", "SIGRA", "DOTT", "DON", "SR", "SRA", "ENCIK",
    "PUAN",
];
/// A person has so many names, with initials.
const NAMES: std::ops::RangeInclusive<usize> = 2..=4;

/// Returns how much a name reads like a firm's: 1 with a legal form, a word that such names are made of (`known`, in
/// capitals, ascending) or a sign that joins names; 0 if nothing tells; less if it reads like a person's name, down to −1
/// if it is addressed like one or has initials between names.
pub(super) fn firmness(name: &str, known: &[String]) -> f32 {
    let words: Vec<&str> = name
        .split(|c: char| c.is_whitespace() || c == ',' || c == '/')
        .map(|word| word.trim_matches(|c: char| !c.is_alphabetic() && c != '.' && c != '&'))
        .filter(|word| !word.is_empty())
        .collect();
    let bare = |word: &str| -> String {
        word.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_uppercase).collect()
    };
    let is_firm = |word: &&str| {
        let bare = bare(word);
        word.contains('&')
            || LEGAL_FORMS.contains(&bare.as_str())
            || known.binary_search(&bare).is_ok()
    };
    if words.iter().any(is_firm) {
        return 1.0;
    }
    let is_addressed = words.first().is_some_and(|word| HONORIFICS.contains(&bare(word).as_str()));
    let begins_large = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let are_names = NAMES.contains(&words.len())
        && words.iter().all(begins_large)
        && !name.chars().any(|c| c.is_ascii_digit());
    let is_initial = |word: &&str| bare(word).chars().count() == 1;
    let inner = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
    if is_addressed || are_names && inner.iter().any(is_initial) {
        return -1.0;
    }
    // A line of capitals is more often a heading than a person.
    let is_heading = !name.chars().any(char::is_lowercase);
    if are_names && !is_heading { -0.5 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, expected: f32) {
        let known = ["BOARD", "OFFICE"].map(str::to_owned);
        let firmness = firmness(name, &known);
        assert!((firmness - expected).abs() < f32::EPSILON, "{name}: {firmness}");
    }

    #[test]
    fn firms_have_legal_forms_words_of_their_own_or_several_names() {
        check("Nordlund Handel AG", 1.0);
        check("Nordlund, L.L.C.", 1.0);
        check("Wool Board", 1.0);
        check("Nordlund & Reyes", 1.0);
    }

    #[test]
    fn persons_are_addressed_or_have_given_names() {
        check("Mrs. Ada Nordlund", -1.0);
        check("Ada M. Nordlund", -1.0);
        check("Ada Nordlund", -0.5);
    }

    #[test]
    fn other_names_say_nothing() {
        check("NORDLUND", 0.0);
        check("ADA NORDLUND", 0.0);
        check("12 Nordlund Road", 0.0);
        check("", 0.0);
    }
}
