//! What goes over the pipes: length-prefixed postcard frames, and a document's bytes behind `Open`.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{OpenedDocument, PageReading, ReaderSettings, Sandbox};
use crate::document::{Failure, Look, PageNumber, Seen};

/// Longest frame in bytes; a page of 200,000 words has about 10 MB.
pub(super) const MAX_FRAME: u32 = 256 << 20;

/// What the parent asks of a reader.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// The first frame; answered by `Ready` or `Unable`.
    Configure(Box<ReaderSettings>),
    /// `length` bytes of the document follow the frame; answered by `Opened` or `Failed`.
    Open { length: u64 },
    /// Answered by `Page` or `Failed`.
    ReadPage(PageNumber),
    /// Parts of the page that was read last; answered by `Seen` or `Failed`.
    LookAgain { page: PageNumber, looks: Vec<Look>, budget_ms: u32 },
}

/// What a reader answers: one frame a request.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Response {
    /// It is confined, and this is what confines it.
    Ready(Sandbox),
    /// The reader cannot start; it ends.
    Unable(String),
    Opened(OpenedDocument),
    Page(Box<PageReading>),
    /// What was seen at each look, in their order.
    Seen(Vec<Seen>),
    Failed(Failure),
}

/// Returns a frame's bytes: its length as u32 little-endian, then the value.
pub(super) fn frame<T: Serialize>(value: &T) -> io::Result<Vec<u8>> {
    let body = postcard::to_stdvec(value).map_err(io::Error::other)?;
    let length =
        u32::try_from(body.len()).ok().filter(|length| *length <= MAX_FRAME).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, format!("frame of {} bytes", body.len()))
        })?;
    let mut bytes = Vec::with_capacity(body.len() + 4);
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.extend_from_slice(&body);
    Ok(bytes)
}

/// Writes one frame and flushes.
pub(super) fn write<T: Serialize>(output: &mut impl Write, value: &T) -> io::Result<()> {
    output.write_all(&frame(value)?)?;
    output.flush()
}

/// Reads one frame, or `None` if the other side has closed the pipe.
pub(super) fn read<T: DeserializeOwned>(input: &mut impl Read) -> io::Result<Option<T>> {
    let mut length = [0_u8; 4];
    match input.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let mut body = vec![0_u8; body_length(length)?];
    input.read_exact(&mut body)?;
    value(&body).map(Some)
}

/// Returns the length of a frame's body from its first four bytes.
pub(super) fn body_length(prefix: [u8; 4]) -> io::Result<usize> {
    let length = u32::from_le_bytes(prefix);
    if length > MAX_FRAME {
        let message = format!("frame of {length} bytes, limit {MAX_FRAME}");
        return Err(io::Error::new(io::ErrorKind::InvalidData, message));
    }
    Ok(length as usize)
}

/// Returns the value of a frame's body.
pub(super) fn value<T: DeserializeOwned>(body: &[u8]) -> io::Result<T> {
    postcard::from_bytes(body)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))
}

#[cfg(test)]
mod tests;
