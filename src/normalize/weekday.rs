//! Names of weekdays in English, Malay, German, French, Spanish, Italian, Dutch, Portuguese and Danish,
//! and abbreviated.

use super::confusion::merge;

/// Full names without accents; their first two letters and more are abbreviations.
const WEEKDAYS: [&str; 63] = [
    // English
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
    // Malay
    "ISNIN",
    "SELASA",
    "RABU",
    "KHAMIS",
    "JUMAAT",
    "SABTU",
    "AHAD",
    // German
    "MONTAG",
    "DIENSTAG",
    "MITTWOCH",
    "DONNERSTAG",
    "FREITAG",
    "SAMSTAG",
    "SONNABEND",
    "SONNTAG",
    // French
    "LUNDI",
    "MARDI",
    "MERCREDI",
    "JEUDI",
    "VENDREDI",
    "SAMEDI",
    "DIMANCHE",
    // Spanish
    "LUNES",
    "MARTES",
    "MIERCOLES",
    "JUEVES",
    "VIERNES",
    "SABADO",
    "DOMINGO",
    // Italian
    "LUNEDI",
    "MARTEDI",
    "MERCOLEDI",
    "GIOVEDI",
    "VENERDI",
    "SABATO",
    "DOMENICA",
    // Dutch
    "MAANDAG",
    "DINSDAG",
    "WOENSDAG",
    "DONDERDAG",
    "VRIJDAG",
    "ZATERDAG",
    "ZONDAG",
    // Portuguese
    "SEGUNDA",
    "TERCA",
    "QUARTA",
    "QUINTA",
    "SEXTA",
    // Danish
    "MANDAG",
    "TIRSDAG",
    "ONSDAG",
    "TORSDAG",
    "FREDAG",
    "LORDAG",
    "SONDAG",
    "WEDS",
];
/// An abbreviation that is a month as well: Tuesday in Romance languages, March in others.
const ALSO_MONTH: [&str; 2] = ["MAR", "MA"];

/// Tells whether a word is the name of a weekday, or an abbreviation that is nothing but that.
pub(super) fn is_weekday(word: &str) -> bool {
    let upper: String = word
        .to_uppercase()
        .chars()
        .map(|letter| if letter.is_ascii() { letter } else { merge(letter) })
        .collect();
    upper.len() >= 2
        && upper.chars().all(|c| c.is_ascii_alphabetic())
        && !ALSO_MONTH.contains(&upper.as_str())
        && WEEKDAYS.iter().any(|name| name.starts_with(&upper))
}
