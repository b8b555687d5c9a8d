//! Words that sources do not hold: unfinished work, silenced lints, skipped tests, unsafe code outside `raw.rs`.

use super::sources::Source;

/// What is forbidden, and why. Split so that this file does not find itself.
const FORBIDDEN: [(&str, &str, &str); 7] = [
    ("to", "do!(", "what is not built is not exposed"),
    ("unimpl", "emented!(", "what is not built is not exposed"),
    ("#[al", "low(", "use #[expect(…, reason = \"…\")]"),
    ("#![al", "low(", "use #![expect(…, reason = \"…\")]"),
    ("#[ig", "nore", "a test runs or goes"),
    ("FIX", "ME", "mend it, or write an issue"),
    ("pytest.mark.", "skip", "a test runs or goes; what a machine lacks is xtask's to say"),
];

/// Findings in all sources.
pub fn check(sources: &[Source]) -> Vec<String> {
    let mut findings = Vec::new();
    for source in sources {
        for (number, line) in source.text.lines().enumerate() {
            for (head, tail, reason) in FORBIDDEN {
                if line.contains(&format!("{head}{tail}")) {
                    findings.push(format!("{}:{}: \"{head}{tail}\": {reason}", source.path, number + 1));
                }
            }
        }
        findings.extend(structure(source));
    }
    findings
}

fn structure(source: &Source) -> Vec<String> {
    let mut findings = Vec::new();
    if !source.path.ends_with(".rs") {
        return findings;
    }
    if !source.text.trim_start().starts_with("//!") {
        findings.push(format!("{}: a module opens with //!", source.path));
    }
    let is_unsafe = |line: &str| line.split("//").next().is_some_and(|code| code.contains("unsafe {"));
    if source.name() != "raw.rs" && source.text.lines().any(is_unsafe) {
        findings.push(format!("{}: unsafe code lives in files called raw.rs", source.path));
    }
    // The constructor of an operator stands in its folder's mod.rs; what has state does not.
    let is_logic = |line: &str| line.starts_with("impl");
    let is_index = source.name() == "mod.rs" || source.name() == "lib.rs";
    if is_index && !source.is_test() && source.text.lines().any(is_logic) {
        findings.push(format!("{}: holds logic; keep docs, mod lines and re-exports", source.path));
    }
    findings
}
