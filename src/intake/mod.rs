//! Finds files and hashes them. Knows nothing of formats, pages or the ledger.

mod hash;
mod walk;

pub use hash::{HashedContent, hash_file};
pub use walk::{
    Found, FoundFile, Hidden, Skipped, Symlinks, UnreadablePath, Walk, WalkError, WalkOptions,
};
