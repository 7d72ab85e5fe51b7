//! What an operator can set, by flags or by environment (`SUISHOUPAI_…`), and what production refuses to start
//! with. It reads no configuration file.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::{Args, ValueEnum};
use domain::geo::datum::CoordType;
use store::{Urls, WechatSettings};

use crate::base_map::Tiles;

/// Fewest bytes of a secret.
const SECRET_BYTES: usize = 32;
const SECRET_FILE: &str = "secret";

/// Which parts this process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RunAs {
    /// Server and worker.
    All,
    /// Only the HTTP server.
    Api,
    /// Only the worker.
    Worker,
}

/// Whether real citizens use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// With reference data and demo accounts.
    Demo,
    /// Refuses demo accounts and generated secrets.
    Production,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogStyle {
    /// For a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// Every setting.
#[derive(Debug, Clone, Args)]
pub struct Settings {
    /// 运行角色
    #[arg(long, env = "SUISHOUPAI_ROLE", value_enum, default_value = "all", global = true)]
    pub role: RunAs,
    /// 监听地址
    #[arg(long, env = "SUISHOUPAI_LISTEN", default_value = "127.0.0.1:8080", global = true)]
    pub listen: String,
    /// 数据库:sqlite:文件 或 postgres://…
    #[arg(
        long,
        env = "SUISHOUPAI_DATABASE_URL",
        default_value = "sqlite:var/suishoupai.db",
        hide_env_values = true,
        global = true
    )]
    pub database_url: String,
    /// 照片存储:文件夹 或 s3://…
    #[arg(
        long,
        env = "SUISHOUPAI_BLOB_URL",
        default_value = "var/photos",
        hide_env_values = true,
        global = true
    )]
    pub blob_url: String,
    /// Redis 地址(可不设)
    #[arg(long, env = "SUISHOUPAI_REDIS_URL", hide_env_values = true, global = true)]
    pub redis_url: Option<String>,
    /// 运行模式
    #[arg(long, env = "SUISHOUPAI_MODE", value_enum, default_value = "demo", global = true)]
    pub mode: Mode,
    /// 签名密钥,至少 32 字节;演示模式下自动生成
    #[arg(long, env = "SUISHOUPAI_SECRET", hide_env_values = true, global = true)]
    pub secret: Option<String>,
    /// 微信接口地址
    #[arg(
        long,
        env = "SUISHOUPAI_WECHAT_API_BASE",
        default_value = "https://api.weixin.qq.com",
        global = true
    )]
    pub wechat_api_base: String,
    /// 小程序 appid
    #[arg(long, env = "SUISHOUPAI_WECHAT_APPID", global = true)]
    pub wechat_appid: Option<String>,
    /// 小程序密钥
    #[arg(long, env = "SUISHOUPAI_WECHAT_SECRET", hide_env_values = true, global = true)]
    pub wechat_secret: Option<String>,
    /// 打开小程序的版本:formal、trial 或 developer
    #[arg(long, env = "SUISHOUPAI_WECHAT_STATE", default_value = "formal", global = true)]
    pub wechat_state: String,
    /// 订阅消息模板:办理进度
    #[arg(long, env = "SUISHOUPAI_WECHAT_TEMPLATE_PROGRESS", global = true)]
    pub wechat_template_progress: Option<String>,
    /// 订阅消息模板:待办提醒
    #[arg(long, env = "SUISHOUPAI_WECHAT_TEMPLATE_TASK", global = true)]
    pub wechat_template_task: Option<String>,
    /// 点开订阅消息后进入的小程序页面
    #[arg(long, env = "SUISHOUPAI_WECHAT_PAGE", global = true)]
    pub wechat_page: Option<String>,
    /// 对外地址,写在图片链接前;不设时链接以 / 开头
    #[arg(long, env = "SUISHOUPAI_PUBLIC_URL", default_value = "", global = true)]
    pub public_url: String,
    /// 允许跨域的来源,逗号分隔;演示模式下不设即全部允许
    #[arg(long, env = "SUISHOUPAI_ORIGINS", value_delimiter = ',', global = true)]
    pub origins: Vec<String>,
    /// 前面有反向代理,客户端地址取自 X-Forwarded-For 的最后一项
    #[arg(long, env = "SUISHOUPAI_BEHIND_PROXY", global = true)]
    pub behind_proxy: bool,
    /// 网页端市民不经微信即可上报
    #[arg(
        long,
        env = "SUISHOUPAI_GUESTS",
        default_value_t = true,
        action = clap::ArgAction::Set,
        global = true
    )]
    pub guests: bool,
    /// 辖区名称,显示在页面上
    #[arg(long, env = "SUISHOUPAI_DISTRICT", default_value = "示例区", global = true)]
    pub district: String,
    /// 底图:瓦片地址模板(含 {z} {x} {y})或 .pmtiles 文件;不设即只画辖区自己的边界
    #[arg(long, env = "SUISHOUPAI_BASE_MAP", value_parser = Tiles::read, hide_env_values = true, global = true)]
    pub base_map: Option<Tiles>,
    /// 底图的坐标系:wgs84(天地图与 CGCS2000 等同看待)、gcj02(高德、腾讯)或 bd09
    #[arg(long, env = "SUISHOUPAI_BASE_MAP_DATUM", default_value = "wgs84", global = true)]
    pub base_map_datum: CoordType,
    /// 底图的署名
    #[arg(long, env = "SUISHOUPAI_BASE_MAP_CREDIT", default_value = "", global = true)]
    pub base_map_credit: String,
    /// 案件编号前缀
    #[arg(long, env = "SUISHOUPAI_NUMBER_PREFIX", default_value = "SSP", global = true)]
    pub number_prefix: String,
    /// 日志格式
    #[arg(long, env = "SUISHOUPAI_LOG", value_enum, default_value = "text", global = true)]
    pub log: LogStyle,
    /// 后台任务的占用秒数:执行它的进程意外终止后,过这么久由别的进程接手
    #[arg(
        long,
        env = "SUISHOUPAI_LEASE_SECONDS",
        default_value_t = 60,
        value_parser = clap::value_parser!(u64).range(1..=3600),
        global = true
    )]
    pub lease_seconds: u64,
    #[command(flatten)]
    pub limits: Limits,
}

/// How much one caller may ask.
#[derive(Debug, Clone, Args)]
pub struct Limits {
    /// 每个账号每分钟请求数
    #[arg(long, env = "SUISHOUPAI_LIMIT_ACCOUNT", default_value_t = 600, global = true)]
    pub limit_account: u64,
    /// 未登录时每个 IP 每分钟请求数
    #[arg(long, env = "SUISHOUPAI_LIMIT_IP", default_value_t = 1200, global = true)]
    pub limit_ip: u64,
    /// 每个账号每分钟上传数
    #[arg(long, env = "SUISHOUPAI_LIMIT_UPLOADS", default_value_t = 120, global = true)]
    pub limit_uploads: u64,
    /// 每个用户名、每个 IP 每分钟密码登录次数
    #[arg(long, env = "SUISHOUPAI_LIMIT_LOGINS", default_value_t = 10, global = true)]
    pub limit_logins: u64,
    /// 上传时等待下一段数据的秒数
    #[arg(long, env = "SUISHOUPAI_UPLOAD_STALL_SECONDS", default_value_t = 10, global = true)]
    pub upload_stall_seconds: u64,
    /// 一次上传的总秒数
    #[arg(long, env = "SUISHOUPAI_UPLOAD_SECONDS", default_value_t = 60, global = true)]
    pub upload_seconds: u64,
}

impl Settings {
    /// Whether demo accounts and keys are accepted.
    pub fn is_demo(&self) -> bool {
        self.mode == Mode::Demo
    }

    /// The secret to sign with: the one that was set, or in demo mode one that is made once and kept in the
    /// data folder (mode 0600), so that tokens outlive a restart. The error is a Chinese sentence.
    pub fn signing_secret(&self) -> Result<Vec<u8>, String> {
        match &self.secret {
            Some(secret) if secret.len() >= SECRET_BYTES => Ok(secret.clone().into_bytes()),
            Some(_) => Err(format!("SUISHOUPAI_SECRET 太短，至少 {SECRET_BYTES} 字节")),
            None if self.is_demo() => kept_secret(&self.data_folder())
                .map_err(|error| format!("无法保存签名密钥({}):{error}", self.data_folder().display())),
            None => Err("生产模式必须设置 SUISHOUPAI_SECRET(至少 32 字节的随机值)".to_owned()),
        }
    }

    /// Where everything outside is.
    pub fn urls(&self) -> Urls {
        let wechat = self.wechat_appid.clone().zip(self.wechat_secret.clone()).map(|(app_id, secret)| {
            let (api_base, program_state) = (self.wechat_api_base.clone(), self.wechat_state.clone());
            WechatSettings { api_base, app_id, secret, program_state }
        });
        let (database, blob) = (self.database_url.clone(), self.blob_url.clone());
        Urls { database, blob, redis: self.redis_url.clone(), wechat }
    }

    /// How the worker works.
    pub fn worker(&self) -> worker::Settings {
        let (progress, task) = (self.wechat_template_progress.clone(), self.wechat_template_task.clone());
        let page = self.wechat_page.clone();
        let templates = worker::Templates { progress, task, page };
        let lease = Duration::from_secs(self.lease_seconds);
        worker::Settings { lease, templates, practice: self.is_demo(), ..worker::Settings::default() }
    }

    /// Where small files of this installation are kept: beside the SQLite file, beside the photo folder, or
    /// `var`.
    fn data_folder(&self) -> PathBuf {
        let file = match self.database_url.strip_prefix("sqlite:") {
            Some(file) => {
                let file = file.split('?').next().unwrap_or(file);
                file.strip_prefix("//").unwrap_or(file)
            }
            None if !self.blob_url.contains("://") => self.blob_url.as_str(),
            None => "var/x",
        };
        match Path::new(file).parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        }
    }
}

fn kept_secret(folder: &Path) -> std::io::Result<Vec<u8>> {
    let path = folder.join(SECRET_FILE);
    match fs::read(&path) {
        Ok(kept) if kept.len() >= SECRET_BYTES => return Ok(kept),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    fs::create_dir_all(folder)?;
    let fresh = URL_SAFE_NO_PAD.encode(rand::random::<[u8; SECRET_BYTES]>());
    // A whole file appears at once, and the first of two processes wins.
    let draft = folder.join(format!("{SECRET_FILE}.{}", std::process::id()));
    write_private(&draft, fresh.as_bytes())?;
    let linked = fs::hard_link(&draft, &path);
    fs::remove_file(&draft)?;
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(error),
    }
    fs::read(&path)
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn settings(args: &[&str]) -> Settings {
        Line::parse_from(std::iter::once("suishoupai").chain(args.iter().copied())).settings
    }

    #[test]
    fn production_does_not_start_without_a_long_secret() {
        assert!(settings(&["--mode", "production"]).signing_secret().is_err());
        assert!(settings(&["--mode", "production", "--secret", "short"]).signing_secret().is_err());
        assert!(settings(&["--mode", "demo", "--secret", "short"]).signing_secret().is_err());
        let long = "x".repeat(SECRET_BYTES);
        assert_eq!(
            settings(&["--mode", "production", "--secret", &long]).signing_secret().unwrap(),
            long.as_bytes()
        );
    }

    #[test]
    fn a_demo_keeps_its_secret_beside_its_database_and_from_others() {
        let folder = std::env::temp_dir().join(format!("suishoupai-secret-{}", uuid::Uuid::now_v7()));
        let url = format!("sqlite:{}", folder.join("a.db").display());
        let first = settings(&["--database-url", &url]).signing_secret().unwrap();
        assert!(first.len() >= SECRET_BYTES);
        assert_eq!(settings(&["--database-url", &url]).signing_secret().unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.join(SECRET_FILE)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::remove_dir_all(folder).unwrap();
    }
}
