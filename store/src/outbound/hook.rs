//! One signed POST to a subscriber (webhook). It refuses, unless told that this is practice, every address that is not on
//! the public Internet, whatever name leads there; it follows no redirect and reads no answer's body.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use domain::time::Moment;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// For the name's resolution, the connection and the answer, each.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Most bytes of a body.
pub const MOST_BYTES: usize = 64 * 1024;
/// Most characters of an address.
const MOST_URL_CHARS: usize = 500;
/// Header with the signature: `t=<epoch seconds>,v1=<hex of HMAC-SHA256 over "<t>.<body>">`.
pub const SIGNATURE: &str = "X-Suishoupai-Signature";

/// Why a delivery did not arrive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HookError {
    /// The address may not be called at all; in Chinese.
    #[error("{0}")]
    Refused(String),
    /// It may arrive later.
    #[error("{0}")]
    Failed(String),
}

/// Where a subscriber may be: anywhere public by https; in practice also on this machine, by http.
///
/// # Errors
/// A Chinese sentence.
pub fn check_url(url: &str, practice: bool) -> Result<reqwest::Url, HookError> {
    let refuse = |why: &str| Err(HookError::Refused(why.to_owned()));
    if url.chars().count() > MOST_URL_CHARS {
        return refuse("网址不能超过 500 个字");
    }
    let Ok(read) = reqwest::Url::parse(url) else { return refuse("不是合法的网址") };
    if !read.username().is_empty() || read.password().is_some() {
        return refuse("网址中不能带用户名和密码");
    }
    if read.fragment().is_some() {
        return refuse("网址中不能带 #");
    }
    let Some(host) = read.host_str() else { return refuse("网址中没有主机") };
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    let here = practice && (host == "localhost" || address.is_some_and(|ip| ip.is_loopback()));
    match read.scheme() {
        "https" => {}
        "http" if here => {}
        _ => return refuse("须为 https 网址"),
    }
    match address {
        Some(ip) if !here && !is_public(ip) => refuse("不能指向内网或本机地址"),
        _ if host == "localhost" && !here => refuse("不能指向内网或本机地址"),
        _ => Ok(read),
    }
}

/// Sends `body`; whatever is not 2xx is a failure.
///
/// # Errors
/// What kept it from arriving; never the body or the secret.
pub async fn send(
    url: &str,
    secret: &str,
    (delivery, event): (&str, &str),
    body: &str,
    now: Moment,
    practice: bool,
) -> Result<(), HookError> {
    if body.len() > MOST_BYTES {
        return Err(HookError::Refused("推送内容过大".to_owned()));
    }
    let url = check_url(url, practice)?;
    let seconds = now.ms() / 1000;
    let request = client(&url, practice)
        .await?
        .post(url)
        .header("content-type", "application/json; charset=utf-8")
        .header("user-agent", "suishoupai")
        .header("x-suishoupai-event", event)
        .header("x-suishoupai-delivery", delivery)
        .header(SIGNATURE, format!("t={seconds},v1={}", sign(secret, &format!("{seconds}.{body}"))))
        .body(body.to_owned());
    let failed = |error: reqwest::Error| HookError::Failed(why(&error).to_owned());
    let status = request.send().await.map_err(failed)?.status();
    match status.is_success() {
        true => Ok(()),
        false => Err(HookError::Failed(format!("订阅方答复 {}", status.as_u16()))),
    }
}

/// What kept a request from being answered, without the address: it is kept where more people read than wrote the
/// subscription.
fn why(error: &reqwest::Error) -> &'static str {
    match error {
        _ if error.is_timeout() => "订阅方 5 秒内没有答复",
        _ if error.is_connect() => "连接不上订阅方（未开机、端口不通或证书无效）",
        _ => "与订阅方的连接中断",
    }
}

/// HMAC-SHA256 in lower-case hex.
pub fn sign(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    let bytes = mac.finalize().into_bytes();
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        use std::fmt::Write as _;
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A client that can reach nothing but the addresses that were looked at, so that a name can't change in between.
async fn client(url: &reqwest::Url, practice: bool) -> Result<reqwest::Client, HookError> {
    let failed = |why: String| HookError::Failed(why);
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or(443);
    let found = tokio::time::timeout(TIMEOUT, tokio::net::lookup_host((host.trim_matches(['[', ']']), port)));
    let found = found.await.map_err(|_| failed("域名解析超时".to_owned()))?;
    let found: Vec<SocketAddr> = found.map_err(|_| failed("域名无法解析".to_owned()))?.collect();
    let fits = |at: &SocketAddr| is_public(at.ip()) || (practice && at.ip().is_loopback());
    if found.is_empty() || !found.iter().all(fits) {
        return Err(HookError::Refused("域名指向内网或本机地址".to_owned()));
    }
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(TIMEOUT)
        .timeout(TIMEOUT)
        .resolve_to_addrs(host, &found)
        .build()
        .map_err(|error| failed(why(&error).to_owned()))
}

/// Whether an address is one of the public Internet (RFC 6890 lists what is not).
fn is_public(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    let shared = a == 100 && (64..128).contains(&b);
    let protocol = a == 192 && b == 0 && c == 0;
    let benchmark = a == 198 && (b == 18 || b == 19);
    !(ip.is_private()
        || ip.is_loopback()
        || ip.is_link_local()
        || ip.is_documentation()
        || a == 0
        || shared
        || protocol
        || benchmark
        || a >= 224)
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let [a, b, c, d, _, _, g, h] = ip.segments();
    // 64:ff9b::/96 leads to an IPv4 address, 2002::/16 to another.
    let v4 = |high: u16, low: u16| {
        let ([p, q], [r, s]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(p, q, r, s))
    };
    match (a, b, c, d) {
        (0x64, 0xff9b, 0, 0) => v4(g, h),
        (0x2002, high, low, _) => v4(high, low),
        (0x2001, 0..0x200, _, _) | (0x2001, 0xdb8, _, _) => false,
        // 2000::/3 is what is given out.
        _ => a & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_cannot_be_reached_is_said_in_plain_words() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let send = || send(&url, "secret", ("d1", "ticket.closed"), "{}", Moment::from_ms(0), true);
        let hang_up = async { drop(listener.accept().await.unwrap()) };
        let (cut, ()) = tokio::join!(send(), hang_up);
        assert_eq!(cut, Err(HookError::Failed("与订阅方的连接中断".to_owned())));
        drop(listener);
        let away = send().await.unwrap_err().to_string();
        assert!(away.starts_with("连接不上订阅方"), "{away}");
    }

    #[test]
    fn a_private_address_is_refused_however_it_is_written() {
        let inner = [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:db8::1",
            "ff02::1",
        ];
        for ip in inner {
            assert!(!is_public(ip.parse().unwrap()), "{ip}");
        }
        for ip in ["1.1.1.1", "223.5.5.5", "2400:3200::1", "64:ff9b::101:101"] {
            assert!(is_public(ip.parse().unwrap()), "{ip}");
        }
        for url in [
            "https://127.0.0.1/x",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://localhost/",
        ] {
            assert!(check_url(url, false).is_err(), "{url}");
        }
    }

    #[test]
    fn only_https_is_called_and_http_on_this_machine_in_practice() {
        assert!(check_url("https://example.org/hook?x=1", false).is_ok());
        for url in
            ["http://example.org/", "ftp://example.org/", "https://u:p@example.org/", "https://a/#b", "x"]
        {
            assert!(check_url(url, true).is_err(), "{url}");
        }
        assert!(check_url("http://127.0.0.1:8080/hook", true).is_ok());
        assert!(check_url("http://127.0.0.1:8080/hook", false).is_err());
        assert!(check_url("http://10.0.0.1/hook", true).is_err());
    }

    #[test]
    fn the_signature_is_the_published_hmac() {
        // RFC 4231, test case 2.
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(sign("Jefe", "what do ya want for nothing?"), expected);
    }
}
