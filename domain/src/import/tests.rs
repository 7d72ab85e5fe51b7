//! Files a clerk could hand in, good and bad.

use super::*;
use crate::clock::limit::LimitUnit;
use crate::workline::Workline;
use proptest::prelude::*;

/// A sheet from lines of cells divided by `|`; the first is the header, data starts on line 2.
fn sheet(text: &str) -> Sheet {
    let mut lines = text.lines().map(|line| line.split('|').map(str::to_owned).collect::<Vec<_>>());
    let header = lines.next().unwrap_or_default();
    Sheet { header, rows: lines.enumerate().map(|(i, cells)| (i + 2, cells)).collect() }
}

fn known() -> Known {
    Known {
        departments: ["office", "area-a", "line-r"].into_iter().map(DepartmentCode::from).collect(),
        categories: ["06010", "06011"].into_iter().map(CategoryCode::from).collect(),
        grids: [
            (Layer::Area, "370215001"),
            (Layer::Community, "370215001001001"),
            (Layer::Inspection, "X01"),
        ]
        .into_iter()
        .map(|(layer, code)| (layer, GridCode::from(code)))
        .collect(),
    }
}

/// Where the faults are, in order.
fn places<T: std::fmt::Debug>(result: Result<Vec<T>, Vec<Fault>>) -> Vec<(usize, String)> {
    result.unwrap_err().into_iter().map(|fault| (fault.line, fault.column)).collect()
}

fn at(expected: &[(usize, &str)]) -> Vec<(usize, String)> {
    expected.iter().map(|(line, column)| (*line, (*column).to_owned())).collect()
}

#[test]
fn chinese_headers_and_words_read_like_english_ones() {
    let english = sheet("code|name|kind|workline|area\na1|环秀组|block||370215001\nl1|道路专班|line|roads|");
    let chinese =
        sheet("\u{feff}名称|编码|片区|类型|工作线\n环秀组|a1|370215001|块|\n 道路专班 |l1||条|道路街巷");
    let rows = departments(&english, &known()).unwrap();
    assert_eq!(rows, departments(&chinese, &known()).unwrap());
    assert_eq!(rows[1].workline, Some(Workline::Roads));
}

#[test]
fn unknown_repeated_and_missing_columns_are_faults_of_the_header() {
    let faults = departments(&sheet("code|编码|颜色|name\na|a|红|甲"), &known()).unwrap_err();
    let seen: Vec<_> = faults.iter().map(|f| (f.line, f.column.as_str())).collect();
    assert_eq!(seen, [(1, "编码"), (1, "颜色"), (1, "kind（类型）")]);
    assert!(faults[1].reason.contains("workline（工作线）"), "the columns that exist are listed");
}

#[test]
fn a_sheet_without_data_rows_is_refused() {
    for text in ["code|name|kind", "code|name|kind\n||\n  | |"] {
        assert_eq!(departments(&sheet(text), &known()).unwrap_err()[0].reason, "没有数据行");
    }
}

#[test]
fn every_bad_row_is_named_and_none_is_imported() {
    let text = "code|name|kind|parent|workline|area\n\
                a1|甲|block|||370215001\n\
                a1|乙|block|||370215001\n\
                b|丙|island|||\n\
                c|丁|line|||\n\
                d|戊|external||roads|\n\
                e|己|center|nobody||\n\
                f|庚|block|office||370215999\n\
                坏 码||block|||";
    assert_eq!(
        places(departments(&sheet(text), &known())),
        at(&[
            (3, "code"),
            (3, "area"),
            (4, "kind"),
            (5, "workline"),
            (6, "workline"),
            (7, "parent"),
            (8, "area"),
            (9, "code"),
            (9, "name"),
        ])
    );
}

#[test]
fn a_wrong_word_lists_the_allowed_ones() {
    let faults = departments(&sheet("编码|名称|类型\na|甲|岛"), &known()).unwrap_err();
    assert_eq!((faults[0].line, faults[0].column.as_str()), (2, "类型"));
    for word in ["“岛”", "block（块）", "line（条）", "center（指挥中心）", "external（双报到单位）"]
    {
        assert!(faults[0].reason.contains(word), "{} lacks {word}", faults[0].reason);
    }
}

#[test]
fn a_superior_may_follow_in_the_file_but_never_lead_back() {
    let fine = sheet("code|name|kind|parent\na|甲|block|b\nb|乙|center|c\nc|丙|center|office");
    assert_eq!(departments(&fine, &known()).unwrap().len(), 3);
    let loops = sheet("code|name|kind|parent\na|甲|block|b\nb|乙|center|c\nc|丙|center|b\nd|丁|block|d");
    assert_eq!(places(departments(&loops, &known())), at(&[(3, "parent"), (4, "parent"), (5, "parent")]));
}

#[test]
fn a_reference_to_a_row_with_a_fault_is_not_reported_as_missing() {
    let text = "code|name|kind|parent\na|甲|island|\nb|乙|block|a";
    assert_eq!(places(departments(&sheet(text), &known())), at(&[(2, "kind")]));
}

#[test]
fn people_get_roles_units_and_grids() {
    let text = "用户名|姓名|角色|单位|网格|验收方\n\
                worker1|王一|grid_worker|area-a|community:370215001001001; 巡管小网格：X01；|\n\
                judge1|李一|督查组|office||industry";
    let rows = people(&sheet(text), &known()).unwrap();
    let grids = [(Layer::Community, "370215001001001".into()), (Layer::Inspection, "X01".into())];
    assert_eq!(rows[0].grids, grids);
    assert_eq!(rows[1].inspector_side, Some(crate::actor::Side::Industry));
}

#[test]
fn people_faults_name_line_and_column() {
    let text = "username|name|role|department|grids|phone|inspector_side|password\n\
                Zhang|张|handler|area-a||||\n\
                li|李|citizen|area-a||||\n\
                wang|王|system|nowhere||||\n\
                zhao|赵|grid_worker|area-a||||\n\
                qian|钱|grid_worker|area-a|X01||||\n\
                sun|孙|grid_worker|area-a|street:1;inspection:X99;inspection:X01;inspection:X01|||\n\
                zhou|周|inspector|office||||\n\
                wu|吴|handler|area-a||not a phone|industry|short\n\
                wu|吴|handler|area-a||||";
    let expected = [
        (2, "username"),
        (3, "role"),
        (4, "role"),
        (4, "department"),
        (5, "grids"),
        (6, "grids"),
        (6, "grids"),
        (7, "grids"),
        (7, "grids"),
        (7, "grids"),
        (8, "inspector_side"),
        (9, "phone"),
        (9, "password"),
        (9, "inspector_side"),
        (10, "username"),
    ];
    assert_eq!(places(people(&sheet(text), &known())), at(&expected));
}

#[test]
fn a_password_is_printed_neither_in_a_fault_nor_in_a_row() {
    let text = "username|name|role|department|password\nli|李|handler|area-a|sesame\nwu|吴|handler|nowhere|open-sesame";
    assert!(!format!("{:?}", people(&sheet(text), &known())).contains("sesame"));
    let fine =
        people(&sheet("username|name|role|department|password\nwu|吴|handler|area-a|open-sesame"), &known());
    assert!(!format!("{fine:?}").contains("sesame"));
}

#[test]
fn two_people_with_one_name_to_log_in_are_refused() {
    let text = "username|name|role|department\nwu|吴|handler|area-a\nwu|武|handler|area-a";
    let faults = people(&sheet(text), &known()).unwrap_err();
    assert_eq!((faults[0].line, faults[0].reason.as_str()), (3, "“wu”与第 2 行重复"));
}

#[test]
fn a_standard_carries_its_limit_and_needs_its_category() {
    let head = "category|code|name|opens_when|limit_amount|limit_unit|closes_when|source\n";
    let fine = format!(
        "{head}06010|06010-1|垃圾|散落|4|工作时|清除|例\n06010|06010-2|垃圾|成片|1|work_days|清除|例"
    );
    let rows = standards(&sheet(&fine), &known()).unwrap();
    assert_eq!((rows[0].limit.amount, rows[0].limit.unit), (4, LimitUnit::WorkHours));
    let bad = format!(
        "{head}06099|a|甲|散落|0|工作时|清除|例\n06010|b|乙|散落|4.5|小时|清除|例\n06010|b|乙|散落||工作时|清除|\n\
         06010|c|丙|散落|+4|工作时|清除|例\n06010|d|{}|散落|4|工作时|清除|例",
        "长".repeat(81)
    );
    let expected = [
        (2, "limit_amount"),
        (2, "category"),
        (3, "limit_amount"),
        (3, "limit_unit"),
        (4, "source"),
        (4, "limit_amount"),
        (4, "code"),
        (5, "limit_amount"),
        (6, "name"),
    ];
    assert_eq!(places(standards(&sheet(&bad), &known())), at(&expected));
}

#[test]
fn a_category_keeps_its_leading_zero_and_may_have_no_second_visit() {
    let text = "code|name|workline|close_policy|recheck_days|lead_by\n06010|暴露垃圾|环境卫生|自动||块";
    let rows = categories(&sheet(text)).unwrap();
    assert_eq!(
        (rows[0].code.as_str(), rows[0].recheck_days, rows[0].lead_by),
        ("06010", None, LeadBy::Block)
    );
}

#[test]
fn a_rule_names_a_unit_and_conditions_that_exist() {
    let text = "id|category|workline|layer|grid|lead|assist|note\n\
                r1|0601|道路街巷|area|370215001|line-r|area-a|例\n\
                r2|||||||\n\
                r3|07||||line-r||\n\
                r4|||community|370215001|line-r||\n\
                r5|||||nobody|line-r|\n\
                r6|||||line-r|line-r|\n\
                r7|||street||line-r||";
    let expected = [(3, "lead"), (4, "category"), (5, "grid"), (6, "lead"), (7, "assist"), (8, "layer")];
    assert_eq!(places(rules(&sheet(text), &known())), at(&expected));
    let fine: Vec<&str> = text.lines().take(2).collect();
    let rows = rules(&sheet(&fine.join("\n")), &known()).unwrap();
    assert_eq!((rows[0].lead.as_ref().unwrap().as_str(), rows[0].layer), ("line-r", Some(Layer::Area)));
}

#[test]
fn a_date_must_exist() {
    let text = "date|kind|name|source\n2026-10-01|holiday|国庆节|通知\n\
                2026-02-30|makeup|春节|通知\n46296|makeup|春节|通知";
    assert_eq!(places(calendar(&sheet(text))), at(&[(3, "date"), (4, "date")]));
}

#[test]
fn a_date_stands_once_however_it_is_written() {
    let text = "date|kind|name|source\n2026-10-01|holiday|国庆节|通知\n2026/10/1|放假|国庆节|通知";
    assert_eq!(places(calendar(&sheet(text))), at(&[(3, "date")]));
}

#[test]
fn cells_beyond_the_header_and_line_breaks_in_cells_are_faults() {
    let text = "code|name|kind\na|甲|block|extra\nb|乙|block||";
    assert_eq!(departments(&sheet(text), &known()).unwrap_err().len(), 1);
    let mut broken = sheet("code|name|kind\na|甲|block");
    broken.rows[0].1[1] = "甲\n乙".into();
    assert_eq!(places(departments(&broken, &known())), at(&[(2, "name")]));
}

#[test]
fn faults_stop_at_two_hundred() {
    let mut many = sheet("code|name|kind");
    many.rows =
        (2..100_000).map(|line| (line, vec![String::new(), String::new(), "x".repeat(300)])).collect();
    assert_eq!(departments(&many, &known()).unwrap_err().len(), MOST_FAULTS);
}

proptest! {
    #[test]
    fn no_table_of_text_makes_a_reader_panic(
        header in proptest::collection::vec("(code|name|kind|编码|grids|date|category|limit_amount|\\PC{0,6})", 0..8),
        rows in proptest::collection::vec(proptest::collection::vec("\\PC{0,12}", 0..9), 0..6),
    ) {
        let sheet = Sheet { header, rows: rows.into_iter().enumerate().map(|(i, cells)| (i + 2, cells)).collect() };
        let _ = departments(&sheet, &known());
        let _ = people(&sheet, &known());
        let _ = categories(&sheet);
        let _ = standards(&sheet, &known());
        let _ = rules(&sheet, &known());
        let _ = calendar(&sheet);
    }
}
