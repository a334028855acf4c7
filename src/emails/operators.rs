//! What the operator is told: a reference and a reason, nothing of the people concerned.

use super::House;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use crate::values::{Email, GiftId, OutboxId};

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
                format!("Look at {reference}: {reason}"),
                words!("About the gift ", strong(reference.as_str()), ": ", in_a_sentence(reason)),
                format!("All that happened to it: ribbon gift show {reference}"),
            ),
            Notice::Parked { entry, kind, reason } => (
                format!("Given up: {entry}"),
                words!("The entry ", strong(entry.as_str()), " of the outbox (", kind, ") was given up. Reason: ", reason, "."),
                "It is not tried again by itself. The log has each try under this id.".to_owned(),
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

/// A reason's tag as a sentence; one that has none stands for itself.
fn in_a_sentence(reason: &str) -> String {
    match reason {
        "dispute" => "the buyer’s bank disputes the payment. It is held until the provider says how that was decided.".to_owned(),
        "mismatch" => "what was paid is not what was agreed. It is held until you decide.".to_owned(),
        "paid_twice" => "it was paid a second time. Look at the provider’s pages, and give one payment back.".to_owned(),
        other => format!("{other}."),
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
            Subject: Look at gift_7h2kq9v4xw000000: mismatch

            Look at gift_7h2kq9v4xw000000: mismatch

            About the gift gift_7h2kq9v4xw000000: what was paid is not what was agreed. It is held until you decide.

            All that happened to it: ribbon gift show gift_7h2kq9v4xw000000

            --

            You get this mail because questions about Ribbon go to this address.
            ==========
            Subject: Given up: out_5q1sj8d2ze000000

            Given up: out_5q1sj8d2ze000000

            The entry out_5q1sj8d2ze000000 of the outbox (gift_for_you) was given up. Reason: smtp_refused_550.

            It is not tried again by itself. The log has each try under this id.

            --

            You get this mail because questions about Ribbon go to this address.
        "#]]
        .assert_eq(&texts.join("==========\n"));
    }
}
