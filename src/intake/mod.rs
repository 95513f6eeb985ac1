//! Finds files, tells those that are no documents, and hashes the others. Knows nothing of pages or the ledger, and of
//! formats only how their files start.

mod hash;
mod kind;
mod walk;

pub use hash::{FileContent, FileKind, HashedContent, hash_file, kind_of, read_file};
pub use walk::{
    Found, FoundFile, Hidden, LeftOut, Symlinks, UnreadablePath, Walk, WalkError, WalkOptions,
};
