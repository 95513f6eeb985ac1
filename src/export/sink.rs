//! Where an export goes: stdout, or a file that appears whole or not at all, compressed by its extension.

use std::fs::Permissions;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use flate2::write::GzEncoder;
use tempfile::NamedTempFile;

use super::error::ExportError;

const BUFFER: usize = 1 << 16;

/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Stdout,
    /// `.gz` and `.zst` are compressed.
    File(PathBuf),
}

impl Target {
    /// Reads a command line argument: `-` is stdout.
    pub fn from_argument(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdout } else { Self::File(argument.to_owned()) }
    }

    fn shown(&self) -> String {
        match self {
            Self::Stdout => "stdout".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// An export that is being written.
pub(super) struct Sink {
    csv: csv::Writer<Compressed>,
    target: Target,
}

pub(super) enum Compressed {
    Stdout(BufWriter<io::Stdout>),
    Plain(BufWriter<NamedTempFile>),
    Gzip(GzEncoder<BufWriter<NamedTempFile>>),
    Zstd(zstd::Encoder<'static, BufWriter<NamedTempFile>>),
}

impl Sink {
    /// Opens the target; a file's bytes go to a temporary one beside it first.
    pub(super) fn open(target: &Target) -> Result<Self, ExportError> {
        let output = Compressed::open(target).map_err(|cause| write_error(target, cause))?;
        Ok(Self { csv: csv::Writer::from_writer(output), target: target.clone() })
    }

    pub(super) fn write<'a>(
        &mut self,
        cells: impl Iterator<Item = &'a String>,
    ) -> Result<(), ExportError> {
        self.csv.write_record(cells).map_err(|error| write_error(&self.target, error.into()))
    }

    /// Ends the file and puts it in its place.
    pub(super) fn finish(self) -> Result<(), ExportError> {
        let Self { csv, target } = self;
        let finished = || -> io::Result<()> {
            let output = csv.into_inner().map_err(csv::IntoInnerError::into_error)?;
            output.finish(&target)
        };
        finished().map_err(|cause| write_error(&target, cause))
    }
}

impl Compressed {
    pub(super) fn open(target: &Target) -> io::Result<Self> {
        let path = match target {
            Target::Stdout => {
                return Ok(Self::Stdout(BufWriter::with_capacity(BUFFER, io::stdout())));
            }
            Target::File(path) => path,
        };
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = tempfile::Builder::new()
            .prefix(".scanlift-export-")
            // What any program gives a new file; the user's umask takes its part away.
            .permissions(Permissions::from_mode(0o666))
            .tempfile_in(directory)?;
        let file = BufWriter::with_capacity(BUFFER, file);
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Ok(Self::Gzip(GzEncoder::new(file, flate2::Compression::default()))),
            Some("zst") => Ok(Self::Zstd(zstd::Encoder::new(file, ZSTD_LEVEL)?)),
            _ => Ok(Self::Plain(file)),
        }
    }

    pub(super) fn finish(self, target: &Target) -> io::Result<()> {
        let file = match self {
            Self::Stdout(mut stdout) => return stdout.flush(),
            Self::Plain(file) => file,
            Self::Gzip(encoder) => encoder.finish()?,
            Self::Zstd(encoder) => encoder.finish()?,
        };
        let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        match target {
            Target::Stdout => Ok(()),
            Target::File(path) => file.persist(path).map(|_| ()).map_err(|error| error.error),
        }
    }
}

impl Write for Compressed {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(output) => output.write(bytes),
            Self::Plain(output) => output.write(bytes),
            Self::Gzip(output) => output.write(bytes),
            Self::Zstd(output) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(output) => output.flush(),
            Self::Plain(output) => output.flush(),
            Self::Gzip(output) => output.flush(),
            Self::Zstd(output) => output.flush(),
        }
    }
}

pub(super) fn write_error(target: &Target, cause: io::Error) -> ExportError {
    ExportError::Write { target: target.shown(), cause }
}
