//! Runs the real program with a private database of its own, as a user would.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use assert_cmd::cargo::cargo_bin;
use serde_json::Value;
use tempfile::TempDir;

/// A directory with a private database; both are gone when it is dropped.
pub struct Program {
    directory: TempDir,
    url: OnceLock<String>,
}

/// What a command has written, and its exit code.
pub struct Ended {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap(), url: OnceLock::new() }
    }

    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A command in this directory with this database.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cargo_bin!("scanlift"));
        command
            .current_dir(self.directory())
            .env_remove("DATABASE_URL")
            .args(["--data-dir", "database"])
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Ended {
        Ended::from(self.command(arguments).output().unwrap())
    }

    /// Runs a command that must end with exit code 0, and returns its stdout.
    pub fn succeed(&self, arguments: &[&str]) -> String {
        let ended = self.run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}: {}{}", ended.stdout, ended.stderr);
        ended.stdout
    }

    pub fn report(&self) -> Value {
        serde_json::from_str(&self.succeed(&["--json", "report"])).unwrap()
    }

    /// The rows of a CSV that a command writes to stdout, by column name.
    pub fn rows(&self, arguments: &[&str]) -> Vec<Row> {
        rows(self.succeed(arguments).as_bytes())
    }

    /// Puts a file of the samples into a directory of this one.
    pub fn take_samples(&self, names: &[&str]) -> PathBuf {
        let scans = self.directory().join("scans");
        for name in names {
            let target = scans.join(name);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::copy(samples().join(name), target).unwrap();
        }
        scans
    }

    /// Runs SQL in the database, which must be running, and returns what psql prints.
    pub fn sql(&self, statement: &str) -> String {
        let output = self.psql(statement).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A command that runs SQL in the database, which must be running.
    pub fn psql(&self, statement: &str) -> Command {
        let url = self.url.get_or_init(|| self.succeed(&["db", "url"]));
        let mut command = Command::new("psql");
        command.args([url.trim(), "-XAtc", statement]).stdin(Stdio::null());
        command
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let url = self.run(&["db", "url"]).stdout;
        let _stopped = self.run(&["db", "stop"]);
        // As root the cluster lies outside of the directory; its socket's place tells where.
        let host = url.split("host=").nth(1).and_then(|rest| rest.split('&').next());
        if let Some(cluster) = host.and_then(|socket| Path::new(socket).parent())
            && cluster.starts_with("/var/lib/scanlift/")
        {
            let _removed = std::fs::remove_dir_all(cluster);
        }
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

pub type Row = std::collections::BTreeMap<String, String>;

pub fn rows(csv: &[u8]) -> Vec<Row> {
    csv::Reader::from_reader(csv).deserialize().collect::<Result<_, _>>().unwrap()
}

pub fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples")
}

/// The rows of a truth file of the samples.
pub fn truth(name: &str) -> Vec<Row> {
    rows(&std::fs::read(samples().join("truth").join(name)).unwrap())
}
