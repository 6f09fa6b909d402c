//! README.md quotes the sources as they are, names all flags, and shows the measured figures.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The targets of the Markdown links in a line.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split(')').next())
}

fn trimmed(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).collect()
}

/// Each quotation is in the file that was linked last before it, apart from indentation.
#[test]
fn quotations_stand_in_the_sources() {
    let readme = read("README.md");
    let mut file = "";
    let mut quotations = 0;
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        if let Some(link) = links(line).filter(|link| ["rs", "js", "conf"].iter().any(|end| link.ends_with(end))).last()
        {
            file = link;
        }
        if ["```rust", "```js", "```nginx"].contains(&line.trim()) {
            let quoted: Vec<&str> = lines.by_ref().map(str::trim).take_while(|line| *line != "```").collect();
            let source = read(file);
            let found = trimmed(&source).windows(quoted.len()).any(|lines| lines == quoted);
            assert!(found, "{file} does not have\n{}", quoted.join("\n"));
            quotations += 1;
        }
    }
    assert!(quotations > 15, "{quotations} quotations");
}

#[test]
fn links_lead_to_files() {
    let readme = read("README.md");
    for link in readme.lines().flat_map(links).filter(|link| !link.starts_with('#')) {
        let path = link.split('#').next().unwrap();
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{link}");
    }
}

/// Long flags in a text.
fn flags(text: &str) -> BTreeSet<&str> {
    let of_flag = |c: char| c.is_ascii_lowercase() || c == '-';
    let words = text.split(|c| !of_flag(c));
    words.filter(|word| word.strip_prefix("--").is_some_and(|name| name.starts_with(char::is_alphabetic))).collect()
}

#[test]
fn all_flags_are_named_and_no_others() {
    let readme = read("README.md");
    for command in ["serve", "listen", "load"] {
        let mut sections = vec![format!("### `demo {command}`\n")];
        if command == "serve" && cfg!(feature = "nats") {
            sections.push("## More than one machine\n".to_owned());
        }
        let tables = sections.iter().flat_map(|title| {
            let (_, section) = readme.split_once(title).expect(title);
            section.lines().take_while(|line| !line.starts_with('#')).filter(|line| line.starts_with("| `--"))
        });
        let tables: String = tables.collect();
        let help = Command::new(env!("CARGO_BIN_EXE_demo")).args([command, "--help"]).output().unwrap();
        let help = String::from_utf8(help.stdout).unwrap();
        let mut expected: BTreeSet<&str> = help
            .lines()
            .filter(|line| line.trim_start().starts_with('-'))
            .filter_map(|line| flags(line).into_iter().next())
            .collect();
        expected.remove("--help");
        assert_eq!(flags(&tables), expected, "{command}");
    }
}

#[test]
fn tables_are_the_measured_ones() {
    let readme = read("README.md");
    for path in ["results/scale.md", "results/peers.md", "results/cluster.md", "results/websocket.md"] {
        assert!(readme.contains(&read(path)), "README.md does not have the table of {path}");
    }
}
