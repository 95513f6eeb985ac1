//! Why a page or a file of words cannot be used.

use crate::document::{Failure, Reason};

/// Why a page or a file of words cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) reason: Reason,
    /// Lowercase, no full stop, values in backticks.
    pub(super) message: String,
}

impl Broken {
    /// The content breaks its format's rules.
    pub(super) fn corrupt(message: impl Into<String>) -> Self {
        Self { reason: Reason::Corrupt, message: message.into() }
    }

    /// Something is larger than the limit, which the message names.
    pub(super) fn too_large(message: impl Into<String>) -> Self {
        Self { reason: Reason::TooLarge, message: message.into() }
    }
}

impl From<&std::io::Error> for Broken {
    fn from(error: &std::io::Error) -> Self {
        match error.get_ref().and_then(|cause| cause.downcast_ref::<super::limited::OverLimit>()) {
            Some(over) => Self::too_large(over.to_string()),
            None => Self { reason: Reason::Unreadable, message: error.to_string() },
        }
    }
}

impl From<std::io::Error> for Broken {
    fn from(error: std::io::Error) -> Self {
        Self::from(&error)
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        Self::decode(broken.reason, broken.message)
    }
}
