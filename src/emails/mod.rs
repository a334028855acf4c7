//! Every mail that the shop writes, as data: a [`Letter`] holds what it says, and [`Letter::render`] makes the subject, the
//! HTML and the text. Pure; knows nothing of SMTP, of storage or of how its links and codes came about.

mod accounts;
mod answers;
mod colours;
mod dedication;
mod ends;
#[cfg(test)]
mod gallery;
mod givers;
mod html;
mod operators;
mod recipients;
mod reminders;
mod reversals;
mod sheet;
mod stitches;
mod text;
mod undelivered;
mod unpaid;

use url::Url;

pub use accounts::{
    AccessTokenMade, AccountExists, AddressChangeConfirm, AddressChanged, PasswordChanged, ResetPassword, SignInLink, VerifyAddress,
};
pub use answers::{GiftDeclined, ThankYou};
pub use ends::{GiveAgain, MembershipEnds};
pub use givers::{CardPlan, GiftRedeemed, Receipt};
pub use operators::{Notice, OperatorNotice};
pub use recipients::GiftForYou;
pub use reminders::{CardWent, GiverReminder, RecipientReminder};
pub use reversals::{GiftRefunded, GiftTakenBack};
pub use undelivered::{ByHand, DeliveryFailed, DeliveryFault};
pub use unpaid::PaymentFailed;

use crate::catalog::Brand;
use crate::values::{Email, PersonName, Zone};
use sheet::Sheet;

/// One mail to one address.
#[derive(Clone, Debug)]
pub enum Letter {
    /// To the buyer: what was bought, what was paid, and the way to the gift's page.
    Receipt(Receipt),
    /// To the recipient: the card.
    GiftForYou(GiftForYou),
    /// To the recipient: the gift still waits.
    RecipientReminder(RecipientReminder),
    /// To the giver: it still waits.
    GiverReminder(GiverReminder),
    /// To the giver, once the gift is redeemed.
    GiftRedeemed(GiftRedeemed),
    /// To the giver: the card did not arrive.
    DeliveryFailed(DeliveryFailed),
    /// To the giver: the money went back, and the gift with it.
    GiftRefunded(GiftRefunded),
    /// To whoever had redeemed a gift whose money went back.
    GiftTakenBack(GiftTakenBack),
    /// To the buyer: money that was under way did not arrive.
    PaymentFailed(PaymentFailed),
    /// To the giver, from whoever redeemed it.
    ThankYou(ThankYou),
    /// To the giver: the recipient would rather not have it.
    GiftDeclined(GiftDeclined),
    /// To the member, a week before.
    MembershipEnds(MembershipEnds),
    /// To the giver, if the member agreed.
    GiveAgain(GiveAgain),
    VerifyAddress(VerifyAddress),
    SignInLink(SignInLink),
    ResetPassword(ResetPassword),
    PasswordChanged(PasswordChanged),
    /// To the new address.
    AddressChangeConfirm(AddressChangeConfirm),
    /// To the old address.
    AddressChanged(AddressChanged),
    /// Somebody wanted an address that has a verified account.
    AccountExists(AccountExists),
    AccessTokenMade(AccessTokenMade),
    OperatorNotice(OperatorNotice),
}

/// The shop as its mails speak of it.
#[derive(Clone, Copy, Debug)]
pub struct House<'a> {
    pub brand: &'a Brand,
    /// In which days and clock times are written.
    pub zone: &'a Zone,
}

/// A mail ready to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendered {
    pub to: Email,
    /// Whose mailbox it is, where that is known.
    pub to_name: Option<PersonName>,
    pub subject: String,
    pub html: String,
    pub text: String,
    /// Where a mail program posts when its reader presses "unsubscribe" (RFC 8058).
    pub one_click: Option<SecretLink>,
}

impl Letter {
    #[must_use]
    pub fn render(&self, house: House<'_>) -> Rendered {
        let sheet = self.sheet(house);
        let html = html::render(&sheet, house.brand.accent);
        let text = text::render(&sheet);
        Rendered {
            to: self.to().clone(),
            to_name: self.to_name().cloned(),
            subject: sheet.subject,
            html,
            text,
            one_click: self.one_click().cloned(),
        }
    }

    #[must_use]
    pub const fn to(&self) -> &Email {
        match self {
            Self::Receipt(letter) => &letter.to,
            Self::GiftForYou(letter) => &letter.to,
            Self::RecipientReminder(letter) => &letter.to,
            Self::GiverReminder(letter) => &letter.to,
            Self::GiftRedeemed(letter) => &letter.to,
            Self::DeliveryFailed(letter) => &letter.to,
            Self::GiftRefunded(letter) => &letter.to,
            Self::GiftTakenBack(letter) => &letter.to,
            Self::PaymentFailed(letter) => &letter.to,
            Self::ThankYou(letter) => &letter.to,
            Self::GiftDeclined(letter) => &letter.to,
            Self::MembershipEnds(letter) => &letter.to,
            Self::GiveAgain(letter) => &letter.to,
            Self::VerifyAddress(letter) => &letter.to,
            Self::SignInLink(letter) => &letter.to,
            Self::ResetPassword(letter) => &letter.to,
            Self::PasswordChanged(letter) => &letter.to,
            Self::AddressChangeConfirm(letter) => &letter.to,
            Self::AddressChanged(letter) => &letter.to,
            Self::AccountExists(letter) => &letter.to,
            Self::AccessTokenMade(letter) => &letter.to,
            Self::OperatorNotice(letter) => &letter.to,
        }
    }

    const fn to_name(&self) -> Option<&PersonName> {
        match self {
            Self::Receipt(letter) => letter.to_name.as_ref(),
            Self::GiftForYou(letter) => Some(&letter.recipient_name),
            Self::RecipientReminder(letter) => Some(&letter.recipient_name),
            Self::GiverReminder(_)
            | Self::GiftRedeemed(_)
            | Self::DeliveryFailed(_)
            | Self::GiftRefunded(_)
            | Self::GiftTakenBack(_)
            | Self::PaymentFailed(_)
            | Self::ThankYou(_)
            | Self::GiftDeclined(_)
            | Self::MembershipEnds(_)
            | Self::GiveAgain(_)
            | Self::VerifyAddress(_)
            | Self::SignInLink(_)
            | Self::ResetPassword(_)
            | Self::PasswordChanged(_)
            | Self::AddressChangeConfirm(_)
            | Self::AddressChanged(_)
            | Self::AccountExists(_)
            | Self::AccessTokenMade(_)
            | Self::OperatorNotice(_) => None,
        }
    }

    /// The gift's own mail has it as well, so that a reminder can be stopped before it comes.
    const fn one_click(&self) -> Option<&SecretLink> {
        match self {
            Self::GiftForYou(letter) => Some(&letter.stop),
            Self::RecipientReminder(letter) => Some(&letter.stop),
            Self::GiverReminder(letter) => Some(&letter.stop),
            Self::Receipt(_)
            | Self::GiftRedeemed(_)
            | Self::DeliveryFailed(_)
            | Self::GiftRefunded(_)
            | Self::GiftTakenBack(_)
            | Self::PaymentFailed(_)
            | Self::ThankYou(_)
            | Self::GiftDeclined(_)
            | Self::VerifyAddress(_)
            | Self::SignInLink(_)
            | Self::ResetPassword(_)
            | Self::PasswordChanged(_)
            | Self::AddressChangeConfirm(_)
            | Self::AddressChanged(_)
            | Self::AccountExists(_)
            | Self::AccessTokenMade(_)
            | Self::MembershipEnds(_)
            | Self::GiveAgain(_)
            | Self::OperatorNotice(_) => None,
        }
    }

    fn sheet(&self, house: House<'_>) -> Sheet {
        match self {
            Self::Receipt(letter) => letter.sheet(house),
            Self::GiftForYou(letter) => letter.sheet(house),
            Self::RecipientReminder(letter) => letter.sheet(house),
            Self::GiverReminder(letter) => letter.sheet(house),
            Self::GiftRedeemed(letter) => letter.sheet(house),
            Self::DeliveryFailed(letter) => letter.sheet(house),
            Self::GiftRefunded(letter) => letter.sheet(house),
            Self::GiftTakenBack(letter) => letter.sheet(house),
            Self::PaymentFailed(letter) => letter.sheet(house),
            Self::ThankYou(letter) => letter.sheet(house),
            Self::GiftDeclined(letter) => letter.sheet(house),
            Self::MembershipEnds(letter) => letter.sheet(house),
            Self::GiveAgain(letter) => letter.sheet(house),
            Self::VerifyAddress(letter) => letter.sheet(house),
            Self::SignInLink(letter) => letter.sheet(house),
            Self::ResetPassword(letter) => letter.sheet(house),
            Self::PasswordChanged(letter) => letter.sheet(house),
            Self::AddressChangeConfirm(letter) => letter.sheet(house),
            Self::AddressChanged(letter) => letter.sheet(house),
            Self::AccountExists(letter) => letter.sheet(house),
            Self::AccessTokenMade(letter) => letter.sheet(house),
            Self::OperatorNotice(letter) => letter.sheet(house),
        }
    }
}

/// Hides the text: it may hold a code or a link that redeems.
impl std::fmt::Debug for Rendered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendered").field("to", &self.to).finish_non_exhaustive()
    }
}

/// A link that redeems, signs in or opens a private page; hidden from `Debug`, since whoever has it may use it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretLink(pub Url);

impl std::fmt::Debug for SecretLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretLink(…)")
    }
}
