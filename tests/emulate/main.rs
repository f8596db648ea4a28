//! What `pinflow emulate` writes, and what `pinflow replay` makes of it.

mod archive;
mod contents;
mod layouts;
