//! A recognizer of our own for the networks in Tesseract's `.traineddata` files: the same words, many
//! times faster.
//!
//! Owns the model's file format, the network's arithmetic, the beam search and the words that come
//! out of it. Takes images of single lines; what a line is on a page is the business of `layout`.

mod border;
mod bytes;
mod container;
mod error;
mod forward;
mod kernels;
mod layers;
mod line;
mod network;
mod scaling;

pub use error::ModelError;
pub use kernels::{Kernel, UnknownKernel};
