//! How a job ends, and how its failing line says what a failure means: `.retry()?` for what may work a little later,
//! `.abort()?` for what never will. It refuses to know how long "later" is: that is the runner's policy.

use domain::time::Moment;
use store::desk::DeskError;
use store::{StoreError, Tx};

/// How a job ended well. The runner ends or puts back the job in the same transaction, then commits.
#[derive(Debug)]
pub enum Outcome {
    /// The effect is written.
    Done(Tx),
    /// What it waits for is not there yet, or it does a part every so often; the attempt doesn't count.
    Later(Tx, Moment),
}

/// Why a job failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// The same job may succeed later.
    #[error("{0}")]
    Retry(String),
    /// It never will; a person looks.
    #[error("{0}")]
    Abort(String),
}

/// Says of a failure what follows from it.
pub trait Judge<T> {
    /// It may work later.
    fn retry(self) -> Result<T, JobError>;
    /// It never will.
    fn abort(self) -> Result<T, JobError>;
}

impl<T, E: std::fmt::Display> Judge<T> for Result<T, E> {
    fn retry(self) -> Result<T, JobError> {
        self.map_err(|error| JobError::Retry(error.to_string()))
    }

    fn abort(self) -> Result<T, JobError> {
        self.map_err(|error| JobError::Abort(error.to_string()))
    }
}

/// A store's failure is tried again, all but a value that can't be read: that stays as it is.
impl From<StoreError> for JobError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt { .. } => Self::Abort(error.to_string()),
            _ => Self::Retry(error.to_string()),
        }
    }
}

/// A desk's refusal of the machine's own action is a fault of the program; being late is not.
impl From<DeskError> for JobError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Store(error) => error.into(),
            DeskError::Stale { .. } => Self::Retry(error.to_string()),
            DeskError::Refused(_) | DeskError::NoTicket | DeskError::Bad { .. } => {
                Self::Abort(error.to_string())
            }
        }
    }
}
