//! What Prometheus is told, in its text format.
//!
//! What the rest of the program counts anyway is read when it is asked for; what happens now and then is observed here.

mod source;
mod archiver;

use crate::decode::Reason;
use crate::http::{Observed, Observer};
use crate::measured::Measurement;
use crate::running::Running;
use crate::worker::Shared;
use pinflow_dataflows::clean::{Field, kind_of};
use pinflow_dataflows::kind::Kind;
use prometheus::process_collector::ProcessCollector;
use prometheus::{
    Encoder, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge,
    IntGaugeVec, Opts, Registry, TextEncoder,
};

/// What is observed as it happens.
pub struct Metrics {
    registry: Registry,
    /// How long each fsync of the log took.
    pub fsync_seconds: Histogram,
    /// From a record's append time to the tick that shows it.
    pub freshness_seconds: Histogram,
    requests: IntCounterVec,
    request_seconds: HistogramVec,
    request_bytes: IntCounter,
}

impl Metrics {
    /// Nothing has been observed.
    pub fn new() -> Metrics {
        let registry = Registry::new();
        let fsync_seconds =
            histogram("pinflow_log_fsync_seconds", "Time that an fsync of the log took.", &SHORT);
        let freshness = "Time from the append of a group of records to the tick that shows it.";
        let freshness_seconds = histogram("pinflow_freshness_seconds", freshness, &SHORT);
        let requests = Opts::new("pinflow_http_requests_total", "Requests that were answered.");
        let requests = IntCounterVec::new(requests, &["route", "status"]).expect("the names are right");
        let seconds = "Time from a request's headers to the headers of its answer.";
        let seconds = HistogramOpts::new("pinflow_http_request_seconds", seconds).buckets(SHORT.to_vec());
        let request_seconds = HistogramVec::new(seconds, &["route"]).expect("the names are right");
        let request_bytes =
            counter("pinflow_http_request_bytes_total", "Bytes of requests' bodies, as they were sent.");
        let all: [Box<dyn prometheus::core::Collector>; 6] = [
            Box::new(fsync_seconds.clone()),
            Box::new(freshness_seconds.clone()),
            Box::new(requests.clone()),
            Box::new(request_seconds.clone()),
            Box::new(request_bytes.clone()),
            Box::new(ProcessCollector::for_self()),
        ];
        for collector in all {
            registry.register(collector).expect("each name is registered once");
        }
        Metrics { registry, fsync_seconds, freshness_seconds, requests, request_seconds, request_bytes }
    }

    /// What the server tells of each request.
    pub fn observer(&self) -> Observer {
        let (requests, seconds, bytes) =
            (self.requests.clone(), self.request_seconds.clone(), self.request_bytes.clone());
        Observer::new(move |observed: &Observed<'_>| {
            let status = observed.status.to_string();
            requests.with_label_values(&[observed.route, status.as_str()]).inc();
            seconds.with_label_values(&[observed.route]).observe(observed.seconds);
            bytes.inc_by(observed.bytes_in);
        })
    }
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

/// Bounds from a tenth of a millisecond to ten seconds.
const SHORT: [f64; 16] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// Everything about a run, as Prometheus reads it.
pub fn text(running: &Running) -> Vec<u8> {
    let registry = Registry::new();
    let now = Now { registry: &registry };
    now.records(&Measurement::of_all(&running.shared.measured), &running.shared);
    now.source(running);
    if let Some(status) = &running.archiver {
        now.archiver(status);
    }
    now.dead_letters(running);
    now.run(running);
    let mut families = running.metrics.registry.gather();
    families.extend(registry.gather());
    families.sort_by(|a, b| a.name().cmp(b.name()));
    let mut text = Vec::new();
    TextEncoder::new().encode(&families, &mut text).expect("memory takes all bytes");
    text
}

/// What is read at the moment.
struct Now<'a> {
    registry: &'a Registry,
}

impl Now<'_> {
    fn records(&self, measured: &Measurement, shared: &Shared) {
        let counts = &measured.counts;
        let records = self.counters("pinflow_records_total", "Records that were read, by kind.", &["kind"]);
        let rejected = "Records that were rejected, by kind and reason.";
        let rejected = self.counters("pinflow_rejected_records_total", rejected, &["kind", "reason"]);
        for kind in Kind::ALL {
            records.with_label_values(&[kind.name()]).inc_by(counts[kind].messages());
            for reason in Reason::ALL {
                let labels = [kind.name(), reason.name()];
                rejected.with_label_values(&labels).inc_by(counts[kind].rejected(reason));
            }
        }
        let malformed =
            "Values that fit no rule, by kind and field; fields that no view needs are not looked at.";
        let malformed = self.counters("pinflow_malformed_values_total", malformed, &["kind", "field"]);
        for field in Field::ALL {
            let kind = kind_of(field);
            malformed.with_label_values(&[kind.name(), field.name()]).inc_by(counts[kind].malformed(field));
        }
        self.counter("pinflow_record_bytes_total", "Bytes of records that were read.", counts.bytes);
        let superseded = "Accepted records that are not the latest of their ind and kind.";
        self.gauge("pinflow_superseded_records", superseded, measured.superseded);
        let duplicates = "Positions that were dropped because they had been reached before.";
        self.counter("pinflow_duplicate_records_total", duplicates, shared.sequencer.duplicates());
        self.gauge("pinflow_posts", "Posts of which a record was seen.", measured.size.inds as u64);
        let state = self.gauges("pinflow_state_bytes", "Bytes of the state, by part.", &["part"]);
        let size = &measured.size;
        let parts = [
            ("posts", size.post_bytes),
            ("index", size.index_bytes),
            ("groups", size.group_bytes),
            ("people", size.people_bytes),
            ("posters", size.poster_bytes),
        ];
        for (part, bytes) in parts {
            state.with_label_values(&[part]).set(bytes as i64);
        }
    }

    fn dead_letters(&self, running: &Running) {
        let counts = running.dead_letters.live.counts();
        self.counter("pinflow_object_faults_total", "Objects of the log with a fault.", counts.faults);
        self.counter("pinflow_dead_letters_written_total", "Dead letters that were written.", counts.written);
        let lost = "Dead letters that could not be written.";
        self.counter("pinflow_dead_letters_lost_total", lost, counts.lost);
        self.gauge("pinflow_dead_letters_bytes", "Bytes of the files of dead letters.", counts.files_bytes);
    }

    fn run(&self, running: &Running) {
        let tick = running.published();
        self.counter("pinflow_ticks_total", "Ticks that the views have shown in this run.", tick.n);
        self.gauge("pinflow_epoch", "The run's number.", tick.epoch);
        self.gauge(
            "pinflow_ready",
            "1 if the views have all that the source held at the start, and nothing is wrong with it.",
            running.readiness().is_ok().into(),
        );
        let uptime =
            Gauge::new("pinflow_uptime_seconds", "Time since the start.").expect("the name is right");
        uptime.set(running.started.elapsed().as_secs_f64());
        self.register(uptime);
    }

    fn counter(&self, name: &str, help: &str, value: u64) {
        let counter = counter(name, help);
        counter.inc_by(value);
        self.register(counter);
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        let counters = IntCounterVec::new(Opts::new(name, help), labels).expect("the names are right");
        self.register(counters.clone());
        counters
    }

    fn gauge(&self, name: &str, help: &str, value: u64) {
        let gauge = IntGauge::new(name, help).expect("the name is right");
        gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
        self.register(gauge);
    }

    fn gauges(&self, name: &str, help: &str, labels: &[&str]) -> IntGaugeVec {
        let gauges = IntGaugeVec::new(Opts::new(name, help), labels).expect("the names are right");
        self.register(gauges.clone());
        gauges
    }

    fn decimals(&self, name: &str, help: &str, labels: &[&str]) -> GaugeVec {
        let gauges = GaugeVec::new(Opts::new(name, help), labels).expect("the name is right");
        self.register(gauges.clone());
        gauges
    }

    fn register(&self, collector: impl prometheus::core::Collector + 'static) {
        self.registry.register(Box::new(collector)).expect("each name is registered once");
    }
}

fn counter(name: &str, help: &str) -> IntCounter {
    IntCounter::new(name, help).expect("the name is right")
}

fn histogram(name: &str, help: &str, buckets: &[f64]) -> Histogram {
    Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())).expect("the name is right")
}
