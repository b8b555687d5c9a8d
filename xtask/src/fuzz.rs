//! `cargo xtask fuzz`: drives the targets of `crates/fuzz` with libFuzzer.
//!
//! The coverage counters are put in by flags that stable compilers take, so no nightly compiler is needed. They are put into the
//! house's crates, where this program stands before the compiler ([`as_compiler`]); the dependencies are those that other
//! builds have made. `--deep` has counters in the dependencies too (the Parquet library decodes footers): a build of its own
//! below `target/fuzz`, of ten minutes. An input that breaks something is kept in `target/fuzz/found`, and belongs
//! into `crates/fuzz/corpus` once it is mended.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode};

use anyhow::{Context, Result, bail};

use crate::run::{cargo, command, output, root, step, target};

const TARGETS: [&str; 7] = ["avro", "barrage", "json", "parquet", "protobuf", "sql", "web"];
/// What a target may use, far above what its inputs need.
const MEMORY_MIB: u32 = 2048;
/// The longest an input may take, on a machine that may do much else.
const SECONDS_AN_INPUT: u32 = 30;

/// How to fuzz.
#[derive(clap::Args)]
pub struct Options {
    /// The targets; all of them if none is named.
    #[arg(value_parser = TARGETS)]
    pub targets: Vec<String>,
    /// Seconds each target runs.
    #[arg(long, default_value_t = 60)]
    pub seconds: u32,
    /// Add inputs that reach new code to the corpus in `crates/fuzz/corpus`.
    #[arg(long)]
    pub keep: bool,
    /// Look for new code in the dependencies too; builds all of them once more.
    #[arg(long)]
    pub deep: bool,
}

/// Builds the targets and runs them, two at a time.
pub fn fuzz(options: &Options) -> Result<()> {
    let binaries = if options.deep { build_deep()? } else { build()? };
    let chosen: Vec<&str> = match &options.targets[..] {
        [] => TARGETS.to_vec(),
        some => some.iter().map(String::as_str).collect(),
    };
    for pair in chosen.chunks(2) {
        let running: Vec<(&str, Child)> =
            pair.iter().map(|name| Ok((*name, start(&binaries, name, options)?))).collect::<Result<_>>()?;
        for (name, mut child) in running {
            let status = child.wait()?;
            if !status.success() {
                let log = target().join("fuzz").join(format!("{name}.log"));
                let text = std::fs::read_to_string(&log).unwrap_or_default();
                let tail: Vec<&str> = text.lines().rev().take(40).collect();
                eprintln!("{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
                bail!(
                    "target \"{name}\" broke; the input is named above, the whole log is {}",
                    log.display()
                );
            }
            println!("{name}: {}", summary(name));
        }
    }
    Ok(())
}

const FLAGS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];
/// Says to this program that cargo calls it in the compiler's place.
const COMPILES: &str = "KINETABLE_FUZZ_COMPILER";
const BUILD: [&str; 6] = ["build", "--package", "kinetable-fuzz", "--features", "libfuzzer", "--bins"];

fn build() -> Result<PathBuf> {
    let me = std::env::current_exe().context("this program does not know where it lies")?;
    let mut build = cargo(&BUILD);
    build.env("RUSTC_WORKSPACE_WRAPPER", me).env(COMPILES, "1").env("CARGO_INCREMENTAL", "0");
    step("building the fuzz targets", &mut build)?;
    Ok(target().join("debug"))
}

fn build_deep() -> Result<PathBuf> {
    let host = output("rustc", &["-vV"]).context("rustc does not run")?;
    let host =
        host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?.to_owned();
    let folder = target().join("fuzz");
    // With a target named, the flags are not for build scripts.
    let mut build = cargo(&BUILD);
    build.args(["--target", &host]).env("RUSTFLAGS", FLAGS.join(" "));
    build.env("CARGO_TARGET_DIR", &folder).env("CARGO_INCREMENTAL", "0");
    step("building the fuzz targets and all they depend on", &mut build)?;
    Ok(folder.join(host).join("debug"))
}

/// Runs the compiler as cargo asks for it, with coverage counters, if cargo called this program in its place.
pub fn as_compiler() -> Option<ExitCode> {
    std::env::var_os(COMPILES)?;
    let mut words = std::env::args_os().skip(1);
    let mut compiler = Command::new(words.next()?);
    let words: Vec<_> = words.collect();
    let builds_script = words.iter().any(|word| word == "build_script_build");
    compiler.args(&words);
    if words.iter().any(|word| word == "--crate-name") && !builds_script {
        compiler.args(FLAGS);
    }
    let status = compiler.status().ok()?;
    Some(ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)))
}

fn start(binaries: &Path, name: &str, options: &Options) -> Result<Child> {
    let folder = target().join("fuzz");
    let kept = root().join("crates/fuzz/corpus").join(name);
    let found = folder.join("found").join(name);
    let grown = folder.join("corpus").join(name);
    for folder in [&found, &grown] {
        std::fs::create_dir_all(folder)?;
    }
    let log = std::fs::File::create(folder.join(format!("{name}.log")))?;
    let mut fuzzer = command(binaries.join(name));
    fuzzer
        .arg(format!("-max_total_time={}", options.seconds))
        .arg(format!("-rss_limit_mb={MEMORY_MIB}"))
        .arg(format!("-timeout={SECONDS_AN_INPUT}"))
        .arg(format!("-artifact_prefix={}/", found.display()))
        .args(["-print_final_stats=1", "-close_fd_mask=1"]);
    // The first folder takes what reaches new code.
    if options.keep {
        fuzzer.arg(&kept);
    } else {
        fuzzer.arg(&grown).arg(&kept);
    }
    Ok(fuzzer.stderr(log).spawn()?)
}

/// What libFuzzer says at the end.
fn summary(name: &str) -> String {
    let text = std::fs::read_to_string(target().join("fuzz").join(format!("{name}.log"))).unwrap_or_default();
    let stat = |key: &str| {
        let line = text.lines().rev().find_map(|line| line.strip_prefix(&format!("stat::{key}:")));
        line.map_or_else(String::new, |value| value.trim().to_owned())
    };
    let executed = stat("number_of_executed_units");
    format!(
        "{executed} inputs, {} a second, at most {} MiB",
        stat("average_exec_per_sec"),
        stat("peak_rss_mb")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_driven() {
        let bins = std::fs::read_dir(root().join("crates/fuzz/bin")).expect("the targets are there");
        let stem = |entry: std::io::Result<std::fs::DirEntry>| {
            let path = entry.expect("an entry can be read").path();
            path.file_stem().expect("a target has a name").to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = bins.map(stem).collect();
        names.sort_unstable();
        assert_eq!(names, TARGETS);
    }
}
