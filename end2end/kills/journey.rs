//! One gift's way, walked by people: bought, paid, perhaps looked at, redeemed by the link of its mail. Whoever gets no answer tries the
//! same again, as at a browser.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use super::Result;
use super::browser::{Answer, Browser};
use super::dice::Dice;
use super::shop::Shop;

const PASSWORD: &str = "thirty years and rain";
/// A mail that a killed server held leaves after half a minute; nobody waits much longer for an answer or a mail.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
const BREATH: Duration = Duration::from_millis(100);

/// Gifts, one after the other, until the shop closes.
pub struct Journeys {
    pub shop: Arc<Shop>,
    pub dice: Dice,
    /// The number of the last gift, of all clients.
    pub numbers: Arc<AtomicU32>,
    pub is_closing: Arc<AtomicBool>,
}

impl Journeys {
    pub async fn make(mut self) -> Result<()> {
        while !self.is_closing.load(Ordering::Relaxed) {
            let number = self.numbers.fetch_add(1, Ordering::Relaxed) + 1;
            self.make_one(number).await.map_err(|error| format!("gift {number}: {error}"))?;
        }
        Ok(())
    }

    async fn make_one(&mut self, number: u32) -> Result<()> {
        let mut buyer = Browser::new(&self.shop)?;
        let page = buy(&mut buyer, number).await?;
        if self.dice.one_in(6) {
            return self.leave_unpaid(&buyer, &page).await;
        }
        if self.dice.one_in(8) {
            buyer.press(&page, &[("outcome", "decline")]).await?;
        }
        let back = buyer.press(&page, &[("outcome", "pay")]).await?.location;
        if self.dice.one_in(2) {
            // Without an answer the page stays blank, and nobody has to look at it again.
            buyer.get(self.shop.path_of(&back)).await?;
        }
        // Some recipients are in no hurry.
        if self.dice.one_in(5) {
            return Ok(());
        }
        let mut recipient = Recipient::new(&self.shop, address(number))?;
        let link = recipient.waits_for_mail().await?;
        recipient.redeems(&link).await
    }

    async fn leave_unpaid(&mut self, buyer: &Browser, page: &str) -> Result<()> {
        if self.dice.one_in(2) {
            buyer.press(page, &[("outcome", "expire")]).await?;
        }
        Ok(())
    }
}

/// Sends the form until it leads to a payment page, and gives that page's address.
async fn buy(buyer: &mut Browser, number: u32) -> Result<String> {
    let (recipient, giver) = (address(number), format!("ada-{number}@example.com"));
    let fields = [
        ("tier", if number.is_multiple_of(2) { "founder" } else { "member" }),
        ("duration_months", "3"),
        ("recipient_name", "Bea"),
        ("recipient_email", recipient.as_str()),
        ("message", "Thirty years."),
        ("buyer_name", "Ada"),
        ("buyer_email", giver.as_str()),
        ("delivery", "email"),
    ];
    let patience = Patience::begin();
    loop {
        match buyer.post("/gift", &fields).await? {
            Some(answer @ Answer { status: 302 | 303, .. }) => return Ok(answer.location),
            Some(answer) => return Err(format!("/gift answered {}", answer.status).into()),
            None => patience.wait("the payment page").await?,
        }
    }
}

/// The address that a gift goes to: one for each, so that every mail is known by it.
fn address(number: u32) -> String {
    format!("bea-{number}@example.com")
}

/// Somebody to whom a gift was sent.
pub struct Recipient {
    browser: Browser,
    shop: Arc<Shop>,
    email: String,
}

impl Recipient {
    pub fn new(shop: &Arc<Shop>, email: String) -> Result<Self> {
        Ok(Self { browser: Browser::new(shop)?, shop: Arc::clone(shop), email })
    }

    /// The path of the link in their mail, as soon as it is there.
    async fn waits_for_mail(&self) -> Result<String> {
        let patience = Patience::begin();
        loop {
            if let Some(link) = self.shop.mailed_links(&self.email).await?.into_iter().next() {
                return Ok(self.shop.path_of(&link).to_owned());
            }
            patience.wait("the gift's mail").await?;
        }
    }

    /// Registers by the link, or signs in where that was done before, and redeems.
    pub async fn redeems(&mut self, link: &str) -> Result<()> {
        let patience = Patience::begin();
        let mut may_be_registered = false;
        loop {
            match self.tries(link, may_be_registered).await? {
                Tried::Redeemed => return Ok(()),
                Tried::Refused(status) => return Err(format!("redeeming was answered {status}").into()),
                Tried::Unsure => may_be_registered = true,
            }
            patience.wait("redeeming").await?;
        }
    }

    async fn tries(&mut self, link: &str, may_be_registered: bool) -> Result<Tried> {
        let keep = [("intent", "keep"), ("goes", "register")];
        match self.browser.post(link, &keep).await? {
            Some(Answer { status: 302 | 303, .. }) => {}
            Some(Answer { status, .. }) => return Ok(Tried::Refused(status)),
            None => return Ok(Tried::Unsure),
        }
        let who = [("email", self.email.as_str()), ("password", PASSWORD)];
        let signed_in = if may_be_registered { self.browser.post("/login", &who).await? } else { None };
        let is_signed_in = signed_in.as_ref().is_some_and(|answer| matches!(answer.status, 302 | 303));
        let entered = match signed_in {
            Some(answer @ Answer { status: 302 | 303 | 429, .. }) => Some(answer),
            Some(_) | None => self.browser.post("/register", &who).await?,
        };
        match entered {
            // What a kill cut off, or kept from being made, counts as guessing: they go on from another network.
            Some(Answer { status: 429, .. }) => {
                self.browser = Browser::new(&self.shop)?;
                return Ok(Tried::Unsure);
            }
            Some(_) => {}
            None => return Ok(Tried::Unsure),
        }
        Ok(match self.browser.post(link, &[("intent", "redeem")]).await? {
            Some(Answer { status: 302 | 303, .. }) => Tried::Redeemed,
            // The answer to an earlier try was lost, and nobody else has the link.
            Some(Answer { status: 409, .. }) if may_be_registered => Tried::Redeemed,
            // Registered twice: the second account is not the one that proved the mailbox.
            Some(Answer { status: 400, .. }) if !may_be_registered || !is_signed_in => Tried::Unsure,
            Some(Answer { status, .. }) => Tried::Refused(status),
            None => Tried::Unsure,
        })
    }

    /// The status that redeeming by `path` is answered with; their account exists.
    pub async fn status_of_redeeming(&mut self, path: &str) -> Result<u16> {
        let patience = Patience::begin();
        loop {
            let who = [("email", self.email.as_str()), ("password", PASSWORD)];
            let signed_in = self.browser.post("/login", &who).await?;
            if let Some(answer) = signed_in
                && !matches!(answer.status, 302 | 303)
            {
                return Err(format!("{} can't sign in: {}", self.email, answer.status).into());
            }
            if let Some(answer) = self.browser.post(path, &[("intent", "redeem")]).await? {
                return Ok(answer.status);
            }
            patience.wait("an answer").await?;
        }
    }

    /// Has the operator make the account, where no mail came to register by.
    pub fn is_given_an_account(&self) -> Result<()> {
        self.shop.command(&["account", "create", "--email", &self.email, "--verified"], &format!("{PASSWORD}\n"))
    }
}

enum Tried {
    Redeemed,
    Refused(u16),
    /// Nobody answered; what was asked may have been done.
    Unsure,
}

struct Patience(Instant);

impl Patience {
    fn begin() -> Self {
        Self(Instant::now())
    }

    async fn wait(&self, what: &str) -> Result<()> {
        if self.0.elapsed() > LONGEST_WAIT {
            return Err(format!("{what} did not come").into());
        }
        tokio::time::sleep(BREATH).await;
        Ok(())
    }
}
