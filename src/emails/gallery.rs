//! One letter of each kind, for the tests beside the letters and to be looked at: with `RIBBON_GALLERY=1` the test below
//! writes them all to `target/gallery`.

use std::path::Path;
use std::time::Duration;

use url::Url;

use super::{
    AccessTokenMade, AccountExists, AddressChangeConfirm, AddressChanged, ByHand, CardPlan, CardWent, DeliveryFailed,
    DeliveryFault, GiftDeclined, GiftForYou, GiftRedeemed, GiftRefunded, GiftTakenBack, GiveAgain, GiverReminder, House, Letter,
    MembershipEnds, Notice, OperatorNotice, PasswordChanged, PaymentFailed, Receipt, RecipientReminder, Rendered, ResetPassword,
    SecretLink, SignInLink, ThankYou, VerifyAddress,
};
use crate::catalog::{Brand, Months, Tier};
use crate::values::{Accent, Currency, Email, GiftCode, GiftId, Label, Message, Money, Occasion, PersonName, Timestamp, Zone};

pub(super) fn rendered(letter: &Letter) -> Rendered {
    letter.render(House { brand: &Brand::default(), zone: &Zone::UTC })
}

pub(super) fn page(path: &str) -> Url {
    Url::parse("https://ribbon.example/").unwrap().join(path).unwrap()
}

fn bea() -> PersonName {
    PersonName::parse("Bea").unwrap()
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn reference() -> GiftId {
    "gift_7h2kq9v4xw000000".parse().unwrap()
}

/// 21 November 2026, 14:02 UTC.
const NOW: Timestamp = Timestamp::from_seconds(1_795_269_720);

pub(super) fn gift_for_you() -> GiftForYou {
    GiftForYou {
        to: email("bea@example.com"),
        occasion: Occasion::JustBecause,
        recipient_name: bea(),
        giver_name: Some(PersonName::parse("Ada").unwrap()),
        message: Some(
            Message::parse("Thirty years, and you still lend me the better umbrella.\n\nHere is something to read in the rain.")
                .unwrap(),
        ),
        tier: Tier::Founder,
        months: Months::Twelve,
        link: SecretLink(page("redeem/7K2M9QWX4HTVB3NE6RYD8PZC?proof=p1")),
        stop: stop("recipient"),
        redeem_page: page("redeem"),
        code: GiftCode::parse("7K2M9QWX4HTVB3NE6RYD8PZC").unwrap(),
        reference: reference(),
        is_for_oneself: false,
    }
}

/// What somebody gave to themselves, from the receipt to its end.
pub(super) fn to_oneself() -> Vec<Letter> {
    let ada = || PersonName::parse("Ada").unwrap();
    let message = Message::parse("For the winter. You have earned every page.").ok();
    let to = email("ada@example.com");
    let refunded = |was_redeemed| GiftRefunded {
        to: to.clone(),
        recipient_name: ada(),
        total: Money::new(17_280, Currency::EUR),
        was_redeemed,
        status_page: status_page(),
        reference: reference(),
        is_for_oneself: true,
    };
    vec![
        Letter::Receipt(Receipt { recipient_name: ada(), recipient_email: to.clone(), is_for_oneself: true, ..receipt() }),
        Letter::GiftForYou(GiftForYou { to: to.clone(), recipient_name: ada(), message, is_for_oneself: true, ..gift_for_you() }),
        Letter::GiftRefunded(refunded(false)),
        Letter::GiftRefunded(refunded(true)),
    ]
}

fn status_page() -> SecretLink {
    SecretLink(page("gifts/gift_7h2kq9v4xw000000?key=k1"))
}

fn stop(whom: &str) -> SecretLink {
    SecretLink(page(&format!("reminders/stop?token=gift_7h2kq9v4xw000000.{whom}.s1")))
}

pub(super) fn recipient_reminder() -> RecipientReminder {
    RecipientReminder {
        to: email("bea@example.com"),
        recipient_name: bea(),
        giver_name: Some(PersonName::parse("Ada").unwrap()),
        tier: Tier::Founder,
        months: Months::Twelve,
        sent_at: NOW,
        link: SecretLink(page("redeem/7K2M9QWX4HTVB3NE6RYD8PZC?proof=p1")),
        stop: stop("recipient"),
        reference: reference(),
        is_for_oneself: false,
    }
}

pub(super) fn giver_reminder() -> GiverReminder {
    GiverReminder {
        to: email("ada@example.com"),
        recipient_name: bea(),
        recipient_email: email("bea@example.com"),
        is_opened: false,
        tier: Tier::Founder,
        months: Months::Twelve,
        card: CardWent::Out(NOW),
        takes_back_until: None,
        status_page: status_page(),
        stop: stop("giver"),
        reference: reference(),
    }
}

fn reminders() -> Vec<Letter> {
    let until = Some("2026-12-31".parse().unwrap());
    vec![
        Letter::RecipientReminder(recipient_reminder()),
        Letter::RecipientReminder(RecipientReminder { giver_name: None, tier: Tier::Member, ..recipient_reminder() }),
        Letter::RecipientReminder(RecipientReminder { is_for_oneself: true, ..recipient_reminder() }),
        Letter::GiverReminder(giver_reminder()),
        Letter::GiverReminder(GiverReminder { card: CardWent::Nowhere, takes_back_until: until, ..giver_reminder() }),
        Letter::GiverReminder(GiverReminder { card: CardWent::ByHand, is_opened: true, ..giver_reminder() }),
    ]
}

pub(super) fn receipt() -> Receipt {
    Receipt {
        to: email("ada@example.com"),
        to_name: Some(PersonName::parse("Ada").unwrap()),
        recipient_name: bea(),
        recipient_email: email("bea@example.com"),
        title: "Founder, 12 months".to_owned(),
        list_price: Money::new(19_200, Currency::EUR),
        discount: Some(("Promo code SPRING24".to_owned(), Money::new(1_920, Currency::EUR))),
        total: Money::new(17_280, Currency::EUR),
        paid: None,
        tax: Some(("19 % VAT".to_owned(), Money::new(2_759, Currency::EUR))),
        paid_at: NOW,
        card: CardPlan::Now,
        status_page: status_page(),
        order_id: "order_3m8rt5n1yc000000".parse().unwrap(),
        reference: reference(),
        is_for_oneself: false,
    }
}

pub(super) fn gift_redeemed() -> GiftRedeemed {
    GiftRedeemed {
        to: email("ada@example.com"),
        recipient_name: bea(),
        tier: Tier::Founder,
        months: Months::Twelve,
        redeemed_at: NOW,
        status_page: status_page(),
        reference: reference(),
    }
}

pub(super) fn delivery_failed() -> DeliveryFailed {
    DeliveryFailed {
        to: email("ada@example.com"),
        recipient_name: bea(),
        recipient_email: email("bea@example.com"),
        fault: DeliveryFault::Refused,
        by_hand: Some(ByHand {
            link: SecretLink(page("redeem/7K2M9QWX4HTVB3NE6RYD8PZC")),
            code: GiftCode::parse("7K2M9QWX4HTVB3NE6RYD8PZC").unwrap(),
        }),
        status_page: status_page(),
        reference: reference(),
    }
}

pub(super) fn reversals() -> Vec<Letter> {
    let refunded = |minor, was_redeemed| {
        Letter::GiftRefunded(GiftRefunded {
            to: email("ada@example.com"),
            recipient_name: bea(),
            total: Money::new(minor, Currency::EUR),
            was_redeemed,
            status_page: status_page(),
            reference: reference(),
            is_for_oneself: false,
        })
    };
    let taken_back = GiftTakenBack {
        to: email("bea@example.com"),
        tier: Tier::Founder,
        months: Months::Twelve,
        account_page: page("account"),
        reference: reference(),
    };
    vec![refunded(17_280, false), refunded(17_280, true), refunded(0, false), Letter::GiftTakenBack(taken_back)]
}

pub(super) fn payment_failed() -> PaymentFailed {
    PaymentFailed {
        to: email("ada@example.com"),
        recipient_name: bea(),
        is_for_oneself: false,
        title: "Founder, 12 months".to_owned(),
        total: Money::new(17_280, Currency::EUR),
        form: SecretLink(page("gift/canceled?order=o1")),
        reference: reference(),
    }
}

pub(super) fn thank_you() -> ThankYou {
    ThankYou {
        to: email("ada@example.com"),
        recipient_name: bea(),
        thanks: Message::parse("I read it in the rain.\n\nUnder your umbrella, as it happens.").unwrap(),
        tier: Tier::Founder,
        months: Months::Twelve,
        status_page: status_page(),
        reference: reference(),
    }
}

pub(super) fn gift_declined() -> GiftDeclined {
    GiftDeclined {
        to: email("ada@example.com"),
        recipient_name: bea(),
        word: Some(Message::parse("I have one already, and thank you all the same.").unwrap()),
        tier: Tier::Founder,
        months: Months::Twelve,
        status_page: status_page(),
        reference: reference(),
    }
}

pub(super) fn answers() -> Vec<Letter> {
    let wordless = GiftDeclined { word: None, ..gift_declined() };
    vec![Letter::ThankYou(thank_you()), Letter::GiftDeclined(gift_declined()), Letter::GiftDeclined(wordless)]
}

pub(super) fn membership_ends() -> MembershipEnds {
    MembershipEnds {
        to: email("bea@example.com"),
        tier: Tier::Founder,
        ends_at: Timestamp::from_seconds(1_804_082_520),
        account_page: page("account"),
        sells_plans: true,
        again: None,
    }
}

pub(super) fn give_again() -> GiveAgain {
    GiveAgain {
        to: email("ada@example.com"),
        recipient_name: bea(),
        tier: Tier::Founder,
        months: Months::Twelve,
        ends_at: membership_ends().ends_at,
        again: form_again(),
        reference: reference(),
    }
}

fn form_again() -> SecretLink {
    SecretLink(page("gift?again=gift_7h2kq9v4xw000000&key=k1"))
}

pub(super) fn ends() -> Vec<Letter> {
    let unsold = MembershipEnds { tier: Tier::Member, sells_plans: false, ..membership_ends() };
    let own = MembershipEnds { again: Some(form_again()), ..membership_ends() };
    let members = [membership_ends(), unsold, own].map(Letter::MembershipEnds);
    members.into_iter().chain([Letter::GiveAgain(give_again())]).collect()
}

pub(super) fn about_accounts() -> Vec<Letter> {
    let to = || email("bea@example.com");
    let link = |path: &str| SecretLink(page(path));
    vec![
        Letter::VerifyAddress(VerifyAddress { to: to(), link: link("verify?token=t1"), valid_for: Duration::from_hours(24) }),
        Letter::SignInLink(SignInLink { to: to(), link: link("login?token=t2"), valid_for: Duration::from_mins(15) }),
        Letter::ResetPassword(ResetPassword { to: to(), link: link("reset?token=t3"), valid_for: Duration::from_hours(1) }),
        Letter::PasswordChanged(PasswordChanged { to: to(), changed_at: NOW, forgot_page: page("forgot") }),
        Letter::AddressChangeConfirm(AddressChangeConfirm {
            to: email("bea@new.example"),
            link: link("verify?token=t4"),
            valid_for: Duration::from_hours(24),
        }),
        Letter::AddressChanged(AddressChanged { to: to(), new_address: email("bea@new.example"), changed_at: NOW }),
        Letter::AccountExists(AccountExists { to: to(), sign_in_page: page("login"), forgot_page: page("forgot") }),
        Letter::AccessTokenMade(AccessTokenMade {
            to: to(),
            name: Label::parse("Newsletter").unwrap(),
            allows: vec!["Buy gifts in your name", "Read how the gifts stand that you gave"],
            made_at: NOW,
            tokens_page: page("account/tokens"),
        }),
    ]
}

pub(super) fn to_operators() -> Vec<Letter> {
    let notice = |notice| Letter::OperatorNotice(OperatorNotice { to: email("help@ribbon.example"), notice });
    vec![
        notice(Notice::Gift { reference: reference(), reason: "mismatch".to_owned() }),
        notice(Notice::Order { reference: "order_3m8rt5n1yc000000".parse().unwrap(), reason: "paid_twice".to_owned() }),
        notice(Notice::Parked {
            entry: "out_5q1sj8d2ze000000".parse().unwrap(),
            kind: "gift_for_you".to_owned(),
            reason: "smtp_refused_550".to_owned(),
        }),
    ]
}

fn all() -> Vec<(String, Letter)> {
    let long_name = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh";
    let mut letters = vec![
        ("gift".to_owned(), Letter::GiftForYou(gift_for_you())),
        (
            "gift-long-names".to_owned(),
            Letter::GiftForYou(GiftForYou {
                recipient_name: PersonName::parse(long_name).unwrap(),
                giver_name: Some(PersonName::parse("عبد الرحمن بن عوف").unwrap()),
                message: Some(Message::parse("كل عام وأنت بخير\nhttps://example.com/a/very/long/address/that/has/no/blank/in/it/anywhere/at/all/and/goes/on").unwrap()),
                tier: Tier::Member,
                ..gift_for_you()
            }),
        ),
        ("gift-bare".to_owned(), Letter::GiftForYou(GiftForYou { giver_name: None, message: None, ..gift_for_you() })),
        ("receipt".to_owned(), Letter::Receipt(receipt())),
        ("redeemed".to_owned(), Letter::GiftRedeemed(gift_redeemed())),
        ("not-paid".to_owned(), Letter::PaymentFailed(payment_failed())),
        ("not-delivered".to_owned(), Letter::DeliveryFailed(delivery_failed())),
    ];
    letters.push((
        "not-delivered-held".to_owned(),
        Letter::DeliveryFailed(DeliveryFailed { fault: DeliveryFault::NotReached, by_hand: None, ..delivery_failed() }),
    ));
    for occasion in Occasion::ALL {
        letters.push((format!("gift-{occasion}"), Letter::GiftForYou(GiftForYou { occasion, ..gift_for_you() })));
    }
    letters.extend(about_accounts().into_iter().enumerate().map(|(place, letter)| (format!("account-{place}"), letter)));
    letters.extend(answers().into_iter().enumerate().map(|(place, letter)| (format!("answer-{place}"), letter)));
    letters.extend(ends().into_iter().enumerate().map(|(place, letter)| (format!("end-{place}"), letter)));
    letters.extend(reversals().into_iter().enumerate().map(|(place, letter)| (format!("reversal-{place}"), letter)));
    letters.extend(to_oneself().into_iter().enumerate().map(|(place, letter)| (format!("oneself-{place}"), letter)));
    letters.extend(reminders().into_iter().enumerate().map(|(place, letter)| (format!("reminder-{place}"), letter)));
    letters.extend(to_operators().into_iter().enumerate().map(|(place, letter)| (format!("operator-{place}"), letter)));
    letters
}

#[test]
fn no_mail_loads_anything_or_runs_anything() {
    for (name, letter) in all() {
        let html = rendered(&letter).html;
        for forbidden in ["<img", "<script", "url(", "@import", "<link", "<iframe", "javascript:"] {
            assert!(!html.contains(forbidden), "{forbidden} in {name}");
        }
    }
}

#[test]
fn html_and_text_say_the_same() {
    for (name, letter) in all() {
        let mail = rendered(&letter);
        let body = mail.html.split("<body").nth(1).unwrap().replace("<br>", " ");
        let seen: String = body.split('<').filter_map(|part| part.split_once('>')).map(|(_, shown)| shown).collect();
        let seen = seen.split_whitespace().collect::<Vec<_>>().join(" ");
        let seen = seen.replace("&#39;", "'").replace("&quot;", "\"").replace("&amp;", "&");
        for line in mail.text.lines().filter(|line| !line.is_empty() && *line != "--" && !line.contains("   ")) {
            let line = line.replace(['\u{2068}', '\u{2069}'], "");
            let is_address = line.starts_with("https://") && !seen.contains(&line);
            let spoken = line.replace("https://", "");
            assert!(is_address || seen.contains(spoken.trim_end_matches(':')), "{name} says {line:?} in its text only");
        }
    }
}

#[test]
fn the_gallery_is_written_on_demand() {
    if std::env::var("RIBBON_GALLERY").is_err() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
    std::fs::create_dir_all(&folder).unwrap();
    let accents = [
        ("", Accent::CRIMSON),
        ("-green", Accent { lightness: 480, chroma: 120, hue: 150 }),
        ("-yellow", Accent { lightness: 900, chroma: 180, hue: 100 }),
    ];
    for (name, letter) in all() {
        for (suffix, accent) in accents {
            let brand = Brand { accent, ..Brand::default() };
            let mail = letter.render(House { brand: &brand, zone: &Zone::UTC });
            std::fs::write(folder.join(format!("{name}{suffix}.html")), mail.html).unwrap();
        }
    }
}
