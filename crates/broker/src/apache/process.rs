//! A process that does not outlive ours.
//!
//! A shell starts it and then reads standard input, which is our end of a pipe: when we close that, or end in any way,
//! the read ends and the shell kills the process with signal 9.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

const SCRIPT: &str = r#"
{ sh -c 'echo $$ > "$PID_FILE"; exec "$@" >> "$LOG_FILE" 2>&1 < /dev/null' sh "$@"; echo ended; } &
cat > /dev/null
kill -9 "$(cat "$PID_FILE")" 2> /dev/null
"#;
/// How long a process may take to end after a polite request.
const STOP_MAX: Duration = Duration::from_secs(20);
/// How much of a log an error shows.
const TAIL: u64 = 2_000;

/// A process watched by a shell; dropping it kills the process.
pub(super) struct Supervised {
    shell: Child,
    pid_file: PathBuf,
    log: PathBuf,
    has_ended: Arc<AtomicBool>,
}

impl Supervised {
    /// Starts `command` with its output appended to `folder/NAME.log`.
    pub(super) fn start(folder: &Path, name: &str, command: &[String]) -> Result<Self> {
        let pid_file = folder.join(format!("{name}.pid"));
        let log = folder.join(format!("{name}.log"));
        let mut shell = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .args(command)
            .current_dir(folder)
            .env("PID_FILE", &pid_file)
            .env("LOG_FILE", &log)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("sh cannot be run")?;
        let mut output = shell.stdout.take().context("the shell has an output")?;
        let has_ended = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&has_ended);
        std::thread::spawn(move || {
            let _text = output.read_to_string(&mut String::new());
            seen.store(true, Ordering::Release);
        });
        Ok(Self { shell, pid_file, log, has_ended })
    }

    /// Waits until `is_ready`; fails with the end of the log when the process ends first, or time runs out.
    pub(super) fn wait_until(&self, timeout: Duration, is_ready: impl Fn() -> bool) -> Result<()> {
        let deadline = Instant::now() + timeout;
        while !is_ready() {
            if self.has_ended.load(Ordering::Acquire) {
                bail!("it ended; its log {} says: {}", self.log.display(), self.log_tail());
            }
            if Instant::now() > deadline {
                let seconds = timeout.as_secs();
                bail!("not ready in {seconds} s; its log {} says: {}", self.log.display(), self.log_tail());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Kills the process with signal 9, and waits until it is gone.
    pub(super) fn kill(&mut self) {
        drop(self.shell.stdin.take());
        let _status = self.shell.wait();
        self.wait_for_end(STOP_MAX);
    }

    /// Asks the process to end, and kills it if it does not.
    pub(super) fn stop(&mut self) {
        if let Ok(pid) = fs::read_to_string(&self.pid_file) {
            let _status = Command::new("kill").args(["-TERM", pid.trim()]).status();
            self.wait_for_end(STOP_MAX);
        }
        self.kill();
    }

    fn wait_for_end(&self, timeout: Duration) {
        let deadline = Instant::now() + timeout;
        while !self.has_ended.load(Ordering::Acquire) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn log_tail(&self) -> String {
        let read = || -> std::io::Result<String> {
            let mut file = File::open(&self.log)?;
            let length = file.metadata()?.len();
            file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_else(|error| error.to_string())
    }
}

impl Drop for Supervised {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port of the loopback address that is free now.
pub(super) fn free_port() -> Result<u16> {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).context("no port is free")?;
    Ok(listener.local_addr()?.port())
}

/// A folder for a process's data and log that goes with it, unless it was named by the caller.
pub(super) struct DataFolder {
    pub(super) path: PathBuf,
    is_kept: bool,
}

impl DataFolder {
    pub(super) fn new(named: Option<&Path>, name: &str, port: u16) -> Result<Self> {
        let (path, is_kept) = match named {
            Some(path) => (path.to_owned(), true),
            None => {
                let name = format!("kinetable-{name}-{}-{port}", std::process::id());
                (std::env::temp_dir().join(name), false)
            }
        };
        fs::create_dir_all(&path).with_context(|| format!("folder {} cannot be made", path.display()))?;
        Ok(Self { path: path.canonicalize()?, is_kept })
    }
}

impl Drop for DataFolder {
    fn drop(&mut self) {
        if !self.is_kept {
            let _leftover = fs::remove_dir_all(&self.path);
        }
    }
}
