//! Tests of routing: defaults, rules, and that neither order nor weaker rules matter.

use super::*;
use proptest::prelude::*;

fn rule(id: &str) -> Rule {
    Rule {
        id: id.into(),
        category: None,
        workline: None,
        layer: None,
        grid: None,
        lead: None,
        assist: None,
        note: String::new(),
    }
}

fn grids() -> BTreeMap<Layer, GridCode> {
    [(Layer::Community, "C1"), (Layer::Enforcement, "E1"), (Layer::Area, "A1")]
        .into_iter()
        .map(|(layer, code)| (layer, code.into()))
        .collect()
}

fn route_in(area: Option<(&str, Option<&str>)>, bureau: Option<&str>, rules: &[Rule]) -> Routing {
    let grids = grids();
    let code = area.map(|(grid, _)| GridCode::from(grid));
    let unit = area.and_then(|(_, unit)| unit).map(DepartmentCode::from);
    let territory = Territory { area: code.as_ref().map(|code| (code, unit.as_ref())), grids: &grids };
    assign(&"0601".into(), "户外广告", &territory, bureau.map(DepartmentCode::from).as_ref(), rules)
}

fn route(rules: &[Rule]) -> Routing {
    route_in(Some(("A1", Some("街道"))), Some("广告中队"), rules)
}

fn units(routing: &Routing) -> (&str, Option<&str>) {
    match routing {
        Routing::Assigned { lead, assist, .. } => {
            (lead.as_str(), assist.as_ref().map(DepartmentCode::as_str))
        }
        Routing::Unroutable { .. } => ("", None),
    }
}

fn reasons(routing: &Routing) -> Vec<&str> {
    let (Routing::Assigned { why, .. } | Routing::Unroutable { why }) = routing;
    why.iter().map(|why| why.text.as_str()).collect()
}

#[test]
fn by_default_the_area_leads_and_the_line_assists() {
    let routing = route(&[]);
    assert_eq!(units(&routing), ("街道", Some("广告中队")));
    assert_eq!(
        reasons(&routing),
        ["主办：片区 A1 的责任单位 街道", "协办：工作线 户外广告 的行业单位 广告中队"]
    );
}

#[test]
fn without_a_lead_the_case_is_unroutable_and_says_why() {
    assert!(reasons(&route_in(None, Some("广告中队"), &[]))[0].contains("不在任何片区内"));
    assert!(reasons(&route_in(Some(("A1", None)), None, &[]))[0].contains("片区 A1 没有责任单位"));
}

#[test]
fn a_rule_may_lead_where_no_area_does() {
    let rules = [Rule { lead: Some("专班".into()), category: Some("06".into()), ..rule("R1") }];
    let routing = route_in(None, None, &rules);
    assert_eq!(units(&routing), ("专班", None));
    assert_eq!(reasons(&routing), ["主办:规则 R1(类别 06)", "无协办：工作线 户外广告 没有行业单位"]);
}

#[test]
fn lead_and_assist_come_from_different_rules() {
    let rules = [
        Rule {
            category: Some("0601".into()),
            lead: Some("专班".into()),
            note: "广告归口".into(),
            ..rule("R1")
        },
        Rule {
            layer: Some(Layer::Area),
            grid: Some("A1".into()),
            assist: Some("执法队".into()),
            ..rule("R2")
        },
    ];
    let routing = route(&rules);
    assert_eq!(units(&routing), ("专班", Some("执法队")));
    assert_eq!(reasons(&routing), ["主办:规则 R1(类别 0601):广告归口", "协办:规则 R2(片区（街道） A1)"]);
    let Routing::Assigned { why, .. } = routing else { panic!("not assigned") };
    assert_eq!(why[0].rule.as_deref(), Some("R1"));
}

#[test]
fn an_assist_that_already_leads_is_dropped_and_said() {
    let routing = route(&[Rule { lead: Some("广告中队".into()), ..rule("R1") }]);
    assert_eq!(units(&routing), ("广告中队", None));
    assert!(reasons(&routing)[2].contains("不另派协办"));
}

#[test]
fn specificity_is_category_then_workline_then_grid_then_fineness() {
    let ladder = [
        rule("R9"),
        Rule { layer: Some(Layer::Area), ..rule("R8") },
        Rule { layer: Some(Layer::Community), ..rule("R7") },
        Rule { layer: Some(Layer::Area), grid: Some("A1".into()), ..rule("R6") },
        Rule { layer: Some(Layer::Enforcement), grid: Some("E1".into()), ..rule("R5") },
        Rule { grid: Some("C1".into()), ..rule("R4") },
        Rule { workline: Some("户外广告".into()), ..rule("R3") },
        Rule { category: Some("06".into()), ..rule("R2") },
        Rule { category: Some("0601".into()), ..rule("R1") },
    ];
    for count in 1..=ladder.len() {
        let rules: Vec<_> = ladder[..count]
            .iter()
            .map(|rule| Rule { lead: Some(rule.id.as_str().into()), ..rule.clone() })
            .collect();
        assert_eq!(units(&route(&rules)).0, ladder[count - 1].id);
    }
}

#[test]
fn a_rule_whose_condition_fails_never_applies() {
    let lead = Some(DepartmentCode::from("不该"));
    let rules = [
        Rule { category: Some("0602".into()), lead: lead.clone(), ..rule("R1") },
        Rule { category: Some("060101".into()), lead: lead.clone(), ..rule("R2") },
        Rule { workline: Some("环境卫生".into()), lead: lead.clone(), ..rule("R3") },
        Rule { layer: Some(Layer::Inspection), lead: lead.clone(), ..rule("R4") },
        Rule { layer: Some(Layer::Area), grid: Some("C1".into()), lead: lead.clone(), ..rule("R5") },
        Rule { grid: Some("X".into()), lead, ..rule("R6") },
    ];
    assert_eq!(route(&rules), route(&[]));
}

fn pick(of: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(of).prop_map(str::to_owned))
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let layer =
        prop::option::of(prop::sample::select(&[Layer::Community, Layer::Inspection, Layer::Area][..]));
    let one = (
        prop::sample::select(&["R1", "R2", "R3", "R4"][..]),
        pick(&["", "06", "0601", "07"]),
        pick(&["户外广告", "环境卫生"]),
        layer,
        pick(&["C1", "A1", "X"]),
        pick(&["U1", "U2", "U3"]),
        pick(&["U1", "U2", "U3"]),
    );
    let rule = one.prop_map(|(id, category, workline, layer, grid, lead, assist)| Rule {
        category,
        workline,
        layer,
        grid: grid.map(GridCode::new),
        lead: lead.map(DepartmentCode::new),
        assist: assist.map(DepartmentCode::new),
        ..rule(id)
    });
    // A district's rules have ids of their own.
    prop::collection::vec(rule, 0..8).prop_map(|rules| {
        rules.into_iter().enumerate().map(|(i, rule)| Rule { id: format!("R{i}"), ..rule }).collect()
    })
}

proptest! {
    #[test]
    fn the_order_of_rules_never_matters(
        (straight, shuffled) in rules().prop_flat_map(|rules| (Just(rules.clone()), Just(rules).prop_shuffle())),
    ) {
        prop_assert_eq!(route(&straight), route(&shuffled));
    }

    #[test]
    fn a_less_specific_rule_never_changes_the_answer(rules in rules(), at in 0usize..9) {
        // Full conditions make these two stronger than whatever was drawn.
        let strongest = Rule {
            category: Some("0601".into()),
            workline: Some("户外广告".into()),
            layer: Some(Layer::Community),
            grid: Some("C1".into()),
            ..rule("R0")
        };
        let lead = Rule { lead: Some("L".into()), ..strongest.clone() };
        let assist = Rule { assist: Some("S".into()), ..strongest };
        let mut all = rules;
        let place = at.min(all.len());
        all.splice(place..place, [lead.clone(), assist.clone()]);
        prop_assert_eq!(route(&all), route(&[lead, assist]));
    }

    #[test]
    fn a_rule_that_sets_nothing_or_does_not_fit_never_changes_the_answer(rules in rules(), at in 0usize..9) {
        let before = route(&rules);
        let mut more = rules;
        let place = at.min(more.len());
        let silent = Rule { category: Some("0601".into()), ..rule("R0") };
        let foreign = Rule { category: Some("9".into()), lead: Some("L".into()), assist: Some("S".into()), ..rule("R0") };
        more.splice(place..place, [silent, foreign]);
        prop_assert_eq!(route(&more), before);
    }

    #[test]
    fn lead_and_assist_are_never_the_same(rules in rules()) {
        let routing = route(&rules);
        let (lead, assist) = units(&routing);
        prop_assert_ne!(Some(lead), assist);
    }
}
