//! Prints the public API that a file of rustdoc's JSON describes, one item a line, without what is implemented for every
//! type anyway: `.ci/run api`.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let json = env::args_os().nth(1).ok_or("expected the path of a file of rustdoc's JSON")?;
    let api = public_api::Builder::from_rustdoc_json(json).omit_blanket_impls(true).build()?;
    for item in api.items() {
        println!("{item}");
    }
    Ok(())
}
