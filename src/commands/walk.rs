//! Flags that say which files are taken.

use std::path::PathBuf;

use clap::Args;

use crate::intake::{Hidden, Symlinks, Walk, WalkError, WalkOptions};

/// Which files of the paths are taken.
#[derive(Debug, Default, Args)]
pub(super) struct WalkArgs {
    /// Take only files that match, such as `*.tif` or `boxes/07/**`; may be repeated.
    #[arg(long, value_name = "GLOB")]
    include: Vec<String>,
    /// Leave files and directories that match; may be repeated.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Take files and directories whose names start with a dot.
    #[arg(long)]
    hidden: bool,
    /// Follow symbolic links inside the directories.
    #[arg(long)]
    follow_symlinks: bool,
}

impl WalkArgs {
    /// Starts a walk.
    pub(super) fn walk(self, paths: &[PathBuf]) -> Result<Walk, WalkError> {
        let options = WalkOptions {
            symlinks: if self.follow_symlinks { Symlinks::Follow } else { Symlinks::Skip },
            hidden: if self.hidden { Hidden::Include } else { Hidden::Skip },
            include: self.include,
            exclude: self.exclude,
        };
        Walk::new(paths, &options)
    }
}
