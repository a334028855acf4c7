//! A session on the home page: what it was for, how it stands, and what can still happen to it.

use crate::sandbox::html::{Tone, badge, button, escape, moment};
use crate::sandbox::protocol;
use crate::sandbox::till::{Payment, Session, Stage, Verdict};
use crate::values::Money;

pub fn entry(session: &Session) -> String {
    let what = session.lines.iter().map(|line| escape(&line.name)).collect::<Vec<_>>().join(", ");
    let buyer = session.buyer_email.as_deref().map(|email| format!(" · {}", escape(email))).unwrap_or_default();
    format!(
        "<article class=\"entry\" id=\"{id}\"><h3>{what}: {sum} {stage}</h3><p>{standing}</p>\
         <p class=\"soft\">{provider} · <span class=\"id\">{id}</span> · {opened}{buyer}</p>{buttons}</article>",
        sum = session.total().exact(),
        stage = stage(session),
        standing = standing(session),
        provider = protocol::of(session.provider).title(),
        id = escape(&session.id),
        opened = moment(session.created_at),
        buttons = buttons(session),
    )
}

/// In a word, for whoever looks for one among many.
fn stage(session: &Session) -> String {
    let (tone, word) = match &session.stage {
        Stage::Open { declined: None } => (Tone::Waiting, "Open"),
        Stage::Open { declined: Some(_) } => (Tone::Waiting, "Declined"),
        Stage::Processing(_) => (Tone::Waiting, "Under way"),
        Stage::Paid(payment) => paid_stage(session, payment),
        Stage::Free => (Tone::Good, "Free"),
        Stage::Failed(_) => (Tone::Bad, "Failed"),
        Stage::Expired { .. } => (Tone::Plain, "Expired"),
    };
    badge(tone, word)
}

fn paid_stage(session: &Session, payment: &Payment) -> (Tone, &'static str) {
    match (payment.dispute.as_ref().map(|dispute| dispute.verdict), payment.refunded()) {
        (Some(Verdict::Pending), _) => (Tone::Waiting, "Disputed"),
        (Some(Verdict::Lost), _) => (Tone::Bad, "Lost"),
        (Some(Verdict::Won) | None, 0) => (Tone::Good, "Paid"),
        (Some(Verdict::Won) | None, refunded) if refunded < session.total().minor => (Tone::Good, "Partly refunded"),
        (Some(Verdict::Won) | None, _) => (Tone::Plain, "Refunded"),
    }
}

fn standing(session: &Session) -> String {
    match &session.stage {
        Stage::Open { declined: None } => format!("Open until {}", moment(session.expires_at)),
        Stage::Open { declined: Some(handle) } => format!("Open, declined at {}", moment(handle.at)),
        Stage::Processing(_) => "Confirmed, the money is under way".to_owned(),
        Stage::Paid(payment) => paid_standing(session, payment),
        Stage::Free => "Completed, nothing was to pay".to_owned(),
        Stage::Failed(_) => "The delayed payment failed".to_owned(),
        Stage::Expired { .. } => "Expired unpaid".to_owned(),
    }
}

fn paid_standing(session: &Session, payment: &Payment) -> String {
    let refunded = match payment.refunded() {
        0 => String::new(),
        minor => format!(", {} refunded", Money::new(minor, session.currency).exact()),
    };
    let disputed = match payment.dispute.as_ref().map(|dispute| dispute.verdict) {
        None => "",
        Some(Verdict::Pending) => ", disputed",
        Some(Verdict::Won) => ", dispute won by the shop",
        Some(Verdict::Lost) => ", dispute lost by the shop",
    };
    format!("Paid at {}{refunded}{disputed}", moment(payment.handle.at))
}

/// What can still happen to a session.
fn buttons(session: &Session) -> String {
    let inner = match &session.stage {
        Stage::Open { .. } => open_buttons(session),
        Stage::Processing(_) => act("settle", "Let the money arrive") + &act("fail", "Let the payment fail"),
        Stage::Paid(payment) => paid_buttons(session, payment),
        Stage::Free | Stage::Failed(_) | Stage::Expired { .. } => String::new(),
    };
    if inner.is_empty() {
        return inner;
    }
    format!("<form method=\"post\" action=\"/sessions/{}\" class=\"row\">{inner}</form>", escape(&session.id))
}

fn open_buttons(session: &Session) -> String {
    let page = format!("<a class=\"way\" href=\"{}\">Open its payment page</a>", escape(&session.url));
    let others = [("pay", "Pay"), ("pay_later", "Pay later"), ("decline", "Decline"), ("expire", "Let it expire")];
    others.iter().fold(page, |row, (deed, words)| row + &act(deed, words))
}

fn paid_buttons(session: &Session, payment: &Payment) -> String {
    let is_whole = payment.refunded() >= session.total().minor;
    match payment.dispute.as_ref().map(|dispute| dispute.verdict) {
        Some(Verdict::Pending) => act("win", "Let the shop win the dispute") + &act("lose", "Let the shop lose the dispute"),
        Some(Verdict::Lost) => String::new(),
        Some(Verdict::Won) | None if is_whole => String::new(),
        Some(Verdict::Won) => refund(session),
        None => refund(session) + &act("dispute", "Dispute the payment"),
    }
}

fn refund(session: &Session) -> String {
    format!(
        "<label for=\"amount-{id}\">{currency}</label>\
         <input id=\"amount-{id}\" name=\"amount\" inputmode=\"decimal\" size=\"12\" autocomplete=\"off\" placeholder=\"all that is left\">{refund}",
        id = escape(&session.id),
        currency = session.currency.as_str(),
        refund = act("refund", "Refund")
    )
}

fn act(deed: &str, words: &str) -> String {
    button("act", deed, words)
}
