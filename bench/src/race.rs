//! Ways of doing one work, run in turn: A B C, A B C, …, so that a noisy machine is noisy to all of them alike. It refuses
//! to compare work whose answers differ: the suites check answers in the same run, and a way that fails ends the race.

use rustix::time::{ClockId, clock_gettime};
use std::time::Instant;

use crate::Outcome;
use crate::measure::median;

/// What one pass over the work took, seconds.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cost {
    /// On the processor: of this thread, or of the whole process of an anchor.
    pub cpu: f64,
    /// By the clock on the wall.
    pub wall: f64,
}

impl Cost {
    /// The cost of `work` on this thread.
    pub fn of<T>(work: impl FnOnce() -> T) -> (Self, T) {
        let (begun, before) = (Instant::now(), thread_seconds());
        let value = work();
        (Self { cpu: thread_seconds() - before, wall: begun.elapsed().as_secs_f64() }, value)
    }
}

/// Seconds that this thread has spent on a processor (POSIX `CLOCK_THREAD_CPUTIME_ID`, nanoseconds).
fn thread_seconds() -> f64 {
    seconds_of(ClockId::ThreadCPUTime)
}

/// Seconds that this process has spent on processors (POSIX `CLOCK_PROCESS_CPUTIME_ID`, nanoseconds).
pub fn process_seconds() -> f64 {
    seconds_of(ClockId::ProcessCPUTime)
}

fn seconds_of(clock: ClockId) -> f64 {
    let now = clock_gettime(clock);
    now.tv_sec as f64 + now.tv_nsec as f64 / 1e9
}

/// One way of doing the work.
pub struct Runner<'a> {
    name: String,
    pass: Box<dyn FnMut() -> Outcome<Cost> + 'a>,
}

impl<'a> Runner<'a> {
    /// A way that measures itself.
    pub fn new(name: impl Into<String>, pass: impl FnMut() -> Outcome<Cost> + 'a) -> Self {
        Self { name: name.into(), pass: Box::new(pass) }
    }

    /// A way on this thread.
    pub fn here<T>(name: impl Into<String>, mut work: impl FnMut() -> Outcome<T> + 'a) -> Self {
        Self::new(name, move || {
            let (cost, done) = Cost::of(&mut work);
            done.map(|_| cost)
        })
    }
}

/// How one way fared over all rounds.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The way.
    pub name: String,
    /// Median over the rounds, seconds a pass.
    pub cpu: f64,
    /// Median over the rounds, seconds a pass.
    pub wall: f64,
    /// The least processor time of a round, seconds a pass.
    pub least: f64,
}

/// Runs all ways in turn, one pass each to warm up and then `rounds` passes.
pub fn race(rounds: usize, mut runners: Vec<Runner<'_>>) -> Outcome<Vec<Standing>> {
    let mut costs: Vec<Vec<Cost>> = vec![Vec::new(); runners.len()];
    for round in 0..=rounds {
        for (runner, costs) in runners.iter_mut().zip(&mut costs) {
            let cost = (runner.pass)().map_err(|error| format!("{}:{error}", runner.name))?;
            if round > 0 {
                costs.push(cost);
            }
        }
    }
    Ok(runners.iter().zip(costs).map(|(runner, costs)| Standing::of(&runner.name, &costs)).collect())
}

impl Standing {
    fn of(name: &str, costs: &[Cost]) -> Self {
        let cpu: Vec<f64> = costs.iter().map(|cost| cost.cpu).collect();
        let wall: Vec<f64> = costs.iter().map(|cost| cost.wall).collect();
        let least = cpu.iter().copied().fold(f64::INFINITY, f64::min);
        Self { name: name.to_owned(), cpu: median(&cpu), wall: median(&wall), least }
    }
}
