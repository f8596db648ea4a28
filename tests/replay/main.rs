//! The command line, as whoever runs it sees it: what it prints and writes, its exit codes and its errors.

mod command;
mod sample;
mod printed;
mod written;
mod archives;
mod usage;
