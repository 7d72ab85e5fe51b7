//! The links between processes: one task tells the others, one hears them. Each goes on for ever; an error costs a pause
//! and one log line when the link breaks, one when it is back.

use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};

use super::{Signals, Topic};
use crate::sql::{Result, StoreError};

const PAUSE: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(3);
/// How long a silent Redis link is trusted before it is asked for a sign of life.
const SILENCE: Duration = Duration::from_secs(20);

/// Logs the changes of a link between up and down, not each failed try.
#[derive(Default)]
struct Health {
    down: bool,
}

impl Health {
    fn lost(&mut self, link: &'static str, error: &dyn std::fmt::Display) {
        if !std::mem::replace(&mut self.down, true) {
            tracing::warn!(wake.link = link, error = %error, "wake-up link lost; polling carries on");
        }
    }

    fn up(&mut self, link: &'static str) {
        if std::mem::replace(&mut self.down, false) {
            tracing::info!(wake.link = link, "wake-up link is back");
        }
    }
}

pub fn publish_by_postgres(url: &str, signals: Arc<Signals>) -> Result<impl Future<Output = ()> + use<>> {
    let options = PgConnectOptions::from_str(url)?;
    let pool = PgPoolOptions::new().max_connections(1).acquire_timeout(ANSWER).connect_lazy_with(options);
    Ok(async move {
        let mut health = Health::default();
        loop {
            let topic = signals.next_outgoing().await;
            let told = sqlx::query("select pg_notify($1, '')").bind(topic.channel()).execute(&pool);
            match timeout(ANSWER, told).await {
                Ok(Ok(_)) => health.up("postgres-notify"),
                Ok(Err(error)) => health.lost("postgres-notify", &error),
                Err(error) => health.lost("postgres-notify", &error),
            }
        }
    })
}

pub async fn listen_to_postgres(url: String, signals: Arc<Signals>) {
    let mut health = Health::default();
    loop {
        let heard = async {
            let mut listener = PgListener::connect(&url).await?;
            listener.listen_all(Topic::ALL.map(Topic::channel)).await?;
            health.up("postgres-listen");
            signals.wake_all();
            loop {
                match listener.try_recv().await? {
                    Some(message) => {
                        if let Some(topic) = Topic::of_channel(message.channel()) {
                            signals.wake(topic);
                        }
                    }
                    // The connection went and comes back by itself with the next call.
                    None => signals.wake_all(),
                }
            }
        };
        let ended: Result<(), sqlx::Error> = heard.await;
        if let Err(error) = ended {
            health.lost("postgres-listen", &error);
        }
        sleep(PAUSE).await;
    }
}

pub fn redis_client(url: &str) -> Result<redis::Client> {
    // Not the error itself: it could show the password of the URL.
    redis::Client::open(url).map_err(|error| StoreError::Other(format!("Redis URL: {:?}", error.kind())))
}

pub async fn publish_by_redis(client: redis::Client, signals: Arc<Signals>) {
    let config = ConnectionManagerConfig::new()
        .set_connection_timeout(Some(ANSWER))
        .set_response_timeout(Some(ANSWER))
        .set_number_of_retries(1);
    let mut connection = match ConnectionManager::new_lazy_with_config(client, config) {
        Ok(connection) => connection,
        Err(error) => {
            tracing::error!(error = %error, "no wake-ups to other processes; polling carries on");
            return;
        }
    };
    let mut health = Health::default();
    loop {
        let topic = signals.next_outgoing().await;
        let mut publish = redis::cmd("PUBLISH");
        publish.arg(topic.channel()).arg("");
        match timeout(2 * ANSWER, publish.query_async::<i64>(&mut connection)).await {
            Ok(Ok(_)) => health.up("redis-publish"),
            Ok(Err(error)) => health.lost("redis-publish", &error),
            Err(error) => health.lost("redis-publish", &error),
        }
    }
}

pub async fn listen_to_redis(client: redis::Client, signals: Arc<Signals>) {
    let mut health = Health::default();
    loop {
        match hear_redis(&client, &signals, &mut health).await {
            Ok(()) => health.lost("redis-subscribe", &"connection closed"),
            Err(error) => health.lost("redis-subscribe", &error),
        }
        sleep(PAUSE).await;
    }
}

/// Hears until the connection ends. A subscribing connection of its own has no answer timeout, which would cut every
/// quiet half second; a ping after some silence finds a dead peer instead.
async fn hear_redis(
    client: &redis::Client,
    signals: &Signals,
    health: &mut Health,
) -> redis::RedisResult<()> {
    let late = |_| redis::RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let connection = timeout(ANSWER, client.get_async_pubsub()).await.map_err(late)??;
    let (mut sink, mut messages) = connection.split();
    for topic in Topic::ALL {
        timeout(ANSWER, sink.subscribe(topic.channel())).await.map_err(late)??;
    }
    health.up("redis-subscribe");
    signals.wake_all();
    loop {
        match timeout(SILENCE, messages.next()).await {
            Ok(Some(message)) => {
                if let Some(topic) = Topic::of_channel(message.get_channel_name()) {
                    signals.wake(topic);
                }
            }
            Ok(None) => return Ok(()),
            Err(_) => {
                // The answer comes while the stream is read, so both go on together.
                let ping = async { timeout(ANSWER, sink.ping::<redis::Value>()).await.map_err(late)? };
                tokio::pin!(ping);
                loop {
                    tokio::select! {
                        pong = &mut ping => { pong?; break; }
                        message = messages.next() => match message {
                            Some(message) => {
                                if let Some(topic) = Topic::of_channel(message.get_channel_name()) {
                                    signals.wake(topic);
                                }
                            }
                            None => return Ok(()),
                        },
                    }
                }
            }
        }
    }
}
