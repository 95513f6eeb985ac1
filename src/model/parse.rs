//! Turns the TOML text of a model into a checked [`RecordModel`], or into all that is wrong with it.

use std::io;

use toml::de::DeTable;

use super::name::{Use, refusal};
use super::problem::{ModelErrors, Problem, Problems};
use super::section::Section;
use super::{
    Claims, Continues, Field, RecordModel, Scope, agreement, anchor, dictionary, field, rows, rule,
};

const CLAIM_KEYS: [&str; 11] = [
    "all",
    "one_of",
    "any",
    "none",
    "for",
    "against",
    "at_least",
    "within",
    "priority",
    "first_page",
    "continues",
];

/// Below this a whole record is looked at by a person.
const DEFAULT_REVIEW_BELOW: f32 = 0.7;

/// Reads a model that needs no other file. `file` is how messages name it.
///
/// # Errors
/// Everything that is wrong with it, each with line, column and, where there is one, a hint.
/// Of a text that is not TOML only the syntax errors are told.
pub fn parse(toml: &str, file: &str) -> Result<RecordModel, ModelErrors> {
    parse_beside(toml, file, &|_| Err(io::ErrorKind::Unsupported.into()))
}

/// Like [`parse`]; `companion` returns the text of a file beside the model's, by its name there.
pub(super) fn parse_beside(
    toml: &str,
    file: &str,
    companion: &dyn Fn(&str) -> io::Result<String>,
) -> Result<RecordModel, ModelErrors> {
    let mut problems = Problems::new(file, toml);
    let (document, errors) = DeTable::parse_recoverable(toml);
    if !errors.is_empty() {
        for error in errors {
            let at = error.span().map_or(0, |span| span.start);
            let reason = error.message().lines().collect::<Vec<_>>().join(", ");
            problems.add(at, "", Problem::Syntax { reason });
        }
        return problems.finish(None);
    }
    let root = Section::root(document.get_ref());
    let mut model = read_model(&root, toml, &mut problems);
    if let Some(model) = &mut model {
        dictionary::fill(&root, &mut model.fields, companion, &mut problems);
    }
    problems.finish(model)
}

fn read_model(root: &Section, toml: &str, problems: &mut Problems) -> Option<RecordModel> {
    root.only(
        &[
            "name",
            "version",
            "records",
            "review_below",
            "claims",
            "anchors",
            "fields",
            "rows",
            "rules",
            "balances",
        ],
        problems,
    );
    let name = read_name(root, problems);
    let version = read_version(root, problems);
    let scopes = [("document", Scope::Document), ("page", Scope::Page), ("row", Scope::Row)];
    let scope =
        root.need("records", problems).and_then(|_| root.choice("records", &scopes, problems));
    // Fields are read even if the scope is not known: their own mistakes are told all the same.
    let fields = read_fields(root, scope.unwrap_or(Scope::Row), problems);
    let claims = read_claims(root, scope, problems);
    let anchors =
        root.get("anchors").map(|entry| anchor::anchors(&entry, problems)).unwrap_or_default();
    let rows = rows::rows(root, scope, &fields, problems);
    let speaks_of = rule::Scoped { fields: &fields, scope: scope.unwrap_or(Scope::Row) };
    let rules =
        root.get("rules").map(|entry| rule::rules(&entry, speaks_of, problems)).unwrap_or_default();
    let balances = root
        .get("balances")
        .map(|entry| agreement::agreements(&entry, (&fields, scope), problems))
        .unwrap_or_default();
    let review_below = root.fraction("review_below", problems).unwrap_or(DEFAULT_REVIEW_BELOW);
    Some(RecordModel {
        name: name?,
        version: version?,
        scope: scope?,
        claims,
        anchors,
        fields,
        rows,
        rules,
        balances,
        review_below,
        learned: None,
        source: toml.to_owned(),
    })
}

fn read_name(root: &Section, problems: &mut Problems) -> Option<String> {
    let entry = root.need("name", problems)?;
    let name = entry.text(problems)?;
    if let Some(reason) = refusal(&name, Use::Model) {
        problems.add(entry.at, &entry.path, Problem::BadName { name, reason });
        return None;
    }
    Some(name)
}

fn read_version(root: &Section, problems: &mut Problems) -> Option<u32> {
    let range = "1 to 2147483647";
    root.need("version", problems)?;
    let version = root.integer::<u32>("version", range, problems)?;
    if version == 0 || i32::try_from(version).is_err() {
        root.get("version")?.out_of_range(&version.to_string(), range, problems);
        return None;
    }
    Some(version)
}

fn read_fields(root: &Section, scope: Scope, problems: &mut Problems) -> Vec<Field> {
    let Some(section) =
        root.need("fields", problems).and_then(|entry| Section::of(&entry, problems))
    else {
        return Vec::new();
    };
    let entries = section.entries();
    if entries.is_empty() {
        problems.add(section.at, &section.path, Problem::Empty);
    }
    let mut fields: Vec<Field> = Vec::new();
    for entry in &entries {
        for field in field::fields(entry, scope, problems) {
            if fields.iter().any(|earlier| earlier.name == field.name) {
                problems.add(entry.key_at, &entry.path, Problem::Twice { name: field.name });
            } else {
                fields.push(field);
            }
        }
    }
    fields
}

fn read_claims(root: &Section, scope: Option<Scope>, problems: &mut Problems) -> Claims {
    let Some(section) = root.get("claims").and_then(|entry| Section::of(&entry, problems)) else {
        return Claims::default();
    };
    section.only(&CLAIM_KEYS, problems);
    let any = section.texts("any", problems);
    let range = "a number from 1 to the count of `any`";
    let at_least = section.integer::<usize>("at_least", range, problems).unwrap_or(1);
    if let Some(entry) = section.get("at_least")
        && !(1..=any.len()).contains(&at_least)
    {
        entry.out_of_range(&at_least.to_string(), range, problems);
    }
    Claims {
        all: section.texts("all", problems),
        one_of: section.texts("one_of", problems),
        any,
        at_least,
        none: section.texts("none", problems),
        speaks_for: section.texts("for", problems),
        against: section.texts("against", problems),
        within: section.get("within").and_then(|entry| entry.zone(problems)),
        priority: section
            .integer("priority", "a whole number of 32 bits", problems)
            .unwrap_or_default(),
        first_page: read_first_page(&section, scope, problems),
        continues: read_continues(&section, problems),
    }
}

fn read_first_page(claims: &Section, scope: Option<Scope>, problems: &mut Problems) -> Vec<String> {
    if let (Some(entry), Some(Scope::Page | Scope::Row)) = (claims.get("first_page"), scope) {
        problems.add(entry.key_at, &claims.path, Problem::DocumentsOnly { key: "first_page" });
    }
    claims.texts("first_page", problems)
}

/// Reads `true`, `false` or phrases.
fn read_continues(claims: &Section, problems: &mut Problems) -> Continues {
    let Some(entry) = claims.get("continues") else { return Continues::Never };
    match entry.value.as_bool() {
        Some(true) => Continues::Unclaimed,
        Some(false) => Continues::Never,
        None => Continues::Marked(entry.texts(problems)),
    }
}
