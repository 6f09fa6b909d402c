//! Makes functions of the README's snippets, for tests/readme.rs: each is the body of one, and ends with its result.

use std::path::Path;
use std::{env, fs};

const README: &str = "../README.md";

fn main() {
    println!("cargo::rerun-if-changed={README}");
    let readme = fs::read_to_string(README).expect(README);
    let snippets: Vec<&str> =
        readme.split("```rust,no_run\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let [ask, listen, serve] = snippets[..] else {
        panic!("{README}: found {} snippets of Rust, expected 3", snippets.len());
    };
    let functions = format!(
        "pub(crate) async fn ask(url: &str, json: String) -> Result<(), Box<dyn std::error::Error>> {{\n{ask}\nask(url, json).await\n}}\n\
         pub(crate) async fn listen(client: reqwest::Client, url: &str) {{\n{listen}\nlisten(client, url).await\n}}\n\
         pub(crate) fn serve() -> (axum::Router, fn(reqwest::Response) -> axum::response::Response) {{\n{serve}\n(app, relay)\n}}\n"
    );
    let out = env::var_os("OUT_DIR").expect("OUT_DIR, from Cargo");
    fs::write(Path::new(&out).join("readme.rs"), functions).expect("OUT_DIR is writable");
}
