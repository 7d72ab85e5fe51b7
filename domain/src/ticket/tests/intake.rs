//! What happens before a unit has it: patches, prompts, restricted and machine sources, places, returns.

use strum::VariantArray as _;

use super::super::attention::AttentionKind;
use super::super::decide::allowed_actions;
use super::super::permit::can_see;
use super::*;
use crate::time::DAY_MS;

fn usual() -> Known {
    known(ClosePolicy::Auto)
}

fn found(finding: Finding) -> Action {
    Action::Verify { finding, photo_ids: vec!["P1".into()], note: String::new() }
}

#[test]
fn a_patch_that_is_not_real_or_allowed_ends_with_its_finding_and_a_real_one_goes_on() {
    let mut patch = ticket_in(Stage::Verifying);
    patch.source = Source::Satellite;
    let locality = actor(Role::Handler);
    for finding in [Finding::NotReal, Finding::Approved] {
        let done = asked(&patch, &found(finding), &locality, &usual()).expect("the locality verifies");
        assert_eq!(done.event.state, State::Declined { reason: finding.label().into() });
        let triaged = done.jobs.iter().any(|due| matches!(due.job, Job::Triage { .. }));
        assert!(!triaged, "nothing is left to triage");
    }
    assert_eq!(after(&patch, &found(Finding::Real), &locality, &usual()).stage(), Stage::Received);
    let ordinary = ticket_in(Stage::Verifying);
    let worker = actor(Role::GridWorker);
    assert_eq!(after(&ordinary, &found(Finding::NotReal), &worker, &usual()).stage(), Stage::Received);
    assert_eq!(lacks(&ordinary, &found(Finding::Real), &locality, &usual()), Some(Need::Patch));
}

#[test]
fn a_prompt_that_is_heeded_is_no_case_and_one_that_lapses_is_never_given_again() {
    let mut life = Life::begin();
    life.go(&[ActionKind::Locate, ActionKind::Prompt, ActionKind::Heed]);
    assert_eq!(life.ticket.state, State::Declined { reason: "案前提示后已整改".into() });
    assert!(life.ticket.heeded && life.ticket.number.is_none());
    let mut life = Life::begin();
    life.go(&[ActionKind::Locate, ActionKind::Prompt, ActionKind::Lapse]);
    assert_eq!(life.ticket.stage(), Stage::Received);
    let again = example(ActionKind::Prompt, life.ticket.updated_at.plus_ms(60_000));
    assert_eq!(lacks(&life.ticket, &again, &actor(Role::Dispatcher), &usual()), Some(Need::NotPrompted));
    assert!(!allowed_actions(&life.ticket, &actor(Role::Dispatcher), false).contains(&ActionKind::Prompt));
}

#[test]
fn a_prompt_ends_when_it_says_and_lasts_thirty_days_at_most() {
    let ticket = ticket_in(Stage::Received);
    let now = ticket.updated_at.plus_ms(60_000);
    let ask = |ms: i64, text: &str| Action::Prompt { until: now.plus_ms(ms), text: text.into() };
    let desk = actor(Role::Dispatcher);
    let jobs = asked(&ticket, &ask(30 * DAY_MS, "请清理"), &desk, &usual()).expect("thirty days").jobs;
    let end = jobs.iter().find(|due| matches!(due.job, Job::EndPrompt { .. })).expect("it ends");
    assert_eq!(end.at, Some(now.plus_ms(30 * DAY_MS)));
    assert_eq!(lacks(&ticket, &ask(30 * DAY_MS + 1, "请清理"), &desk, &usual()), Some(Need::FutureTime));
    assert_eq!(lacks(&ticket, &ask(0, "请清理"), &desk, &usual()), Some(Need::FutureTime));
    assert_eq!(lacks(&ticket, &ask(DAY_MS, " "), &desk, &usual()), Some(Need::Text));
}

#[test]
fn a_petition_is_seen_by_those_who_decide_or_work_on_it_and_by_nobody_else() {
    let mut ticket = ticket_in(Stage::Dispatched);
    ticket.source = Source::Petition;
    let seeing: Vec<Role> =
        Role::VARIANTS.iter().copied().filter(|role| can_see(&actor(*role), &ticket, false)).collect();
    let expected = [
        Role::Handler,
        Role::UnitHead,
        Role::Dispatcher,
        Role::Inspector,
        Role::Command,
        Role::Admin,
        Role::System,
    ];
    assert_eq!(seeing, expected);
    assert!(can_see(&actor(Role::Citizen), &ticket, true), "its own reporter");
    let stranger = Actor { department: Some("D8".into()), ..actor(Role::Handler) };
    assert!(!can_see(&stranger, &ticket, false));
    for role in [Role::Citizen, Role::Leader, Role::Coordinator, Role::GridWorker, Role::Crew] {
        assert_eq!(
            allowed_actions(&ticket, &actor(role), false),
            [],
            "{role}: what is not seen is not touched"
        );
    }
    let mut asked_for = ticket_in(Stage::Verifying);
    asked_for.source = Source::Petition;
    assert!(can_see(&actor(Role::GridWorker), &asked_for, false), "who is asked to look may look");
    assert!(!can_see(&actor(Role::Handler), &asked_for, false));
}

#[test]
fn a_unit_sees_what_lies_in_its_area_only_while_nobody_has_it() {
    let stranger = Actor { department: Some("D8".into()), ..actor(Role::Handler) };
    for stage in Stage::VARIANTS {
        let vacant = matches!(stage, Stage::Filed | Stage::Verifying);
        assert_eq!(can_see(&stranger, &ticket_in(*stage), false), vacant, "{stage}");
    }
}

#[test]
fn oversight_and_publicity_read_everything_and_ask_for_nothing() {
    for stage in Stage::VARIANTS {
        for role in [Role::Oversight, Role::Publicity] {
            let ticket = ticket_in(*stage);
            assert!(can_see(&actor(role), &ticket, false));
            assert_eq!(allowed_actions(&ticket, &actor(role), true), [], "{stage} {role}");
        }
    }
}

#[test]
fn a_ticket_of_the_table_goes_on_the_map_late_and_keeps_its_id() {
    let ticket = ticket_in(Stage::Handling);
    let placed = |point: Option<GivenPoint>, named: &[&str], inside: &[&str]| {
        let grids = |codes: &[&str]| {
            codes.iter().map(|c| (Layer::Community, (*c).into())).collect::<BTreeMap<_, _>>()
        };
        let action = Action::ConfirmPlace { grids: grids(named), point, reason: "现场核对".into() };
        let looked_up = Known { grids_exist: !named.is_empty(), place_grids: grids(inside), ..usual() };
        (action, looked_up)
    };
    let desk = actor(Role::Dispatcher);
    let (action, looked_up) = placed(Some(point(120.45, 36.39)), &[], &["G7"]);
    let mapped = after(&ticket, &action, &desk, &looked_up);
    assert_eq!((&mapped.id, mapped.stage()), (&ticket.id, Stage::Handling));
    assert_eq!(mapped.place.map(|place| place.accuracy_m), Some(50.0));
    assert_eq!(mapped.grids[&Layer::Community].as_str(), "G7");
    let refused = |point, named: &[&str], inside: &[&str]| {
        let (action, looked_up) = placed(point, named, inside);
        lacks(&ticket, &action, &desk, &looked_up) == Some(Need::Grids)
    };
    assert!(refused(None, &[], &[]), "neither grids nor point");
    assert!(refused(Some(point(120.45, 36.39)), &[], &[]), "a point outside every grid");
    assert!(refused(Some(point(200.0, 36.39)), &["G1"], &[]), "no position at all");
    let (action, looked_up) = placed(None, &["G1"], &[]);
    let confirmed = after(&mapped, &action, &desk, &looked_up);
    assert_eq!(confirmed.place, mapped.place, "naming grids alone leaves the point");
}

#[test]
fn a_second_look_of_the_machine_raises_a_doubt_before_the_close_and_a_return_after_it() {
    let look = |confidence: f64, photos: &[&str]| Action::CheckFrame {
        clear: false,
        confidence,
        photo_ids: photos.iter().map(|p| PhotoId::new(*p)).collect(),
        note: String::new(),
    };
    let camera = actor(Role::Integration);
    for (stage, doubt) in
        [(Stage::Fixed, AttentionKind::DoubtfulProof), (Stage::Closed, AttentionKind::Relapsed)]
    {
        let seen = after(&ticket_in(stage), &look(0.87, &["P1"]), &camera, &usual());
        let raised = seen.attention.iter().find(|a| a.kind() == doubt).expect("a doubt");
        assert!(raised.sentence().contains("87%"), "{}", raised.sentence());
    }
    let ticket = ticket_in(Stage::Fixed);
    for bad in [-0.1, 1.1, f64::NAN] {
        assert_eq!(lacks(&ticket, &look(bad, &["P1"]), &camera, &usual()), Some(Need::Confidence), "{bad}");
    }
    assert_eq!(lacks(&ticket, &look(0.5, &[]), &camera, &usual()), Some(Need::Photos));
    assert_eq!(lacks(&ticket, &look(0.5, &[]), &Actor::system(), &usual()), None);
}

#[test]
fn a_sighting_waits_for_a_person_and_is_settled_by_any_decision() {
    let mut ticket = ticket_in(Stage::Received);
    let (camera, offence) = ("C12".to_owned(), "乱堆物料".to_owned());
    ticket.attention = vec![Attention::Screening { camera, offence, confidence: 0.66 }];
    for kind in [ActionKind::File, ActionKind::Decline, ActionKind::Merge] {
        let done = after(&ticket, &example(kind, T0), &actor(Role::Dispatcher), &usual());
        assert_eq!(done.attention, [], "{kind}");
    }
}

#[test]
fn a_return_is_linked_once_to_a_closed_ticket_and_counted() {
    let ticket = ticket_in(Stage::Filed);
    let link = |to: &str| Action::LinkRelapse { to: to.into(), reason: "同址同类".into() };
    let closed = |id: &str, nth| Known { relapse: Some((id.into(), nth)), ..usual() };
    let desk = actor(Role::Dispatcher);
    let none = Known { relapse: None, ..usual() };
    assert_eq!(lacks(&ticket, &link("T9"), &desk, &none), Some(Need::ClosedTicket), "open or unknown");
    assert_eq!(lacks(&ticket, &link("T1"), &desk, &closed("T1", 1)), Some(Need::ClosedTicket), "itself");
    let second = after(&ticket, &link("T9"), &desk, &closed("T9", 2));
    assert_eq!((second.relapse_of.as_ref().map(TicketId::as_str), second.relapse_nth), (Some("T9"), 2));
    assert_eq!(lacks(&second, &link("T8"), &desk, &closed("T8", 1)), Some(Need::Unlinked));
    let undone = after(&second, &example(ActionKind::UnlinkRelapse, T0), &desk, &usual());
    assert_eq!((undone.relapse_of.as_ref(), undone.relapse_nth), (None, 0));
    // One that was opened as a return names its parent already; only the count is missing.
    let mut opened = ticket.clone();
    opened.relapse_of = Some("T9".into());
    assert_eq!(lacks(&opened, &link("T8"), &desk, &closed("T8", 1)), Some(Need::ClosedTicket));
    assert_eq!(after(&opened, &link("T9"), &Actor::system(), &closed("T9", 1)).relapse_nth, 1);
}
