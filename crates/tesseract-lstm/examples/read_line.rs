//! Prints the words of the image of one line: `read_line MODEL.traineddata LINE.png`.

use std::error::Error;
use std::fs;

use tesseract_lstm::{Kernel, LineReader, LineSettings, Model};

#[expect(clippy::print_stdout, reason = "the words are what the program is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(model), Some(line)) = (arguments.next(), arguments.next()) else {
        return Err("usage: read_line MODEL.traineddata LINE.png".into());
    };
    let line = image::open(line)?.into_luma8();
    let mut reader = LineReader::new(Model::parse(&fs::read(model)?)?, Kernel::fastest());
    for text in reader.read_lines(&[line], &LineSettings::default()) {
        for word in text.words {
            println!(
                "{:>4}-{:<4} {:>3.0} %  {}",
                word.left, word.right, word.confidence, word.text
            );
        }
    }
    Ok(())
}
