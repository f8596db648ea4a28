//! Archives in a real store that speaks S3's protocol, which `scripts/services up s3` starts.

mod bucket;
#[allow(dead_code)]
mod proxy;
mod opened;
mod reading;
mod faults;
mod refusals;
mod program;
mod layouts;
mod emulate;
mod golden;
mod replay;
mod memory;
