//! Single lives of tickets, and random ones.

use proptest::prelude::*;
use strum::VariantArray as _;

use super::super::flow::find;
use super::*;

#[test]
fn a_dispatch_without_one_of_the_five_fixed_points_is_refused_by_name() {
    let ticket = ticket_in(Stage::Filed);
    let who = actor(Role::Dispatcher);
    let ask = |task: &str, duty: &str, known: Known| {
        let (lead, assist) = ("D1".into(), None);
        let action = Action::Dispatch {
            red: false,
            lead,
            assist,
            person: None,
            task: task.into(),
            duty: duty.into(),
            reason: "".into(),
        };
        decide(&ticket, &action, &who, &known, T0.plus_ms(HOUR_MS)).unwrap_err()
    };
    let full = || known(ClosePolicy::Auto);
    let missing = |need| Refusal::Missing { action: ActionKind::Dispatch, need };
    assert_eq!(ask(" ", "主办", full()), missing(Need::Task));
    assert_eq!(ask("清理", "", full()), missing(Need::Duty));
    assert_eq!(ask("清理", "主办", Known { lead: None, ..full() }), missing(Need::Lead));
    assert_eq!(ask("清理", "主办", Known { person: None, ..full() }), missing(Need::Person));
}

#[test]
fn whoever_handled_a_ticket_and_his_unit_cannot_accept_rework_or_close_it() {
    let ticket = ticket_in(Stage::Fixed);
    let now = ticket.updated_at.plus_ms(1);
    for kind in [ActionKind::Accept, ActionKind::Rework] {
        let mut same_person = actor(Role::Inspector);
        same_person.account = AccountId::new("handler");
        let mut same_unit = actor(Role::Dispatcher);
        same_unit.department = Some("D1".into());
        for who in [same_person, same_unit] {
            let refusal =
                decide(&ticket, &example(kind, now), &who, &known(ClosePolicy::Auto), now).unwrap_err();
            let hands = ticket.hands.contains(&who.account);
            let unit = who.department.is_some();
            assert_eq!(refusal == Refusal::OwnWork { action: kind }, hands || unit);
        }
    }
}

#[test]
fn two_signatures_of_two_sides_are_needed_where_the_category_says_so() {
    use ActionKind as K;
    let policy = ClosePolicy::Inspector;
    let mut life = Life::begin();
    for kind in [K::File, K::Dispatch, K::SignIn, K::SubmitFix] {
        let action = example(kind, life.now);
        life.ask(&action, &someone(kind), policy).expect("the way to a fix");
    }
    life.ask(&Action::Judge { verdict: verdict(Outcome::Pass) }, &Actor::system(), policy).expect("judged");
    assert_eq!(life.ticket.stage(), Stage::Fixed, "a passing proof is only the request");
    let accept = Action::Accept { note: String::new() };
    let first = actor(Role::Inspector);
    life.ask(&accept, &first, policy).expect("the first signature");
    assert_eq!(life.ticket.stage(), Stage::Fixed);
    assert!(life.ask(&accept, &first, policy).is_err(), "nobody signs twice");
    let colleague = Actor { account: "another".into(), ..first.clone() };
    assert!(life.ask(&accept, &colleague, policy).is_err(), "one side signs once");
    let industry = Actor { account: "industry".into(), side: Some(Side::Industry), ..first };
    life.ask(&accept, &industry, policy).expect("the second signature");
    assert_eq!(life.ticket.stage(), Stage::Accepted);
}

#[test]
fn a_verdict_moves_the_ticket_as_far_as_it_convinces() {
    let ticket = ticket_in(Stage::Fixed);
    let now = ticket.updated_at.plus_ms(1);
    let judged = |outcome| {
        let action = Action::Judge { verdict: verdict(outcome) };
        decide(&ticket, &action, &Actor::system(), &known(ClosePolicy::Auto), now)
            .expect("the machine judges")
            .event
    };
    assert_eq!(judged(Outcome::Pass).state, State::Accepted);
    assert_eq!(judged(Outcome::Fail).state, State::Handling);
    let doubt = judged(Outcome::Doubt);
    assert_eq!(doubt.state, ticket.state);
    assert!(matches!(doubt.raised[..], [Attention::DoubtfulProof { .. }]), "a doubt goes to a person");
}

#[test]
fn a_fix_on_the_spot_that_fails_waits_to_be_dispatched_like_any_other() {
    use ActionKind as K;
    let mut life = Life::begin();
    life.go(&[K::Locate, K::File, K::HandleOnSpot]);
    assert!(life.ticket.self_handled());
    life.ask(&Action::Judge { verdict: verdict(Outcome::Fail) }, &Actor::system(), ClosePolicy::Auto)
        .expect("judged");
    assert_eq!(life.ticket.stage(), Stage::Filed);
}

#[test]
fn a_number_once_given_stays_through_merge_and_undo() {
    use ActionKind as K;
    let mut life = Life::begin();
    life.go(&[K::Locate, K::File]);
    let number = life.ticket.number.clone();
    life.go(&[K::Merge, K::Unmerge, K::File]);
    assert_eq!(life.ticket.number, number);
    assert!(life.ticket.apart.contains(&TicketId::new("T2")), "it is not merged there again");
}

proptest! {
    #[test]
    fn a_random_life_stays_in_the_table_and_equals_the_fold_of_its_events(
        steps in proptest::collection::vec((0..ActionKind::VARIANTS.len(), 0..3_usize, any::<bool>()), 1..60)
    ) {
        let mut life = Life::begin();
        for (index, outcome, inspector) in steps {
            let kind = ActionKind::VARIANTS[index];
            let mut action = example(kind, life.now);
            if kind == ActionKind::Judge {
                action = Action::Judge { verdict: verdict([Outcome::Pass, Outcome::Doubt, Outcome::Fail][outcome]) };
            }
            let from = life.ticket.stage();
            let policy = if inspector { ClosePolicy::Inspector } else { ClosePolicy::Auto };
            if life.ask(&action, &someone(kind), policy).is_ok() {
                let step = find(from, kind).expect("only what the table holds");
                prop_assert!(step.to.contains(&life.ticket.stage()));
            }
            let ticket = &life.ticket;
            let in_order = [
                Some(ticket.stamps.found), ticket.stamps.registered, ticket.stamps.rectified, ticket.stamps.inspected,
                ticket.stamps.qualified, ticket.stamps.struck_off,
            ];
            prop_assert!(in_order.iter().flatten().is_sorted(), "{in_order:?}");
            if ticket.stage() == Stage::Closed {
                prop_assert!(in_order.iter().all(Option::is_some), "a step was skipped: {in_order:?}");
            }
            if ticket.stage().is_owned() {
                prop_assert!(ticket.assignment.is_some() || ticket.self_handled(), "nobody is responsible");
            }
        }
        let folded = Ticket::fold(&TicketId::new("T1"), &life.events);
        prop_assert_eq!(folded.as_ref(), Some(&life.ticket));
        let stored: Vec<Event> = life
            .events
            .iter()
            .map(|e| serde_json::from_str(&serde_json::to_string(e).expect("writes")).expect("reads"))
            .collect();
        prop_assert_eq!(stored, life.events);
    }
}
