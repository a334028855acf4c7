//! How a gift reaches its recipient: by mail, at once or on a day by somebody's clock, or by the giver's own hand. The same for a gift that
//! is being made and for one that waits.

use leptos::prelude::*;

use super::super::shopfront;
use super::field::PickWrong;
use super::{Field, Pick};
use crate::islands::OwnClock;

/// Zones that most buyers find theirs among; the shop's own stands before them.
const ZONES: [&str; 18] = [
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Berlin",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
    "UTC",
];

/// `by_mail` says when a mail goes out; `day` and `zone` stand as they were typed.
#[component]
pub fn Travel(by_link: bool, day: String, zone: String, by_mail: &'static str) -> impl IntoView {
    view! {
        <div class="picks" role="radiogroup" aria-label="How it reaches them">
            <PickWrong name="delivery"/>
            <Pick name="delivery" value="email".to_owned() checked=!by_link id=Some("delivery")>
                <b>"We email it"</b>
                <span class="hint">{by_mail}</span>
            </Pick>
            <Pick name="delivery" value="link".to_owned() checked=by_link>
                <b>"I hand it over myself"</b>
                <span class="hint">"You get a link and a code to pass on. We write to nobody but you."</span>
            </Pick>
        </div>
        <div class="day">
            <Field
                name="deliver_on"
                label="On which day?"
                value=day
                kind="date"
                class="short"
                optional=true
                hint="At nine in the morning. Left empty, it goes out at once."
            />
            <Clock chosen=zone/>
        </div>
    }
}

/// Whose nine in the morning it is. A zone that was typed elsewhere and isn't listed stays chosen.
#[component]
fn Clock(chosen: String) -> impl IntoView {
    let own = shopfront().zone.name().to_owned();
    let unchosen = chosen.is_empty().then(|| own.clone());
    let chosen = if chosen.is_empty() { own.clone() } else { chosen };
    let mut zones = vec![own];
    for zone in ZONES.into_iter().map(str::to_owned).chain([chosen.clone()]) {
        if !zones.contains(&zone) {
            zones.push(zone);
        }
    }
    let option = |zone: String| view! { <option value=zone.clone() selected=zone == chosen>{city(&zone)}</option> };
    view! {
        <div class="field">
            <label for="time_zone">"By whose clock?"</label>
            <PickWrong name="time_zone"/>
            <select id="time_zone" name="time_zone" data-unchosen=unchosen>{zones.into_iter().map(option).collect_view()}</select>
            <OwnClock/>
        </div>
    }
    .into_any()
}

/// "New York" of `America/New_York`.
fn city(zone: &str) -> String {
    zone.rsplit('/').next().unwrap_or(zone).replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zone_is_shown_by_its_city() {
        assert_eq!((city("America/New_York"), city("UTC")), ("New York".to_owned(), "UTC".to_owned()));
    }

    /// The zones are the program's own: a machine without any has them too.
    #[test]
    fn every_zone_that_is_offered_is_known() {
        for zone in ZONES {
            assert_eq!(crate::values::Zone::parse(zone).map(|zone| zone.name().to_owned()), Ok(zone.to_owned()));
        }
    }
}
