//! Turns the TOML text of a model into a checked [`RecordModel`], or into all that is wrong with it.

use toml::de::DeTable;

use super::name::{Use, refusal};
use super::problem::{ModelErrors, Problem, Problems};
use super::section::{Section, closest_hint};
use super::{Claims, Continues, Field, RecordModel, Rows, Scope, anchor, field, rule};

/// Below this a whole record is looked at by a person.
const DEFAULT_REVIEW_BELOW: f32 = 0.7;

/// Reads a model. `file` is how messages name it.
///
/// # Errors
/// Everything that is wrong with it, each with line, column and, where there is one, a hint.
/// Of a text that is not TOML only the syntax errors are told.
pub fn parse(toml: &str, file: &str) -> Result<RecordModel, ModelErrors> {
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
    let model = read_model(&Section::root(document.get_ref()), toml, &mut problems);
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
    let rows = read_rows(root, scope, &fields, problems);
    let speaks_of = rule::Scoped { fields: &fields, scope: scope.unwrap_or(Scope::Row) };
    let rules =
        root.get("rules").map(|entry| rule::rules(&entry, speaks_of, problems)).unwrap_or_default();
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
    entries.iter().filter_map(|entry| field::field(entry, scope, problems)).collect()
}

fn read_claims(root: &Section, scope: Option<Scope>, problems: &mut Problems) -> Claims {
    let Some(section) = root.get("claims").and_then(|entry| Section::of(&entry, problems)) else {
        return Claims::default();
    };
    const KEYS: [&str; 8] =
        ["all", "any", "none", "at_least", "within", "priority", "first_page", "continues"];
    section.only(&KEYS, problems);
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
        any,
        at_least,
        none: section.texts("none", problems),
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

fn read_rows(
    root: &Section,
    scope: Option<Scope>,
    fields: &[Field],
    problems: &mut Problems,
) -> Option<Rows> {
    let Some(entry) = root.get("rows") else {
        if scope == Some(Scope::Row) {
            let hint = "say which field starts a row: `[rows]` with `starts_with = \"date\"`";
            let problem = Problem::Missing { key: "rows" };
            problems.add_with_hint(root.at, &root.path, problem, hint.to_owned());
        }
        return None;
    };
    if matches!(scope, Some(Scope::Document | Scope::Page)) {
        problems.add(entry.key_at, &root.path, Problem::RowsOnly { key: "rows" });
        return None;
    }
    let section = Section::of(&entry, problems)?;
    section.only(&["starts_with", "until", "min_fields"], problems);
    let until = section.texts("until", problems);
    let min_fields =
        section.integer::<usize>("min_fields", "a number of fields", problems).unwrap_or(1);
    let start = section.need("starts_with", problems)?;
    let starts_with = start.text(problems)?;
    match fields.iter().find(|field| field.name == starts_with) {
        Some(field) if field.column.is_empty() => {
            problems.add(start.at, &start.path, Problem::StartWithoutColumn { name: starts_with });
            None
        }
        Some(_) => Some(Rows { starts_with, until, min_fields }),
        None => {
            let known: Vec<&str> = fields.iter().map(|field| field.name.as_str()).collect();
            let hint = closest_hint(&starts_with, &known, "its fields are");
            let problem = Problem::UnknownField { name: starts_with };
            problems.add_with_hint(start.at, &start.path, problem, hint);
            None
        }
    }
}
