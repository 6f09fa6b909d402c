//! The house's rules: a file of `src` imports only from files above it, a type's own methods stand in the type's file,
//! no file is long, and few places loop over bytes, all of which count.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// From the top down. `lib.rs` re-exports, and no file imports from it; `linear.rs` is a test.
const HOUSE: &[&str] = &[
    "work",
    "line_end",
    "utf8",
    "escaped",
    "names",
    "error",
    "json/escape",
    "json/tagged",
    "json",
    "event",
    "encode/number",
    "encode/field",
    "encode/lines",
    "encode/layout",
    "encode/sinks",
    "encode",
    "owned",
    "decode/place",
    "text",
    "decode/field",
    "decode/token",
    "decode/line",
    "decode/parser",
    "decode/window",
    "decode/chunk",
    "decode/chunk_from",
    "event_buf",
    "encode/relay",
    "decode/memory",
    "decode/last_event_id",
    "decode/growable",
    "decode/value",
    "decode/buffers",
    "decode/retry",
    "decode/shortcut",
    "decode/text_line",
    "decode/progress",
    "decode/settings",
    "decode/found",
    "decode/block",
    "decode/interpreter",
    "decode/find",
    "decode/lend",
    "decode/slice",
    "decode/decoder",
    "decode/fixed",
    "decode/fixed_decoder",
    "decode",
    "event_source/delay",
    "event_source/response",
    "event_source/retry_after",
    "event_source",
    "io/reader",
    "io/writer",
    "io",
    "json/received",
    "http_body/body_stream",
    "stream/attempt",
    "stream/source_error",
    "stream/random",
    "stream/timeout",
    "stream/events",
    "stream/reconnecting",
    "stream",
    "tokio_codec",
    "http_body/event_body",
    "http_body/response",
    "http_body",
    "_documentation",
];

/// The files below `dir`, as `HOUSE` names them.
fn files(src: &Path, dir: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(src, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = path.with_extension("");
            found.insert(file.strip_prefix(src).unwrap().to_str().unwrap().replace('\\', "/"));
        }
    }
}

/// The files of `src`, and their lines: tests and docs may do what they like.
fn house() -> Vec<(String, Vec<String>)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut names = BTreeSet::new();
    files(&src, &src, &mut names);
    names
        .into_iter()
        .map(|name| {
            let text = fs::read_to_string(src.join(&name).with_extension("rs")).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let is_code = |line: &&str| !line.trim_start().starts_with("//");
            let lines = code.lines().filter(is_code).map(str::to_owned).collect();
            (name, lines)
        })
        .filter(|(name, _)| name != "lib" && name != "linear")
        .collect()
}

/// The name that `text` begins with.
fn identifier(text: &str) -> &str {
    let end = text.find(|c: char| c != '_' && !c.is_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

/// The file that this path after `crate::` names: the longest that exists.
fn imported(house: &[&str], path: &str) -> String {
    let mut names = path.split("::").map(identifier);
    let mut file = names.next().unwrap().to_owned();
    for name in names {
        let longer = format!("{file}/{name}");
        if !house.contains(&longer.as_str()) {
            break;
        }
        file = longer;
    }
    file
}

#[test]
fn imports_go_one_way() {
    let house = house();
    let names: Vec<&str> = house.iter().map(|(name, _)| name.as_str()).collect();
    for (file, lines) in &house {
        let place = HOUSE.iter().position(|name| name == file);
        let place = place.unwrap_or_else(|| panic!("{file}.rs has no place in the house"));
        for line in lines {
            for (index, _) in line.match_indices("crate::") {
                let imported = imported(&names, &line[index + "crate::".len()..]);
                assert!(
                    HOUSE[..place].contains(&imported.as_str()),
                    "{file}.rs imports from {imported}, which is not above it"
                );
            }
        }
    }
    for &name in HOUSE {
        assert!(names.contains(&name), "{name}.rs is gone");
    }
}

/// Methods that a feature adds to types of the core, in the module of the feature: `Event::json` and the like, and
/// `EventSource::into_stream`.
const ADD_METHODS: [&str; 1] = ["stream/reconnecting"];

/// A method in another file is an arrow that no import shows.
#[test]
fn a_type_has_its_methods_in_its_file() {
    for (file, lines) in house().into_iter().filter(|(file, _)| !ADD_METHODS.contains(&&**file)) {
        let declared = |name: &str| {
            lines.iter().any(|line| {
                ["struct ", "enum "]
                    .iter()
                    .any(|kind| line.find(kind).is_some_and(|index| identifier(&line[index + kind.len()..]) == name))
            })
        };
        for line in lines.iter().filter(|line| line.starts_with("impl") && !line.contains(" for ")) {
            let of_type = line["impl".len()..].trim_start();
            let of_type = if of_type.starts_with('<') { behind_generics(of_type) } else { of_type };
            let name = identifier(of_type.trim_start());
            assert!(
                declared(name) || name.starts_with('$'),
                "{file}.rs has methods of {name}, which is declared elsewhere"
            );
        }
    }
}

/// What examines or copies any number of bytes.
const IN_BULK: [&str; 18] = [
    "memchr::mem",
    "line_ends.find",
    "from_utf8(",
    "utf8_chunks",
    ".fold(",
    "position(|",
    "in_first(",
    ".is_ascii()",
    "ByteString::try_from",
    ".any(has_",
    "extend_from_slice",
    "push_str",
    "copy_from_slice",
    "copy_within",
    "reserve(",
    "reserve_exact(",
    "shrink_to_fit",
    ".contains(&",
];

/// Functions whose callers count for them; and `read`, which makes room in an empty string.
const COUNTED_ABOVE: [&str; 4] = ["line_end_in_few", "in_first", "few_have_nul", "read"];

/// The counter of `work.rs` is only as good as what reports to it: every decoding function that handles bytes in bulk
/// does.
#[test]
fn what_is_done_to_bytes_is_counted() {
    let mut counted = 0;
    for (file, lines) in house() {
        if !file.starts_with("decode/") && !["line_end", "utf8", "text", "io/reader"].contains(&&*file) {
            continue;
        }
        let is_in_bulk = |line: &String| !line.contains("fn ") && IN_BULK.iter().any(|bulk| line.contains(bulk));
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| is_in_bulk(line)) {
            let indent = |line: &str| line.len() - line.trim_start().len();
            let begins = |line: &&String| line.contains("fn ") && indent(line) < indent(&lines[index]);
            let first = lines[..index].iter().rposition(|line| begins(&line)).unwrap();
            let depth = indent(&lines[first]);
            let len = lines[first..].iter().position(|line| line.trim() == "}" && indent(line) == depth).unwrap();
            let name = identifier(lines[first].split("fn ").nth(1).unwrap());
            let counts = lines[first..first + len].iter().any(|line| line.contains("work::"));
            assert!(counts || COUNTED_ABOVE.contains(&name), "{file}.rs: {name} does not count `{}`", line.trim());
            counted += usize::from(counts);
        }
    }
    assert!(counted > 20, "{counted}");
}

/// Without docs, blank lines and tests.
#[test]
fn no_file_is_long() {
    for (file, lines) in house() {
        let len = lines.iter().filter(|line| !line.trim().is_empty()).count();
        assert!(len <= 350, "{file}.rs has {len} lines of code");
    }
}

/// What follows the leading `<...>`.
fn behind_generics(text: &str) -> &str {
    let mut depth = 0;
    for (index, c) in text.char_indices() {
        match c {
            '<' => depth += 1,
            '>' if !text[..index].ends_with('-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return &text[index + 1..];
        }
    }
    ""
}

/// The page names every file.
#[test]
fn the_page_names_every_file() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("ARCHITECTURE.md")).unwrap();
    let tree = page.split("```").nth(1).unwrap();
    for file in HOUSE {
        let name = format!("{}.rs", file.rsplit('/').next().unwrap());
        let is_named = tree.split([' ', '\n', '/', ';', ':', ',', '(', ')']).any(|word| word == name);
        assert!(is_named, "ARCHITECTURE.md does not name {file}.rs");
    }
}
