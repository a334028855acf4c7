//! What the operator is told: a reference and a reason, nothing of the people concerned.

use super::House;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use crate::values::{Email, GiftId, OrderId, OutboxId};

#[derive(Clone, Debug)]
pub struct OperatorNotice {
    pub to: Email,
    pub notice: Notice,
}

/// What the operator must look at. Reasons are the tags that the log has too.
#[derive(Clone, Debug)]
pub enum Notice {
    Gift {
        reference: GiftId,
        reason: String,
    },
    /// An order that is for no gift.
    Order {
        reference: OrderId,
        reason: String,
    },
    /// A piece of work that was given up.
    Parked {
        entry: OutboxId,
        kind: String,
        reason: String,
    },
}

impl OperatorNotice {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let (subject, says, next) = match &self.notice {
            Notice::Gift { reference, reason } => (
                format!("Look at {reference}: {}", in_short(reason)),
                words!("About the gift ", strong(reference.as_str()), ": ", in_a_sentence(reason)),
                format!("All that happened to it: ribbon gift show {reference}"),
            ),
            Notice::Order { reference, reason } => (
                format!("Look at {reference}: {}", in_short(reason)),
                words!("About the order ", strong(reference.as_str()), ": ", in_a_sentence(reason)),
                "The provider’s pages show its payments under this name.".to_owned(),
            ),
            Notice::Parked { entry, kind, reason } => (
                format!("Given up: {entry}"),
                words!("The entry ", strong(entry.as_str()), " of the outbox (", kind, ") was given up. Reason: ", reason, "."),
                format!(
                    "{} When what stood in its way is mended, “ribbon outbox retry {entry}” has it tried again.",
                    by_hand(kind)
                ),
            ),
        };
        Sheet {
            preheader: next.clone(),
            ribbon: Ribbon::Plain,
            blocks: vec![Block::Title(words!(&subject)), Block::Say(says), Block::Aside(words!(next))],
            foot: words!("You get this mail because questions about ", &brand.name, " go to this address."),
            subject,
        }
    }
}

/// A reason's tag in a few words; one that has none stands for itself.
fn in_short(reason: &str) -> &str {
    match reason {
        "dispute" => "the payment is disputed",
        "mismatch" => "another sum was paid",
        "paid_twice" => "paid twice",
        "subscribed_twice" => "subscribed to twice",
        "refund_failed" => "the refund did not go through",
        "buyer_unreachable" => "our mail to its buyer came back",
        "recipient_unreachable" => "our mail to its recipient came back",
        "redeemer_unreachable" => "our mail to whoever had redeemed it came back",
        "complained" => "its recipient called our mail unwanted",
        "buyer_complained" => "its buyer called our mail unwanted",
        other => other,
    }
}

/// A reason's tag as a sentence; one that has none stands for itself.
fn in_a_sentence(reason: &str) -> String {
    match reason {
        "dispute" => "the buyer’s bank disputes the payment. What is not redeemed is held until the provider says how that was decided.",
        "mismatch" => {
            "what was paid is not what was agreed. It is held until you decide: “ribbon gift release” with its reference lets it go on, and paying it back on the provider’s pages ends it."
        }
        "paid_twice" => {
            "it was paid a second time. The second payment is given back by itself; you get another mail only if that fails."
        }
        "refund_failed" => {
            "its buyer has taken it back, and the provider did not give the payment back. Do that on the provider’s pages, which ends the gift, or let it go on by “ribbon gift release” with its reference. The log has the provider’s reason."
        }
        "subscribed_twice" => {
            "the buyer went through two payment pages. The second subscription is ended by itself; give its first payment back on the provider’s pages."
        }
        "buyer_unreachable" => {
            "the buyer’s own address does not take our mail, so the link to the gift’s page did not reach them. The gift goes on as it was bought. The payment’s page at the provider may know another way to write to them."
        }
        "recipient_unreachable" => {
            "the recipient’s address does not take our mail, and whoever bought the gift left no address that could be told."
        }
        "redeemer_unreachable" => {
            "it was taken back after it had been redeemed, and the address of whoever had redeemed it does not take the mail that says so. Their account shows it."
        }
        "complained" => {
            "somebody at the recipient’s address called the gift’s mail unwanted. The gift can still be redeemed. Send that address nothing more by hand."
        }
        "buyer_complained" => {
            "somebody at the buyer’s address called a mail about it unwanted. The gift goes on as it was bought."
        }
        other => return format!("{other}."),
    }
    .to_owned()
}

/// What is left to do by hand where a piece of work was given up.
fn by_hand(kind: &str) -> &'static str {
    match kind {
        "refund_payment" => {
            "A payment that was to go back did not: the second one of an order that was paid twice, or one whose buyer took the gift back. Give it back on the provider’s pages. The log has the provider’s reason under this id."
        }
        "end_subscription" => {
            "A second subscription of one order still runs: end it on the provider’s pages. The log has the provider’s reason under this id."
        }
        _ => "It is not tried again by itself. The log has each try under this id.",
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{self, rendered};

    #[test]
    fn an_operator_reads_a_reference_and_a_reason_and_nothing_of_the_people() {
        let texts: Vec<String> = gallery::to_operators()
            .iter()
            .map(|letter| {
                let mail = rendered(letter);
                format!("Subject: {}\n\n{}", mail.subject, mail.text)
            })
            .collect();
        expect![[r#"
            Subject: Look at gift_7h2kq9v4xw000000: another sum was paid

            Look at gift_7h2kq9v4xw000000: another sum was paid

            About the gift gift_7h2kq9v4xw000000: what was paid is not what was agreed. It is held until you decide: “ribbon gift release” with its reference lets it go on, and paying it back on the provider’s pages ends it.

            All that happened to it: ribbon gift show gift_7h2kq9v4xw000000

            --

            You get this mail because questions about Ribbon go to this address.
            ==========
            Subject: Look at order_3m8rt5n1yc000000: paid twice

            Look at order_3m8rt5n1yc000000: paid twice

            About the order order_3m8rt5n1yc000000: it was paid a second time. The second payment is given back by itself; you get another mail only if that fails.

            The provider’s pages show its payments under this name.

            --

            You get this mail because questions about Ribbon go to this address.
            ==========
            Subject: Given up: out_5q1sj8d2ze000000

            Given up: out_5q1sj8d2ze000000

            The entry out_5q1sj8d2ze000000 of the outbox (gift_for_you) was given up. Reason: smtp_refused_550.

            It is not tried again by itself. The log has each try under this id. When what stood in its way is mended, “ribbon outbox retry out_5q1sj8d2ze000000” has it tried again.

            --

            You get this mail because questions about Ribbon go to this address.
        "#]]
        .assert_eq(&texts.join("==========\n"));
    }
}
