//! The demonstration as a program: starts the product with a stand-in for WeChat, plays the story, draws the reference
//! district. It refuses to hold more than the command line and the words around it.

#![expect(clippy::print_stdout, reason = "it speaks to the person at the terminal")]

mod run;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use demo::client::{Client, Failure, Result};
use demo::story::{Pictures, Telling, story};
use demo::{district, wechat};

/// 随手拍演示
#[derive(Parser)]
#[command(name = "demo", version)]
struct Line {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// 启动产品;第一次启动会演一遍主流程
    Run {
        /// 端口
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// 数据目录
        #[arg(long, default_value = "var")]
        data: PathBuf,
    },
    /// 演一遍主流程
    Story {
        /// 用自己的照片:按文件名排序,第一张为处置前,第二张为处置后
        #[arg(long)]
        photos: Option<PathBuf>,
        /// 服务地址;没有服务时临时启动一个
        #[arg(long, default_value = "http://127.0.0.1:8080")]
        base: String,
    },
    /// 重新生成示例辖区
    DrawDistrict {
        /// 目录
        #[arg(long, default_value = "reference")]
        to: PathBuf,
    },
    /// 单独启动微信替身
    Wechat {
        /// 端口
        #[arg(long, default_value_t = 8081)]
        port: u16,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let done = match Line::parse().command {
        Command::Run { port, data } => run::run(port, &data).await,
        Command::Story { photos, base } => tell(photos.as_deref(), &base).await,
        Command::DrawDistrict { to } => draw(&to),
        Command::Wechat { port } => stand_in(port).await,
    };
    done.unwrap_or_else(|why| {
        println!("{why}");
        ExitCode::FAILURE
    })
}

/// Plays the story at `base`, or at a server of its own when none answers there.
async fn tell(photos: Option<&Path>, base: &str) -> Result<ExitCode> {
    let pictures = match photos {
        Some(folder) => Pictures::from_folder(folder)?,
        None => Pictures::Drawn,
    };
    let answers = Client::new(base)?.get("/healthz").await.is_ok_and(|answer| answer.status == 200);
    let say = |line: &str| println!("{line}");
    if answers {
        println!("在 {base} 上演一遍主流程");
        let told = story(&Telling { base, wechat: None, say: &say }, pictures).await?;
        println!("\n案件 {}（{}）", told.number, told.stage);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{base} 没有服务，临时启动一个");
    run::tell_once(pictures).await
}

fn draw(to: &Path) -> Result<ExitCode> {
    let failed = |why: std::io::Error| Failure::new(format!("无法写入 {}：{why}", to.display()));
    district::write(to).map_err(failed)?;
    println!("示例辖区已写入 {}", to.display());
    Ok(ExitCode::SUCCESS)
}

async fn stand_in(port: u16) -> Result<ExitCode> {
    let taken = |why: std::io::Error| Failure::new(format!("端口 {port} 用不了：{why}"));
    let standin = wechat::start_on(port).map_err(taken)?;
    println!("微信替身：{}（appid {}，按 Ctrl-C 结束）", standin.base, wechat::APP_ID);
    tokio::signal::ctrl_c().await?;
    standin.stop().await;
    Ok(ExitCode::SUCCESS)
}
