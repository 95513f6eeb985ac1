use std::os::unix::fs::symlink;

use super::*;

fn tree(files: &[&str]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, file).unwrap();
    }
    directory
}

fn names(root: &Path, options: &WalkOptions) -> (Vec<String>, LeftOut) {
    let mut walk = Walk::new(&[root.to_owned()], options).unwrap();
    let mut names = Vec::new();
    for found in walk.by_ref() {
        names.push(match found {
            Found::File(file) => file.path.strip_prefix(root).unwrap().display().to_string(),
            Found::Unreadable(path) => format!("unreadable: {}", path.failure.message),
        });
    }
    (names, walk.left_out())
}

#[test]
fn finds_files_in_the_order_of_their_names() {
    let tree = tree(&["b/2.tif", "b/10.tif", "a.tif", "c.tif"]);
    let (names, skipped) = names(tree.path(), &WalkOptions::default());
    assert_eq!(names, ["a.tif", "b/10.tif", "b/2.tif", "c.tif"]);
    assert_eq!(skipped, LeftOut::default());
}

#[test]
fn counts_hidden_files_and_links_that_it_leaves() {
    let tree = tree(&["a.tif", ".hidden.tif", ".git/b.tif"]);
    symlink(tree.path().join("a.tif"), tree.path().join("link.tif")).unwrap();
    let (found, skipped) = names(tree.path(), &WalkOptions::default());
    assert_eq!(found, ["a.tif"]);
    assert_eq!(skipped, LeftOut { hidden: 2, symlinks: 1, ..LeftOut::default() });
    let options =
        WalkOptions { hidden: Hidden::Include, symlinks: Symlinks::Follow, ..Default::default() };
    let (found, _) = names(tree.path(), &options);
    assert_eq!(found, [".git/b.tif", ".hidden.tif", "a.tif", "link.tif"]);
}

#[test]
fn takes_what_is_included_and_leaves_what_is_excluded() {
    let tree = tree(&["in/a.tif", "in/b.pdf", "out/c.tif", "in/thumbs/d.tif"]);
    let options = WalkOptions {
        include: vec!["*.tif".to_owned()],
        exclude: vec!["out".to_owned(), "**/thumbs/**".to_owned()],
        ..Default::default()
    };
    let (found, skipped) = names(tree.path(), &options);
    assert_eq!(found, ["in/a.tif"]);
    assert_eq!(skipped.filtered, 3);
}

#[test]
fn reports_a_link_that_leads_in_a_circle() {
    let tree = tree(&["a/1.tif"]);
    symlink(tree.path(), tree.path().join("a/up")).unwrap();
    let options = WalkOptions { symlinks: Symlinks::Follow, ..Default::default() };
    let (found, _) = names(tree.path(), &options);
    assert_eq!(
        found,
        ["a/1.tif", "unreadable: the symbolic link leads back to a directory above it"]
    );
}

#[test]
fn walks_a_path_inside_another_once() {
    let tree = tree(&["a/1.tif"]);
    let inside = tree.path().join("a/../a/1.tif");
    let walk = Walk::new(&[inside, tree.path().to_owned()], &WalkOptions::default()).unwrap();
    assert_eq!(walk.count(), 1);
}

#[test]
fn refuses_a_path_that_is_not_there() {
    let Err(error) = Walk::new(&[PathBuf::from("/nonexistent/scans")], &WalkOptions::default())
    else {
        panic!("the path does not exist");
    };
    assert!(error.to_string().starts_with("/nonexistent/scans: path: "), "{error}");
}

#[test]
fn finds_what_file_managers_leave_so_that_it_can_be_listed() {
    let tree = tree(&["a.tif", ".DS_Store", ".hidden"]);
    fs::write(tree.path().join("._a.tif"), b"\0\x05\x16\x07\0\x02\0\0").unwrap();
    fs::write(tree.path().join("._b.tif"), b"II*\0\x08\0\0\0").unwrap();
    let (found, left_out) = names(tree.path(), &WalkOptions::default());
    assert_eq!(found, [".DS_Store", "._a.tif", "a.tif"]);
    assert_eq!(left_out.hidden, 2);
}
