//! Figures, printed as they come, and appended to a file as JSON lines.

use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Where figures go.
pub struct Figures {
    file: Option<File>,
    /// What all that follows has in common.
    head: String,
}

impl Figures {
    /// Figures that go to a file, too.
    pub fn to(path: Option<&Path>) -> Figures {
        let open = |path| OpenOptions::new().create(true).append(true).open(path).expect("open the file");
        Figures { file: path.map(open), head: String::new() }
    }

    /// What the following figures have in common.
    pub fn head(&mut self, head: &str) {
        println!("\n{head}");
        head.clone_into(&mut self.head);
    }

    /// A figure: what it is of, and numbers by name and unit.
    pub fn add(&mut self, figure: &str, numbers: &[(&str, f64)]) {
        print!("  {figure:<48}");
        for (name, number) in numbers {
            let digits = if number.abs() >= 100.0 { 0 } else { 2 };
            print!(" {name} {number:>9.digits$}");
        }
        println!();
        if let Some(file) = &mut self.file {
            let mut line = json!({ "bench": "live", "of": self.head, "figure": figure });
            for (name, number) in numbers {
                line[name] = Value::from(*number);
            }
            writeln!(file, "{line}").expect("write the figure");
        }
    }

    /// A figure of several rounds: their median, which it gives, the least and the most.
    pub fn add_rounds(&mut self, figure: &str, mut numbers: Vec<f64>) -> f64 {
        numbers.sort_by(f64::total_cmp);
        let median = numbers[numbers.len() / 2];
        let (least, most) = (numbers[0], numbers[numbers.len() - 1]);
        self.add(figure, &[("median", median), ("least", least), ("most", most)]);
        median
    }

    /// A figure of numbers that were taken now and then: those of half, of 99 in a hundred, and the most.
    pub fn add_numbers(&mut self, figure: &str, mut numbers: Vec<f64>) {
        numbers.sort_by(f64::total_cmp);
        let at = |part: f64| numbers[((numbers.len() - 1) as f64 * part) as usize];
        self.add(figure, &[("p50", at(0.5)), ("p99", at(0.99)), ("max", at(1.0))]);
    }

    /// A figure of times: those of half, of 99 in a hundred, and the longest.
    pub fn add_times(&mut self, figure: &str, mut times: Vec<Duration>) {
        times.sort();
        let at = |part: f64| {
            let last = times.len() - 1;
            times[(last as f64 * part) as usize].as_secs_f64() * 1000.0
        };
        self.add(figure, &[("p50_ms", at(0.5)), ("p99_ms", at(0.99)), ("max_ms", at(1.0))]);
    }
}
