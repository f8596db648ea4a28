//! The pinflow program.

use std::process::ExitCode;
use tikv_jemallocator::Jemalloc;

/// Workers, the publisher and HTTP's threads make and free what others made, of sizes that the C library does not keep
/// at hand: a tenth of a busy run's time went there.
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    pinflow::panics::end_the_process();
    if let Err(error) = pinflow::scratch::end_on_interrupt() {
        eprintln!("pinflow: cannot listen for interrupts: {error}");
        return ExitCode::FAILURE;
    }
    pinflow::cli::run()
}
