//! Folds the changes of the roll-ups into them, some at a time, every few seconds while there are any. It ends when
//! there is nothing left: the next event asks for it again.

use store::repo::tally::{self, FOLD_AFTER_MS};

use crate::outcome::{JobError, Outcome};
use crate::{Context, now};

pub(super) async fn run(context: &Context) -> Result<Outcome, JobError> {
    let mut tx = context.stores.pool.write().await?;
    match tally::fold(&mut tx).await? {
        0 => Ok(Outcome::Done(tx)),
        // There may be more, and an event that came while this ran has not asked for another.
        _ => Ok(Outcome::Later(tx, now().plus_ms(FOLD_AFTER_MS))),
    }
}
