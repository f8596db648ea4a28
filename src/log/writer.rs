//! The thread that writes: it takes what waits, commits it as a group, tells readers and answers.

use super::changes::Publisher;
use super::clock::Clock;
use super::committed::Committed;
use super::error::AppendError;
use super::group::{self, Refusal};
use super::handle::Appended;
use super::journal::Journal;
use super::leftovers::Leftovers;
use super::queue::{Message, Reply, Request};
use super::retention::Retention;
use super::stats::Stats;
use super::sync::Syncer;
use super::topics::Topics;
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex, PoisonError};

/// All that the writer's thread owns.
pub(super) struct Writer {
    pub messages: Receiver<Message>,
    pub topics: Topics,
    pub clock: Clock,
    pub syncer: Syncer,
    pub journal: Journal,
    pub leftovers: Leftovers,
    pub retention: Retention,
    pub segment_bytes: u64,
    pub committed: Committed,
    pub publisher: Publisher,
    pub stats: Arc<Mutex<Stats>>,
}

/// What a group answers when it is committed.
#[derive(Default)]
struct Group {
    time: u64,
    /// The partitions that get lines.
    touched: Vec<usize>,
    answers: Vec<(Reply, Vec<Appended>)>,
    bytes: u64,
}

impl Writer {
    /// Works until the log is closed and all that waited then is answered.
    pub fn run(mut self) {
        let mut closing = false;
        while !closing {
            self.delete_old();
            let mut requests = Vec::new();
            closing = self.take_waiting(&mut requests);
            if !requests.is_empty() {
                self.commit(requests);
            }
        }
        self.journal.close(&self.syncer);
    }

    /// Takes all requests that wait. Says whether they are the last ones.
    fn take_waiting(&mut self, requests: &mut Vec<Request>) -> bool {
        match self.messages.recv_timeout(self.retention.interval()) {
            Ok(Message::Append(request)) => requests.push(request),
            Ok(Message::Close) | Err(RecvTimeoutError::Disconnected) => return true,
            Err(RecvTimeoutError::Timeout) => return false,
        }
        self.clock.pause();
        for message in self.messages.try_iter() {
            match message {
                Message::Append(request) => requests.push(request),
                Message::Close => return true,
            }
        }
        false
    }

    fn commit(&mut self, requests: Vec<Request>) {
        let mut group = Group { time: self.clock.tick(), ..Group::default() };
        for request in requests {
            self.add(request, &mut group);
        }
        if group.touched.is_empty() {
            // Requests without records, or none that could be accepted.
            return answer(group);
        }
        match self.write(&group) {
            Ok(()) => self.accept(group),
            Err(refusal) => self.refuse(group, &refusal),
        }
    }

    /// Puts the request's records into their partitions.
    fn add(&mut self, request: Request, group: &mut Group) {
        let begin = match self.topics.find_or_add(&request.topic) {
            Ok(begin) => begin,
            Err(error) => return request.reply.send(Err(error)),
        };
        let mut appended = Vec::with_capacity(request.records.len());
        for record in request.records {
            let (place, partition) = self.topics.partition_of(begin, record.partition_hash);
            let lines = &mut self.topics.partitions[place];
            if !lines.has_records() {
                group.touched.push(place);
            }
            group.bytes += record.bytes.len() as u64 + 1;
            let offset = lines.add(&record.bytes);
            appended.push(Appended { partition, offset, time: group.time });
        }
        group.answers.push((request.reply, appended));
    }

    fn write(&mut self, group: &Group) -> Result<(), Refusal> {
        let partitions = &mut self.topics.partitions;
        self.leftovers.cut_off(partitions, &self.syncer)?;
        let (journal, syncer) = (&mut self.journal, &self.syncer);
        let written =
            group::write(partitions, &group.touched, group.time, self.segment_bytes, journal, syncer);
        written.inspect_err(|refusal| self.leftovers.add(partitions, &group.touched, refusal))
    }

    fn accept(&mut self, group: Group) {
        self.committed.time = group.time;
        self.committed.appended += group.bytes;
        for place in &group.touched {
            let partition = &mut self.topics.partitions[*place];
            partition.commit(group.time);
            self.committed.put(partition.end());
        }
        self.publish();
        self.count(|stats| {
            stats.groups += 1;
            stats.requests += group.answers.len() as u64;
            stats.records += group.answers.iter().map(|(_, appended)| appended.len() as u64).sum::<u64>();
            stats.bytes += group.bytes;
        });
        answer(group);
    }

    fn refuse(&mut self, group: Group, refusal: &Refusal) {
        let partitions = &mut self.topics.partitions;
        group.touched.iter().for_each(|place| partitions[*place].forget_lines());
        // At once, because a full disk has room again for others. Where it fails the next group tries it again.
        let _ = self.leftovers.cut_off(partitions, &self.syncer);
        self.count(|stats| stats.groups_refused += 1);
        let error = AppendError::of_io(&refusal.error);
        for (reply, _) in group.answers {
            reply.send(Err(error.clone()));
        }
    }

    fn delete_old(&mut self) {
        if !self.retention.is_due() {
            return;
        }
        while let Some(place) = self.retention.next(&self.topics.partitions, self.committed.bytes) {
            let partition = &mut self.topics.partitions[place];
            // What cannot be deleted now is tried again the next time.
            let Ok(deleted_bytes) = partition.delete_oldest() else { break };
            self.committed.put(partition.end());
            self.publish();
            self.count(|stats| {
                stats.objects_deleted += 1;
                stats.bytes_deleted += deleted_bytes;
            });
        }
    }

    fn publish(&mut self) {
        self.committed.change += 1;
        self.publisher.publish(self.committed.clone());
    }

    fn count(&self, add: impl FnOnce(&mut Stats)) {
        add(&mut self.stats.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

fn answer(group: Group) {
    for (reply, appended) in group.answers {
        reply.send(Ok(appended));
    }
}
