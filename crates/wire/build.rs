//! Makes the services and messages of `proto/`; the compiler of definitions is a library, so no `protoc` is needed.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let mut files: Vec<_> =
        std::fs::read_dir("proto")?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let definitions = protox::compile(&files, ["proto"])?;
    tonic_prost_build::configure()
        .extern_path(".arrow.flight.protocol", "::arrow_flight")
        .disable_comments(["."])
        .compile_fds(definitions)?;
    Ok(())
}
