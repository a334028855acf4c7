//! What the mailbox says of a mail afterwards, signed, as whoever carries a shop's mail does it. Anything can be said of any mail, by a
//! button; an address can ask for it by itself.

use serde::Deserialize;
use serde_json::json;

use super::html::{Tone, badge, button, escape};
use super::inbox::Mail;
use super::webhooks::{DeliveryState, Event, Post};
use super::world::Change;
use crate::checkout::signatures::standard_headers;
use crate::values::Timestamp;

/// Where the shop takes reports.
pub const WEBHOOK_PATH: &str = "/webhooks/mail";

/// What can become of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    Delivered,
    Bounced,
    /// Not now: it is tried again.
    Deferred,
    /// Whoever reads it called it unwanted.
    Complained,
}

impl Fate {
    const ALL: [Self; 4] = [Self::Delivered, Self::Bounced, Self::Deferred, Self::Complained];

    const fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Bounced => "bounced",
            Self::Deferred => "deferred",
            Self::Complained => "complained",
        }
    }

    /// As its button says it.
    const fn words(self) -> &'static str {
        match self {
            Self::Delivered => "It was delivered",
            Self::Bounced => "It came back",
            Self::Deferred => "It is late",
            Self::Complained => "It was called unwanted",
        }
    }

    const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Delivered | Self::Complained => None,
            Self::Bounced => Some("550 5.1.1 no such user"),
            Self::Deferred => Some("451 4.7.1 try again later"),
        }
    }

    /// What an address asks for: `bounce@…`, `bea+bounce@…`.
    pub fn asked_for_by(address: &str) -> Option<Self> {
        let (local, _) = address.rsplit_once('@')?;
        let word = local.rsplit_once('+').map_or(local, |(_, word)| word);
        match word.to_ascii_lowercase().as_str() {
            "delivered" => Some(Self::Delivered),
            "bounce" | "bounced" => Some(Self::Bounced),
            "deferred" => Some(Self::Deferred),
            "complaint" | "complained" => Some(Self::Complained),
            _ => None,
        }
    }
}

/// The report, on its way to the shop.
pub fn report(change: &mut Change<'_>, mail: &Mail, fate: Fate) {
    let at = jiff::Timestamp::from_millisecond(change.now.millis()).map(|at| at.to_string()).unwrap_or_default();
    let kind = format!("mail.{}", fate.as_str());
    let mut body = json!({ "type": kind, "message_id": format!("<{}>", mail.message_id.trim_matches(['<', '>'])), "at": at });
    if let (Some(body), Some(reason)) = (body.as_object_mut(), fate.reason()) {
        body.insert("reason".to_owned(), reason.into());
    }
    let (id, session_id, body) = (change.id("msg_"), mail.id.clone(), body.to_string());
    change.send(vec![Event { id, provider: None, kind, session_id, at: change.now, body }]);
}

/// The headers that make whoever knows `secret` believe a report.
pub fn sign(secret: &str, event: &Event, at: Timestamp) -> Vec<(&'static str, String)> {
    standard_headers(secret, &event.id, at, event.body.as_bytes()).map(Vec::from).unwrap_or_default()
}

/// On a mail's page: what was reported of it so far, and a button for whatever else can become of it.
pub fn section(mail: &Mail, post: &Post) -> String {
    let reported: String = post.events.iter().filter(|event| event.session_id == mail.id).map(|event| line(event, post)).collect();
    let reported = if reported.is_empty() { String::new() } else { format!("<ul>{reported}</ul>") };
    let buttons: String = Fate::ALL.map(|fate| button("fate", fate.as_str(), fate.words())).concat();
    format!(
        "<h2 id=\"reports\">What became of it</h2><section class=\"entry\"><p>The shop knows that it was sent. Report what happened then, as \
         whoever carries real mail does:</p>{reported}<form method=\"post\" action=\"/inbox/{id}/reports\" class=\"row\">{buttons}</form>\
         <p class=\"soft\">Mail to <code>bounce@…</code> or <code>…+bounce@…</code> comes back by itself; <code>delivered</code>, \
         <code>deferred</code> and <code>complaint</code> are reported in the same way. <a href=\"/#webhooks\">All webhooks</a></p></section>",
        id = escape(&mail.id),
    )
}

/// One report, and whether the shop has it.
fn line(event: &Event, post: &Post) -> String {
    let states: String = post
        .deliveries_of(&event.id)
        .map(|delivery| match delivery.state {
            DeliveryState::Due(_) => badge(Tone::Waiting, "Due"),
            DeliveryState::Held => badge(Tone::Waiting, "Held"),
            DeliveryState::Taken => badge(Tone::Good, "Taken"),
            DeliveryState::Dropped => badge(Tone::Bad, "Lost"),
            DeliveryState::GivenUp => badge(Tone::Bad, "Given up"),
        })
        .collect();
    format!("<li><span class=\"id\">{}</span> {states}</li>", escape(&event.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_can_ask_what_becomes_of_its_mail() {
        for (address, fate) in [
            ("bounce@example.com", Some(Fate::Bounced)),
            ("Bea+Bounced@example.com", Some(Fate::Bounced)),
            ("bea+gift+delivered@example.com", Some(Fate::Delivered)),
            ("complaint@example.com", Some(Fate::Complained)),
            ("bea@bounce.com", None),
            ("rebounce@example.com", None),
            ("bounce+bea@example.com", None),
            ("bounce", None),
        ] {
            assert_eq!(Fate::asked_for_by(address), fate, "{address}");
        }
    }
}
