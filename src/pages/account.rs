//! `/account`: the membership's time, gifts given and received, and how one signs in.

use leptos::prelude::*;

use super::parts::course::When;
use super::parts::dates::date;
use super::parts::{Course, EndChoice, Frame, Place, Spool, Stop, Telling, Turn};
use super::plan::OwnPlan;
use super::shopfront;
use crate::memberships::{Stretch, ahead, current, spans};
use crate::shop::{AccountView, DeliverySeen, GiftLine, OtherEnd, Standing};
use crate::values::Timestamp;

#[component]
pub fn AccountPage(account: AccountView) -> impl IntoView {
    let running = current(&account.timeline, account.today);
    let heading = running.map_or_else(|| "Your account".to_owned(), |stretch| format!("You are a {}", stretch.tier.title()));
    let lead = lead(&account.timeline, account.today);
    let time = (!account.timeline.is_empty()).then(|| view! { <YourTime account=account.clone()/> });
    let unverified = (!account.is_verified).then(|| view! { <Unverified/> });
    view! {
        <Frame title="Your account" place=Place::Account private=true>
            <div class="stack"><h1>{heading}</h1><p class="lead">{lead}</p></div>
            {unverified}
            {time}
            <div class="pair even">
                <section>
                    <h2>"Given"</h2>
                    <GiftLines lines=account.given word="To" none="No gifts yet."/>
                    <p class="gap"><a class="btn quiet" href="/gift">"Make a gift"</a></p>
                </section>
                <section>
                    <h2>"Received"</h2>
                    <GiftLines lines=account.received word="From" none="None so far."/>
                    <p class="gap"><a href="/redeem">"Redeem a code"</a></p>
                </section>
            </div>
            <OwnPlan chosen=account.plan subscription=account.subscription/>
            <section class="ruled" aria-labelledby="signing-in">
                <h2 id="signing-in">"Signing in"</h2>
                <div class="stack">
                    <p>"With "<b>{account.email.as_str().to_owned()}</b>"."</p>
                    <p class="row">
                        <a href="/account/password">"Change your password"</a>" "
                        <a href="/account/email">"Change your address"</a>" "
                        <a href="/account/tokens">"Access tokens"</a>
                    </p>
                    <form method="post" action="/logout"><button class="btn quiet">"Sign out"</button></form>
                </div>
            </section>
        </Frame>
    }
    .into_any()
}

/// Until when, and what then.
fn lead(timeline: &[Stretch], today: Timestamp) -> String {
    let coming = spans(&ahead(timeline, today));
    let mut parts = Vec::new();
    for stretch in coming {
        let begins = if parts.is_empty() && stretch.from > today { format!("From {} ", date(stretch.from)) } else { String::new() };
        match (stretch.until, parts.is_empty()) {
            (Some(until), true) if begins.is_empty() => parts.push(format!("Until {}.", date(until))),
            (Some(until), true) => parts.push(format!("{begins}to {} you are a {}.", date(until), stretch.tier.title())),
            (Some(until), false) => parts.push(format!("After that, {} until {}.", stretch.tier.title(), date(until))),
            (None, true) => return "It renews until you cancel it.".to_owned(),
            (None, false) => {
                parts.push(format!("After that, {} until you cancel it.", stretch.tier.title()));
                return parts.join(" ");
            }
        }
    }
    if parts.is_empty() {
        return "No membership runs just now. A gift that you redeem begins at once.".to_owned();
    }
    parts.push("Nothing renews by itself.".to_owned());
    parts.join(" ")
}

#[component]
fn Unverified() -> impl IntoView {
    view! {
        <form class="note row" method="post" action="/verify">
            <input type="hidden" name="intent" value="send_again"/>
            <p>"Your address is not verified yet, and redeeming needs that. Follow the link that we mailed you."</p>
            <button class="btn quiet">"Mail me the link again"</button>
        </form>
    }
    .into_any()
}

#[component]
fn YourTime(account: AccountView) -> impl IntoView {
    let zone = shopfront().zone.clone();
    let AccountView { timeline, gifts, today, .. } = account;
    let stops = stops(&Telling { timeline: &timeline, gifts: &gifts, today, zone: &zone });
    view! {
        <section class="sheet" aria-labelledby="time">
            <h2 id="time">"Your time"</h2>
            <Spool timeline today/>
            <div class="gap"><Course stops/></div>
        </section>
    }
    .into_any()
}

/// What was, today, and what will be. Today has a stop of its own even where nothing turns.
fn stops(telling: &Telling<'_>) -> Vec<Stop> {
    let today = telling.today;
    let this_day = date(today);
    let (same_day, others): (Vec<Turn>, Vec<Turn>) = telling.turns().into_iter().partition(|turn| date(turn.at) == this_day);
    let (past, coming): (Vec<Turn>, Vec<Turn>) = others.into_iter().partition(|turn| turn.at <= today);
    let stop = |when| move |turn: Turn| Stop { when, title: date(turn.at), text: Some(turn.sentences.join(" ")) };
    let words = if same_day.is_empty() {
        telling.now()
    } else {
        same_day.into_iter().flat_map(|turn| turn.sentences).collect::<Vec<_>>().join(" ")
    };
    let now = Stop { when: When::Now, title: format!("Today, {this_day}"), text: Some(words) };
    past.into_iter().map(stop(When::Past)).chain([now]).chain(coming.into_iter().map(stop(When::Next))).collect()
}

#[component]
fn GiftLines(lines: Vec<GiftLine>, word: &'static str, none: &'static str) -> impl IntoView {
    if lines.is_empty() {
        return view! { <p class="gap">{none}</p> }.into_any();
    }
    view! { <ul class="facts gap">{lines.into_iter().map(|line| view! { <Line line word/> }).collect_view()}</ul> }.into_any()
}

#[component]
fn Line(line: GiftLine, word: &'static str) -> impl IntoView {
    let other = match &line.other {
        OtherEnd::Oneself => "yourself".to_owned(),
        OtherEnd::Named(name) => name.as_str().to_owned(),
        OtherEnd::Somebody => "somebody".to_owned(),
    };
    let whom = format!("{word} {other}");
    let state = standing_in_words(&line);
    let choice = view! { <EndChoice line=line.clone()/> };
    let whom = match line.path {
        Some(path) => view! { <a href=path>{whom}</a> }.into_any(),
        None => whom.into_any(),
    };
    view! {
        <li>
            <span>{whom}</span>
            <span>{format!("{}, {}", line.tier.title(), line.months.in_figures())}<br/><span class="small">{state}</span></span>
            {choice}
        </li>
    }
    .into_any()
}

fn standing_in_words(line: &GiftLine) -> String {
    match (&line.standing, &line.delivery) {
        (Standing::Ready { .. }, DeliverySeen::Leaving) => "On its way".to_owned(),
        (Standing::Ready { .. }, DeliverySeen::Scheduled { due_at, zone }) => format!("Goes out on {}", zone.date(*due_at)),
        (Standing::Ready { .. }, DeliverySeen::Bounced { .. }) => "Its mail came back".to_owned(),
        (Standing::Ready { .. }, DeliverySeen::Failed { .. }) => "Not delivered".to_owned(),
        (Standing::Ready { .. }, DeliverySeen::LinkOnly | DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. }) => {
            "Waiting to be redeemed".to_owned()
        }
        (Standing::Unpaid, _) => "Not paid yet".to_owned(),
        (Standing::Held, _) => "Being checked".to_owned(),
        (Standing::Redeemed { redeemed_at, .. }, _) => format!("Redeemed {}", date(*redeemed_at)),
        // Whether money went back for it stands on its own page.
        (Standing::TakenBack | Standing::Refunded, _) => match line.redeemed_at {
            Some(redeemed_at) => format!("Redeemed {}, and taken back since", date(redeemed_at)),
            None => "Taken back".to_owned(),
        },
        (Standing::Canceled, _) => "Never paid".to_owned(),
        (Standing::Declined, _) => "Declined".to_owned(),
        (Standing::Expired, _) => "Expired".to_owned(),
    }
}
