//! What the verbs answer: plain data, from which the pages and the API make what they show.

use crate::catalog::{Months, Tier};
use crate::checkout::SubscriptionState;
use crate::memberships::Stretch;
use crate::values::{Day, Email, GiftId, GrantId, Message, Money, Occasion, OrderId, PersonName, Timestamp, Zone};

/// What stands on a gift's card, inside and out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    pub tier: Tier,
    pub months: Months,
    pub occasion: Occasion,
    pub recipient_name: PersonName,
    pub giver_name: Option<PersonName>,
    pub message: Option<Message>,
    /// Giver and recipient are one person, who is spoken to as such.
    pub is_for_oneself: bool,
}

/// Who stands at the other end of a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherEnd {
    Oneself,
    Named(PersonName),
    /// Left no name.
    Somebody,
}

/// What following a redeem link or typing a code shows. It depends on who asks; see "Who may see and redeem" in the crate's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RedeemView {
    /// The code without the recipient: the same in every state of the gift.
    Masked { recipient: Masked, signed_in_as: Option<Email> },
    /// The proof came with the link, so the mailbox is theirs; not signed in as the recipient yet.
    Sealed { card: Card, recipient_email: Email, signed_in_as: Option<Email>, standing: Standing },
    /// Signed in with the recipient's address, which nobody has verified yet.
    Unverified { recipient_email: Email },
    /// The recipient, signed in and verified.
    Open { card: Card, recipient_email: Email, standing: Standing, thanks: Option<Message> },
}

/// What somebody else may know of a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// `b•••@e•••.com`.
    pub email: String,
    /// The same for a screen reader.
    pub in_words: String,
    /// `b•••`, for the card.
    pub name: String,
}

/// How a gift stands, for somebody who may know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Can be redeemed. What that would do is for the recipient alone.
    Ready {
        dry_run: Option<Box<DryRun>>,
    },
    /// Promised but not paid yet.
    Unpaid,
    /// Paid, and something is being checked.
    Held,
    Redeemed {
        redeemed_at: Timestamp,
        by_me: bool,
    },
    /// Its giver has taken it back, and the money is on its way to them.
    TakenBack,
    /// Refunded to its giver.
    Refunded,
    /// Never paid, and can't be any more.
    Canceled,
    Declined,
    Expired,
}

/// What redeeming a gift at this moment would make of its recipient's time: by the very rule that redeeming follows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DryRun {
    pub today: Timestamp,
    /// The time as it is, past and to come.
    pub before: Vec<Stretch>,
    /// The same with this gift in it.
    pub after: Vec<Stretch>,
    /// The gifts that it comes from, this one included.
    pub gifts: Vec<GiftTime>,
    /// Whether its giver could be told when the membership ends.
    pub may_tell_end: bool,
}

/// A gift as the source of somebody's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftTime {
    pub grant_id: GrantId,
    pub giver: OtherEnd,
    pub months: Months,
    pub redeemed_at: Timestamp,
    /// When the money for it went back, and what was left of it ended.
    pub taken_back_at: Option<Timestamp>,
}

/// The page that a buyer comes back to from the payment page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thanks {
    pub payment: PaymentSeen,
    pub status_page: StatusPage,
}

/// What we know of a payment when its buyer comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentSeen {
    Paid,
    /// The provider says that the money is under way (a bank debit); or can't be asked just now.
    Processing,
    /// Still open: not paid, and can be.
    Open,
    /// It is paid, and somebody looks at the payment before the gift goes on.
    Checked,
    /// It was paid, and its buyer has asked for the money.
    TakenBack,
    /// It was paid, and the money went back.
    PaidBack,
    /// It can no longer be paid.
    Ended,
}

/// Everything that the buyer's own page shows of a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPage {
    pub reference: GiftId,
    pub card: Card,
    pub recipient_email: Email,
    /// Where the receipt was mailed to; `None` while there is none.
    pub mailed_to: Option<Email>,
    pub receipt: Receipt,
    /// What happened and what is to come, in order.
    pub course: Vec<Knot>,
    pub standing: Standing,
    /// The provider says that money for it is under way, and it is not there yet.
    pub is_under_way: bool,
    pub delivery: DeliverySeen,
    /// Its present recipient has seen the card.
    pub is_opened: bool,
    pub changes: Changes,
    pub refund: RefundSeen,
    /// The path of this page with its signature, `/gifts/gift_…?key=…`.
    pub path: String,
    /// The signature, for the forms that stand there.
    pub key: String,
    /// Where its card is printed; signed as well.
    pub print_path: String,
    /// The path of the form, filled in as it was for this gift; without its message, once it was paid.
    pub buy_again: String,
    /// The code, grouped, for a buyer who hands it over; `None` while it is unpaid or no longer redeems.
    pub code: Option<String>,
    /// Where that code redeems, for a buyer who hands it over.
    pub redeem_url: Option<String>,
    /// What the recipient wrote back.
    pub thanks: Option<Message>,
    /// What the recipient wrote when they declined.
    pub decline_word: Option<Message>,
    pub reminders: RemindersAre,
}

/// Whether the buyer is still to be reminded of a gift that nobody has redeemed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemindersAre {
    ToCome,
    /// They said that they want none, and may say otherwise.
    Off,
    /// There is nothing to remind of, or it was done.
    Over,
}

/// What a buyer can still change of a gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a form that is there or not")]
pub struct Changes {
    /// For whom it is.
    pub recipient: bool,
    /// The message, and that it gets another code.
    pub words: bool,
    /// When it is mailed, or whether.
    pub day: bool,
    /// It can be mailed now, for the first time or once more.
    pub mail: bool,
}

/// Whether the buyer can have the money back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundSeen {
    /// On demand, up to this day; the amount is zero where nothing was paid.
    Offered {
        amount: Money,
        until: Day,
    },
    /// They asked for it.
    UnderWay {
        amount: Money,
    },
    /// Only by writing to the shop.
    ByLetter,
    None,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub order_id: OrderId,
    /// "Founder, 12 months".
    pub title: String,
    pub list_price: Money,
    /// What a promo code took off, and how that line is called.
    pub discount: Option<(String, Money)>,
    /// What was agreed.
    pub total: Money,
    /// What came, where that was another sum.
    pub paid: Option<Money>,
    /// The tax that is in what was paid, by its label.
    pub tax: Option<(String, Money)>,
    pub paid_at: Option<Timestamp>,
    pub paid_back: Option<PaidBack>,
}

/// What has gone back of what was paid, and what the purchase cost after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaidBack {
    pub amount: Money,
    /// When the last of it went; `None` where the provider didn't say.
    pub at: Option<Timestamp>,
    pub left: Money,
}

/// One event of a gift's course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Knot {
    /// When it happened or will happen; `None` for what waits for somebody.
    pub at: Option<Timestamp>,
    pub what: KnotKind,
    /// False for what is still to come.
    pub has_happened: bool,
    /// The recipient that it concerns; `None` for one before, whose address isn't kept.
    pub to: Option<Email>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnotKind {
    Ordered,
    Paid,
    /// Of the gift's own mail.
    Mail(MailKnot),
    /// The buyer has the link, to hand over.
    HandedOver,
    Opened,
    /// Its giver, that nobody has redeemed it; the recipient's is a mail of the gift.
    Reminded,
    Readdressed,
    /// A name or a spelling.
    Corrected,
    Reissued,
    Reworded,
    Rescheduled,
    Held,
    Released,
    RefundAsked,
    Redeemed,
    Thanked,
    Refunded,
    Canceled,
    Declined,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailKnot {
    Leaving,
    Scheduled,
    Sent,
    /// Once more, with the same code.
    SentAgain,
    Delivered,
    Bounced,
    NotDelivered,
    /// That the gift still waits.
    Reminder,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeliverySeen {
    LinkOnly,
    /// Its moment has come, and the mail is about to leave.
    Leaving,
    /// `zone` is the clock by which the day was chosen.
    Scheduled {
        due_at: Timestamp,
        zone: Zone,
    },
    Sent {
        sent_at: Timestamp,
    },
    /// Its mailbox has it, or whom it is for has found another way to it.
    Delivered {
        delivered_at: Timestamp,
    },
    Bounced {
        bounced_at: Timestamp,
    },
    Failed {
        failed_at: Timestamp,
    },
}

/// `/account`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountView {
    pub email: Email,
    pub is_verified: bool,
    pub today: Timestamp,
    /// Past, present and future stretches of membership, in time order.
    pub timeline: Vec<Stretch>,
    /// The gifts that it comes from.
    pub gifts: Vec<GiftTime>,
    /// The subscription that its checkout would sell.
    pub plan: Tier,
    /// The one that runs, is paused, or ends soon.
    pub subscription: Option<OwnSubscription>,
    /// Gifts bought with this address.
    pub given: Vec<GiftLine>,
    /// Gifts redeemed by this account or waiting for its address.
    pub received: Vec<GiftLine>,
}

/// A subscription of one's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnSubscription {
    pub tier: Tier,
    pub state: SubscriptionState,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GiftLine {
    pub reference: GiftId,
    /// Recipient of one that was given, giver of one that was received.
    pub other: OtherEnd,
    pub tier: Tier,
    pub months: Months,
    pub standing: Standing,
    pub delivery: DeliverySeen,
    /// When it was redeemed by whoever looks, whatever became of it since.
    pub redeemed_at: Option<Timestamp>,
    /// Whether its giver is told when the membership ends; `None` where whoever looks has nothing to choose.
    pub end_told: Option<bool>,
    /// The path to its page: the buyer's status page, or where it is redeemed.
    pub path: Option<String>,
}
