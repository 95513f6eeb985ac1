//! The house rules that no compiler checks: who may know whom, and how large things may be.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

mod circles;

const MAX_FILE_LINES: usize = 500;
const MAX_FUNCTION_LINES: usize = 80;

/// Each room, and the rooms it may import; `src/ARCHITECTURE.md` says why.
const ROOMS: [(&str, &[&str]); 23] = [
    ("document", &[]),
    ("intake", &["document", "decode"]),
    ("images", &["document"]),
    ("decode", &["document", "images"]),
    ("shapes", &["document", "images"]),
    ("prepare", &["document", "images", "shapes"]),
    ("ocr", &["document", "images", "shapes"]),
    ("reader", &["document", "images", "decode", "prepare", "ocr"]),
    ("model", &["document"]),
    ("normalize", &["document", "model"]),
    ("extract", &["document", "model", "normalize"]),
    ("validate", &["document", "model"]),
    ("evaluate", &["document", "model", "normalize", "validate"]),
    ("learn", &["document", "model", "normalize", "extract", "evaluate"]),
    ("authoring", &["document", "model", "normalize", "extract", "evaluate"]),
    ("vocabulary", &["document", "model", "normalize"]),
    ("store", &["document", "model", "vocabulary"]),
    ("prose", &["document"]),
    ("synth", &["document", "normalize"]),
    ("interchange", &["document"]),
    ("export", &["document", "model", "prose", "interchange", "store"]),
    (
        "pipeline",
        &[
            "document",
            "intake",
            "interchange",
            "reader",
            "model",
            "normalize",
            "extract",
            "validate",
            "evaluate",
            "authoring",
            "vocabulary",
            "store",
            "synth",
        ],
    ),
    (
        "commands",
        &[
            "document",
            "images",
            "intake",
            "decode",
            "prepare",
            "ocr",
            "reader",
            "interchange",
            "model",
            "extract",
            "evaluate",
            "learn",
            "authoring",
            "vocabulary",
            "store",
            "synth",
            "export",
            "pipeline",
        ],
    ),
];

/// Packages that only one place may name.
const ONLY_IN: [(&str, &[&str]); 17] = [
    ("font8x8", &["commands/model/overlay.rs"]),
    ("parquet", &["export/format/parquet_file.rs"]),
    ("sha2", &["export/target.rs"]),
    ("walkdir", &["intake/"]),
    ("sqlx", &["store/"]),
    ("rayon", &["pipeline/"]),
    ("indicatif", &["pipeline/"]),
    ("leptess", &["ocr/tesseract.rs"]),
    ("tesseract_plumbing", &["ocr/tesseract.rs"]),
    ("leptonica_sys", &["decode/leptonica.rs"]),
    ("hayro", &["decode/"]),
    ("hayro_jpeg2000", &["decode/jpeg2000.rs"]),
    ("argmin", &["learn/"]),
    ("rxing", &["reader/barcodes.rs"]),
    ("quick_xml", &["interchange/"]),
    ("encoding_rs", &["interchange/"]),
    ("encoding_rs_io", &["interchange/limited.rs"]),
];

struct Source {
    /// Below `src/`, such as `reader/session.rs`.
    name: String,
    text: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &mut files);
    assert!(files.len() > 50, "only {} source files found", files.len());
    files
        .into_iter()
        .map(|path| Source {
            name: path.strip_prefix(&root).unwrap().display().to_string(),
            text: fs::read_to_string(&path).unwrap(),
        })
        .collect()
}

/// Returns the sources of the program and of the other packages of the workspace, whose names start with `../crates/`.
fn all_sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for package in fs::read_dir(root.join("crates")).unwrap() {
        collect(&package.unwrap().path().join("src"), &mut files);
    }
    assert!(files.len() > 20, "only {} source files found", files.len());
    let packages = files.into_iter().map(|path| Source {
        name: format!("../{}", path.strip_prefix(root).unwrap().display()),
        text: fs::read_to_string(&path).unwrap(),
    });
    sources().into_iter().chain(packages).collect()
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

impl Source {
    fn is_test(&self) -> bool {
        let name = self.name.as_str();
        name.contains("tests/") || name.ends_with("tests.rs")
    }

    /// Returns the text before the inline tests.
    fn production(&self) -> &str {
        if self.is_test() {
            return "";
        }
        self.text.split("#[cfg(test)]\nmod tests {").next().unwrap()
    }

    fn room(&self) -> Option<&str> {
        self.name.split_once('/').map(|(room, _)| room)
    }
}

fn check(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn rooms_import_only_whom_they_may() {
    let import = Regex::new(r"crate::(\w+)").unwrap();
    let group = Regex::new(r"use crate::\{([^;]*)\};").unwrap();
    let mut problems = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let (_, allowed) = ROOMS
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("room `{room}` has no line in ROOMS"));
        let production = source.production();
        let mut imported: Vec<&str> =
            import.captures_iter(production).map(|c| c.get(1).unwrap().as_str()).collect();
        for list in group.captures_iter(production) {
            imported.extend(
                ROOMS
                    .iter()
                    .map(|(name, _)| *name)
                    .filter(|name| Regex::new(&format!(r"\b{name}\b")).unwrap().is_match(&list[1])),
            );
        }
        for other in imported {
            let is_room = ROOMS.iter().any(|(name, _)| *name == other);
            if is_room && other != room && !allowed.contains(&other) {
                problems.push(format!("src/{}: may not import `{other}`", source.name));
            }
        }
    }
    check(&problems);
}

#[test]
fn packages_stay_in_their_place() {
    let mut problems = Vec::new();
    for source in sources() {
        for (package, places) in ONLY_IN {
            let named =
                Regex::new(&format!(r"\b{package}::")).unwrap().is_match(source.production());
            if named && !places.iter().any(|place| source.name.starts_with(place)) {
                problems.push(format!("src/{}: may not name `{package}`", source.name));
            }
        }
    }
    check(&problems);
}

#[test]
fn files_and_functions_stay_small() {
    let function =
        Regex::new(r"^( *)(pub(\([a-z]+\))? )?((const|async|unsafe) )*fn (\w+)").unwrap();
    let mut problems = Vec::new();
    for source in all_sources() {
        let production = source.production();
        let count = production.lines().count();
        if count > MAX_FILE_LINES {
            problems.push(format!("src/{}: {count} lines", source.name));
        }
        let lines: Vec<&str> = production.lines().collect();
        for (start, line) in lines.iter().enumerate() {
            let Some(found) = function.captures(line) else { continue };
            let mut signature = lines[start..].iter();
            if signature
                .find(|line| line.ends_with([';', '{', '}']))
                .is_none_or(|l| l.ends_with(';'))
            {
                // A trait asks for it, without a body.
                continue;
            }
            let end = format!("{}}}", &found[1]);
            let length = lines[start..].iter().position(|line| **line == end).unwrap_or(0) + 1;
            if length > MAX_FUNCTION_LINES {
                problems.push(format!("src/{}: fn {}: {length} lines", source.name, &found[6]));
            }
        }
    }
    check(&problems);
}

#[test]
fn every_file_says_what_it_is_for() {
    let problems: Vec<String> = all_sources()
        .iter()
        .filter(|source| !source.is_test() && !source.text.starts_with("//! "))
        .map(|source| format!("src/{}: does not start with `//!`", source.name))
        .collect();
    check(&problems);
}

#[test]
fn nothing_unfinished_or_careless_stands_outside_tests() {
    let careless =
        Regex::new(r"\.unwrap\(\)|\bdbg!\(|\btodo!\(|\bunimplemented!\(|\bprintln!\(|FIXME|thread::spawn|rayon::spawn")
            .unwrap();
    let mut problems = Vec::new();
    for source in all_sources() {
        for (index, line) in source.production().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            if let Some(found) = careless.find(code) {
                problems.push(format!("src/{}:{}: `{}`", source.name, index + 1, found.as_str()));
            }
        }
    }
    check(&problems);
}

#[test]
fn unsafe_code_stands_in_two_places() {
    let unsafe_block = Regex::new(r"\bunsafe\b").unwrap();
    let problems: Vec<String> = all_sources()
        .iter()
        .filter(|source| source.name != "decode/leptonica.rs")
        .filter(|source| !source.name.starts_with("../crates/tesseract-lstm/src/kernels/"))
        .filter(|source| {
            source.text.lines().any(|l| unsafe_block.is_match(l.split("//").next().unwrap()))
        })
        .map(|source| format!("src/{}: unsafe", source.name))
        .collect();
    check(&problems);
}

#[test]
fn every_step_in_the_database_outlives_a_lost_connection() {
    // What asks the pool is one try at a step; a step is tried by `retrying`, `retrying_for` or a loop with a backoff.
    let function = Regex::new(r"\bfn (\w+)").unwrap();
    let try_of = Regex::new(r"\b(\w+_once)\(").unwrap();
    let mut problems = Vec::new();
    for source in sources().iter().filter(|source| source.name.starts_with("store/")) {
        let (mut current, mut before) = (String::new(), "");
        for (index, line) in source.production().lines().enumerate() {
            if let Some(found) = function.captures(line) {
                found[1].clone_into(&mut current);
            }
            let code = line.split("//").next().unwrap();
            let place = format!("src/{}:{}: `{current}`", source.name, index + 1);
            if code.contains(".pool") && !current.ends_with("_once") && current != "close" {
                problems.push(format!("{place} asks the database but is no `…_once`"));
            }
            let is_try = |name: &str| !name.ends_with("split_once");
            let called =
                try_of.captures(code).is_some_and(|f| is_try(&f[1])) && !code.contains("fn ");
            let tried = [before, code].iter().any(|line| {
                ["retrying", "while let Err", "match self."].iter().any(|way| line.contains(way))
            });
            if called && !tried && !current.ends_with("_once") {
                problems.push(format!("{place} tries a step once only"));
            }
            before = code;
        }
    }
    check(&problems);
}
