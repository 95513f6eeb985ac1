//! Which language a page is read in, and the recognizers of all that may be.
//!
//! Owns the search for language data, the evidence for a language (words that are in its list, how sure its
//! network is), the choice for a page and for single lines of it, and the second network. The engine reads pictures of
//! lines through it.

mod candidate;
mod evidence;
mod installed;
mod print;
mod readers;
mod second;

pub(super) use installed::{AUTO, Wanted, data_directory, language_problem};
pub(super) use readers::LineReaders;
