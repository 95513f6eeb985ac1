//! Compression on threads of its own: each block by itself, so that the file is the same however many threads there are.
//!
//! Members of gzip and frames of zstd may stand behind each other (RFC 1952, RFC 8878); all common programs read them as
//! one file.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use flate2::write::GzEncoder;

use super::target::Compression;

/// zstd's own default.
const ZSTD_LEVEL: i32 = 3;

/// More threads than this wait for the database.
const MOST_THREADS: usize = 8;

/// Threads that pack blocks; they end when this is dropped.
pub(super) struct Packing {
    threads: Vec<PackingThread>,
    /// Blocks that were given.
    given: usize,
    /// Blocks that were taken back.
    taken: usize,
}

/// Takes a block at a time: the blocks go round, and come back in their order.
struct PackingThread {
    blocks: SyncSender<Vec<u8>>,
    packed: Receiver<io::Result<Vec<u8>>>,
}

impl Packing {
    /// Starts threads, one per core.
    pub(super) fn start<'scope>(
        scope: &'scope Scope<'scope, '_>,
        compression: Compression,
    ) -> Self {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = (0..cores.min(MOST_THREADS)).map(|_| {
            let (blocks, to_pack) = sync_channel::<Vec<u8>>(1);
            let (done, packed) = sync_channel(1);
            scope.spawn(move || {
                for block in to_pack {
                    if done.send(pack(compression, &block)).is_err() {
                        break;
                    }
                }
            });
            PackingThread { blocks, packed }
        });
        Self { threads: threads.collect(), given: 0, taken: 0 }
    }

    /// Gives a block to be packed, and returns an earlier one that is.
    pub(super) fn give(&mut self, block: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
        let is_full = self.given - self.taken == self.threads.len();
        let earlier = if is_full { self.take()? } else { None };
        let thread = &self.threads[self.given % self.threads.len()];
        thread.blocks.send(block).map_err(|_| stopped())?;
        self.given += 1;
        Ok(earlier)
    }

    /// Waits for the next block in the order in which they were given; `None` if there is none.
    pub(super) fn take(&mut self) -> io::Result<Option<Vec<u8>>> {
        if self.taken == self.given {
            return Ok(None);
        }
        let thread = &self.threads[self.taken % self.threads.len()];
        let packed = thread.packed.recv().map_err(|_| stopped())?;
        self.taken += 1;
        packed.map(Some)
    }
}

fn stopped() -> io::Error {
    io::Error::other("a thread that compresses has stopped")
}

fn pack(compression: Compression, block: &[u8]) -> io::Result<Vec<u8>> {
    match compression {
        Compression::Gzip => {
            let room = Vec::with_capacity(block.len() / 3);
            let mut encoder = GzEncoder::new(room, flate2::Compression::default());
            encoder.write_all(block)?;
            encoder.finish()
        }
        Compression::Zstd => zstd::bulk::compress(block, ZSTD_LEVEL),
    }
}
