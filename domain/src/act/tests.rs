use super::rules::Asked;
use super::*;
use crate::actor::Actor;
use crate::ladder::UnitLadder;
use crate::time::DAY_MS;
use std::collections::BTreeSet;
use strum::VariantArray as _;

const NOW: Moment = Moment::from_ms(1_795_000_000_000);

fn actor(role: Role, account: &str) -> Actor {
    Actor {
        account: account.into(),
        name: account.to_owned(),
        role,
        department: Some("unit-a".into()),
        grids: BTreeSet::new(),
        side: None,
    }
}

fn act(kind: ActKind, state: ActState) -> Act {
    Act {
        id: "a".into(),
        kind,
        number: None,
        state,
        ticket: Some("t".into()),
        unit: Some("unit-a".into()),
        person: None,
        parent: None,
        words: "路口垃圾多日未清".into(),
        by: By::from(&actor(Role::Coordinator, "writer")),
        created_at: NOW,
        issued_at: Some(NOW),
        due_at: None,
        receipt: None,
        effect_at: None,
        ended_at: None,
        slot: "s".into(),
        body: Particulars::default(),
        version: 1,
    }
}

fn asked<'a>(
    kind: ActKind,
    ticket: &'a TicketId,
    unit: &'a DepartmentCode,
    body: &'a Particulars,
) -> Asked<'a> {
    Asked {
        kind,
        ticket: Some(ticket),
        unit: Some(unit),
        person: None,
        parent: None,
        due_at: None,
        body,
        before: &[],
    }
}

fn refused(asked: &Asked<'_>, role: Role, credit: &CreditRule) -> ActRefusal {
    check_new(asked, role, &UnitLadder::default(), credit, NOW).unwrap_err()
}

#[test]
fn every_kind_has_one_row_and_a_prefix_of_its_own() {
    let kinds: Vec<ActKind> = ACTS.iter().map(|rule| rule.kind).collect();
    assert_eq!(kinds, ActKind::VARIANTS);
    let prefixes: BTreeSet<&str> = ACTS.iter().map(|rule| rule.prefix).collect();
    assert_eq!(prefixes.len(), ACTS.len());
    assert_eq!(ActKind::Slip.number(2026, 3), "督办〔2026〕3号");
}

#[test]
fn only_the_party_group_ends_what_is_before_it() {
    let ends: BTreeSet<(Move, Role)> = MOVES
        .iter()
        .filter(|step| step.kinds.is_empty() || step.kinds.contains(&ActKind::PartyGroup))
        .filter(|step| !matches!(step.action, Move::Receipt | Move::Appeal | Move::Dismiss | Move::Confirm))
        .flat_map(|step| step.roles.iter().map(|role| (step.action, *role)))
        .collect();
    assert_eq!(ends, BTreeSet::from([(Move::Release, Role::Command)]));
    let matter = act(ActKind::PartyGroup, ActState::Open);
    let words = "责成分管副局长一周内办结".to_owned();
    let release = ActAction::Release { words: words.clone() };
    let denied = decide(&matter, &release, &actor(Role::Leader, "l"), NOW).unwrap_err();
    assert!(matches!(denied, ActRefusal::Role { .. }), "{denied:?}");
    let after = decide(&matter, &release, &actor(Role::Command, "c"), NOW).unwrap();
    assert_eq!((after.state, after.body.resolution.unwrap().words), (ActState::Released, words));
}

#[test]
fn what_must_come_with_an_act_is_named_when_it_is_missing() {
    let (ticket, unit) = ("t".into(), "u".into());
    let (body, off) = (Particulars::default(), CreditRule::default());
    let field = |kind, role| match refused(&asked(kind, &ticket, &unit, &body), role, &off) {
        ActRefusal::Lacking { field, .. } => field,
        other => panic!("{kind}: {other:?}"),
    };
    assert_eq!(field(ActKind::Slip, Role::Dispatcher), "due_at");
    assert_eq!(field(ActKind::Phone, Role::Dispatcher), "reached");
    assert_eq!(field(ActKind::Head, Role::Dispatcher), "reason");
    assert_eq!(field(ActKind::Talk, Role::Leader), "kind");
    assert_eq!(field(ActKind::Downgrade, Role::Command), "parent");
    assert_eq!(field(ActKind::Exposure, Role::Publicity), "photo_ids");
    assert_eq!(field(ActKind::Pursuit, Role::Coordinator), "item");
    let role = refused(&asked(ActKind::Discipline, &ticket, &unit, &body), Role::Dispatcher, &off);
    assert!(matches!(role, ActRefusal::Role { .. }), "{role:?}");
}

#[test]
fn a_file_takes_its_five_results_and_only_while_it_is_open() {
    let (ticket, unit) = ("t".into(), "u".into());
    let body = Particulars { gravity: Some("诫勉谈话".into()), ..Particulars::default() };
    for kind in [ActKind::Circular, ActKind::Talk, ActKind::Downgrade, ActKind::BonusCut, ActKind::Personal] {
        let mut asked = asked(kind, &ticket, &unit, &body);
        asked.parent = Some((ActKind::Accountability, ActState::Open));
        check_new(&asked, Role::Command, &UnitLadder::default(), &CreditRule::default(), NOW)
            .unwrap_or_else(|refusal| panic!("{kind}: {refusal:?}"));
        for parent in [(ActKind::Accountability, ActState::Resolved), (ActKind::Slip, ActState::Open)] {
            asked.parent = Some(parent);
            assert!(matches!(
                refused(&asked, Role::Command, &CreditRule::default()),
                ActRefusal::Lacking { field: "parent", .. }
            ));
        }
    }
    let wild = Particulars { gravity: Some("游街".into()), ..Particulars::default() };
    let mut personal = asked(ActKind::Personal, &ticket, &unit, &wild);
    personal.parent = Some((ActKind::Accountability, ActState::Open));
    assert!(refused(&personal, Role::Command, &CreditRule::default()).message().contains("书面检查"));
}

#[test]
fn credit_records_are_off_and_never_a_machines() {
    let (ticket, unit) = ("t".into(), "u".into());
    let body = Particulars {
        subject: Some("某物业公司".into()),
        legal_basis: Some("条例第十条".into()),
        expires_at: Some(NOW.plus_ms(DAY_MS)),
        ..Particulars::default()
    };
    let credit = asked(ActKind::Credit, &ticket, &unit, &body);
    assert!(matches!(refused(&credit, Role::Command, &CreditRule::default()), ActRefusal::Off(_)));
    let on = CreditRule { enabled: true, ..CreditRule::default() };
    check_new(&credit, Role::Command, &UnitLadder::default(), &on, NOW).unwrap();
    assert!(matches!(refused(&credit, Role::System, &on), ActRefusal::Role { .. }));
    let person = Particulars { natural_person: true, ..body.clone() };
    assert!(matches!(
        refused(&asked(ActKind::Credit, &ticket, &unit, &person), Role::Command, &on),
        ActRefusal::Off(_)
    ));
    let long = Particulars { expires_at: Some(NOW.plus_ms(2000 * DAY_MS)), ..body };
    assert!(
        refused(&asked(ActKind::Credit, &ticket, &unit, &long), Role::Command, &on)
            .message()
            .contains("1095")
    );
    assert_eq!(rule(ActKind::Credit).first, ActState::Proposed);
}

#[test]
fn nobody_lets_out_what_they_wrote_and_every_picture_is_looked_at() {
    let mut shown = act(ActKind::Exposure, ActState::Draft);
    shown.body.photo_ids = vec!["p1".into(), "p2".into()];
    let all = ActAction::Publish { no_faces: shown.body.photo_ids.clone() };
    let own = decide(&shown, &all, &actor(Role::Coordinator, "writer"), NOW).unwrap_err();
    assert!(matches!(own, ActRefusal::SamePerson(_)), "{own:?}");
    let editor = actor(Role::Publicity, "editor");
    let some = decide(&shown, &ActAction::Publish { no_faces: vec!["p1".into()] }, &editor, NOW).unwrap_err();
    assert!(some.message().contains("第2张"), "{some:?}");
    assert_eq!(decide(&shown, &all, &editor, NOW).unwrap().state, ActState::Open);
    shown.words = "请联系 138 1234 5678 处理".into();
    assert!(decide(&shown, &all, &editor, NOW).unwrap_err().message().contains("第5个字起疑似手机号"));
}

#[test]
fn a_unit_receives_once_what_is_addressed_to_it() {
    let slip = act(ActKind::Slip, ActState::Open);
    let head = actor(Role::UnitHead, "head");
    assert_eq!(allowed_actions(&slip, &head), [Move::Receipt, Move::Appeal]);
    let received = decide(&slip, &ActAction::Receipt {}, &head, NOW).unwrap();
    assert_eq!((received.state, received.version), (ActState::Received, 2));
    assert!(decide(&received, &ActAction::Receipt {}, &head, NOW).is_err());
    let other = Actor { department: Some("unit-b".into()), ..actor(Role::UnitHead, "x") };
    assert_eq!(decide(&slip, &ActAction::Receipt {}, &other, NOW), Err(ActRefusal::NotAddressed));
    let appealed =
        decide(&received, &ActAction::Appeal { reason: "路段非我单位".into() }, &head, NOW).unwrap();
    let revoked =
        decide(&appealed, &ActAction::Revoke { reason: "申诉成立".into() }, &actor(Role::Command, "c"), NOW)
            .unwrap();
    assert_eq!(revoked.state, ActState::Revoked);
    assert!(revoked.body.appeal.unwrap().answer.is_some());
}

#[test]
fn private_data_is_found_in_its_disguises_and_ordinary_numbers_pass() {
    for (text, what) in [
        ("电话13812345678", "手机号"),
        ("电话138-1234-5678", "手机号"),
        ("１３８１２３４５６７８", "手机号"),
        ("+86 138 1234 5678", "手机号"),
        ("拨0532-88551234", "电话号码"),
        ("37028219900101123X", "身份证号"),
        ("车牌鲁B·12345", "车牌号"),
        ("鲁BD12345在此", "车牌号"),
        ("鲁b8k66学", "车牌号"),
        ("卡号6222021234567890123", "证件或账号"),
    ] {
        assert_eq!(private_data(text).map(|found| found.0), Some(what), "{text}");
    }
    for text in [
        "",
        "2026年11月23日9时30分",
        "单号JM2026-000123",
        "占道约1200米，共3处",
        "热线12345",
        "鲁东路12345号",
        "36.3890,120.4472",
    ] {
        assert_eq!(private_data(text), None, "{text}");
    }
}
