//! What a run takes over HTTP, how soon its views show it, and how many queries it answers meanwhile.
//!
//! `cargo bench --bench live -- [PART…] [--archive DIR] [--seconds N] [--json FILE]`; without a PART all but `ingest` and `kafka`:
//!
//! - `dialects`: records a second through each way in, one record a request and many;
//! - `ingest`: records a second in bulk, and what share that is of what `pinflow replay` reads with two workers;
//! - `live`: the highest rates in bulk, and from when a record is due to when it can be seen at parts of the steady one;
//! - `kafka`: messages a second from a broker's topics to the views, beside a bare consumer, and how soon views show what is
//!   appended; the broker is the one that `scripts/services up kafka` starts;
//! - `query`: small queries a second, alone and beside ingest at half of the highest rate.
//!
//! The program holds the posts of the archive from the start, else of one of 100,000 posts; `ingest` begins with nothing
//! and sends the archive's records. Clients share the machine with the program, so the figures say what one machine does
//! in all. `--seconds` is how long each figure is measured (10); `--json` appends the figures to a file, one a line.

mod arguments;
mod burst;
mod connection;
mod dialects;
mod figures;
mod freshness;
mod ingest;
mod kafka;
mod load;
mod posts;
mod program;
mod query;
mod rate;
mod ticks;

use arguments::Arguments;
use figures::Figures;
use posts::Posts;
use program::Program;

fn main() {
    let arguments = Arguments::read();
    let mut figures = Figures::to(arguments.json.as_deref());
    if arguments.wants("dialects") {
        dialects::measure(arguments.time, &mut figures);
    }
    if arguments.wants("ingest") {
        ingest::measure(arguments.posts, arguments.rounds, &mut figures);
    }
    if arguments.wants("kafka") {
        kafka::measure(arguments.posts, arguments.rounds, arguments.time, &mut figures);
    }
    if !arguments.wants("live") && !arguments.wants("query") {
        return;
    }
    let program = Program::start(Some(&arguments.archive));
    let held = program.posts_held();
    figures.head(&format!("with {held} posts held"));
    let mut posts = Posts::new(held);
    let highest = rate::highest(&program, &mut posts, arguments.time, &mut figures);
    let highest = rate::steady(&program, &mut posts, highest, arguments.time, &mut figures);
    if arguments.wants("live") {
        freshness::measure(&program, &mut posts, highest, arguments.time, &mut figures);
        burst::measure(&program, &mut posts, &mut figures);
    }
    if arguments.wants("query") {
        query::measure(&program, &mut posts, highest, arguments.time, &mut figures);
    }
}
