//! Snapshots are the naive views at their ticks, whatever the order in which workers deliver.

use crate::history::{History, Step, ticks};
use pinflow::sort_key::SortKey;
use pinflow::tables::{Cell, Tables};
use pinflow::views::{Change, Numbers, Publication, Snapshot, TickName, ViewStore};
use pinflow_dataflows::row::{AgeGroups, Settings, Tick};
use pinflow_dataflows::view::View;
use proptest::prelude::*;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// A row as tables have it.
fn cells(view: View, key: &SortKey<'_>, numbers: Numbers, age_groups: &AgeGroups) -> Vec<Cell> {
    let mut texts = key.texts.iter();
    let mut next_text = || match texts.next().expect("two at most") {
        Some(text) => Cell::Text((*text).into()),
        None => Cell::Null,
    };
    let in_group = view.group_columns();
    let cell = |column: &&str| match *column {
        "country" if in_group.country => Cell::Text(key.country.expect("a group has a country").into()),
        "post_year" | "join_year" => Cell::Number(key.year.into()),
        "age_group" => Cell::Text(age_groups.label(key.age_group).into()),
        "rank" => Cell::Number(key.rank.into()),
        "category" | "poster_name" | "country" => next_text(),
        "median_follower_count" => Cell::Number(numbers.second),
        _ => Cell::Number(numbers.first),
    };
    view.columns().iter().map(cell).collect()
}

fn check_snapshot(snapshot: &Snapshot, naive: &Tables) {
    let age_groups = AgeGroups::default();
    for table in naive.iter() {
        let rows = snapshot.rows(table.view).iter();
        let rows: Vec<_> = rows.map(|(key, numbers)| cells(table.view, key, *numbers, &age_groups)).collect();
        assert_eq!(rows, table.rows, "{} as of {}", table.view.name(), snapshot.as_of);
    }
}

/// What a worker hands over at once.
#[derive(Debug, Default)]
struct Delivery {
    complete_below: Tick,
    changes: Vec<Change>,
}

/// Deals changes out to workers, at random, in deliveries of at most four; and the naive views after each tick.
fn deal(
    ticks: &[Vec<Step>],
    workers: usize,
    mut random: u64,
) -> (History, Vec<VecDeque<Delivery>>, Vec<Tables>) {
    let mut next_random = move || {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) as usize
    };
    let mut history = History::new();
    let mut naive = vec![history.tables()];
    let mut deliveries: Vec<VecDeque<Delivery>> = (0..workers).map(|_| VecDeque::new()).collect();
    for (tick, steps) in (1..).zip(ticks) {
        let mut open: Vec<Delivery> =
            (0..workers).map(|_| Delivery { complete_below: tick, changes: Vec::new() }).collect();
        for change in history.changes(tick, steps) {
            let worker = next_random() % workers;
            open[worker].changes.push(change);
            if next_random() % 4 == 0 {
                let full =
                    Delivery { complete_below: tick, changes: std::mem::take(&mut open[worker].changes) };
                deliveries[worker].push_back(full);
            }
        }
        for (worker, mut last) in open.into_iter().enumerate() {
            // Some close the tick with its last changes, some later.
            if next_random() % 2 == 0 {
                deliveries[worker].push_back(std::mem::take(&mut last));
                deliveries[worker].back_mut().expect("just pushed").complete_below = tick;
            }
            last.complete_below = tick + 1;
            deliveries[worker].push_back(last);
        }
        naive.push(history.tables());
    }
    (history, deliveries, naive)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_is_what_its_tick_says(
        ticks in ticks(),
        workers in 1..4_usize,
        random: u64,
        turns in prop::collection::vec(any::<prop::sample::Index>(), 1..300),
    ) {
        let (history, mut deliveries, naive) = deal(&ticks, workers, random);
        let told = Arc::new(Mutex::new(Vec::new()));
        let listener = told.clone();
        let store = ViewStore::new(&history.names, &Settings::default(), 7, workers)
            .on_publication(move |publication| listener.lock().expect("no panic").push(publication));
        let mut complete_below = vec![1; workers];
        let mut held = vec![store.snapshot()];
        let mut turns = turns.iter().cycle();
        while let Some(worker) = {
            let busy: Vec<usize> = (0..workers).filter(|worker| !deliveries[*worker].is_empty()).collect();
            (!busy.is_empty()).then(|| *turns.next().expect("they repeat").get(&busy))
        } {
            let delivery = deliveries[worker].pop_front().expect("it is busy");
            complete_below[worker] = delivery.complete_below;
            store.deliver(worker, delivery.complete_below, delivery.changes);
            let n = complete_below.iter().min().expect("there are workers") - 1;
            prop_assert_eq!(store.snapshot().as_of, TickName { epoch: 7, n });
            held.push(store.snapshot());
        }
        for snapshot in &held {
            check_snapshot(snapshot, &naive[snapshot.as_of.n as usize]);
        }
        let told = told.lock().expect("no panic");
        prop_assert!(told.iter().map(|told: &Publication| told.tick).is_sorted_by(|a, b| a < b));
        prop_assert_eq!(told.last().map(|told| told.tick), Some(ticks.len() as Tick));
    }

    #[test]
    fn readers_on_threads_see_ticks_whole_and_in_order(ticks in ticks(), random: u64) {
        let workers = 3;
        let (history, deliveries, naive) = deal(&ticks, workers, random);
        let store = ViewStore::new(&history.names, &Settings::default(), 1, workers);
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let read = || {
                let mut last = 0;
                while !ended.load(Ordering::Relaxed) {
                    let snapshot = store.snapshot();
                    assert!(snapshot.as_of.n >= last);
                    last = snapshot.as_of.n;
                    check_snapshot(&snapshot, &naive[last as usize]);
                }
            };
            let readers = [scope.spawn(read), scope.spawn(read)];
            let writers: Vec<_> = deliveries.into_iter().enumerate().map(|(worker, deliveries)| {
                let store = &store;
                scope.spawn(move || for delivery in deliveries {
                    store.deliver(worker, delivery.complete_below, delivery.changes);
                })
            }).collect();
            writers.into_iter().for_each(|writer| writer.join().expect("no panic"));
            ended.store(true, Ordering::Relaxed);
            readers.into_iter().for_each(|reader| reader.join().expect("no panic"));
        });
        prop_assert_eq!(store.snapshot().as_of.n, ticks.len() as Tick);
        check_snapshot(&store.snapshot(), naive.last().expect("one at least"));
    }
}

#[tokio::test]
async fn who_waits_for_a_tick_gets_it_or_a_later_one() {
    let history = History::new();
    let store = Arc::new(ViewStore::new(&history.names, &Settings::default(), 1, 2));
    assert_eq!(store.wait_published(0).await.as_of.n, 0);
    let waiting = tokio::spawn({
        let store = store.clone();
        async move { store.wait_published(2).await.as_of.n }
    });
    store.deliver(0, 2, Vec::new());
    store.deliver(1, 5, Vec::new());
    store.deliver(0, 4, Vec::new());
    assert_eq!(waiting.await.expect("no panic"), 3);
    assert_eq!(store.wait_published(1).await.as_of.n, 3);
}
