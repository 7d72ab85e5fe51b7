use domain::act::ActAction;
use domain::actor::{Actor, Role};
use domain::ladder::Trouble;
use domain::time::DAY_MS;
use serde_json::json;

use super::*;
use crate::Pool;
use crate::sql::testing::databases;

const NOW: Moment = Moment::from_ms(1_795_000_000_000);

async fn prepare(pool: &Pool) {
    let mut tx = pool.write().await.unwrap();
    execute!(tx, "insert into department (code, name, kind, imported_at) values ('u', '片区', 'block', 0)")
        .unwrap();
    for (account, role) in [("head", "unit_head"), ("me", "citizen")] {
        execute!(
            tx,
            "insert into account (id, role, name, username, department, demo, active, created_at)
             values ($1, $2, $1, $1, 'u', false, true, 0)",
            account,
            role
        )
        .unwrap();
    }
    for (ticket, stage) in [("t", "handling"), ("done", "closed")] {
        execute!(
            tx,
            "insert into ticket (id, version, stage, source, words, lead, opened_at, updated_at, self_handled, reports,
             followers, reworks, exempt, late_at, doc)
             values ($1, 1, $2, 'h5', '', 'u', 0, 0, false, 1, 0, 0, false, $3, '')",
            ticket,
            stage,
            NOW.ms() - DAY_MS
        )
        .unwrap();
    }
    tx.commit().await.unwrap();
}

fn new(kind: ActKind, state: ActState, slot: &str) -> NewAct {
    NewAct {
        kind,
        ticket: Some("t".into()),
        unit: Some("u".into()),
        person: None,
        parent: None,
        words: "请处置".into(),
        by: By::from(&Actor::system()),
        due_at: Some(NOW),
        state,
        slot: slot.into(),
        body: json!({ "nth": 2, "sheet": "W47" }),
    }
}

#[tokio::test]
async fn a_slot_is_one_act_and_numbers_have_no_gap_even_after_a_rollback() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut numbers = Vec::new();
        for (slot, commit) in [("a", true), ("b", false), ("c", true)] {
            let mut tx = db.pool.write().await.unwrap();
            let id = issue(&mut tx, &new(ActKind::Slip, ActState::Open, slot), NOW).await.unwrap().unwrap();
            numbers.push(get(&mut tx, &id).await.unwrap().unwrap().number.unwrap());
            if commit {
                tx.commit().await.unwrap();
            }
        }
        assert_eq!(numbers, ["督办〔2026〕1号", "督办〔2026〕2号", "督办〔2026〕2号"]);
        let mut tx = db.pool.write().await.unwrap();
        assert_eq!(issue(&mut tx, &new(ActKind::Slip, ActState::Open, "a"), NOW).await.unwrap(), None);
        let act = of_slot(&mut tx, "a").await.unwrap().unwrap();
        assert_eq!((act.body.nth, act.body.more["sheet"].as_str()), (Some(2), Some("W47")));
    }
}

#[tokio::test]
async fn a_proposal_gets_its_number_when_a_person_confirms_it_and_only_the_faster_one_does() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        let id = issue(&mut tx, &new(ActKind::Warning, ActState::Proposed, "p"), NOW).await.unwrap().unwrap();
        let act = lock(&mut tx, &id).await.unwrap().unwrap();
        assert_eq!((&act.number, act.issued_at), (&None, None));
        let person =
            Actor {
                account: "c".into(), name: "城管办".into(), role: Role::Coordinator, ..Actor::system()
            };
        let confirm = ActAction::Confirm { words: String::new() };
        let after = domain::act::decide(&act, &confirm, &person, NOW).unwrap();
        assert!(save(&mut tx, &after, NOW).await.unwrap());
        assert!(!save(&mut tx, &after, NOW).await.unwrap(), "the second one comes too late");
        let act = get(&mut tx, &id).await.unwrap().unwrap();
        assert_eq!((act.number.as_deref(), act.state), (Some("预警〔2026〕1号"), ActState::Open));
    }
}

#[tokio::test]
async fn a_unit_sees_what_is_out_and_addressed_to_it() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        for (kind, state, slot) in [
            (ActKind::Slip, ActState::Open, "1"),
            (ActKind::Exposure, ActState::Draft, "2"),
            (ActKind::Reminder, ActState::Received, "3"),
        ] {
            issue(&mut tx, &new(kind, state, slot), NOW).await.unwrap();
        }
        issue(&mut tx, &NewAct { unit: Some("v".into()), ..new(ActKind::Slip, ActState::Open, "4") }, NOW)
            .await
            .unwrap();
        let mut filter =
            ActFilter { addressed: Some((Some("u".into()), "head".into())), ..ActFilter::default() };
        assert_eq!(count(&mut tx, &filter).await.unwrap(), 2);
        let first = list(&mut tx, &filter, None, PageSize::new(1).unwrap()).await.unwrap();
        assert_eq!(first.rows[0].slot, "3");
        let cursor = Cursor::read(&first.next.unwrap()).unwrap();
        let second = list(&mut tx, &filter, Some(&cursor), PageSize::new(1).unwrap()).await.unwrap();
        assert_eq!((second.rows[0].slot.as_str(), second.next), ("1", None));
        filter.hidden = vec![ActKind::Slip];
        assert_eq!(count(&mut tx, &filter).await.unwrap(), 1);
    }
}

#[tokio::test]
async fn circulars_are_repeated_only_for_open_tickets_and_troubles_are_told_from_rungs() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        let before = NOW.plus_ms(-16 * DAY_MS);
        issue(&mut tx, &new(ActKind::Circular, ActState::Open, "c1"), before).await.unwrap();
        issue(&mut tx, &new(ActKind::Circular, ActState::Open, "c2"), NOW).await.unwrap();
        issue(&mut tx, &new(ActKind::Circular, ActState::Revoked, "c3"), NOW).await.unwrap();
        issue(
            &mut tx,
            &NewAct { ticket: Some("done".into()), ..new(ActKind::Circular, ActState::Open, "c4") },
            NOW,
        )
        .await
        .unwrap();
        assert_eq!(circulars_of(&mut tx, &"t".into()).await.unwrap(), [before, NOW]);
        let repeated = repeated_circulars(&mut tx, before).await.unwrap();
        assert_eq!(repeated.len(), 1, "{repeated:?}");
        assert_eq!((repeated[0].ticket.as_str(), repeated[0].circulars.len()), ("t", 2));
        issue(&mut tx, &new(ActKind::Reminder, ActState::Open, "relapse:t:9"), NOW).await.unwrap();
        let talk = NewAct { ticket: None, ..new(ActKind::Talk, ActState::Proposed, "talk") };
        issue(&mut tx, &talk, NOW).await.unwrap();
        let facts = ladder_facts(&mut tx, before, NOW).await.unwrap().remove(&"u".into()).unwrap();
        let count = |kind| facts.troubles.iter().filter(|(trouble, _)| *trouble == kind).count();
        assert_eq!((count(Trouble::Late), count(Trouble::Circular), count(Trouble::Relapse)), (2, 3, 1));
        assert_eq!((facts.issued.len(), facts.proposed), (1, true));
    }
}

#[tokio::test]
async fn a_citizen_votes_once() {
    for db in databases().await {
        prepare(&db.pool).await;
        let mut tx = db.pool.write().await.unwrap();
        let id = issue(&mut tx, &new(ActKind::Exposure, ActState::Open, "e"), NOW).await.unwrap().unwrap();
        assert!(vote(&mut tx, &id, &"me".into(), false, NOW).await.unwrap());
        assert!(!vote(&mut tx, &id, &"me".into(), true, NOW).await.unwrap());
        let votes = votes(&mut tx, std::slice::from_ref(&id)).await.unwrap();
        assert_eq!(votes[&id], Votes { satisfied: 0, unsatisfied: 1 });
    }
}
