//! What `pinflow emulate` writes, and what `pinflow replay` makes of it; and what it sends to servers.

mod archive;
mod contents;
mod layouts;
mod server;
mod live;
mod live_program;
