//! Figures as people read them, and as a line of JSON each in the file that `PINFLOW_BENCH_JSON` names.

use super::measure::Rounds;
use std::fs::{File, OpenOptions};
use std::io::Write;

/// Where the figures of a bench go.
pub struct Report {
    bench: &'static str,
    json: Option<File>,
}

impl Report {
    /// Of the bench of that name.
    pub fn new(bench: &'static str) -> Report {
        let json = std::env::var_os("PINFLOW_BENCH_JSON").filter(|path| !path.is_empty());
        let json = json.map(|path| OpenOptions::new().create(true).append(true).open(path).expect("open it"));
        Report { bench, json }
    }

    /// Prints the head of a table.
    pub fn head(&self, title: &str, ratio_to: &str) {
        println!(
            "\n{title:<44} {:<22} {:>9} {:>9} {:>9} {ratio_to:>12}",
            "figure", "median", "least", "most"
        );
    }

    /// Prints a figure, and how many times another one it is.
    pub fn row(&mut self, case: &str, figure: &str, rounds: &Rounds, other: Option<(&str, &Rounds)>) {
        let (median, (least, most)) = (rounds.median(), rounds.range());
        let ratio = other.map(|(name, other)| (name, rounds.ratios_to(other).median()));
        let shown = ratio.map_or(String::new(), |(_, ratio)| format!("{ratio:>12.2}"));
        let line = format!("{case:<44} {figure:<22} {median:>9.3} {least:>9.3} {most:>9.3} {shown}");
        println!("{}", line.trim_end());
        if let Some(json) = &mut self.json {
            let ratio = ratio
                .map_or(String::new(), |(name, ratio)| format!(r#","ratio":{ratio:.4},"ratio_to":{name:?}"#));
            let bench = self.bench;
            writeln!(
                json,
                r#"{{"bench":{bench:?},"case":{case:?},"figure":{figure:?},"median":{median:.4},"min":{least:.4},"max":{most:.4}{ratio}}}"#
            )
            .expect("write a figure");
        }
    }
}
