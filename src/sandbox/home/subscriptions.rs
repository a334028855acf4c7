//! A subscription on the home page: what it costs, how far it is paid, and what can still happen to it.

use crate::sandbox::html::{Tone, badge, button, escape, moment};
use crate::sandbox::protocol;
use crate::sandbox::till::{Standing, Subscription};

pub fn entry(subscription: &Subscription) -> String {
    let what = subscription.lines.iter().map(|line| escape(&line.name)).collect::<Vec<_>>().join(", ");
    let buyer = subscription.buyer_email.as_deref().map(|email| format!(" · {}", escape(email))).unwrap_or_default();
    let renewed = match subscription.renewals.iter().filter(|renewal| renewal.is_paid).count() {
        0 => String::new(),
        1 => " Renewed once.".to_owned(),
        times => format!(" Renewed {times} times."),
    };
    format!(
        "<article class=\"entry\"><h3>{what}: {sum} {often} {stage}</h3><p>{standing}{renewed}</p>\
         <p class=\"soft\">{provider} · <span class=\"id\">{id}</span> · {began}{buyer}</p>{buttons}</article>",
        sum = subscription.price().exact(),
        often = subscription.every,
        stage = stage(subscription),
        standing = standing(subscription),
        provider = protocol::of(subscription.provider).title(),
        id = escape(&subscription.id),
        began = moment(subscription.began_at),
        buttons = buttons(subscription),
    )
}

fn stage(subscription: &Subscription) -> String {
    match (subscription.standing, subscription.end_asked_at) {
        (Standing::Active, None) => badge(Tone::Good, "Active"),
        (Standing::Active, Some(_)) => badge(Tone::Waiting, "Ending"),
        (Standing::PastDue, _) => badge(Tone::Bad, "Past due"),
        (Standing::Paused, _) => badge(Tone::Waiting, "Paused"),
        (Standing::Ended { .. }, _) => badge(Tone::Plain, "Ended"),
    }
}

fn standing(subscription: &Subscription) -> String {
    let end = moment(subscription.period_end());
    match (subscription.standing, subscription.end_asked_at) {
        (Standing::Active, None) => format!("Paid until {end}."),
        (Standing::Active, Some(_)) => format!("Ends at {end}."),
        (Standing::PastDue, _) => {
            format!("The period from {} on is not paid.", moment(subscription.period_start()))
        }
        (Standing::Paused, _) => "Nothing is paid for until it is resumed.".to_owned(),
        (Standing::Ended { at }, _) => format!("Ended at {}.", moment(at)),
    }
}

fn buttons(subscription: &Subscription) -> String {
    let end = match subscription.end_asked_at {
        None => [("schedule_end", "End it with its period"), ("end", "End it at once")],
        Some(_) => [("call_off_end", "Let it go on after all"), ("end", "End it at once")],
    };
    let first: &[(&str, &str)] = match subscription.standing {
        Standing::Active if subscription.end_asked_at.is_some() => &[("reach_period_end", "Let the period end")],
        Standing::Active => &[("renew", "Renew it now"), ("fail_renewal", "Let the renewal fail")],
        Standing::PastDue => &[("renew", "Pay what is missing"), ("fail_renewal", "Let it fail again")],
        Standing::Paused => &[("resume", "Resume it")],
        Standing::Ended { .. } => return String::new(),
    };
    let inner: String = first.iter().chain(&end).map(|(course, words)| button("act", course, words)).collect();
    format!("<form method=\"post\" action=\"/subscriptions/{}\" class=\"row\">{inner}</form>", escape(&subscription.id))
}
