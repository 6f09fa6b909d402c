//! What the crate costs its users: the length of its index, and the dependencies to build.

use std::fs;
use std::path::Path;

/// The index of the docs fits one screen: what everyone needs, constants not counted, and modules for the rest.
#[test]
fn the_root_has_no_more_than_fits_on_one_screen() {
    let lib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let exported = lib.lines().filter_map(|line| line.strip_prefix("pub use ")?.strip_suffix(';')?.rsplit_once("::"));
    let names: Vec<&str> = exported.flat_map(|(_, names)| names.trim_matches(['{', '}']).split(", ")).collect();
    let (constants, items): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| !name.contains(char::is_lowercase));
    assert_eq!(constants, ["DEFAULT_EVENT_TYPE", "KEEP_ALIVE", "LAST_EVENT_ID", "MIME_TYPE", "RESPONSE_HEADERS"]);
    assert!(items.contains(&"Decoder") && items.len() <= 22, "{} items: {items:?}", items.len());

    let modules: Vec<&str> = lib.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    assert_eq!(modules, ["_documentation", "http_body", "io", "json", "owned", "stream", "tokio_codec"]);
}

/// The crate alone has one required dependency, and its default features build four crates.
#[test]
fn a_dependency_is_memchr_or_behind_a_feature() {
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")).unwrap();
    let section = |name: &str| {
        let (_, rest) = manifest.split_once(&format!("\n[{name}]\n")).unwrap();
        let lines = rest.split("\n[").next().unwrap().lines();
        lines.filter_map(|line| line.split_once(" = ")).collect::<Vec<_>>()
    };
    let dependencies = section("dependencies");
    let required = dependencies.iter().filter(|(_, value)| !value.contains("optional = true"));
    assert_eq!(required.map(|(name, _)| *name).collect::<Vec<_>>(), ["memchr"]);

    let features = section("features");
    let of = |name: &str| features.iter().find(|(feature, _)| *feature == name).unwrap().1;
    assert_eq!(of("default"), r#"["std", "bytes", "simdutf8"]"#);
    let built: Vec<&str> =
        ["std", "bytes", "simdutf8", "alloc"].into_iter().flat_map(|name| of(name).split("\"dep:").skip(1)).collect();
    let built: Vec<&str> = built.iter().map(|name| name.split('"').next().unwrap()).collect();
    assert_eq!(built, ["bytes", "bytestring", "simdutf8"]);
}
