//! Uploads that are too large, too slow or broken off: refused while they arrive, and nothing of them stays. The client
//! is a bare socket, because a polite one would not do this.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use demo::client::Client;
use serde_json::Value;
use tests::City;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::chinese::is_chinese;

const MEGABYTE: usize = 1024 * 1024;
/// What the server takes at most, and a little more.
const TOO_MUCH: usize = 21 * MEGABYTE;
const BEGIN: &str = "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\n";

/// One upload by hand.
struct Upload(TcpStream);

impl Upload {
    /// Sends the head of a request with this framing header, and the beginning of the form.
    async fn begin(who: &Client, framing: &str) -> Self {
        let host = who.base().strip_prefix("http://").expect("plain HTTP");
        let token = demo::client::text(who.session(), "/access_token");
        let mut stream = TcpStream::connect(host).await.expect("the server listens");
        let head = format!(
            "POST /v1/photos HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\n\
             Content-Type: multipart/form-data; boundary=x\r\n{framing}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.expect("the head is sent");
        Self(stream)
    }

    /// Sends one chunk; false when the server does not take more.
    async fn chunk(&mut self, bytes: &[u8]) -> bool {
        let head = format!("{:x}\r\n", bytes.len());
        let whole = [head.as_bytes(), bytes, b"\r\n"].concat();
        self.0.write_all(&whole).await.is_ok()
    }

    /// Status and envelope of the answer.
    async fn answer(mut self) -> (u16, Value) {
        let mut bytes = Vec::new();
        let mut piece = [0; 4096];
        let read = async {
            while !bytes.ends_with(b"}") {
                match self.0.read(&mut piece).await {
                    Ok(count) if count > 0 => bytes.extend_from_slice(&piece[..count]),
                    _ => break,
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(10), read).await;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok());
        let body = text.find('{').map(|at| serde_json::from_str(&text[at..]).unwrap_or_default());
        (status.unwrap_or_else(|| panic!("no answer: {text}")), body.unwrap_or_default())
    }
}

/// The server's folder of unfinished uploads; none when pictures are in a bucket.
fn incoming(city: &City) -> Option<PathBuf> {
    let url = &city.backend().blob_url;
    (!url.contains("://")).then(|| PathBuf::from(url).join("incoming"))
}

/// Waits until no unfinished upload is left.
async fn nothing_stays(city: &City) {
    let Some(folder) = incoming(city) else { return };
    let began = Instant::now();
    loop {
        let left = std::fs::read_dir(&folder).expect("the folder is there").count();
        if left == 0 {
            return;
        }
        assert!(began.elapsed() < Duration::from_secs(10), "{left} files stay in {}", folder.display());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn too_large((status, body): (u16, Value)) {
    assert_eq!((status, body["code"].as_i64()), (413, Some(41301)), "{body}");
    assert!(is_chinese(body["message"].as_str().unwrap_or_default()), "{body}");
}

/// The first bytes of a picture, and as many more as wanted.
fn picture(length: usize) -> Vec<u8> {
    let mut bytes = vec![0xA5; length];
    bytes[..4].copy_from_slice(b"\xFF\xD8\xFF\xE0");
    bytes
}

#[tokio::test]
async fn an_upload_that_announces_too_much_is_refused_before_it_is_sent() {
    let city = City::start().await;
    let upload = Upload::begin(&city.citizen(1).await, "Content-Length: 900000000").await;
    too_large(upload.answer().await);
    nothing_stays(&city).await;
    city.finish().await;
}

#[tokio::test]
async fn an_upload_that_never_ends_is_cut_off_and_leaves_nothing() {
    let city = City::start().await;
    let mut upload = Upload::begin(&city.citizen(1).await, "Transfer-Encoding: chunked").await;
    upload.chunk(BEGIN.as_bytes()).await;
    upload.chunk(&picture(MEGABYTE)).await;
    let mut sent = MEGABYTE;
    // Slowly at the end: the answer must not wait for the rest.
    while sent < TOO_MUCH && upload.chunk(&vec![0xA5; MEGABYTE]).await {
        sent += MEGABYTE;
    }
    upload.chunk(&[0xA5]).await;
    too_large(upload.answer().await);
    nothing_stays(&city).await;
    city.finish().await;
}

#[tokio::test]
async fn a_client_that_stalls_is_told_so_and_one_that_hangs_up_leaves_nothing() {
    let city = City::plan().with("SUISHOUPAI_UPLOAD_STALL_SECONDS", "1").start().await;
    let citizen = city.citizen(1).await;
    let mut slow = Upload::begin(&citizen, "Content-Length: 9000000").await;
    slow.0.write_all(BEGIN.as_bytes()).await.expect("sent");
    slow.0.write_all(&picture(MEGABYTE)).await.expect("sent");
    let (status, body) = slow.answer().await;
    assert_eq!((status, body["code"].as_i64()), (408, Some(40800)), "{body}");
    for framing in ["Content-Length: 9000000", "Transfer-Encoding: chunked"] {
        let mut gone = Upload::begin(&citizen, framing).await;
        if framing.starts_with('T') {
            gone.chunk(BEGIN.as_bytes()).await;
            gone.chunk(&picture(MEGABYTE)).await;
        } else {
            gone.0.write_all(BEGIN.as_bytes()).await.expect("sent");
            gone.0.write_all(&picture(MEGABYTE)).await.expect("sent");
        }
        if let Some(folder) = incoming(&city) {
            let began = Instant::now();
            while std::fs::read_dir(&folder).expect("the folder").count() == 0
                && began.elapsed().as_secs() < 1
            {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        drop(gone);
    }
    nothing_stays(&city).await;
    city.finish().await;
}

#[tokio::test]
async fn a_slow_upload_within_the_limits_is_taken() {
    let city = City::start().await;
    let whole = tests::pictures::heap();
    let mut slow = Upload::begin(&city.citizen(1).await, "Transfer-Encoding: chunked").await;
    slow.chunk(BEGIN.as_bytes()).await;
    for piece in whole.chunks(whole.len() / 8) {
        slow.chunk(piece).await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    slow.chunk(b"\r\n--x--\r\n").await;
    slow.0.write_all(b"0\r\n\r\n").await.expect("sent");
    let (status, body) = slow.answer().await;
    assert_eq!(status, 201, "{body}");
    nothing_stays(&city).await;
    city.finish().await;
}
