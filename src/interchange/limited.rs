//! Bytes of a file → UTF-8, a bounded number of them for each page: a file of any length is read, but not a page of any
//! length.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read};

use encoding_rs::Encoding;
use encoding_rs_io::DecodeReaderBytesBuilder;

/// A page, or a file whose pages cannot be told apart before all of it was read, may have so many bytes. In tests few,
/// so that they are over it soon.
pub const MAX_PAGE_BYTES: u64 = if cfg!(test) { 1 << 20 } else { 256 << 20 };

/// So much of a file's start may say how it is encoded.
const DECLARATION: usize = 1024;

const BUFFER: usize = 1 << 16;

/// The text of a file as UTF-8; what is not valid in its encoding is U+FFFD.
pub(super) struct Text<'a> {
    buffered: BufReader<Box<dyn Read + 'a>>,
    left: u64,
}

/// A page is longer than the limit.
#[derive(Debug, Clone, Copy)]
pub(super) struct OverLimit;

impl fmt::Display for OverLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a page of more than {} MiB", MAX_PAGE_BYTES >> 20)
    }
}

impl std::error::Error for OverLimit {}

/// Makes UTF-8 of a file: of UTF-8 and UTF-16 with a byte order mark, else of the encoding that an XML declaration or a
/// `charset` near the start names, else of UTF-8.
pub(super) fn text_of<'a>(bytes: impl Read + 'a) -> Text<'a> {
    let mut bytes = bytes;
    let mut head = Vec::with_capacity(DECLARATION);
    // An error of the file comes again with the next read.
    let _read = bytes.by_ref().take(DECLARATION as u64).read_to_end(&mut head);
    let declared = declared_encoding(&head);
    let decoded = DecodeReaderBytesBuilder::new()
        .encoding(Some(declared))
        .bom_override(true)
        .strip_bom(true)
        .build(io::Cursor::new(head).chain(bytes));
    Text { buffered: BufReader::with_capacity(BUFFER, Box::new(decoded)), left: MAX_PAGE_BYTES }
}

/// Returns the encoding that the start of a file names; UTF-8 if it names none.
pub(super) fn declared_encoding(head: &[u8]) -> &'static Encoding {
    let head = &head[..head.len().min(DECLARATION)];
    match head {
        // `<` in two bytes without a mark.
        [b'<', 0, ..] => return encoding_rs::UTF_16LE,
        [0, b'<', ..] => return encoding_rs::UTF_16BE,
        _ => {}
    }
    let start = String::from_utf8_lossy(head).to_lowercase();
    let named = |key: &str| {
        let rest = start.split_once(key)?.1.trim_start_matches(['=', ' ', '"', '\'']);
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:.".contains(c))?;
        let encoding = Encoding::for_label(&rest.as_bytes()[..end])?;
        // Text that says so in bytes is in no encoding of two.
        (encoding.output_encoding() == encoding).then_some(encoding)
    };
    let is_markup = start.trim_start().starts_with('<');
    let found = is_markup.then(|| named("encoding").or_else(|| named("charset"))).flatten();
    found.unwrap_or(encoding_rs::UTF_8)
}

impl Text<'_> {
    /// Notes that another page begins: it has its own limit.
    pub(super) fn next_page(&mut self) {
        self.left = MAX_PAGE_BYTES;
    }

    /// Reads all that is left.
    pub(super) fn read_all(&mut self) -> io::Result<String> {
        let mut all = String::new();
        self.read_to_string(&mut all)?;
        Ok(all)
    }
}

impl Read for Text<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let taken = available.len().min(into.len());
        into[..taken].copy_from_slice(&available[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl BufRead for Text<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(OverLimit));
        }
        self.buffered.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount as u64);
        self.buffered.consume(amount);
    }
}
