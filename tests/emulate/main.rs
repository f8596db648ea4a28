//! What `pinflow emulate` writes.

mod contents;
