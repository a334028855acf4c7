//! What the giver may change about a gift until it is redeemed. A change of recipient or code raises the generation,
//! which kills the code, the proof and the link that were sent before.

use super::{Delivery, Gift, GiftState, HoldReason, Reminders, Reminding};
use crate::error::Error;
use crate::values::{Email, Message, PersonName, Secret, Timestamp, Zone};

/// Why a gift isn't changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeRefused {
    /// There is nothing to send before it is paid.
    Unpaid,
    /// Nothing is sent while something is checked, and nothing changed while the money goes back.
    Held,
    /// The mail has gone out, so its day can't be changed; it can be sent again.
    AlreadySent,
    /// Its recipient declined it: it can be given to somebody else, or refunded.
    Declined,
    Redeemed,
    /// Refunded, canceled or expired.
    Ended,
}

impl From<ChangeRefused> for Error {
    fn from(_: ChangeRefused) -> Self {
        Self::GiftNotChangeable
    }
}

impl Gift {
    /// Whether the giver may still give it to somebody else.
    #[must_use]
    pub fn is_changeable(&self) -> bool {
        match self.open_to_change() {
            Ok(()) | Err(ChangeRefused::Declined) => true,
            Err(
                ChangeRefused::Unpaid
                | ChangeRefused::Held
                | ChangeRefused::AlreadySent
                | ChangeRefused::Redeemed
                | ChangeRefused::Ended,
            ) => false,
        }
    }

    /// Gives it to another recipient, or corrects the present one. Another address gets a new generation, derived from
    /// `secret`, and its own mail; a corrected name or spelling leaves code and mail alone.
    /// A declined gift can be redeemed again.
    pub fn readdress(&self, name: PersonName, email: Email, secret: &Secret, now: Timestamp) -> Result<Self, ChangeRefused> {
        let is_another = email != self.recipient_email;
        // Whoever gets it now has been reminded of nothing yet, and has not said that they want no reminder.
        let recipient = if is_another { Reminding::default() } else { self.reminders.recipient };
        let reminders = Reminders { recipient, ..self.reminders };
        let readdressed = Self { recipient_name: name, recipient_email: email, reminders, ..self.clone() };
        match &self.state {
            GiftState::Declined { purchased_at, .. } => {
                let purchased = GiftState::Purchased { purchased_at: *purchased_at };
                Ok(Self { decline_word: None, ..readdressed.renewed(secret, now).in_state(purchased) })
            }
            GiftState::Pending | GiftState::Purchased { .. } | GiftState::Held { .. } if is_another => {
                self.open_to_change().map(|()| readdressed.renewed(secret, now).undeclined())
            }
            GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Expired { .. } => self.open_to_change().map(|()| readdressed),
        }
    }

    /// Makes a new code and kills the old one. Where a mail with the old one went out, another goes to the same address.
    pub fn reissue(&self, secret: &Secret, now: Timestamp) -> Result<Self, ChangeRefused> {
        self.open_to_change()?;
        Ok(self.renewed(secret, now))
    }

    /// Changes what stands on the card. A mail that was sent keeps the old words, the gift's page shows the new ones.
    pub fn reword(&self, message: Option<Message>) -> Result<Self, ChangeRefused> {
        self.open_to_change()?;
        Ok(Self { message, ..self.clone() })
    }

    /// Changes when it is mailed, and by whose clock that was chosen, as long as it wasn't. `None`: not at all, the giver hands the link over.
    pub fn reschedule(&self, due_at: Option<Timestamp>, time_zone: Option<Zone>) -> Result<Self, ChangeRefused> {
        self.open_to_change()?;
        match self.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } => {}
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } | Delivery::Failed { .. } => {
                return Err(ChangeRefused::AlreadySent);
            }
        }
        let delivery = due_at.map_or(Delivery::LinkOnly, |due_at| Delivery::Scheduled { due_at });
        Ok(Self { delivery, time_zone, ..self.clone() })
    }

    /// Mails it now: the first time before its day or after all, or once more with the same code. One whose moment has come is on its way
    /// already, and stays as it is.
    pub fn send_again(&self, now: Timestamp) -> Result<Self, ChangeRefused> {
        self.open_to_change()?;
        match &self.state {
            GiftState::Pending => return Err(ChangeRefused::Unpaid),
            GiftState::Held { .. } => return Err(ChangeRefused::Held),
            GiftState::Purchased { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => {}
        }
        if self.delivery_due().is_some_and(|due_at| due_at <= now) {
            return Ok(self.clone());
        }
        Ok(Self { delivery: Delivery::Scheduled { due_at: now }, ..self.clone() })
    }

    /// Mails it now for the first time; one that was mailed meanwhile stays as it is.
    pub fn send_first(&self, now: Timestamp) -> Result<Self, ChangeRefused> {
        if self.was_mailed() { Ok(self.clone()) } else { self.send_again(now) }
    }

    /// Whether a mail of the present generation went out, or tried to.
    #[must_use]
    const fn was_mailed(&self) -> bool {
        match self.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } => false,
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } | Delivery::Failed { .. } => true,
        }
    }

    /// What stands on the card was corrected since `before`: a mail of the same generation that had gone out goes again with it, where it
    /// may. A new generation is mailed by itself.
    #[must_use]
    pub fn mailed_again_after(self, before: &Self, now: Timestamp) -> Self {
        let is_corrected = self.generation == before.generation && self != *before;
        if is_corrected && self.was_mailed() { self.send_again(now).unwrap_or(self) } else { self }
    }

    fn open_to_change(&self) -> Result<(), ChangeRefused> {
        match &self.state {
            GiftState::Held { reason: HoldReason::Refund, .. } => Err(ChangeRefused::Held),
            GiftState::Pending | GiftState::Purchased { .. } | GiftState::Held { .. } => Ok(()),
            GiftState::Declined { .. } => Err(ChangeRefused::Declined),
            GiftState::Redeemed { .. } => Err(ChangeRefused::Redeemed),
            GiftState::Canceled { .. } | GiftState::Refunded { .. } | GiftState::Expired { .. } => Err(ChangeRefused::Ended),
        }
    }

    /// Held, it is free for whoever it goes to now, who has declined nothing.
    fn undeclined(self) -> Self {
        let GiftState::Held { purchased_at, held_at, reason, .. } = self.state else { return self };
        Self { decline_word: None, state: GiftState::Held { purchased_at, held_at, reason, declined_at: None }, ..self }
    }

    /// The next generation, which nobody has opened yet. Its mail is due now where one of the generation before had gone out or tried to.
    fn renewed(&self, secret: &Secret, now: Timestamp) -> Self {
        let delivery = match &self.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } => self.delivery.clone(),
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } | Delivery::Failed { .. } => {
                Delivery::Scheduled { due_at: now }
            }
        };
        Self { generation: self.generation + 1, secret_id: secret.id().to_owned(), delivery, opened_at: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::OrderNews;
    use super::super::samples::{EVERY_STATE, NOW, PURCHASED_AT, email, gift_that_is, name, secret, table};
    use super::super::{code, proof};
    use super::*;

    const DUE_AT: Timestamp = Timestamp::from_seconds(20_000);

    const COURSE: &str = "
        state      | another address | another name | reissue  | reword   | reschedule | send again
        pending    | done            | done         | done     | done     | done       | Unpaid
        purchased  | done            | done         | done     | done     | done       | done
        disputed   | done            | done         | done     | done     | done       | Held
        mismatched | done            | done         | done     | done     | done       | Held
        taken back | Held            | Held         | Held     | Held     | Held       | Held
        redeemed   | Redeemed        | Redeemed     | Redeemed | Redeemed | Redeemed   | Redeemed
        canceled   | Ended           | Ended        | Ended    | Ended    | Ended      | Ended
        refunded   | Ended           | Ended        | Ended    | Ended    | Ended      | Ended
        declined   | done            | done         | Declined | Declined | Declined   | Declined
        expired    | Ended           | Ended        | Ended    | Ended    | Ended      | Ended
    ";

    #[test]
    fn every_state_answers_to_every_change() {
        let rows = table(COURSE);
        assert_eq!(rows.iter().map(|(state, _)| *state).collect::<Vec<_>>(), EVERY_STATE);
        for (state, cells) in rows {
            let gift = gift_that_is(state);
            let answers = [
                gift.readdress(name("Carl"), email("carl@example.com"), &secret("s"), NOW),
                gift.readdress(name("Beatrice"), email("bea@example.com"), &secret("s"), NOW),
                gift.reissue(&secret("s"), NOW),
                gift.reword(None),
                gift.reschedule(Some(DUE_AT), None),
                gift.send_again(NOW),
            ];
            assert_eq!(gift.is_changeable(), answers[0].is_ok(), "{state}");
            for (answer, cell) in answers.into_iter().zip(cells) {
                let told = answer.map_or_else(|refused| format!("{refused:?}"), |_| "done".to_owned());
                assert_eq!(told, cell, "{state}");
            }
        }
    }

    #[test]
    fn another_recipient_ends_what_the_first_one_was_sent() {
        let before = gift_that_is("purchased");
        let after = before.readdress(name("Carl"), email("carl@example.com"), &secret("t"), NOW).unwrap();
        assert_eq!((after.generation, after.secret_id.as_str()), (2, secret("t").id()));
        assert_ne!(code(&secret("s"), &after.id, after.generation), code(&secret("s"), &before.id, before.generation));
        let mailed = proof(&secret("s"), &before.id, before.generation, &before.recipient_email);
        assert_ne!(proof(&secret("s"), &after.id, after.generation, &after.recipient_email), mailed);
        assert_eq!(after.state, before.state);
    }

    #[test]
    fn a_corrected_name_or_spelling_leaves_the_code_alone() {
        let before = Gift { delivery: Delivery::Sent { sent_at: NOW }, ..gift_that_is("purchased") };
        let after = before.readdress(name("Beatrice"), email("Bea@Example.com"), &secret("t"), NOW).unwrap();
        let expected = Gift { recipient_name: name("Beatrice"), recipient_email: email("Bea@Example.com"), ..before };
        assert_eq!(after, expected);
        assert_eq!(after.recipient_email.as_str(), "Bea@Example.com");
    }

    #[test]
    fn a_declined_gift_goes_to_somebody_else() {
        let decline_word = Message::parse("I have one already.").ok();
        let declined = Gift { delivery: Delivery::Sent { sent_at: PURCHASED_AT }, decline_word, ..gift_that_is("declined") };
        let given = declined.readdress(name("Carl"), email("carl@example.com"), &secret("s"), NOW).unwrap();
        assert_eq!((&given.state, &given.decline_word), (&GiftState::Purchased { purchased_at: PURCHASED_AT }, &None));
        assert_eq!((given.generation, given.delivery_due()), (2, Some(NOW)));
    }

    #[test]
    fn a_declined_gift_whose_payment_is_checked_goes_to_somebody_else_when_that_is_done() {
        let declined = Gift { decline_word: Message::parse("I have one already.").ok(), ..gift_that_is("declined") };
        let held = declined.follow(OrderNews::Contested, NOW).gift;
        let given = held.readdress(name("Carl"), email("carl@example.com"), &secret("s"), NOW).unwrap();
        assert_eq!((given.generation, given.decline_word.as_ref(), given.delivery_due()), (2, None, None));
        assert_eq!(given.follow(OrderNews::Upheld, NOW).gift.state, GiftState::Purchased { purchased_at: PURCHASED_AT });
        // A reissue or a corrected name gives it to nobody else, so what was said when it was declined still stands.
        for same in [held.reissue(&secret("s"), NOW), held.readdress(name("Beatrice"), email("bea@example.com"), &secret("s"), NOW)]
        {
            let upheld = same.unwrap().follow(OrderNews::Upheld, NOW).gift;
            assert_eq!((upheld.state.name(), &upheld.decline_word), ("declined", &declined.decline_word));
        }
    }

    #[test]
    fn a_new_generation_is_mailed_where_the_old_one_was() {
        for (before, after) in [
            (Delivery::LinkOnly, Delivery::LinkOnly),
            (Delivery::Scheduled { due_at: DUE_AT }, Delivery::Scheduled { due_at: DUE_AT }),
            (Delivery::Sent { sent_at: PURCHASED_AT }, Delivery::Scheduled { due_at: NOW }),
            (Delivery::Bounced { bounced_at: PURCHASED_AT }, Delivery::Scheduled { due_at: NOW }),
            (Delivery::Failed { failed_at: PURCHASED_AT }, Delivery::Scheduled { due_at: NOW }),
        ] {
            let gift = Gift { delivery: before.clone(), ..gift_that_is("purchased") };
            let readdressed = gift.readdress(name("Carl"), email("carl@example.com"), &secret("s"), NOW).unwrap();
            assert_eq!(readdressed.delivery, after, "another recipient after {before:?}");
            assert_eq!(gift.reissue(&secret("s"), NOW).unwrap().delivery, after, "another code after {before:?}");
        }
    }

    #[test]
    fn every_generation_is_one_more_than_the_last() {
        let gift = gift_that_is("purchased");
        let third = gift.reissue(&secret("s"), NOW).and_then(|gift| gift.reissue(&secret("s"), NOW)).unwrap();
        assert_eq!(third.generation, 3);
    }

    #[test]
    fn the_day_of_delivery_and_its_clock_change_until_the_mail_is_sent() {
        let auckland = Zone::parse("Pacific/Auckland").ok();
        let scheduled = gift_that_is("purchased");
        let later = scheduled.reschedule(Some(DUE_AT), auckland.clone()).unwrap();
        assert_eq!((later.delivery.clone(), later.time_zone.clone()), (Delivery::Scheduled { due_at: DUE_AT }, auckland));
        let by_hand = later.reschedule(None, None).unwrap();
        assert_eq!((by_hand.delivery.clone(), by_hand.time_zone.clone()), (Delivery::LinkOnly, None));
        assert_eq!(by_hand.reschedule(Some(DUE_AT), None).unwrap().delivery, Delivery::Scheduled { due_at: DUE_AT });
        for delivery in [
            Delivery::Sent { sent_at: NOW },
            Delivery::Delivered { delivered_at: NOW },
            Delivery::Bounced { bounced_at: NOW },
            Delivery::Failed { failed_at: NOW },
        ] {
            let sent = Gift { delivery, ..scheduled.clone() };
            assert_eq!(sent.reschedule(Some(DUE_AT), None), Err(ChangeRefused::AlreadySent));
        }
    }

    #[test]
    fn what_is_about_to_leave_is_not_sent_once_more() {
        let leaving = Gift { delivery: Delivery::Scheduled { due_at: NOW }, ..gift_that_is("purchased") };
        assert_eq!(leaving.send_again(NOW.plus(std::time::Duration::from_secs(1))), Ok(leaving));
    }

    #[test]
    fn whoever_gets_a_new_code_has_not_opened_the_gift() {
        let opened = Gift { opened_at: Some(NOW), ..gift_that_is("purchased") };
        assert_eq!(opened.reissue(&secret("s"), NOW).unwrap().opened_at, None);
        assert_eq!(opened.reword(None).unwrap().opened_at, Some(NOW));
    }

    #[test]
    fn what_was_mailed_goes_out_again_with_what_was_corrected() {
        let sent = Gift { delivery: Delivery::Sent { sent_at: PURCHASED_AT }, ..gift_that_is("purchased") };
        let corrected = |before: &Gift| Gift { recipient_name: name("Beatrice"), ..before.clone() }.mailed_again_after(before, NOW);
        assert_eq!((corrected(&sent).delivery_due(), corrected(&sent).generation), (Some(NOW), sent.generation));
        assert_eq!(sent.clone().mailed_again_after(&sent, NOW), sent, "nothing was corrected");
        for delivery in [Delivery::LinkOnly, Delivery::Scheduled { due_at: DUE_AT }] {
            let waiting = Gift { delivery: delivery.clone(), ..sent.clone() };
            assert_eq!(corrected(&waiting).delivery, delivery);
        }
        let held = Gift { delivery: sent.delivery.clone(), ..gift_that_is("disputed") };
        assert_eq!(corrected(&held).delivery, held.delivery, "nothing is sent while its payment is checked");
    }

    #[test]
    fn sending_again_keeps_the_code() {
        for delivery in [Delivery::LinkOnly, Delivery::Scheduled { due_at: DUE_AT }, Delivery::Bounced { bounced_at: PURCHASED_AT }]
        {
            let gift = Gift { delivery, ..gift_that_is("purchased") };
            let again = gift.send_again(NOW).unwrap();
            assert_eq!((again.generation, again.delivery_due()), (gift.generation, Some(NOW)));
        }
    }
}
