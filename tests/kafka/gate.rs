//! A gate before a real broker: it asks for a token as brokers of AWS MSK do, and looks at it as IAM does. Who may in is
//! connected with the broker.
//!
//! The broker itself cannot ask: it takes tokens of other forms only. That an OAUTHBEARER handshake looks so is said by
//! Kafka's protocol (SaslHandshake, SaslAuthenticate) and RFC 7628.

use crate::signature::{AccessKey, check};
use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

const SASL_HANDSHAKE: i16 = 17;
const SASL_AUTHENTICATE: i16 = 36;
/// The error code of Kafka's that says that somebody may not in.
const AUTHENTICATION_FAILED: i16 = 58;

/// A gate that is open for who has a right token.
#[derive(Clone)]
pub struct Gate {
    port: u16,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    keys: Vec<AccessKey>,
    /// Who came in, by the ids of their keys.
    came: Vec<String>,
    /// Why others did not.
    refused: Vec<String>,
    /// Those who are in.
    connections: Vec<(String, TcpStream)>,
}

impl Gate {
    /// Begins to listen; nobody is connected before `lead_to` says with what.
    pub fn listen() -> (Gate, TcpListener) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let port = listener.local_addr().expect("an address").port();
        (Gate { port, inner: Arc::default() }, listener)
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Lets in who has one of these keys, and leads to the broker's port.
    pub fn lead_to(&self, listener: TcpListener, broker: u16, region: &'static str, keys: &[AccessKey]) {
        self.set_keys(keys);
        let gate = self.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, gate) = (stream.expect("accept"), gate.clone());
                // It ends when either side hangs up.
                thread::spawn(move || drop(gate.serve(stream, broker, region)));
            }
        });
    }

    /// Only these keys are right from now on, and who came in with another one is thrown out.
    pub fn set_keys(&self, keys: &[AccessKey]) {
        let mut inner = self.lock();
        inner.keys = keys.to_vec();
        inner.connections.retain(|(id, stream)| {
            let stays = keys.iter().any(|key| key.id == *id);
            if !stays {
                let _ = stream.shutdown(Shutdown::Both);
            }
            stays
        });
    }

    /// Who came in so far, by key.
    pub fn came(&self) -> Vec<String> {
        self.lock().came.clone()
    }

    /// Why others did not.
    pub fn refused(&self) -> Vec<String> {
        self.lock().refused.clone()
    }

    fn serve(&self, mut client: TcpStream, broker: u16, region: &str) -> io::Result<()> {
        let mut broker = TcpStream::connect(("127.0.0.1", broker))?;
        loop {
            let request = frame(&mut client)?;
            let (api, correlation) = (number(&request, 0), &request[4..8]);
            match api {
                SASL_HANDSHAKE => {
                    // No error, and the one way to say who one is.
                    let body = [&[0, 0, 0, 0, 0, 1, 0, 11][..], b"OAUTHBEARER"].concat();
                    send(&mut client, &[correlation, &body].concat())?;
                }
                SASL_AUTHENTICATE => {
                    let answer = self.answer(&request, region, &client)?;
                    send(
                        &mut client,
                        &[correlation, answer.as_deref().unwrap_or_else(|refusal| refusal)].concat(),
                    )?;
                    if answer.is_err() {
                        return Ok(());
                    }
                    break;
                }
                // Versions are asked for before anybody is known.
                _ => {
                    send(&mut broker, &request)?;
                    let answer = frame(&mut broker)?;
                    send(&mut client, &answer)?;
                }
            }
        }
        let (mut from_client, mut to_broker) = (client.try_clone()?, broker.try_clone()?);
        thread::spawn(move || {
            let _ = io::copy(&mut from_client, &mut to_broker);
            let _ = to_broker.shutdown(Shutdown::Both);
        });
        let _ = io::copy(&mut broker, &mut client);
        client.shutdown(Shutdown::Both)
    }

    /// The answer's body, for who may in and who may not.
    fn answer(
        &self,
        request: &[u8],
        region: &str,
        client: &TcpStream,
    ) -> io::Result<Result<Vec<u8>, Vec<u8>>> {
        let version = number(request, 2);
        assert!(version < 2, "versions from 2 on are written in another way");
        let said = auth_bytes(request);
        let token =
            said.strip_prefix("n,,\u{1}auth=Bearer ").and_then(|rest| rest.strip_suffix("\u{1}\u{1}"));
        let inner = &mut *self.lock();
        let found = token.ok_or_else(|| format!("no token: {said:?}"));
        match found.and_then(|token| check(token, region, &inner.keys)) {
            Ok(key) => {
                inner.came.push(key.id.clone());
                inner.connections.push((key.id.clone(), client.try_clone()?));
                // No error, no message, nothing more to say; from version 1 on, a session without an end.
                let lifetime: &[u8] = if version == 1 { &[0; 8] } else { &[] };
                Ok(Ok([&[0, 0, 0xff, 0xff, 0, 0, 0, 0][..], lifetime].concat()))
            }
            Err(why) => {
                inner.refused.push(why);
                let message = b"Access denied";
                let lifetime: &[u8] = if version == 1 { &[0; 8] } else { &[] };
                let length = (message.len() as u16).to_be_bytes();
                let code = AUTHENTICATION_FAILED.to_be_bytes();
                Ok(Err([&code[..], &length, message, &[0; 4], lifetime].concat()))
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("no test panics with it")
    }
}

/// A request or an answer, without its length.
fn frame(from: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut length = [0; 4];
    from.read_exact(&mut length)?;
    let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
    from.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn send(to: &mut TcpStream, frame: &[u8]) -> io::Result<()> {
    to.write_all(&[&(frame.len() as u32).to_be_bytes()[..], frame].concat())
}

fn number(bytes: &[u8], at: usize) -> i16 {
    i16::from_be_bytes([bytes[at], bytes[at + 1]])
}

/// What stands behind the head of a request: its key, version and number, and the client's name.
fn auth_bytes(request: &[u8]) -> String {
    let name = number(request, 8).max(0) as usize;
    let rest = &request[10 + name..];
    let length = u32::from_be_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
    String::from_utf8_lossy(&rest[4..4 + length]).into_owned()
}
