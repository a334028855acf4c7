//! Events on the home page: where each went, what was answered, and what can go wrong with it on purpose.

use crate::sandbox::html::{Tone, badge, button, escape, moment};
use crate::sandbox::protocol;
use crate::sandbox::webhooks::{Delivery, DeliveryState, Destination, Event, Fault, Forgery, Post};

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

/// How events fare now, and the switch for those to come.
pub fn faults(post: &Post) -> String {
    let options = MODES.map(|(mode, words)| format!("<option value=\"{mode}\">{words}</option>")).concat();
    format!(
        "<article class=\"entry\"><p>{now}</p>{ways}{look_again}<details><summary>Let something go wrong with the next events</summary>\
         <form method=\"post\" action=\"/faults\" class=\"fields\">\
         <p><label for=\"mode\">What happens to each</label><select id=\"mode\" name=\"mode\">{options}</select></p>\
         <p><label for=\"times\">How many (empty: all)</label><input id=\"times\" name=\"times\" inputmode=\"numeric\" size=\"5\" value=\"1\" autocomplete=\"off\"></p>\
         <p><label for=\"seconds\">Seconds, if late</label><input id=\"seconds\" name=\"seconds\" inputmode=\"numeric\" size=\"5\" value=\"30\" autocomplete=\"off\"></p>\
         <p><button>Switch it on</button></p></form></details></article>",
        now = present(post),
        ways = ways_back(post),
        look_again = look_again(post),
    )
}

/// Out of what was switched on.
fn ways_back(post: &Post) -> String {
    let is_holding = post.deliveries.iter().any(|delivery| delivery.state == DeliveryState::Held);
    let mut ways = String::new();
    if post.fault != Fault::Deliver {
        ways += &button("mode", "deliver", "Deliver normally again");
    }
    if is_holding {
        ways += &button("mode", "release", "Release what is held, in order");
        ways += &button("mode", "release_reversed", "Release it newest first");
    }
    if ways.is_empty() { ways } else { format!("<form method=\"post\" action=\"/faults\" class=\"row\">{ways}</form>") }
}

/// The page doesn't change by itself: it says when it has grown old.
fn look_again(post: &Post) -> String {
    match post.deliveries.iter().filter(|delivery| matches!(delivery.state, DeliveryState::Due(_))).count() {
        0 => String::new(),
        due => format!("<form action=\"/\" class=\"row\"><span>{due} on the way.</span><button>Look again</button></form>"),
    }
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

pub fn entry(event: &Event, post: &Post) -> String {
    let deliveries: Vec<&Delivery> = post.deliveries_of(&event.id).collect();
    let states: String = deliveries.iter().map(|delivery| state(delivery)).collect();
    let journeys: String = deliveries.iter().map(|delivery| journey(delivery, event, post)).collect();
    format!(
        "<article class=\"entry event\"><details><summary><h3>{kind}</h3> {states} \
         <span class=\"soft\">{provider} · {at}</span></summary>\
         <p class=\"soft\"><span class=\"id\">{id}</span> about <a class=\"id\" href=\"{place}\">{about}</a></p>\
         <ul>{journeys}</ul><p>Send it again:</p>{again}<pre tabindex=\"0\">{body}</pre></details>{under_way}</article>",
        kind = escape(&event.kind),
        provider = event.provider.map_or("Mailbox", |provider| protocol::of(provider).title()),
        at = moment(event.at),
        id = escape(&event.id),
        place = place(event),
        about = escape(&event.session_id),
        again = form(event, &again()),
        under_way = form(event, &ways_on(&deliveries)),
        body = escape(&laid_out(&event.body)),
    )
}

/// Where the session or the mail is shown that an event is about.
fn place(event: &Event) -> String {
    let about = escape(&event.session_id);
    if event.provider.is_some() { format!("#{about}") } else { format!("/inbox/{about}") }
}

/// A body as it can be read: what is sent has neither spaces nor lines.
fn laid_out(body: &str) -> String {
    let read = serde_json::from_str::<serde_json::Value>(body);
    read.and_then(|body| serde_json::to_string_pretty(&body)).unwrap_or_else(|_| body.to_owned())
}

/// Nothing where there is no button.
fn form(event: &Event, buttons: &str) -> String {
    if buttons.is_empty() {
        return String::new();
    }
    format!("<form method=\"post\" action=\"/events/{}\" class=\"row\">{buttons}</form>", escape(&event.id))
}

/// What can be done about deliveries that are still under way.
fn ways_on(deliveries: &[&Delivery]) -> String {
    let has = |is_it: fn(DeliveryState) -> bool| deliveries.iter().any(|delivery| is_it(delivery.state));
    let (is_held, is_due) = (has(|state| state == DeliveryState::Held), has(|state| matches!(state, DeliveryState::Due(_))));
    let ways = [(is_held, "release", "Release it"), (is_due, "hold", "Hold it"), (is_held || is_due, "drop", "Lose it")];
    ways.iter().filter(|(is_there, _, _)| *is_there).map(|(_, mode, words)| button("mode", mode, words)).collect()
}

/// The ways in which an event can be sent once more.
fn again() -> String {
    let ways = [
        ("deliver", "As it was"),
        ("duplicate", "Twice"),
        ("delay", "30 seconds late"),
        ("missign", "With a wrong secret"),
        ("stale", "Signed an hour ago"),
        ("change_bytes", "Changed after signing"),
        ("unsign", "Unsigned"),
    ];
    ways.iter().map(|(mode, words)| button("mode", mode, words)).collect()
}

fn state(delivery: &Delivery) -> String {
    match delivery.state {
        DeliveryState::Due(_) => badge(Tone::Waiting, "Due"),
        DeliveryState::Held => badge(Tone::Waiting, "Held"),
        DeliveryState::Taken => badge(Tone::Good, "Taken"),
        DeliveryState::Dropped => badge(Tone::Bad, "Lost"),
        DeliveryState::GivenUp => badge(Tone::Bad, "Given up"),
    }
}

/// What became of one delivery, in words; an element of a list.
fn journey(delivery: &Delivery, event: &Event, post: &Post) -> String {
    let to = match &delivery.to {
        Destination::Shop => "To the shop".to_owned(),
        Destination::Endpoint(id) => {
            let url = post.endpoint_for(event, id).map_or(id.as_str(), |endpoint| &endpoint.url);
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
