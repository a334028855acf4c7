//! `/gifts/{reference}`: the buyer's own page of a gift: what happened, what is to come, and what can still be changed.

use leptos::prelude::*;

use super::parts::course::When;
use super::parts::dates::{date, date_and_time};
use super::parts::{CardFront, Course, EmailField, Field, Frame, Place, ReceiptFacts, Slip, Stop};
use super::refusal::typed_or;
use super::{Draft, Refusal};
use crate::shop::{DeliverySeen, Knot, KnotKind, Standing, StatusPage};

#[component]
pub fn GiftStatusPage(status: StatusPage) -> impl IntoView {
    let name = status.card.recipient_name.as_str().to_owned();
    let title = format!("Your gift to {name}");
    let mailed = status.buyer_email.as_ref().map(|email| format!(" It was mailed to {}.", email.as_str()));
    let is_handed_over = matches!(status.delivery, DeliverySeen::LinkOnly) && status.code.is_some();
    let hand_over =
        is_handed_over.then(|| view! { <section class="stack"><h2>"Hand it over"</h2><HandOver status=status.clone()/></section> });
    let changes = status.is_changeable.then(|| view! { <Changes status=status.clone()/> });
    view! {
        <Frame title=title.clone() place=Place::Gift private=true>
            <p class="over code">{status.reference.to_string()}</p>
            <h1>{title.clone()}</h1>
            <p class="lead">{standing_in_words(&status)}</p>
            <Slip kept="The gift is as it was."/>
            <div class="pair">
                <div class="sheet">
                    <section aria-label="What happened"><Course stops=stops(&status)/></section>
                    {hand_over}
                    {changes}
                    <section>
                        <h2>"Receipt"</h2>
                        <div class="gap"><ReceiptFacts receipt=status.receipt.clone()/></div>
                    </section>
                </div>
                <div class="stay stack">
                    <CardFront card=status.card.clone()/>
                    <p class="small">"This page is yours alone: whoever has its address can change the gift."{mailed}</p>
                </div>
            </div>
        </Frame>
    }
    .into_any()
}

fn standing_in_words(status: &StatusPage) -> String {
    let name = status.card.recipient_name.as_str();
    match &status.standing {
        Standing::Unpaid => "Written, and not paid yet.".to_owned(),
        Standing::Held => "We are checking this payment. Nothing is lost.".to_owned(),
        Standing::Ready { .. } => match &status.delivery {
            DeliverySeen::LinkOnly => "Paid, and yours to hand over.".to_owned(),
            DeliverySeen::Leaving => "Paid, and about to leave.".to_owned(),
            DeliverySeen::Scheduled { due_at } => format!("Paid, and goes out on {}.", date(*due_at)),
            DeliverySeen::Sent { .. } => "Sent, and waiting to be redeemed.".to_owned(),
            DeliverySeen::Delivered { .. } => "Delivered, and waiting to be redeemed.".to_owned(),
            DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => format!("Paid, but our mail did not reach {name}."),
        },
        Standing::Redeemed { redeemed_at, .. } => format!("{name} redeemed it on {}.", date(*redeemed_at)),
        Standing::Refunded => "Paid back. Its code redeems nothing any more.".to_owned(),
        Standing::Canceled => "It was never paid, and can’t be any more. Nothing was charged.".to_owned(),
        Standing::Declined => format!("{name} has declined it."),
        Standing::Expired => "It was not redeemed in time.".to_owned(),
    }
}

fn stops(status: &StatusPage) -> Vec<Stop> {
    let present = status.course.iter().rposition(|knot| knot.has_happened);
    let stop = |(place, knot): (usize, &Knot)| {
        let (title, sentence) = knot_in_words(knot.what, status);
        let at = knot.at.map(|at| if knot.has_happened { format!("{}. ", date_and_time(at)) } else { format!("{}. ", date(at)) });
        let text = format!("{}{sentence}", at.unwrap_or_default());
        let when = match present {
            _ if !knot.has_happened => When::Next,
            Some(present) if present == place => When::Now,
            _ => When::Past,
        };
        Stop { when, title, text: (!text.is_empty()).then(|| text.trim_end().to_owned()) }
    };
    status.course.iter().enumerate().map(stop).collect()
}

/// What a knot is called, and what there is to say of it besides its date.
fn knot_in_words(kind: KnotKind, status: &StatusPage) -> (String, String) {
    let name = status.card.recipient_name.as_str();
    let email = status.recipient_email.as_str();
    let length = format!("{} of {}", super::refusal::capital(&status.card.months.in_words()), status.card.tier.title());
    let (title, sentence) = match kind {
        KnotKind::Ordered => ("Card written".to_owned(), String::new()),
        KnotKind::Paid => ("Paid".to_owned(), format!("{}.", status.receipt.total.exact())),
        KnotKind::Leaving => (format!("On its way to {email}"), String::new()),
        KnotKind::Scheduled => (format!("Goes out to {email}"), String::new()),
        KnotKind::Sent => (format!("Sent to {email}"), String::new()),
        KnotKind::Delivered => (format!("Delivered to {email}"), "Their mailbox has it.".to_owned()),
        KnotKind::HandedOver => ("Handed over by you".to_owned(), "We write to nobody but you.".to_owned()),
        KnotKind::Bounced => {
            (format!("Came back from {email}"), "That mailbox does not take our mail. Give us another address below.".to_owned())
        }
        KnotKind::NotDelivered => {
            (format!("Not delivered to {email}"), "We tried several times. Send it again, or give us another address.".to_owned())
        }
        KnotKind::Held => ("Being checked".to_owned(), "Its code does not redeem meanwhile. Nothing is lost.".to_owned()),
        KnotKind::Redeemed if matches!(status.standing, Standing::Redeemed { .. }) => {
            ("Redeemed".to_owned(), format!("{length} began for {name}."))
        }
        KnotKind::Redeemed => ("Redeemed".to_owned(), format!("{length} begin when {name} redeems.")),
        KnotKind::Refunded => ("Paid back".to_owned(), "The gift ends here.".to_owned()),
        KnotKind::Canceled => ("Not paid".to_owned(), "Nothing was charged, and the gift ends here.".to_owned()),
        KnotKind::Declined => (format!("Declined by {name}"), "The gift ends here. Write to us about the money.".to_owned()),
        KnotKind::Expired => ("Expired".to_owned(), "The gift ends here.".to_owned()),
    };
    (title, sentence)
}

/// What its buyer can still do. Each is a form of its own behind a line that names the wish.
#[component]
fn Changes(status: StatusPage) -> impl IntoView {
    let name = status.card.recipient_name.as_str().to_owned();
    let email = status.recipient_email.as_str().to_owned();
    let by_mail = !matches!(status.delivery, DeliverySeen::LinkOnly);
    let again = matches!(status.delivery, DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } | DeliverySeen::Failed { .. })
        .then(|| {
            let name = name.clone();
            view! {
                <Wish status=status.clone() intent="send_again" wish="The mail did not arrive" button="Send it again">
                    <p>"Ask "{name}" to look among the unwanted mail first. We send it again to "{email}", with the same code."</p>
                </Wish>
            }
        });
    let is_open = Refusal::of_this_page().is_some() || matches!(status.delivery, DeliverySeen::Bounced { .. });
    let draft = typed_or(Draft::from_iter([("recipient_name", name.clone()), ("recipient_email", String::new())]));
    let button = if by_mail { "Change it and send it again" } else { "Change it" };
    view! {
        <section class="wishes">
            <h2>"Is something not right?"</h2>
            <div class="gap">
                {again}
                <Wish status=status.clone() intent="readdress" wish="It should go to another address" button is_open>
                    <p>"The link and the code that exist now stop working."</p>
                    <Field name="recipient_name" label="Their name" value=draft.get("recipient_name")/>
                    <EmailField
                        name="recipient_email"
                        label="Their new email address"
                        value=draft.get("recipient_email")
                        answer=draft.get("recipient_email_answer").to_owned()
                        autocomplete="off"
                    />
                </Wish>
                {by_mail.then(|| view! {
                    <details class="line">
                        <summary>"I would rather hand it over myself"</summary>
                        <HandOver status=status.clone()/>
                    </details>
                })}
                <Wish status=status.clone() intent="reissue" wish="The code has fallen into other hands" button="Make a new code">
                    <p>"The code and every link to it stop working. "{by_mail.then_some("The new one is mailed at once.")}</p>
                </Wish>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Wish(
    status: StatusPage,
    intent: &'static str,
    wish: &'static str,
    button: &'static str,
    #[prop(optional)] is_open: bool,
    children: Children,
) -> impl IntoView {
    let key = status.path.split_once("key=").map(|(_, key)| key.to_owned());
    view! {
        <details class="line" open=is_open>
            <summary>{wish}</summary>
            <form class="stack" method="post" action=status.path.clone() novalidate>
                <input type="hidden" name="intent" value=intent/>
                <input type="hidden" name="key" value=key/>
                {children()}
                <button class="btn quiet">{button}</button>
            </form>
        </details>
    }
    .into_any()
}

/// The code and where it redeems, for a buyer who passes it on.
#[component]
fn HandOver(status: StatusPage) -> impl IntoView {
    let (code, url) = (status.code?, status.redeem_url?);
    let print = status.path.replacen('?', "/print?", 1);
    let name = status.card.recipient_name.as_str().to_owned();
    Some(view! {
        <div class="stack">
            <p>
                "Pass on this link, or the code to type under “Redeem”. "
                {name}" signs in with "<b>{status.recipient_email.as_str().to_owned()}</b>" to redeem it."
            </p>
            <p class="code"><a href=url.clone()>{url.clone()}</a></p>
            <p class="code big">{code}</p>
            <p><a href=print>"Print the card"</a></p>
        </div>
    })
}
