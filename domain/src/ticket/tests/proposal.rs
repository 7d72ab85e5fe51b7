//! The machine's proposals: right for each doubt, taken by `decide` as they are, and none that the asker may not make.

use strum::VariantArray as _;

use super::super::decide::allowed_actions;
use super::super::proposal::{Catalogue, Proposal, propose};
use super::*;
use crate::classify::Guide;
use crate::geo::grid::Candidate;

fn ask(ticket: &Ticket, role: Role) -> Option<Proposal> {
    let allowed = allowed_actions(ticket, &actor(role), false);
    let (categories, standards, guide) = Default::default();
    propose(
        ticket,
        &allowed,
        Catalogue { categories: &categories, standards: &standards, guide: &Guide::clone(&guide) },
    )
}

fn doubting(stage: Stage, doubt: Attention) -> Ticket {
    let mut ticket = ticket_in(stage);
    ticket.attention = vec![doubt];
    ticket
}

fn near(code: &str, likelihood: f64) -> Candidate {
    Candidate { grid: code.into(), name: format!("{code}村"), likelihood }
}

#[test]
fn a_place_near_a_border_goes_where_most_of_its_circle_lies() {
    let candidates = vec![near("G1", 0.3), near("G2", 0.6), near("G3", 0.1)];
    let ticket = doubting(Stage::Received, Attention::Border { layer: Layer::Community, candidates });
    let proposal = ask(&ticket, Role::Dispatcher).expect("a proposal");
    let Action::ConfirmPlace { grids, .. } = &proposal.action else { panic!("{proposal:?}") };
    assert_eq!(grids, &BTreeMap::from([(Layer::Community, "G2".into())]));
    assert!(proposal.sentence.contains("G2村") && proposal.sentence.contains("60%"), "{}", proposal.sentence);
}

#[test]
fn what_is_proposed_is_what_the_asker_may_do_and_is_taken_as_it_is() {
    let doubts = [
        (Stage::Received, Attention::Duplicate { ticket: "T2".into(), probability: 0.9, reasons: vec![] }),
        (Stage::Fixed, Attention::DoubtfulProof { reasons: vec!["同一地点（存疑）：相距 80 米".into()] }),
        (Stage::Closed, Attention::Relapsed { note: "又堆上了".into() }),
    ];
    for (stage, doubt) in doubts {
        let ticket = doubting(stage, doubt);
        for role in Role::VARIANTS {
            let Some(proposal) = ask(&ticket, *role) else { continue };
            let taken = asked(&ticket, &proposal.action, &actor(*role), &known(ClosePolicy::Auto));
            assert!(taken.is_ok(), "{role} {:?}: {taken:?}", proposal.action);
        }
        assert!(ask(&ticket, Role::Citizen).is_none(), "a citizen settles no doubt");
        let some = Role::VARIANTS.iter().any(|role| ask(&ticket, *role).is_some());
        assert!(some, "somebody is helped with {:?}", ticket.attention);
    }
}

#[test]
fn a_long_reason_is_cut_to_what_the_door_takes() {
    let reasons = vec!["很长".repeat(400)];
    let ticket = doubting(Stage::Fixed, Attention::DoubtfulProof { reasons });
    let roles = Role::VARIANTS.iter();
    let proposal = roles.filter_map(|role| ask(&ticket, *role)).next().expect("a proposal");
    assert_eq!(proposal.action.reason().map(|text| text.chars().count()), Some(500));
}

#[test]
fn nothing_is_proposed_without_a_doubt_or_a_ground() {
    assert!(ask(&ticket_in(Stage::Received), Role::Dispatcher).is_none());
    let lost = doubting(Stage::Received, Attention::NoPlace);
    assert!(ask(&lost, Role::Dispatcher).is_none());
    let unknown = doubting(Stage::Received, Attention::NoCategory { guesses: Vec::new() });
    assert!(ask(&unknown, Role::Dispatcher).is_none(), "an empty catalogue names nothing");
}
