//! `scanlift.toml`: settings that need not be typed every time. Flags win over it.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use serde::Deserialize;

use super::options::{Common, CommonArgs, Output, ReaderDefaults};
use crate::store::Database;

/// The file that is read if it is there and no other is named.
const DEFAULT_FILE: &str = "scanlift.toml";

/// Where the private cluster is, unless something else is said.
const DEFAULT_DATA_DIRECTORY: &str = ".scanlift";

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ConfigFile {
    database_url: Option<String>,
    data_dir: Option<PathBuf>,
    models: Option<PathBuf>,
    jobs: Option<NonZeroUsize>,
    languages: Option<String>,
    /// Seconds.
    timeout: Option<u64>,
    /// MiB.
    reader_memory: Option<u64>,
}

/// Brings flags and configuration file together. Paths in the file are relative to it.
pub(super) fn resolve(args: CommonArgs) -> anyhow::Result<Common> {
    let (file, base) = match &args.config {
        Some(path) => (read(path)?, path.parent().unwrap_or(Path::new("")).to_owned()),
        None if Path::new(DEFAULT_FILE).is_file() => {
            (read(Path::new(DEFAULT_FILE))?, PathBuf::new())
        }
        None => (ConfigFile::default(), PathBuf::new()),
    };
    let in_base = |path: PathBuf| base.join(path);
    let data_dir = args
        .data_dir
        .or_else(|| file.data_dir.map(in_base))
        .unwrap_or_else(|| PathBuf::from(DEFAULT_DATA_DIRECTORY));
    let database = match args.database_url.or(file.database_url) {
        Some(url) => Database::Url(url),
        None => Database::Private(data_dir.clone()),
    };
    Ok(Common {
        database,
        data_dir,
        models: args.models.or_else(|| file.models.map(|path| base.join(path))),
        output: if args.json { Output::Json } else { Output::Text },
        quiet: args.quiet,
        defaults: ReaderDefaults {
            jobs: file.jobs,
            languages: file.languages,
            timeout_seconds: file.timeout,
            memory_mib: file.reader_memory,
        },
    })
}

fn read(path: &Path) -> anyhow::Result<ConfigFile> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: configuration", path.display()))?;
    toml::from_str(&text).map_err(|error| {
        anyhow!("{}: configuration: {}", path.display(), error.to_string().trim_end())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_paths_are_relative_to_it() {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("scanlift.toml");
        std::fs::write(&config, "data_dir = \"cluster\"\nmodels = \"m\"\njobs = 3\n").unwrap();
        let args = CommonArgs {
            config: Some(config),
            models: Some(PathBuf::from("mine")),
            ..CommonArgs::default()
        };
        let common = resolve(args).unwrap();
        assert_eq!(common.data_dir, directory.path().join("cluster"));
        assert_eq!(common.models, Some(PathBuf::from("mine")));
        assert_eq!(common.defaults.jobs.map(NonZeroUsize::get), Some(3));
    }

    #[test]
    fn names_the_line_of_an_unknown_setting() {
        let directory = tempfile::tempdir().unwrap();
        let config = directory.path().join("scanlift.toml");
        std::fs::write(&config, "jobs = 2\nlanguage = \"eng\"\n").unwrap();
        let args = CommonArgs { config: Some(config), ..CommonArgs::default() };
        let error = resolve(args).unwrap_err().to_string();
        assert!(error.contains("line 2") && error.contains("unknown field `language`"), "{error}");
    }
}
