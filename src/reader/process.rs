//! The parent's handle to one reader process: starts it, talks to it, and kills it when it is late.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use rustix::pipe::{PipeFlags, pipe_with};

use super::checked::{self, Bounds};
use super::pipe::Patient;
use super::protocol::{self, Request, Response};
use super::{
    DocumentSource, OpenedDocument, PageContent, PageReader, PageReading, ReaderError,
    ReaderSettings, Sandbox,
};
use crate::document::{DocumentHash, Failure, Look, PageNumber, Reason, Seen, Stage};

/// What a reader process may take.
#[derive(Debug, Clone)]
pub struct ProcessLimits {
    /// Time for one request, and for taking a document; a reader that is later is killed.
    pub page_timeout: Duration,
    /// Address space in bytes.
    pub memory_bytes: u64,
    /// A reader is replaced after so many pages, against leaks in the libraries.
    pub pages_per_reader: u32,
}

impl Default for ProcessLimits {
    fn default() -> Self {
        Self {
            page_timeout: Duration::from_secs(120),
            memory_bytes: 2 << 30,
            pages_per_reader: 1000,
        }
    }
}

/// Starting an engine takes a tenth of a second; a machine that swaps needs longer, whatever a
/// page's deadline is.
const LEAST_START_TIMEOUT: Duration = Duration::from_secs(10);

/// Says once a run what readers lack.
static TOLD: Once = Once::new();

/// A reader process that is started when it is needed and replaced when it has died.
pub struct ReaderProcess {
    settings: ReaderSettings,
    limits: ProcessLimits,
    /// The program to run; its hidden subcommand `reader` is the child.
    program: PathBuf,
    running: Option<Running>,
}

struct Running {
    child: Child,
    requests: ChildStdin,
    answers: ChildStdout,
    /// What the child writes to stderr; read when it has died.
    last_words: File,
    /// Pages that it was asked for.
    pages: u32,
    has_document: bool,
    /// Size of the page text that was read last.
    page_size: Option<(u32, u32)>,
    /// Set while it owes an answer: if the parent never took it, the next answer would be to another question.
    owes_answer: bool,
    /// What confines it, as a recipe says it.
    sandbox: String,
}

impl ReaderProcess {
    /// Prepares a handle; the process starts with the first document.
    pub fn new(program: PathBuf, settings: ReaderSettings, limits: ProcessLimits) -> Self {
        Self { settings, limits, program, running: None }
    }

    fn ensure_running(&mut self) -> Result<&mut Running, ReaderError> {
        let is_spent = |running: &Running| {
            running.owes_answer || running.pages >= self.limits.pages_per_reader
        };
        if self.running.as_ref().is_some_and(is_spent) {
            self.stop();
        }
        if self.running.is_none() {
            let running = self.start().map_err(|error| ReaderError::Broken(error.to_string()))?;
            self.running = Some(running);
            let configure = Request::Configure(Box::new(self.settings.clone()));
            match self.ask(&configure, self.limits.page_timeout.max(LEAST_START_TIMEOUT))? {
                Response::Ready(sandbox) => self.accept(sandbox)?,
                Response::Unable(problem) => {
                    self.stop();
                    return Err(ReaderError::Broken(problem));
                }
                Response::Opened(_)
                | Response::Page(_)
                | Response::Seen(_)
                | Response::Failed(_) => {
                    return Err(self.confused("it is none to what was asked"));
                }
            }
        }
        self.running.as_mut().ok_or_else(|| ReaderError::Broken("it is not running".to_owned()))
    }

    /// Takes a reader with this sandbox, or ends it if more is required.
    fn accept(&mut self, sandbox: Sandbox) -> Result<(), ReaderError> {
        if !sandbox.is_full() && self.settings.require_sandbox {
            self.stop();
            return Err(ReaderError::Broken(format!(
                "reader: sandbox: `{sandbox}` is less than landlock and seccomp, and `--require-sandbox` is given\n\
                 hint: boot a kernel with Landlock (5.13 or newer, `lsm=landlock,…`) and seccomp, and see whether the \
                 container forbids them"
            )));
        }
        if !sandbox.is_full() {
            TOLD.call_once(|| {
                tracing::warn!(
                    "reader: sandbox: `{sandbox}` is less than landlock and seccomp: a document that takes a reader \
                     over could reach files, network or processes\nhint: `--require-sandbox` reads nothing then"
                );
            });
        }
        if let Some(running) = &mut self.running {
            running.sandbox = sandbox.to_string();
        }
        Ok(())
    }

    fn start(&self) -> io::Result<Running> {
        // Neither end may block: a chatty child must not hang, and the parent only looks when the
        // child has died.
        let (read_end, write_end) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
        let mut child = Command::new(&self.program)
            .arg("reader")
            .arg(self.limits.memory_bytes.to_string())
            .arg((self.limits.page_timeout.as_secs() + 5).to_string())
            // Tesseract's OpenMP reads this once, when it is loaded; with several readers its
            // threads would fight for the same cores (tesseract issue 3109).
            .env("OMP_THREAD_LIMIT", "1")
            // A page's buffers are the next page's buffers: given back to the system and taken anew, each of
            // their 4-KiB pieces costs a page fault, 20 ms a page of 35 megapixels in all. So none is mapped by
            // itself, and what the heap keeps is bounded.
            .env("MALLOC_MMAP_MAX_", "0")
            .env("MALLOC_TRIM_THRESHOLD_", "134217728")
            // Ctrl-C goes to the parent alone, which lets the readers finish their page.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(write_end))
            .spawn()?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("no pipes to the reader"));
        };
        rustix::io::ioctl_fionbio(&answers, true)?;
        rustix::io::ioctl_fionbio(&requests, true)?;
        Ok(Running {
            child,
            requests,
            answers,
            last_words: File::from(read_end),
            pages: 0,
            has_document: false,
            page_size: None,
            owes_answer: false,
            sandbox: String::new(),
        })
    }

    /// Ends the process; what it was doing is lost.
    fn stop(&mut self) -> Option<(ExitStatus, String)> {
        let mut running = self.running.take()?;
        // It may have died already: then there is nothing to kill.
        let _gone = running.child.kill();
        let status = running.child.wait().ok()?;
        let mut last_words = Vec::new();
        // The pipe does not block and is only a hint for the message.
        let _partial = running.last_words.read_to_end(&mut last_words);
        Some((status, String::from_utf8_lossy(&last_words).into_owned()))
    }

    fn ask(&mut self, request: &Request, patience: Duration) -> Result<Response, ReaderError> {
        self.send(request, patience)?;
        self.answer(request, patience)
    }

    fn send(&mut self, request: &Request, patience: Duration) -> Result<(), ReaderError> {
        let Some(running) = &mut self.running else {
            return Err(ReaderError::Broken("it is not running".to_owned()));
        };
        running.owes_answer = true;
        protocol::write(&mut Patient::new(&mut running.requests, patience), request)
            .map_err(|error| self.unsent(&error, patience))
    }

    /// Takes an answer, and holds it against what was asked: nothing else reads from the pipe.
    fn answer(&mut self, request: &Request, patience: Duration) -> Result<Response, ReaderError> {
        let Some(running) = &mut self.running else {
            return Err(ReaderError::Broken("it is not running".to_owned()));
        };
        let bounds =
            Bounds { limits: self.settings.decode.limits.clone(), page: running.page_size };
        match protocol::read(&mut Patient::new(&mut running.answers, patience)) {
            Ok(Some(response)) => match checked::checked(request, response, &bounds) {
                Ok(response) => {
                    running.owes_answer = false;
                    Ok(response)
                }
                Err(wrong) => Err(self.confused(wrong)),
            },
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                self.stop();
                let message = format!("no answer within {} s, reader killed", patience.as_secs());
                Err(ReaderError::Died(Failure::new(Stage::Read, Reason::Timeout, message)))
            }
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                Err(self.confused("it is no frame"))
            }
            Ok(None) | Err(_) => Err(self.died()),
        }
    }

    /// Says why something could not be written to the reader.
    fn unsent(&mut self, error: &io::Error, patience: Duration) -> ReaderError {
        if error.kind() != io::ErrorKind::TimedOut {
            return self.died();
        }
        self.stop();
        let seconds = patience.as_secs();
        let message = format!("the reader took no bytes for {seconds} s, reader killed");
        ReaderError::Died(Failure::new(Stage::Read, Reason::Timeout, message))
    }

    /// Finds out why the process is gone.
    fn died(&mut self) -> ReaderError {
        // Between the closed pipe and the end of the process there are some milliseconds, in which
        // a kill would hide the true cause.
        if let Some(running) = &mut self.running {
            let end = Instant::now() + Duration::from_secs(5);
            while Instant::now() < end && matches!(running.child.try_wait(), Ok(None)) {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        let memory = self.limits.memory_bytes;
        ReaderError::Died(match self.stop() {
            Some((status, last_words)) => cause_of_death(status, &last_words, memory),
            None => Failure::new(Stage::Read, Reason::Crashed, "the reader is gone"),
        })
    }

    fn confused(&mut self, wrong: checked::Wrong) -> ReaderError {
        self.stop();
        let message = format!("the reader's answer breaks the protocol: {wrong}");
        ReaderError::Died(Failure::new(Stage::Read, Reason::Crashed, message))
    }
}

impl Drop for ReaderProcess {
    fn drop(&mut self) {
        self.stop();
    }
}

fn cause_of_death(status: ExitStatus, last_words: &str, memory_bytes: u64) -> Failure {
    let out_of_memory =
        ["memory allocation of", "out of memory", "bad_alloc", "length_error", "capacity overflow"];
    if out_of_memory.iter().any(|words| last_words.contains(words)) {
        let message = format!("the reader needs more than its {} MiB", memory_bytes >> 20);
        return Failure::new(Stage::Read, Reason::Memory, message);
    }
    let cpu = rustix::process::Signal::XCPU.as_raw();
    let last_line = last_words.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let detail = if last_line.is_empty() { String::new() } else { format!(" (`{last_line}`)") };
    let (reason, message) = match (status.signal(), status.code()) {
        (Some(signal), _) if signal == cpu => {
            (Reason::Timeout, "the reader used up its processor time".to_owned())
        }
        (Some(signal), _) => {
            (Reason::Crashed, format!("the reader died of signal {signal}{detail}"))
        }
        (None, code) => {
            (Reason::Crashed, format!("the reader ended with code {}{detail}", code.unwrap_or(-1)))
        }
    };
    Failure::new(Stage::Read, reason, message)
}

impl PageReader for ReaderProcess {
    fn open(&mut self, source: &DocumentSource) -> Result<OpenedDocument, ReaderError> {
        let mut file = File::open(&source.path).map_err(|error| unreadable(&error))?;
        let length = file.metadata().map_err(|error| unreadable(&error))?.len();
        let patience = self.limits.page_timeout;
        let running = self.ensure_running()?;
        (running.has_document, running.page_size) = (false, None);
        let request = Request::Open { length };
        self.send(&request, patience)?;
        let Some(running) = &mut self.running else {
            return Err(ReaderError::Broken("it is not running".to_owned()));
        };
        let mut requests = Patient::new(&mut running.requests, patience);
        let hash = match stream(&mut file, length, &mut requests) {
            Ok(hash) => hash,
            Err(SendError::Read(error)) => {
                // The reader waits for bytes that will never come.
                self.stop();
                return Err(unreadable(&error));
            }
            Err(SendError::Write(error)) => return Err(self.unsent(&error, patience)),
        };
        let answer = self.answer(&request, patience)?;
        if hash != source.hash {
            let message = "the file's content is not what it was when it was found";
            let failure = Failure::new(Stage::Read, Reason::Changed, message);
            return Err(ReaderError::Refused(failure));
        }
        match answer {
            Response::Opened(opened) => {
                if let Some(running) = &mut self.running {
                    running.has_document = true;
                }
                Ok(opened)
            }
            Response::Failed(failure) => Err(ReaderError::Refused(failure)),
            Response::Ready(_) | Response::Unable(_) | Response::Page(_) | Response::Seen(_) => {
                Err(self.confused("it is none to what was asked"))
            }
        }
    }

    fn has_open_document(&self) -> bool {
        let may_go_on = |running: &Running| {
            !running.owes_answer && running.pages < self.limits.pages_per_reader
        };
        self.running.as_ref().is_some_and(|running| running.has_document && may_go_on(running))
    }

    fn read_page(&mut self, page: PageNumber) -> Result<PageReading, ReaderError> {
        let timeout = self.limits.page_timeout;
        let response = self.ask(&Request::ReadPage(page), timeout)?;
        let mut sandbox = String::new();
        if let Some(running) = &mut self.running {
            running.pages += 1;
            running.page_size = match &response {
                Response::Page(reading) => size_of(&reading.content),
                _ => None,
            };
            sandbox.clone_from(&running.sandbox);
        }
        match response {
            Response::Page(mut reading) => {
                reading.recipe.sandbox = sandbox;
                Ok(*reading)
            }
            Response::Failed(failure) => Err(ReaderError::Refused(failure)),
            Response::Ready(_) | Response::Unable(_) | Response::Opened(_) | Response::Seen(_) => {
                Err(self.confused("it is none to what was asked"))
            }
        }
    }

    fn look_again(
        &mut self,
        page: PageNumber,
        looks: &[Look],
        budget: Duration,
    ) -> Result<Vec<Seen>, ReaderError> {
        let budget_ms = u32::try_from(budget.as_millis()).unwrap_or(u32::MAX);
        let request = Request::LookAgain { page, looks: looks.to_vec(), budget_ms };
        match self.ask(&request, self.limits.page_timeout)? {
            Response::Seen(seen) => Ok(seen),
            Response::Failed(failure) => Err(ReaderError::Refused(failure)),
            Response::Ready(_) | Response::Unable(_) | Response::Opened(_) | Response::Page(_) => {
                Err(self.confused("it is none to what was asked"))
            }
        }
    }
}

fn unreadable(error: &io::Error) -> ReaderError {
    let (reason, message) = match error.kind() {
        io::ErrorKind::NotFound => {
            (Reason::Vanished, "the file is gone since it was found".to_owned())
        }
        io::ErrorKind::UnexpectedEof => {
            (Reason::Changed, "the file became shorter while it was read".to_owned())
        }
        _ => (Reason::Unreadable, error.to_string()),
    };
    ReaderError::Refused(Failure::new(Stage::Read, reason, message))
}

/// Returns the size of a page text in pixels; a blank page has none.
fn size_of(content: &PageContent) -> Option<(u32, u32)> {
    match content {
        PageContent::Text(text) => Some((text.width, text.height)),
        PageContent::Blank(_) => None,
    }
}

enum SendError {
    Read(io::Error),
    Write(io::Error),
}

/// Streams a file to a reader and returns the hash of what was sent.
fn stream(
    file: &mut impl Read,
    length: u64,
    requests: &mut impl Write,
) -> Result<DocumentHash, SendError> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0_u8; 1 << 16];
    let mut left = length;
    while left > 0 {
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        let taken = file.read(&mut buffer[..wanted]).map_err(SendError::Read)?;
        if taken == 0 {
            return Err(SendError::Read(io::ErrorKind::UnexpectedEof.into()));
        }
        hasher.update(&buffer[..taken]);
        requests.write_all(&buffer[..taken]).map_err(SendError::Write)?;
        left -= taken as u64;
    }
    Ok(DocumentHash(*hasher.finalize().as_bytes()))
}

#[cfg(test)]
mod tests;
