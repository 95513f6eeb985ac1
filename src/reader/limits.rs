//! How a reader limits itself before it touches input: memory and processor time, which always hold, and what
//! `sandbox` can take from it.

use std::io;
use std::path::Path;

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};

use super::sandbox::Sandbox;

/// Limits that a reader cannot leave any more; called once, before it sees a document. It can read what lies in
/// `language_data`, since Tesseract starts when a page needs it.
pub(super) fn confine(address_space_bytes: u64, language_data: &Path) -> io::Result<Sandbox> {
    // The parent may be killed with -9: its readers must not live on.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    cap(Resource::As, address_space_bytes)?;
    cap(Resource::Core, 0)?;
    cap(Resource::Fsize, 0)?;
    // Finds the kernel's clock, for which an old kernel must be asked through a file.
    used_cpu_seconds();
    Ok(Sandbox::enter(language_data))
}

fn cap(resource: Resource, limit: u64) -> io::Result<()> {
    setrlimit(resource, Rlimit { current: Some(limit), maximum: Some(limit) })?;
    Ok(())
}

/// Gives the process so many more seconds of processor time: a loop that the parent could not
/// kill, because it is gone itself, ends all the same.
pub(super) fn grant_cpu_seconds(seconds: u64) -> io::Result<()> {
    let limit = used_cpu_seconds().saturating_add(seconds);
    let maximum = getrlimit(Resource::Cpu).maximum;
    setrlimit(Resource::Cpu, Rlimit { current: Some(limit), maximum })?;
    Ok(())
}

fn used_cpu_seconds() -> u64 {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    u64::try_from(used.tv_sec).unwrap_or(0)
}
