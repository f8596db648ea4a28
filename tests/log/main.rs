//! The embedded log against its promises.

mod reader;
mod append;
mod recovery;
mod kill;
mod disk_full;
mod retention;
