//! What people do in the shop: they buy, come back, redeem, and change what they gave.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use super::bank::place_of;
use super::desk::{Desk, pick};
use super::history::{Delivered, HALF, Wish};
use crate::accounts::Account;
use crate::gifts::{self, Gift};
use crate::shop::{Canceled, Changed, GiftFields, GiftKey};
use crate::store::gifts as gift_rows;
use crate::values::Zone;
use crate::{Error, Result};

impl Desk {
    pub fn fill_in(&self, wish: &Wish) -> GiftFields {
        let mut notes = self.notes.lock().unwrap();
        let in_three_days = Zone::UTC.day(self.now().plus(Duration::from_hours(72))).to_string();
        let (delivery, deliver_on) = match wish.delivery {
            Delivered::Now => ("email", String::new()),
            Delivered::OnADay => ("email", in_three_days),
            Delivered::ByHand => ("link", String::new()),
        };
        let fields = GiftFields {
            tier: wish.tier.into(),
            duration_months: wish.months.into(),
            // No two forms are the same purchase.
            recipient_name: format!("Bea {}", notes.forms.len()),
            recipient_email: pick(&self.people, wish.recipient).unwrap().email.as_str().into(),
            buyer_email: "ada@example.com".into(),
            delivery: delivery.into(),
            deliver_on,
            promo_code: wish.code.into(),
            ..GiftFields::default()
        };
        notes.forms.push(fields.clone());
        fields
    }

    pub async fn buy(&self, form: &GiftFields) {
        // A day that was chosen may have passed.
        let somewhere = self.somewhere();
        let Ok(purchase) = self.shop().read_purchase(form, somewhere).await else { return };
        let bought = self.shop().buy(&purchase, somewhere, None).await;
        if form.promo_code == HALF && matches!(bought, Err(Error::Invalid(_))) {
            return self.saw("a promo code refused".to_owned());
        }
        let Some(promised) = self.expect(bought) else { return };
        if !promised.is_settled {
            self.bank.books().pages[place_of(&promised.url)].is_shown = true;
        }
        if !form.promo_code.is_empty() {
            self.saw("a promo code taken".to_owned());
        }
        let mut notes = self.notes.lock().unwrap();
        if !notes.gifts.contains(&promised.gift_id) {
            notes.gifts.push(promised.gift_id);
        }
    }

    /// Never the same place, so that nobody is taken for somebody who tries cards.
    fn somewhere(&self) -> IpAddr {
        let mut notes = self.notes.lock().unwrap();
        notes.networks += 1;
        IpAddr::V4(Ipv4Addr::from(notes.networks))
    }

    pub async fn come_back(&self, page: u8) {
        if let Some(token) = self.token_of(page) {
            self.expect(self.shop().thanks(&token, "").await);
        }
    }

    /// Every correction is another gift; the use of its code is the same one.
    pub async fn correct(&self, page: u8) {
        let Some(token) = self.token_of(page) else { return };
        let Some(Canceled::NotPaid { fields, .. }) = self.expect(self.shop().canceled(&token).await) else { return };
        let form = {
            let mut notes = self.notes.lock().unwrap();
            let form = GiftFields { recipient_name: format!("Bea {}", notes.forms.len()), ..*fields };
            notes.forms.push(form.clone());
            form
        };
        self.buy(&form).await;
    }

    /// What leads back from a payment page.
    fn token_of(&self, page: u8) -> Option<String> {
        let books = self.bank.books();
        pick(&books.pages, page).map(|page| gifts::order_token(&self.world.shop.secrets.current, &page.order, &page.session))
    }

    async fn gift(&self, number: u8) -> Option<Gift> {
        let id = pick(&self.notes.lock().unwrap().gifts, number).cloned()?;
        gift_rows::find(&mut self.world.store.connection().await.unwrap(), &id).await.unwrap()
    }

    fn recipient_of(&self, gift: &Gift) -> &Account {
        self.people.iter().find(|account| account.email == gift.recipient_email).unwrap()
    }

    pub async fn redeem(&self, gift: u8) {
        if let Some(gift) = self.gift(gift).await {
            self.redeem_gift(&gift).await;
        }
    }

    /// By the code that it has now and the account that it is for. Says whether it worked.
    pub async fn redeem_gift(&self, gift: &Gift) -> bool {
        let code = GiftKey::Code { code: gift.code(&self.world.shop.secrets).unwrap(), proof: None };
        let redeemed = self.shop().redeem(&code, self.recipient_of(gift), false).await;
        let Some(redeemed) = self.expect(redeemed) else { return false };
        if self.is_taken_back(&gift.id) {
            self.fault("what was taken back was redeemed".to_owned());
        }
        self.notes.lock().unwrap().redeemed.push((redeemed.gift.id, redeemed.grant));
        self.saw("redeemed".to_owned());
        true
    }

    pub async fn redeem_by_an_old_code(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await.filter(|gift| gift.generation > 1) else { return };
        let code = gifts::code(&self.world.shop.secrets.current, &gift.id, gift.generation - 1);
        let key = GiftKey::Code { code, proof: None };
        self.must_be_refused("an old code", self.shop().redeem(&key, self.recipient_of(&gift), false).await);
    }

    pub async fn redeem_as_somebody_else(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let key = GiftKey::Code { code: gift.code(&self.world.shop.secrets).unwrap(), proof: None };
        let somebody = self.people.iter().find(|account| account.email != gift.recipient_email).unwrap();
        let redeemed = self.shop().redeem(&key, somebody, false).await;
        self.must_be_refused("somebody else", redeemed);
    }

    pub async fn reissue(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        self.expect(self.shop().reissue(gift.id.as_str(), &self.key(&gift), self.somewhere()).await);
    }

    pub async fn readdress(&self, gift: u8, person: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let email = pick(&self.people, person).unwrap().email.as_str();
        let wish = GiftFields { recipient_name: "Somebody".into(), recipient_email: email.into(), ..GiftFields::default() };
        let readdressed = self.shop().readdress(gift.id.as_str(), &self.key(&gift), &wish, None, self.somewhere()).await;
        // The same address under another name: what was mailed goes out once more.
        if self.expect(readdressed) == Some(Changed::SentAgain) {
            *self.notes.lock().unwrap().sent_again.entry(gift.id).or_default() += 1;
        }
    }

    pub async fn send_again(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        if self.expect(self.shop().send_again(gift.id.as_str(), &self.key(&gift), self.somewhere()).await).is_some() {
            *self.notes.lock().unwrap().sent_again.entry(gift.id).or_default() += 1;
        }
    }

    /// Whoever was promised the money has no gift any more, and nobody else has it either.
    pub async fn take_back(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let asked = self.shop().ask_refund(gift.id.as_str(), &self.key(&gift)).await;
        if matches!(asked, Err(Error::Invalid(_))) {
            return self.saw("too late to take it back".to_owned());
        }
        if self.expect(asked).is_some() {
            self.saw("taken back".to_owned());
            if self.grant_of(&gift.id).is_some() {
                self.fault("what was redeemed was taken back".to_owned());
            }
            self.notes.lock().unwrap().taken_back.insert(gift.id);
        }
    }

    pub async fn decline(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let code = GiftKey::Code { code: gift.code(&self.world.shop.secrets).unwrap(), proof: None };
        let declined = self.shop().decline(&code, Some(self.recipient_of(&gift)), "", self.somewhere()).await;
        if self.expect(declined).is_some() {
            *self.notes.lock().unwrap().declined.entry(gift.id).or_default() += 1;
            self.saw("declined".to_owned());
        }
    }

    fn key(&self, gift: &Gift) -> String {
        gifts::page_key(&self.world.shop.secrets.current, &gift.id)
    }

    fn must_be_refused<T>(&self, who: &str, answer: Result<T>) {
        if self.expect(answer).is_some() {
            self.fault(format!("{who} redeemed a gift"));
        }
    }
}
