//! A broker of a test's own, which can be killed and started again.

use crate::cluster::{Cluster, PATIENCE, variable};
use rdkafka::consumer::{BaseConsumer, Consumer};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A broker that runs, and the folder that it keeps its data in.
pub struct Broker {
    process: Child,
    pub cluster: Cluster,
    /// Where the cluster's controller listens.
    controller: u16,
    folder: TempDir,
}

const CLUSTER_ID: &str = "PinflowTestCluster0000";

impl Broker {
    /// Starts one on free ports, which is its own controller.
    pub fn start() -> Broker {
        Broker::start_with("")
    }

    /// Starts one that asks who may do what. Everybody may do all that no rule is about.
    pub fn with_rules() -> Broker {
        Broker::start_with(
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n\
             allow.everyone.if.no.acl.found=true\n",
        )
    }

    /// Changes its rules, as `kafka-acls` does.
    pub fn rules(&self, options: &[&str]) {
        let mut command = java(self.folder.path());
        command.args(["org.apache.kafka.tools.AclCommand", "--bootstrap-server", &self.cluster.brokers]);
        let output = command.args(options).output().expect("start java");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }

    fn start_with(more: &str) -> Broker {
        let [port, controller] = free_ports();
        let at = format!("CONTROLLER://127.0.0.1:{controller}");
        let roles = format!(
            "process.roles=broker,controller\nnode.id=1\nlisteners=PLAINTEXT://127.0.0.1:{port},{at}\n"
        );
        Broker::node(
            port,
            controller,
            &format!("{roles}advertised.listeners=PLAINTEXT://127.0.0.1:{port},{at}\n{more}"),
            &["--standalone"],
        )
    }

    /// Starts one that tells those who ask at its second listener, whose port is given, to come to another port.
    pub fn behind(gate: u16) -> (Broker, u16) {
        let [port, controller, inner] = free_ports();
        let at = format!("CONTROLLER://127.0.0.1:{controller}");
        let listeners = format!("PLAINTEXT://127.0.0.1:{port},{at}");
        let roles = format!(
            "process.roles=broker,controller\nnode.id=1\nlisteners={listeners},GATE://127.0.0.1:{inner}\n\
             advertised.listeners={listeners},GATE://127.0.0.1:{gate}\n"
        );
        (Broker::node(port, controller, &roles, &["--standalone"]), inner)
    }

    /// Starts another one beside it.
    pub fn beside(&self) -> Broker {
        let [port, _] = free_ports();
        let roles = format!("process.roles=broker\nnode.id=2\nlisteners=PLAINTEXT://127.0.0.1:{port}\n");
        Broker::node(port, self.controller, &roles, &[])
    }

    fn node(port: u16, controller: u16, roles: &str, format_options: &[&str]) -> Broker {
        let folder = TempDir::new().expect("make a folder");
        let properties = folder.path().join("server.properties");
        let data = folder.path().join("data");
        let text = format!(
            "{roles}controller.listener.names=CONTROLLER\ninter.broker.listener.name=PLAINTEXT\n\
             listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,GATE:PLAINTEXT\n\
             controller.quorum.bootstrap.servers=127.0.0.1:{controller}\nlog.dirs={}\n\
             offsets.topic.num.partitions=1\noffsets.topic.replication.factor=1\n\
             transaction.state.log.num.partitions=1\ntransaction.state.log.replication.factor=1\n\
             transaction.state.log.min.isr=1\nbroker.session.timeout.ms=6000\nbroker.heartbeat.interval.ms=500\n",
            data.display()
        );
        fs::write(&properties, text).expect("write the properties");
        let mut format = java(folder.path());
        format.args(["kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID]).args(format_options);
        let output = format.arg("--config").arg(&properties).output().expect("start java");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let process = run(folder.path());
        let cluster = Cluster { brokers: format!("127.0.0.1:{port}") };
        let broker = Broker { process, cluster, controller, folder };
        broker.wait();
        broker
    }

    /// Kills it: it gets no chance to do anything more.
    pub fn kill(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it ends");
    }

    /// Lets it stand still: it is there, and answers nothing.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    fn signal(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().expect("there is kill").success());
    }

    /// Starts it again on what it holds.
    pub fn start_again(&mut self) {
        self.process = run(self.folder.path());
        self.wait();
    }

    /// Waits until it leads partitions.
    fn wait(&self) {
        let consumer: BaseConsumer = self.cluster.config().create().expect("make a consumer");
        let begin = Instant::now();
        while consumer.fetch_metadata(None, Duration::from_secs(1)).map_or(0, |told| told.brokers().len())
            == 0
        {
            let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(begin.elapsed() < PATIENCE, "the broker does not answer: {}", log());
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Broker {
    /// A test that fails leaves nothing behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn run(folder: &Path) -> Child {
    let log = File::create(folder.join("log")).expect("make a file");
    let mut command = java(folder);
    command.arg("kafka.Kafka").arg(folder.join("server.properties"));
    command.stdout(log.try_clone().expect("open it again")).stderr(log).spawn().expect("start java")
}

fn java(folder: &Path) -> Command {
    let mut command = Command::new(variable("PINFLOW_TEST_JAVA"));
    command.args(["-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-cp"]);
    command
        .arg(format!("{}/*", variable("PINFLOW_TEST_KAFKA_JARS")))
        .current_dir(folder)
        .stdin(Stdio::null());
    command
}

/// Several at a time, so that they are not the same.
fn free_ports<const N: usize>() -> [u16; N] {
    let listeners = [(); N].map(|()| TcpListener::bind("127.0.0.1:0").expect("listen"));
    listeners.map(|listener| listener.local_addr().expect("an address").port())
}
