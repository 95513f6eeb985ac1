//! A reader that a document has taken over reaches no file, no network and no other process; what there is of the
//! sandbox stands in each recipe.

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

use image::{GrayImage, Luma};
use rustix::process::{Pid, Signal, kill_process};
use scanlift::reader::Sandbox;
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

use crate::program::Program;

/// What the confined process tries: a name, and whether it must be able to do it.
const TRIALS: [(&str, bool); 19] = [
    ("read language data", true),
    ("start a thread", true),
    ("take memory", true),
    ("know the time", true),
    ("read another file", false),
    ("write a file", false),
    ("remove a file", false),
    ("connect by TCP", false),
    ("open a UDP socket", false),
    ("connect to a UNIX socket", false),
    ("run a program", false),
    ("signal its parent", false),
    ("stop itself", false),
    ("fork", false),
    ("trace its parent", false),
    ("read its parent's memory", false),
    ("set up io_uring", false),
    ("map executable memory", false),
    ("become dumpable", false),
];

#[test]
fn a_confined_process_reaches_nothing_but_language_data_and_itself() {
    let directory = tempfile::tempdir().unwrap();
    let data = directory.path().join("tessdata");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("eng.traineddata"), "weights").unwrap();
    fs::write(directory.path().join("secret"), "money").unwrap();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "sandbox::tries_to_get_out", "--ignored", "--nocapture"])
        .env("TRIAL_DATA", &data)
        .env("TRIAL_PORT", listener.local_addr().unwrap().port().to_string())
        .env("TRIAL_PARENT", std::process::id().to_string())
        .output()
        .unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout);
    let stderr = String::from_utf8_lossy(&output.stderr);
    let said = |name: &str| {
        let line = stdout.lines().find_map(|line| line.strip_prefix(&format!("trial {name}: ")));
        line.unwrap_or_else(|| panic!("nothing on `{name}`: {stdout}{stderr}")).to_owned()
    };
    let sandbox = said("sandbox");
    assert!(sandbox.contains("seccomp"), "this kernel has none: {sandbox}");
    let by_landlock = ["read another file"];
    for (name, may) in TRIALS {
        if sandbox.contains("landlock") || !by_landlock.contains(&name) {
            assert_eq!(said(name).starts_with("done"), may, "{name}: {}", said(name));
        }
    }
    assert!(directory.path().join("secret").exists() && !data.join("new").exists());
}

/// The confined process. It ends itself, as it cannot go back.
#[test]
#[ignore = "the other test runs it in a process of its own"]
#[expect(clippy::exit, reason = "the harness is confined, too: it could not go on")]
fn tries_to_get_out() {
    let data = std::env::var("TRIAL_DATA").unwrap();
    let data = Path::new(&data);
    let port: u16 = std::env::var("TRIAL_PORT").unwrap().parse().unwrap();
    let parent: i32 = std::env::var("TRIAL_PARENT").unwrap().parse().unwrap();
    let secret = data.parent().unwrap().join("secret");
    let sandbox = Sandbox::enter(data);
    // The harness has begun a line.
    println!("\ntrial sandbox: {sandbox}");
    for (name, _) in TRIALS {
        let tried = match name {
            "read language data" => fs::read(data.join("eng.traineddata")).map(drop),
            "start a thread" => {
                std::thread::Builder::new().spawn(|| ()).map(|it| it.join().unwrap())
            }
            "take memory" => {
                let bytes = vec![1_u8; 64 << 20];
                let sum = bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
                (sum == 64 << 20).then_some(()).ok_or(io::Error::other("other memory"))
            }
            "know the time" => {
                SystemTime::now().duration_since(UNIX_EPOCH).map(drop).map_err(io::Error::other)
            }
            "read another file" => fs::read(&secret).map(drop),
            "write a file" => File::create(data.join("new")).map(drop),
            "remove a file" => fs::remove_file(&secret),
            "connect by TCP" => TcpStream::connect(("127.0.0.1", port)).map(drop),
            "open a UDP socket" => UdpSocket::bind(("127.0.0.1", 0)).map(drop),
            "connect to a UNIX socket" => UnixStream::connect("/run/some.socket").map(drop),
            "run a program" => Command::new("/bin/true").status().map(drop),
            // It would harm nobody: by default it is ignored.
            "signal its parent" => {
                kill_process(Pid::from_raw(parent).unwrap(), Signal::WINCH).map_err(io::Error::from)
            }
            "stop itself" => {
                let own = Pid::from_raw(std::process::id().cast_signed()).unwrap();
                kill_process(own, Signal::WINCH).map_err(io::Error::from)
            }
            other => calls::try_it(other, parent),
        };
        match tried {
            Ok(()) => println!("trial {name}: done"),
            Err(error) => println!("trial {name}: {error}"),
        }
    }
    std::process::exit(0);
}

/// Calls of the kernel that no safe function makes.
#[expect(unsafe_code, reason = "what a hostile reader would do is not safe; all of it is refused")]
mod calls {
    use std::io;
    use std::ptr::{null, null_mut};

    pub(super) fn try_it(name: &str, parent: i32) -> io::Result<()> {
        let mut buffer = [0_u8; 256];
        // SAFETY: each call gets pointers to memory that is large enough or none at all. All are to be refused; a fork
        // that is not ends at once.
        let result = unsafe {
            match name {
                "fork" => match libc::fork() {
                    0 => libc::_exit(0),
                    child => i64::from(child),
                },
                "trace its parent" => libc::ptrace(libc::PTRACE_SEIZE, parent, null::<u8>(), 0),
                "read its parent's memory" => {
                    let here = libc::iovec { iov_base: buffer.as_mut_ptr().cast(), iov_len: 8 };
                    libc::process_vm_readv(parent, &raw const here, 1, &raw const here, 1, 0) as i64
                }
                "set up io_uring" => {
                    libc::syscall(libc::SYS_io_uring_setup, 1, buffer.as_mut_ptr())
                }
                "map executable memory" => {
                    let rights = libc::PROT_READ | libc::PROT_EXEC;
                    let how = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
                    libc::mmap(null_mut(), 4096, rights, how, -1, 0) as i64
                }
                "become dumpable" => i64::from(libc::prctl(libc::PR_SET_DUMPABLE, 1)),
                other => panic!("`{other}` is tried nowhere"),
            }
        };
        if result == -1 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }
}

/// Runs something on a kernel that seems to have no Landlock: the filter holds for one thread and what it starts.
fn without_landlock<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let confined = || {
        let rules = [(libc::SYS_landlock_create_ruleset, Vec::new())].into_iter().collect();
        let (others, this) = (SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32));
        let here = std::env::consts::ARCH.try_into().unwrap();
        let program: BpfProgram =
            SeccompFilter::new(rules, others, this, here).unwrap().try_into().unwrap();
        seccompiler::apply_filter(&program).unwrap();
        work()
    };
    std::thread::scope(|scope| scope.spawn(confined).join().unwrap())
}

#[test]
fn what_confines_readers_is_noted_said_once_and_can_be_required() {
    let program = Program::new();
    // Two readers with a page each, which takes them no time.
    let scans = program.directory().join("scans");
    fs::create_dir(&scans).unwrap();
    for (name, side) in [("a.png", 200), ("b.png", 300)] {
        GrayImage::from_pixel(side, side, Luma([255])).save(scans.join(name)).unwrap();
    }
    program.succeed(&["db", "start"]);
    let sandboxes = || {
        let query = "select string_agg(distinct recipe->>'sandbox', ' | ') from scanlift.attempt";
        program.sql(query).trim().to_owned()
    };

    let refused = without_landlock(|| program.run(&["ingest", "scans", "--require-sandbox"]));
    assert_eq!(refused.code, 2, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("sandbox: `seccomp` is less than landlock"),
        "{}",
        refused.stderr
    );
    assert!(refused.stderr.contains("hint: "), "{}", refused.stderr);

    let less = without_landlock(|| program.run(&["ingest", "scans", "--jobs", "2"]));
    assert_eq!(less.code, 0, "{}", less.stderr);
    assert_eq!(less.stderr.matches("sandbox: `seccomp`").count(), 1, "{}", less.stderr);
    assert_eq!(sandboxes(), "seccomp");

    let full = program.run(&["reprocess", "--where", "path~'scans'", "--require-sandbox"]);
    assert_eq!(full.code, 0, "{}", full.stderr);
    assert!(!full.stderr.contains("sandbox"), "{}", full.stderr);
    let noted = sandboxes();
    assert!(noted.starts_with("landlock ") && noted.ends_with(", seccomp | seccomp"), "{noted}");
}
