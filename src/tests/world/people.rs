//! Those who act in the stories: a buyer who writes a gift and goes to pay it, and a recipient who makes it theirs.

use std::future::{Future, IntoFuture};
use std::pin::Pin;

use super::{Answer, Browser, World};
use crate::catalog::{Months, Tier};

/// What recipients choose; nobody refuses it.
pub const PASSWORD: &str = "thirty years and rain";

pub struct Buyer<'a> {
    world: &'a World,
    email: String,
}

/// A gift that is being written. Awaited, it is sent, and its buyer stands before the payment page.
pub struct Writing<'a> {
    world: &'a World,
    fields: Vec<(&'static str, String)>,
}

/// A gift that waits for its payment.
#[derive(Clone, Debug)]
pub struct Promise {
    /// What the provider calls its session.
    pub session: String,
}

impl World {
    pub fn buyer(&self, email: &str) -> Buyer<'_> {
        Buyer { world: self, email: email.to_owned() }
    }

    /// Ada gives Bob three months of Member: the gift of most stories.
    pub async fn promised(&self) -> Promise {
        self.buyer("ada@example.com").buys(Tier::Member, Months::Three).for_("bob@example.com").await
    }

    /// The same gift, paid and mailed.
    pub async fn mailed(&self) -> Promise {
        let promise = self.promised().await;
        self.provider_says(&promise, super::Says::Paid).await;
        self.send_outbox().await;
        promise
    }

    /// Follows the link in the gift mail to `email`, makes an account with it, and stands before the open card.
    pub async fn registers_through_the_mail_to(&self, email: &str) -> (Browser, Answer) {
        let browser = self.browser();
        let sealed = browser.opens(&self.mail_to(email).redeem_link()).await.is(200);
        let kept = browser.presses(&sealed, "Create an account", &[]).await.is(302);
        let form = browser.follows(&kept).await.is(200);
        let registered = browser.presses(&form, "Create", &[("email", email), ("password", PASSWORD)]).await.is(302);
        let card = browser.follows(&registered).await.is(200);
        (browser, card)
    }

    /// The same, and presses the button.
    pub async fn redeems_the_mail_to(&self, email: &str) -> Browser {
        let (browser, card) = self.registers_through_the_mail_to(email).await;
        browser.presses(&card, "Redeem", &[]).await.is(302);
        browser
    }

    /// Somebody with a verified account, who came without a gift.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let browser = self.unverified(email).await;
        self.send_outbox().await;
        let page = browser.opens(&self.mail_to(email).link_to("/verify")).await.is(200);
        browser.presses(&page, "Verify my address", &[]).await.is(302);
        browser
    }

    /// Somebody who registered and has not shown that the address is theirs.
    pub async fn unverified(&self, email: &str) -> Browser {
        let browser = self.browser();
        browser.posts("/register", &[("email", email), ("password", PASSWORD)]).await.is(302);
        browser
    }
}

impl<'a> Buyer<'a> {
    pub fn buys(self, tier: Tier, months: Months) -> Writing<'a> {
        let fields = vec![
            ("tier", tier.to_string()),
            ("duration_months", months.count().to_string()),
            ("occasion", "just_because".to_owned()),
            ("recipient_name", "Bob".to_owned()),
            ("recipient_email", String::new()),
            ("message", "For all the Sundays.".to_owned()),
            ("buyer_name", "Ada".to_owned()),
            ("buyer_email", self.email),
            ("delivery", "email".to_owned()),
            ("deliver_on", String::new()),
            ("time_zone", "UTC".to_owned()),
            ("promo_code", String::new()),
        ];
        Writing { world: self.world, fields }
    }
}

impl Writing<'_> {
    pub fn for_(self, email: &str) -> Self {
        self.with("recipient_email", email)
    }

    pub fn by_hand(self) -> Self {
        self.with("delivery", "link")
    }

    /// In the morning of a day, by the clock of a place.
    pub fn on(self, day: &str, zone: &str) -> Self {
        self.with("deliver_on", day).with("time_zone", zone)
    }

    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.iter_mut().find(|(field, _)| *field == name).unwrap().1 = value.to_owned();
        self
    }

    /// What a browser would send.
    pub fn fields(&self) -> Vec<(&'static str, &str)> {
        self.fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    /// Sends the form, and says what came back.
    pub async fn sent_by(&self, browser: &Browser) -> Answer {
        browser.posts("/gift", &self.fields()).await
    }
}

impl<'a> IntoFuture for Writing<'a> {
    type Output = Promise;
    type IntoFuture = Pin<Box<dyn Future<Output = Promise> + 'a>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let answer = self.sent_by(&self.world.browser()).await.is(302);
            Promise::at(answer.location())
        })
    }
}

impl Promise {
    /// The one that is paid at this page.
    pub fn at(payment_page: &str) -> Self {
        Self { session: payment_page.rsplit('/').next().unwrap().to_owned() }
    }
}
