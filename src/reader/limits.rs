//! How a reader limits itself before it touches input: memory, files, network, processor time.
//!
//! Memory and time always hold. Landlock and seccomp are taken where the kernel has them: a page
//! is read without them too, as the parent kills a reader that misbehaves.

use std::io;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr,
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

/// Limits that a reader cannot leave any more; called once, before it sees a document. It can read what lies in
/// `language_data`, since Tesseract starts when a page needs it.
pub(super) fn confine(address_space_bytes: u64, language_data: &Path) -> io::Result<()> {
    // The parent may be killed with -9: its readers must not live on.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    cap(Resource::As, address_space_bytes)?;
    cap(Resource::Core, 0)?;
    cap(Resource::Fsize, 0)?;
    if let Err(error) = deny_files(language_data) {
        tracing::debug!(%error, "no landlock: the reader could open files");
    }
    if let Err(error) = deny_system_calls() {
        tracing::debug!(%error, "no seccomp: the reader could open sockets");
    }
    Ok(())
}

fn cap(resource: Resource, limit: u64) -> io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    Ok(())
}

/// Gives the process so many more seconds of processor time: a loop that the parent could not
/// kill, because it is gone itself, ends all the same.
pub(super) fn grant_cpu_seconds(seconds: u64) -> io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let limit = u64::try_from(used.tv_sec).unwrap_or(0).saturating_add(seconds);
    let maximum = getrlimit(Resource::Cpu).maximum;
    setrlimit(Resource::Cpu, Rlimit { current: Some(limit), maximum })?;
    Ok(())
}

/// No file can be opened any more but language data: documents come over the pipe.
fn deny_files(language_data: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let readable =
        PathBeneath::new(PathFd::new(language_data)?, AccessFs::ReadFile | AccessFs::ReadDir);
    Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V4))?
        .create()?
        .set_compatibility(CompatLevel::BestEffort)
        .add_rule(readable)?
        .restrict_self()?;
    Ok(())
}

/// System calls that no decoder or engine needs: network, other programs, other processes.
const DENIED: [libc::c_long; 12] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_mount,
    libc::SYS_unshare,
];

fn deny_system_calls() -> Result<(), Box<dyn std::error::Error>> {
    let filter = SeccompFilter::new(
        DENIED.iter().map(|call| (*call, Vec::new())).collect(),
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        std::env::consts::ARCH.try_into()?,
    )?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter(&program)?;
    Ok(())
}
