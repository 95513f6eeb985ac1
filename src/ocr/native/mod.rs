//! A recognizer of our own for the networks in Tesseract's `.traineddata` files: the same words, many
//! times faster.
//!
//! Owns the model's file format, the network's arithmetic, the beam search and the words that come
//! out of it. Takes images of single lines; what a line is on a page is the business of `layout`.

mod alphabet;
mod beam;
mod border;
mod bytes;
mod container;
mod dawg;
mod error;
mod forward;
mod kernels;
mod layers;
mod line;
mod model;
mod network;
mod reader;
mod recoder;
mod scaling;
mod script;
mod unicharset;
mod wordlist;
mod words;

pub use alphabet::{Alphabet, CharacterSet};
pub use error::ModelError;
pub use kernels::{Kernel, UnknownKernel};
pub use model::NativeModel;
pub use reader::{Inversion, LineReader, LineSettings};
pub use script::Script;
pub use wordlist::WordList;
pub use words::{LineCharacter, LineText, LineWord};
