//! Finds installed Postgres server binaries.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::store::error::ClusterError;

use super::super::MINIMUM_VERSION;

/// A directory with `postgres`, `initdb` and `pg_ctl`, and their major version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    pub(super) directory: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// Finds the newest binaries, or those that made the data directory if it exists already.
    pub(super) fn find(made_by: Option<u32>, directory: &Path) -> Result<Self, ClusterError> {
        choose(installed(), made_by, directory)
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.directory.join(program)
    }
}

fn choose(
    mut found: Vec<Binaries>,
    made_by: Option<u32>,
    directory: &Path,
) -> Result<Binaries, ClusterError> {
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    let Some(newest) = found.first() else { return Err(ClusterError::NoBinaries) };
    if newest.major < MINIMUM_VERSION {
        return Err(ClusterError::BinariesTooOld { found: newest.major, minimum: MINIMUM_VERSION });
    }
    let Some(made_by) = made_by else { return Ok(newest.clone()) };
    found.iter().find(|binaries| binaries.major == made_by).cloned().ok_or_else(|| {
        let versions: Vec<String> =
            found.iter().map(|binaries| binaries.major.to_string()).collect();
        ClusterError::OtherVersion {
            directory: directory.to_owned(),
            made_by,
            installed: versions.join(", "),
        }
    })
}

fn installed() -> Vec<Binaries> {
    let mut directories: Vec<PathBuf> = Vec::new();
    if let Ok(output) = Command::new("pg_config").arg("--bindir").output() {
        directories.push(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    }
    if let Some(path) = std::env::var_os("PATH") {
        directories.extend(std::env::split_paths(&path));
    }
    // Debian and Red Hat keep the server's programs out of the PATH.
    directories.extend(versions_under(Path::new("/usr/lib/postgresql")));
    directories.extend(versions_under(Path::new("/usr")));
    directories.sort();
    directories.dedup();
    directories
        .into_iter()
        .filter(|directory| {
            ["postgres", "initdb", "pg_ctl"].iter().all(|program| directory.join(program).is_file())
        })
        .filter_map(|directory| {
            let major = major_version(&directory.join("postgres"))?;
            Some(Binaries { directory, major })
        })
        .collect()
}

/// Lists `bin` directories of versions: `/usr/lib/postgresql/15/bin`, `/usr/pgsql-15/bin`.
fn versions_under(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(root) else { return Vec::new() };
    entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with("pgsql-") || name.chars().all(|letter| letter.is_ascii_digit())
        })
        .map(|entry| entry.path().join("bin"))
        .collect()
}

fn major_version(postgres: &Path) -> Option<u32> {
    let output = Command::new(postgres).arg("--version").current_dir("/").output().ok()?;
    parse_version(&String::from_utf8_lossy(&output.stdout))
}

/// Reads `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or `16beta1`.
fn parse_version(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binaries(major: u32) -> Binaries {
        Binaries { directory: PathBuf::from(format!("/usr/lib/postgresql/{major}/bin")), major }
    }

    #[test]
    fn versions_are_read_as_postgres_prints_them() {
        assert_eq!(
            parse_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"),
            Some(15)
        );
        assert_eq!(parse_version("postgres (PostgreSQL) 16beta1\n"), Some(16));
        assert_eq!(parse_version(""), None);
    }

    #[test]
    fn the_newest_is_taken_for_new_data_and_the_maker_for_old() {
        let found = vec![binaries(13), binaries(16), binaries(15)];
        assert_eq!(choose(found.clone(), None, Path::new("d")).unwrap(), binaries(16));
        assert_eq!(choose(found, Some(13), Path::new("d")).unwrap(), binaries(13));
    }

    #[test]
    fn a_data_directory_of_a_version_that_is_not_installed_is_refused() {
        let error = choose(vec![binaries(15)], Some(13), Path::new("d")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "`d` was made by Postgres 13, which is not installed (found: 15)"
        );
    }

    #[test]
    fn no_server_and_an_old_server_are_told_apart() {
        assert!(matches!(choose(vec![], None, Path::new("d")), Err(ClusterError::NoBinaries)));
        assert!(matches!(
            choose(vec![binaries(11)], None, Path::new("d")),
            Err(ClusterError::BinariesTooOld { found: 11, minimum: 13 })
        ));
    }
}
