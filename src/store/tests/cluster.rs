//! The private cluster: its making, sharing, dying and stopping.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::store::cluster::Cluster;
use crate::store::{ClusterError, Store};

use super::MIGRATIONS;

/// A directory that the server's user can reach.
fn scratch() -> tempfile::TempDir {
    use std::os::unix::fs::PermissionsExt;
    let scratch = tempfile::tempdir().unwrap();
    fs::set_permissions(scratch.path(), fs::Permissions::from_mode(0o755)).unwrap();
    scratch
}

fn server_process(root: &Path) -> Option<i32> {
    let found = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path().join("postgres/postmaster.pid"));
    let own = root.parent().unwrap().join("own/postgres/postmaster.pid");
    let text = found.chain([own]).find_map(|path| fs::read_to_string(path).ok())?;
    text.lines().next()?.parse().ok()
}

#[test]
fn a_cluster_is_shared_revived_kept_and_stopped() {
    let scratch = scratch();
    let (own, root) = (scratch.path().join("own"), scratch.path().join("root"));
    fs::create_dir(&root).unwrap();
    let enter = || Cluster::enter(&own, &root).unwrap();

    // Two commands share one server; the last one stops it.
    let first = enter();
    let process = server_process(&root).unwrap();
    let second = enter();
    assert_eq!(server_process(&root), Some(process));
    first.leave().unwrap();
    assert_eq!(server_process(&root), Some(process));
    second.leave().unwrap();
    assert_eq!(server_process(&root), None);

    // A command that is killed leaves the server; the next finds it.
    drop(enter());
    let process = server_process(&root).unwrap();
    let third = enter();
    assert_eq!(server_process(&root), Some(process));

    // A server that is killed is started again, with its data.
    let killed = rustix::process::Pid::from_raw(process).unwrap();
    rustix::process::kill_process(killed, rustix::process::Signal::KILL).unwrap();
    while Path::new(&format!("/proc/{process}")).exists() {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    third.revive().unwrap();
    assert_ne!(server_process(&root), Some(process));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let third = Arc::new(third);
    runtime.block_on(async {
        let store = Store::in_cluster(Arc::clone(&third), "scanlift").await.unwrap();
        assert_eq!(store.migrate().await.unwrap(), MIGRATIONS);
        store.close().await.unwrap();
    });

    // `db start` keeps it until `db stop`, which waits for nobody to use it.
    third.keep().unwrap();
    assert!(matches!(Cluster::stop_now(&own, &root), Err(ClusterError::InUse)));
    Arc::into_inner(third).unwrap().leave().unwrap();
    assert!(server_process(&root).is_some());
    assert!(Cluster::stop_now(&own, &root).unwrap());
    assert_eq!(server_process(&root), None);
    assert!(!Cluster::stop_now(&own, &root).unwrap());
}
