//! What a page has to say about the request before it: why it was refused and what had been typed, or what was done.

use std::collections::BTreeMap;
use std::str::FromStr;

use leptos::prelude::use_context;

use crate::error::{Error, Wrong};
use crate::shop::{Changed, NewCode};
use crate::values::in_words;

/// What was typed into a form, by the fields' names. Passwords never stand in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft(BTreeMap<String, String>);

impl Draft {
    /// Fields whose values go nowhere but to the verb. A mailed link's token is none of them: its page comes back with it.
    const SECRETS: [&'static str; 3] = ["password", "current_password", "key"];

    /// The same with nothing typed there.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.0.remove(field);
        self
    }

    /// What was typed for this field; empty where nothing was.
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Draft {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        let fields = fields.into_iter().map(|(name, value)| (name.into(), value.into()));
        Self(fields.filter(|(name, _): &(String, String)| !Self::SECRETS.contains(&name.as_str())).collect())
    }
}

/// Why a form was refused, and what was typed into it; provided as context to the page that shows it again.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub error: Error,
    pub draft: Draft,
}

impl Refusal {
    /// The refusal of the page that is being rendered, if its form was refused.
    pub(super) fn of_this_page() -> Option<Self> {
        use_context()
    }

    /// The fields to correct.
    pub(super) fn wrongs(&self) -> Vec<Wrong> {
        match &self.error {
            Error::Invalid(wrongs) => wrongs.clone(),
            Error::GiftNotFound => vec![Wrong::new("code", self.error.to_string().trim_end_matches('.'))],
            Error::Unauthenticated
            | Error::TokenMissing
            | Error::TokenRefused
            | Error::ScopeMissing(_)
            | Error::IdempotencyKeyInvalid
            | Error::IdempotencyKeyReused
            | Error::Forbidden
            | Error::ForeignOrigin
            | Error::TooLarge
            | Error::NotFound
            | Error::SignInFailed
            | Error::LinkEnded
            | Error::TooManyAttempts { .. }
            | Error::AuthenticatedEmailRequired
            | Error::GiftAlreadyRedeemed
            | Error::GiftNotRedeemable
            | Error::GiftNotChangeable
            | Error::AlreadySubscribed
            | Error::NotSubscribed
            | Error::NotForSale
            | Error::SignatureRefused
            | Error::ProviderUnavailable(_)
            | Error::Unavailable(_)
            | Error::Internal(_) => Vec::new(),
        }
    }

    pub(super) fn message(&self, field: &str) -> Option<String> {
        self.wrongs().into_iter().find(|wrong| wrong.field == field).map(|wrong| wrong.message)
    }

    /// Whether this field is asked about, and not wrong.
    pub(super) fn asks(&self, field: &str) -> bool {
        self.wrongs().iter().any(|wrong| wrong.field == field && wrong.is_question)
    }

    /// "4 things to correct": how the page's title begins.
    pub(super) fn in_title(&self) -> String {
        self.counted(|number| number.to_string()).unwrap_or_else(|| "Not done".to_owned())
    }

    /// "Four things to correct": what stands above the form.
    pub(super) fn heading(&self) -> String {
        self.counted(in_words).map_or_else(|| self.error.to_string(), |counted| capital(&counted))
    }

    /// How much there is to correct and to answer; `None` where there is neither.
    fn counted(&self, written: impl Fn(u32) -> String) -> Option<String> {
        let (questions, wrongs): (Vec<Wrong>, Vec<Wrong>) = self.wrongs().into_iter().partition(|wrong| wrong.is_question);
        let count = |list: &[Wrong], one: &str, many: &str| match u32::try_from(list.len()).unwrap_or(u32::MAX) {
            0 => None,
            1 => Some(format!("{} {one}", written(1))),
            number => Some(format!("{} {many}", written(number))),
        };
        let asked = count(&questions, "question", "questions");
        match (count(&wrongs, "thing to correct", "things to correct"), asked) {
            (Some(wrong), Some(asked)) => Some(format!("{wrong}, and {asked}")),
            (wrong, asked) => wrong.or_else(|| asked.map(|asked| format!("{asked} before you go on"))),
        }
    }
}

/// What was typed into the form of this page, which was refused or is shown again; `otherwise` where it is new.
pub(super) fn typed_or(otherwise: Draft) -> Draft {
    Refusal::of_this_page().map(|refusal| refusal.draft).or_else(use_context).unwrap_or(otherwise)
}

/// With its first letter large.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Something that was done and asks nothing; provided as context to the page that the redirect leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// A gift, by its buyer.
    Changed(Changed),
    PasswordChanged,
    AddressChanged,
    Verified,
    Thanked,
    Declined,
    SignedOut,
    TokenEnded,
    PlanChosen,
    SubscriptionEnds,
    EndTold,
    EndNotTold,
}

impl Notice {
    /// Those that are about no gift's change.
    const OTHERS: [Self; 11] = [
        Self::PasswordChanged,
        Self::AddressChanged,
        Self::Verified,
        Self::Thanked,
        Self::Declined,
        Self::SignedOut,
        Self::TokenEnded,
        Self::PlanChosen,
        Self::SubscriptionEnds,
        Self::EndTold,
        Self::EndNotTold,
    ];

    /// As a query parameter carries it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Changed(changed) => changed.as_str(),
            Self::PasswordChanged => "password-changed",
            Self::AddressChanged => "address-changed",
            Self::Verified => "verified",
            Self::Thanked => "thanked",
            Self::Declined => "declined",
            Self::SignedOut => "signed-out",
            Self::TokenEnded => "token-ended",
            Self::PlanChosen => "plan-chosen",
            Self::SubscriptionEnds => "subscription-ends",
            Self::EndTold => "end-told",
            Self::EndNotTold => "end-not-told",
        }
    }

    pub(super) const fn sentence(self) -> &'static str {
        match self {
            Self::Changed(changed) => changed_in_words(changed),
            Self::PasswordChanged => "Your password is changed, and every other device is signed out.",
            Self::AddressChanged => "Your address is changed. We told the one before it.",
            Self::Verified => "Your address is verified.",
            Self::Thanked => "Whoever gave it to you has your thanks.",
            Self::Declined => "The gift is declined.",
            Self::SignedOut => "You are signed out.",
            Self::TokenEnded => "The token is ended. Whatever used it is refused from now on.",
            Self::PlanChosen => "Your choice is kept. Nothing was charged.",
            Self::SubscriptionEnds => "Your subscription ends with the time that is paid.",
            Self::EndTold => "Kept: whoever gave it is told that day, and nothing else.",
            Self::EndNotTold => "Kept: whoever gave it is not told.",
        }
    }
}

impl FromStr for Notice {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let of_gift = text.parse().map(Self::Changed).ok();
        of_gift.or_else(|| Self::OTHERS.into_iter().find(|notice| notice.as_str() == text)).ok_or(())
    }
}

/// What became of a gift by its buyer's own change.
const fn changed_in_words(changed: Changed) -> &'static str {
    match changed {
        Changed::Same => "Nothing was different, so nothing was changed.",
        Changed::SentAgain => "It is on its way again, with the same code.",
        Changed::SentNow => "It is on its way now.",
        Changed::SentOncePaid => "It goes out as soon as its payment is settled.",
        Changed::Readdressed(NewCode::MailedNow) => {
            "Changed, and on its way to the new address. The link and the code from before are dead."
        }
        Changed::Readdressed(NewCode::MailedLater) => {
            "Changed. The link and the code from before are dead; the mail to the new address will have new ones."
        }
        Changed::Readdressed(NewCode::ByHand) => {
            "Changed. The link and the code from before are dead; the new ones to hand over are below."
        }
        Changed::Readdressed(NewCode::ByHandLater) => {
            "Changed. The link and the code from before are dead; the new ones are on this page once the payment is settled."
        }
        Changed::Corrected => "Changed. The link and the code are the same as before.",
        Changed::Reissued(NewCode::MailedNow) => "The gift has a new code, and a mail with it is on its way. The old code is dead.",
        Changed::Reissued(NewCode::MailedLater) => "The gift has a new code, which its mail will have. The old code is dead.",
        Changed::Reissued(NewCode::ByHand) => "The gift has a new code; it is below, to hand over. The old code is dead.",
        Changed::Reissued(NewCode::ByHandLater) => {
            "The gift has a new code, which is on this page once its payment is settled. The old code is dead."
        }
        Changed::Reworded => "The message is changed.",
        Changed::RewordedAfterSending => {
            "The message is changed on the card. The mail that was sent keeps the old words; the link in it leads to the new ones."
        }
        Changed::Rescheduled => "The day is changed.",
        Changed::ToHandOver => "Nothing is mailed to them. The link and the code to hand over are below.",
        Changed::ToHandOverOncePaid => {
            "Nothing is mailed to them. The link and the code to hand over are on this page once the payment is settled."
        }
        Changed::RemindersOff => "We send you no reminder about this gift.",
        Changed::RemindersOn => "If it still waits in a month, we write to you once.",
        Changed::RefundAsked => "The gift can’t be redeemed any more, and we have asked for your money to go back.",
        Changed::TakenBack => "The gift has ended. Nothing was paid for it, so nothing goes back.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_keeps_what_was_typed_and_no_password() {
        let draft: Draft =
            [("email", "bea@example.com"), ("password", "umbrella"), ("current_password", "rain")].into_iter().collect();
        assert_eq!(draft.get("email"), "bea@example.com");
        assert_eq!((draft.get("password"), draft.get("current_password"), draft.get("unknown")), ("", "", ""));
    }

    #[test]
    fn a_refusal_counts_what_is_to_be_corrected() {
        let two = Refusal {
            error: Error::Invalid(vec![Wrong::new("email", "Enter it"), Wrong::new("password", "Choose one")]),
            draft: Draft::default(),
        };
        assert_eq!((two.in_title().as_str(), two.heading().as_str()), ("2 things to correct", "Two things to correct"));
        assert_eq!(two.message("password").as_deref(), Some("Choose one"));
        assert_eq!(two.message("name"), None);
        let asked = Wrong::question("buyer_email", "Did you mean ada@gmail.com?");
        let both =
            Refusal { error: Error::Invalid(vec![Wrong::new("tier", "Choose one"), asked.clone()]), draft: Draft::default() };
        assert_eq!(both.heading(), "One thing to correct, and one question");
        assert!(both.asks("buyer_email") && !both.asks("tier"));
        let only = Refusal { error: Error::Invalid(vec![asked]), draft: Draft::default() };
        assert_eq!(
            (only.in_title().as_str(), only.heading().as_str()),
            ("1 question before you go on", "One question before you go on")
        );
        let unknown = Refusal { error: Error::GiftNotFound, draft: Draft::default() };
        assert_eq!(unknown.in_title(), "1 thing to correct");
        let refused = Refusal { error: Error::SignInFailed, draft: Draft::default() };
        assert_eq!((refused.in_title().as_str(), refused.heading()), ("Not done", Error::SignInFailed.to_string()));
    }

    #[test]
    fn a_notice_is_read_as_it_is_written() {
        let of_gifts = Changed::ALL.map(Notice::Changed);
        for notice in Notice::OTHERS.into_iter().chain(of_gifts) {
            assert_eq!(notice.as_str().parse(), Ok(notice));
        }
        assert_eq!("<b>".parse::<Notice>(), Err(()));
    }
}
