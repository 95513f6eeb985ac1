//! Files do not know each other in circles: of two that do, neither can be understood alone.
//!
//! A file knows another one if it names something that is defined there. Names that a file passes on (`pub use`, `mod`)
//! are followed to where they are defined.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::{Source, all_sources, check, sources};

/// Circles that are there: the folder in which all of their files are, and how many there are. None may be added.
const KNOWN: [(&str, usize); 1] = [("ocr/layout/", 0)];

/// A path of a module, from the root.
type Module = Vec<String>;

struct File {
    name: String,
    /// What it imports, by the name that it has here; `true` if it is only passed on.
    imports: BTreeMap<String, (Vec<String>, bool)>,
    /// Paths of two and more segments in its code.
    paths: BTreeSet<Vec<String>>,
}

fn module_of(name: &str) -> Module {
    let path = name.trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| *part != "lib").map(ToOwned::to_owned).collect()
}

fn read(source: &Source) -> File {
    let comments = Regex::new(r#"//[^\n]*|"(\\.|[^"\\])*"|pub\(in [^)]*\)"#).unwrap();
    let import = Regex::new(r"(pub(?:\(\w+\))? )?\buse ([^;]+);").unwrap();
    let path = Regex::new(r"\b(?:\w+::)+\w+").unwrap();
    let text = comments.replace_all(source.production(), "");
    let mut imports = BTreeMap::new();
    for found in import.captures_iter(&text) {
        let mut paths = Vec::new();
        expand(&[], &found[2], &mut paths);
        for (alias, path) in paths {
            imports.insert(alias, (path, found.get(1).is_some()));
        }
    }
    let code = import.replace_all(&text, "");
    let paths = path.find_iter(&code).map(|found| split(found.as_str())).collect();
    File { name: source.name.clone(), imports, paths }
}

fn split(path: &str) -> Vec<String> {
    let parts = path.split("::").map(str::trim).filter(|part| !part.is_empty());
    parts.map(ToOwned::to_owned).collect()
}

/// Takes a tree of imports apart.
fn expand(before: &[String], tree: &str, paths: &mut Vec<(String, Vec<String>)>) {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(p, a)| (p, Some(a)));
        let mut path = [before, &split(path)].concat();
        path.truncate(path.len() - usize::from(path.last().is_some_and(|last| last == "self")));
        let alias = alias.map_or_else(|| path.last().cloned(), |alias| Some(alias.to_owned()));
        paths.extend(alias.map(|alias| (alias, path)));
        return;
    };
    let before = [before, &split(head)].concat();
    let body = rest.rsplit_once('}').map_or(rest, |(body, _)| body);
    let (mut depth, mut start) = (0, 0);
    for (at, letter) in body.char_indices().chain([(body.len(), ',')]) {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !body[start..at].trim().is_empty() {
                    expand(&before, &body[start..at], paths);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// Returns the file in which what a path names is defined; `None` for names of packages and of the file itself.
fn defined_in(
    files: &BTreeMap<Module, File>,
    from: &Module,
    path: &[String],
    steps: u8,
) -> Option<Module> {
    let above = path.iter().take_while(|part| *part == "super").count();
    let (mut module, rest) = match path.first()?.as_str() {
        "crate" => (Vec::new(), &path[1..]),
        "self" => (from.clone(), &path[1..]),
        "super" => (from[..from.len().checked_sub(above)?].to_vec(), &path[above..]),
        first if files.contains_key(&[&from[..], &[first.to_owned()]].concat()) => {
            (from.clone(), path)
        }
        _ => return None,
    };
    for (at, part) in rest.iter().enumerate() {
        let below = [&module[..], std::slice::from_ref(part)].concat();
        if files.contains_key(&below) {
            module = below;
            continue;
        }
        let passed_on = files.get(&module)?.imports.get(part).filter(|_| steps > 0);
        return match passed_on {
            Some((path, _)) => {
                let whole = [&path[..], &rest[at + 1..]].concat();
                defined_in(files, &module, &whole, steps - 1)
            }
            None => Some(module),
        };
    }
    Some(module)
}

fn known_by(files: &BTreeMap<Module, File>, module: &Module) -> BTreeSet<Module> {
    let file = &files[module];
    let own =
        file.imports.values().filter(|(_, passed_on)| !passed_on).map(|(path, _)| path.clone());
    let in_code = file.paths.iter().map(|path| match file.imports.get(&path[0]) {
        Some((import, _)) => [&import[..], &path[1..]].concat(),
        None => path.clone(),
    });
    let all = own.chain(in_code).filter_map(|path| defined_in(files, module, &path, 8));
    all.filter(|other| other != module).collect()
}

/// Returns all files that can be reached from one.
fn reached(known: &BTreeMap<Module, BTreeSet<Module>>, from: &Module) -> BTreeSet<Module> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        for other in known.get(module).into_iter().flatten() {
            if reached.insert(other.clone()) {
                open.push(other);
            }
        }
    }
    reached
}

fn circles(sources: &[Source]) -> Vec<Vec<String>> {
    let files = sources.iter().filter(|source| !source.is_test() && source.name != "main.rs");
    let files: BTreeMap<Module, File> =
        files.map(|source| (module_of(&source.name), read(source))).collect();
    let known: BTreeMap<Module, BTreeSet<Module>> =
        files.keys().map(|module| (module.clone(), known_by(&files, module))).collect();
    let reached: BTreeMap<&Module, BTreeSet<Module>> =
        files.keys().map(|module| (module, reached(&known, module))).collect();
    let mut circles: BTreeSet<Vec<String>> = BTreeSet::new();
    for (module, others) in &reached {
        if others.contains(*module) {
            let round = others.iter().filter(|other| reached[other].contains(*module));
            circles.insert(round.map(|other| files[other].name.clone()).collect());
        }
    }
    circles.into_iter().collect()
}

#[test]
fn files_do_not_know_each_other_in_circles() {
    let found = circles(&sources());
    let lies_in =
        |circle: &Vec<String>, folder: &str| circle.iter().all(|name| name.starts_with(folder));
    let problems: Vec<String> = found
        .iter()
        .filter(|circle| !KNOWN.iter().any(|(folder, _)| lies_in(circle, folder)))
        .map(|circle| format!("a circle: src/{}", circle.join(", src/")))
        .collect();
    check(&problems);
    for (folder, count) in KNOWN {
        let circles: Vec<_> = found.iter().filter(|circle| lies_in(circle, folder)).collect();
        assert!(circles.len() <= count, "more circles than are known: {circles:?}");
    }
}

#[test]
fn files_of_other_packages_do_not_know_each_other_in_circles() {
    let mut packages: BTreeMap<String, Vec<Source>> = BTreeMap::new();
    for source in all_sources() {
        let Some(name) = source.name.strip_prefix("../crates/") else { continue };
        let (package, name) = name.split_once("/src/").unwrap();
        let source = Source { name: name.to_owned(), text: source.text.clone() };
        packages.entry(package.to_owned()).or_default().push(source);
    }
    for (package, sources) in packages {
        assert_eq!(circles(&sources), Vec::<Vec<String>>::new(), "in {package}");
    }
}

#[test]
fn a_circle_is_seen_through_a_name_that_is_passed_on() {
    let source = |name: &str, text: &str| Source { name: name.to_owned(), text: text.to_owned() };
    let room = source("room/mod.rs", "mod one;\nmod two;\npub use one::One;\n");
    let one = source("room/one.rs", "use super::two::{Two, three as four};\npub struct One;\n");
    let two = |text| source("room/two.rs", text);
    let alone = [room, one];
    assert_eq!(circles(&alone), Vec::<Vec<String>>::new());
    let with = |text| {
        let [room, one] = &alone;
        let copy = |of: &Source| source(&of.name, &of.text);
        circles(&[copy(room), copy(one), two(text)])
    };
    assert_eq!(with("pub struct Two;\n"), Vec::<Vec<String>>::new());
    assert_eq!(with("use crate::room::One;\n"), [["room/one.rs", "room/two.rs"]]);
    assert_eq!(with("fn two() { super::one::help(); }\n"), [["room/one.rs", "room/two.rs"]]);
    assert_eq!(with("// super::one\n"), Vec::<Vec<String>>::new());
}
