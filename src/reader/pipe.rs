//! Pipes to a reader that the parent waits for only so long: neither an answer nor a reader that takes no bytes may
//! hold it up.

use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A pipe that does not block, with the time that is left to wait for its other end. Only waiting counts, not what
/// the parent does between.
pub(super) struct Patient<'a, P> {
    pipe: &'a mut P,
    left: Duration,
}

impl<'a, P: AsFd> Patient<'a, P> {
    /// Takes a pipe that was set to not block.
    pub(super) fn new(pipe: &'a mut P, patience: Duration) -> Self {
        Self { pipe, left: patience }
    }

    /// Does something with the pipe, and waits for the other end where it has to. Fails with `TimedOut` when
    /// patience has run out.
    fn try_until<T>(
        &mut self,
        ready: PollFlags,
        mut step: impl FnMut(&mut P) -> io::Result<T>,
    ) -> io::Result<T> {
        loop {
            match step(self.pipe) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                result => return result,
            }
            if self.left.is_zero() {
                return Err(io::ErrorKind::TimedOut.into());
            }
            let started = Instant::now();
            let wait = Timespec::try_from(self.left).map_err(io::Error::other)?;
            match poll(&mut [PollFd::new(&self.pipe.as_fd(), ready)], Some(&wait)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            self.left = self.left.saturating_sub(started.elapsed());
        }
    }
}

impl<P: Read + AsFd> Read for Patient<'_, P> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.try_until(PollFlags::IN, |pipe| pipe.read(buffer))
    }
}

impl<P: Write + AsFd> Write for Patient<'_, P> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.try_until(PollFlags::OUT, |pipe| pipe.write(buffer))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pipe.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use rustix::pipe::{PipeFlags, pipe_with};

    use super::*;

    fn ends() -> (File, File) {
        let (read, write) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        (File::from(read), File::from(write))
    }

    #[test]
    fn an_answer_that_does_not_come_is_late() {
        let (mut read, _write) = ends();
        let mut pipe = Patient::new(&mut read, Duration::from_millis(1));
        assert_eq!(pipe.read(&mut [0; 4]).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn who_takes_no_bytes_is_late() {
        let (_read, mut write) = ends();
        let mut pipe = Patient::new(&mut write, Duration::from_millis(1));
        // More than a pipe holds.
        let error = pipe.write_all(&vec![0; 1 << 22]).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn waits_for_what_comes_later_and_sends_what_does_not_fit_at_once() {
        let (mut read, mut write) = ends();
        let sent: Vec<u8> = (0..1_u32 << 20).map(|index| index as u8).collect();
        let patience = Duration::from_secs(600);
        std::thread::scope(|scope| {
            scope.spawn(|| Patient::new(&mut write, patience).write_all(&sent).unwrap());
            let mut taken = vec![0; sent.len()];
            Patient::new(&mut read, patience).read_exact(&mut taken).unwrap();
            assert_eq!(taken, sent);
        });
    }

    #[test]
    fn a_closed_pipe_is_an_end_and_no_delay() {
        let (mut read, write) = ends();
        drop(write);
        let mut pipe = Patient::new(&mut read, Duration::from_secs(600));
        assert_eq!(pipe.read(&mut [0; 4]).unwrap(), 0);
    }
}
