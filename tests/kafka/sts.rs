//! A server that stands in for AWS' Security Token Service, which nobody can start at home: it answers `AssumeRole`.

use crate::signature::AccessKey;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// It gives the keys of one role, or refuses.
#[derive(Clone)]
pub struct Sts {
    pub url: String,
    /// What was asked: the head of each request and its body.
    asked: Arc<Mutex<Vec<(String, String)>>>,
}

impl Sts {
    /// Starts it; without a key it refuses all.
    pub fn start(key: Option<AccessKey>) -> Sts {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let sts = Sts { url, asked: Arc::default() };
        let asked = sts.asked.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, key, asked) = (stream.expect("accept"), key.clone(), asked.clone());
                thread::spawn(move || answer(stream, key.as_ref(), &asked));
            }
        });
        sts
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<(String, String)> {
        self.asked.lock().expect("no test panics with it").clone()
    }
}

fn answer(stream: TcpStream, key: Option<&AccessKey>, asked: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).expect("read a request") == 0 {
            return;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a number");
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("read a request");
    asked.lock().expect("no test panics with it").push((head, String::from_utf8(body).expect("text")));
    let (status, xml) = match key {
        Some(AccessKey { id, secret, session }) => {
            let session = session.as_ref().expect("those of roles have one");
            let xml = format!(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><AssumedRoleUser>\
                 <AssumedRoleId>A:pinflow</AssumedRoleId><Arn>arn:aws:sts::1:assumed-role/r/pinflow</Arn></AssumedRoleUser>\
                 <Credentials><AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey><SessionToken>{session}\
                 </SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult>\
                 <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></AssumeRoleResponse>"
            );
            ("200 OK", xml)
        }
        None => (
            "403 Forbidden",
            "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>\
             <Code>AccessDenied</Code><Message>User is not authorized to perform: sts:AssumeRole</Message></Error>\
             <RequestId>1</RequestId></ErrorResponse>"
                .to_owned(),
        ),
    };
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{xml}",
        xml.len()
    );
    // Who asked may have gone.
    let _ = reader.into_inner().write_all(answer.as_bytes());
}
