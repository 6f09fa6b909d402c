//! Makes functions of the peers' snippets in the crate's page *comparison*, for tests/comparison.rs.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

const PAGE: &str = "../../src/docs/comparison.md";

fn main() {
    println!("cargo::rerun-if-changed={PAGE}");
    let page = fs::read_to_string(PAGE).expect(PAGE);
    let (mut functions, mut names) = (String::new(), Vec::new());
    for snippet in page.split("```rust,ignore\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let name = snippet.trim_start_matches("use ").split("::").next().expect("split gives one at least");
        writeln!(functions, "fn {name}() {{\n{snippet}}}").expect("a string takes all");
        names.push(format!("({name:?}, {name} as fn())"));
    }
    let all = format!("{functions}pub(super) const ALL: [(&str, fn()); {}] = [{}];\n", names.len(), names.join(", "));
    let out = env::var_os("OUT_DIR").expect("OUT_DIR, from Cargo");
    fs::write(Path::new(&out).join("comparison.rs"), all).expect("OUT_DIR is writable");
}
