//! Names of months in English, Malay, German, French, Spanish, Italian, Dutch, Portuguese, Swedish,
//! Danish and Polish, abbreviated and misread.

use super::confusion::merge;
use super::fold::fold;

const ENGLISH: [&str; 12] = [
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
];
/// Names in other languages that differ from the English ones, without accents.
const OTHERS: [(&str, i8); 78] = [
    // Malay
    ("JANUARI", 1),
    ("FEBRUARI", 2),
    ("MAC", 3),
    ("MEI", 5),
    ("JUN", 6),
    ("JULAI", 7),
    ("OGOS", 8),
    ("OKTOBER", 10),
    ("DISEMBER", 12),
    // German
    ("JANUAR", 1),
    ("FEBRUAR", 2),
    ("MARZ", 3),
    ("MAERZ", 3),
    ("MAI", 5),
    ("JUNI", 6),
    ("JULI", 7),
    ("DEZEMBER", 12),
    // French
    ("JANVIER", 1),
    ("FEVRIER", 2),
    ("MARS", 3),
    ("AVRIL", 4),
    ("JUIN", 6),
    ("JUILLET", 7),
    ("AOUT", 8),
    ("SEPTEMBRE", 9),
    ("OCTOBRE", 10),
    ("NOVEMBRE", 11),
    ("DECEMBRE", 12),
    // Spanish
    ("ENERO", 1),
    ("FEBRERO", 2),
    ("MARZO", 3),
    ("ABRIL", 4),
    ("MAYO", 5),
    ("JUNIO", 6),
    ("JULIO", 7),
    ("AGOSTO", 8),
    ("SEPTIEMBRE", 9),
    ("SETIEMBRE", 9),
    ("OCTUBRE", 10),
    ("NOVIEMBRE", 11),
    ("DICIEMBRE", 12),
    // Italian
    ("GENNAIO", 1),
    ("FEBBRAIO", 2),
    ("APRILE", 4),
    ("MAGGIO", 5),
    ("GIUGNO", 6),
    ("LUGLIO", 7),
    ("SETTEMBRE", 9),
    ("OTTOBRE", 10),
    ("DICEMBRE", 12),
    // Dutch
    ("MAART", 3),
    ("MRT", 3),
    ("AUGUSTUS", 8),
    // Portuguese
    ("JANEIRO", 1),
    ("FEVEREIRO", 2),
    ("MARCO", 3),
    ("MAIO", 5),
    ("JUNHO", 6),
    ("JULHO", 7),
    ("SETEMBRO", 9),
    ("OUTUBRO", 10),
    ("NOVEMBRO", 11),
    ("DEZEMBRO", 12),
    // Swedish and Danish
    ("MAJ", 5),
    ("MARTS", 3),
    ("AUGUSTI", 8),
    // Polish
    ("STYCZNIA", 1),
    ("LUTEGO", 2),
    ("MARCA", 3),
    ("KWIETNIA", 4),
    ("MAJA", 5),
    ("CZERWCA", 6),
    ("LIPCA", 7),
    ("SIERPNIA", 8),
    ("WRZESNIA", 9),
    ("PAZDZIERNIKA", 10),
    ("LISTOPADA", 11),
    ("GRUDNIA", 12),
];
/// A name has so many letters, abbreviated or not.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=12;

/// Returns the month, from 1, of a name or of its first three or more letters, and how many
/// letters were misread. One wrong letter in four is forgiven in English names if only one month
/// is so close.
pub(super) fn month(word: &str) -> Option<(i8, u32)> {
    let upper: String = word
        .to_uppercase()
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { merge(letter) })
        .collect();
    let length = upper.chars().count();
    if !LENGTHS.contains(&length) {
        return None;
    }
    let named = || ENGLISH.into_iter().zip(1_i8..).chain(OTHERS);
    if let Some(number) = only(named().filter(|(name, _)| name.starts_with(&upper))) {
        return Some((number, 0));
    }
    let folded = fold(&upper);
    let looks = |name: &str| fold(name).starts_with(&folded) && name.len() >= length;
    if let Some(number) = only(named().filter(|(name, _)| looks(name))) {
        return Some((number, 1));
    }
    if upper.chars().any(|c| c.is_ascii_digit()) {
        return None;
    }
    let allowed = if length <= 4 { 1 } else { length / 4 };
    let misread = |name: &str| {
        let short: String = name.chars().take(length).collect();
        let to_short = strsim::levenshtein(&upper, &short);
        // An abbreviation is compared with as many letters; a full name also with all of its own.
        if length > 4 { to_short.min(strsim::levenshtein(&upper, name)) } else { to_short }
    };
    let english = || ENGLISH.into_iter().zip(1_i8..);
    let least = english().map(|(name, _)| misread(name)).min()?;
    let number = only(english().filter(|(name, _)| misread(name) == least))?;
    (least <= allowed).then(|| (number, u32::try_from(least).unwrap_or(u32::MAX)))
}

/// Returns the month of all of the names; `None` if they are of several, or if there are none.
fn only<'n>(mut named: impl Iterator<Item = (&'n str, i8)>) -> Option<i8> {
    let (_, number) = named.next()?;
    named.all(|(_, other)| other == number).then_some(number)
}
