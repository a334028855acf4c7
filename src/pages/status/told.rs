//! A gift's course in words: how it stands, and what each knot of its ribbon says.

use super::super::parts::Stop;
use super::super::parts::card::given_in_words;
use super::super::parts::course::When;
use super::super::parts::dates::{date, date_and_time};
use crate::shop::{DeliverySeen, Knot, KnotKind, MailKnot, RefundSeen, Standing, StatusPage};
use crate::values::{Email, Timestamp};

pub fn standing_in_words(status: &StatusPage) -> String {
    let is_own = status.card.is_for_oneself;
    let name = status.card.recipient_name.as_str();
    let (subject, object) = if is_own { ("You", "you") } else { (name, name) };
    if let RefundSeen::UnderWay { amount } = status.refund {
        return format!("You have taken it back. {} is to go back to you.", amount.exact());
    }
    let paid = if status.receipt.total.is_zero() { "Ready" } else { "Paid" };
    match &status.standing {
        Standing::Unpaid if status.is_under_way => {
            "Your payment is under way. As soon as it is confirmed, the gift goes its way.".to_owned()
        }
        Standing::Unpaid => "Written, and not paid yet.".to_owned(),
        Standing::Held => "We are checking this payment. Nothing is lost.".to_owned(),
        Standing::Ready { .. } => match &status.delivery {
            DeliverySeen::LinkOnly => format!("{paid}, and yours to {}.", if is_own { "redeem" } else { "hand over" }),
            DeliverySeen::Leaving => format!("{paid}, and about to leave."),
            DeliverySeen::Scheduled { due_at, zone } => format!("{paid}, and goes out on {}.", zone.moment(*due_at)),
            DeliverySeen::Sent { .. } | DeliverySeen::Delivered { .. } if status.is_opened => {
                format!("{subject} {} seen the card, and it waits to be redeemed.", if is_own { "have" } else { "has" })
            }
            DeliverySeen::Sent { .. } => "Sent, and waiting to be redeemed.".to_owned(),
            DeliverySeen::Delivered { .. } => "Delivered, and waiting to be redeemed.".to_owned(),
            DeliverySeen::Bounced { .. } | DeliverySeen::Failed { .. } => format!("{paid}, but our mail did not reach {object}."),
        },
        Standing::Redeemed { redeemed_at, .. } => format!("{subject} redeemed it on {}.", date(*redeemed_at)),
        Standing::TakenBack => "You have taken it back.".to_owned(),
        Standing::Refunded if status.receipt.total.is_zero() => "Taken back. Its code redeems nothing any more.".to_owned(),
        Standing::Refunded => "Paid back. Its code redeems nothing any more.".to_owned(),
        Standing::Canceled => "It was never paid, and can’t be any more. Nothing was charged.".to_owned(),
        Standing::Declined => format!("{subject} would rather not have it, so it is yours again."),
        Standing::Expired => "It was not redeemed in time.".to_owned(),
    }
}

pub fn stops(status: &StatusPage) -> Vec<Stop> {
    let present = status.course.iter().rposition(|knot| knot.has_happened);
    let stop = |(place, knot): (usize, &Knot)| {
        let (title, sentence) = in_words(knot, status, Some(place) == present);
        let at = knot.at.map(|at| moment(at, knot.has_happened, &status.delivery));
        let text = at.into_iter().chain([sentence]).filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ");
        let when = match present {
            _ if !knot.has_happened => When::Next,
            Some(present) if present == place => When::Now,
            _ => When::Past,
        };
        Stop { when, title, text: (!text.is_empty()).then_some(text) }
    };
    status.course.iter().enumerate().map(stop).collect()
}

/// What happened is written by the shop's clock, the day to come by the one that it was chosen by.
fn moment(at: Timestamp, has_happened: bool, delivery: &DeliverySeen) -> String {
    let written = match (delivery, has_happened) {
        (DeliverySeen::Scheduled { zone, .. }, false) => zone.moment(at),
        _ => date_and_time(at),
    };
    format!("{written}.")
}

/// What a knot is called, and what there is to say of it besides its date.
fn in_words(knot: &Knot, status: &StatusPage, is_present: bool) -> (String, String) {
    let is_own = status.card.is_for_oneself;
    let name = status.card.recipient_name.as_str();
    let length = given_in_words(&status.card);
    let (title, sentence) = match knot.what {
        KnotKind::Mail(mail) => return (of_mail(mail, knot.to.as_ref()), mail_adds(mail, knot.to.is_some()).to_owned()),
        KnotKind::Ordered => ("Card written", String::new()),
        KnotKind::Paid if status.receipt.total.is_zero() => ("Made", "Nothing was to pay.".to_owned()),
        KnotKind::Paid => ("Paid", format!("{}.", status.receipt.paid.unwrap_or(status.receipt.total).exact())),
        KnotKind::HandedOver if is_own => ("Yours to redeem", "The link and the code are on this page.".to_owned()),
        KnotKind::HandedOver => ("Yours to hand over", "We write to nobody but you.".to_owned()),
        KnotKind::Opened if is_own => ("Opened", "You saw the card.".to_owned()),
        KnotKind::Opened => ("Opened", "The card was seen by whom it is for.".to_owned()),
        KnotKind::Reminded => ("Reminder sent to you", "We write to you about it no more.".to_owned()),
        KnotKind::Readdressed => match &knot.to {
            Some(email) => ("Given another address", format!("It is for {} now. {DEAD}", email.as_str())),
            None => ("Given another address", DEAD.to_owned()),
        },
        KnotKind::Corrected => ("Name or spelling corrected", String::new()),
        KnotKind::Reissued => ("New code made", DEAD.to_owned()),
        KnotKind::Reworded => ("Message changed", String::new()),
        KnotKind::Rescheduled => ("Day changed", String::new()),
        KnotKind::Held if is_present => ("Being checked", "Its code does not redeem meanwhile. Nothing is lost.".to_owned()),
        KnotKind::Held => ("Payment checked", String::new()),
        KnotKind::Released => ("Let go on", String::new()),
        KnotKind::RefundAsked => ("Taken back by you", "Its code and its links are dead.".to_owned()),
        KnotKind::Redeemed if knot.has_happened && is_own => ("Redeemed", format!("{length} are yours.")),
        KnotKind::Redeemed if knot.has_happened => ("Redeemed", format!("{length} are {name}’s.")),
        KnotKind::Redeemed if is_own => ("Redeemed", format!("{length} are yours from then on. The gift does not expire.")),
        KnotKind::Redeemed => ("Redeemed", format!("{length} are {name}’s from then on. The gift does not expire.")),
        KnotKind::Thanked => ("Thanked", format!("{name} wrote to you.")),
        KnotKind::Refunded if !knot.has_happened => {
            ("Paid back", "It goes back the way it came. We write to you when it is done.".to_owned())
        }
        KnotKind::Refunded if status.receipt.total.is_zero() => ("Taken back", "The gift ends here.".to_owned()),
        KnotKind::Refunded => ("Paid back", "The gift ends here.".to_owned()),
        KnotKind::Canceled => ("Not paid", "Nothing was charged, and the gift ends here.".to_owned()),
        KnotKind::Declined => ("Declined", String::new()),
        KnotKind::Expired => ("Expired", "The gift ends here.".to_owned()),
    };
    (title.to_owned(), sentence)
}

const DEAD: &str = "The code and the links from before are dead.";

fn of_mail(mail: MailKnot, to: Option<&Email>) -> String {
    let (with_address, without) = match mail {
        MailKnot::Leaving => ("On its way to", "On its way"),
        MailKnot::Scheduled => ("Goes out to", "Goes out"),
        MailKnot::Sent => ("Sent to", "Sent"),
        MailKnot::SentAgain => ("Sent again to", "Sent again"),
        MailKnot::Delivered => ("Delivered to", "Delivered"),
        MailKnot::Bounced => ("Came back from", "Came back"),
        MailKnot::NotDelivered => ("Not delivered to", "Not delivered"),
        MailKnot::Reminder => ("Reminder sent to", "Reminder sent"),
    };
    to.map_or_else(|| without.to_owned(), |email| format!("{with_address} {}", email.as_str()))
}

/// Of a mail to whoever isn't the recipient any more, all that is kept is that it went.
const fn mail_adds(mail: MailKnot, is_to_present: bool) -> &'static str {
    if !is_to_present {
        return "That was the address before, which we keep no longer.";
    }
    match mail {
        MailKnot::Leaving | MailKnot::Scheduled | MailKnot::Sent => "",
        MailKnot::SentAgain => "With the same code.",
        MailKnot::Delivered => "Their mailbox has it.",
        MailKnot::Bounced => "That mailbox does not take our mail.",
        MailKnot::NotDelivered => "We tried several times.",
        MailKnot::Reminder => "They get no other.",
    }
}
