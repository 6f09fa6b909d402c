//! The house's one rule: a file of `src` imports only from files above it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// From the top down. `lib.rs` re-exports, and nobody imports from it.
const HOUSE: [&str; 21] = [
    "scan",
    "error",
    "parser",
    "event",
    "chunk",
    "encoder",
    "data_lines",
    "plain",
    "value",
    "last_event_id",
    "unfinished",
    "interpreter",
    "lend",
    "decoder",
    "event_buf",
    "event_source",
    "event_reader",
    "event_writer",
    "json",
    "stream",
    "codec",
];

#[test]
fn imports_go_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = BTreeSet::new();
    for entry in fs::read_dir(src).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if file != "lib" {
            let text = fs::read_to_string(&path).unwrap();
            let place = HOUSE.iter().position(|name| *name == file);
            let place = place.unwrap_or_else(|| panic!("{file}.rs has no place in the house"));
            // Tests and docs may look anywhere.
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//"));
            for line in code {
                for (index, _) in line.match_indices("crate::") {
                    let imported = line[index + 7..].split(|c: char| c != '_' && !c.is_alphanumeric()).next().unwrap();
                    assert!(
                        HOUSE[..place].contains(&imported),
                        "{file}.rs imports from {imported}, which is not above it"
                    );
                }
            }
        }
        files.insert(file);
    }
    assert_eq!(files.len(), HOUSE.len() + 1, "a file of the house is missing: {files:?}");
}
