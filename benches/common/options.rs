//! What a bench is told: `cargo bench --bench NAME -- [--posts N] [--rounds N] [--workers N] [--only CASE]`.

/// Of the options those that were given.
#[derive(Default)]
pub struct Options {
    /// Posts that are held.
    pub posts: Option<u64>,
    /// How often everything is measured.
    pub rounds: Option<usize>,
    /// Workers, where some are measured after the others.
    pub workers: Option<usize>,
    /// The one case that is wanted.
    pub only: Option<String>,
}

impl Options {
    /// Those of the command line.
    pub fn given() -> Options {
        let (mut options, mut arguments) = (Options::default(), std::env::args().skip(1));
        while let Some(name) = arguments.next() {
            // Cargo says that it is a bench.
            if name == "--bench" {
                continue;
            }
            let value = arguments.next().unwrap_or_else(|| panic!("{name} needs a value"));
            let number =
                || value.parse().ok().filter(|n| *n > 0).unwrap_or_else(|| panic!("{name}: {value}"));
            match name.as_str() {
                "--posts" => options.posts = Some(number()),
                "--rounds" => options.rounds = Some(number() as usize),
                "--workers" => options.workers = Some(number() as usize),
                "--only" => options.only = Some(value),
                _ => panic!("{name} is not known"),
            }
        }
        options
    }
    /// Whether a case is wanted.
    pub fn wants(&self, case: &str) -> bool {
        self.only.as_deref().is_none_or(|only| only == case)
    }
}
