//! The private cluster: a Postgres server of our own for those who have none at hand.
//!
//! Owns its files, its start and its stop; listens on a unix socket only. Several commands may share it: each
//! holds a shared lock while it uses it, and the last one stops it unless `db start` asked for it to stay. A
//! killed command leaves the server running; the next one finds it. Called by [`super::Store::connect`] and the
//! `db` verbs. Everything here blocks: async callers use `spawn_blocking`.

mod binaries;
mod layout;

use std::fs::{self, File, OpenOptions};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use binaries::Binaries;
use layout::{Layout, at};

use super::error::ClusterError;

/// The superuser and the database of a private cluster.
pub(super) const NAME: &str = "scanlift";

/// Where root's clusters lie: a home directory may be closed to the server's user.
pub(super) const ROOT_BASE: &str = "/var/lib/scanlift";

/// How long another command may take to start or stop the server.
const LOCK_WAIT: Duration = Duration::from_secs(120);
const LOCK_POLL: Duration = Duration::from_millis(20);
/// How long the server may take to start (after a crash it replays its log) or to stop.
const SERVER_WAIT_SECONDS: u32 = 300;

/// Durable, and sized for one machine that also runs OCR.
const SETTINGS: &str = "listen_addresses = ''
unix_socket_permissions = 0700
port = 5432
fsync = on
synchronous_commit = on
full_page_writes = on
shared_buffers = 128MB
work_mem = 32MB
maintenance_work_mem = 128MB
wal_level = minimal
max_wal_senders = 0
max_wal_size = 2GB
max_connections = 50
jit = off
log_min_messages = warning
";

/// A running private cluster in use by this process.
#[derive(Debug)]
pub(super) struct Cluster {
    layout: Layout,
    binaries: Binaries,
    /// Shared lock: held while the server is in use.
    users: File,
}

impl Cluster {
    /// Makes the cluster if it is not there, starts its server if it does not run, and counts us among its users.
    pub(super) fn enter(directory: &Path, root_base: &Path) -> Result<Self, ClusterError> {
        let layout = Layout::prepare(directory, root_base)?;
        let _turn = take_turn(&layout)?;
        let users = open_lock(&layout.directory.join("users.lock"))?;
        users.lock_shared().map_err(at(&layout.directory))?;
        let binaries = Binaries::find(made_by(&layout.data)?, &layout.data)?;
        let cluster = Self { layout, binaries, users };
        cluster.start()?;
        Ok(cluster)
    }

    /// Gives up our use; stops the server if nobody else uses it and it was not asked to stay.
    pub(super) fn leave(self) -> Result<(), ClusterError> {
        let _turn = take_turn(&self.layout)?;
        // A server that died meanwhile is at rest already.
        if self.keep_marker().exists() || !self.is_last_user()? || !self.is_running()? {
            return Ok(());
        }
        self.stop()
    }

    /// Starts the server again if it died while in use.
    pub(super) fn revive(&self) -> Result<(), ClusterError> {
        let _turn = take_turn(&self.layout)?;
        self.start()
    }

    /// Asks the server to stay when the last command ends.
    pub(super) fn keep(&self) -> Result<(), ClusterError> {
        let marker = self.keep_marker();
        fs::write(&marker, b"").map_err(at(&marker))
    }

    /// Stops the server whoever asked it to stay. Returns false if it did not run; errors if others use it.
    pub(super) fn stop_now(directory: &Path, root_base: &Path) -> Result<bool, ClusterError> {
        if !directory.exists() {
            return Ok(false);
        }
        let layout = Layout::prepare(directory, root_base)?;
        let Some(version) = made_by(&layout.data)? else { return Ok(false) };
        let _turn = take_turn(&layout)?;
        let users = open_lock(&layout.directory.join("users.lock"))?;
        users.lock_shared().map_err(at(&layout.directory))?;
        let binaries = Binaries::find(Some(version), &layout.data)?;
        let cluster = Self { layout, binaries, users };
        if !cluster.is_last_user()? {
            return Err(ClusterError::InUse);
        }
        match fs::remove_file(cluster.keep_marker()) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(at(&cluster.keep_marker())(error)),
        }
        if !cluster.is_running()? {
            return Ok(false);
        }
        cluster.stop()?;
        Ok(true)
    }

    /// Returns the directory of the server's socket.
    pub(super) fn socket_directory(&self) -> &Path {
        &self.layout.sockets
    }

    fn keep_marker(&self) -> PathBuf {
        self.layout.directory.join("keep-running")
    }

    /// Turns our shared lock into an exclusive one, which only the last user can.
    fn is_last_user(&self) -> Result<bool, ClusterError> {
        match self.users.try_lock() {
            Ok(()) => Ok(true),
            Err(fs::TryLockError::WouldBlock) => Ok(false),
            Err(fs::TryLockError::Error(error)) => Err(at(&self.layout.directory)(error)),
        }
    }

    fn start(&self) -> Result<(), ClusterError> {
        if made_by(&self.layout.data)?.is_none() {
            self.make()?;
        }
        if self.is_running()? {
            return Ok(());
        }
        self.write_settings()?;
        let wait = SERVER_WAIT_SECONDS.to_string();
        let mut command = self.command("pg_ctl");
        command
            .args(["start", "-w", "-s", "-t", &wait, "-D"])
            .arg(&self.layout.data)
            .arg("-l")
            .arg(&self.layout.log);
        let output = run(&mut command)?;
        // Somebody may have started it beside us.
        if output.status.success() || self.is_running()? {
            return Ok(());
        }
        Err(self.start_error(&output))
    }

    fn stop(&self) -> Result<(), ClusterError> {
        let wait = SERVER_WAIT_SECONDS.to_string();
        let mut command = self.command("pg_ctl");
        command.args(["stop", "-w", "-s", "-m", "fast", "-t", &wait, "-D"]).arg(&self.layout.data);
        expect_success(&mut command)
    }

    fn is_running(&self) -> Result<bool, ClusterError> {
        const NOT_RUNNING: i32 = 3;
        let mut command = self.command("pg_ctl");
        command.arg("status").arg("-D").arg(&self.layout.data);
        let output = run(&mut command)?;
        match output.status.code() {
            Some(0) => self.forget_stale_server(),
            Some(NOT_RUNNING) => Ok(false),
            _ => Err(command_error(&command, &output)),
        }
    }

    /// After a crash of the machine the process number in `postmaster.pid` may be another program's: Postgres would
    /// refuse to start. Returns whether the server really runs.
    fn forget_stale_server(&self) -> Result<bool, ClusterError> {
        let path = self.layout.data.join("postmaster.pid");
        let Ok(text) = fs::read_to_string(&path) else { return Ok(false) };
        let process = text.lines().next().unwrap_or("").trim();
        let Ok(name) = fs::read_to_string(format!("/proc/{process}/comm")) else { return Ok(true) };
        if name.starts_with("postgres") || name.starts_with("postmaster") {
            return Ok(true);
        }
        fs::remove_file(&path).map_err(at(&path))?;
        Ok(false)
    }

    /// Runs `initdb` beside the final place, so that a killed one leaves nothing that looks finished.
    fn make(&self) -> Result<(), ClusterError> {
        let unfinished = self.layout.data.with_extension("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(at(&unfinished))?;
        }
        let mut command = self.command("initdb");
        command
            .args([
                "-U",
                NAME,
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--auth-local=trust",
                "--auth-host=reject",
                "-D",
            ])
            .arg(&unfinished);
        let output = run(&mut command)?;
        if !output.status.success() {
            return Err(self
                .out_of_space(&output)
                .unwrap_or_else(|| command_error(&command, &output)));
        }
        let settings = unfinished.join("postgresql.conf");
        let mut text = fs::read_to_string(&settings).map_err(at(&settings))?;
        text.push_str("\ninclude_if_exists = 'scanlift.conf'\n");
        fs::write(&settings, text).map_err(at(&settings))?;
        fs::rename(&unfinished, &self.layout.data).map_err(at(&self.layout.data))
    }

    fn write_settings(&self) -> Result<(), ClusterError> {
        let path = self.layout.data.join("scanlift.conf");
        let sockets = self.layout.sockets.to_string_lossy().replace('\'', "''");
        let text = format!("{SETTINGS}unix_socket_directories = '{sockets}'\n");
        fs::write(&path, text).map_err(at(&path))?;
        if let Some(user) = self.layout.user {
            std::os::unix::fs::chown(&path, Some(user.user_id), Some(user.group_id))
                .map_err(at(&path))?;
        }
        Ok(())
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.path(program));
        // The current directory and PG* settings are the user's, not the server's.
        command.current_dir("/").stdin(Stdio::null()).env("LC_ALL", "C.UTF-8");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(name);
            }
        }
        if let Some(user) = self.layout.user {
            command.uid(user.user_id).gid(user.group_id);
        }
        command
    }

    fn start_error(&self, output: &Output) -> ClusterError {
        let log = fs::read(&self.layout.log).unwrap_or_default();
        let log = String::from_utf8_lossy(&log);
        let tail: Vec<&str> = log.lines().rev().take(8).collect();
        let tail = tail.into_iter().rev().collect::<Vec<_>>().join("\n");
        if tail.contains("No space left on device") {
            return ClusterError::DiskFull { directory: self.layout.data.clone() };
        }
        if tail.contains("could not create any Unix-domain sockets")
            || tail.contains("could not bind Unix")
        {
            return ClusterError::Socket { directory: self.layout.sockets.clone(), why: tail };
        }
        let said = String::from_utf8_lossy(&output.stderr);
        ClusterError::Command {
            command: "pg_ctl start".into(),
            output: format!("{}\n{tail}", said.trim()),
        }
    }

    fn out_of_space(&self, output: &Output) -> Option<ClusterError> {
        String::from_utf8_lossy(&output.stderr)
            .contains("No space left on device")
            .then(|| ClusterError::DiskFull { directory: self.layout.data.clone() })
    }
}

/// Returns the major version that made a data directory; `None` if there is none.
fn made_by(data: &Path) -> Result<Option<u32>, ClusterError> {
    let path = data.join("PG_VERSION");
    match fs::read_to_string(&path) {
        Ok(text) => Ok(text.trim().parse().ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(&path)(error)),
    }
}

/// Waits until no other command is starting or stopping the server; the turn ends when the file is dropped.
fn take_turn(layout: &Layout) -> Result<File, ClusterError> {
    let file = open_lock(&layout.directory.join("start.lock"))?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if since.elapsed() > LOCK_WAIT => {
                return Err(ClusterError::Locked { waited: LOCK_WAIT });
            }
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(LOCK_POLL),
            Err(fs::TryLockError::Error(error)) => return Err(at(&layout.directory)(error)),
        }
    }
}

fn open_lock(path: &Path) -> Result<File, ClusterError> {
    OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(at(path))
}

fn run(command: &mut Command) -> Result<Output, ClusterError> {
    let program = PathBuf::from(command.get_program());
    command.output().map_err(at(&program))
}

fn expect_success(command: &mut Command) -> Result<(), ClusterError> {
    let output = run(command)?;
    if output.status.success() { Ok(()) } else { Err(command_error(command, &output)) }
}

fn command_error(command: &Command, output: &Output) -> ClusterError {
    let said = [&output.stderr, &output.stdout]
        .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    ClusterError::Command {
        command: command.get_program().to_string_lossy().into_owned(),
        output: said.join("\n").trim().to_owned(),
    }
}
