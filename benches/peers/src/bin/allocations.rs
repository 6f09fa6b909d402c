//! Counts the allocations of one pass of everybody, as JSON. `speed` runs it.

use clap::Parser;
use sse_wire_peers::speed::allocations::Count;
use sse_wire_peers::speed::cell::Streams;
use sse_wire_peers::speed::filter::Filter;
use sse_wire_peers::speed::measure;

#[derive(Debug, Parser)]
struct Options {
    #[command(flatten)]
    filter: Filter,
}

fn main() -> anyhow::Result<()> {
    let Options { filter } = Options::parse();
    let streams = Streams::new();
    let mut counts = Vec::new();
    for place in filter.places(&streams)? {
        let cell = filter.cell(place, &streams);
        for mut contender in cell.contenders {
            if measure::is_too_slow(&contender, cell.bytes).is_some() {
                continue;
            }
            let (mut allocations, mut bytes) = (0, 0);
            (contender.pass)(&mut |run| {
                let info = allocation_counter::measure(run);
                allocations += info.count_total;
                bytes += info.bytes_total;
            });
            let (corpus, chunk) = (cell.corpus.to_owned(), cell.chunk.to_owned());
            counts.push(Count { corpus, chunk, name: contender.name.to_owned(), allocations, bytes });
        }
    }
    println!("{}", serde_json::to_string(&counts)?);
    Ok(())
}
