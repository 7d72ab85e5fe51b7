//! Says "there is something new" inside a process and between processes. A nudge carries nothing and may be lost: who
//! waits looks for himself at least every `max`. It never fails; links reconnect in the background.

mod link;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::sql::Result;

/// What is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// A job was written.
    Jobs,
    /// A live event was written.
    Events,
}

impl Topic {
    const ALL: [Self; 2] = [Self::Jobs, Self::Events];

    const fn channel(self) -> &'static str {
        match self {
            Self::Jobs => "suishoupai_jobs",
            Self::Events => "suishoupai_events",
        }
    }

    fn of_channel(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.channel() == name)
    }
}

/// The wake-ups of this process; cheap to clone.
#[derive(Debug, Clone)]
pub enum Wake {
    /// Inside this process only.
    Memory(Arc<Signals>),
    /// Also between processes, by `LISTEN` and `NOTIFY`.
    Postgres(Arc<Linked>),
    /// Also between processes, by publish and subscribe.
    Redis(Arc<Linked>),
}

impl Wake {
    /// Wake-ups inside this process.
    pub fn memory() -> Self {
        Self::Memory(Arc::new(Signals::default()))
    }

    /// Wake-ups by way of a PostgreSQL server, over two connections of its own.
    pub fn postgres(url: &str) -> Result<Self> {
        let signals = Arc::new(Signals::default());
        let publish = link::publish_by_postgres(url, signals.clone())?;
        let listen = link::listen_to_postgres(url.to_owned(), signals.clone());
        Ok(Self::Postgres(Linked::spawn(signals, publish, listen)))
    }

    /// Wake-ups by way of a Redis server, over two connections of its own.
    pub fn redis(url: &str) -> Result<Self> {
        let signals = Arc::new(Signals::default());
        let client = link::redis_client(url)?;
        let publish = link::publish_by_redis(client.clone(), signals.clone());
        let listen = link::listen_to_redis(client, signals.clone());
        Ok(Self::Redis(Linked::spawn(signals, publish, listen)))
    }

    /// Wakes who waits for `topic`, here at once and elsewhere soon; call it after the commit.
    pub fn nudge(&self, topic: Topic) {
        self.signals().wake(topic);
        if !matches!(self, Self::Memory(_)) {
            self.signals().outgoing[topic as usize].notify_one();
        }
    }

    /// Waits for a nudge from now on, at most `max`; tells whether one came. A loop which works between its waits
    /// takes a [`Wake::listener`], which also remembers the nudges of that time.
    pub async fn wait(&self, topic: Topic, max: Duration) -> bool {
        self.listener(topic).wait(max).await
    }

    /// Begins to note the nudges for `topic`.
    pub fn listener(&self, topic: Topic) -> Listener {
        Listener(self.signals().incoming[topic as usize].subscribe())
    }

    fn signals(&self) -> &Signals {
        match self {
            Self::Memory(signals) => signals,
            Self::Postgres(linked) | Self::Redis(linked) => &linked.signals,
        }
    }
}

/// Notes the nudges for one topic, also while its owner is busy.
#[derive(Debug)]
pub struct Listener(watch::Receiver<()>);

impl Listener {
    /// Returns at the first nudge since the last call, or after `max`; tells whether one came.
    pub async fn wait(&mut self, max: Duration) -> bool {
        let waiting = async {
            if self.0.changed().await.is_err() {
                // Nobody is left to nudge; `max` ends the wait.
                std::future::pending::<()>().await;
            }
        };
        tokio::time::timeout(max, waiting).await.is_ok()
    }
}

/// The nudges inside this process.
#[derive(Debug, Default)]
pub struct Signals {
    incoming: [watch::Sender<()>; 2],
    outgoing: [Notify; 2],
}

impl Signals {
    fn wake(&self, topic: Topic) {
        self.incoming[topic as usize].send_replace(());
    }

    /// After a lost connection anything may have been missed.
    fn wake_all(&self) {
        Topic::ALL.into_iter().for_each(|topic| self.wake(topic));
    }

    /// The next topic to tell other processes about; nudges in a burst are told once.
    async fn next_outgoing(&self) -> Topic {
        let [jobs, events] = &self.outgoing;
        tokio::select! {
            () = jobs.notified() => Topic::Jobs,
            () = events.notified() => Topic::Events,
        }
    }
}

/// Signals with a link to other processes, which ends with the last clone.
#[derive(Debug)]
pub struct Linked {
    signals: Arc<Signals>,
    tasks: [AbortHandle; 2],
}

impl Linked {
    fn spawn(
        signals: Arc<Signals>,
        publish: impl Future<Output = ()> + Send + 'static,
        listen: impl Future<Output = ()> + Send + 'static,
    ) -> Arc<Self> {
        let tasks = [tokio::spawn(publish).abort_handle(), tokio::spawn(listen).abort_handle()];
        Arc::new(Self { signals, tasks })
    }
}

impl Drop for Linked {
    fn drop(&mut self) {
        self.tasks.iter().for_each(AbortHandle::abort);
    }
}

#[cfg(test)]
mod tests;
