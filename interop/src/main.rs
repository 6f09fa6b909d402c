//! For `run.sh`: `expected` prints the events that have to arrive, and where the feed can be cut; `cut URL TEXT…` is a
//! proxy in front of URL whose first connection ends behind the first TEXT, and so on.

use std::error::Error;

use sse_wire_interop::{CUTS, cut, expected};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["expected"] => println!("{}", serde_json::json!({ "events": expected(), "cuts": CUTS })),
        ["cut", url, ref texts @ ..] => {
            let cuts = cut(url, texts.iter().copied().map(str::to_owned).collect())?;
            println!("{}", cuts.url);
            for last_event_id in cuts.last_event_ids {
                println!("{}", serde_json::json!(last_event_id));
            }
        }
        _ => return Err("usage: sse-wire-interop expected | cut URL TEXT…".into()),
    }
    Ok(())
}
