//! Tests that fail are run once more, alone. What passes then is named at the end: it is unsteady, and to be mended.
//!
//! A machine that does much else can stop a process for seconds, and one test of thousands must not hold up all others. What
//! fails twice has failed, and so has what a run that broke off did not say.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::run::{cargo, step};

/// What of the tests failed, and passed when it ran alone.
pub struct Again {
    is_asked: bool,
    unsteady: Vec<String>,
}

impl Again {
    /// Nothing yet; whether anything is run again.
    pub fn new(is_asked: bool) -> Again {
        Again { is_asked, unsteady: Vec::new() }
    }

    /// Runs tests by cargo, and those that fail once more; `with` says what else cargo needs.
    pub fn rust(&mut self, what: &str, tests: &[&str], with: impl Fn(&mut Command)) -> Result<()> {
        let tests_with = |more: &[&str]| {
            let mut tests = cargo(tests);
            with(tests.args(more));
            tests
        };
        if !self.is_asked {
            return step(what, &mut tests_with(&[]));
        }
        eprintln!("\n▸ {what}");
        let began = Instant::now();
        let told = run(&mut tests_with(&["--no-fail-fast"]))?;
        if !told.succeeded {
            if told.failed.is_empty() || told.broke_off() {
                bail!("{what} failed, and did not say all that did");
            }
            let failed: Vec<&str> = told.failed.iter().map(String::as_str).collect();
            eprintln!("\n▸ {what}: once more, alone: {}", failed.join(", "));
            let alone =
                run(&mut tests_with(&[&["--", "--exact", "--test-threads=1"], &failed[..]].concat()))?;
            if !alone.succeeded || alone.broke_off() || alone.passed < failed.len() {
                bail!("{what} failed twice: {}", failed.join(", "));
            }
            self.unsteady.extend(told.failed);
        }
        eprintln!("  done in {:.1} s", began.elapsed().as_secs_f64());
        Ok(())
    }

    /// Runs tests by a program that remembers what failed, which is its exit status 1: `alone` runs that.
    pub fn remembered(&mut self, what: &str, all: &mut Command, alone: &mut Command) -> Result<()> {
        if !self.is_asked {
            return step(what, all);
        }
        eprintln!("\n▸ {what}");
        let began = Instant::now();
        let status = all.status().with_context(|| format!("cannot run {:?}", all.get_program()))?;
        match status.code() {
            Some(0) => eprintln!("  done in {:.1} s", began.elapsed().as_secs_f64()),
            Some(1) => {
                step(&format!("{what}: once more, what failed"), alone)?;
                self.unsteady.push(format!("what failed first of: {what}"));
            }
            _ => bail!("{what} broke off ({status})"),
        }
        Ok(())
    }

    /// Names what was unsteady.
    pub fn tell(&self) {
        for name in &self.unsteady {
            eprintln!("unsteady, it failed once and passed alone: {name}");
        }
    }
}

/// What a run of Rust's tests told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    succeeded: bool,
    failed: Vec<String>,
    passed: usize,
    /// Programs of tests that began, and those that came to their end.
    begun: usize,
    ended: usize,
}

impl Told {
    /// Whether a program died: what it would have said is not known.
    fn broke_off(&self) -> bool {
        self.begun != self.ended
    }
}

fn run(command: &mut Command) -> Result<Told> {
    let program = command.get_program().to_owned();
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {program:?}"))?;
    let out = child.stdout.take().context("it has no output")?;
    let mut reading = Reading::default();
    let mut lines = BufReader::new(out).split(b'\n');
    while let Some(line) = lines.next().transpose()? {
        let mut screen = std::io::stdout().lock();
        screen.write_all(&line)?;
        screen.write_all(b"\n")?;
        reading.line(&String::from_utf8_lossy(&line));
    }
    reading.told.succeeded = child.wait()?.success();
    Ok(reading.told)
}

/// Reads what libtest prints.
#[derive(Default)]
struct Reading {
    told: Told,
    /// The names of the list that was begun last.
    listed: Vec<String>,
}

impl Reading {
    fn line(&mut self, line: &str) {
        if line == "failures:" {
            self.listed.clear();
        } else if let Some(name) = line.strip_prefix("    ").filter(|name| !name.starts_with(' ')) {
            self.listed.push(name.to_owned());
        } else if let Some(result) = line.strip_prefix("test result: ") {
            let count = result.split(' ').nth(1).and_then(|count| count.parse::<usize>().ok());
            self.told.passed += count.unwrap_or(0);
            self.told.ended += 1;
            if result.starts_with("FAILED") {
                self.told.failed.append(&mut self.listed);
            }
            self.listed.clear();
        } else if line.starts_with("running ") && (line.ends_with(" tests") || line.ends_with(" test")) {
            self.told.begun += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_tests_are_read_from_what_libtest_prints() {
        let text = "
running 3 tests
.. 2/3
a::b --- FAILED

failures:

---- a::b stdout ----
    not a name: what it printed
stack backtrace:
   0: one

failures:
    a::b
    src/lib.rs - c (line 3)

test result: FAILED. 2 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s

running 5 tests
.....
test result: ok. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 2.00s
";
        let mut reading = Reading::default();
        text.lines().for_each(|line| reading.line(line));
        assert_eq!(reading.told.failed, ["a::b", "src/lib.rs - c (line 3)"]);
        assert_eq!(reading.told.passed, 7);
        assert!(!reading.told.broke_off());
        // One that dies says nothing more: others' failures are not all that there is.
        reading.line("running 4 tests");
        assert!(reading.told.broke_off());
    }
}
