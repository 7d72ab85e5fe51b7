//! Why a ticket needs a person: the exceptions that the 督查专号 works through, each with what the machine knows.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumDiscriminants, EnumString, VariantArray};

use crate::geo::grid::{Candidate, Layer};
use crate::id::TicketId;

/// One doubt on a ticket, with the figures behind it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, EnumDiscriminants)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[strum_discriminants(
    name(AttentionKind),
    derive(Display, EnumString, VariantArray, Hash, PartialOrd, Ord, Serialize, Deserialize),
    strum(serialize_all = "snake_case"),
    serde(rename_all = "snake_case"),
    doc = "The name of a doubt."
)]
pub enum Attention {
    /// The accuracy circle spills over a boundary (跨界).
    Border { layer: Layer, candidates: Vec<Candidate> },
    /// The point lies outside the district (区外).
    Outside { distance_m: f64, nearest: Option<Candidate> },
    /// Nobody knows where it is (无位置).
    NoPlace,
    /// Words and hint name no category (类别不明).
    NoCategory { guesses: Vec<String> },
    /// No unit follows from the rules (无责任单位).
    Unroutable { reasons: Vec<String> },
    /// Maybe the same problem as another ticket (疑似重复).
    Duplicate { ticket: TicketId, probability: f64, reasons: Vec<String> },
    /// The proof convinces neither way (证据存疑).
    DoubtfulProof { reasons: Vec<String> },
    /// The unit returned it (会商).
    Dispute { reason: String },
    /// The reporter says that the fix is no fix (质疑).
    Contested { reason: String },
    /// A unit asks for time, suspension or exemption (申请待批).
    Request { reason: String },
    /// Its pictures can't be read (照片无法读取).
    BrokenPhoto { reasons: Vec<String> },
    /// Seen again and found to be back (回弹).
    Relapsed { note: String },
    /// A machine's sighting that waits for a person (待筛选).
    Screening { camera: String, offence: String, confidence: f64 },
    /// Filed for a while and nobody has it (无人负责).
    Gap { reasons: Vec<String> },
}

impl Attention {
    /// The bare name.
    pub fn kind(&self) -> AttentionKind {
        AttentionKind::from(self)
    }

    /// One Chinese sentence for the dispatcher.
    pub fn sentence(&self) -> String {
        let shares = |list: &[Candidate]| {
            list.iter()
                .map(|c| format!("{} {:.0}%", c.name, c.likelihood * 100.0))
                .collect::<Vec<_>>()
                .join("、")
        };
        match self {
            Self::Border { layer, candidates } => {
                format!("定位精度圈跨{}边界：{}", layer.label(), shares(candidates))
            }
            Self::Outside { distance_m, nearest } => match nearest {
                Some(near) => format!("位置在辖区外约{distance_m:.0}米，最近网格为{}", near.name),
                None => format!("位置在辖区外约{distance_m:.0}米"),
            },
            Self::NoPlace => "没有可用的位置，请人工确认".into(),
            Self::NoCategory { guesses } if guesses.is_empty() => "无法判断类别，请人工选择".into(),
            Self::NoCategory { guesses } => format!("类别不明，可能是：{}", guesses.join("、")),
            Self::Unroutable { reasons } => format!("没有规则给出责任单位：{}", reasons.join(";")),
            Self::Duplicate { probability, reasons, .. } => {
                format!("疑似重复({:.0}%):{}", probability * 100.0, reasons.join(";"))
            }
            Self::DoubtfulProof { reasons } => format!("证据存疑：{}", reasons.join(";")),
            Self::Dispute { reason } => format!("责任单位退单：{reason}"),
            Self::Contested { reason } => format!("上报人质疑处置结果：{reason}"),
            Self::Request { reason } => format!("申请待批：{reason}"),
            Self::BrokenPhoto { reasons } => format!("照片无法读取：{}", reasons.join(";")),
            Self::Relapsed { note } => format!("回头看发现回弹：{note}"),
            Self::Screening { camera, offence, confidence } => {
                format!("待筛选：摄像头 {camera} 抓拍“{offence}”（置信度 {:.0}%）", confidence * 100.0)
            }
            Self::Gap { reasons } if reasons.is_empty() => "无人负责，请派单或补位".into(),
            Self::Gap { reasons } => format!("无人负责：{}", reasons.join(";")),
        }
    }
}
