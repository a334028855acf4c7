//! What must be true afterwards: the provider's own record of payments, against the mails in the inbox and the rows in the database.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use ribbon::gifts;
use ribbon::values::{GiftId, Secret};
use serde_json::Value;

use super::Result;
use super::journey::Recipient;
use super::shop::Shop;

/// Of the unpaid gifts, so many are tried at the door by somebody who knows their code.
const DOORS_TRIED: usize = 5;

pub struct Report {
    pub paid: usize,
    pub mailed_twice: usize,
    pub unpaid: usize,
}

/// A gift as the database has it.
#[derive(sqlx::FromRow)]
struct Sold {
    order_id: String,
    order_state: String,
    gift_id: String,
    gift_state: String,
    delivery: String,
    recipient_email: String,
    grants: i64,
}

pub async fn audit(shop: &Arc<Shop>) -> Result<Report> {
    let payments = payments(shop).await?;
    let sold = sold(shop).await?;
    let (paid, unpaid): (Vec<&Sold>, Vec<&Sold>) = sold.iter().partition(|gift| payments.contains_key(&gift.order_id));
    must(paid.len() == payments.len(), "a payment is for no order")?;
    must(payments.values().all(|times| *times == 1), "an order was paid twice")?;
    let mut mailed_twice = 0;
    for gift in &paid {
        let mails = shop.mailed_links(&gift.recipient_email).await?;
        let facts = (gift.order_state.as_str(), gift.gift_state.as_str(), gift.delivery.as_str());
        // A mail that left in the moment of a kill may have been followed before anybody could write down that it left.
        let is_right = matches!(facts, ("paid", "purchased", "sent") | ("paid", "redeemed", "sent" | "scheduled"));
        must(is_right, &format!("{} is {facts:?}", gift.gift_id))?;
        must(!mails.is_empty(), &format!("{} was paid and not mailed", gift.gift_id))?;
        must(mails.iter().collect::<BTreeSet<_>>().len() == 1, "two mails of one gift lead to different places")?;
        must(shop.has_receipt(&gift.gift_id).await?, &format!("nobody has a receipt of {}", gift.gift_id))?;
        must(gift.grants == i64::from(gift.gift_state == "redeemed"), "time was given twice, or not at all")?;
        mailed_twice += usize::from(mails.len() > 1);
        redeem(shop, gift, mails.first().map_or("", String::as_str)).await?;
    }
    for gift in &unpaid {
        must(matches!(gift.gift_state.as_str(), "pending" | "canceled"), &format!("{} is {}", gift.gift_id, gift.gift_state))?;
        must(gift.grants == 0, "time was given for nothing")?;
        must(shop.mailed_links(&gift.recipient_email).await?.is_empty(), "a gift was mailed that nobody paid")?;
    }
    for gift in unpaid.iter().take(DOORS_TRIED) {
        stands_before_a_closed_door(shop, gift).await?;
    }
    let after = self::sold(shop).await?;
    let given: i64 = after.iter().map(|gift| gift.grants).sum();
    must(usize::try_from(given)? == paid.len(), "not every gift gave its time once")?;
    Ok(Report { paid: paid.len(), mailed_twice, unpaid: unpaid.len() })
}

/// Redeems it where nobody has, and sees that it can't be done once more.
async fn redeem(shop: &Arc<Shop>, gift: &Sold, link: &str) -> Result<()> {
    let mut recipient = Recipient::called(shop, gift.recipient_email.clone(), number_of(&gift.recipient_email)?)?;
    let path = shop.origins.iter().find_map(|origin| link.strip_prefix(origin.as_str())).unwrap_or(link);
    if gift.gift_state == "purchased" {
        recipient.redeems(path).await?;
    }
    let status = recipient.is_answered(path).await?;
    must(status == 409, &format!("redeeming {} again was answered {status}", gift.gift_id))
}

/// Its recipient, with an account and the right code, redeems nothing.
async fn stands_before_a_closed_door(shop: &Arc<Shop>, gift: &Sold) -> Result<()> {
    let secret = Secret::parse(&std::fs::read_to_string(shop.folder.join("secret"))?)?;
    let id: GiftId = gift.gift_id.parse()?;
    let code = gifts::code(&secret, &id, 1);
    let mut recipient = Recipient::called(shop, gift.recipient_email.clone(), number_of(&gift.recipient_email)?)?;
    recipient.is_made_known()?;
    let status = recipient.is_answered(&format!("/redeem/{}", code.reveal())).await?;
    must(status == 412, &format!("redeeming the unpaid {id} was answered {status}"))
}

fn number_of(email: &str) -> Result<u32> {
    let number = email.trim_start_matches("bea-").split('@').next();
    Ok(number.unwrap_or_default().parse()?)
}

fn must(holds: bool, else_what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(else_what.to_owned().into()) }
}

async fn sold(shop: &Shop) -> Result<Vec<Sold>> {
    let rows = sqlx::query_as(
        "select orders.id as order_id, orders.state as order_state, gifts.id as gift_id, gifts.state as gift_state,
             gifts.delivery, gifts.recipient_email, count(grants.id) as grants
         from orders
         join gifts on gifts.order_id = orders.id
         left join grants on grants.gift_id = gifts.id
         group by orders.id, orders.state, gifts.id, gifts.state, gifts.delivery, gifts.recipient_email",
    );
    Ok(rows.fetch_all(&mut *shop.store.connection().await?).await?)
}

/// How often each order was paid, by the provider's own word.
pub async fn payments(shop: &Shop) -> Result<BTreeMap<String, u32>> {
    let (client, key) = (reqwest::Client::new(), shop.sandbox_setting("STRIPE_SECRET_KEY")?);
    let mut paid = BTreeMap::new();
    let mut after = String::new();
    loop {
        let url = format!("{}/v1/checkout/sessions?limit=100{after}", shop.sandbox);
        let page: Value = client.get(url).bearer_auth(&key).send().await?.error_for_status()?.json().await?;
        let sessions = page.get("data").and_then(Value::as_array).ok_or("the sandbox lists no sessions")?;
        let text = |session: &Value, name: &str| session.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        for session in sessions.iter().filter(|session| text(session, "payment_status") == "paid") {
            *paid.entry(text(session, "client_reference_id")).or_default() += 1;
        }
        match sessions.last().filter(|_| page.get("has_more") == Some(&Value::Bool(true))) {
            Some(last) => after = format!("&starting_after={}", text(last, "id")),
            None => return Ok(paid),
        }
    }
}

impl Shop {
    /// Where the gift mails to an address lead; the same twice where a mail came twice.
    pub async fn mailed_links(&self, to: &str) -> Result<Vec<String>> {
        let mut links = Vec::new();
        for text in self.mails(to).await? {
            links.extend(text.split_whitespace().filter(|word| word.contains("/redeem/")).take(1).map(str::to_owned));
        }
        Ok(links)
    }

    async fn has_receipt(&self, gift: &str) -> Result<bool> {
        let giver: String = sqlx::query_scalar("select giver_email from gifts where id = $1")
            .bind(gift)
            .fetch_one(&mut *self.store.connection().await?)
            .await?;
        Ok(!self.mails(&giver).await?.is_empty())
    }

    /// The texts of all mails to an address, newest first.
    async fn mails(&self, to: &str) -> Result<Vec<String>> {
        let url = url::Url::parse_with_params(&format!("{}/inbox.json", self.sandbox), [("to", to)])?;
        let mails: Vec<Value> = reqwest::get(url).await?.error_for_status()?.json().await?;
        Ok(mails.iter().filter_map(|mail| mail.get("text")?.as_str()).map(str::to_owned).collect())
    }
}
