//! After a walk: which files of the ledger are not where they were. The file system decides, file by file: what was
//! left out of a walk, or cannot be looked at, has not gone.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::blocking::blocking;
use crate::document::RunId;
use crate::store::{GoneFiles, SeenFiles, Store, StoreError, UnseenFile};

/// Files that are looked up at once.
const FILES_PER_BATCH: u32 = 1000;

/// Notes what has gone from the places that a walk has finished, and what moved to them from elsewhere. `seen` are the
/// files that were found as they were.
pub(super) async fn note_gone(
    store: &Store,
    run: RunId,
    roots: &[PathBuf],
    seen: &SeenFiles,
) -> Result<GoneFiles, StoreError> {
    let mut sum = GoneFiles::default();
    let mut after = 0;
    loop {
        let unseen = store.unseen_files(run, roots, seen, (after, FILES_PER_BATCH)).await?;
        let Some(last) = unseen.last() else { break };
        after = last.source_file_id;
        let (gone, readable) = blocking(move || sort(&unseen)).await;
        let noted = store.mark_gone(run, &gone).await?;
        store.forget_unreadable(&readable).await?;
        sum.files += noted.files;
        sum.moved += noted.moved;
    }
    if sum.files > 0 {
        warn_of_empty(roots.to_vec()).await;
    }
    Ok(sum)
}

/// A disk that is not mounted leaves an empty directory. Nothing is lost by noting its files as gone: with the disk
/// they come back.
async fn warn_of_empty(roots: Vec<PathBuf>) {
    let is_empty =
        |root: &PathBuf| fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_none());
    let empty: Vec<PathBuf> = blocking(move || roots.into_iter().filter(is_empty).collect()).await;
    for root in empty {
        tracing::warn!(
            path = %root.display(),
            "the directory is empty, and the files that were in it are noted as gone; hint: if a disk belongs there, mount it and run the command again"
        );
    }
}

/// Returns the files that have gone, and the directories that could not be read and can be now.
fn sort(unseen: &[UnseenFile]) -> (Vec<i64>, Vec<i64>) {
    let (mut gone, mut readable) = (Vec::new(), Vec::new());
    for file in unseen {
        match fate(file) {
            Fate::Stays => {}
            Fate::Gone => gone.push(file.source_file_id),
            Fate::ReadableDirectory => readable.push(file.source_file_id),
        }
    }
    (gone, readable)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is there, or nobody can tell.
    Stays,
    Gone,
    ReadableDirectory,
}

fn fate(file: &UnseenFile) -> Fate {
    match fs::metadata(&file.path) {
        Ok(metadata) if metadata.is_dir() && file.is_unreadable => {
            if !file.path.is_symlink() && fs::read_dir(&file.path).is_ok() {
                Fate::ReadableDirectory
            } else {
                Fate::Stays
            }
        }
        Ok(metadata) => {
            if metadata.is_dir() {
                Fate::Gone
            } else {
                Fate::Stays
            }
        }
        Err(error)
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) =>
        {
            // Outside of the walk it may be a disk that is missing, not the file.
            let directory_is_there = || file.path.parent().is_some_and(Path::is_dir);
            if file.was_walked || file.has_new_copy || directory_is_there() {
                Fate::Gone
            } else {
                Fate::Stays
            }
        }
        Err(_) => Fate::Stays,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unseen(path: PathBuf) -> UnseenFile {
        UnseenFile {
            source_file_id: 1,
            path,
            was_walked: true,
            has_new_copy: false,
            is_unreadable: false,
        }
    }

    #[test]
    fn only_what_is_not_there_has_gone() {
        let directory = tempfile::tempdir().unwrap();
        let there = directory.path().join("a.tif");
        fs::write(&there, "a").unwrap();
        assert_eq!(fate(&unseen(there.clone())), Fate::Stays);
        assert_eq!(fate(&unseen(directory.path().join("b.tif"))), Fate::Gone);
        assert_eq!(fate(&unseen(there.join("c.tif"))), Fate::Gone, "its directory is a file now");
        assert_eq!(fate(&unseen(directory.path().to_owned())), Fate::Gone, "it is a directory now");
        let unreadable = UnseenFile { is_unreadable: true, ..unseen(directory.path().to_owned()) };
        assert_eq!(fate(&unreadable), Fate::ReadableDirectory);
    }

    #[test]
    fn outside_of_the_walk_a_missing_directory_may_be_a_missing_disk() {
        let directory = tempfile::tempdir().unwrap();
        let elsewhere =
            |path: &str| UnseenFile { was_walked: false, ..unseen(directory.path().join(path)) };
        assert_eq!(fate(&elsewhere("disk/a.tif")), Fate::Stays);
        assert_eq!(fate(&elsewhere("a.tif")), Fate::Gone);
        let moved = UnseenFile { has_new_copy: true, ..elsewhere("disk/a.tif") };
        assert_eq!(fate(&moved), Fate::Gone);
    }
}
