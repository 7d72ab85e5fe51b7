//! Starts the product for a person at a terminal, plays the story the first time, and ends it in order.

use std::net::TcpListener;
use std::path::Path;
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use demo::client::{Failure, Result};
use demo::server::{Launch, Server, demo_settings};
use demo::story::{Pictures, Telling, story};
use demo::wechat;
use tokio::signal::unix::{SignalKind, signal};

/// How long a start may take: the first one loads the reference district.
const START: Duration = Duration::from_secs(120);
/// How long what is in flight may take at the end.
const STOP: Duration = Duration::from_secs(30);
/// Beside the data when the story was played.
const PLAYED: &str = "story-played";

/// Runs the product on `port` with its data in `data` until it is told to end.
pub async fn run(port: u16, data: &Path) -> Result<ExitCode> {
    check_port(port)?;
    let unwritable =
        |why: std::io::Error| Failure::new(format!("无法使用数据目录 {}：{why}", data.display()));
    std::fs::create_dir_all(data).map_err(unwritable)?;
    let standin = wechat::start().await?;
    println!("启动中…（数据目录 {}）", data.display());
    let mut server = launch(data, &standin.base, port)?.start()?;
    let mut ends = Ends::listen()?;
    let base = tokio::select! {
        base = server.wait_ready(START) => base?,
        () = ends.wait() => return finish(server).await,
    };
    let mark = data.join(PLAYED);
    if !mark.exists() {
        println!("第一次启动，先通过公开接口演一遍主流程：");
        let say = |line: &str| println!("{line}");
        let telling = Telling { base: &base, wechat: Some(&standin.base), say: &say };
        tokio::select! {
            told = story(&telling, Pictures::Drawn) => match told {
                Ok(told) => std::fs::write(&mark, format!("{}\n", told.number)).map_err(unwritable)?,
                Err(why) => println!("\n主流程没有演完：{why}"),
            },
            () = ends.wait() => return finish(server).await,
        }
    }
    invite(&base, data);
    tokio::select! {
        status = server.wait() => {
            let status = status?;
            println!("服务自己结束了（{status}），日志末尾：\n{}", server.last_lines());
            Ok(code_of(status))
        }
        () = ends.wait() => finish(server).await,
    }
}

/// Plays the story at a server of its own, in a folder that is removed afterwards.
pub async fn tell_once(pictures: Pictures) -> Result<ExitCode> {
    let folder = std::env::temp_dir().join(format!("suishoupai-story-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let standin = wechat::start().await?;
    let mut server = launch(&folder, &standin.base, 0)?.start()?;
    let base = server.wait_ready(START).await?;
    let say = |line: &str| println!("{line}");
    let mut ends = Ends::listen()?;
    let telling = Telling { base: &base, wechat: Some(&standin.base), say: &say };
    let told = tokio::select! {
        told = story(&telling, pictures) => told,
        () = ends.wait() => Err(Failure::new("已中断")),
    };
    let log = server.log();
    let stopped = server.stop(STOP).await;
    std::fs::remove_dir_all(&folder)?;
    let told = told.map_err(|why| {
        let errors =
            log.lines().filter(|line| line.contains(" ERROR ")).map(|line| format!("\n服务日志：{line}"));
        Failure::new(format!("{why}{}", errors.collect::<String>()))
    })?;
    println!("\n案件 {}（{}）", told.number, told.stage);
    Ok(code_of(stopped?))
}

fn launch(data: &Path, wechat: &str, port: u16) -> Result<Launch> {
    let mut launch = Launch::beside(data.join("server.log"))?;
    launch.environment.extend(demo_settings(data, wechat));
    Ok(launch.with("SUISHOUPAI_LISTEN", format!("127.0.0.1:{port}")))
}

fn check_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(why) => Err(Failure::new(format!(
            "端口 {port} 已被占用或不能使用（{why}）。可换一个：make run PORT={}",
            port.saturating_add(1)
        ))),
    }
}

/// Ctrl-C and SIGTERM.
struct Ends {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

impl Ends {
    fn listen() -> Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Asks the server to finish (on Ctrl-C the terminal has asked it, too) and ends with its code.
async fn finish(server: Server) -> Result<ExitCode> {
    println!("\n正在停止，先完成进行中的工作…");
    let status = server.stop(STOP).await?;
    println!("已停止。");
    Ok(code_of(status))
}

fn code_of(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    code.map_or(ExitCode::FAILURE, ExitCode::from)
}

/// An address as a picture of half-block characters that a phone can read from a dark terminal.
fn qr_code(address: &str) -> String {
    use qrcode::render::unicode::Dense1x2;
    let code = qrcode::QrCode::new(address);
    code.map(|code| code.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
        .unwrap_or_default()
}

/// The address, who can log in, and what to try.
fn invite(base: &str, data: &Path) {
    println!(
        r#"
{code}
随手拍已就绪（扫码打开市民端；手机要能访问本机，可用反向代理并配置 HTTPS）
  市民端    {base}/m/
  督查台    {base}/console/
  接口文档  {base}/docs
  日志      {log}

演示账号（密码都是 demo-2026）
  督查专号  dispatcher1 dispatcher2      督查组  inspector-supervision1（行业组 inspector-industry1）
  处置人员  handler-huanxiu（环秀街道）  handler-sanitation（环境卫生专班）   单位负责人  head-huanxiu
  网格员    grid-huanxiu1                领导  leader      管理员  admin      对接系统  integration
  指挥中心  command      区城管办  coordinator      宣传组  publicity      制度组  institution      监督员  oversight      巡访团  visitor1      环卫队  crew1
  市民      用微信 code 登录：demo-任意openid（每个 code 只能用一次，可写成 demo-openid.1、demo-openid.2 …）

试一试
  curl -s {base}/v1/config
  TOKEN=$(curl -s {base}/v1/auth/login -H 'Content-Type: application/json' -d '{{"username":"dispatcher1","password":"demo-2026"}}' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl -s "{base}/v1/tickets?doubtful=true" -H "Authorization: Bearer $TOKEN"

按 Ctrl-C 结束"#,
        code = qr_code(&format!("{base}/m/")),
        log = data.join("server.log").display()
    );
}
