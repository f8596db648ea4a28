//! Feeds rows to the graph and prints what changes in the views at each tick.

use pinflow_dataflows::chunk::Chunks;
use pinflow_dataflows::graph;
use pinflow_dataflows::kind::Kind;
use pinflow_dataflows::names::{NameFinder, NameTables};
use pinflow_dataflows::row::{Count, Diff, Geo, Pin, Record, Row, Settings, Tick, Version, Year};
use pinflow_dataflows::view::ViewRow;
use timely::dataflow::ProbeHandle;
use timely::dataflow::operators::{probe::Probe, vec::input::Input};

fn main() {
    let names = NameTables::default();
    let geo = Geo { country: Some(NameFinder::new(&names.countries).id("Chad")), post_year: Year::new(2022) };
    let category = Some(NameFinder::new(&names.categories).id("art"));
    let pin = Pin { poster: None, follower_count: Count::new(1200), category };
    let ticks = vec![vec![Record::Pin(pin)], vec![Record::Geo(geo)], vec![Record::Deleted(Kind::Geo)]];
    run(ticks, |(row, tick, diff)| println!("tick {tick}: {diff:+} {row:?}"));
}

/// Feeds each tick's records, all of one `ind`, and waits until the views show them.
pub fn run(ticks: Vec<Vec<Record>>, changed: impl Fn(&(ViewRow, Tick, Diff)) + Send + Sync + 'static) {
    timely::execute_directly(move |worker| {
        let (probe, mut chunks) = (ProbeHandle::new(), Chunks::new(worker.peers()));
        let mut input = worker.dataflow(|scope| {
            let (input, rows) = scope.new_input();
            graph::build(rows, &Settings::default()).views.inspect(changed).inner.probe_with(&probe);
            input
        });
        for (tick, records) in (1..).zip(ticks) {
            for (record, order) in records.into_iter().zip(100 * tick..) {
                let row = Row { ind: 7, version: Version::new(0, 0, order), record };
                chunks.push(&row, &mut |chunk| input.send(chunk));
            }
            chunks.flush(&mut |chunk| input.send(chunk));
            input.advance_to(tick);
            worker.step_while(|| probe.less_than(&tick));
        }
    });
}
