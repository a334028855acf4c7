//! The scenes of the gallery: each page in each of its states, with the people of the mock-ups.

use leptos::prelude::*;

use super::super::*;
use crate::accounts::{AccessToken, Scope, Scopes, TokenSecret};
use crate::catalog::{Catalog, Discount, Months, PromoCode, PromoName, Tier};
use crate::checkout::SubscriptionState;
use crate::error::{Error, Wrong};
use crate::gifts::Whom;
use crate::memberships::{Source, Stretch, StretchKind};
use crate::shop::{
    AccountView, Card, Changed, Changes, DeliverySeen, DryRun, GiftLine, GiftTime, Knot, KnotKind, MailKnot, Masked, OtherEnd,
    OwnSubscription, PaidBack, PaymentSeen, Quote, Receipt, RedeemView, RefundSeen, RemindersAre, Standing, StatusPage, Thanks,
};
use crate::values::{
    AccountId, Currency, Email, Entropy, GrantId, Label, Message, Money, Occasion, PersonName, Timestamp, TokenId, Zone,
};

/// What somebody types who wants to be more than text.
pub const HOSTILE: &str = "</textarea></title><script>alert(1)</script>\"><b>";

pub struct Scene {
    pub name: &'static str,
    pub view: fn() -> AnyView,
    pub refusal: Option<Refusal>,
    pub notice: Option<Notice>,
    pub is_signed_in: bool,
    pub is_test_mode: bool,
}

pub(super) fn scene(name: &'static str, view: fn() -> AnyView) -> Scene {
    Scene { name, view, refusal: None, notice: None, is_signed_in: false, is_test_mode: false }
}

impl Scene {
    fn refused(self, error: Error, typed: &[(&str, &str)]) -> Self {
        let refusal = Refusal { error, draft: typed.iter().copied().collect() };
        Self { refusal: Some(refusal), is_test_mode: true, ..self }
    }

    pub fn signed_in(self) -> Self {
        Self { is_signed_in: true, ..self }
    }

    fn noting(self, notice: Notice) -> Self {
        Self { notice: Some(notice), ..self }
    }
}

pub fn all() -> Vec<Scene> {
    [shop_scenes(), redeem_scenes(), super::cards::all(), super::own::all(), status_scenes(), account_scenes(), error_scenes()]
        .into_iter()
        .flatten()
        .collect()
}

fn shop_scenes() -> Vec<Scene> {
    let four = Error::Invalid(vec![
        Wrong::new("recipient_email", "Enter their whole email address, for example bea@example.com"),
        Wrong::new("deliver_on", "Choose a day from 22 November 2026 on"),
        Wrong::new("buyer_email", "Enter your email address, so that the receipt can reach you"),
        Wrong::new("promo_code", "SPRING24 ended on 31 May 2026. Remove it, or use another"),
    ]);
    let asked = Error::Invalid(vec![
        Wrong::new("recipient_name", "Enter their name as it shall stand on the card"),
        Wrong::question("recipient_email", "Did you mean bea.lindqvist@gmail.com?"),
        Wrong::question("buyer_email", "Did you mean ada@hotmail.com?"),
    ]);
    let odd = [("recipient_email", "bea.lindqvist@gmial.com"), ("buyer_email", "ada@hotmial.com")];
    let hostile = Error::Invalid(vec![Wrong::new("recipient_name", format!("{HOSTILE} is no name"))]);
    let typed = [
        ("recipient_name", "Bea"),
        ("buyer_name", "Ada"),
        ("recipient_email", "bea@example"),
        ("deliver_on", "2026-11-02"),
        ("promo_code", "SPRING24"),
        ("message", "Thirty years, and you still lend me the better umbrella.\n\nHere is something to read in the rain."),
    ];
    let worse = [("recipient_name", HOSTILE), ("buyer_name", HOSTILE), ("message", HOSTILE), ("time_zone", HOSTILE)];
    vec![
        Scene { is_test_mode: true, ..scene("home", || view! { <HomePage/> }.into_any()) },
        scene("gift", || view! { <GiftPage/> }.into_any()),
        scene("gift-refused", || view! { <GiftPage/> }.into_any()).refused(four, &typed),
        scene("gift-asked", || view! { <GiftPage/> }.into_any()).refused(asked, &odd),
        scene("gift-hostile", || view! { <GiftPage/> }.into_any()).refused(hostile, &worse),
        scene("gift-provider-away", || view! { <GiftPage/> }.into_any())
            .refused(Error::ProviderUnavailable("refused".into()), &typed),
        scene("gift-came-back", || {
            let start = Draft::from_iter([
                ("recipient_name", "Wilhelmina Featherstonehaugh"),
                ("tier", "member"),
                ("delivery", "link"),
                ("duration_months", "6"),
            ]);
            view! { <GiftPage start came_back=true/> }.into_any()
        }),
        scene("gift-priced", || priced(10)),
        scene("gift-free", || priced(100)),
        scene("thanks", || thanks(PaymentSeen::Paid)),
        scene("thanks-processing", || thanks(PaymentSeen::Processing)),
        scene("thanks-open", || thanks(PaymentSeen::Open)),
        scene("thanks-checked", || thanks(PaymentSeen::Checked)),
        scene("thanks-taken-back", || thanks(PaymentSeen::TakenBack)),
        scene("thanks-paid-back", || thanks(PaymentSeen::PaidBack)),
        scene("thanks-ended", || thanks(PaymentSeen::Ended)),
    ]
}

/// With a code that takes off so many in the hundred, of a Founder's price only.
fn priced(percent: i64) -> AnyView {
    let code = PromoCode {
        name: PromoName::parse("WINTER10").unwrap(),
        discount: Discount::Percent(percent.try_into().unwrap()),
        tiers: vec![Tier::Founder],
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses: 0,
        created_at: today(),
    };
    let prices = Catalog::default();
    let quote = Some(Quote::of(&code, prices.offers(), |offer| code.price(offer, today()).ok()));
    view! { <GiftPage start=Draft::from_iter([("recipient_name", "Bea")]) quote/> }.into_any()
}

fn redeem_scenes() -> Vec<Scene> {
    let unknown = [("code", "7K2M 9QWX 4HTV")];
    vec![
        scene("redeem-code", || view! { <EnterCodePage/> }.into_any()),
        scene("redeem-code-unknown", || view! { <EnterCodePage/> }.into_any()).refused(Error::GiftNotFound, &unknown),
        scene("redeem-masked", || redeem(masked(None))),
        scene("redeem-masked-other", || redeem(masked(Some(email("carl@example.com"))))).signed_in(),
        scene("redeem-sealed", || redeem(sealed(None))),
        scene("redeem-sealed-other", || redeem(sealed(Some(email("carl@example.com"))))).signed_in(),
        scene("redeem-unverified", || redeem(RedeemView::Unverified { recipient_email: email("bea@example.com") })).signed_in(),
        scene("redeem-open", || redeem(open(card(), ready()))).signed_in(),
        scene("redeem-hostile", || redeem(open(hostile_card(), ready()))).signed_in(),
        scene("redeem-wordless", || {
            let card = Card { giver_name: None, message: None, tier: Tier::Member, months: Months::Three, ..card() };
            redeem(open(card, ready()))
        })
        .signed_in(),
        scene("redeemed-by-me", || redeem(open(card(), redeemed(true)))).signed_in(),
        scene("redeemed-thanked", || redeem(thanked("I read it in the rain.\n\nUnder your umbrella, as it happens."))).signed_in(),
        scene("redeemed-thanked-hostile", || redeem(thanked(HOSTILE))).signed_in(),
        scene("redeemed-thanks-refused", || redeem(open(card(), redeemed(true))))
            .signed_in()
            .refused(Error::invalid("thanks", "Shorten your thanks to 500 characters"), &[("thanks", HOSTILE)]),
        scene("redeem-declining", || declining(card())).signed_in(),
        scene("redeem-declining-refused", || declining(hostile_card()))
            .refused(Error::invalid("word", "Shorten it to 500 characters"), &[("word", HOSTILE)]),
        scene("redeemed-by-other", || redeem(open(card(), redeemed(false)))).signed_in(),
        scene("redeem-unpaid", || redeem(open(card(), Standing::Unpaid))).signed_in(),
        scene("redeem-held", || redeem(open(card(), Standing::Held))).signed_in(),
        scene("redeem-refunded", || redeem(open(card(), Standing::Refunded))).signed_in(),
        scene("redeem-canceled", || redeem(open(card(), Standing::Canceled))).signed_in(),
        scene("redeem-declined", || redeem(open(card(), Standing::Declined))).signed_in(),
        scene("redeem-expired", || redeem(open(Card { giver_name: None, ..card() }, Standing::Expired))).signed_in(),
    ]
}

fn status_scenes() -> Vec<Scene> {
    let wrong = Error::invalid("recipient_email", "Enter their whole email address, for example bea@example.com");
    vec![
        scene("status", || view! { <GiftStatusPage status=status()/> }.into_any()).noting(Notice::Changed(Changed::SentAgain)),
        scene("status-under-way", || {
            let course = vec![happened(KnotKind::Ordered), to_come(KnotKind::Paid, None)];
            let (receipt, refund) = (Receipt { paid_at: None, ..receipt() }, RefundSeen::None);
            let (standing, changes, mailed_to, code) = (Standing::Unpaid, NO_CHANGES, None, None);
            let is_under_way = true;
            let status = StatusPage { mailed_to, receipt, course, standing, is_under_way, changes, refund, code, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        }),
        scene("status-refused", || view! { <GiftStatusPage status=status()/> }.into_any())
            .refused(wrong, &[("intent", "readdress"), ("recipient_name", "Bea"), ("recipient_email", "bea@")]),
        scene("status-hostile", || view! { <GiftStatusPage status=StatusPage { card: hostile_card(), ..status() }/> }.into_any()),
        scene("status-link", || {
            let course = vec![happened(KnotKind::Paid), happened(KnotKind::HandedOver), to_come(KnotKind::Redeemed, None)];
            let changes = Changes { day: true, mail: true, ..changes() };
            view! { <GiftStatusPage status=StatusPage { delivery: DeliverySeen::LinkOnly, course, changes, ..status() }/> }
                .into_any()
        }),
        scene("status-scheduled", || {
            let due_at = at(33);
            let zone = Zone::parse("Pacific/Auckland").unwrap();
            let scheduled = to_come(KnotKind::Mail(MailKnot::Scheduled), Some(due_at));
            let course = vec![happened(KnotKind::Paid), scheduled, to_come(KnotKind::Redeemed, None)];
            let delivery = DeliverySeen::Scheduled { due_at, zone };
            let changes = Changes { day: true, ..changes() };
            view! { <GiftStatusPage status=StatusPage { course, delivery, changes, ..status() }/> }.into_any()
        }),
        scene("status-day-refused", || {
            let delivery = DeliverySeen::Scheduled { due_at: at(33), zone: Zone::UTC };
            let changes = Changes { day: true, ..changes() };
            view! { <GiftStatusPage status=StatusPage { delivery, changes, ..status() }/> }.into_any()
        })
        .refused(
            Error::invalid("deliver_on", "Choose a day from 22 November 2026 to 21 November 2027, or none to send it at once"),
            &[("intent", "reschedule"), ("delivery", "email"), ("deliver_on", "2026-11-02"), ("time_zone", "Asia/Tokyo")],
        ),
        scene("status-bounced", || {
            let bounced = happened(KnotKind::Mail(MailKnot::Bounced));
            let course = vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), bounced, to_come(KnotKind::Redeemed, None)];
            let delivery = DeliverySeen::Bounced { bounced_at: today() };
            view! { <GiftStatusPage status=StatusPage { course, delivery, ..status() }/> }.into_any()
        }),
        scene("status-long", || {
            let earlier = |what| Knot { to: None, ..happened(what) };
            let course = vec![
                earlier(KnotKind::Paid),
                earlier(KnotKind::Mail(MailKnot::Sent)),
                earlier(KnotKind::Mail(MailKnot::Bounced)),
                happened(KnotKind::Readdressed),
                mailed(MailKnot::Sent),
                happened(KnotKind::Reworded),
                mailed(MailKnot::SentAgain),
                mailed(MailKnot::Delivered),
                happened(KnotKind::Opened),
                happened(KnotKind::Held),
                happened(KnotKind::Released),
                to_come(KnotKind::Redeemed, None),
            ];
            let delivery = DeliverySeen::Delivered { delivered_at: today() };
            let status = StatusPage { course, delivery, is_opened: true, refund: RefundSeen::ByLetter, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        }),
        scene("status-reminded", || {
            let course = vec![
                happened(KnotKind::Paid),
                mailed(MailKnot::Sent),
                mailed(MailKnot::Reminder),
                to_come(KnotKind::Redeemed, None),
            ];
            let status = StatusPage { course, reminders: RemindersAre::Off, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        }),
        scene("status-declined", || {
            let course = vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), happened(KnotKind::Declined)];
            let changes = Changes { words: false, mail: false, ..changes() };
            let status = StatusPage { standing: Standing::Declined, changes, code: None, course, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        }),
        scene("status-taken-back", || {
            let paid_back = to_come(KnotKind::Refunded, None);
            let course = vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), happened(KnotKind::RefundAsked), paid_back];
            let refund = RefundSeen::UnderWay { amount: euros(17_280) };
            let status = StatusPage { standing: Standing::TakenBack, changes: NO_CHANGES, refund, code: None, course, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        })
        .noting(Notice::Changed(Changed::RefundAsked)),
        scene("status-refunded", || {
            let course = vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), happened(KnotKind::Refunded)];
            let paid_back = Some(PaidBack { amount: euros(17_280), at: Some(at(2)), left: euros(0) });
            let receipt = Receipt { paid_back, ..receipt() };
            let (standing, refund) = (Standing::Refunded, RefundSeen::None);
            let status = StatusPage { standing, refund, changes: NO_CHANGES, code: None, receipt, course, ..status() };
            view! { <GiftStatusPage status/> }.into_any()
        }),
    ]
}

fn account_scenes() -> Vec<Scene> {
    let two = Error::Invalid(vec![
        Wrong::new("email", "Enter your whole email address, for example bea@example.com"),
        Wrong::new("password", "Choose a password of 8 characters or more"),
    ]);
    vec![
        scene("account", || view! { <AccountPage account=account()/> }.into_any()).signed_in(),
        scene("account-empty", || {
            let empty =
                AccountView { is_verified: false, timeline: Vec::new(), given: Vec::new(), received: Vec::new(), ..account() };
            view! { <AccountPage account=empty/> }.into_any()
        })
        .signed_in(),
        scene("account-subscribed", || {
            let state = SubscriptionState::Active { paid_until: Some(at(20)), ends_at: None };
            let subscribed = AccountView { subscription: Some(OwnSubscription { tier: Tier::Founder, state }), ..account() };
            view! { <AccountPage account=subscribed/> }.into_any()
        })
        .signed_in(),
        scene("account-plan-refused", || view! { <AccountPage account=account()/> }.into_any())
            .signed_in()
            .refused(Error::invalid("plan", "Choose one of the two"), &[("plan", "gold")]),
        scene("account-password", || view! { <ChangePasswordPage/> }.into_any()).signed_in(),
        scene("account-email", || view! { <ChangeAddressPage email=email("bea@example.com")/> }.into_any()).signed_in(),
        scene("account-email-confirm", || view! { <ConfirmAddressPage link=link()/> }.into_any()).signed_in(),
        scene("account-tokens", || view! { <TokensPage tokens=tokens() made=None today=today()/> }.into_any()).signed_in(),
        scene("account-tokens-made", || {
            let made = TokenSecret::parse("ribbon_aaaqeayeaudaocajbifqydiob4ibceqtpkesg2").ok();
            view! { <TokensPage tokens=tokens() made today=today()/> }.into_any()
        })
        .signed_in(),
        scene("account-tokens-refused", || view! { <TokensPage tokens=Vec::new() made=None today=today()/> }.into_any())
            .refused(
                Error::Invalid(vec![
                    Wrong::new("name", "Name what the token is for"),
                    Wrong::new("scopes", "Choose at least one thing that the token may do"),
                ]),
                &[("expires", "365")],
            )
            .signed_in(),
        scene("login", || view! { <LoginPage/> }.into_any()),
        scene("login-kept", || view! { <LoginPage kept=Some(sealed(None))/> }.into_any()),
        scene("login-kept-masked", || view! { <LoginPage kept=Some(masked(None))/> }.into_any()),
        scene("login-refused", || view! { <LoginPage/> }.into_any()).refused(Error::SignInFailed, &[("email", "bea@example.com")]),
        scene("login-once", || view! { <LoginOncePage link=link()/> }.into_any()),
        scene("register", || view! { <RegisterPage kept=Some(sealed(None))/> }.into_any()),
        scene("register-refused", || view! { <RegisterPage/> }.into_any())
            .refused(two, &[("email", "bea@"), ("password", "umbrella")]),
        scene("verify", || view! { <VerifyPage link=Some(link())/> }.into_any()).signed_in(),
        scene("verify-elsewhere", || view! { <VerifyPage link=Some(link()) asks_password=true/> }.into_any()),
        scene("verify-sent", || view! { <VerifyPage/> }.into_any()).signed_in(),
        scene("reminders", || {
            view! { <StopRemindersPage token="gift_7h2kq9v4xw000000.giver.s1".to_owned() whose=Whom::Giver/> }.into_any()
        }),
        scene("reminders-stopped", || view! { <RemindersStoppedPage/> }.into_any()),
        scene("forgot", || view! { <ForgotPage/> }.into_any()),
        scene("reset", || view! { <ResetPage link=link()/> }.into_any()),
        scene("reset-ended", || view! { <ResetPage link=link()/> }.into_any()).refused(Error::LinkEnded, &[]),
        scene("mailed", || view! { <MailedPage what=Mailed::SignInLink/> }.into_any()),
    ]
}

fn tokens() -> Vec<AccessToken> {
    let token = AccessToken {
        id: TokenId::from_bytes([1; 10]),
        account_id: AccountId::from_bytes([1; 10]),
        session_generation: 1,
        name: Label::parse("Newsletter shop").unwrap(),
        scopes: "gifts:purchase gifts:read".parse().unwrap(),
        expires_at: Some(at(33)),
        last_used_at: Some(today()),
        ended_at: None,
        created_at: at(-20),
    };
    let hostile = Label::parse(HOSTILE).unwrap();
    let scopes = Scopes::of(Scope::ALL).unwrap();
    vec![token.clone(), AccessToken { name: hostile, scopes, expires_at: None, last_used_at: None, ..token }]
}

fn error_scenes() -> Vec<Scene> {
    vec![
        scene("error-not-found", || view! { <ErrorPage error=Error::NotFound/> }.into_any()),
        scene("error-wait", || view! { <ErrorPage error=Error::TooManyAttempts { seconds: 240 }/> }.into_any()),
        scene("error-internal", || {
            view! { <ErrorPage error=Error::internal("disk") request_id=Some("req_4k".to_owned())/> }.into_any()
        }),
    ]
}

fn thanks(payment: PaymentSeen) -> AnyView {
    view! { <ThanksPage thanks=Thanks { payment, status_page: status() }/> }.into_any()
}

pub(super) fn redeem(view: RedeemView) -> AnyView {
    view! { <RedeemPage view path="/redeem/7K2M9QWX4HTVB3NE6RYD8P01?proof=aa".to_owned()/> }.into_any()
}

fn masked(signed_in_as: Option<Email>) -> RedeemView {
    let address = email("bea@example.com");
    let recipient = Masked { email: address.masked(), in_words: address.masked_in_words(), name: "b•••".to_owned() };
    RedeemView::Masked { recipient, signed_in_as }
}

fn sealed(signed_in_as: Option<Email>) -> RedeemView {
    let standing = Standing::Ready { dry_run: None };
    RedeemView::Sealed { card: card(), recipient_email: email("bea@example.com"), signed_in_as, standing }
}

pub(super) fn open(card: Card, standing: Standing) -> RedeemView {
    RedeemView::Open { card, recipient_email: email("bea@example.com"), standing, thanks: None }
}

/// A Member, before and after.
pub(super) fn ready() -> Standing {
    let dry_run = DryRun { today: today(), before: Vec::new(), after: timeline(), gifts: gifts(), may_tell_end: true };
    Standing::Ready { dry_run: Some(Box::new(dry_run)) }
}

fn thanked(text: &str) -> RedeemView {
    let (card, recipient_email) = (card(), email("bea@example.com"));
    RedeemView::Open { card, recipient_email, standing: redeemed(true), thanks: Message::parse(text).ok() }
}

fn declining(card: Card) -> AnyView {
    let view = open(card, ready());
    view! { <RedeemPage view path="/redeem?gift=gift_7h2kq9v4xw00000b&decline=1".to_owned() declines=true/> }.into_any()
}

pub(super) fn redeemed(by_me: bool) -> Standing {
    Standing::Redeemed { redeemed_at: today(), by_me }
}

pub(super) fn card() -> Card {
    let message = "Thirty years, and you still lend me the better umbrella.\n\nHere is something to read in the rain.";
    Card {
        tier: Tier::Founder,
        months: Months::Twelve,
        occasion: Occasion::JustBecause,
        recipient_name: PersonName::parse("Bea").unwrap(),
        giver_name: PersonName::parse("Ada").ok(),
        message: Message::parse(message).ok(),
        is_for_oneself: false,
    }
}

pub(super) fn hostile_card() -> Card {
    let name = PersonName::parse(HOSTILE).unwrap();
    Card { recipient_name: name.clone(), giver_name: Some(name), message: Message::parse(HOSTILE).ok(), ..card() }
}

pub(super) fn status() -> StatusPage {
    StatusPage {
        reference: "gift_7h2kq9v4xw00000b".parse().unwrap(),
        card: card(),
        recipient_email: email("bea@example.com"),
        mailed_to: Some(email("ada@example.com")),
        receipt: receipt(),
        course: vec![happened(KnotKind::Paid), mailed(MailKnot::Sent), to_come(KnotKind::Redeemed, None)],
        standing: Standing::Ready { dry_run: None },
        is_under_way: false,
        delivery: DeliverySeen::Sent { sent_at: today() },
        is_opened: false,
        changes: changes(),
        refund: RefundSeen::Offered { amount: euros(17_280), until: "2026-12-05".parse().unwrap() },
        path: "/gifts/gift_7h2kq9v4xw00000b?key=k3y".to_owned(),
        key: "k3y".to_owned(),
        print_path: "/gifts/gift_7h2kq9v4xw00000b/print?key=k3y".to_owned(),
        buy_again: "/gift?again=gift_7h2kq9v4xw00000b&key=k3y".to_owned(),
        code: Some("7K2M 9QWX 4HTV B3NE 6RYD 8P01".to_owned()),
        redeem_url: Some("http://localhost:3000/redeem/7K2M9QWX4HTVB3NE6RYD8P01".to_owned()),
        thanks: None,
        decline_word: None,
        reminders: RemindersAre::ToCome,
    }
}

/// What can be changed of a gift that was mailed.
pub(super) const fn changes() -> Changes {
    Changes { recipient: true, words: true, day: false, mail: true }
}

const NO_CHANGES: Changes = Changes { recipient: false, words: false, day: false, mail: false };

fn receipt() -> Receipt {
    Receipt {
        order_id: "order_3m8rt5n1yc00000b".parse().unwrap(),
        title: "Founder, 12 months".to_owned(),
        list_price: euros(19_200),
        discount: Some(("Promo code WINTER10".to_owned(), euros(1_920))),
        total: euros(17_280),
        paid: None,
        tax: Some(("19 % VAT".to_owned(), euros(2_759))),
        paid_at: Some(today()),
        paid_back: None,
    }
}

pub(super) fn happened(what: KnotKind) -> Knot {
    Knot { at: Some(today()), what, has_happened: true, to: Some(email("bea@example.com")) }
}

pub(super) fn mailed(what: MailKnot) -> Knot {
    happened(KnotKind::Mail(what))
}

pub(super) fn to_come(what: KnotKind, at: Option<Timestamp>) -> Knot {
    Knot { at, what, has_happened: false, to: Some(email("bea@example.com")) }
}

fn account() -> AccountView {
    let line = |name, standing, delivery| GiftLine {
        reference: "gift_7h2kq9v4xw00000b".parse().unwrap(),
        other: PersonName::parse(name).map_or(OtherEnd::Oneself, OtherEnd::Named),
        tier: Tier::Member,
        months: Months::Six,
        standing,
        delivery,
        redeemed_at: None,
        end_told: None,
        path: Some("/gifts/gift_7h2kq9v4xw00000b".to_owned()),
    };
    let ready = Standing::Ready { dry_run: None };
    AccountView {
        email: email("bea@example.com"),
        is_verified: true,
        today: today(),
        plan: Tier::Member,
        subscription: None,
        timeline: timeline(),
        gifts: gifts(),
        given: vec![
            line("Carl", ready, DeliverySeen::Scheduled { due_at: at(33), zone: Zone::UTC }),
            line("Dora", redeemed(false), DeliverySeen::Sent { sent_at: at(-260) }),
        ],
        received: vec![
            GiftLine { end_told: Some(true), ..line("Ada", redeemed(true), DeliverySeen::Sent { sent_at: today() }) },
            line("", redeemed(true), DeliverySeen::Sent { sent_at: at(-292) }),
        ],
    }
}

/// A Member since February, who is a Founder from today on for a year and then Member for the rest.
fn timeline() -> Vec<Stretch> {
    let (member, founder) = (grant(1), grant(2));
    let stretch = |tier, from, until, source: &Source, kind| Stretch {
        tier,
        from: at(from),
        until: Some(at(until)),
        source: source.clone(),
        kind,
    };
    vec![
        stretch(Tier::Member, -292, 0, &member, StretchKind::Runs),
        stretch(Tier::Founder, 0, 365, &founder, StretchKind::Runs),
        stretch(Tier::Member, 0, 365, &member, StretchKind::Paused),
        stretch(Tier::Member, 365, 438, &member, StretchKind::Runs),
    ]
}

/// Whose they are; without a name, one's own.
fn gifts() -> Vec<GiftTime> {
    let gift = |number, giver, months, redeemed_at| {
        let Source::Grant(grant_id) = grant(number) else { panic!("a grant is a grant") };
        GiftTime {
            grant_id,
            giver: PersonName::parse(giver).map_or(OtherEnd::Oneself, OtherEnd::Named),
            months,
            redeemed_at,
            taken_back_at: None,
        }
    };
    vec![gift(1, "", Months::Twelve, at(-292)), gift(2, "Ada", Months::Twelve, today())]
}

fn grant(number: u8) -> Source {
    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }
    Source::Grant(GrantId::random(&Fixed(number)))
}

fn link() -> OneTime {
    OneTime { link: "link_7h2kq9v4xw00000b".to_owned(), token: "t0ken".to_owned() }
}

fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(super) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

/// 21 November 2026, 14:02 in Berlin.
fn today() -> Timestamp {
    Timestamp::from_seconds(1_795_266_120)
}

fn at(days_from_today: i64) -> Timestamp {
    Timestamp::from_seconds(today().seconds() + days_from_today * 86_400)
}
