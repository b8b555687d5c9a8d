//! There is nothing to build: the script is there so that the build dependencies of the manifest are.

fn main() {}
