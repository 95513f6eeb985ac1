//! The wish to stop: set by Ctrl-C or by the first fault, seen by everybody between two pages.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A flag that goes up once. Clones share it.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Raises the flag.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Returns whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
