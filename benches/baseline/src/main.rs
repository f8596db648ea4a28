//! `pinflow-baseline ARCHIVE [FOLDER]`: the views of an archive, written to a folder as `pinflow replay --out` does.

use pinflow_baseline::{Replay, write_tables};
use std::error::Error;
use std::path::PathBuf;
use tikv_jemallocator::Jemalloc;

/// As pinflow has it.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let archive = arguments.next().ok_or("usage: pinflow-baseline ARCHIVE [FOLDER]")?;
    let replay = Replay::of(&archive)?;
    let tables = replay.tables();
    if let Some(folder) = arguments.next() {
        write_tables(&tables, &folder)?;
    }
    println!("{}", replay.summary());
    // The process ends here, and gives its memory back as a whole faster than piece by piece.
    std::process::exit(0)
}
