//! What `pinflow emulate` writes.

mod archive;
mod contents;
