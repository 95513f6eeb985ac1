//! BLAKE3 of a file's bytes, with the size and time that belong to exactly these bytes.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::kind::{HEAD, no_document};
use crate::decode::format_of;
use crate::document::{DocumentHash, Failure, Format, Reason, Stage};

/// What was read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashedContent {
    pub hash: DocumentHash,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified_ns: i64,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileContent {
    /// A document, or something that should be one.
    Document(HashedContent),
    /// Something that is no document.
    Other {
        /// In words, such as `Windows thumbnail cache`.
        kind: &'static str,
        size: u64,
        /// Nanoseconds since 1970.
        modified_ns: i64,
    },
}

/// Looks at a file: what is no document by its first bytes and its name is not read further, anything else is
/// hashed.
pub fn read_file(path: &Path) -> Result<FileContent, Failure> {
    let (head, metadata) = head_of(path).map_err(|error| failure(&error))?;
    match no_document(path, &head) {
        Some(kind) => Ok(FileContent::Other {
            kind,
            size: metadata.len(),
            modified_ns: modified_ns(&metadata),
        }),
        None => hash_file(path).map(FileContent::Document),
    }
}

/// What a file is by its first bytes and its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// A document, or something that should be one: then without a format.
    Document(Option<Format>),
    /// Something that is no document, in words.
    Other(&'static str),
}

/// Tells what a file is, as [`read_file`] does, without reading all of it.
pub fn kind_of(path: &Path) -> Result<FileKind, Failure> {
    let (head, _) = head_of(path).map_err(|error| failure(&error))?;
    Ok(match no_document(path, &head) {
        Some(kind) => FileKind::Other(kind),
        None => FileKind::Document(format_of(&head)),
    })
}

/// Reads the first bytes of a file.
pub(super) fn head_of(path: &Path) -> io::Result<(Vec<u8>, Metadata)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut head = Vec::with_capacity(HEAD);
    file.take(HEAD as u64).read_to_end(&mut head)?;
    Ok((head, metadata))
}

/// Hashes a file in pieces of 256 KiB. A file that is written to meanwhile is a failure: its hash
/// would be of bytes that never stood together.
pub fn hash_file(path: &Path) -> Result<HashedContent, Failure> {
    let failed = |error: io::Error| failure(&error);
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0_u8; 256 << 10];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(taken) => {
                hasher.update(&buffer[..taken]);
                size += taken as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failure(&error)),
        }
    }
    let after = file.metadata().map_err(failed)?;
    if size != after.len() || modified_ns(&before) != modified_ns(&after) {
        let message = "the file is being written to";
        return Err(Failure::new(Stage::Read, Reason::Changed, message));
    }
    let hash = DocumentHash(*hasher.finalize().as_bytes());
    Ok(HashedContent { hash, size, modified_ns: modified_ns(&after) })
}

/// Returns the modification time in nanoseconds since 1970.
pub(super) fn modified_ns(metadata: &Metadata) -> i64 {
    metadata.mtime().saturating_mul(1_000_000_000).saturating_add(metadata.mtime_nsec())
}

pub(super) fn failure(error: &io::Error) -> Failure {
    let reason = match error.kind() {
        io::ErrorKind::NotFound => Reason::Vanished,
        _ => Reason::Unreadable,
    };
    Failure::new(Stage::Read, reason, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_as_blake3_does() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("abc");
        std::fs::write(&path, "abc").unwrap();
        let content = hash_file(&path).unwrap();
        // Test vector from the BLAKE3 team's b3sum.
        assert_eq!(
            content.hash.to_string(),
            "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85"
        );
        assert_eq!(content.size, 3);
    }

    #[test]
    fn says_vanished_for_a_file_that_is_gone() {
        let failure = hash_file(Path::new("/nonexistent/scan.tif")).unwrap_err();
        assert_eq!((failure.stage, failure.reason), (Stage::Read, Reason::Vanished));
    }
}
