//! The whole tables, walked: every state × action × role.

use strum::VariantArray as _;

use super::super::decide::allowed_actions;
use super::super::flow::{FLOW, find};
use super::*;

#[test]
fn no_pair_of_state_and_action_stands_twice_and_every_action_has_a_row() {
    for (i, step) in FLOW.iter().enumerate() {
        let twin = FLOW.iter().skip(i + 1).find(|s| s.from == step.from && s.action == step.action);
        assert!(twin.is_none(), "{} {}", step.from, step.action);
        assert!(!step.to.is_empty());
    }
    for kind in ActionKind::VARIANTS {
        assert!(FLOW.iter().any(|s| s.action == *kind), "{kind} has no row");
        assert!(PERMITS.iter().any(|p| p.action == *kind), "{kind} is nobody's");
    }
}

#[test]
fn every_row_of_the_table_succeeds_and_leads_where_it_says() {
    for step in FLOW {
        let ticket = ready(ticket_in(step.from), step.action);
        let now = ticket.updated_at.plus_ms(1);
        let who = someone(step.action);
        let done = decide(&ticket, &example(step.action, now), &who, &fitting(step.action), now);
        let done = done.unwrap_or_else(|e| panic!("{} {}: {}", step.from, step.action, e.message()));
        assert!(step.to.contains(&done.event.state.stage()), "{} {}", step.from, step.action);
        assert_eq!(done.event.seq, ticket.version + 1);
    }
}

#[test]
fn every_pair_outside_the_table_is_refused_with_both_names() {
    for stage in Stage::VARIANTS {
        let ticket = ticket_in(*stage);
        for kind in ActionKind::VARIANTS.iter().filter(|kind| find(*stage, **kind).is_none()) {
            let now = ticket.updated_at.plus_ms(1);
            let mut who = someone(*kind);
            // A unit's reach needs an assignment; where there is none yet, the reach says no before the state does.
            if ticket.assignment.is_none()
                && PERMITS.iter().all(|p| p.action != *kind || p.reach != Reach::District)
            {
                who.role = Role::Leader;
            }
            let refusal = decide(&ticket, &example(*kind, now), &who, &fitting(*kind), now).unwrap_err();
            let message = refusal.message();
            assert!(message.contains(kind.label()), "{message}");
            if let Refusal::State { .. } = refusal {
                assert!(message.contains(stage.label()), "{message}");
            }
        }
    }
}

#[test]
fn every_action_is_refused_to_every_role_that_the_table_does_not_name() {
    for step in FLOW {
        let ticket = ready(ticket_in(step.from), step.action);
        for role in Role::VARIANTS {
            let named = PERMITS.iter().any(|p| p.action == step.action && p.role == *role);
            let now = ticket.updated_at.plus_ms(1);
            let answer =
                decide(&ticket, &example(step.action, now), &actor(*role), &fitting(step.action), now);
            if !named {
                assert_eq!(answer.unwrap_err(), Refusal::Role { action: step.action, role: *role });
            }
        }
    }
}

#[test]
fn a_reach_ends_at_other_peoples_tickets_other_grids_and_other_units() {
    for permit in PERMITS.iter().filter(|p| p.reach != Reach::District) {
        let step = FLOW.iter().find(|s| s.action == permit.action).expect("every action has a row");
        let ticket = ready(ticket_in(step.from), step.action);
        let mut stranger = actor(permit.role);
        stranger.department = stranger.department.map(|_| "D8".into());
        stranger.grids = [(Layer::Community, "G9".into())].into();
        let looked_up = Known { mine: false, ..fitting(step.action) };
        let now = ticket.updated_at.plus_ms(1);
        let refusal = decide(&ticket, &example(step.action, now), &stranger, &looked_up, now).unwrap_err();
        assert_eq!(refusal, Refusal::Reach { action: permit.action, role: permit.role });
    }
}

#[test]
fn the_buttons_are_exactly_the_actions_that_would_be_allowed() {
    let mut table = String::new();
    for stage in Stage::VARIANTS {
        let ticket = ticket_in(*stage);
        for role in Role::VARIANTS {
            let who = actor(*role);
            let names: Vec<_> =
                allowed_actions(&ticket, &who, true).iter().map(ToString::to_string).collect();
            if !names.is_empty() {
                table.push_str(&format!("{stage} · {role}: {}\n", names.join(" ")));
            }
            for kind in ActionKind::VARIANTS {
                for ticket in [ticket.clone(), ready(ticket.clone(), *kind)] {
                    let now = ticket.updated_at.plus_ms(1);
                    let answer = decide(&ticket, &example(*kind, now), &who, &fitting(*kind), now);
                    let button = allowed_actions(&ticket, &who, true).contains(kind);
                    assert_eq!(answer.is_ok(), button, "{stage} {role} {kind}");
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}
