//! The calendar's own job: collects from every room what has become due, and does each occasion in its turn, in a
//! transaction of its own that also notes that it is done. What became due while no worker ran is done once, in order,
//! marked late. It refuses to let one occasion that fails hold up the others for good.

use domain::config::Config;
use domain::job::Job;
use domain::rhythm::{Occasion, Rhythm};
use domain::time::{MINUTE_MS, Moment};
use store::repo::rota::{self, Place};
use store::{StoreError, Topic, Tx, clock};

use super::{draft, enqueue, spots, supervise, tend};
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

/// The longest time between two looks at the calendar.
const LOOK_MS: i64 = MINUTE_MS;
/// The time until the next look when another worker was met.
const AGAIN_MS: i64 = 1_000;
/// How far behind its time an occasion is late.
const LATE_MS: i64 = 10 * MINUTE_MS;
/// How often an occasion is tried before the calendar goes on without it.
const TRIES: i64 = 5;
/// The wait after its first failure; three times as long after each further one.
const FIRST_WAIT_MS: i64 = 5_000;

/// Who has a calendar; at the same minute the earlier one goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    Draft,
    Tend,
    Supervise,
    Spots,
}

/// Something to be done at an occasion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Call {
    room: Room,
    name: &'static str,
    occasion: Occasion,
}

impl Call {
    /// Its place in the one order in which everything is done.
    fn place(&self) -> Place {
        Place { due: self.occasion.due.ms(), room: self.room as i64, name: self.name.to_owned() }
    }
}

/// Makes sure that the calendar is kept, however often it was cut off before.
pub(crate) async fn plan(context: &Context) -> Result<(), StoreError> {
    let mut tx = context.stores.pool.write().await?;
    rota::revive(&mut tx, now()).await?;
    enqueue(&mut tx, &Job::Tick {}, now()).await.map_err(|error| StoreError::Other(error.to_string()))?;
    tx.commit().await
}

/// Never fails by itself: what fails is an occasion, which is counted on its own.
pub(super) async fn run(context: &Context) -> Result<Outcome, JobError> {
    let next = catch_up(context).await.unwrap_or_else(|error| {
        tracing::warn!(%error, "the calendar can't be kept now");
        now().plus_ms(FIRST_WAIT_MS)
    });
    Ok(Outcome::Later(context.stores.pool.write().await?, next))
}

/// Does everything that is due; when to look again.
async fn catch_up(context: &Context) -> Result<Moment, JobError> {
    let pool = &context.stores.pool;
    if context.settings.practice {
        clock::follow(pool).await?;
    }
    let now = now();
    let Some(mut done) = rota::done_until(pool).await? else {
        // The very first start: nothing of the past is owed, and the district's books may not be there yet.
        move_on(context, None, &Place::end_of(now)).await?;
        return Ok(now.plus_ms(LOOK_MS));
    };
    let books = context.desk.books.get(pool).await?;
    for call in calls(&books.config, &done, now) {
        match attempt(context, call, done.clone()).await {
            Ok(true) => {}
            // Another worker took over; it may have ended half-way, so somebody looks again soon.
            Ok(false) => return Ok(now.plus_ms(AGAIN_MS)),
            Err(error) => {
                if let Some(wait_ms) = note_failure(context, &call, &error.to_string()).await? {
                    return Ok(now.plus_ms(wait_ms));
                }
            }
        }
        done = call.place();
    }
    context.stores.wake.nudge(Topic::Jobs);
    move_on(context, Some(&done), &Place::end_of(now)).await?;
    Ok(next_look(&books.config, now))
}

/// Does one occasion and notes it as done; false when another worker is further by now.
async fn attempt(context: &Context, call: Call, expected: Place) -> Result<bool, JobError> {
    let context = context.clone();
    // A task of its own, so that a panic counts as the failure of this occasion and of nothing else.
    let task = tokio::spawn(async move {
        let mut tx = context.stores.pool.write().await?;
        if rota::lock(&mut tx).await? != Some(expected) {
            return Ok(false);
        }
        let late = now().since(call.occasion.due) > LATE_MS;
        answer(&context, &mut tx, &call, late).await?;
        rota::set(&mut tx, &call.place(), now()).await?;
        tx.commit().await?;
        tracing::info!(occasion = call.name, due = %call.occasion.due.short(), late, "an occasion of the calendar is done");
        Ok(true)
    });
    task.await.unwrap_or_else(|error| Err(JobError::Retry(format!("it panicked: {error}"))))
}

async fn answer(context: &Context, tx: &mut Tx, call: &Call, late: bool) -> Result<(), JobError> {
    let Call { name, occasion, .. } = call;
    match call.room {
        Room::Draft => draft::on(context, tx, name, occasion, late).await,
        Room::Tend => tend::on(context, tx, name, occasion, late).await,
        Room::Supervise => supervise::on(context, tx, name, occasion, late).await,
        Room::Spots => spots::on(context, tx, name, occasion, late).await,
    }
}

/// Counts a failure: the wait before it is tried again, or none when the calendar goes on without it.
async fn note_failure(context: &Context, call: &Call, error: &str) -> Result<Option<i64>, JobError> {
    let mut tx = context.stores.pool.write().await?;
    let tries = rota::count_failure(&mut tx, &call.place(), error, TRIES, now()).await?;
    let given_up = tries >= TRIES;
    if given_up {
        rota::set(&mut tx, &call.place(), now()).await?;
    }
    tx.commit().await?;
    let (occasion, due) = (call.name, call.occasion.due.short());
    if given_up {
        tracing::error!(
            occasion,
            due,
            error,
            "an occasion of the calendar is given up and waits for a person"
        );
        return Ok(None);
    }
    tracing::warn!(occasion, due, tries, error, "an occasion of the calendar failed and is tried again");
    let power = u32::try_from(tries.max(1) - 1).unwrap_or(0);
    Ok(Some(FIRST_WAIT_MS.saturating_mul(3_i64.saturating_pow(power))))
}

/// Notes that everything up to `to` is done, unless another worker is elsewhere by now.
async fn move_on(context: &Context, from: Option<&Place>, to: &Place) -> Result<(), JobError> {
    let mut tx = context.stores.pool.write().await?;
    if rota::lock(&mut tx).await?.as_ref() == from {
        rota::set(&mut tx, to, now()).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn rhythms(config: &Config) -> Vec<(Room, &'static str, Rhythm)> {
    let of = |room, list: Vec<(&'static str, Rhythm)>| {
        list.into_iter().map(move |(name, rhythm)| (room, name, rhythm))
    };
    of(Room::Draft, draft::rhythms(config))
        .chain(of(Room::Tend, tend::rhythms(config)))
        .chain(of(Room::Supervise, supervise::rhythms(config)))
        .chain(of(Room::Spots, spots::rhythms(config)))
        .collect()
}

/// Everything after `done` that is due by `now`, in the order in which it is done.
fn calls(config: &Config, done: &Place, now: Moment) -> Vec<Call> {
    // A millisecond earlier: of what was due at the same moment the rest may still be owed.
    let after = Moment::from_ms(done.due.saturating_sub(1));
    let each = |(room, name, rhythm): (Room, &'static str, Rhythm)| {
        rhythm.occasions(after, now).into_iter().map(move |occasion| Call { room, name, occasion })
    };
    let mut calls: Vec<Call> = rhythms(config).into_iter().flat_map(each).collect();
    calls.retain(|call| call.place() > *done);
    calls.sort_by_key(Call::place);
    calls
}

fn next_look(config: &Config, now: Moment) -> Moment {
    let due = rhythms(config).into_iter().map(|(_, _, rhythm)| rhythm.next_after(now)).min();
    due.map_or(now.plus_ms(LOOK_MS), |due| due.min(now.plus_ms(LOOK_MS)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::time::{DAY_MS, HOUR_MS};

    #[test]
    fn what_was_missed_comes_once_and_in_order_wherever_it_was_cut() {
        let config = Config::default();
        let begin = Moment::parse("2026-11-23T09:00:00+08:00").unwrap();
        let end = begin.plus_ms(40 * DAY_MS);
        let whole = calls(&config, &Place::end_of(begin), end);
        assert!(whole.len() > 40 * 2, "two occasions of the daily paper a day at least");
        assert!(whole.windows(2).all(|pair| pair[0].place() < pair[1].place()));
        // Killed after each occasion and after each hour: the rest is what is left.
        for (at, call) in whole.iter().enumerate() {
            assert_eq!(calls(&config, &call.place(), end), whole[at + 1..]);
        }
        let mut met = Vec::new();
        for hour in 0..40 * 24 {
            let done = Place::end_of(begin.plus_ms(hour * HOUR_MS));
            met.extend(calls(&config, &done, begin.plus_ms((hour + 1) * HOUR_MS)));
        }
        assert_eq!(met, whole);
    }

    #[test]
    fn the_next_look_is_within_a_minute_and_never_past_a_due_time() {
        let at = |text: &str| Moment::parse(&format!("2026-11-23T{text}+08:00")).unwrap();
        let config = Config::default();
        assert_eq!(next_look(&config, at("16:29:30")), at("16:30:00"));
        assert_eq!(next_look(&config, at("12:00:30")), at("12:01:30"));
    }
}
