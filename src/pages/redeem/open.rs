//! The open card, for its recipient: what redeeming would do, in dates, and the one button that does it.

use leptos::prelude::*;

use super::super::parts::course::When;
use super::super::parts::dates::date;
use super::super::parts::{AskEnd, Course, Frame, OpenCard, Place, Slip, Stop, Telling};
use super::super::shopfront;
use super::{Address, Otherwise};
use crate::shop::{Card, DryRun};
use crate::values::Email;

#[component]
pub fn OpenPage(card: Card, recipient_email: Email, dry_run: DryRun, address: Address) -> impl IntoView {
    let is_own = card.is_for_oneself;
    let heading = match &card.giver_name {
        _ if is_own => "From you, for yourself".to_owned(),
        Some(giver) => format!("From {}, for you", giver.as_str()),
        None => "For you".to_owned(),
    };
    let redeem = format!("Redeem {} of {}", card.months.in_figures(), card.tier.title());
    let zone = shopfront().zone.clone();
    let DryRun { today, before, after, gifts, may_tell_end } = dry_run;
    let ask_end = may_tell_end.then(|| {
        let giver = card.giver_name.as_ref().map(|giver| giver.as_str().to_owned());
        view! { <AskEnd giver/> }
    });
    let before = Telling { timeline: &before, gifts: &gifts, today, zone: &zone }.in_a_sentence();
    let after = Telling { timeline: &after, gifts: &gifts, today, zone: &zone };
    let (stops, after) = (stops(&after), after.in_a_sentence());
    view! {
        <Frame title="Your gift" place=Place::Redeem private=true class="moment">
            <div class="centre"><h1>{heading}</h1></div>
            <Slip/>
            <OpenCard card opens=true/>
            <section class="sheet dry" aria-labelledby="dry">
                <h2 id="dry">"If you redeem it today"</h2>
                <dl class="then">
                    <div><dt>"Today"</dt><dd>{before}</dd></div>
                    <div><dt>"After"</dt><dd>{after}</dd></div>
                </dl>
                <Course stops/>
                <form class="row" method="post" action=address.plain()>
                    <input type="hidden" name="intent" value="redeem"/>
                    {ask_end}
                    <button class="btn">{redeem}</button>
                    <span class="small">"Nothing to pay. Redeeming can’t be undone."</span>
                </form>
                <p class="small gap">
                    "You are signed in as "{recipient_email.as_str().to_owned()}". "
                    <Otherwise is_own address/>
                </p>
            </section>
        </Frame>
    }
}

/// What is to come from today on: a ribbon of promises, whose last one is its end.
fn stops(telling: &Telling<'_>) -> Vec<Stop> {
    let today = telling.today;
    let coming: Vec<_> = telling.turns().into_iter().filter(|turn| turn.at >= today).collect();
    let last = coming.len().saturating_sub(1);
    let stop = |(place, turn): (usize, super::super::parts::Turn)| Stop {
        when: if place == last { When::Now } else { When::Past },
        title: if turn.at == today { format!("Today, {}", date(today)) } else { date(turn.at) },
        text: Some(turn.sentences.join(" ")),
    };
    coming.into_iter().enumerate().map(stop).collect()
}
