//! Where an export goes: stdout, or a file that appears whole or not at all.

use std::fs::Permissions;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::error::ExportError;

/// Where an export goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    Stdout,
    /// `.gz` and `.zst` are compressed.
    File(PathBuf),
}

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compression {
    Gzip,
    Zstd,
}

impl Target {
    /// Reads a command line argument: `-` is stdout.
    pub fn from_argument(argument: &Path) -> Self {
        if argument.as_os_str() == "-" { Self::Stdout } else { Self::File(argument.to_owned()) }
    }

    /// Returns the compression that the extension asks for.
    pub(super) fn compression(&self) -> Option<Compression> {
        let Self::File(path) = self else { return None };
        match path.extension()?.to_str()? {
            "gz" => Some(Compression::Gzip),
            "zst" => Some(Compression::Zstd),
            _ => None,
        }
    }

    /// Returns the target of a part, such as `log-00001.csv.gz` for `log.csv.gz`.
    pub(super) fn part(&self, number: u64) -> Self {
        let Self::File(path) = self else { return Self::Stdout };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let packed = if self.compression().is_some() { name.rfind('.') } else { None };
        let unpacked = &name[..packed.unwrap_or(name.len())];
        let end = unpacked.rfind('.').filter(|&dot| dot > 0).unwrap_or(unpacked.len());
        Self::File(path.with_file_name(format!("{}-{number:05}{}", &name[..end], &name[end..])))
    }

    /// Says that the target cannot be written.
    pub(super) fn failed(&self, cause: io::Error) -> ExportError {
        ExportError::Write { target: self.shown(), cause }
    }

    pub(super) fn shown(&self) -> String {
        match self {
            Self::Stdout => "stdout".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }
}

/// The directory that a file is in.
pub(super) fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A file beside the one that it will take the place of.
pub(super) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    tempfile::Builder::new()
        .prefix(".scanlift-export-")
        // What any program gives a new file; the user's umask takes its part away.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(directory_of(path))
}

/// Bytes on their way to the target; they are written as they come, so blocks should be large.
pub(super) struct TargetFile {
    target: Target,
    output: Output,
    bytes: u64,
    hash: Option<Sha256>,
}

enum Output {
    Stdout(io::Stdout),
    File(NamedTempFile),
}

/// A file that was written whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WrittenFile {
    pub(super) bytes: u64,
    /// Hexadecimal; asked for where the file is part of a package.
    pub(super) sha256: Option<String>,
}

impl TargetFile {
    /// Opens the target; a file's bytes go to a temporary one beside it first.
    pub(super) fn open(target: &Target, is_hashed: bool) -> Result<Self, ExportError> {
        let output = match target {
            Target::Stdout => Output::Stdout(io::stdout()),
            Target::File(path) => {
                Output::File(temporary_beside(path).map_err(|cause| target.failed(cause))?)
            }
        };
        let hash = is_hashed.then(Sha256::new);
        Ok(Self { target: target.clone(), output, bytes: 0, hash })
    }

    pub(super) fn put(&mut self, block: &[u8]) -> Result<(), ExportError> {
        self.write_all(block).map_err(|cause| self.target.failed(cause))
    }

    /// Puts a file in its place.
    pub(super) fn finish(self) -> Result<WrittenFile, ExportError> {
        let Self { target, output, bytes, hash } = self;
        finish_output(output, &target).map_err(|cause| target.failed(cause))?;
        Ok(WrittenFile { bytes, sha256: hash.map(|hash| hexadecimal(&hash.finalize())) })
    }
}

fn finish_output(output: Output, target: &Target) -> io::Result<()> {
    match (output, target) {
        (Output::Stdout(mut stdout), _) => stdout.flush(),
        (Output::File(file), Target::File(path)) => {
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            Ok(())
        }
        (Output::File(_), Target::Stdout) => Ok(()),
    }
}

impl Write for TargetFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = match &mut self.output {
            Output::Stdout(stdout) => stdout.write(bytes)?,
            Output::File(file) => file.write(bytes)?,
        };
        self.bytes += count as u64;
        if let Some(hash) = &mut self.hash {
            hash.update(&bytes[..count]);
        }
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.output {
            Output::Stdout(stdout) => stdout.flush(),
            Output::File(file) => file.flush(),
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_numbered_before_the_extensions() {
        let part = |name: &str| Target::File(name.into()).part(7).shown();
        assert_eq!(part("out/log.csv"), "out/log-00007.csv");
        assert_eq!(part("log.csv.gz"), "log-00007.csv.gz");
        assert_eq!(part("a.b.jsonl.zst"), "a.b-00007.jsonl.zst");
        assert_eq!(part("log"), "log-00007");
        assert_eq!(part(".log"), ".log-00007");
        assert_eq!(part("log.gz"), "log-00007.gz");
    }
}
