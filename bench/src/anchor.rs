//! Other people's programs as anchors: a Python script of `bench/anchors` in a process of its own, which loads what it
//! needs once, times itself and answers one line of JSON a round. It refuses to take an absent anchor for a pass.
//!
//! The script prints `{"ready": "Pillow 13.0 …"}` when it has loaded and warmed up; for each line that it reads it does the
//! work once and prints `{"cpu": seconds, "wall": seconds, "answer": …}`; it ends at the end of its input.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

use crate::Outcome;
use crate::race::Cost;

/// A running script.
pub struct Anchor {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    /// What it is, with its version.
    pub name: String,
}

/// Where anchors run.
#[derive(Debug, Clone)]
pub struct Anchors {
    /// The interpreter with the packages of `bench/anchors/requirements.txt`; none leaves every anchor out.
    pub python: Option<PathBuf>,
}

impl Anchors {
    /// Starts `bench/anchors/{script}`; `None` when there is no interpreter.
    pub fn start<A: AsRef<OsStr>>(&self, script: &str, args: &[A]) -> Outcome<Option<Anchor>> {
        let Some(python) = &self.python else { return Ok(None) };
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("anchors").join(script);
        // One thread each, whatever the library would like.
        let single = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY", "MKL_NUM_THREADS"];
        let mut child = Command::new(python)
            .arg(path)
            .args(args)
            .envs(single.map(|name| (name, "1")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().ok_or("锚程序没有输出")?);
        let mut anchor = Anchor { child, input, output, name: script.to_owned() };
        let ready = anchor.read()?;
        anchor.name = ready["ready"].as_str().ok_or_else(|| format!("{script}:{ready}"))?.to_owned();
        Ok(Some(anchor))
    }
}

impl Anchor {
    /// One round: what it cost and what it answered.
    pub fn round(&mut self) -> Outcome<(Cost, Value)> {
        let input = self.input.as_mut().ok_or("锚程序已结束")?;
        writeln!(input)?;
        input.flush()?;
        let mut answer = self.read()?;
        let seconds = |name: &str| answer[name].as_f64().ok_or_else(|| format!("{}:没有 {name}", self.name));
        Ok((Cost { cpu: seconds("cpu")?, wall: seconds("wall")? }, answer["answer"].take()))
    }

    fn read(&mut self) -> Outcome<Value> {
        let mut line = String::new();
        self.output.read_line(&mut line)?;
        serde_json::from_str(&line).map_err(|error| format!("{}:{error}:{line:?}", self.name).into())
    }
}

impl Drop for Anchor {
    fn drop(&mut self) {
        // The end of its input ends the script.
        drop(self.input.take());
        let _ended = self.child.wait();
    }
}
