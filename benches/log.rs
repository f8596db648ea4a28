//! How many records the log makes durable in a second: `cargo bench --bench log [folder]`.

use pinflow::log::{Log, NewRecord, Settings};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;

/// About what a pin has.
const RECORD_BYTES: usize = 300;
const DURATION: Duration = Duration::from_secs(3);

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).map(PathBuf::from);
    let folder = folder.unwrap_or_else(std::env::temp_dir);
    println!("{RECORD_BYTES} bytes a record, 4 partitions, in {}", folder.display());
    println!("appenders  records/request  records/s     MB/s  groups/s  fsync ms");
    for records in [1, 100] {
        for appenders in [1, 16, 256] {
            run(&folder, appenders, records);
        }
    }
}

fn run(folder: &std::path::Path, appenders: usize, records: usize) {
    let folder = tempfile::tempdir_in(folder).expect("a folder");
    let fsyncs = Arc::new((AtomicU64::new(0), AtomicU64::new(0)));
    let counter = fsyncs.clone();
    let observer = move |took: Duration| {
        counter.0.fetch_add(1, Ordering::Relaxed);
        counter.1.fetch_add(took.as_micros() as u64, Ordering::Relaxed);
    };
    let settings = Settings { fsync_observer: Some(Arc::new(observer)), ..Settings::default() };
    let log = Arc::new(Log::open(folder.path(), settings).expect("the log opens").log);
    let runtime = Builder::new_multi_thread().worker_threads(2).build().expect("a runtime");
    let begin = Instant::now();
    let tasks: Vec<_> = (0..appenders)
        .map(|appender| {
            let log = log.clone();
            runtime.spawn(async move {
                let mut hash = appender as u64;
                while begin.elapsed() < DURATION {
                    let request = (0..records).map(|_| {
                        hash += 1;
                        NewRecord { partition_hash: hash, bytes: vec![b'x'; RECORD_BYTES].into() }
                    });
                    log.append("pin", request.collect()).await.expect("appended");
                }
            })
        })
        .collect();
    runtime.block_on(async {
        for task in tasks {
            task.await.expect("no panic");
        }
    });
    let seconds = begin.elapsed().as_secs_f64();
    let stats = log.stats();
    let per_second = |count: u64| count as f64 / seconds;
    let fsync_ms = fsyncs.1.load(Ordering::Relaxed) as f64 / 1e3 / fsyncs.0.load(Ordering::Relaxed) as f64;
    println!(
        "{appenders:9}  {records:15}  {:9.0}  {:7.1}  {:8.0}  {fsync_ms:8.2}",
        per_second(stats.records),
        per_second(stats.bytes) / 1e6,
        per_second(stats.groups),
    );
}
