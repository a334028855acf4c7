//! Events on the home page: where each went, what was answered, and what can go wrong with it on purpose.

use crate::sandbox::html::{button, escape, moment};
use crate::sandbox::protocol;
use crate::sandbox::webhooks::{Delivery, DeliveryState, Destination, Endpoint, Event, Fault, Forgery, Post};

/// What can be switched on, and how it is said.
const MODES: [(&str, &str); 8] = [
    ("drop", "Lose it"),
    ("hold", "Hold it until it is released"),
    ("duplicate", "Send it twice"),
    ("delay", "Send it late"),
    ("missign", "Sign it with a wrong secret"),
    ("stale", "Sign it an hour ago"),
    ("change_bytes", "Change it after signing"),
    ("unsign", "Don’t sign it"),
];

/// The switch for the events to come.
pub fn faults(post: &Post) -> String {
    let options = MODES.map(|(mode, words)| format!("<option value=\"{mode}\">{words}</option>")).concat();
    let is_holding = post.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Held);
    let choice = |mode, words| button("mode", mode, words);
    let mut ways = String::new();
    if post.fault != Fault::Deliver {
        ways += &choice("deliver", "Deliver normally again");
    }
    if is_holding {
        ways += &(choice("release", "Release what is held, in order") + &choice("release_reversed", "Release it newest first"));
    }
    let ways = if ways.is_empty() { ways } else { format!("<form method=\"post\" action=\"/faults\" class=\"row\">{ways}</form>") };
    format!(
        "<article class=\"entry\"><p>{now}</p>{ways}<details><summary>Let something go wrong with the next events</summary>\
         <form method=\"post\" action=\"/faults\" class=\"fields\">\
         <p><label for=\"mode\">What happens to each</label><select id=\"mode\" name=\"mode\">{options}</select></p>\
         <p><label for=\"times\">How many</label><input id=\"times\" name=\"times\" inputmode=\"numeric\" size=\"5\" value=\"1\" autocomplete=\"off\">\
         <span class=\"soft\">empty: all, until it is switched off</span></p>\
         <p><label for=\"seconds\">Seconds, if late</label><input id=\"seconds\" name=\"seconds\" inputmode=\"numeric\" size=\"5\" value=\"30\" autocomplete=\"off\"></p>\
         <p><button>Switch it on</button></p></form></details></article>",
        now = present(post),
    )
}

fn present(post: &Post) -> String {
    let upcoming = match post.times {
        Some(1) => "The next event is".to_owned(),
        Some(times) => format!("Each of the next {times} events is"),
        None => "Every event is".to_owned(),
    };
    match post.fault {
        Fault::Deliver => "Every event is delivered as it should be.".to_owned(),
        Fault::Drop => format!("{upcoming} lost."),
        Fault::Hold => format!("{upcoming} held until you release it."),
        Fault::Duplicate => format!("{upcoming} sent twice."),
        Fault::Forge(forgery) => format!("{upcoming} {}.", forged(forgery)),
        Fault::Delay { seconds } => format!("{upcoming} sent {seconds} seconds late."),
    }
}

const fn forged(forgery: Forgery) -> &'static str {
    match forgery {
        Forgery::WrongSecret => "signed with a wrong secret",
        Forgery::Stale => "signed an hour ago",
        Forgery::ChangedBytes => "changed after it was signed",
        Forgery::Unsigned => "not signed",
    }
}

/// Where events go besides the shop; nothing where nobody asked for them.
pub fn endpoints(post: &Post) -> String {
    let entries: String = post.endpoints.iter().map(endpoint).collect();
    if entries.is_empty() { entries } else { format!("<p>Besides the shop, events go to:</p><ul>{entries}</ul>") }
}

fn endpoint(endpoint: &Endpoint) -> String {
    let kinds = if endpoint.kinds.is_empty() { "everything".to_owned() } else { escape(&endpoint.kinds.join(", ")) };
    let off = if endpoint.is_active { "" } else { ", switched off" };
    format!(
        "<li><span class=\"id\">{}</span> <span class=\"soft\">({}, {kinds}{off})</span></li>",
        escape(&endpoint.url),
        protocol::of(endpoint.provider).title(),
    )
}

pub fn entry(event: &Event, post: &Post) -> String {
    let deliveries: String = post.deliveries_of(&event.id).map(|delivery| journey(delivery, event, post)).collect();
    let id = escape(&event.id);
    format!(
        "<article class=\"entry\"><h3>{kind}</h3>\
         <p class=\"soft\">{provider} · <span class=\"id\">{id}</span> · {at} · <span class=\"id\">{session}</span></p>\
         <ul>{deliveries}</ul><form method=\"post\" action=\"/events/{id}\" class=\"row\">{again}</form>\
         <details><summary>Send it otherwise, or look at it</summary><form method=\"post\" action=\"/events/{id}\" class=\"row\">{others}</form>\
         <pre tabindex=\"0\">{body}</pre></details></article>",
        kind = escape(&event.kind),
        provider = protocol::of(event.provider).title(),
        at = moment(event.at),
        session = escape(&event.session_id),
        again = ways_on(event, post),
        others = otherwise(),
        body = escape(&event.body),
    )
}

/// What is asked for most: once more, or what is still under way.
fn ways_on(event: &Event, post: &Post) -> String {
    let has = |is_it: fn(DeliveryState) -> bool| post.deliveries_of(&event.id).any(|delivery| is_it(delivery.state));
    let mut ways = button("mode", "deliver", "Send it again");
    if has(|state| state == DeliveryState::Held) {
        ways += &button("mode", "release", "Release it");
    }
    if has(|state| matches!(state, DeliveryState::Due(_))) {
        ways += &button("mode", "hold", "Hold it");
    }
    if has(|state| matches!(state, DeliveryState::Due(_) | DeliveryState::Held)) {
        ways += &button("mode", "drop", "Lose it");
    }
    ways
}

fn otherwise() -> String {
    let words = |mode: &str| match mode {
        "duplicate" => "Twice",
        "delay" => "30 seconds late",
        "missign" => "With a wrong secret",
        "stale" => "Signed an hour ago",
        "change_bytes" => "Changed after signing",
        _ => "Unsigned",
    };
    MODES.iter().filter(|(mode, _)| !matches!(*mode, "drop" | "hold")).map(|(mode, _)| button("mode", mode, words(mode))).collect()
}

/// What became of one delivery, in words; an element of a list.
fn journey(delivery: &Delivery, event: &Event, post: &Post) -> String {
    let to = match &delivery.to {
        Destination::Shop => "To the shop".to_owned(),
        Destination::Endpoint(id) => {
            let url = post.endpoint(event.provider, id).map_or(id.as_str(), |endpoint| &endpoint.url);
            format!("To <span class=\"id\">{}</span>", escape(url))
        }
    };
    let tries: Vec<String> =
        delivery.attempts.iter().map(|attempt| format!("{} ({})", escape(&attempt.answer), moment(attempt.at))).collect();
    let tries = if tries.is_empty() { String::new() } else { format!(" Answered {}.", tries.join(", ")) };
    let state = match delivery.state {
        DeliveryState::Due(at) => format!("due at {}.", moment(at)),
        DeliveryState::Held => "held.".to_owned(),
        DeliveryState::Taken => "taken.".to_owned(),
        DeliveryState::Dropped => "lost.".to_owned(),
        DeliveryState::GivenUp => "given up.".to_owned(),
    };
    let forgery = delivery.forgery.map(|forgery| format!(" It is {}.", forged(forgery))).unwrap_or_default();
    format!("<li>{to}: {state}{tries}{forgery}</li>")
}
