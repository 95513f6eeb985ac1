//! Packets to a database over TCP go without delay.
//!
//! sqlx 0.9.0 leaves Nagle's algorithm on (its issue 4335): the end of each COPY then waits about 40 ms for the server to
//! acknowledge what came before it. It gives no way to its sockets, but the kernel does: the program duplicates its own
//! descriptors of connections to the database and turns the algorithm off there, for both.

use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::fd::{AsFd, OwnedFd};

use rustix::net::getpeername;
use rustix::net::sockopt::{set_tcp_nodelay, tcp_nodelay};
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};

/// Makes all TCP connections of this process to a port send at once. Where the kernel does not let it (before Linux 5.6,
/// or in a container that forbids it), all works, slower.
pub(super) fn to_port(port: u16) {
    if let Err(error) = try_to_port(port) {
        tracing::debug!(%error, "packets to the database are delayed");
    }
}

fn try_to_port(port: u16) -> std::io::Result<()> {
    let own = pidfd_open(getpid(), PidfdFlags::empty())?;
    for entry in std::fs::read_dir("/proc/self/fd")? {
        let Some(number) = number_of(&entry?.file_name()) else { continue };
        // One that was closed in between is none of the database.
        let Ok(descriptor) = pidfd_getfd(&own, number, PidfdGetfdFlags::empty()) else { continue };
        if port_of_peer(&descriptor) == Some(port) && !tcp_nodelay(descriptor.as_fd())? {
            set_tcp_nodelay(descriptor.as_fd(), true)?;
        }
    }
    Ok(())
}

fn number_of(name: &OsStr) -> Option<i32> {
    name.to_str()?.parse().ok()
}

/// Returns the port that a descriptor is connected to; `None` if it is no TCP connection.
fn port_of_peer(descriptor: &OwnedFd) -> Option<u16> {
    let peer = getpeername(descriptor).ok()??;
    SocketAddr::try_from(peer).ok().map(|address| address.port())
}

#[cfg(test)]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn only_connections_to_the_port_send_at_once() {
        let [database, other] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [to_database, to_other] =
            [&database, &other].map(|it| TcpStream::connect(it.local_addr().unwrap()).unwrap());
        assert!(!to_database.nodelay().unwrap());
        try_to_port(database.local_addr().unwrap().port()).unwrap();
        assert!(to_database.nodelay().unwrap());
        assert!(!to_other.nodelay().unwrap());
    }
}
