//! Where the private cluster lies and whom its server runs as.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::store::error::ClusterError;

/// Unix socket addresses hold 108 bytes; `/.s.PGSQL.5432` must fit as well.
const LONGEST_SOCKET_DIRECTORY: usize = 85;

/// The user a server is started as by root, which it refuses to run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ServerUser {
    pub(super) user_id: u32,
    pub(super) group_id: u32,
}

/// The places of one private cluster.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// What the user named; holds the locks.
    pub(super) directory: PathBuf,
    /// The server's data directory; made by `initdb`.
    pub(super) data: PathBuf,
    pub(super) sockets: PathBuf,
    pub(super) log: PathBuf,
    /// `None`: as whoever runs scanlift.
    pub(super) user: Option<ServerUser>,
}

impl Layout {
    /// Finds or makes the directories. As root, data goes under `root_base`, where the server's user can reach it,
    /// unless another user has a cluster in `directory` already: then the server runs as that user.
    pub(super) fn prepare(directory: &Path, root_base: &Path) -> Result<Self, ClusterError> {
        fs::create_dir_all(directory).map_err(at(directory))?;
        let directory = fs::canonicalize(directory).map_err(at(directory))?;
        let layout = Self::resolve(directory, root_base)?;
        if let (Some(user), Some(base)) = (layout.user, layout.data.parent())
            && base != layout.directory
        {
            fs::create_dir_all(root_base).map_err(at(root_base))?;
            fs::set_permissions(root_base, fs::Permissions::from_mode(0o755))
                .map_err(at(root_base))?;
            make_private(base, Some(user))?;
        }
        make_private(&layout.sockets, layout.user)?;
        Ok(layout)
    }

    fn resolve(directory: PathBuf, root_base: &Path) -> Result<Self, ClusterError> {
        let hash = blake3::hash(directory.as_os_str().as_bytes()).to_hex();
        let own = directory.join("postgres");
        let is_root = rustix::process::geteuid().is_root();
        let owner = fs::metadata(&own).ok().filter(|found| is_root && found.uid() != 0);
        let (base, user) = match owner {
            Some(found) => (
                directory.clone(),
                Some(ServerUser { user_id: found.uid(), group_id: found.gid() }),
            ),
            None if is_root => (root_base.join(&hash[..16]), Some(unprivileged_user()?)),
            None => (directory.clone(), None),
        };
        let mut sockets = base.join("socket");
        if sockets.as_os_str().len() > LONGEST_SOCKET_DIRECTORY {
            sockets = std::env::temp_dir().join(format!("scanlift-{}", &hash[..16]));
        }
        if sockets.as_os_str().len() > LONGEST_SOCKET_DIRECTORY {
            let why = format!("its path is longer than {LONGEST_SOCKET_DIRECTORY} bytes");
            return Err(ClusterError::Socket { directory: sockets, why });
        }
        Ok(Self {
            data: base.join("postgres"),
            log: base.join("postgres.log"),
            sockets,
            directory,
            user,
        })
    }
}

/// Makes a directory that only the server's user (and root) may enter; one of another user's is refused.
fn make_private(directory: &Path, user: Option<ServerUser>) -> Result<(), ClusterError> {
    match fs::DirBuilder::new().mode(0o700).create(directory) {
        Ok(()) => {
            if let Some(user) = user {
                chown(directory, Some(user.user_id), Some(user.group_id)).map_err(at(directory))?;
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(at(directory)(error)),
    }
    let found = fs::symlink_metadata(directory).map_err(at(directory))?;
    let wanted = user.map_or_else(|| rustix::process::geteuid().as_raw(), |user| user.user_id);
    // In a world-writable place somebody else could have made it first, to stand in for our server.
    if !found.is_dir() || found.uid() != wanted {
        let why = "it belongs to another user".to_owned();
        return Err(ClusterError::Socket { directory: directory.to_owned(), why });
    }
    Ok(())
}

fn unprivileged_user() -> Result<ServerUser, ClusterError> {
    let users = fs::read_to_string("/etc/passwd").map_err(at(Path::new("/etc/passwd")))?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| user_named(&users, name))
        .ok_or(ClusterError::NoUser)
}

/// Finds a user in the text of `/etc/passwd` (`name:password:uid:gid:…`).
fn user_named(users: &str, name: &str) -> Option<ServerUser> {
    users.lines().find_map(|line| {
        let mut columns = line.split(':');
        if columns.next()? != name {
            return None;
        }
        let user_id = columns.nth(1)?.parse().ok()?;
        let group_id = columns.next()?.parse().ok()?;
        Some(ServerUser { user_id, group_id })
    })
}

/// Says which path an input/output error is about.
pub(super) fn at(path: &Path) -> impl Fn(std::io::Error) -> ClusterError {
    move |cause| match cause.kind() {
        std::io::ErrorKind::StorageFull => ClusterError::DiskFull { directory: path.to_owned() },
        _ => ClusterError::File { path: path.to_owned(), cause },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0:root:/root:/bin/sh\npostgres2:x:7:8::/:/bin/sh\npostgres:x:101:104:,,,:/:/bin/sh\n";
        assert_eq!(user_named(users, "postgres"), Some(ServerUser { user_id: 101, group_id: 104 }));
        assert_eq!(user_named(users, "nobody"), None);
    }

    #[test]
    fn a_socket_directory_of_a_deep_path_goes_elsewhere() {
        let scratch = tempfile::tempdir().unwrap();
        let deep = scratch.path().join("d".repeat(120));
        let layout = Layout::prepare(&deep, &scratch.path().join("r".repeat(120))).unwrap();
        assert!(layout.sockets.as_os_str().len() <= LONGEST_SOCKET_DIRECTORY);
        assert!(layout.sockets.is_dir());
        fs::remove_dir(&layout.sockets).unwrap();
    }
}
