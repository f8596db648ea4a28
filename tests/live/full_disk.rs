//! A disk that is full: requests are refused with the reason, and taken again as soon as there is room.

use crate::client::Client;
use crate::program::{PATIENCE, Program, Start, log_lines};
use crate::tools;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;

const RECORDS: usize = 8;

/// What takes the room away.
enum Room {
    /// A file system of its own.
    Disk(PathBuf),
    /// A limit of how large the files of the process may be.
    FileSize,
}

impl Room {
    fn disk(folder: &Path) -> Room {
        let disk = folder.join("disk");
        fs::create_dir(&disk).expect("make a folder");
        let mut mount = tools::command("mount");
        let mounted = mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]).arg(&disk).status();
        if mounted.expect("there is mount").success() {
            return Room::Disk(disk);
        }
        println!("mounting is refused here: a limit of the files' size takes the disk's place");
        Room::FileSize
    }

    fn start(&self, data: &Path) -> Program {
        if let Room::Disk(_) = self {
            return Start::on(data).program();
        }
        let mut command = tools::command("prlimit");
        // Without the trap the system would end the process.
        command.args(["--fsize=500000:unlimited", "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"]);
        command.arg(env!("CARGO_BIN_EXE_pinflow"));
        Start::on(data).spawn(command)
    }

    fn make_room(&self, program: &Program) {
        let mut command = match self {
            Room::Disk(disk) => {
                let mut mount = Command::new("mount");
                mount.args(["-o", "remount,size=64m"]).arg(disk);
                mount
            }
            Room::FileSize => {
                let mut prlimit = Command::new("prlimit");
                prlimit.args(["--fsize=unlimited", "--pid", &program.id().to_string()]);
                prlimit
            }
        };
        assert!(command.status().expect("there is the program").success());
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if let Room::Disk(disk) = self {
            let _ = Command::new("umount").arg("--lazy").arg(disk).status();
        }
    }
}

/// Lines of 8 KiB, the last of which is rejected later and becomes a dead letter.
fn lines(request: usize) -> String {
    let title = "x".repeat(8_000);
    let line = |n: usize| {
        let ind = if n + 1 < RECORDS { json!(request * RECORDS + n) } else { json!("none") };
        json!({ "ind": ind, "category": "art", "title": title, "n": request * RECORDS + n }).to_string()
            + "\n"
    };
    (0..RECORDS).map(line).collect()
}

/// The log has these requests' lines and nothing else.
#[track_caller]
fn check_log(data: &Path, accepted: &[usize]) {
    let expected: BTreeSet<String> =
        accepted.iter().flat_map(|n| lines(*n).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
    let found = log_lines(data);
    assert_eq!(found.len(), accepted.len() * RECORDS);
    assert!(found.into_iter().collect::<BTreeSet<_>>() == expected, "other lines than were accepted");
}

/// The views have all that was accepted.
#[track_caller]
fn check_count(client: &mut Client, accepted: &[usize]) {
    let begin = Instant::now();
    loop {
        let count = client.get("/v1/status").json()["records"]["pin"].clone();
        if count == json!(accepted.len() * RECORDS) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "{count}, not {}", accepted.len() * RECORDS);
    }
}

/// Takes the rest of the room, to the last byte.
fn use_up(disk: &Path) {
    let mut file = fs::File::create(disk.join("rest")).expect("make a file");
    while file.write_all(&[0; 4096]).is_ok() {}
}

fn check(make: fn(&Path) -> Room) {
    let folder = TempDir::new().expect("make a folder");
    let room = make(folder.path());
    let data = match &room {
        Room::Disk(disk) => disk.join("data"),
        Room::FileSize => folder.path().join("data"),
    };
    let program = room.start(&data);
    let mut client = program.client();
    let mut accepted = Vec::new();
    let refused = loop {
        let answer = client.ingest("pin", &lines(accepted.len()));
        if answer.status != 200 {
            break answer;
        }
        accepted.push(accepted.len());
    };
    assert!(accepted.len() > 10, "there was room");
    let reason = match room {
        Room::Disk(_) => "No space left on device",
        Room::FileSize => "File too large",
    };
    assert_eq!(refused.status, 503, "{}", refused.body);
    assert!(refused.body.contains(reason), "{}", refused.body);
    assert!(refused.headers.contains_key("retry-after"));
    check_log(&data, &accepted);

    // Whoever comes, and all that needs no room goes on.
    for _ in 0..5 {
        assert_eq!(client.ingest("pin", &lines(accepted.len())).status, 503);
    }
    let fill = json!({ "ind": 0, "title": "x".repeat(900_000) });
    let others = [
        client.produce("ingest.pin", &fill),
        client.send("POST", "/pin/", "", fill.to_string().as_bytes()),
        // Nothing of this name was written before.
        client.produce("new.geo", &fill),
    ];
    for answer in others {
        let answer = answer.expect("an answer");
        assert!(answer.status == 503 && answer.body.contains(reason), "{answer:?}");
    }
    if let Room::Disk(disk) = &room {
        use_up(disk);
        // More than is left of any file's last page.
        let record = json!({ "ind": 0, "title": "x".repeat(5_000) });
        for topic in ["ingest.pin", "late.user"] {
            let answer = client.produce(topic, &record).expect("an answer");
            assert!(answer.status == 503 && answer.body.contains(reason), "{answer:?}");
            assert!(answer.headers.contains_key("retry-after"));
        }
        let created = client.send("POST", "/streams/made-pin", "", b"{\"ShardCount\": 4}");
        let created = created.expect("an answer");
        assert!(created.status == 503 && created.body.contains(reason), "{created:?}");
    }
    assert_eq!((client.get("/livez").status, client.get("/readyz").status), (200, 200));
    assert_eq!(client.get("/metrics").status, 200);
    check_count(&mut client, &accepted);
    check_log(&data, &accepted);

    room.make_room(&program);
    for _ in 0..5 {
        let request = accepted.len();
        assert_eq!(client.ingest("pin", &lines(request)).status, 200);
        accepted.push(request);
    }
    check_count(&mut client, &accepted);
    program.signal("TERM");
    let said = program.wait_for_line("panicked").expect_err("nothing panics");
    assert_eq!(program.wait().code(), Some(0), "{said}");
    check_log(&data, &accepted);

    let program = Start::on(&data).program();
    program.wait_until_ready();
    check_count(&mut program.client(), &accepted);
    program.stop();
}

#[test]
fn a_full_disk_is_waited_for() {
    check(Room::disk);
}

#[test]
fn a_limit_of_files_is_waited_for() {
    check(|_| Room::FileSize);
}
