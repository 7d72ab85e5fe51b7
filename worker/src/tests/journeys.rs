//! Tickets on their way through the jobs, with drawn pictures and the reference district.

use std::collections::BTreeSet;

use demo::draw::{self, PHONE, WECHAT};
use domain::actor::{Actor, Role};
use domain::geo::datum::Wgs84;
use domain::geo::grid::Layer;
use domain::ticket::action::Action;
use domain::ticket::attention::AttentionKind;
use domain::ticket::state::{Stage, State};
use domain::time::{HOUR_MS, MINUTE_MS};
use store::repo::photos::{self, PhotoState};
use store::repo::{notices, people, reports, tickets};

use super::city::{City, RUBBISH};
use crate::now;

fn doubts(ticket: &domain::ticket::Ticket) -> BTreeSet<AttentionKind> {
    ticket.attention.iter().map(|doubt| doubt.kind()).collect()
}

fn steps_away(at: Wgs84, metres: f64) -> Wgs84 {
    Wgs84 { lat: at.lat + metres / 111_195.0, ..at }
}

#[tokio::test]
async fn a_heap_is_reported_dispatched_cleared_proven_and_closed() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    let before = city.photo(&reporter, draw::heap_before(7, WECHAT), now().plus_ms(-HOUR_MS), at).await;
    let id = city
        .report(&reporter, Some(at), |o| {
            o.words = "路边有暴露垃圾".into();
            o.photos = vec![before.clone()];
        })
        .await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    assert_eq!((ticket.stage(), doubts(&ticket)), (Stage::Dispatched, BTreeSet::new()));
    assert_eq!(ticket.class.as_ref().unwrap().category.as_str(), RUBBISH);
    assert!(ticket.grids.len() == 4 && ticket.number.is_some(), "{:?}", ticket.grids);
    let assignment = ticket.assignment.clone().unwrap();
    assert!(assignment.lead.code.as_str().starts_with("area-") && assignment.assist.is_some());
    let report = reports::of_tickets(city.pool(), std::slice::from_ref(&id)).await.unwrap().remove(0);
    assert!(report.evidence.is_some() && report.time_source.is_some());

    let page = store::repo::page::PageSize::default();
    let told = |account| notices::list(city.pool(), account, None, page);
    let to_head = told(&assignment.person.account).await.unwrap().rows;
    assert_eq!(to_head.len(), 1, "the person is the head too and is told once");
    assert!(to_head[0].body.contains("主办"), "{}", to_head[0].body);
    let to_reporter = told(&reporter.account).await.unwrap().rows;
    assert!(to_reporter.iter().any(|n| n.title == "问题已立案"), "{to_reporter:?}");

    let head = people::account(city.pool(), &assignment.person.account).await.unwrap().unwrap();
    let head = people::actor_of(&head);
    city.apply(&id, Action::SignIn {}, &head).await;
    let after = city.photo(&head, draw::after(7, WECHAT), now(), steps_away(at, 8.0)).await;
    city.apply(&id, Action::SubmitFix { photo_ids: vec![after], note: String::new() }, &head).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    let verdicts = tickets::verdicts(city.pool(), &id).await.unwrap();
    assert_eq!(ticket.stage(), Stage::Closed, "{:?}", verdicts.last().map(|(_, v)| v.reasons()));
    let to_reporter = told(&reporter.account).await.unwrap().rows;
    assert!(to_reporter.iter().any(|n| n.title == "问题已处置完成"), "{to_reporter:?}");
}

#[tokio::test]
async fn the_before_photograph_handed_in_as_the_fix_goes_back_to_the_unit() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    let (id, head) = city.reported_heap(&reporter, at, 7).await;
    let taken = now().plus_ms(-HOUR_MS);
    let copy = city.photo(&head, draw::heap_before(7, WECHAT), taken, at).await;
    city.apply(&id, Action::SubmitFix { photo_ids: vec![copy], note: String::new() }, &head).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    assert_eq!((ticket.stage(), ticket.reworks), (Stage::Handling, 1));
    let notices = notices::list(city.pool(), &head.account, None, store::repo::page::PageSize::default())
        .await
        .unwrap();
    let refused = notices.rows.iter().find(|n| n.title == "处置未通过核查").unwrap();
    assert!(refused.body.contains("处置前照片"), "{}", refused.body);
}

#[tokio::test]
async fn a_second_report_of_the_same_heap_is_merged_into_the_first() {
    let city = City::new().await;
    let at = city.spot(3).await;
    let mut ids = Vec::new();
    for (openid, picture) in
        [("a", draw::heap_before(7, WECHAT)), ("b", draw::heap_before_other_angle(7, WECHAT))]
    {
        let reporter = city.citizen(openid).await;
        let photo = city.photo(&reporter, picture, now(), at).await;
        let id = city
            .report(&reporter, Some(steps_away(at, 6.0)), |o| {
                o.category_hint = Some(RUBBISH.into());
                o.photos = vec![photo];
            })
            .await;
        ids.push(id);
    }
    city.settle().await;
    let (first, second) = (city.ticket(&ids[0]).await, city.ticket(&ids[1]).await);
    assert_eq!(second.state, State::Merged { into: ids[0].clone() }, "{:?}", second.attention);
    assert_eq!((first.stage(), first.reports), (Stage::Dispatched, 2));
    assert_eq!(tickets::scores(city.pool(), &ids[1], 9).await.unwrap().len(), 1);
}

#[tokio::test]
async fn without_a_place_a_person_names_the_grid_and_the_rest_follows() {
    let city = City::new().await;
    let reporter = city.citizen("a").await;
    let id = city.report(&reporter, None, |o| o.words = "井盖不见了".into()).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    assert_eq!(
        (ticket.stage(), doubts(&ticket)),
        (Stage::Received, BTreeSet::from([AttentionKind::NoPlace]))
    );

    let books = city.context.desk.books.get(city.pool()).await.unwrap();
    let grid = books.grids.grids(Layer::Community).nth(5).unwrap().code.clone();
    let grids = [(Layer::Community, grid)].into();
    let desk = city.person("dispatcher1").await;
    city.apply(&id, Action::ConfirmPlace { grids, point: None, reason: "电话核实".into() }, &desk).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    assert_eq!((ticket.stage(), doubts(&ticket)), (Stage::Dispatched, BTreeSet::new()));
    assert_eq!(ticket.grids.len(), 4, "the other layers follow from the named grid");
    assert!(
        ticket.assignment.unwrap().lead.code.as_str().starts_with("line-"),
        "the catalogue lets the line lead"
    );
}

#[tokio::test]
async fn a_point_far_away_and_words_without_meaning_wait_for_a_person() {
    let city = City::new().await;
    let reporter = city.citizen("a").await;
    let away =
        city.report(&reporter, Some(Wgs84 { lon: 116.39, lat: 39.9 }), |o| o.words = "暴露垃圾".into()).await;
    let at = city.spot(9).await;
    let vague = city.report(&reporter, Some(at), |o| o.words = "请处理一下".into()).await;
    city.settle().await;
    assert_eq!(doubts(&city.ticket(&away).await), BTreeSet::from([AttentionKind::Outside]));
    assert_eq!(doubts(&city.ticket(&vague).await), BTreeSet::from([AttentionKind::NoCategory]));
}

#[tokio::test]
async fn pictures_that_nobody_can_read_are_said_to_be_so() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    let broken = city.upload(&reporter, vec![0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 2], now(), at).await;
    let id = city
        .report(&reporter, Some(at), |o| {
            o.words = "暴露垃圾".into();
            o.photos = vec![broken.clone()];
        })
        .await;
    city.settle().await;
    assert_eq!(photos::get(city.pool(), &broken).await.unwrap().unwrap().state, PhotoState::Broken);
    assert_eq!(doubts(&city.ticket(&id).await), BTreeSet::from([AttentionKind::BrokenPhoto]));
}

/// A 网格员 of the reference data and a sure spot in the own grid.
async fn worker_at_home(city: &City) -> (Actor, Wgs84) {
    let books = city.context.desk.books.get(city.pool()).await.unwrap();
    let workers = people::accounts_by_role(city.pool(), Role::GridWorker).await.unwrap();
    for skip in 0..900 {
        let at = city.spot(skip).await;
        let home = books.grids.owner(Layer::Community, at).unwrap().code.clone();
        if let Some(worker) = workers.iter().find(|w| w.grids.contains(&(Layer::Community, home.clone()))) {
            return (people::actor_of(worker), at);
        }
    }
    panic!("no 网格员 has a community grid");
}

#[tokio::test]
async fn a_fix_on_the_spot_by_the_grids_own_worker_needs_no_unit() {
    let city = City::new().await;
    let (worker, at) = worker_at_home(&city).await;
    let found = now().plus_ms(-30 * MINUTE_MS);
    let before = city.photo(&worker, draw::heap_before(11, PHONE), found, at).await;
    let after = city.photo(&worker, draw::after(11, PHONE), found.plus_ms(20 * MINUTE_MS), at).await;
    let fixed = |o: &mut domain::ticket::event::Opening| {
        o.category_hint = Some(RUBBISH.into());
        o.found_at = found;
        o.photos = vec![before];
        o.fixed_on_spot = vec![after];
    };
    let id = city.report(&worker, Some(at), fixed).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    let verdicts = tickets::verdicts(city.pool(), &id).await.unwrap();
    assert_eq!(
        ticket.stage(),
        Stage::Closed,
        "{:?} {:?}",
        verdicts.last().map(|(_, v)| v.reasons()),
        ticket.attention
    );
    assert!(ticket.self_handled() && ticket.assignment.is_none());
}

#[tokio::test]
async fn a_citizens_fix_on_the_spot_is_dispatched_all_the_same() {
    let city = City::new().await;
    let (reporter, at) = (city.citizen("a").await, city.spot(3).await);
    let before = city.photo(&reporter, draw::heap_before(11, WECHAT), now(), at).await;
    let after = city.photo(&reporter, draw::after(11, WECHAT), now(), at).await;
    let id = city
        .report(&reporter, Some(at), |o| {
            o.category_hint = Some(RUBBISH.into());
            o.photos = vec![before];
            o.fixed_on_spot = vec![after];
        })
        .await;
    city.settle().await;
    assert_eq!(city.ticket(&id).await.stage(), Stage::Dispatched);
    let history = store::repo::events::timeline(city.pool(), &id).await.unwrap();
    assert!(
        history.iter().any(|e| e.note.as_deref().is_some_and(|n| n.contains("当场处置未予采用"))),
        "{history:?}"
    );
}

#[tokio::test]
async fn a_problem_that_came_back_gets_a_ticket_of_its_own() {
    let city = City::new().await;
    let (worker, at) = worker_at_home(&city).await;
    let found = now().plus_ms(-30 * MINUTE_MS);
    let before = city.photo(&worker, draw::heap_before(11, WECHAT), found, at).await;
    let after = city.photo(&worker, draw::after(11, WECHAT), found.plus_ms(20 * MINUTE_MS), at).await;
    let fixed = |o: &mut domain::ticket::event::Opening| {
        o.category_hint = Some(RUBBISH.into());
        o.found_at = found;
        o.photos = vec![before];
        o.fixed_on_spot = vec![after];
    };
    let id = city.report(&worker, Some(at), fixed).await;
    city.settle().await;
    let inspector = city.person("inspector-supervision1").await;
    let again = city.photo(&inspector, draw::heap_before_other_angle(11, WECHAT), now(), at).await;
    let visit =
        Action::Recheck { holds: false, photo_ids: vec![again], note: "垃圾又堆起来了".into() };
    city.apply(&id, visit, &inspector).await;
    city.settle().await;
    let cells = domain::geo::datum::cells_around(at, 50.0);
    let near = tickets::in_cells(city.pool(), &cells, found, 9).await.unwrap();
    let near = tickets::many(city.pool(), near.iter().map(|near| &near.id)).await.unwrap();
    let relapse = near.iter().find(|ticket| ticket.relapse_of.as_ref() == Some(&id)).unwrap();
    assert_eq!((near.len(), relapse.stage()), (2, Stage::Dispatched));
    assert!(relapse.words.contains("垃圾又堆起来了"), "{}", relapse.words);
    let counts = store::jobs::counts(city.pool()).await.unwrap();
    let waiting: BTreeSet<_> = counts.iter().map(|count| count.kind.as_str()).collect();
    assert_eq!(
        waiting,
        BTreeSet::from(["climb", "recheck", "sweep_blobs", "tick", "watch_deadline"]),
        "what is left is for later days"
    );
}

#[tokio::test]
async fn a_likely_twin_is_put_before_a_person_and_never_again_once_kept_apart() {
    let city = City::new().await;
    let at = city.spot(3).await;
    let (a, b) = (city.citizen("a").await, city.citizen("b").await);
    city.report(&a, Some(at), |o| o.category_hint = Some(RUBBISH.into())).await;
    let id = city.report(&b, Some(steps_away(at, 5.0)), |o| o.category_hint = Some(RUBBISH.into())).await;
    city.settle().await;
    assert_eq!(doubts(&city.ticket(&id).await), BTreeSet::from([AttentionKind::Duplicate]));
    let desk = city.person("dispatcher1").await;
    city.apply(&id, Action::KeepSeparate { reason: "两处垃圾".into() }, &desk).await;
    city.settle().await;
    let ticket = city.ticket(&id).await;
    assert_eq!((ticket.stage(), doubts(&ticket)), (Stage::Dispatched, BTreeSet::new()));
    let said = store::repo::answers::examples(city.pool(), now()).await.unwrap();
    assert_eq!(said.iter().map(|e| e.truth).collect::<Vec<_>>(), [domain::dedupe::Truth::Apart]);
}
