//! The computation of pinflow: cleaned pin, geo and user records in, rows of the thirteen views out.
//!
//! Nothing here does I/O, looks at a clock, starts a thread or reads a configuration.

pub mod kind;
pub mod value;
pub mod clean;
pub mod names;
pub mod row;
pub mod chunk;
pub mod graph;
mod stash;
mod sums;
mod sorted;
mod latest;
mod combine;
mod groups;
mod people;
mod join_years;
mod posters;
mod ranks;
mod group_key;
pub mod hash;
pub mod state;
pub mod held;
pub mod view;
pub mod shown;
pub mod plain;
#[cfg(test)]
mod random;
