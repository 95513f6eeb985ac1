//! The changes of the database's schema, as `migrations/` has them, compiled into the program.
//!
//! They are listed by hand: the macro that would do it makes sqlx be compiled twice.

use sqlx::SqlSafeStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};

/// A change of the schema.
struct Change {
    version: i64,
    about: &'static str,
    /// SQL that makes it, and that takes it back.
    up: &'static str,
    down: &'static str,
}

macro_rules! change {
    ($version:literal, $about:literal, $file:literal) => {
        Change {
            version: $version,
            about: $about,
            up: include_str!(concat!("../../migrations/", $file, ".up.sql")),
            down: include_str!(concat!("../../migrations/", $file, ".down.sql")),
        }
    };
}

/// All changes, in order.
const CHANGES: [Change; 6] = [
    change!(1, "ledger", "0001_ledger"),
    change!(2, "accounts", "0002_accounts"),
    change!(3, "archive", "0003_archive"),
    change!(4, "knowledge", "0004_knowledge"),
    change!(5, "dates", "0005_dates"),
    change!(6, "generation", "0006_generation"),
];

/// Returns what makes changes and takes them back.
pub(super) fn migrator() -> Migrator {
    let migration = |change: &Change, kind, sql: &'static str| {
        Migration::new(change.version, change.about.into(), kind, sql.into_sql_str(), false)
    };
    let migrations = CHANGES.iter().flat_map(|change| {
        [
            migration(change, MigrationType::ReversibleUp, change.up),
            migration(change, MigrationType::ReversibleDown, change.down),
        ]
    });
    let migrations: Vec<Migration> = migrations.collect();
    let mut migrator = Migrator { migrations: migrations.into(), ..Migrator::DEFAULT };
    migrator.create_schema("scanlift");
    migrator
}

/// Returns the names of the changes that are none of the applied versions, in order.
pub(super) fn names_of_missing(applied: &[i64]) -> Vec<String> {
    let missing = CHANGES.iter().filter(|change| !applied.contains(&change.version));
    missing.map(|change| name_of(change.version)).collect()
}

/// Returns the name of a change, such as `0001 ledger`.
pub(super) fn name_of(version: i64) -> String {
    let found = CHANGES.iter().find(|change| change.version == version);
    format!("{version:04} {}", found.map_or("", |change| change.about)).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_file_of_the_directory_is_a_change() {
        let directory = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"));
        let files: BTreeSet<String> = directory
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let listed = CHANGES.iter().flat_map(|change| {
            ["up", "down"].map(|way| format!("{:04}_{}.{way}.sql", change.version, change.about))
        });
        assert_eq!(files, listed.collect());
    }

    #[test]
    fn a_change_is_the_one_that_older_programs_have_made() {
        // The first bytes of SHA-384 of the file, as `sha384sum` gives them.
        let migrator = migrator();
        let first = migrator.iter().next().unwrap();
        assert_eq!((first.version, &*first.description), (1, "ledger"));
        assert_eq!(first.checksum[..4], CHECKSUM_OF_FIRST);
    }

    const CHECKSUM_OF_FIRST: [u8; 4] = [0xfa, 0x0d, 0xa0, 0xe1];
}
