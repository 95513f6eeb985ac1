//! The border to Postgres text: what may not be stored never gets past here.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// Text that Postgres can store: without U+0000, which its `text` has no place for. (Lone surrogates cannot be in
/// a Rust string.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Storable<'a>(Cow<'a, str>);

impl<'a> Storable<'a> {
    /// Drops what cannot be stored.
    pub(super) fn new(text: &'a str) -> Self {
        if text.contains('\0') {
            Self(Cow::Owned(text.replace('\0', "")))
        } else {
            Self(Cow::Borrowed(text))
        }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn into_string(self) -> String {
        self.0.into_owned()
    }
}

/// A path as the ledger keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StoredPath {
    /// BLAKE3 of the path's bytes.
    pub(super) key: Vec<u8>,
    /// The path; bytes that are not UTF-8 stand as `\xNN`.
    pub(super) text: String,
    /// The path's bytes, if they are not UTF-8.
    pub(super) bytes: Option<Vec<u8>>,
}

impl StoredPath {
    pub(super) fn new(path: &Path) -> Self {
        let bytes = path.as_os_str().as_bytes();
        let key = blake3::hash(bytes).as_bytes().to_vec();
        match std::str::from_utf8(bytes) {
            Ok(text) => Self { key, text: text.to_owned(), bytes: None },
            Err(_) => Self { key, text: escaped(bytes), bytes: Some(bytes.to_vec()) },
        }
    }

    /// Gives the path back from what the ledger keeps.
    pub(super) fn restore(text: String, bytes: Option<Vec<u8>>) -> PathBuf {
        match bytes {
            Some(bytes) => PathBuf::from(OsString::from_vec(bytes)),
            None => PathBuf::from(text),
        }
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text = format!("{text}\\x{byte:02x}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nul_is_dropped_and_nothing_else() {
        assert_eq!(Storable::new("a\0b\u{1}\u{fffd}").as_str(), "ab\u{1}\u{fffd}");
    }

    #[test]
    fn a_path_that_is_not_utf8_is_readable_and_comes_back() {
        let path = PathBuf::from(OsString::from_vec(b"box/b\xff.tif".to_vec()));
        let stored = StoredPath::new(&path);
        assert_eq!(stored.text, "box/b\\xff.tif");
        assert_eq!(StoredPath::restore(stored.text, stored.bytes), path);
    }

    #[test]
    fn paths_that_look_alike_have_different_keys() {
        let raw = StoredPath::new(Path::new(&OsString::from_vec(b"b\xff".to_vec())));
        let spelled = StoredPath::new(Path::new("b\\xff"));
        assert_eq!(raw.text, spelled.text);
        assert_ne!(raw.key, spelled.key);
    }
}
