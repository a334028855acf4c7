//! A gift that can't be redeemed now, told to its recipient: why, and what to do next.

use leptos::prelude::*;

use super::super::parts::dates::date;
use super::super::parts::{CardFront, Frame, Letterbox, MessageField, OpenCard, Place, Slip, giver, words};
use super::super::refusal::typed_or;
use super::super::{Draft, Refusal};
use super::{Address, in_sentence};
use crate::shop::{Card, Standing};
use crate::values::Message;

/// What a state of a gift means for its recipient.
struct Told {
    title: String,
    lead: String,
    /// The way on: a path and what the link says.
    way: (&'static str, &'static str),
}

#[component]
pub fn SettledPage(card: Card, standing: Standing, thanks: Option<Message>, address: Address) -> impl IntoView {
    if let Standing::Redeemed { by_me: true, .. } = standing {
        return view! { <YoursPage card standing thanks address/> }.into_any();
    }
    let told = told(&card, &standing);
    let (path, words) = told.way;
    view! {
        <Frame title=told.title.clone() place=Place::Redeem private=true>
            <div class="pair">
                <div class="stack">
                    <h1>{told.title.clone()}</h1>
                    <p class="lead">{told.lead}</p>
                    <p class="row"><a class="btn" href=path>{words}</a></p>
                    <p class="small">"Is something not right? Write to "<Letterbox/>"."</p>
                </div>
                <CardFront card class="stay"/>
            </div>
        </Frame>
    }
    .into_any()
}

/// Redeemed by whoever looks at it: the card stays theirs to read, and they may thank for it.
#[component]
fn YoursPage(card: Card, standing: Standing, thanks: Option<Message>, address: Address) -> impl IntoView {
    let told = told(&card, &standing);
    let giver = in_sentence(card.giver_name.as_ref());
    let thanks = match thanks {
        _ if card.is_for_oneself => ().into_any(),
        Some(text) => view! { <Unsent/>{words(format!("You wrote to {giver}"), &text)} }.into_any(),
        None => view! { <ThankForm giver address/> }.into_any(),
    };
    view! {
        <Frame title=told.title.clone() place=Place::Redeem private=true class="moment">
            <div class="centre stack"><h1>{told.title.clone()}</h1><p class="lead">{told.lead}</p></div>
            <OpenCard card/>
            <div class="centre"><p class="row"><a class="btn" href=told.way.0>{told.way.1}</a></p></div>
            {thanks}
        </Frame>
    }
}

/// Other thanks than those that stand: whoever wrote them has their words back.
#[component]
fn Unsent() -> impl IntoView {
    let refusal = Refusal::of_this_page();
    let told = refusal.and_then(|refusal| Some((refusal.message("thanks")?, Message::parse(refusal.draft.get("thanks")).ok())));
    let Some((why, text)) = told else { return view! { <Slip/> }.into_any() };
    view! {
        <div class="slip" role="alert" tabindex="-1" id="refusal" autofocus>
            <h2>"Not sent"</h2>
            <p>{why}"."</p>
        </div>
        {text.map(|text| words("What you wrote now".to_owned(), &text))}
    }
    .into_any()
}

#[component]
fn ThankForm(giver: String, address: Address) -> impl IntoView {
    let draft = typed_or(Draft::default());
    view! {
        <section class="sheet dry" aria-labelledby="thank">
            <h2 id="thank">"Say thank you"</h2>
            <Slip kept="Nothing was sent."/>
            <form class="stack gap" method="post" action=address.plain() novalidate>
                <input type="hidden" name="intent" value="thank"/>
                <MessageField
                    name="thanks"
                    label=format!("A few words to {giver}")
                    value=draft.get("thanks").to_owned()
                    hint="Up to 500 characters, once. Your address is not shown."
                    optional=false
                />
                <p><button class="btn quiet">"Send your thanks"</button></p>
            </form>
        </section>
    }
    .into_any()
}

const HOME: (&str, &str) = ("/", "To the first page");
const ACCOUNT: (&str, &str) = ("/account", "See your membership");

fn told(card: &Card, standing: &Standing) -> Told {
    if let Some(own) = told_oneself(card, standing) {
        return own;
    }
    let (giver, whom) = (giver(card.giver_name.as_ref()), in_sentence(card.giver_name.as_ref()));
    let (title, lead, way) = match standing {
        Standing::Redeemed { redeemed_at, by_me: true } => (
            "It is yours".to_owned(),
            format!(
                "You redeemed {} on {}. {giver} knows, and the card stays here.",
                card.months.of(card.tier),
                date(*redeemed_at)
            ),
            ACCOUNT,
        ),
        Standing::Redeemed { redeemed_at, by_me: false } => (
            "This gift has been redeemed".to_owned(),
            format!("It was redeemed on {}. If that was another account of yours, sign in there to see it.", date(*redeemed_at)),
            ("/account", "See your account"),
        ),
        Standing::Ready { .. } => ("This gift is ready".to_owned(), "Open it from the link in your mail.".to_owned(), ACCOUNT),
        Standing::Unpaid => (
            "Not quite ready yet".to_owned(),
            format!("{giver} has written this card, and the payment is not confirmed yet. Come back later today."),
            HOME,
        ),
        Standing::Held => (
            "We are checking this gift".to_owned(),
            "Something about its payment is being looked at. Nothing is lost: the same link will open it.".to_owned(),
            HOME,
        ),
        // Of the giver's money there is nothing to tell whom it was for.
        Standing::TakenBack | Standing::Refunded => (
            "This gift was taken back".to_owned(),
            format!("It gives no time any more, and any other time of yours is as long as before. {giver} can tell you more."),
            HOME,
        ),
        Standing::Canceled => (
            "This gift was not completed".to_owned(),
            format!("It was never paid, so it can’t be redeemed. {giver} can tell you more."),
            HOME,
        ),
        Standing::Declined => (
            "You declined this gift".to_owned(),
            format!("{giver} knows, and chooses what becomes of it. If that was a mistake, only {whom} can give it to you again."),
            HOME,
        ),
        Standing::Expired => (
            "This gift has expired".to_owned(),
            format!("It was not redeemed in time. Ask {whom}, who can write to us about it."),
            HOME,
        ),
    };
    Told { title, lead, way }
}

/// The same for somebody who gave it to themselves; `None` where no giver is spoken of.
fn told_oneself(card: &Card, standing: &Standing) -> Option<Told> {
    if !card.is_for_oneself {
        return None;
    }
    let (title, lead, way) = match standing {
        Standing::Redeemed { redeemed_at, by_me: true } => {
            let what = card.months.of(card.tier);
            ("It is yours", format!("You redeemed {what} on {}. The card stays here.", date(*redeemed_at)), ACCOUNT)
        }
        Standing::Unpaid => (
            "Not quite ready yet",
            "You have written this card, and the payment is not confirmed yet. Come back later today.".to_owned(),
            HOME,
        ),
        Standing::TakenBack | Standing::Refunded => {
            ("You took this gift back", "It gives no time any more. Any other time of yours is as long as before.".to_owned(), HOME)
        }
        Standing::Canceled => ("This gift was not completed", "It was never paid, so it can’t be redeemed.".to_owned(), HOME),
        Standing::Declined => (
            "You would rather not have this gift",
            "The link in its receipt leads to where you give it to somebody else, or take it back.".to_owned(),
            HOME,
        ),
        Standing::Expired => ("This gift has expired", "It was not redeemed in time.".to_owned(), HOME),
        Standing::Redeemed { by_me: false, .. } | Standing::Ready { .. } | Standing::Held => return None,
    };
    Some(Told { title: title.to_owned(), lead, way })
}
