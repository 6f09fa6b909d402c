//! Every link of the repository's Markdown leads somewhere, and every path that it names, in code or in commands, is
//! there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The address of the repository, for readers who do not have the files.
const REPOSITORY: &str = "https://github.com/sse-wire/sse-wire";

/// Folders of the root: a path in code that begins with one of them is meant to be there.
const FOLDERS: [&str; 8] = ["src/", "tests/", "examples/", "benches/", "fuzz/", "interop/", "demo/", ".ci/"];

/// Not in the repository, but created by a command that the page explains.
const MADE: [&str; 5] = ["fuzz/corpus", "fuzz/artifacts", "fuzz/coverage", "fuzz/finds", "target"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page and its text, except those that tools have created.
fn pages() -> Vec<(PathBuf, String)> {
    let mut pages = Vec::new();
    add_pages(root(), &mut pages);
    pages
}

fn add_pages(folder: &Path, pages: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() {
            if !["target", "node_modules", ".git", "corpus", "artifacts"].contains(&name) {
                add_pages(&path, pages);
            }
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = fs::read_to_string(&path).unwrap();
            pages.push((path, text));
        }
    }
}

/// The text between each `open` and the next `close`, on one line.
fn between<'t>(text: &'t str, open: &'static str, close: char) -> impl Iterator<Item = &'t str> {
    text.lines().flat_map(move |line| {
        line.split(open).skip(1).filter_map(move |rest| rest.split_once(close)).map(|(link, _)| link)
    })
}

/// The anchor of a heading, as on GitHub.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase();
        let kept = kept.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect::<String>()
    };
    headings.map(anchor).collect()
}

/// Why a link leads nowhere.
fn broken(page: &Path, link: &str) -> Option<String> {
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if let Some(path) = path.strip_prefix(REPOSITORY) {
        // Only what names a file of the main branch can be looked up here.
        let path = ["/blob/main/", "/tree/main/", "/raw/main/"].iter().find_map(|kind| path.strip_prefix(kind))?;
        root().join(path)
    } else if path.contains("://") || path.starts_with("mailto:") {
        return None;
    } else if path.is_empty() {
        page.to_owned()
    } else {
        page.parent()?.join(path)
    };
    if !target.exists() {
        return Some(format!("{link}: {} is not there", target.display()));
    }
    let is_page = target.extension().is_some_and(|extension| extension == "md");
    let is_there = anchor.is_empty() || !is_page || anchors(&fs::read_to_string(&target).unwrap()).contains(anchor);
    (!is_there).then(|| format!("{link}: no such heading"))
}

#[test]
fn every_link_leads_somewhere() {
    let all = pages();
    assert!(all.len() > 8, "{}", all.len());
    let mut faults = Vec::new();
    for (page, text) in &all {
        let links = between(text, "](", ')').chain(between(text, "src=\"", '"')).chain(between(text, "srcset=\"", '"'));
        let links = links.chain(between(text, "href=\"", '"'));
        for link in links.filter(|link| !link.contains(' ')) {
            faults.extend(broken(page, link).map(|fault| format!("{}: {fault}", page.display())));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_path_in_code_is_there() {
    let (mut seen, mut faults) = (0, Vec::new());
    for (page, text) in pages() {
        for code in text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)) {
            seen += 1;
            let is_path =
                FOLDERS.iter().any(|folder| code.starts_with(folder)) && !code.contains([' ', '*', '<', '{', '…']);
            let is_made = MADE.iter().any(|made| code.starts_with(made)) || code.contains("-...");
            // A page of a package names its own files first.
            let is_there = root().join(code).exists() || page.parent().unwrap().join(code).exists();
            if is_path && !is_made && !is_there {
                faults.push(format!("{}: `{code}` is not there", page.display()));
            }
        }
    }
    assert!(seen > 100, "{seen}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// The paths in a page's blocks of `sh` that are not there, and how many are. A path leads from the root, from the
/// page, or from the folder that a `cd` above it names.
fn paths_in_commands(page: &Path, text: &str) -> (usize, Vec<String>) {
    let (mut seen, mut missing) = (0, Vec::new());
    for block in text.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        let mut folders = vec![root().to_owned(), page.parent().unwrap().to_owned()];
        for line in block.lines() {
            let words = line.split([' ', '=', '"', '\'']).map(|word| word.trim_start_matches("$PWD/"));
            let mut follows_cd = false;
            for word in words.map(|word| word.trim_end_matches([',', ';', '.', ':'])) {
                let is_file = |folder: &PathBuf| {
                    let folder_of = word.split_once('/').filter(|(first, _)| !first.is_empty());
                    folder_of.is_some_and(|(first, _)| folder.join(first).is_dir())
                };
                let is_path = FOLDERS.iter().any(|folder| word.starts_with(folder)) || folders.iter().any(is_file);
                if (is_path && !word.contains(['*', '^', '<', '$'])) || follows_cd && !word.is_empty() {
                    seen += 1;
                    let is_in =
                        |made: &str| folders.iter().any(|folder| folder.join(word).starts_with(root().join(made)));
                    let is_made = MADE.iter().any(|made| word.starts_with(made) || is_in(made));
                    if !is_made && !folders.iter().any(|folder| folder.join(word).exists()) {
                        missing.push(word.to_owned());
                    }
                }
                if follows_cd {
                    folders = folders.iter().map(|folder| folder.join(word)).filter(|folder| folder.is_dir()).collect();
                }
                follows_cd = word == "cd";
            }
        }
    }
    (seen, missing)
}

#[test]
fn every_path_in_commands_is_there() {
    let (mut sum, mut faults) = (0, Vec::new());
    for (page, text) in pages() {
        let (seen, missing) = paths_in_commands(&page, &text);
        sum += seen;
        faults.extend(missing.iter().map(|path| format!("{}: {path} is not there", page.display())));
    }
    assert!(sum > 25, "{sum}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn paths_in_commands_are_found() {
    let page = root().join("README.md");
    for (commands, expected) in [
        ("cargo run --manifest-path benches/peers/Cargo.toml", (1, vec![])),
        ("cargo run --manifest-path benches/none/Cargo.toml", (1, vec!["benches/none/Cargo.toml"])),
        ("tests/none.sh 60 # every target", (1, vec!["tests/none.sh"])),
        ("nginx -c \"$PWD/demo/none.conf\"", (1, vec!["demo/none.conf"])),
        ("cd none", (1, vec!["none"])),
        ("cd benches/peers\ncargo run -- --from results/speed.json", (2, vec![])),
        ("cd benches/peers\ncargo run -- --from results/none.json", (2, vec!["results/none.json"])),
        ("cd benches/peers\ncargo run -- -dict=../../fuzz/sse.dict", (2, vec![])),
        ("cd benches/peers\ncargo run -- -dict=../fuzz/sse.dict", (2, vec!["../fuzz/sse.dict"])),
        ("curl -H 'content-type: application/json' http://127.0.0.1:3000/events", (0, vec![])),
    ] {
        let (seen, missing) = paths_in_commands(&page, &format!("```sh\n{commands}\n```\n"));
        assert_eq!((seen, missing.iter().map(String::as_str).collect()), expected, "{commands}");
    }
}

#[test]
fn faults_are_found() {
    let page = root().join("README.md");
    assert!(broken(&page, "no-such-file.md").is_some());
    assert!(broken(&page, "CHANGELOG.md#no-such-heading").is_some());
    assert!(broken(&page, &format!("{REPOSITORY}/blob/main/no-such-file.md")).is_some());
    assert_eq!(broken(&page, "CHANGELOG.md#changelog"), None);
    assert_eq!(broken(&page, &format!("{REPOSITORY}/blob/main/src/lib.rs")), None);
}

/// The folders in which a proof may stand.
const PROOFS: [&str; 5] = ["tests", "tests/laws", "tests/common", "src", "interop/tests"];

/// Every test that a page of the documentation names as a proof: in a decision's last lines, or in a table's last
/// column.
fn proofs(page: &str) -> Vec<String> {
    let mut proofs = Vec::new();
    for paragraph in page.split("\n\n") {
        let decision = paragraph.split_once("\nProof: ").map(|(_, proof)| proof.to_owned());
        let rows = paragraph.lines().filter(|line| line.starts_with('|') && paragraph.starts_with("| Attack |"));
        let cells = rows.filter_map(|line| line.trim_end_matches([' ', '|']).rsplit('|').next()).map(str::to_owned);
        for text in decision.into_iter().chain(cells) {
            proofs.extend(text.split('`').skip(1).step_by(2).filter(|code| !code.contains('/')).map(str::to_owned));
        }
    }
    proofs
}

#[test]
fn every_proof_is_a_test() {
    let mut code = String::new();
    for folder in PROOFS {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                code += &fs::read_to_string(path).unwrap();
            }
        }
    }
    for (page, at_least) in [("decisions", 30), ("untrusted_input", 15)] {
        let text = fs::read_to_string(root().join(format!("src/docs/{page}.md"))).unwrap();
        let proofs = proofs(&text);
        assert!(proofs.len() > at_least, "{page}: {proofs:?}");
        for proof in proofs {
            assert!(code.contains(&format!("fn {proof}(")), "{page}: there is no test `{proof}`");
        }
    }
}
