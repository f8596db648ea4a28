//! A panic in one thread ends the process: the threads that wait for it would wait for ever.

use std::env;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};
use timely::dataflow::ProbeHandle;
use timely::dataflow::operators::probe::Probe;
use timely::dataflow::operators::vec::input::Input;
use timely::worker::Worker;

/// Set in the processes that are to panic.
const CHILD: &str = "PINFLOW_TEST_CHILD";

/// Far more than a process needs to end, and less than anybody would wait.
const TIME_OUT: Duration = Duration::from_secs(60);

/// Runs the named test alone in a process of its own, where it calls `child`, and checks how that process ends.
#[track_caller]
fn check(test: &str, child: impl FnOnce(), expected_message: &str) {
    if env::var_os(CHILD).is_some() {
        pinflow::panics::end_the_process();
        return child();
    }
    let mut process = Command::new(env::current_exe().expect("the test has a file"))
        .args([test, "--exact", "--nocapture", "--test-threads=1"])
        .env(CHILD, "1")
        .env_remove("RUST_BACKTRACE")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the test again");
    let status = wait(&mut process);
    let mut message = String::new();
    process.stderr.take().expect("it is piped").read_to_string(&mut message).expect("read its errors");
    let status = status.unwrap_or_else(|| panic!("{test} still runs after {TIME_OUT:?}: {message}"));
    assert_eq!(status.code(), Some(pinflow::panics::EXIT_CODE), "{message}");
    assert!(message.contains(expected_message), "{message}");
}

/// Waits for a process to end; one that does not is killed.
fn wait(process: &mut Child) -> Option<ExitStatus> {
    let deadline = Instant::now() + TIME_OUT;
    while Instant::now() < deadline {
        if let Some(status) = process.try_wait().expect("ask for the process") {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(5));
    }
    process.kill().and_then(|()| process.wait()).expect("kill the process");
    None
}

/// Waits for records that only the other workers could say will not come.
fn wait_for_all(worker: &mut Worker) {
    let probe: ProbeHandle<u64> = ProbeHandle::new();
    let input = worker.dataflow(|scope| {
        let (input, records) = scope.new_input::<u64>();
        records.probe_with(&probe);
        input
    });
    // A worker that has nothing to send says so; one that panics says nothing.
    if worker.index() == worker.peers() - 1 {
        panic!("worker {} of {} is broken", worker.index(), worker.peers());
    }
    input.close();
    while !probe.done() {
        worker.step_or_park(None);
    }
}

fn run_workers(workers: usize) {
    let guards = timely::execute(timely::Config::process(workers), wait_for_all).expect("start workers");
    guards.join().into_iter().for_each(drop);
}

#[test]
fn a_panic_in_one_of_two_workers_ends_the_process() {
    check("a_panic_in_one_of_two_workers_ends_the_process", || run_workers(2), "worker 1 of 2 is broken");
}

#[test]
fn a_panic_in_one_of_four_workers_ends_the_process() {
    check("a_panic_in_one_of_four_workers_ends_the_process", || run_workers(4), "worker 3 of 4 is broken");
}

#[test]
fn a_panic_in_any_other_thread_ends_the_process() {
    let child = || {
        let (sender, receiver) = mpsc::channel::<()>();
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(|| panic!("the reader is broken"))
            .expect("start");
        // The sender is still there, so this would wait for ever.
        let _ = receiver.recv();
        drop(sender);
    };
    check("a_panic_in_any_other_thread_ends_the_process", child, "the reader is broken");
}

#[test]
fn panics_in_several_threads_at_once_end_the_process() {
    let child = || {
        let barrier = Arc::new(Barrier::new(8));
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let barrier = barrier.clone();
                thread::spawn(move || {
                    barrier.wait();
                    panic!("thread {thread} is broken");
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| drop(thread.join()));
    };
    check("panics_in_several_threads_at_once_end_the_process", child, " is broken");
}
