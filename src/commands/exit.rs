//! How a command ends, as the exit code of the program.

use std::process::ExitCode;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    AllWell,
    SomeFailed,
    CannotRun,
    Interrupted,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::AllWell => 0,
            Exit::SomeFailed => 1,
            Exit::CannotRun => 2,
            Exit::Interrupted => 130,
        })
    }
}
