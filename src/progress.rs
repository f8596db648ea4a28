//! How far a replay is, on standard error: a line that moves on a terminal, else a line now and then.

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often a terminal's line moves.
const MOVE_EVERY: Duration = Duration::from_millis(200);
/// How often a line is written where nobody watches.
const WRITE_EVERY: Duration = Duration::from_secs(5);

/// What has been read so far. Readers and workers count in it.
#[derive(Debug, Default)]
pub struct Progress {
    /// Objects read.
    pub objects: AtomicU64,
    /// Bytes read of them, as they lie there.
    pub bytes: AtomicU64,
    /// Messages handed out.
    pub messages: AtomicU64,
    /// Objects that were found.
    pub all_objects: AtomicU64,
    /// Their bytes.
    pub all_bytes: AtomicU64,
}

/// Shows progress until it is dropped.
pub struct Shown {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Progress {
    /// Begins to show it.
    pub fn show(self: &Arc<Self>) -> std::io::Result<Shown> {
        let (stop, stopped) = channel();
        let progress = self.clone();
        let thread = std::thread::Builder::new().name("progress".to_owned()).spawn(move || {
            let start = Instant::now();
            if std::io::stderr().is_terminal() {
                let bar = ProgressBar::new_spinner().with_style(style());
                while stopped.recv_timeout(MOVE_EVERY) == Err(RecvTimeoutError::Timeout) {
                    bar.set_message(progress.line(start.elapsed()));
                    bar.tick();
                }
                bar.finish_and_clear();
            } else {
                while stopped.recv_timeout(WRITE_EVERY) == Err(RecvTimeoutError::Timeout) {
                    eprintln!("{}", progress.line(start.elapsed()));
                }
            }
        })?;
        Ok(Shown { stop: Some(stop), thread: Some(thread) })
    }

    fn line(&self, elapsed: Duration) -> String {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let (bytes, all_bytes) = (count(&self.bytes), count(&self.all_bytes));
        let seconds = elapsed.as_secs_f64().max(0.001);
        let rate = count(&self.messages) as f64 / seconds;
        let left = match bytes {
            0 => "unknown".to_owned(),
            _ => {
                let left = all_bytes.saturating_sub(bytes) as f64 / bytes as f64 * seconds;
                HumanDuration(Duration::from_secs_f64(left)).to_string()
            }
        };
        let (objects, all_objects) = (count(&self.objects), count(&self.all_objects));
        let (bytes, all_bytes) = (HumanBytes(bytes), HumanBytes(all_bytes));
        format!(
            "{objects} of {all_objects} objects, {bytes} of {all_bytes}, {rate:.0} records/s, left: {left}"
        )
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg}").expect("the template is right")
}

impl Drop for Shown {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that only prints has nothing to tell.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_done_and_what_is_left() {
        let progress = Progress::default();
        let set = |counter: &AtomicU64, n| counter.store(n, Ordering::Relaxed);
        set(&progress.all_objects, 40);
        set(&progress.all_bytes, 4 << 20);
        let unknown = "0 of 40 objects, 0 B of 4.00 MiB, 0 records/s, left: unknown";
        assert_eq!(progress.line(Duration::ZERO), unknown);
        set(&progress.objects, 10);
        set(&progress.bytes, 1 << 20);
        set(&progress.messages, 5000);
        let line = "10 of 40 objects, 1.00 MiB of 4.00 MiB, 500 records/s, left: 30 seconds";
        assert_eq!(progress.line(Duration::from_secs(10)), line);
    }
}
