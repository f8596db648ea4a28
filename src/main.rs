//! The pinflow program.

use std::process::ExitCode;

fn main() -> ExitCode {
    pinflow::panics::end_the_process();
    pinflow::cli::run()
}
