//! Replays an archive from a program of your own: which category is the most popular in each country?
//!
//! `cargo run --example replay -- FOLDER` or `s3://bucket/prefix`

use pinflow::config::Config;
use pinflow::pipeline::{self, Options};
use pinflow_dataflows::view::View;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let source = std::env::args().nth(1).ok_or("usage: replay FOLDER or s3://bucket/prefix")?;
    for line in favourites(&source)? {
        println!("{line}");
    }
    Ok(())
}

/// A line for each country: its first category, or several that tie, each with its posts.
pub fn favourites(source: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let config = Config::default().with_k(1)?;
    let options = Options { sources: vec![source.to_owned()], ..Options::default() };
    let replayed = pipeline::replay(&options, &config)?;
    if replayed.summary.faults > 0 {
        eprintln!("not all could be read: {}", replayed.summary.first_letters.join("; "));
    }
    // The columns are country, rank, category and posts.
    let rows = &replayed.tables[View::CategoryByCountry].rows;
    Ok(rows.iter().map(|row| format!("{}: {} ({} posts)", row[0], row[2], row[3])).collect())
}
