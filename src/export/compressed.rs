//! A target's bytes, compressed as its extension says by the thread that writes them.

use std::io::{self, BufWriter, Write};

use flate2::write::GzEncoder;

use super::error::ExportError;
use super::target::{Compression, Target, TargetFile};

const BUFFER: usize = 1 << 16;
/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// A file that is being written.
pub(super) struct Compressed {
    target: Target,
    output: Output,
}

enum Output {
    Plain(BufWriter<TargetFile>),
    Gzip(GzEncoder<BufWriter<TargetFile>>),
    Zstd(zstd::Encoder<'static, BufWriter<TargetFile>>),
}

impl Compressed {
    /// Opens the target; a file's bytes go to a temporary one beside it first.
    pub(super) fn open(target: &Target) -> Result<Self, ExportError> {
        let file = BufWriter::with_capacity(BUFFER, TargetFile::open(target, false)?);
        let output = match target.compression() {
            None => Output::Plain(file),
            Some(Compression::Gzip) => {
                Output::Gzip(GzEncoder::new(file, flate2::Compression::default()))
            }
            Some(Compression::Zstd) => Output::Zstd(
                zstd::Encoder::new(file, ZSTD_LEVEL).map_err(|cause| target.failed(cause))?,
            ),
        };
        Ok(Self { target: target.clone(), output })
    }

    /// Ends the file and puts it in its place.
    pub(super) fn finish(self) -> Result<(), ExportError> {
        let Self { target, output } = self;
        let packed = match output {
            Output::Plain(file) => Ok(file),
            Output::Gzip(encoder) => encoder.finish(),
            Output::Zstd(encoder) => encoder.finish(),
        };
        let file =
            packed.and_then(|file| file.into_inner().map_err(io::IntoInnerError::into_error));
        file.map_err(|cause| target.failed(cause))?.finish().map(|_| ())
    }
}

impl Write for Compressed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.output {
            Output::Plain(output) => output.write(bytes),
            Output::Gzip(output) => output.write(bytes),
            Output::Zstd(output) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.output {
            Output::Plain(output) => output.flush(),
            Output::Gzip(output) => output.flush(),
            Output::Zstd(output) => output.flush(),
        }
    }
}
