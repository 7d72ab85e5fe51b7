//! What each register needs, allows and forbids: one table. It refuses exceptions in code.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString, VariantArray};

/// A kind of list that the district keeps.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    Display,
    EnumString,
    VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Register {
    /// 测评项目: a tree of assessment items with their three owners.
    Item,
    /// 测评点位, 固定点位: a place that is looked at for an item.
    Point,
    /// 重点关注区: watched and patrolled more closely.
    WatchArea,
    /// 视频监控.
    Camera,
    /// 工地.
    Site,
    /// 巡飞台账: one flight.
    Flight,
    /// 路段长, 楼院长 (level 1), 片长 (level 2), 河长, 湾长.
    Chief,
    /// 包保, 三包三联, 分管领导: a leader tied to a unit or an area.
    Patron,
    /// 双报到单位 of a community.
    Receiver,
    /// 门前三包.
    Frontage,
    /// 承包公司 and the weights of the units that score it.
    Contractor,
    /// 难点堵点, 示范路, 百处小区: a target number and what is done.
    Stubborn,
    /// 片区组, 行业组, 职能组.
    AreaTeam,
    /// 推进计划, 为民实事: plan items with status and dates.
    Project,
    /// 兜底: who clears what nobody else keeps clear.
    Fallback,
}

/// A column of an entry beside code and name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Display, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Field {
    Parent,
    Department,
    Assist,
    Person,
    Leader,
    Level,
    Category,
    Grid,
    Place,
    Shape,
    Tags,
    Target,
    Weight,
    FromDay,
    ToDay,
}

impl Field {
    /// The Chinese word.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Parent => "上级编码",
            Self::Department => "责任单位",
            Self::Assist => "协办单位",
            Self::Person => "责任人",
            Self::Leader => "分管领导",
            Self::Level => "级别",
            Self::Category => "类别",
            Self::Grid => "网格",
            Self::Place => "坐标",
            Self::Shape => "范围",
            Self::Tags => "标签",
            Self::Target => "目标数",
            Self::Weight => "权重",
            Self::FromDay => "开始日期",
            Self::ToDay => "截止日期",
        }
    }
}

/// What a value in the body of an entry is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Extra {
    /// A whole number of things, 0 to 1,000,000.
    Count,
    /// Degrees clockwise from north, 0 to 360.
    Degrees,
    /// An instant.
    Instant,
    /// A sentence of at most 200 characters.
    Text,
    /// One of the words, each with its label.
    Word(&'static [(&'static str, &'static str)]),
    /// Unit code to a number of 0 to 100.
    Weights,
    /// Name of a check to the id of its photo.
    Photos,
}

/// One value that the body of an entry may carry: name, label, what it is.
pub type ExtraField = (&'static str, &'static str, Extra);

/// What a register asks of its entries.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The Chinese name.
    pub label: &'static str,
    /// Of each group at least one must be there.
    pub needs: &'static [&'static [Field]],
    /// What may be there besides what is needed.
    pub allows: &'static [Field],
    /// The register that `parent` points into.
    pub parent: Option<Register>,
    /// The highest level, from 1.
    pub levels: i64,
    /// Tags of which an entry has at most one, with their labels.
    pub words: &'static [(&'static str, &'static str)],
    /// What the body may hold.
    pub body: &'static [ExtraField],
    /// The target where a file names none.
    pub target: Option<i64>,
}

const PLAIN: Kind =
    Kind { label: "", needs: &[], allows: &[], parent: None, levels: 0, words: &[], body: &[], target: None };

/// The parts of an assessment.
pub const PARTS: &[(&str, &str)] = &[("site", "实地"), ("material", "材料"), ("survey", "问卷")];
/// The kinds of teams.
pub const TEAMS: &[(&str, &str)] = &[("area", "片区组"), ("industry", "行业组"), ("function", "职能组")];
/// How far a plan item has come.
pub const STATUSES: &[(&str, &str)] = &[("planned", "未开始"), ("doing", "进行中"), ("done", "已完成")];

const DONE: ExtraField = ("done", "已完成数", Extra::Count);
const NOTE: ExtraField = ("note", "说明", Extra::Text);

impl Register {
    /// Its row of the table.
    pub const fn kind(self) -> Kind {
        use Field::{
            Assist, Category, Department, FromDay, Grid, Leader, Level, Parent, Person, Place, Shape, Tags,
            Target, ToDay, Weight,
        };
        match self {
            Self::Item => Kind {
                label: "测评项目",
                allows: &[Parent, Department, Assist, Person, Leader, Category, Tags, Weight, Target],
                parent: Some(Self::Item),
                words: PARTS,
                body: &[("deduction", "扣分说明", Extra::Text), NOTE],
                ..PLAIN
            },
            Self::Point => Kind {
                label: "测评点位",
                needs: &[&[Place, Grid, Shape]],
                allows: &[
                    Parent, Department, Assist, Person, Leader, Category, Tags, Target, Weight, FromDay,
                    ToDay,
                ],
                parent: Some(Self::Item),
                body: &[DONE, NOTE],
                ..PLAIN
            },
            Self::WatchArea => Kind {
                label: "重点关注区",
                needs: &[&[Grid, Shape]],
                allows: &[Department, Person, Leader, Level, Category, Tags, Place, FromDay, ToDay],
                levels: 4,
                body: &[NOTE],
                ..PLAIN
            },
            Self::Camera => Kind {
                label: "视频监控",
                needs: &[&[Place]],
                allows: &[Department, Person, Grid, Tags],
                body: &[
                    ("heading", "朝向", Extra::Degrees),
                    ("last_seen", "最近在线", Extra::Instant),
                    ("key", "设备密钥", Extra::Text),
                    NOTE,
                ],
                ..PLAIN
            },
            Self::Site => Kind {
                label: "工地",
                needs: &[&[Place, Shape]],
                allows: &[Department, Assist, Person, Leader, Grid, Tags, FromDay, ToDay],
                body: &[("checks", "检查照片", Extra::Photos), NOTE],
                ..PLAIN
            },
            Self::Flight => Kind {
                label: "巡飞台账",
                needs: &[&[FromDay]],
                allows: &[Department, Person, Grid, Place, Shape, Tags, Target, ToDay, Parent],
                parent: Some(Self::Site),
                body: &[("sorties", "架次", Extra::Count), ("found", "发现问题数", Extra::Count), DONE, NOTE],
                ..PLAIN
            },
            Self::Chief => Kind {
                label: "路段长、片长、河长",
                needs: &[&[Person], &[Grid, Shape]],
                allows: &[Department, Level, Category, Tags, FromDay, ToDay],
                levels: 2,
                body: &[NOTE],
                ..PLAIN
            },
            Self::Patron => Kind {
                label: "包保领导",
                needs: &[&[Leader], &[Department, Grid, Shape]],
                allows: &[Level, Category, Tags, Target, FromDay, ToDay],
                levels: 4,
                body: &[DONE, NOTE],
                ..PLAIN
            },
            Self::Receiver => Kind {
                label: "双报到单位",
                needs: &[&[Department], &[Grid]],
                allows: &[Person, Leader, Tags, Target, Category, FromDay, ToDay],
                body: &[DONE, NOTE],
                target: Some(4),
                ..PLAIN
            },
            Self::Frontage => Kind {
                label: "门前三包",
                needs: &[&[Place, Shape, Grid]],
                allows: &[Department, Person, Tags, FromDay, ToDay],
                body: &[NOTE],
                ..PLAIN
            },
            Self::Contractor => Kind {
                label: "承包公司",
                allows: &[Department, Person, Grid, Shape, Category, Tags, Weight, FromDay, ToDay],
                body: &[("weights", "各单位权重", Extra::Weights), NOTE],
                ..PLAIN
            },
            Self::Stubborn => Kind {
                label: "难点堵点与示范路",
                needs: &[&[Target]],
                allows: &[
                    Department, Assist, Person, Leader, Category, Grid, Place, Shape, Tags, FromDay, ToDay,
                ],
                body: &[DONE, NOTE],
                ..PLAIN
            },
            Self::AreaTeam => Kind {
                label: "专班小组",
                needs: &[&[Tags]],
                allows: &[Department, Assist, Person, Leader, Grid, Shape, Category],
                words: TEAMS,
                body: &[NOTE],
                ..PLAIN
            },
            Self::Project => Kind {
                label: "推进计划",
                needs: &[&[ToDay]],
                allows: &[
                    Parent, Department, Assist, Person, Leader, Category, Grid, Place, Tags, Target, Weight,
                    FromDay,
                ],
                parent: Some(Self::Project),
                body: &[("status", "进展", Extra::Word(STATUSES)), DONE, NOTE],
                ..PLAIN
            },
            Self::Fallback => Kind {
                label: "兜底责任",
                needs: &[&[Department], &[Grid, Shape]],
                allows: &[Category, Person, Tags, FromDay, ToDay],
                body: &[NOTE],
                ..PLAIN
            },
        }
    }

    /// The Chinese name.
    pub const fn label(self) -> &'static str {
        self.kind().label
    }

    /// Whether an entry may carry a column.
    pub fn takes(self, field: Field) -> bool {
        let kind = self.kind();
        kind.allows.contains(&field) || kind.needs.iter().any(|group| group.contains(&field))
    }
}
