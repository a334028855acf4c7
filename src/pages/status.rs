//! `/gifts/{reference}`: the buyer's own page of a gift: what happened, what is to come, what can still be changed, and the receipt.

mod changes;
mod told;

use leptos::prelude::*;

use super::parts::dates::date;
use super::parts::{CardFront, Course, Frame, ReceiptFacts, Slip, words};
use super::shopfront;
use crate::shop::{DeliverySeen, Receipt, Standing, StatusPage};
use changes::{Changes, HandOver};
use told::{standing_in_words, stops};

#[component]
pub fn GiftStatusPage(status: StatusPage) -> impl IntoView {
    let is_own = status.card.is_for_oneself;
    let title = format!("Your gift to {}", if is_own { "yourself" } else { status.card.recipient_name.as_str() });
    let mailed = status.mailed_to.as_ref().map(|email| format!(" It was mailed to {}.", email.as_str()));
    let again = match status.standing {
        Standing::Unpaid if !status.is_under_way => "Change it, or pay for it",
        Standing::Canceled => "Make it again",
        Standing::Unpaid
        | Standing::Ready { .. }
        | Standing::Held
        | Standing::Redeemed { .. }
        | Standing::TakenBack
        | Standing::Refunded
        | Standing::Declined
        | Standing::Expired => "Make another like it",
    };
    let print = status.code.as_ref().map(|_| status.print_path.clone());
    let is_handed_over = matches!(status.delivery, DeliverySeen::LinkOnly) && status.code.is_some();
    let hand_over =
        is_handed_over.then(|| view! { <section class="stack"><h2>{if is_own { "Redeem it" } else { "Hand it over" }}</h2><HandOver status=status.clone()/></section> });
    view! {
        <Frame title=title.clone() private=true>
            <p class="over code">{status.reference.to_string()}</p>
            <h1>{title.clone()}</h1>
            <p class="lead">{standing_in_words(&status)}</p>
            <Slip kept="The gift is as it was."/>
            <div class="pair">
                <div class="sheet">
                    <section aria-label="What happened">
                        <Course stops=stops(&status)/>
                        <p class="small gap">{format!("Times of day are {}.", clock())}</p>
                        {astray(&status)}
                        {answered(&status)}
                    </section>
                    {hand_over}
                    <Changes status=status.clone()/>
                    <TheReceipt receipt=status.receipt.clone()/>
                </div>
                <div class="stay stack">
                    <CardFront card=status.card.clone()/>
                    <p class="small">"This page is yours alone: whoever has its address can change the gift."{mailed}</p>
                    {print.map(|print| view! { <p><a href=print>"Print the card"</a></p> })}
                    <p><a href=status.buy_again>{again}</a></p>
                </div>
            </div>
        </Frame>
    }
    .into_any()
}

/// What the recipient wrote back.
fn answered(status: &StatusPage) -> impl IntoView + use<> {
    let name = status.card.recipient_name.as_str();
    let thanks = status.thanks.as_ref().map(|text| words(format!("{name} thanks you"), text));
    let declined = status.decline_word.as_ref().map(|text| words(format!("{name} wrote"), text));
    (thanks, declined)
}

/// By whose clock the page writes what happened: "those in Berlin", or "UTC".
fn clock() -> String {
    let place = shopfront().zone.place();
    if place.starts_with("in ") { format!("those {place}") } else { place }
}

/// A mail that did not arrive is the one thing here that asks for something.
fn astray(status: &StatusPage) -> Option<impl IntoView + use<>> {
    let address = status.recipient_email.as_str();
    let what = match (&status.standing, &status.delivery) {
        (Standing::Ready { .. }, DeliverySeen::Bounced { .. }) => format!("The mailbox {address} does not take our mail."),
        (Standing::Ready { .. }, DeliverySeen::Failed { .. }) => {
            format!("We tried for two days, and {address} could not be reached.")
        }
        _ => return None,
    };
    Some(view! {
        <div class="slip gap">
            <h2>"The card did not arrive"</h2>
            <p>{what}" Nothing is lost: correct the address below, send it again, or hand the link over yourself."</p>
        </div>
    })
}

/// Who sold what, when, and for how much.
#[component]
fn TheReceipt(receipt: Receipt) -> impl IntoView {
    let brand = shopfront().brand.clone();
    let row = |what: &'static str, value: String| view! { <div><dt>{what}</dt><dd>{value}</dd></div> };
    let untaxed = (receipt.tax.is_none() && receipt.paid_at.is_some())
        .then(|| view! { <p class="small">"The seller states no tax on it."</p> });
    view! {
        <section class="stack">
            <h2>{if receipt.paid_at.is_some() { "Receipt" } else { "What it costs" }}</h2>
            <ReceiptFacts receipt=receipt.clone()>
                {receipt.paid_at.map(|at| row("Paid on", date(at)))}
                {row("Sold by", format!("{}, {}", brand.name, brand.postal_address))}
                {brand.tax_id.map(|id| row("Tax number", id))}
                <div><dt>"Order"</dt><dd class="code">{receipt.order_id.to_string()}</dd></div>
            </ReceiptFacts>
            {untaxed}
        </section>
    }
    .into_any()
}
