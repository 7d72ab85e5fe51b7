//! What the server said: status and envelope, and a failure that a person can read.

use std::fmt;

use reqwest::header::HeaderMap;
use serde_json::Value;

/// One answer, whatever its status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Method and path that were asked.
    pub asked: String,
    /// HTTP status.
    pub status: u16,
    /// The envelope's code: 0 for success, −1 when there was no envelope.
    pub code: i64,
    /// The envelope's sentence.
    pub message: String,
    /// The envelope's content.
    pub data: Value,
    /// Fields at fault.
    pub details: Value,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(method: &str, path: &str, status: u16, headers: HeaderMap, body: Vec<u8>) -> Self {
        let envelope: Value = serde_json::from_slice(&body).unwrap_or_default();
        Self {
            asked: format!("{method} {path}"),
            status,
            code: envelope["code"].as_i64().unwrap_or(-1),
            message: text(&envelope, "/message").to_owned(),
            data: envelope["data"].clone(),
            details: envelope["details"].clone(),
            headers,
            body,
        }
    }

    /// The content of a success; a readable failure otherwise.
    pub fn ok(self) -> Result<Value, Failure> {
        if (200..300).contains(&self.status) && self.code == 0 { Ok(self.data) } else { Err(self.failure()) }
    }

    /// Status and code, for comparing.
    pub fn refused(&self) -> (u16, i64) {
        (self.status, self.code)
    }

    /// The value of a header, empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn failure(&self) -> Failure {
        let Self { asked, status, code, message, details, .. } = self;
        let details = if details.is_null() { String::new() } else { format!(" {details}") };
        let raw = match code {
            -1 => format!(" {}", String::from_utf8_lossy(&self.body).chars().take(300).collect::<String>()),
            _ => String::new(),
        };
        Failure::new(format!("{asked} → {status} {code} {message}{details}{raw}"))
    }
}

/// The text at a JSON pointer; empty when there is none.
pub fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Why a call or a step did not do what it should; one sentence.
#[derive(Debug, Clone)]
pub struct Failure(String);

impl Failure {
    /// A failure in these words.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn of_call(method: &str, path: &str, error: &reqwest::Error) -> Self {
        use std::error::Error as _;
        let mut text = format!("{method} {path} 没有得到回答：{error}");
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text = format!("{text}；{deeper}");
            cause = deeper.source();
        }
        Self(text)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self(error.to_string())
    }
}
