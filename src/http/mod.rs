//! The HTTP server: connections, their limits, request bodies, probes.
//!
//! Nothing here knows what a record is. Routes come from elsewhere, as an [`axum::Router`].

mod limits;
mod server;
mod places;
mod connection;
mod unread;
mod routes;
mod probes;
mod observed;
mod counted;
mod in_flight;
mod body;
mod gunzip;
mod problem;

pub use body::{BodyError, Received, read_body};
pub use gunzip::{GunzipError, gunzip};
pub use in_flight::{Held, InFlight};
pub use limits::Limits;
pub use observed::{Observed, Observer};
pub use probes::Probes;
pub use problem::Problem;
pub use server::{Server, Stopped};
