//! Models that are right, and the messages of models that are wrong.

use insta::assert_snapshot;

use super::*;
use crate::document::Verdict;

const FILING: &str = r#"
name = "filing"
version = 3
records = "document"

[claims]
all = ["Registration Statement"]
none = "Exhibit"
within = { bottom = 0.25 }

[fields.registration_number]
type = "integer"
label = ["Registration No.", "Registration Number"]
value = { below = "1.5cm", lines = 2 }
pattern = '\d{2,5}'
required = true

[fields.amount]
type = "money"
pattern = '\$[\d.,]+'

[fields.registrant]
type = "text"
label = "Name of Registrant"
value = [{ below = "20mm", until = "rule" }, { right = "0.5in" }]

[fields.address]
type = "text"
label = "Address"

[[rules]]
name = "number_in_range"
check = "registration_number > 0 && registration_number < 10000"
otherwise = "rejected"
"#;

const LOG: &str = r#"
name = "log"
version = 1
records = "row"
[fields.date]
type = "date"
order = "mdy"
column = "Date"
carry = true
[fields.work]
type = "text"
column = ["Description", "Work performed"]
[rows]
starts_with = "date"
until = "Total"
min_fields = 2
"#;

fn errors(toml: &str) -> String {
    parse(toml, "models/a.toml").unwrap_err().to_string()
}

/// A model with one field that has the given lines.
fn field_errors(lines: &str) -> String {
    let head = "name = \"a\"\nversion = 1\nrecords = \"page\"\n[fields.total]\n";
    errors(&format!("{head}{lines}"))
}

#[test]
fn reads_fields_in_the_order_of_the_file() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    let names: Vec<String> = model.fields.into_iter().map(|field| field.name).collect();
    assert_eq!(names, ["registration_number", "amount", "registrant", "address"]);
}

#[test]
fn reads_claims_and_rules() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    assert_eq!((model.name.as_str(), model.version, model.scope), ("filing", 3, Scope::Document));
    assert_eq!(model.claims.none, ["Exhibit"]);
    let within =
        Zone { left: 0.0, top: 0.0, right: 1.0, bottom: 0.25, unit: ZoneUnit::PageFraction };
    assert_eq!(model.claims.within, Some(within));
    assert_eq!(model.rules[0].otherwise, Verdict::Rejected);
}

#[test]
fn reads_lengths_in_three_units() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    let below = Place::Below { within_mm: 15.0, lines: Some(2), until: None };
    assert_eq!(model.fields[0].places, [below]);
    let below = Place::Below { within_mm: 20.0, lines: None, until: Some(Until::Rule) };
    let right = Place::Right { within_mm: Some(12.7) };
    assert_eq!(model.fields[2].places, [below, right]);
}

#[test]
fn reads_cells_passages_and_places_with_labels_of_their_own() {
    let places = |value: &str| {
        let field = format!("[fields.total]\ntype = \"text\"\nvalue = {value}\n");
        let toml = format!("name = \"a\"\nversion = 1\nrecords = \"page\"\n{field}");
        parse(&toml, "a.toml").unwrap().fields[0].places.clone()
    };
    let cell = Place::Cell { within_mm: 20.0, lines: Some(2), until: None };
    let labelled = Place::Labelled { labels: vec!["Name".to_owned()], place: Box::new(cell) };
    assert_eq!(places("{ label = \"Name\", cell = \"20mm\", lines = 2 }"), [labelled]);
    let [Place::Passage { starts, ends: Some(ends), lines: Some(6), zone: None }] =
        &places("{ passage = '^No', ends = 'Tel', lines = 6 }")[..]
    else {
        panic!("no passage");
    };
    assert_eq!((starts.0.as_str(), ends.0.as_str()), ("^No", "Tel"));
}

#[test]
fn looks_for_a_bare_pattern_anywhere_and_for_a_labelled_value_right_then_below() {
    let model = parse(FILING, "models/filing.toml").unwrap();
    assert_eq!(model.fields[1].places, [Place::Pattern { zone: None }]);
    let next_line = Place::Below { within_mm: 12.0, lines: Some(1), until: None };
    assert_eq!(model.fields[3].places, [Place::Right { within_mm: None }, next_line]);
}

#[test]
fn reads_a_row_model() {
    let model = parse(LOG, "models/log.toml").unwrap();
    let rows = model.rows.unwrap();
    assert_eq!((rows.starts_with.as_str(), rows.min_fields), ("date", 2));
    assert_eq!(rows.until, ["Total"]);
    assert_eq!(model.fields[1].column, ["Description", "Work performed"]);
    assert!(model.fields[0].carry && !model.fields[1].carry);
}

#[test]
fn names_the_key_that_was_meant() {
    assert_snapshot!(field_errors("type = \"text\"\npatern = 'x'\nlabel = \"Total\""), @r#"
models/a.toml:6:1: fields.total: unknown key `patern`
hint: did you mean `pattern`?
"#);
}

#[test]
fn tells_all_mistakes_at_once() {
    let toml = r#"
name = "Receipt"
version = 0
records = "pages"
colour = 1
[claims]
within = { top = 0.5, bottom = 0.2 }
[fields.status]
type = "text"
label = ""
[fields.day]
type = "date"
value = { right = "15px" }
[fields.total]
type = "mony"
[fields.kind]
type = "enum"
label = "Kind"
"#;
    assert_snapshot!(errors(toml), @r#"
models/a.toml:2:8: name: `Receipt` is not a usable name: names are a lowercase letter, then lowercase letters, digits and `_`
models/a.toml:3:11: version: `0` is out of range: 1 to 2147483647
models/a.toml:4:11: records: `pages` is none of `document`, `page`, `row`
hint: did you mean `page`?
models/a.toml:5:1: unknown key `colour`
hint: known keys are `name`, `version`, `records`, `review_below`, `claims`, `anchors`, `fields`, `rows`, `rules`, `balances`
models/a.toml:7:10: claims.within: `0.5` is out of range: `top` is less than `bottom`
models/a.toml:8:9: fields: `status` is not a usable name: every record table has a column of that name
models/a.toml:10:9: fields.status.label: an empty text or list says nothing
models/a.toml:13:19: fields.day.value.right: `15px` is not a length
hint: lengths have a unit and are up to 2 m, such as "15mm", "1.5cm", "0.5in"
models/a.toml:15:8: fields.total.type: `mony` is none of `text`, `integer`, `decimal`, `money`, `date`, `time`, `duration`, `code`, `enum`, `lookup`, `checkbox`, `barcode`
hint: did you mean `money`?
models/a.toml:16:9: fields.kind: `values` is missing
"#);
}

#[test]
fn says_where_the_text_is_not_toml() {
    assert_snapshot!(errors("name = \"a\nversion = 1\nversion = 2"), @r#"
models/a.toml:1:10: invalid basic string, expected `"`
models/a.toml:3:1: duplicate key
"#);
}

#[test]
fn gives_the_reason_of_a_bad_pattern() {
    assert_snapshot!(field_errors("type = \"text\"\npattern = '(\\d+'"), @r#"
models/a.toml:6:11: fields.total.pattern: the pattern cannot be read: unclosed group
"#);
    assert_snapshot!(field_errors("type = \"text\"\npattern = '(\\d{900}){900}'"), @r#"
models/a.toml:6:11: fields.total.pattern: the pattern cannot be read: it takes more than 10485760 bytes
"#);
}

#[test]
fn checks_the_names_in_rules() {
    let rules = r#"
type = "money"
label = "Total"
[[rules]]
name = "a"
check = "totl > 0.0 && [1, 2].all(x, x > 0)"
[[rules]]
name = "b"
check = "total >"
[[rules]]
name = "c"
check = "total > 0.0"
otherwise = "accepted"
[[rules]]
name = "d"
check = "total > 'a'"
[[rules]]
name = "e"
check = "sise(total) > 1"
"#;
    assert_snapshot!(field_errors(rules), @r#"
models/a.toml:10:9: rules[0].check: `totl` is no field of this model
hint: did you mean `total`?
models/a.toml:13:9: rules[1].check: the expression cannot be read: line 1, character 8: syntax error: mismatched input '<eof>'
models/a.toml:17:13: rules[2].otherwise: `accepted` is none of `review`, `rejected`
models/a.toml:20:9: rules[3].check: the expression cannot be read: found no matching overload for '_>_' applied to '(double, string)'
hint: money, decimals and durations are doubles (`1.0`), dates and times are strings such as "1978-03-12" and "14:30:00"
models/a.toml:23:9: rules[4].check: the expression cannot be read: there is no function `sise`
"#);
}

#[test]
fn lets_only_row_models_speak_of_the_row_above() {
    let rule = "[[rules]]\nname = \"a\"\ncheck = \"previous.date <= date\"\n";
    assert_eq!(parse(&format!("{LOG}{rule}"), "a.toml").unwrap().rules.len(), 1);
    let rule = rule.replace("date", "day");
    assert_snapshot!(errors(&format!("{LOG}{rule}")), @r#"
models/a.toml:19:9: rules[0].check: `day` is no field of this model
hint: its fields are `date`, `work`
"#);
    assert_snapshot!(field_errors(&format!("type = \"date\"\nlabel = \"x\"\n{rule}")), @r#"
models/a.toml:9:9: rules[0].check: `previous` belongs to models with `records = "row"`
"#);
}

#[test]
fn refuses_places_that_cannot_work() {
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { right = true }"), @r#"
models/a.toml:6:9: fields.total: `right` looks from a label, but the field has no `label`
"#);
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { pattern = true }"), @r#"
models/a.toml:6:9: fields.total: place `pattern` needs a `pattern` in the field
"#);
    assert_snapshot!(field_errors("type = \"text\"\nvalue = { lines = 2 }"), @r#"
models/a.toml:6:1: fields.total.value: the table names no place
hint: say one of `right`, `left`, `below`, `above`, `cell`, `box`, `line`, `passage`, `zone`, `between`, `pattern`, `party`
"#);
    assert_snapshot!(
        field_errors("type = \"text\"\nlabel = \"x\"\nvalue = { right = true, below = \"1cm\" }"),
        @r#"
models/a.toml:7:1: fields.total.value: places `right` and `below` stand in one table
hint: a list tries them in order: `[{ right = … }, { below = … }]`
"#
    );
    assert_snapshot!(
        field_errors("type = \"text\"\nlabel = \"x\"\nvalue = { below = \"9mm\", until = \"End\" }"),
        @r#"
models/a.toml:7:34: fields.total.value.until: `End` is none of `rule`
hint: labels stand in a list: `until = ["End"]`; a gap is `until = { gap = 1.5 }`
"#
    );
    assert_snapshot!(field_errors("type = \"text\""), @r#"
models/a.toml:4:9: fields.total: nothing says where the value stands
hint: give it a `label`, a `value`, a `pattern`, a `column`, a `cell` or a `default`
"#);
}

#[test]
fn refuses_keys_of_other_types_and_scopes() {
    assert_snapshot!(
        field_errors("type = \"money\"\nlabel = \"x\"\norder = \"dmy\"\ncolumn = \"y\"\n[rows]\n"),
        @r#"
models/a.toml:7:1: fields.total: unknown key `order`
hint: it belongs to type date, this is type money
models/a.toml:8:1: fields.total: `column` belongs to models with `records = "row"`
models/a.toml:9:2: `rows` belongs to models with `records = "row"`
"#
    );
}

#[test]
fn refuses_impossible_parameters() {
    assert_snapshot!(field_errors("type = \"integer\"\nlabel = \"x\"\nmin = 5\nmax = 1"), @r#"
models/a.toml:7:7: fields.total.min: `5` is out of range: `min` is at most `max`
"#);
    assert_snapshot!(field_errors("type = \"date\"\nlabel = \"x\"\npivot = 300"), @r#"
models/a.toml:7:9: fields.total.pivot: `300` is out of range: a two-digit year, 0 to 99
"#);
    assert_snapshot!(field_errors("type = \"code\"\nlabel = \"x\"\nshapes = [\"N?\"]"), @r#"
models/a.toml:7:10: fields.total.shapes: `N?` is out of range: a shape has a `9` (digit), `A` (letter) or `X` (either) before any `?`
"#);
    assert_snapshot!(
        field_errors("type = \"enum\"\nlabel = \"x\"\nvalues = [\"a\", { value = \"a\" }]"),
        @r#"
models/a.toml:7:16: fields.total.values[1]: `a` is there twice
"#
    );
}

#[test]
fn refuses_row_models_without_a_start() {
    assert_snapshot!(errors(&LOG.replace("[rows]", "[row]")), @r#"
models/a.toml:1:1: `rows` is missing
hint: say which field starts a row: `[rows]` with `starts_with = "date"`
models/a.toml:13:2: unknown key `row`
hint: did you mean `rows`?
"#);
    assert_snapshot!(
        errors(&LOG.replace("starts_with = \"date\"", "starts_with = \"dat\"")),
        @r#"
models/a.toml:14:15: rows.starts_with: `dat` is no field of this model
hint: did you mean `date`?
"#
    );
    assert_snapshot!(errors(&LOG.replace("column = \"Date\"", "label = \"Date\"")), @r#"
models/a.toml:14:15: rows.starts_with: field `date` starts the rows but has no `column`
"#);
}

#[test]
fn loads_a_directory_and_tells_the_mistakes_of_all_its_files() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("b.toml"), LOG).unwrap();
    std::fs::write(directory.path().join("a.toml"), FILING).unwrap();
    std::fs::write(directory.path().join("notes.txt"), "not a model").unwrap();
    let names: Vec<String> =
        load_directory(directory.path()).unwrap().into_iter().map(|model| model.name).collect();
    assert_eq!(names, ["filing", "log"]);

    std::fs::write(directory.path().join("c.toml"), LOG).unwrap();
    std::fs::write(directory.path().join("d.toml"), "name = 1").unwrap();
    let ModelErrors(errors) = load_directory(directory.path()).unwrap_err();
    let problems: Vec<String> = errors.iter().map(|error| error.problem.to_string()).collect();
    let expected = [
        "`log` is there twice",
        "`version` is missing",
        "`records` is missing",
        "`fields` is missing",
        "expected a string, found an integer",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn ships_models_without_mistakes() {
    if let Err(errors) = shipped() {
        panic!("{errors}");
    }
}

const DENSE: &str = r#"name = "a"
version = 1
records = "row"
[fields.day]
type = "integer"
cell = 0
[fields."h{01..03}"]
type = "decimal"
wraps_at = 10
cell = 1
[fields.mean]
type = "decimal"
wraps_at = 10
cell = 4
[rows]
starts_with = "day"
dense = { columns = 4, shape = "9.999", label = "counted", foot = "mean", series = "h01..h03" }
[[rules]]
name = "mean"
check = "abs(mean - avg(h01..h03)) <= 0.0005"
repair = true
recompute = "mean"
"#;

#[test]
fn reads_fields_by_the_cell_and_rules_over_ranges_of_them() {
    let model = parse(DENSE, "a.toml").unwrap();
    let cells: Vec<(&str, Option<u16>)> =
        model.fields.iter().map(|field| (field.name.as_str(), field.cell)).collect();
    let expected =
        [("day", Some(0)), ("h01", Some(1)), ("h02", Some(2)), ("h03", Some(3)), ("mean", Some(4))];
    assert_eq!(cells, expected);
    let dense = model.rows.unwrap().dense.unwrap();
    assert_eq!((dense.label, dense.foot), (RowLabel::Counted, Some(Foot::Mean)));
    assert_eq!(dense.series, Some(1..=3));
    let rule = &model.rules[0];
    assert_eq!(rule.check, "abs(mean - avg([h01, h02, h03])) <= 0.0005");
    let balance = rule.balance.as_ref().unwrap();
    assert_eq!(balance.terms, [(1, -1), (2, -1), (3, -1), (4, 3)]);
    assert_eq!(rule.mends, Mends::DigitsAndComputed(4));
}

/// Checks that a change of the dense model is refused for a reason.
fn check_dense(from: &str, to: &str, reason: &str) {
    assert!(DENSE.contains(from), "{from}");
    let told = errors(&DENSE.replace(from, to));
    assert!(told.contains(reason), "{to}: {told}");
}

#[test]
fn refuses_dense_tables_that_cannot_be_read() {
    check_dense("h{01..03}", "h{3..1}", "fields: `h{3..1}` is not a usable name");
    check_dense("h{01..03}", "mea{n..n}", "several fields are written as `h{01..24}`");
    check_dense("9.999", "A.99", "rows.dense.shape: `A.99` is out of range");
    check_dense("columns = 4", "columns = 3", "`3` is out of range: a field has a `cell` after");
    check_dense("cell = 0", "column = \"Day\"", "field `day` starts the rows of a dense table");
    check_dense("\"h01..h03\"", "\"h01..h09\"", "`h09` of `h01..h09` is no field of this model");
    check_dense("wraps_at = 10", "wraps_at = 0", "fields.mean.wraps_at: `0` is out of range");
}

#[test]
fn refuses_repairs_by_rules_that_are_no_sums() {
    check_dense("<= 0.0005", "< 0.0005", "it cannot repair: it is no sum or mean of fields");
    check_dense("avg(h01..h03)", "avg(h01..h04)", "`h04` of `h01..h04` is no field of this model");
    check_dense("recompute = \"mean\"", "recompute = \"day\"", "`day` is none of `h01`, `h02`");
}

#[test]
fn takes_what_was_learned_from_the_file_beside_the_model() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("log.toml");
    std::fs::write(&file, LOG).unwrap();
    let learned = r#"{"format": 1, "model": "log", "version": 1, "ranking": {"date": {"weights": {"row": [2.5]}}}}"#;
    std::fs::write(learned_path(&file), learned).unwrap();
    let models = load_directory(directory.path()).unwrap();
    let ranking = &models[0].learned.as_ref().unwrap().ranking;
    assert!((ranking["date"].weights["row"][0] - 2.5).abs() < 1e-6);
}

#[test]
fn refuses_what_was_learned_for_something_else() {
    let model = parse(LOG, "models/a.toml").unwrap();
    let check = |text: &str, expected: &str| {
        let error = Learned::parse(text, &model).unwrap_err();
        assert_eq!(error.to_string(), expected);
    };
    check(
        r#"{"format": 1, "model": "filing", "version": 1}"#,
        "was learned for model `filing`, not for `log`",
    );
    check(
        r#"{"format": 1, "model": "log", "version": 7}"#,
        "was learned for version 7 of `log`, which now has version 1",
    );
    check(
        r#"{"format": 9, "model": "log", "version": 1}"#,
        "has format 9, this program knows format 1",
    );
    check(
        r#"{"format": 1, "model": "log", "version": 1, "ranking": {"total": {"weights": {}}}}"#,
        "ranks field `total`, which `log` does not have",
    );
}

const AIRPORTS: &str = "\
name = \"a\"
version = 1
records = \"page\"
[fields.airport]
type = \"lookup\"
file = \"airports.csv\"
find = [\"name\", \"city\"]
gives = \"code\"
label = \"Airport\"
";

#[test]
fn reads_the_dictionary_of_a_lookup_beside_the_model() {
    let directory = tempfile::tempdir().unwrap();
    let model = directory.path().join("a.toml");
    std::fs::write(&model, AIRPORTS).unwrap();
    std::fs::write(
        directory.path().join("airports.csv"),
        "code,name,city\nKUL,Sepang,Kuala Lumpur\n",
    )
    .unwrap();
    let FieldKind::Lookup { dictionary } = &load_file(&model).unwrap().fields[0].kind else {
        panic!("no lookup");
    };
    assert_eq!((dictionary.entries.len(), dictionary.entries[1].gives.as_str()), (2, "KUL"));
}

#[test]
fn tells_what_is_wrong_with_a_dictionary() {
    let with = |text: &'static str| {
        super::parse::parse_beside(AIRPORTS, "a.toml", &|_| Ok(text.to_owned()))
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        with("code,city\nKUL,Kuala Lumpur\n"),
        "a.toml:6:8: fields.airport.file: dictionary `airports.csv` has no column `name`, it has `code`, `city`"
    );
    assert_eq!(
        with("code,name,city\n,Sepang,\n"),
        "a.toml:6:8: fields.airport.file: dictionary `airports.csv` has no names in `name`, `city`"
    );
    assert_eq!(
        errors(AIRPORTS),
        "a.toml:6:8: fields.airport.file: dictionary `airports.csv` cannot be read: unsupported"
            .replace("a.toml", "models/a.toml")
    );
}

#[test]
fn knows_check_digits_and_partial_dates() {
    assert_snapshot!(
        field_errors("type = \"code\"\nshapes = \"99\"\ncheck = \"mod12\"\nlabel = \"No\"\n"),
        @r#"
models/a.toml:7:9: fields.total.check: `mod12` is none of `mod10`, `gtin`, `mod11`, `iban`
hint: did you mean `mod10`?
"#
    );
    assert_snapshot!(
        field_errors("type = \"date\"\npartial = \"last\"\nlabel = \"Date\"\n"),
        @"models/a.toml:6:11: fields.total.partial: `last` is none of `refuse`, `first`, `keep`"
    );
    assert_snapshot!(
        field_errors("type = \"lookup\"\nlabel = \"Date\"\n"),
        @"models/a.toml:4:9: fields.total: `file` is missing"
    );
}

#[test]
fn zones_have_fractions_or_lengths() {
    let zone = |zone: &str| {
        let text = format!(
            "name = \"a\"\nversion = 1\nrecords = \"page\"\n[fields.total]\ntype = \"text\"\nvalue = {{ zone = {zone} }}\n"
        );
        match &parse(&text, "a.toml").unwrap().fields[0].places[0] {
            Place::Zone { zone, .. } => *zone,
            other => panic!("{other:?}"),
        }
    };
    let edges = |zone: Zone| (zone.left, zone.top, zone.right, zone.bottom, zone.unit);
    let sized = zone("{ left = \"0mm\", top = \"2cm\", width = \"40mm\", height = \"1in\" }");
    assert_eq!(edges(sized), (0.0, 20.0, 40.0, 45.4, ZoneUnit::Millimeters));
    let open = zone("{ top = \"250mm\" }");
    assert_eq!(edges(open), (0.0, 250.0, 2000.0, 2000.0, ZoneUnit::Millimeters));
    let share = zone("{ left = 0.5, width = 0.25 }");
    assert_eq!(edges(share), (0.5, 0.0, 0.75, 1.0, ZoneUnit::PageFraction));
}

#[test]
fn complains_about_zones_anchors_and_claims() {
    let zone =
        |zone: &str| field_errors(&format!("type = \"text\"\nvalue = {{ zone = {zone} }}\n"));
    assert!(zone("{ left = \"10mm\", top = 0.5 }").contains("expected a string, found a float"));
    assert!(
        zone("{ right = \"90mm\", width = \"10mm\" }").contains("a zone has `right` or `width`")
    );
    let rest = "[fields.total]\ntype = \"text\"\nlabel = \"Total\"\n";
    let page = |lines: &str| {
        errors(&format!("name = \"a\"\nversion = 1\nrecords = \"page\"\n{lines}\n{rest}"))
    };
    assert!(page("[[anchors]]\nphrase = \"Form 7\"\nleft = \"2mm\"").contains("`top` is missing"));
    assert!(
        page("[claims]\nany = [\"x\"]\nfirst_page = [\"Page 1\"]")
            .contains("`first_page` belongs to models with `records = \"document\"`")
    );
    let repeated =
        field_errors("type = \"money\"\nlabel = \"x\"\nrepeat = true\nchoose = \"last\"\n");
    assert!(repeated.contains("a field that repeats takes all values"));
}

#[test]
fn fields_that_records_are_looked_up_by_have_short_single_values() {
    let model = |field: &str| {
        // Barcodes have no labels.
        let label = if field.contains("barcode") { "" } else { "label = \"A\"\n" };
        let text = format!(
            "name = \"slip\"\nversion = 1\nrecords = \"page\"\n[fields.a]\n{label}index = true\n{field}\n"
        );
        parse(&text, "slip.toml").map(|model| model.fields[0].index)
    };
    let refused = |field: &str, reason: &str| {
        let message = model(field).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
    };
    assert!(model("type = \"date\"").unwrap());
    assert!(model("type = \"text\"\nmax_length = 600").unwrap());
    assert!(model("type = \"barcode\"\nsymbology = [\"code_128\", \"ean_13\"]").unwrap());
    refused("type = \"text\"", "`index` is for a single text with a `max_length` of 600 at most");
    refused("type = \"barcode\"", "barcode of stripes");
    refused("type = \"checkbox\"", "value that is one of many");
    refused("type = \"date\"\nrepeat = true", "value that does not repeat");
}
