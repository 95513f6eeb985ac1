//! A little-endian reader over a part of a model file that never reads past its end.
//!
//! Used by all parsers. Every length that a file states is checked against the bytes that are
//! left before anything is taken or reserved.

use super::error::ModelError;

/// Reads a part of a model file from front to back.
#[derive(Debug, Clone)]
pub(super) struct ByteReader<'a> {
    part: &'static str,
    rest: &'a [u8],
}

impl<'a> ByteReader<'a> {
    /// Starts at the front of `bytes`; `part` names them in errors.
    pub(super) fn new(part: &'static str, bytes: &'a [u8]) -> Self {
        Self { part, rest: bytes }
    }

    /// Returns an error about this part of the file.
    pub(super) fn broken(&self, what: impl Into<String>) -> ModelError {
        ModelError::broken(self.part, what)
    }

    /// Takes the next `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], ModelError> {
        let Some((taken, rest)) = self.rest.split_at_checked(count) else {
            return Err(self.broken(format!("needs {count} bytes, {} are left", self.rest.len())));
        };
        self.rest = rest;
        Ok(taken)
    }

    /// Takes `count` items of `size` bytes each, as one slice.
    pub(super) fn take_items(&mut self, count: usize, size: usize) -> Result<&'a [u8], ModelError> {
        let Some(bytes) = count.checked_mul(size) else {
            return Err(self.broken(format!("{count} items of {size} bytes are too many")));
        };
        self.take(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], ModelError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    /// Reads one byte.
    pub(super) fn u8(&mut self) -> Result<u8, ModelError> {
        Ok(u8::from_le_bytes(self.array()?))
    }

    /// Reads one signed byte.
    pub(super) fn i8(&mut self) -> Result<i8, ModelError> {
        Ok(i8::from_le_bytes(self.array()?))
    }

    /// Reads a 16-bit signed integer.
    pub(super) fn i16(&mut self) -> Result<i16, ModelError> {
        Ok(i16::from_le_bytes(self.array()?))
    }

    /// Reads a 32-bit signed integer.
    pub(super) fn i32(&mut self) -> Result<i32, ModelError> {
        Ok(i32::from_le_bytes(self.array()?))
    }

    /// Reads a 32-bit unsigned integer.
    pub(super) fn u32(&mut self) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Reads a 64-bit signed integer.
    pub(super) fn i64(&mut self) -> Result<i64, ModelError> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// Reads a 64-bit float.
    pub(super) fn f64(&mut self) -> Result<f64, ModelError> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    /// Reads a 32-bit unsigned number as a count or size.
    pub(super) fn size(&mut self) -> Result<usize, ModelError> {
        // A usize holds 32 bits on every machine this runs on.
        Ok(self.u32()? as usize)
    }

    /// Reads a 32-bit signed number that must be `least` or more.
    pub(super) fn size_of(&mut self, what: &str, least: i32) -> Result<usize, ModelError> {
        let number = self.i32()?;
        match usize::try_from(number) {
            Ok(size) if number >= least => Ok(size),
            _ => Err(self.broken(format!("{what} is {number}, must be at least {least}"))),
        }
    }

    /// Reads a text: its length as a 32-bit number, then its bytes, which must be UTF-8.
    pub(super) fn text(&mut self) -> Result<&'a str, ModelError> {
        let length = self.size()?;
        let bytes = self.take(length)?;
        std::str::from_utf8(bytes).map_err(|_| self.broken("a name is not UTF-8"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_numbers_and_texts_from_front_to_back() {
        let mut reader = ByteReader::new("test", &[1, 0xff, 2, 1, 2, 0, 0, 0, 0xc3, 0xa4, 9]);
        assert_eq!(reader.u8(), Ok(1));
        assert_eq!(reader.i8(), Ok(-1));
        assert_eq!(reader.i16(), Ok(258));
        assert_eq!(reader.text(), Ok("ä"));
    }

    #[test]
    fn a_length_beyond_the_end_is_broken_and_takes_nothing() {
        let mut reader = ByteReader::new("test", &[0xff, 0xff, 0xff, 0x7f, 5]);
        let problem = ModelError::broken("test", "needs 2147483647 bytes, 1 are left");
        assert_eq!(reader.text(), Err(problem));
        assert_eq!(reader.u8(), Ok(5));
        let problem =
            ModelError::broken("test", "18446744073709551615 items of 8 bytes are too many");
        assert_eq!(reader.take_items(usize::MAX, 8), Err(problem));
    }

    #[test]
    fn sizes_have_a_least_value() {
        let mut reader = ByteReader::new("test", &[0xff, 0xff, 0xff, 0xff, 3, 0, 0, 0]);
        let problem = ModelError::broken("test", "count is -1, must be at least 0");
        assert_eq!(reader.size_of("count", 0), Err(problem));
        assert_eq!(reader.size_of("count", 3), Ok(3));
    }

    #[test]
    fn a_text_must_be_utf8() {
        let problem = ModelError::broken("test", "a name is not UTF-8");
        assert_eq!(ByteReader::new("test", &[1, 0, 0, 0, 0xff]).text(), Err(problem));
    }
}
