//! Plays the product's main job over the public HTTP API, one Chinese line a step: from two citizens' pictures of one
//! heap to its proven fix, with what goes wrong on the way. It uses nothing but the API, so what it tells is what a
//! client sees; a verdict that goes against it is told as it is.

mod acts;
mod cast;
mod gallery;
mod ground;
mod tell;

use std::cell::Cell;
use std::time::Duration;

use serde_json::Value;

use crate::client::{Result, stage_of, text};
use cast::Cast;
use gallery::Gallery;
pub use gallery::Pictures;
use ground::Ground;

/// Category of the story's problem: 暴露垃圾.
const HEAP: &str = "06010";
/// How long the worker may take for one step.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the story is played and who listens.
pub struct Telling<'a> {
    /// The server, such as `http://127.0.0.1:8080`.
    pub base: &'a str,
    /// The WeChat stand-in behind it, when it is known.
    pub wechat: Option<&'a str>,
    /// Takes each line.
    pub say: &'a dyn Fn(&str),
}

/// How the story ended.
#[derive(Debug, Clone)]
pub struct Told {
    /// The main ticket.
    pub ticket: String,
    /// Its number.
    pub number: String,
    /// Its last stage, in Chinese.
    pub stage: String,
    /// Whether it was struck off.
    pub closed: bool,
}

/// Numbers the steps.
struct Narrator<'a> {
    say: &'a dyn Fn(&str),
    steps: Cell<u32>,
}

impl Narrator<'_> {
    /// A heading between parts.
    fn part(&self, title: &str) {
        (self.say)(&format!("\n── {title} ──"));
    }

    /// One numbered step.
    fn step(&self, line: impl AsRef<str>) {
        self.steps.set(self.steps.get() + 1);
        (self.say)(&format!("{:>2}. {}", self.steps.get(), line.as_ref()));
    }

    /// A detail under the last step.
    fn detail(&self, line: impl AsRef<str>) {
        (self.say)(&format!("      {}", line.as_ref()));
    }

    /// Details under the last step.
    fn details(&self, lines: impl IntoIterator<Item = String>) {
        lines.into_iter().for_each(|line| self.detail(line));
    }
}

/// Everything that an act needs.
struct Play<'a> {
    narrator: Narrator<'a>,
    cast: Cast,
    ground: Ground,
    gallery: Gallery,
    wechat: Option<&'a str>,
}

/// Plays the whole story; safe to be repeated on the same data.
pub async fn story(telling: &Telling<'_>, pictures: Pictures) -> Result<Told> {
    let narrator = Narrator { say: telling.say, steps: Cell::new(0) };
    let cast = Cast::log_in(telling.base).await?;
    let ground = Ground::find(&cast.dispatcher, &cast.worker).await?;
    let earlier = cast.dispatcher.get("/v1/tickets?with_total=true&limit=1").await?.ok()?;
    let gallery = Gallery::open(pictures, earlier["total"].as_u64().unwrap_or(0), &ground)?;
    let play = Play { narrator, cast, ground, gallery, wechat: telling.wechat };
    play.narrator.part("一、市民上报，系统读图、定位、立案、派单");
    let (ticket, report) = acts::report::heap(&play).await?;
    play.narrator.part("二、同一处问题合并，四百米外另立，督查专号可以撤销");
    let far = acts::report::neighbours(&play, &ticket).await?;
    play.narrator.part("三、处置与核查：冒充、存疑、真正整改");
    let closed = acts::proof::prove(&play, &ticket).await?;
    if closed {
        acts::proof::afterwards(&play, &ticket, &report).await?;
    }
    play.narrator.part("四、小事不出社区、“不归我管”、跨界与区外");
    acts::aside::on_the_spot(&play).await?;
    acts::aside::not_ours(&play, &far).await?;
    acts::aside::doubtful_places(&play).await?;
    play.narrator.part("五、全过程");
    let last = acts::end(&play, &ticket).await?;
    Ok(Told {
        number: text(&last, "/number").to_owned(),
        stage: text(&last, "/state/label").to_owned(),
        closed: stage_of(&last) == "closed",
        ticket,
    })
}

/// Items of a list.
fn items<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}
