//! A panic ends the process.

use std::panic;

/// Exit code after a panic, as of any Rust program.
pub const EXIT_CODE: i32 = 101;

/// Ends the process when any thread panics, once the message is printed. Workers of a dataflow wait for each other: with
/// one of them gone the others would wait for ever.
pub fn end_the_process() {
    let print = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        print(panic);
        std::process::exit(EXIT_CODE);
    }));
}
