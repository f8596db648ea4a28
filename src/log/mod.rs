//! The embedded log: records in the archive layout, durable before they are acknowledged.

pub mod frame;
pub mod frames;
