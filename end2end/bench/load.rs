//! Requests over a few connections, and how many of them are answered in a round. Knows nothing of what is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

use crate::Result;

const CONNECTIONS: usize = 8;
/// One measurement; two sides take turns, so that a noisy neighbour disturbs both.
const ROUND: Duration = Duration::from_secs(2);

/// A connection on which one thing is asked after the other.
pub struct Line {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// Requests answered in one round, one after the other on each of a few connections. `request` writes the next one.
pub async fn load(address: &str, request: impl Fn() -> String + Clone + Send + 'static) -> Result<u64> {
    let (answered, is_over) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
    let mut hands: Vec<JoinHandle<Result<()>>> = Vec::new();
    for _ in 0..CONNECTIONS {
        let (answered, is_over, request) = (Arc::clone(&answered), Arc::clone(&is_over), request.clone());
        let mut line = Line::to(address).await?;
        hands.push(tokio::spawn(async move {
            while !is_over.load(Ordering::Relaxed) {
                line.ask(&request()).await?;
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        }));
    }
    tokio::time::sleep(ROUND).await;
    is_over.store(true, Ordering::Relaxed);
    for hand in hands {
        hand.await??;
    }
    Ok(answered.load(Ordering::Relaxed))
}

/// A POST as it goes over the line; each of `headers` ends with a line break.
pub fn post(address: &str, path: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: {address}\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
}

impl Line {
    pub async fn to(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::new() })
    }

    pub async fn ask(&mut self, request: &str) -> Result<()> {
        self.stream.write_all(request.as_bytes()).await?;
        self.answer().await
    }

    /// Reads one whole answer, which must be 200, by its length or its chunks.
    async fn answer(&mut self) -> Result<()> {
        let Self { stream, buffer } = self;
        buffer.clear();
        loop {
            if stream.read_buf(buffer).await? == 0 {
                return Err("the connection ended".into());
            }
            let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(buffer.get(..end).unwrap_or_default()).to_ascii_lowercase();
            if !head.starts_with("http/1.1 200") {
                return Err(format!("not 200: {}", String::from_utf8_lossy(buffer)).into());
            }
            let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
            let is_whole = length.map_or_else(|| buffer.ends_with(b"0\r\n\r\n"), |length| buffer.len() >= end + 4 + length);
            if is_whole {
                return Ok(());
            }
        }
    }
}
