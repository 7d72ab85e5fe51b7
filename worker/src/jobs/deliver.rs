//! Sends one stored notice as a subscription message. A person who has not agreed is left in peace: that is an answer.
//! A crash between sending and noting may send once more; never less.

use domain::actor::Role;
use domain::time::Moment;
use store::outbound::wechat::Delivery;
use store::repo::{notices, people, tickets};

use super::nothing;
use crate::Context;
use crate::outcome::{JobError, Judge as _, Outcome};

pub(super) async fn run(context: &Context, id: &str) -> Result<Outcome, JobError> {
    let pool = &context.stores.pool;
    let notice = notices::get(pool, id).await?.filter(|notice| notice.sent.is_none());
    let (Some(notice), Some(wechat)) = (notice, &context.stores.wechat) else {
        return nothing(context).await;
    };
    let Some(openid) = notices::openid_of(pool, &notice.account).await? else {
        return note(context, id, "no_openid").await;
    };
    let account = people::account(pool, &notice.account).await?;
    let citizen = account.is_none_or(|account| account.role == Role::Citizen);
    let templates = &context.settings.templates;
    let template = if citizen { &templates.progress } else { &templates.task };
    let Some(template) = template else { return note(context, id, "no_template").await };
    let ticket = tickets::get(pool, &notice.ticket).await?;
    let number = ticket.as_ref().and_then(|ticket| ticket.number.as_deref()).unwrap_or("-");
    let state = ticket.as_ref().map_or("", |ticket| ticket.stage().label());
    let (time, page) =
        (spoken(notice.created_at), templates.page.as_ref().map(|page| format!("{page}{}", notice.ticket)));
    let fields = [
        ("character_string1", number),
        ("phrase2", state),
        ("thing3", notice.title.as_str()),
        ("time4", time.as_str()),
        ("thing5", notice.body.as_str()),
    ];
    let sent = wechat.send_subscribe(&openid, template, page.as_deref(), &fields).await;
    let how = match sent {
        Ok(Delivery::Sent) => "sent",
        Ok(Delivery::Refused) => "refused",
        // Busy passes by itself, a wrong setting once an operator has put it right.
        Err(
            error @ (store::outbound::wechat::WechatError::Busy(_)
            | store::outbound::wechat::WechatError::Config { .. }),
        ) => {
            return Err(error).retry();
        }
        Err(error) => return Err(error).abort(),
    };
    note(context, id, how).await
}

async fn note(context: &Context, id: &str, how: &str) -> Result<Outcome, JobError> {
    let mut tx = context.stores.pool.write().await?;
    notices::mark_sent(&mut tx, id, how).await?;
    Ok(Outcome::Done(tx))
}

/// `2026年2月16日 09:30`, as the platform's time field wants it.
fn spoken(at: Moment) -> String {
    use chrono::Datelike as _;
    let (date, minutes) = (at.date(), at.ms_of_day() / domain::time::MINUTE_MS);
    format!("{}年{}月{}日 {:02}:{:02}", date.year(), date.month(), date.day(), minutes / 60, minutes % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_in_chinese_time_without_seconds() {
        let at = Moment::parse("2026-02-16T01:05:59Z").unwrap();
        assert_eq!(spoken(at), "2026年2月16日 09:05");
    }
}
