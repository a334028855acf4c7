//! What a buyer can still do about a gift. Each is a form of its own behind a line that names the wish.

use leptos::prelude::*;

use super::super::parts::{EmailField, Field, Letterbox, MessageField, Travel};
use super::super::refusal::typed_or;
use super::super::{Draft, Refusal};
use crate::shop::{DeliverySeen, RefundSeen, RemindersAre, Standing, StatusPage};
use crate::values::Zone;

/// Nothing where nothing can be changed any more.
#[component]
pub fn Changes(status: StatusPage) -> impl IntoView {
    let (may, is_own) = (status.changes, status.card.is_for_oneself);
    let can_take_back = matches!(status.refund, RefundSeen::Offered { .. } | RefundSeen::ByLetter);
    if !may.recipient && !can_take_back {
        return ().into_any();
    }
    let heading = match (&status.standing, &status.delivery) {
        (Standing::Declined, _) => "What now?",
        (_, DeliverySeen::LinkOnly | DeliverySeen::Scheduled { .. } | DeliverySeen::Leaving) => "Would you change something?",
        (
            _,
            DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } | DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. },
        ) => "Is something not right?",
    };
    view! {
        <section class="wishes">
            <h2>{heading}</h2>
            <div class="gap">
                {may.mail.then(|| view! { <Send status=status.clone()/> })}
                {may.recipient.then(|| view! { <Readdress status=status.clone()/> })}
                {may.day.then(|| view! { <Reschedule status=status.clone()/> })}
                {may.words.then(|| view! { <Reword status=status.clone()/> })}
                // Before it is mailed, that is one of the ways in which it can travel.
                {(!may.day && status.code.is_some()).then(|| view! {
                    <details class="line">
                        <summary>
                            {if is_own { "I would rather have the link here" } else { "I would rather hand it over myself" }}
                        </summary>
                        <HandOver status=status.clone()/>
                    </details>
                })}
                {may.words.then(|| view! { <Reissue status=status.clone()/> })}
                <Reminders status=status.clone()/>
                <Refund status/>
            </div>
        </section>
    }
    .into_any()
}

/// Mails it now: the first time, or once more.
#[component]
fn Send(status: StatusPage) -> impl IntoView {
    let email = status.recipient_email.as_str().to_owned();
    let look =
        if status.card.is_for_oneself { "Look".to_owned() } else { format!("Ask {} to look", status.card.recipient_name.as_str()) };
    let was_sent = match status.delivery {
        DeliverySeen::LinkOnly => return ().into_any(),
        DeliverySeen::Scheduled { .. } | DeliverySeen::Leaving => false,
        DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } | DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => {
            true
        }
    };
    if was_sent {
        view! {
            <Wish status intent="send_again" wish="The mail did not arrive" button="Send it again">
                <p>{look}" among the unwanted mail first. We send it again to "{email}", with the same code."</p>
            </Wish>
        }
        .into_any()
    } else {
        view! {
            <Wish status intent="send_now" wish="It should go out now" button="Send it now">
                <p>"We mail it to "{email}" at once, and not again on its day."</p>
            </Wish>
        }
        .into_any()
    }
}

#[component]
fn Readdress(status: StatusPage) -> impl IntoView {
    let (name, email) = (status.card.recipient_name.as_str(), status.recipient_email.as_str());
    let is_declined = status.standing == Standing::Declined;
    let is_open = is_declined || matches!(status.delivery, DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. });
    // To whom a gift goes that was declined is another person, so nothing is filled in; nothing is asked about the address that it has.
    let [name, email] = if is_declined { ["", ""] } else { [name, email] };
    let present = [("recipient_name", name), ("recipient_email", email), ("recipient_email_answer", email)];
    let written = status.card.message.as_ref().map(|message| ("message", message.as_str()));
    let draft = typed_into("readdress", present.into_iter().chain(written).collect());
    // What was written to the first is rarely what the second should read, and its own form is not there for a declined gift.
    let message = is_declined.then(|| draft.get("message").to_owned());
    let (wish, lead) = if is_declined {
        (
            "I give it to somebody else",
            "Somebody else gets it, with a link and a code of their own, and the message as it stands here.",
        )
    } else {
        (
            "It should go to another name or address",
            "With another address, the link and the code that exist now stop working. A corrected name leaves them alone. The message goes along as it is; to change it, do that first.",
        )
    };
    let button = match status.delivery {
        _ if is_declined => "Give it to them",
        _ if !matches!(status.standing, Standing::Ready { .. }) => "Change it",
        DeliverySeen::LinkOnly | DeliverySeen::Scheduled { .. } | DeliverySeen::Leaving => "Change it",
        DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } | DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => {
            "Change it and send it again"
        }
    };
    view! {
        <Wish status=status.clone() intent="readdress" wish button is_open>
            <p>{lead}</p>
            <Field name="recipient_name" label="Their name" value=draft.get("recipient_name")/>
            <EmailField
                name="recipient_email"
                label="Their email address"
                value=draft.get("recipient_email")
                answer=draft.get("recipient_email_answer").to_owned()
                autocomplete="off"
            />
            {message.map(|text| view! { <MessageField value=text/> })}
        </Wish>
    }
    .into_any()
}

#[component]
fn Reschedule(status: StatusPage) -> impl IntoView {
    let (wish, delivery, day, zone) = match &status.delivery {
        DeliverySeen::LinkOnly => ("It should be mailed after all", "link", String::new(), String::new()),
        DeliverySeen::Scheduled { due_at, zone } => {
            let day: String = zone.day(*due_at).to_string();
            ("It should go out on another day, or by my own hand", "email", day, zone.name().to_owned())
        }
        DeliverySeen::Leaving
        | DeliverySeen::Sent { .. }
        | DeliverySeen::Delivered { .. }
        | DeliverySeen::Bounced { .. }
        | DeliverySeen::Failed { .. } => ("It should go out on a day, or by my own hand", "email", String::new(), String::new()),
    };
    let by_mail = if matches!(status.standing, Standing::Ready { .. }) {
        "On the day below, or at once where none is chosen."
    } else {
        "Once the payment is settled, or on the day below."
    };
    let draft =
        typed_into("reschedule", Draft::from_iter([("delivery", delivery.to_owned()), ("deliver_on", day), ("time_zone", zone)]));
    view! {
        <Wish status=status.clone() intent="reschedule" wish button="Change how it travels">
            <Travel
                by_link=draft.get("delivery") == "link"
                day=draft.get("deliver_on").to_owned()
                zone=draft.get("time_zone").to_owned()
                by_mail=by_mail
            />
        </Wish>
    }
    .into_any()
}

#[component]
fn Reword(status: StatusPage) -> impl IntoView {
    let message = status.card.message.as_ref().map(|message| message.as_str().to_owned()).unwrap_or_default();
    let draft = typed_into("reword", Draft::from_iter([("message", message)]));
    let was_sent = matches!(status.delivery, DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. });
    let keeps = was_sent
        .then(|| view! { <p>"The mail that was sent keeps the old words. The card behind its link shows the new ones."</p> });
    view! {
        <Wish status=status.clone() intent="reword" wish="The message should read otherwise" button="Change the message">
            {keeps}
            <MessageField value=draft.get("message").to_owned()/>
        </Wish>
    }
    .into_any()
}

#[component]
fn Reissue(status: StatusPage) -> impl IntoView {
    let is_ready = matches!(status.standing, Standing::Ready { .. });
    let new_one = match status.delivery {
        DeliverySeen::LinkOnly if is_ready => "The new one is on this page.",
        DeliverySeen::LinkOnly => "The new one is on this page once the payment is settled.",
        DeliverySeen::Scheduled { .. } | DeliverySeen::Leaving => "The mail will have the new one.",
        DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } | DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => {
            if is_ready {
                "The new one is mailed at once."
            } else {
                "The new one is mailed once the payment is settled."
            }
        }
    };
    view! {
        <Wish status intent="reissue" wish="The code has fallen into other hands" button="Make a new code">
            <p>"The code and every link to it stop working at once. "{new_one}</p>
        </Wish>
    }
    .into_any()
}

/// Whether we write to the buyer when the gift waits for long.
#[component]
fn Reminders(status: StatusPage) -> impl IntoView {
    match status.reminders {
        RemindersAre::ToCome => view! {
            <Wish status intent="reminders_off" wish="I need no reminder" button="Send me no reminder">
                <p>"When nobody has redeemed it after a month, we would write to you, once."</p>
            </Wish>
        }
        .into_any(),
        RemindersAre::Off => view! {
            <Wish status intent="reminders_on" wish="Reminders about this gift are off" button="Switch them on again">
                <p>"When nobody has redeemed it in a month, we write to you, once."</p>
            </Wish>
        }
        .into_any(),
        RemindersAre::Over => ().into_any(),
    }
}

/// Its money, where the operator's rule gives it back on demand; else whom to write to.
#[component]
fn Refund(status: StatusPage) -> impl IntoView {
    const ENDS: &str = "The gift ends: its code and its links stop working at once. This can’t be undone.";
    match status.refund {
        RefundSeen::Offered { amount, .. } if amount.is_zero() => view! {
            <Wish status intent="refund" wish="I would like to take it back" button="Take the gift back">
                <p>"Nothing was paid, so nothing goes back. "{ENDS}</p>
            </Wish>
        }
        .into_any(),
        RefundSeen::Offered { amount, until } => {
            let until = Zone::written(until);
            view! {
                <Wish status intent="refund" wish="I would like my money back" button="Take my money back">
                    <p><b>{amount.exact()}</b>" goes back the way it came. "{ENDS}</p>
                    <p class="small">{format!("You can do this here until {until}, as long as nobody has redeemed it.")}</p>
                </Wish>
            }
            .into_any()
        }
        RefundSeen::ByLetter => view! {
            <details class="line">
                <summary>"I would like my money back"</summary>
                <p>"Write to "<Letterbox/>", and name the reference "<span class="code">{status.reference.to_string()}</span>"."</p>
            </details>
        }
        .into_any(),
        RefundSeen::UnderWay { .. } | RefundSeen::None => ().into_any(),
    }
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
    let is_open = refused().map_or(is_open, |refused| refused == intent);
    view! {
        <details class="line" open=is_open id=intent>
            <summary>{wish}</summary>
            <form class="stack" method="post" action=status.path.clone() novalidate>
                <input type="hidden" name="intent" value=intent/>
                <input type="hidden" name="key" value=status.key.clone()/>
                {children()}
                <button class="btn quiet">{button}</button>
            </form>
        </details>
    }
    .into_any()
}

/// Which of the forms was refused.
fn refused() -> Option<String> {
    Refusal::of_this_page().map(|refusal| refusal.draft.get("intent").to_owned())
}

/// What was typed into the form of this intent, if it was the one that was refused; no other form of the page shows it.
fn typed_into(intent: &str, otherwise: Draft) -> Draft {
    if refused().is_some_and(|refused| refused == intent) { typed_or(otherwise) } else { otherwise }
}

/// The code and where it redeems, for a buyer who passes it on.
#[component]
pub fn HandOver(status: StatusPage) -> impl IntoView {
    let (code, url) = (status.code?, status.redeem_url?);
    let (pass_on, signs_in) = if status.card.is_for_oneself {
        ("Follow this link, or type the code under “Redeem”. ", "You sign in".to_owned())
    } else {
        let name = status.card.recipient_name.as_str();
        ("Pass on this link, or the code to type under “Redeem”. ", format!("{name} signs in"))
    };
    // Where the line is too short for all of it, it breaks before the code.
    let (page, last) = url.split_at(url.rfind('/').map_or(0, |slash| slash + 1));
    let (page, last) = (page.to_owned(), last.to_owned());
    Some(
        view! {
            <div class="stack">
                <p>{pass_on}{signs_in}" with "<b>{status.recipient_email.as_str().to_owned()}</b>" to redeem it."</p>
                <p class="code"><a href=url>{page}<wbr/>{last}</a></p>
                <p class="code big">{code}</p>
            </div>
        }
        .into_any(),
    )
}
