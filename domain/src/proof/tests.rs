use proptest::num::f64::ANY;
use proptest::prelude::*;

use super::*;
use crate::photo::change::Finding;
use crate::photo::{Anomaly, Format, Meta, Prints, Trace};
use crate::reuse::{Kind, Likeness};
use crate::time::{HOUR_MS, MINUTE_MS};

const SPOT: Wgs84 = Wgs84 { lon: 120.45, lat: 36.39 };
const DISPATCHED: Moment = Moment::from_ms(1_790_000_000_000);
const LIMITS: fn() -> Thresholds = Thresholds::default;

/// The stored analysis of one made-up photograph.
#[derive(Clone)]
struct Stored {
    id: PhotoId,
    sha256: String,
    facts: Facts,
    scene: Scene,
    region: Option<Region>,
    channel: Channel,
    captured_at: Option<Moment>,
    place: Option<Wgs84>,
    accuracy_m: Option<f64>,
}

impl Stored {
    fn shot(&self) -> Shot<'_> {
        Shot {
            id: &self.id,
            sha256: &self.sha256,
            facts: &self.facts,
            scene: &self.scene,
            look: None,
            region: self.region,
            captured_at: self.captured_at,
            place: self.place,
            accuracy_m: self.accuracy_m,
            channel: self.channel,
        }
    }
}

fn stored(name: &str, captured_ms: i64) -> Stored {
    let prints = Prints { phash: [0; 4], inner: None, detail: 9.0 };
    Stored {
        id: PhotoId::from(name),
        sha256: name.repeat(4),
        facts: Facts {
            version: 1,
            format: Format::Jpeg,
            width: 1080,
            height: 1440,
            meta: Meta::default(),
            prints,
        },
        scene: Scene::from_bytes(&[2, 0, 0, 0, 0, 0, 0]).unwrap(),
        region: None,
        channel: Channel::MiniProgram,
        captured_at: Some(DISPATCHED.plus_ms(captured_ms)),
        place: Some(SPOT),
        accuracy_m: Some(20.0),
    }
}

fn north(metres: f64) -> Wgs84 {
    Wgs84 { lat: SPOT.lat + metres / 111_195.08, ..SPOT }
}

fn cleared() -> Change {
    Change { inside: 0.62, outside: 0.04, seen: 0.97, marked: true, finding: Finding::Changed }
}

/// A true fix: everything passes.
#[derive(Clone)]
struct Case {
    before: Stored,
    after: Stored,
    earlier: Vec<Earlier>,
    pair: Pair,
}

fn true_fix() -> Case {
    Case {
        before: stored("before", -HOUR_MS),
        after: stored("after", 30 * MINUTE_MS),
        earlier: Vec::new(),
        pair: Pair {
            before: 0,
            after: 0,
            bits: 64,
            turned_bits: 128,
            inliers: 57,
            matches: 90,
            still: 2,
            change: Some(cleared()),
            likeness: Likeness::NONE,
        },
    }
}

impl Case {
    fn claim(&self) -> Claim<'_> {
        Claim {
            before: vec![self.before.shot()],
            after: vec![self.after.shot()],
            dispatched_at: DISPATCHED,
            submitted_at: DISPATCHED.plus_ms(HOUR_MS),
            spot: SPOT,
            spot_accuracy_m: 0.0,
            earlier: self.earlier.clone(),
        }
    }

    fn verdict(&self) -> Verdict {
        judge(&self.claim(), &[self.pair], &LIMITS())
    }

    fn outcome(&self, name: CheckName) -> Outcome {
        self.verdict().check(name).unwrap().outcome
    }

    fn text(&self, name: CheckName) -> String {
        self.verdict().check(name).unwrap().text.clone()
    }
}

fn changed(change: impl FnOnce(&mut Case)) -> Case {
    let mut case = true_fix();
    change(&mut case);
    case
}

fn seen_before(same_ticket: bool, kind: Kind, bits: u32) -> Vec<Earlier> {
    let ticket = Some(TicketId::from("t-9"));
    let likeness = Likeness { kind, bits, ..Likeness::NONE };
    let (photo, number) = (PhotoId::from("old"), Some("SSP2026-000009".to_owned()));
    vec![Earlier { after_index: 0, photo, ticket, number, same_ticket, likeness }]
}

use CheckName::{Changed, FromCamera, InsideFence, NotReused, SameScene, TakenAfterDispatch};
use Outcome::{Doubt, Fail, Pass};

#[test]
fn a_true_after_photo_passes_every_check_and_gives_no_reason() {
    let verdict = true_fix().verdict();
    assert_eq!(verdict.outcome, Pass, "{verdict:#?}");
    assert_eq!(verdict.checks.len(), 6);
    assert_eq!(verdict.reasons(), Vec::<String>::new());
}

#[test]
fn the_before_photo_as_proof_fails_and_is_called_the_before_photo() {
    let same_bytes = changed(|c| c.after.sha256 = c.before.sha256.clone());
    let recompressed = changed(|c| c.pair = Pair { bits: 3, still: 88, ..c.pair });
    let mirrored = changed(|c| c.pair.turned_bits = 4);
    for case in [same_bytes, recompressed, mirrored] {
        let verdict = case.verdict();
        assert_eq!(verdict.outcome, Fail);
        assert!(verdict.reasons()[0].contains("处置后照片就是处置前照片"), "{:?}", verdict.reasons());
    }
}

#[test]
fn likeness_to_the_own_before_photo_fails_only_when_it_can_be_nothing_but_a_copy() {
    for (bits, still, outcome) in [
        (16, 0, Fail),
        (17, 0, Doubt),
        (30, 72, Fail),
        (30, 71, Doubt),
        (31, 72, Doubt),
        (48, 0, Doubt),
        (49, 0, Pass),
        (49, 72, Doubt),
    ] {
        let case = changed(|c| c.pair = Pair { bits, still, ..c.pair });
        assert_eq!(case.outcome(NotReused), outcome, "{bits} bits, {still} of 90 still");
    }
}

#[test]
fn a_handful_of_still_points_says_nothing() {
    let case = changed(|c| {
        c.pair = Pair { matches: SAME_SCENE_INLIERS - 1, still: SAME_SCENE_INLIERS - 1, ..c.pair }
    });
    assert_eq!(case.outcome(NotReused), Pass);
}

#[test]
fn a_copy_of_another_tickets_picture_fails_and_a_suspicion_is_doubted() {
    let cases = [(Kind::SameBytes, Fail), (Kind::Copy, Fail), (Kind::Suspect, Doubt), (Kind::None, Pass)];
    for (kind, outcome) in cases {
        let case = changed(|c| c.earlier = seen_before(false, kind, 12));
        assert_eq!(case.outcome(NotReused), outcome, "{kind:?}");
        assert!(outcome == Pass || case.text(NotReused).contains("另一案件 SSP2026-000009"));
    }
}

#[test]
fn an_earlier_picture_of_the_same_ticket_is_held_to_the_same_rule() {
    for (kind, outcome) in [(Kind::Copy, Fail), (Kind::Suspect, Doubt), (Kind::None, Pass)] {
        assert_eq!(changed(|c| c.earlier = seen_before(true, kind, 12)).outcome(NotReused), outcome);
    }
    let again = changed(|c| c.earlier = seen_before(true, Kind::SameBytes, 0));
    assert_eq!(again.outcome(NotReused), Fail);
    assert!(again.text(NotReused).contains("本案件此前用过"), "{}", again.text(NotReused));
}

#[test]
fn a_cut_or_mirrored_before_photo_fails_though_its_hash_is_far_away() {
    let cut = changed(|c| {
        c.pair.likeness = Likeness { kind: Kind::Copy, bits: 110, mirrored: true, ..Likeness::NONE }
    });
    assert_eq!(cut.outcome(NotReused), Fail);
    assert!(cut.text(NotReused).contains("镜像后相同"), "{}", cut.text(NotReused));
    let suspect = Likeness { kind: Kind::Suspect, ..Likeness::NONE };
    let still_there = Change { inside: 0.03, finding: Finding::Unchanged, ..cleared() };
    let maybe = changed(|c| (c.pair.likeness, c.pair.change) = (suspect, Some(still_there)));
    assert_eq!(maybe.outcome(NotReused), Doubt);
    // Surroundings fit an honest second photograph too: where the problem is gone, they say nothing.
    assert_eq!(changed(|c| c.pair.likeness = suspect).outcome(NotReused), Pass);
}

#[test]
fn the_index_naming_the_own_before_photo_does_not_judge_it_twice() {
    let case = changed(|c| {
        c.earlier = seen_before(true, Kind::Copy, 10);
        c.earlier[0].photo = c.before.id.clone();
    });
    assert_eq!(case.outcome(NotReused), Pass);
}

#[test]
fn likeness_fails_neither_a_fixed_camera_nor_a_picture_without_detail() {
    let fixed = changed(|c| {
        (c.before.channel, c.after.channel) = (Channel::Device, Channel::Device);
        c.pair = Pair { bits: 2, still: 90, ..c.pair };
    });
    let flat = changed(|c| {
        c.after.facts.prints.detail = 0.0;
        c.earlier = seen_before(false, Kind::Copy, 1);
    });
    assert_eq!((fixed.outcome(NotReused), flat.outcome(NotReused)), (Doubt, Doubt));
    let same_file = changed(|c| {
        (c.before.channel, c.after.channel) = (Channel::Device, Channel::Device);
        c.after.sha256 = c.before.sha256.clone();
    });
    assert_eq!(same_file.outcome(NotReused), Fail);
}

#[test]
fn a_picture_dated_before_the_dispatch_fails_beyond_two_minutes() {
    for (ms, outcome) in [
        (0, Pass),
        (-120_000, Pass),
        (-120_001, Fail),
        (-3 * HOUR_MS, Fail),
        (HOUR_MS + 300_000, Pass),
        (HOUR_MS + 300_001, Doubt),
    ] {
        let case = changed(|c| c.after.captured_at = Some(DISPATCHED.plus_ms(ms)));
        assert_eq!(case.outcome(TakenAfterDispatch), outcome, "{ms} ms");
    }
    let text =
        changed(|c| c.after.captured_at = Some(DISPATCHED.plus_ms(-3 * HOUR_MS))).text(TakenAfterDispatch);
    assert!(text.contains("早 3.0 小时") && text.contains("2 分钟"), "{text}");
}

#[test]
fn a_missing_or_contradicted_time_is_doubted_and_exif_fills_in() {
    let exif = |ms: i64| Some(DISPATCHED.plus_ms(ms));
    assert_eq!(changed(|c| c.after.captured_at = None).outcome(TakenAfterDispatch), Doubt);
    for (taken, outcome) in
        [(30 * MINUTE_MS, Pass), (40 * MINUTE_MS, Pass), (41 * MINUTE_MS, Doubt), (-HOUR_MS, Doubt)]
    {
        assert_eq!(
            changed(|c| c.after.facts.meta.taken_at = exif(taken)).outcome(TakenAfterDispatch),
            outcome
        );
    }
    for (taken, outcome) in [(MINUTE_MS, Pass), (-HOUR_MS, Fail)] {
        let case = changed(|c| {
            c.after.captured_at = None;
            c.after.facts.meta.taken_at = exif(taken);
        });
        assert_eq!(case.outcome(TakenAfterDispatch), outcome);
    }
}

#[test]
fn six_hundred_metres_away_is_doubted_naming_distance_and_threshold() {
    let verdict = changed(|c| c.after.place = Some(north(600.0))).verdict();
    assert_eq!(verdict.outcome, Doubt);
    let check = verdict.check(InsideFence).unwrap();
    assert_eq!((check.measure.map(f64::round), check.threshold), (Some(600.0), 120.0));
    assert!(check.text.contains("600 米") && check.text.contains("超过 120 米"), "{}", check.text);
}

#[test]
fn the_fence_widens_with_accuracy_up_to_a_cap_and_never_fails() {
    for (metres, accuracy, outcome) in [
        (119.0, Some(20.0), Pass),
        (121.0, Some(20.0), Doubt),
        (149.0, Some(5_000.0), Pass),
        (151.0, Some(5_000.0), Doubt),
        (129.0, None, Pass),
        (131.0, None, Doubt),
        (101.0, Some(f64::NAN), Doubt),
        (9_000_000.0, Some(20.0), Doubt),
    ] {
        let case = changed(|c| (c.after.place, c.after.accuracy_m) = (Some(north(metres)), accuracy));
        assert_eq!(case.outcome(InsideFence), outcome, "{metres} m ± {accuracy:?}");
    }
}

#[test]
fn a_missing_place_is_doubted_and_a_contradicting_exif_place_counts() {
    assert_eq!(changed(|c| c.after.place = None).outcome(InsideFence), Doubt);
    let by_exif = changed(|c| (c.after.place, c.after.facts.meta.position) = (None, Some(north(90.0))));
    assert_eq!(by_exif.outcome(InsideFence), Pass);
    let contradicted = changed(|c| c.after.facts.meta.position = Some(north(800.0)));
    assert_eq!(contradicted.outcome(InsideFence), Doubt);
    assert!(contradicted.text(InsideFence).contains("自带的定位距案件位置 800 米"));
}

#[test]
fn the_scene_passes_from_the_threshold_and_is_otherwise_doubted_never_failed() {
    for (inliers, outcome) in [(SAME_SCENE_INLIERS, Pass), (SAME_SCENE_INLIERS - 1, Doubt), (0, Doubt)] {
        assert_eq!(changed(|c| c.pair.inliers = inliers).outcome(SameScene), outcome);
    }
    let case = true_fix();
    let nothing_to_compare = Claim { before: Vec::new(), ..case.claim() };
    assert_eq!(verify(&nothing_to_compare, &LIMITS()).check(SameScene).unwrap().outcome, Doubt);
}

#[test]
fn one_of_several_after_photos_has_to_show_the_scene_and_none_may_be_old() {
    let (case, late) = (true_fix(), stored("close-up", 20 * MINUTE_MS));
    let claim = Claim { after: vec![case.after.shot(), late.shot()], ..case.claim() };
    let close_up = Pair { after: 1, inliers: 0, ..case.pair };
    assert_eq!(judge(&claim, &[case.pair, close_up], &LIMITS()).outcome, Pass);
    let verdict = judge(&claim, &[case.pair, Pair { bits: 1, ..close_up }], &LIMITS());
    assert!(verdict.reasons()[0].contains("第2张处置后照片"), "{:?}", verdict.reasons());
}

#[test]
fn signs_of_editing_and_screenshots_are_doubted_and_one_weak_sign_is_not() {
    let software =
        |name: &str| changed(|c| c.after.facts.meta.software = Some(name.to_owned())).outcome(FromCamera);
    assert_eq!((software("Adobe Photoshop 25.1"), software("美图秀秀")), (Doubt, Doubt));
    assert_eq!((software("HUAWEI P60 4.2"), software("17.4.1")), (Pass, Pass));
    assert_eq!(
        changed(|c| (c.after.facts.width, c.after.facts.height) = (2400, 1080)).outcome(FromCamera),
        Doubt
    );
    assert_eq!(changed(|c| c.after.facts.format = Format::Png).outcome(FromCamera), Pass);
    assert_eq!(
        changed(|c| c.after.facts.meta.anomalies = vec![Anomaly::PositionZero]).outcome(FromCamera),
        Pass
    );
    let several = changed(|c| {
        c.after.facts.format = Format::Png;
        c.after.facts.meta.anomalies = vec![Anomaly::PositionZero];
    });
    assert_eq!(several.outcome(FromCamera), Doubt);
}

#[test]
fn a_declared_generation_is_doubted_by_itself_and_weak_traces_only_together() {
    let traced = |traces: &[Trace]| changed(|c| c.after.facts.meta.traces = traces.to_vec());
    assert_eq!(traced(&[Trace::Generated]).outcome(FromCamera), Doubt);
    assert!(traced(&[Trace::Generated]).text(FromCamera).contains("文件标明由人工智能生成（0.95）"));
    assert_eq!(traced(&[Trace::SizeDiffers]).outcome(FromCamera), Pass);
    assert_eq!(
        traced(&[Trace::SizeDiffers, Trace::NoSettings, Trace::SavedLater]).outcome(FromCamera),
        Doubt
    );
    // What a messenger re-encodes may be progressive.
    assert_eq!(traced(&[Trace::Progressive]).verdict().check(FromCamera).unwrap().measure, Some(0.0));
}

#[test]
fn daylight_at_midnight_is_a_contradiction_and_by_noon_it_is_not() {
    let lit = |hour: i64| {
        let case = changed(|c| {
            let midnight = DISPATCHED.ms() - (DISPATCHED.ms() + 8 * HOUR_MS).rem_euclid(24 * HOUR_MS);
            c.after.facts.meta.taken_at = Some(Moment::from_ms(midnight + hour * HOUR_MS));
            c.after.facts.meta.brightness_ev = Some(14.0);
        });
        case.text(FromCamera)
    };
    assert!(lit(0).contains("太阳在地平线下") && lit(0).contains("EV 14"), "{}", lit(0));
    assert!(!lit(12).contains("太阳"), "{}", lit(12));
}

#[test]
fn missing_exif_is_doubted_only_where_the_channel_carries_it() {
    for (channel, outcome) in [
        (Channel::MiniProgram, Pass),
        (Channel::H5, Doubt),
        (Channel::Console, Doubt),
        (Channel::Device, Pass),
    ] {
        assert_eq!(changed(|c| c.after.channel = channel).outcome(FromCamera), outcome, "{channel:?}");
    }
}

#[test]
fn no_after_photo_at_all_fails() {
    let case = true_fix();
    let verdict = verify(&Claim { after: Vec::new(), ..case.claim() }, &LIMITS());
    assert_eq!(verdict.outcome, Fail);
    assert!(verdict.reasons().iter().any(|r| r.contains("没有处置后照片")));
}

#[test]
fn a_verdict_survives_json_and_thresholds_refuse_unknown_names() {
    let verdict = changed(|c| c.after.place = None).verdict();
    let text = serde_json::to_string(&verdict).unwrap();
    assert_eq!(serde_json::from_str::<Verdict>(&text).unwrap(), verdict);
    assert_eq!(serde_json::from_str::<Thresholds>("{\"fence_m\":50.0}").unwrap().fence_m, 50.0);
    assert!(serde_json::from_str::<Thresholds>("{\"fence\":50.0}").is_err());
}

/// For each check, changes that make it pass, doubt or fail and touch no other check.
fn spoil(case: &mut Case, check: CheckName, outcome: Outcome) {
    match (check, outcome) {
        (TakenAfterDispatch, Doubt) => case.after.captured_at = None,
        (TakenAfterDispatch, Fail) => case.after.captured_at = Some(DISPATCHED.plus_ms(-HOUR_MS)),
        (InsideFence, Doubt) => case.after.place = Some(north(600.0)),
        (SameScene, Doubt) => case.pair.inliers = 3,
        (Changed, Doubt) => case.pair.change = Some(Change { finding: Finding::Unchanged, ..cleared() }),
        (NotReused, Doubt) => case.earlier = seen_before(false, Kind::Suspect, 60),
        (NotReused, Fail) => case.earlier = seen_before(false, Kind::SameBytes, 0),
        (FromCamera, Doubt) => case.after.facts.meta.software = Some("Snapseed 2.0".to_owned()),
        _ => {}
    }
}

#[test]
fn the_overall_outcome_is_the_worst_over_the_whole_table_of_checks() {
    let table = [
        (TakenAfterDispatch, vec![Pass, Doubt, Fail]),
        (InsideFence, vec![Pass, Doubt]),
        (SameScene, vec![Pass, Doubt]),
        (Changed, vec![Pass, Doubt]),
        (NotReused, vec![Pass, Doubt, Fail]),
        (FromCamera, vec![Pass, Doubt]),
    ];
    let rows: usize = table.iter().map(|(_, outcomes)| outcomes.len()).product();
    for row in 0..rows {
        let (mut case, mut rest, mut wanted) = (true_fix(), row, Vec::new());
        for (check, outcomes) in &table {
            let outcome = outcomes[rest % outcomes.len()];
            rest /= outcomes.len();
            spoil(&mut case, *check, outcome);
            wanted.push((*check, outcome));
        }
        let verdict = case.verdict();
        let got: Vec<_> = verdict.checks.iter().map(|c| (c.name, c.outcome)).collect();
        assert_eq!(got, wanted);
        assert_eq!(verdict.outcome, wanted.iter().map(|(_, o)| *o).max().unwrap());
        assert_eq!(verdict.reasons().len(), wanted.iter().filter(|(_, o)| *o != Pass).count());
    }
}

proptest! {
    #[test]
    fn hostile_figures_never_break_a_verdict_and_never_let_a_far_place_through(
        lon in ANY, lat in ANY, accuracy in proptest::option::of(ANY), spot_accuracy in ANY,
        captured in any::<Option<i64>>(), taken in any::<Option<i64>>(), bits in any::<u32>(), index in 0_usize..3,
    ) {
        let mut case = true_fix();
        case.after.place = Some(Wgs84 { lon, lat });
        case.after.accuracy_m = accuracy;
        case.after.captured_at = captured.map(Moment::from_ms);
        case.after.facts.meta.taken_at = taken.map(Moment::from_ms);
        case.earlier = seen_before(false, Kind::Suspect, bits);
        case.earlier[0].after_index = index;
        let claim = Claim { spot_accuracy_m: spot_accuracy, ..case.claim() };
        let verdict = judge(&claim, &[Pair { before: index, bits, ..case.pair }], &LIMITS());
        prop_assert!(serde_json::to_string(&verdict).is_ok());
        let fence = verdict.check(InsideFence).unwrap();
        prop_assert!(fence.outcome != Pass || fence.measure.is_some_and(|m| m <= 200.05));
    }
}

#[test]
fn a_heap_that_is_still_there_is_put_before_a_person() {
    let still = Change { inside: 0.03, finding: Finding::Unchanged, ..cleared() };
    let verdict = changed(|c| c.pair.change = Some(still)).verdict();
    assert_eq!(verdict.outcome, Doubt);
    assert!(
        verdict.reasons()[0].contains("只有 3% 变了样，不足 25%，问题可能还在"),
        "{:?}",
        verdict.reasons()
    );
}

#[test]
fn pictures_that_cannot_be_laid_over_each_other_show_no_change() {
    let case = changed(|c| c.pair.change = None);
    assert_eq!((case.outcome(Changed), case.outcome(SameScene)), (Doubt, Pass));
    let hidden = Change { seen: 0.3, finding: Finding::Unclear, ..cleared() };
    let case = changed(|c| c.pair.change = Some(hidden));
    assert!(case.text(Changed).contains("只拍到 30%"), "{}", case.text(Changed));
}

#[test]
fn one_after_picture_that_shows_the_change_is_enough() {
    let case = true_fix();
    let close_up = Pair { change: Some(Change { finding: Finding::Unclear, ..cleared() }), ..case.pair };
    let verdict = judge(&case.claim(), &[close_up, case.pair], &LIMITS());
    assert_eq!(verdict.check(Changed).unwrap().outcome, Pass);
}
