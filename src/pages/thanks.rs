//! `/gift/thanks`: where the payment page sends a buyer back to, whatever became of the payment.

use leptos::prelude::*;

use super::parts::{CardFront, Frame, ReceiptFacts};
use crate::shop::{DeliverySeen, PaymentSeen, StatusPage, Thanks};

#[component]
pub fn ThanksPage(thanks: Thanks) -> impl IntoView {
    let Thanks { payment, status_page } = thanks;
    let card = status_page.card.clone();
    let (title, told) = match payment {
        PaymentSeen::Paid => ("Thank you", view! { <Paid status=status_page/> }.into_any()),
        PaymentSeen::Processing => ("Your payment is under way", view! { <Processing status=status_page/> }.into_any()),
        PaymentSeen::Open => ("Not paid yet", view! { <Open status=status_page/> }.into_any()),
        PaymentSeen::Checked => ("We are checking your payment", view! { <Checked status=status_page/> }.into_any()),
        PaymentSeen::TakenBack => ("Taken back", view! { <TakenBack status=status_page/> }.into_any()),
        PaymentSeen::PaidBack if status_page.receipt.total.is_zero() => {
            ("Taken back", view! { <TakenBack status=status_page/> }.into_any())
        }
        PaymentSeen::PaidBack => ("Paid back", view! { <PaidBack status=status_page/> }.into_any()),
        PaymentSeen::Ended => ("Nothing was charged", view! { <Ended status=status_page/> }.into_any()),
    };
    view! {
        <Frame title private=true>
            <div class="pair">
                <div class="stack">{told}</div>
                <CardFront card class="stay"/>
            </div>
        </Frame>
    }
}

#[component]
fn Paid(status: StatusPage) -> impl IntoView {
    let is_own = status.card.is_for_oneself;
    let name = status.card.recipient_name.as_str().to_owned();
    let whom = if is_own { "you" } else { &name };
    let thanks = match &status.card.giver_name {
        // "Ada L." brings its own full stop.
        Some(giver) => format!("Thank you, {}.", giver.as_str().trim_end_matches('.')),
        None => "Thank you.".to_owned(),
    };
    let paid = if status.receipt.total.is_zero() { "Nothing was to pay" } else { "It is paid" };
    let next = match &status.delivery {
        DeliverySeen::LinkOnly if is_own => format!("{paid}, and the link to redeem it is on the gift’s own page."),
        DeliverySeen::LinkOnly => format!("{paid}, and the link to pass on to {name} is on the gift’s own page."),
        DeliverySeen::Scheduled { due_at, zone } => format!("{paid}, and it goes out to {whom} on {}.", zone.moment(*due_at)),
        DeliverySeen::Leaving | DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } => {
            format!("{paid}, and the card is on its way to {whom}.")
        }
        DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => {
            format!("{paid}, but our mail to {whom} came back. The gift’s own page has a form for another address.")
        }
    };
    let print =
        matches!(status.delivery, DeliverySeen::LinkOnly).then(|| view! { <a href=status.print_path.clone()>"Print the card"</a> });
    let mailbox = status.mailed_to.as_ref().map(|email| format!("A copy is in your mailbox, {}. ", email.as_str()));
    view! {
        <h1>{thanks}</h1>
        <p class="lead">{next}{(!is_own).then_some(" We write to you when it is redeemed.")}</p>
        <p class="row"><a class="btn" href=status.path.clone()>"Follow your gift"</a>{print}</p>
        <h2 class="gap">"Your receipt"</h2>
        <ReceiptFacts receipt=status.receipt.clone()>
            <div><dt>"For"</dt><dd>{name.clone()}", "{status.recipient_email.as_str().to_owned()}</dd></div>
            <div><dt>"Reference"</dt><dd class="code">{status.reference.to_string()}</dd></div>
        </ReceiptFacts>
        <p class="small">{mailbox}"Quote the reference if you write to us; it redeems nothing."</p>
    }
}

#[component]
fn Processing(status: StatusPage) -> impl IntoView {
    view! {
        <h1>"Your payment is under way"</h1>
        <p class="lead">"Some ways of paying take a while to be confirmed. You need not wait here, and need not pay again."</p>
        <p>"As soon as it is confirmed, the gift goes its way and the receipt is in your mailbox."</p>
        <p class="row"><a class="btn" href=status.path.clone()>"Follow your gift"</a></p>
        <p class="small">"Reference: "<span class="code">{status.reference.to_string()}</span></p>
    }
}

#[component]
fn Open(status: StatusPage) -> impl IntoView {
    view! {
        <h1>"Not paid yet"</h1>
        <p class="lead">"The payment page tells us of no payment. Nothing was charged so far."</p>
        <p>"If you have just paid, the word may take a minute to reach us; the gift’s own page will say so."</p>
        <p class="row"><a class="btn" href=status.path.clone()>"Follow your gift"</a>" "<a href="/gift">"Make a gift anew"</a></p>
        <p class="small">"Reference: "<span class="code">{status.reference.to_string()}</span></p>
    }
}

#[component]
fn Checked(status: StatusPage) -> impl IntoView {
    view! {
        <h1>"We are checking your payment"</h1>
        <p class="lead">"It has reached us, and somebody looks at it before the gift goes on. Nothing is lost, and you need not pay again."</p>
        <p>"The gift’s own page always says how it stands."</p>
        <p class="row"><a class="btn" href=status.path.clone()>"Follow your gift"</a></p>
        <p class="small">"Reference: "<span class="code">{status.reference.to_string()}</span></p>
    }
}

/// By its buyer: the money is still to go back, or there was none.
#[component]
fn TakenBack(status: StatusPage) -> impl IntoView {
    let money = if status.receipt.total.is_zero() {
        "Nothing was paid for it, so nothing goes back."
    } else {
        "The money goes back the way it came. We write to you when it is done."
    };
    view! {
        <h1>"Taken back"</h1>
        <p class="lead">"You have taken this gift back, and its code redeems nothing any more. "{money}</p>
        <p class="row"><a class="btn" href=status.path.clone()>"What happened to it"</a>" "<a href="/gift">"Make a gift anew"</a></p>
        <p class="small">"Reference: "<span class="code">{status.reference.to_string()}</span></p>
    }
}

#[component]
fn PaidBack(status: StatusPage) -> impl IntoView {
    view! {
        <h1>"Paid back"</h1>
        <p class="lead">"The money for this gift has gone back, and its code redeems nothing any more."</p>
        <p class="row"><a class="btn" href=status.path.clone()>"What happened to it"</a>" "<a href="/gift">"Make a gift anew"</a></p>
        <p class="small">"Reference: "<span class="code">{status.reference.to_string()}</span></p>
    }
}

#[component]
fn Ended(status: StatusPage) -> impl IntoView {
    view! {
        <h1>"Nothing was charged"</h1>
        <p class="lead">"That payment can’t be completed any more, so the gift was not made."</p>
        <p>"Make it again whenever you like: everything you wrote is kept."</p>
        <p class="row"><a class="btn" href=status.buy_again>"Make the gift again"</a></p>
    }
}
