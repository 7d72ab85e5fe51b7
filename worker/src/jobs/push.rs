//! Pushes one event to one subscriber. Whoever unsubscribed meanwhile is left in peace; whoever doesn't answer is tried
//! again until the runner gives up. A crash between sending and noting sends once more, under the same delivery id.

use store::clock::real_now;
use store::outbound::hook::{self, HookError};
use store::repo::subscriptions;

use super::nothing;
use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(context: &Context, id: &str) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let Some(delivery) = subscriptions::delivery(pool, id).await?.filter(|one| one.outcome.is_none()) else {
        return nothing(context).await;
    };
    let Some(to) = subscriptions::get(pool, &delivery.subscription_id).await? else {
        return Err(JobError::Abort(format!("delivery {id} has no subscription")));
    };
    let outcome = match to.revoked_at {
        Some(_) => "revoked",
        None => {
            let (named, practice) = ((id, delivery.event.as_str()), context.settings.practice);
            let sent = hook::send(&to.url, &to.secret, named, &delivery.body, real_now(), practice).await;
            sent.map_err(|error| match error {
                HookError::Refused(why) => JobError::Abort(why),
                HookError::Failed(why) => JobError::Retry(why),
            })?;
            "delivered"
        }
    };
    let mut tx = pool.write().await?;
    subscriptions::end(&mut tx, id, outcome, now()).await?;
    Ok(Outcome::Done(tx))
}
