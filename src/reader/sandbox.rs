//! What a reader may ask of the kernel once it is confined: the few calls that reading pages needs, no file but
//! language data, no network, no other process.
//!
//! `limits` enters it before a reader sees a document. Each part is taken where the kernel has it: a page is read
//! without them, too, as the parent kills a reader that misbehaves. What there is stands in each recipe.

use std::fmt;
use std::path::Path;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, LandlockStatus, PathBeneath, PathFd,
    Ruleset, RulesetAttr, RulesetCreatedAttr, Scope,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule,
};
use serde::{Deserialize, Serialize};

/// The parts of the sandbox that hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sandbox {
    /// Version of Landlock's interface, 0 without it: from 1 on it keeps files away, from 4 on the network, too, and
    /// from 6 on signals to others.
    pub landlock: u8,
    /// Whether seccomp refuses all calls that reading does not need; files aside, it refuses all that Landlock does.
    pub seccomp: bool,
}

impl Sandbox {
    /// Confines the calling thread and those that it will start, for ever. Language data can be read.
    pub fn enter(language_data: &Path) -> Self {
        let landlock = deny_files(language_data).unwrap_or_else(|error| {
            tracing::debug!(%error, "no landlock");
            0
        });
        let filtered = deny_system_calls();
        if let Err(error) = &filtered {
            tracing::debug!(%error, "no seccomp");
        }
        Self { landlock, seccomp: filtered.is_ok() }
    }

    /// Returns whether neither files nor network nor processes are in reach.
    pub fn is_full(&self) -> bool {
        self.landlock > 0 && self.seccomp
    }
}

impl fmt::Display for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.landlock, self.seccomp) {
            (0, false) => f.write_str("none"),
            (0, true) => f.write_str("seccomp"),
            (version, false) => write!(f, "landlock {version}"),
            (version, true) => write!(f, "landlock {version}, seccomp"),
        }
    }
}

/// No file can be opened any more but language data: documents come over the pipe. Returns the version of Landlock's
/// interface that was used, 0 without it.
fn deny_files(language_data: &Path) -> Result<u8, Box<dyn std::error::Error>> {
    let readable =
        PathBeneath::new(PathFd::new(language_data)?, AccessFs::ReadFile | AccessFs::ReadDir);
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(ABI::V5))?
        .handle_access(AccessNet::from_all(ABI::V4))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .set_compatibility(CompatLevel::BestEffort)
        .add_rule(readable)?
        .restrict_self()?;
    Ok(match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi as u8,
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
    })
}

/// Calls that reading pages needs, with any arguments. Documents come over the pipe and answers go over another one;
/// language data is opened, placed and read; all else is memory, time and locks of the process itself.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fcntl,
    libc::SYS_fstat,
    libc::SYS_futex,
    libc::SYS_getcpu,
    libc::SYS_getdents64,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_sigaltstack,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Older forms of some of them, which only this architecture has.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[libc::c_long] = &[
    libc::SYS_access,
    libc::SYS_lstat,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[libc::c_long] = &[];

/// What `prctl` may do: name a thread, and tell where the kernel's clock is (rustix looks there).
const PRCTL_ALLOWED: [u64; 2] = [libc::PR_SET_NAME as u64, 0x4155_5856];
/// A file that is opened with one of these may be changed.
const TO_WRITE: u64 = (libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC) as u64;

/// Refuses all calls that are not needed, as if the kernel did not know them: the C library takes `clone` where
/// `clone3` is not known, whose arguments can be looked at.
fn deny_system_calls() -> Result<(), Box<dyn std::error::Error>> {
    let own_pid = u64::from(std::process::id());
    let mut rules: Vec<(libc::c_long, Vec<SeccompRule>)> = Vec::new();
    rules.extend(ALLOWED.iter().chain(ALLOWED_HERE).map(|call| (*call, Vec::new())));
    let executable = libc::PROT_EXEC as u64;
    let threads = libc::CLONE_THREAD as u64;
    rules.extend([
        // Memory that is executed has been placed before.
        (libc::SYS_mmap, only(2, SeccompCmpOp::MaskedEq(executable), 0)?),
        (libc::SYS_mprotect, only(2, SeccompCmpOp::MaskedEq(executable), 0)?),
        // A thread is started, but no process.
        (libc::SYS_clone, only(0, SeccompCmpOp::MaskedEq(threads), threads)?),
        // Its own limits (0 is the caller), its own threads: `abort` sends a signal to one.
        (libc::SYS_prlimit64, only(0, SeccompCmpOp::Eq, 0)?),
        (libc::SYS_tgkill, only(0, SeccompCmpOp::Eq, own_pid)?),
        (libc::SYS_openat, only(2, SeccompCmpOp::MaskedEq(TO_WRITE), libc::O_RDONLY as u64)?),
        (
            libc::SYS_prctl,
            [
                only(0, SeccompCmpOp::Eq, PRCTL_ALLOWED[0])?,
                only(0, SeccompCmpOp::Eq, PRCTL_ALLOWED[1])?,
            ]
            .concat(),
        ),
    ]);
    let filter = SeccompFilter::new(
        rules.into_iter().collect(),
        SeccompAction::Errno(libc::ENOSYS as u32),
        SeccompAction::Allow,
        std::env::consts::ARCH.try_into()?,
    )?;
    let program: BpfProgram = filter.try_into()?;
    seccompiler::apply_filter_all_threads(&program)?;
    Ok(())
}

/// A call is allowed if an argument, of which the kernel takes the lower half, is what it must be.
fn only(
    argument: u8,
    must_be: SeccompCmpOp,
    value: u64,
) -> Result<Vec<SeccompRule>, seccompiler::BackendError> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, must_be, value)?;
    Ok(vec![SeccompRule::new(vec![condition])?])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(landlock: u8, seccomp: bool, says: &str, is_full: bool) {
        let sandbox = Sandbox { landlock, seccomp };
        assert_eq!((sandbox.to_string().as_str(), sandbox.is_full()), (says, is_full));
    }

    #[test]
    fn says_what_it_is_made_of() {
        check(0, false, "none", false);
        check(0, true, "seccomp", false);
        check(3, false, "landlock 3", false);
        check(3, true, "landlock 3, seccomp", true);
    }
}
