//! The house's one rule: a file of `src` imports only from files above it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// From the top down. `lib.rs` re-exports, and nobody imports from it.
const HOUSE: [&str; 28] = [
    "work",
    "line_end",
    "utf8",
    "escaped",
    "names",
    "error",
    "parser",
    "event",
    "chunk",
    "encode/field",
    "encode",
    "encode/lines",
    "plain",
    "value",
    "last_event_id",
    "unfinished",
    "interpreter",
    "lend",
    "decoder",
    "event_buf",
    "event_source",
    "io/reader",
    "io/writer",
    "io",
    "json",
    "stream",
    "tokio_codec",
    "http_body",
];

/// The files below `dir`, as `HOUSE` names them.
fn files(src: &Path, dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(src, &path, found);
        } else {
            let file = path.with_extension("");
            found.insert(file.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// The file that `crate::` and this path name: the longest that there is.
fn imported(house: &BTreeSet<String>, path: &str) -> String {
    let mut names = path.split("::").map(|name| {
        let end = name.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(name.len());
        &name[..end]
    });
    let mut file = names.next().unwrap().to_owned();
    for name in names {
        let longer = format!("{file}/{name}");
        if !house.contains(&longer) {
            break;
        }
        file = longer;
    }
    file
}

#[test]
fn imports_go_one_way() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut house = BTreeSet::new();
    files(&src, &src, &mut house);
    house.remove("lib");
    for file in &house {
        let place = HOUSE.iter().position(|name| name == file);
        let place = place.unwrap_or_else(|| panic!("{file}.rs has no place in the house"));
        let text = fs::read_to_string(src.join(file).with_extension("rs")).unwrap();
        // Tests and docs may look anywhere.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for (index, _) in line.match_indices("crate::") {
                let imported = imported(&house, &line[index + 7..]);
                assert!(
                    HOUSE[..place].contains(&imported.as_str()),
                    "{file}.rs imports from {imported}, which is not above it"
                );
            }
        }
    }
    for name in HOUSE {
        assert!(name == "http_body" || house.contains(name), "{name}.rs is gone");
    }
}
