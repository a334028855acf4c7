//! What the operator is told: a reference and a reason, nothing of the people concerned.

use super::House;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use crate::values::{Email, GiftId, OutboxId};

#[derive(Clone, Debug)]
pub struct OperatorNotice {
    pub to: Email,
    pub notice: Notice,
}

/// What the operator must look at.
#[derive(Clone, Debug)]
pub enum Notice {
    /// Paid, but something must be decided before it can be redeemed.
    GiftHeld { reference: GiftId, reason: String },
    /// A piece of work that was given up after the last try.
    WorkParked { entry: OutboxId, kind: String, reason: String },
}

impl OperatorNotice {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let (subject, says, next) = match &self.notice {
            Notice::GiftHeld { reference, reason } => (
                format!("A gift is held: {reference}"),
                words!("The gift ", strong(reference.as_str()), " is held. Reason: ", reason, "."),
                format!("It can’t be redeemed until you decide. Look at it with: ribbon gift show {reference}"),
            ),
            Notice::WorkParked { entry, kind, reason } => (
                format!("Given up after the last try: {entry}"),
                words!(
                    "The entry ",
                    strong(entry.as_str()),
                    " of the outbox (",
                    kind,
                    ") was tried for the last time. Reason: ",
                    reason,
                    "."
                ),
                "It stays in the outbox as parked and is not tried again by itself. The log has each try under this id.".to_owned(),
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
            Subject: A gift is held: gift_7h2kq9v4xw000000

            A gift is held: gift_7h2kq9v4xw000000

            The gift gift_7h2kq9v4xw000000 is held. Reason: what was paid is not what was agreed.

            It can’t be redeemed until you decide. Look at it with: ribbon gift show gift_7h2kq9v4xw000000

            --

            You get this mail because questions about Ribbon go to this address.
            ==========
            Subject: Given up after the last try: out_5q1sj8d2ze000000

            Given up after the last try: out_5q1sj8d2ze000000

            The entry out_5q1sj8d2ze000000 of the outbox (gift_for_you) was tried for the last time. Reason: smtp_refused_550.

            It stays in the outbox as parked and is not tried again by itself. The log has each try under this id.

            --

            You get this mail because questions about Ribbon go to this address.
        "#]]
        .assert_eq(&texts.join("==========\n"));
    }
}
