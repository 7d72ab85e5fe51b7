//! Subscribers and the deliveries that wait for them.

use crate::sequel::Turn;
use crate::sql::{Result, Tx};

/// Takes the turn of one event.
pub(crate) async fn note(_tx: &mut Tx, _turn: &Turn<'_>) -> Result<()> {
    Ok(())
}
