//! Reads images of text lines with the LSTM models in Tesseract's `.traineddata` files: the same words and
//! confidences as Tesseract 5 gives, to the bit, many times faster, without a line of C.
//!
//! Owns the file format, the network's arithmetic, the beam search with the model's dictionaries, and the words
//! that come out of it. It takes images of single lines; where the lines of a page are is another's business.
//!
//! A [`Model`] is parsed from the bytes of a file, a [`LineReader`] keeps it ready for one [`Kernel`], the
//! instructions of a kind of processor. All kernels give the same bits.
//!
//! ```no_run
//! use image::GrayImage;
//! use tesseract_lstm::{Kernel, LineReader, LineSettings, Model};
//!
//! # fn read(line: GrayImage) -> Result<(), Box<dyn std::error::Error>> {
//! let file = std::fs::read("/usr/share/tesseract-ocr/5/tessdata/eng.traineddata")?;
//! let mut reader = LineReader::new(Model::parse(&file)?, Kernel::fastest());
//! // Dark text on a light ground, one line to an image, cut out with a few pixels around it.
//! for text in reader.read_lines(&[line], &LineSettings::default()) {
//!     for word in text.words {
//!         println!("{} ({:.0} %) from x = {} to {}", word.text, word.confidence, word.left, word.right);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Models whose weights are 8-bit integers are supported (`tessdata_fast`, and what Linux distributions install as
//! `tesseract-ocr-*`); [`ModelError::Unsupported`] says what a file needs beyond that.

#![warn(missing_docs)]

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
pub use model::Model;
pub use reader::{Inversion, LineReader, LineSettings};
pub use script::Script;
pub use wordlist::WordList;
pub use words::{LineCharacter, LineText, LineWord};
