//! The pinflow program.

use std::process::ExitCode;

fn main() -> ExitCode {
    pinflow::panics::end_the_process();
    if let Err(error) = pinflow::scratch::end_on_interrupt() {
        eprintln!("pinflow: cannot listen for interrupts: {error}");
        return ExitCode::FAILURE;
    }
    pinflow::cli::run()
}
