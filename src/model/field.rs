//! Reads one `[fields.…]` table of a model.

use rust_decimal::Decimal;

use super::pattern::read_pattern;
use super::place::{kind as place_kind, places};
use super::problem::{Problem, Problems};
use super::range::expand_name;
use super::section::{Entry, Section, closest_hint};
use super::{
    CheckDigit, Choose, DateOrder, Doubtful, EnumValue, Field, FieldKind, Learn, Partial, Place,
    Scope, Zone, archive, dictionary, index,
};
use crate::document::{Count, Symbology};

/// Below this a field is looked at by a person: three of four such values are right at most.
const DEFAULT_REVIEW_BELOW: f32 = 0.7;
/// Text fields are lines and addresses, not chapters.
const DEFAULT_MAX_LENGTH: usize = 2000;
/// Archives are old: 30 and later are read as 19xx unless the model says otherwise.
const DEFAULT_PIVOT: u8 = 30;
/// Most lines of a text whose place is learned, unless the model says so.
const LEARNED_LINES: usize = 4;
const COMMON_KEYS: [&str; 18] = [
    "type",
    "label",
    "value",
    "pattern",
    "exclude",
    "choose",
    "repeat",
    "learn",
    "required",
    "column",
    "carry",
    "cell",
    "default",
    "review_below",
    "doubtful",
    "recurs",
    "outliers",
    "index",
];
/// The words of [`Symbology`], for messages.
const SYMBOLOGIES: &str = "one of aztec, codabar, code_39, code_93, code_128, data_matrix, ean_8, ean_13, itf, \
    pdf_417, qr_code, upc_a, upc_e";
const TYPES: [(&str, &[&str]); 12] = [
    ("text", &["join", "max_length", "vocabulary"]),
    ("integer", &["min", "max"]),
    ("decimal", &["min", "max", "places", "wraps_at"]),
    ("money", &["unsigned"]),
    ("date", &["order", "pivot", "partial"]),
    ("time", &[]),
    ("duration", &[]),
    ("code", &["shapes", "check"]),
    ("enum", &["values"]),
    ("lookup", &["file", "find", "gives"]),
    ("checkbox", &[]),
    ("barcode", &["symbology"]),
];
const CHECKS: [(&str, CheckDigit); 4] = [
    ("mod10", CheckDigit::Mod10),
    ("gtin", CheckDigit::Gtin),
    ("mod11", CheckDigit::Mod11),
    ("iban", CheckDigit::Iban),
];
const PARTIALS: [(&str, Partial); 3] =
    [("refuse", Partial::Refuse), ("first", Partial::First), ("keep", Partial::Keep)];

/// Reads a field, or all fields that a key such as `h{01..24}` stands for: their cells count up.
/// Nothing if it is too wrong to go on with.
pub(super) fn fields(entry: &Entry, scope: Scope, problems: &mut Problems) -> Vec<Field> {
    let names = match expand_name(entry.key) {
        Ok(names) => names,
        Err(reason) => {
            let problem = Problem::BadName { name: entry.key.to_owned(), reason };
            problems.add(entry.key_at, "fields", problem);
            return Vec::new();
        }
    };
    for name in &names {
        check_name(entry, name, problems);
    }
    let Some(first) = field(entry, scope, problems) else { return Vec::new() };
    let copy = |(number, name): (u16, String)| Field {
        cell: first.cell.map(|cell| cell.saturating_add(number)),
        name,
        ..first.clone()
    };
    (0..).zip(names).map(copy).collect()
}

fn field(entry: &Entry, scope: Scope, problems: &mut Problems) -> Option<Field> {
    let section = Section::of(entry, problems)?;
    let type_name = read_type(&section, problems)?;
    only_keys_of_type(&section, type_name, problems);
    let kind = read_kind(type_name, &section, problems);
    let pattern = section.get("pattern").and_then(|pattern| read_pattern(&pattern, problems));
    let labels = section.texts("label", problems);
    let column = section.texts("column", problems);
    let default = section.get("default").and_then(|default| read_default(&default, problems));
    let places = match section.get("value") {
        Some(value) => places(&value, problems),
        None if matches!(kind, Some(FieldKind::Barcode { .. })) => {
            vec![Place::Zone { zone: Zone::PAGE, lines: None }]
        }
        // Boxes stand at either side of their labels; the nearest one counts.
        None if !labels.is_empty() && matches!(kind, Some(FieldKind::Checkbox)) => {
            vec![Place::Right { within_mm: None }, Place::Left { within_mm: None }]
        }
        None if !labels.is_empty() => {
            vec![Place::Right { within_mm: None }, next_line_below()]
        }
        None if section.get("pattern").is_some() && column.is_empty() => {
            vec![Place::Pattern { zone: None }]
        }
        None => Vec::new(),
    };
    let learn = read_learn(&section, kind.as_ref(), problems);
    let field = Field {
        name: entry.key.to_owned(),
        kind: kind?,
        labels,
        places,
        pattern,
        exclude: section.texts("exclude", problems),
        vocabulary: read_vocabulary(&section, problems),
        choose: read_choose(&section, problems).unwrap_or_default(),
        count: read_count(&section, problems),
        learn,
        required: section.flag("required", problems).unwrap_or(false),
        recurs: section.flag("recurs", problems).unwrap_or(false),
        outliers: section.flag("outliers", problems).unwrap_or(false),
        index: section.flag("index", problems).unwrap_or(false),
        column,
        carry: section.flag("carry", problems).unwrap_or(false),
        cell: section.integer("cell", "the number of a column, 0 to 200", problems),
        wraps_at: read_wrap(&section, problems),
        unsigned: section.flag("unsigned", problems).unwrap_or(false),
        review_below: section.fraction("review_below", problems).unwrap_or(DEFAULT_REVIEW_BELOW),
        doubtful: section.choice("doubtful", &Doubtful::WORDS, problems).unwrap_or_default(),
        default,
    };
    check_places(&field, &section, problems);
    archive::check(&field, &section, problems);
    index::check(&field, &section, problems);
    check_scope(&section, scope, problems);
    Some(field)
}

/// The line under a label: where forms put a value that is not beside it.
fn next_line_below() -> Place {
    const WITHIN_MM: f32 = 12.0;
    Place::Below { within_mm: WITHIN_MM, lines: Some(1), until: None }
}

fn read_type(section: &Section, problems: &mut Problems) -> Option<&'static str> {
    section.need("type", problems)?;
    let known: Vec<(&str, &'static str)> = TYPES.iter().map(|(name, _)| (*name, *name)).collect();
    section.choice("type", &known, problems)
}

fn only_keys_of_type(section: &Section, type_name: &str, problems: &mut Problems) {
    let own = TYPES.iter().find(|(name, _)| *name == type_name).map_or(&[][..], |(_, keys)| keys);
    let known: Vec<&str> = COMMON_KEYS.iter().chain(own).copied().collect();
    for entry in section.entries() {
        if known.contains(&entry.key) {
            continue;
        }
        let owners: Vec<&str> = TYPES
            .iter()
            .filter(|(_, keys)| keys.contains(&entry.key))
            .map(|(name, _)| *name)
            .collect();
        let hint = if owners.is_empty() {
            closest_hint(entry.key, &known, "known keys are")
        } else {
            format!("it belongs to type {}, this is type {type_name}", owners.join(" and "))
        };
        let problem = Problem::UnknownKey { key: entry.key.to_owned() };
        problems.add_with_hint(entry.key_at, &section.path, problem, hint);
    }
}

fn read_kind(type_name: &str, section: &Section, problems: &mut Problems) -> Option<FieldKind> {
    Some(match type_name {
        "text" => FieldKind::Text {
            join: section
                .get("join")
                .and_then(|join| read_join(&join, problems))
                .unwrap_or_else(|| " ".to_owned()),
            max_length: section
                .integer("max_length", "a number of characters", problems)
                .unwrap_or(DEFAULT_MAX_LENGTH),
        },
        "integer" => {
            let range = "a whole number of 64 bits";
            let (min, max) = (
                section.integer::<i64>("min", range, problems),
                section.integer::<i64>("max", range, problems),
            );
            check_order(section, min, max, problems);
            FieldKind::Integer { min, max }
        }
        "decimal" => {
            let (min, max) = (section.number("min", problems), section.number("max", problems));
            check_order(section, min, max, problems);
            let places = section.integer::<u8>("places", "0 to 12 decimals", problems);
            if let (Some(entry), Some(13..)) = (section.get("places"), places) {
                entry.out_of_range(&places.unwrap_or(0).to_string(), "0 to 12 decimals", problems);
            }
            FieldKind::Decimal { places: places.map(u32::from), min, max }
        }
        "money" => FieldKind::Money,
        "date" => read_date(section, problems),
        "time" => FieldKind::Time,
        "duration" => FieldKind::Duration,
        "code" => FieldKind::Code {
            shapes: read_shapes(section, problems)?,
            check: section.choice("check", &CHECKS, problems),
        },
        "enum" => FieldKind::Enum { values: read_values(section, problems)? },
        "lookup" => FieldKind::Lookup { dictionary: dictionary::read(section, problems)?.into() },
        "barcode" => FieldKind::Barcode { symbologies: read_symbologies(section, problems)? },
        _ => FieldKind::Checkbox,
    })
}

fn read_wrap(section: &Section, problems: &mut Problems) -> Option<Decimal> {
    let number = section.number("wraps_at", problems)?;
    let wrap = Decimal::try_from(number).ok().filter(|wrap| *wrap > Decimal::ZERO);
    if wrap.is_none() {
        let entry = section.get("wraps_at")?;
        entry.out_of_range(&number.to_string(), "a number above 0, such as 10", problems);
    }
    wrap
}

/// Reads the kinds of barcodes that are meant; all that check themselves unless some are named.
fn read_symbologies(section: &Section, problems: &mut Problems) -> Option<Vec<Symbology>> {
    let Some(entry) = section.get("symbology") else { return Some(Symbology::CHECKED.to_vec()) };
    let names = entry.texts(problems);
    let mut symbologies = Vec::new();
    for name in &names {
        match name.parse() {
            Ok(symbology) => symbologies.push(symbology),
            Err(_) => entry.out_of_range(name, SYMBOLOGIES, problems),
        }
    }
    (symbologies.len() == names.len()).then_some(symbologies)
}

/// Unlike other texts, what joins lines may be white space.
fn read_join(entry: &Entry, problems: &mut Problems) -> Option<String> {
    let join = entry.value.as_str();
    if join.is_none() {
        entry.wrong_type("a string", problems);
    }
    join.map(str::to_owned)
}

fn check_order<T: PartialOrd + ToString + Copy>(
    section: &Section,
    min: Option<T>,
    max: Option<T>,
    problems: &mut Problems,
) {
    if let (Some(min), Some(max), Some(entry)) = (min, max, section.get("min"))
        && min > max
    {
        entry.out_of_range(&min.to_string(), "`min` is at most `max`", problems);
    }
}

fn read_date(section: &Section, problems: &mut Problems) -> FieldKind {
    let orders = [
        ("dmy", DateOrder::DayMonthYear),
        ("mdy", DateOrder::MonthDayYear),
        ("ymd", DateOrder::YearMonthDay),
    ];
    let range = "a two-digit year, 0 to 99";
    let pivot = section.integer::<u8>("pivot", range, problems);
    if let (Some(entry), Some(year @ 100..)) = (section.get("pivot"), pivot) {
        entry.out_of_range(&year.to_string(), range, problems);
    }
    FieldKind::Date {
        order: section.choice("order", &orders, problems).unwrap_or(DateOrder::Open),
        pivot: pivot.unwrap_or(DEFAULT_PIVOT),
        partial: section.choice("partial", &PARTIALS, problems).unwrap_or_default(),
    }
}

fn read_shapes(section: &Section, problems: &mut Problems) -> Option<Vec<String>> {
    let entry = section.need("shapes", problems)?;
    let shapes = entry.texts(problems);
    for shape in &shapes {
        if !shape.contains(['9', 'A', 'X']) || shape.starts_with('?') {
            let range = "a shape has a `9` (digit), `A` (letter) or `X` (either) before any `?`";
            entry.out_of_range(shape, range, problems);
        }
    }
    Some(shapes)
}

fn read_values(section: &Section, problems: &mut Problems) -> Option<Vec<EnumValue>> {
    let entry = section.need("values", problems)?;
    let mut values: Vec<EnumValue> = Vec::new();
    for item in entry.items("a list of strings or tables", problems)? {
        let Some(value) = read_value(&item, problems) else { continue };
        if values.iter().any(|earlier| earlier.value == value.value) {
            problems.add(item.at, &item.path, Problem::Twice { name: value.value });
        } else {
            values.push(value);
        }
    }
    Some(values)
}

fn read_value(item: &Entry, problems: &mut Problems) -> Option<EnumValue> {
    if item.value.is_str() {
        return Some(EnumValue { value: item.text(problems)?, synonyms: Vec::new() });
    }
    let section = Section::of(item, problems)?;
    section.only(&["value", "synonyms"], problems);
    let value = section.need("value", problems)?.text(problems)?;
    Some(EnumValue { value, synonyms: section.texts("synonyms", problems) })
}

/// Reads words, several to a string if divided by spaces; two that stand together are joined by `_`.
fn read_vocabulary(section: &Section, problems: &mut Problems) -> Vec<String> {
    let Some(entry) = section.get("vocabulary") else { return Vec::new() };
    let mut words: Vec<String> = Vec::new();
    for word in entry.texts(problems).iter().flat_map(|text| text.split_whitespace()) {
        let is_word = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphabetic());
        let is_number = |word: &str| word.bytes().all(|byte| byte == b'9');
        let is_part = |word: &str| !word.is_empty() && (is_word(word) || is_number(word));
        let is_pair = word
            .split_once('_')
            .is_some_and(|(a, b)| is_part(a) && is_part(b) && !(is_number(a) && is_number(b)));
        if !(is_pair || word.len() >= 3 && is_part(word)) {
            let range = "words of three letters (A to Z) or more, as many `9` for a number, or two that stand together, \
                         joined by `_`";
            entry.out_of_range(word, range, problems);
        }
        words.push(word.to_ascii_uppercase());
    }
    words.sort_unstable();
    words.dedup();
    words
}

fn read_choose(section: &Section, problems: &mut Problems) -> Option<Choose> {
    let known = [
        ("best", Choose::Best),
        ("first", Choose::First),
        ("last", Choose::Last),
        ("largest", Choose::Largest),
        ("by_rate", Choose::ByRate),
    ];
    section.choice("choose", &known, problems)
}

/// Without the key, what is learned may be better than the places; `true` or a table asks for it,
/// `false` forbids it.
fn read_learn(
    section: &Section,
    kind: Option<&FieldKind>,
    problems: &mut Problems,
) -> Option<Learn> {
    let lines = if matches!(kind, Some(FieldKind::Text { .. })) { LEARNED_LINES } else { 1 };
    let anywhere = Learn { zone: Zone::PAGE, lines, always: false };
    let Some(entry) = section.get("learn") else { return Some(anywhere) };
    if entry.value.is_bool() {
        return entry.flag(problems)?.then_some(Learn { always: true, ..anywhere });
    }
    let section = Section::of(&entry, problems)?;
    section.only(&["zone", "lines"], problems);
    let range = "1 to 8 lines";
    let lines = section.integer::<u8>("lines", range, problems).map_or(lines, usize::from);
    if let (Some(entry), false) = (section.get("lines"), (1..=8).contains(&lines)) {
        entry.out_of_range(&lines.to_string(), range, problems);
    }
    let zone = section.get("zone").map_or(Some(Zone::PAGE), |zone| zone.zone(problems));
    Some(Learn { zone: zone?, lines, always: true })
}

fn read_count(section: &Section, problems: &mut Problems) -> Count {
    if !section.flag("repeat", problems).unwrap_or(false) {
        return Count::One;
    }
    if let Some(choose) = section.get("choose") {
        problems.add(choose.key_at, &section.path, Problem::RepeatsAndChooses);
    }
    Count::Many
}

fn read_default(entry: &Entry, problems: &mut Problems) -> Option<String> {
    use toml::de::DeValue;
    match entry.value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Boolean(flag) => Some(flag.to_string()),
        DeValue::Datetime(moment) => Some(moment.to_string()),
        DeValue::Array(_) | DeValue::Table(_) => {
            entry.wrong_type("a single value", problems);
            None
        }
    }
}

fn check_places(field: &Field, section: &Section, problems: &mut Problems) {
    for place in &field.places {
        let at = section.get("value").map_or(section.at, |value| value.at);
        let problem = match place {
            Place::Right { .. }
            | Place::Left { .. }
            | Place::Below { .. }
            | Place::Above { .. }
            | Place::Cell { .. }
            | Place::Box { .. }
            | Place::Line
                if field.labels.is_empty() =>
            {
                Problem::PlaceNeedsLabel { place: place_kind(place) }
            }
            // An enum is its own pattern: its values and their synonyms.
            Place::Pattern { .. }
                if section.get("pattern").is_none()
                    && !matches!(field.kind, FieldKind::Enum { .. }) =>
            {
                Problem::PlaceNeedsPattern
            }
            _ => continue,
        };
        problems.add(at, &section.path, problem);
    }
    if matches!(field.kind, FieldKind::Barcode { .. }) {
        for key in ["label", "column", "cell"] {
            if let Some(entry) = section.get(key) {
                problems.add(entry.key_at, &section.path, Problem::BarcodeInZone { key });
            }
        }
        if field.places.iter().any(|place| !matches!(place, Place::Zone { .. })) {
            let at = section.get("value").map_or(section.at, |value| value.at);
            problems.add(at, &section.path, Problem::BarcodeInZone { key: "value" });
        }
        return;
    }
    let somewhere = ["label", "value", "pattern", "column", "cell", "default"];
    if somewhere.iter().all(|key| section.get(key).is_none()) {
        let hint = "give it a `label`, a `value`, a `pattern`, a `column`, a `cell` or a `default`";
        problems.add_with_hint(section.at, &section.path, Problem::Nowhere, hint.to_owned());
    }
}

fn check_scope(section: &Section, scope: Scope, problems: &mut Problems) {
    if scope == Scope::Row {
        return;
    }
    for key in ["column", "carry", "cell"] {
        if let Some(entry) = section.get(key) {
            problems.add(entry.key_at, &section.path, Problem::RowsOnly { key });
        }
    }
}

fn check_name(entry: &Entry, name: &str, problems: &mut Problems) {
    if let Some(reason) = super::name::refusal(name, super::name::Use::Field) {
        let problem = Problem::BadName { name: name.to_owned(), reason };
        problems.add(entry.key_at, "fields", problem);
    }
}
