//! What must be true afterwards: the provider's own record of payments, against the mails in the inbox and the rows in the database.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::Add;
use std::sync::Arc;

use futures::{StreamExt as _, TryStreamExt as _};
use ribbon::gifts;
use ribbon::values::{GiftId, Secret};

use super::Result;
use super::journey::Recipient;
use super::shop::Shop;

/// Of the unpaid gifts, so many are tried at the door by somebody who knows their code.
const DOORS_TRIED: usize = 5;
/// Recipients at the door side by side.
const AT_ONCE: usize = 4;

/// How many of each there were, all of them as they should be.
#[derive(Clone, Copy, Default)]
pub struct Report {
    bought: usize,
    paid: usize,
    mailed_twice: usize,
    redeemed_before: usize,
}

impl Add for Report {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self {
            bought: self.bought + other.bought,
            paid: self.paid + other.paid,
            mailed_twice: self.mailed_twice + other.mailed_twice,
            redeemed_before: self.redeemed_before + other.redeemed_before,
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bought, paid, mailed_twice, redeemed_before } = *self;
        let unpaid = bought - paid;
        write!(f, "{bought} gifts bought, {paid} paid, {paid} mailed ({mailed_twice} more than once), ")?;
        write!(f, "{paid} redeemed once each ({redeemed_before} between the kills), of {unpaid} unpaid none")
    }
}

/// A gift as the database has it.
#[derive(sqlx::FromRow)]
struct Sold {
    order_id: String,
    order_state: String,
    gift_id: String,
    gift_state: String,
    delivery: String,
    giver_email: String,
    recipient_email: String,
    grants: i64,
}

pub async fn audit(shop: &Arc<Shop>) -> Result<Report> {
    let payments = shop.payments().await?;
    let sold = sold(shop).await?;
    let (paid, unpaid): (Vec<&Sold>, Vec<&Sold>) = sold.iter().partition(|gift| payments.contains_key(&gift.order_id));
    must(paid.len() == payments.len(), "a payment is for no order")?;
    must(payments.values().all(|times| *times == 1), "an order was paid twice")?;
    let mailed = futures::stream::iter(&paid).map(|gift| was_delivered_and_is_redeemed_once(shop, gift));
    let mailed: Vec<usize> = mailed.buffer_unordered(AT_ONCE).try_collect().await?;
    for gift in &unpaid {
        came_to_nothing(shop, gift).await?;
    }
    for gift in unpaid.iter().take(DOORS_TRIED) {
        stands_before_a_closed_door(shop, gift).await?;
    }
    let given: i64 = self::sold(shop).await?.iter().map(|gift| gift.grants).sum();
    must(usize::try_from(given)? == paid.len(), "not every gift gave its time once")?;
    Ok(Report {
        bought: sold.len(),
        paid: paid.len(),
        mailed_twice: mailed.iter().filter(|mails| **mails > 1).count(),
        redeemed_before: paid.iter().filter(|gift| gift.gift_state == "redeemed").count(),
    })
}

/// Answers how often it was mailed.
async fn was_delivered_and_is_redeemed_once(shop: &Arc<Shop>, gift: &Sold) -> Result<usize> {
    let facts = (gift.order_state.as_str(), gift.gift_state.as_str(), gift.delivery.as_str());
    // A mail that left in the moment of a kill may have been followed before anybody could write down that it left.
    let is_right = matches!(facts, ("paid", "purchased", "sent") | ("paid", "redeemed", "sent" | "scheduled"));
    must(is_right, &format!("{} is {facts:?}", gift.gift_id))?;
    must(gift.grants == i64::from(gift.gift_state == "redeemed"), &format!("{} gave {} grants", gift.gift_id, gift.grants))?;
    let receipts = shop.mails(&gift.giver_email).await?;
    must(receipts.iter().any(|text| text.contains(&gift.order_id)), &format!("nobody has a receipt of {}", gift.gift_id))?;
    let links = shop.mailed_links(&gift.recipient_email).await?;
    let different: BTreeSet<&String> = links.iter().collect();
    must(different.len() == 1, &format!("{} was paid, and mailed with {} links", gift.gift_id, different.len()))?;
    redeem(shop, gift, shop.path_of(different.first().map_or("", |link| link))).await?;
    Ok(links.len())
}

/// Redeems it where nobody has, and sees that it can't be done once more.
async fn redeem(shop: &Arc<Shop>, gift: &Sold, path: &str) -> Result<()> {
    let mut recipient = Recipient::new(shop, gift.recipient_email.clone())?;
    if gift.gift_state == "purchased" {
        recipient.redeems(path).await?;
    }
    let status = recipient.status_of_redeeming(path).await?;
    must(status == 409, &format!("redeeming {} again was answered {status}", gift.gift_id))
}

async fn came_to_nothing(shop: &Shop, gift: &Sold) -> Result<()> {
    let Sold { gift_id, gift_state, recipient_email, .. } = gift;
    must(matches!(gift_state.as_str(), "pending" | "canceled"), &format!("{gift_id} is {gift_state}, and nobody paid"))?;
    must(gift.grants == 0, &format!("{gift_id} gave time for nothing"))?;
    must(shop.mails(recipient_email).await?.is_empty(), &format!("{gift_id} was mailed, and nobody paid"))
}

/// Its recipient, with an account and the right code, redeems nothing.
async fn stands_before_a_closed_door(shop: &Arc<Shop>, gift: &Sold) -> Result<()> {
    let secret = Secret::parse(&std::fs::read_to_string(shop.folder.join("secret"))?)?;
    let id: GiftId = gift.gift_id.parse()?;
    let code = gifts::code(&secret, &id, 1);
    let mut recipient = Recipient::new(shop, gift.recipient_email.clone())?;
    recipient.is_given_an_account()?;
    let status = recipient.status_of_redeeming(&format!("/redeem/{}", code.reveal())).await?;
    must(status == 412, &format!("redeeming the unpaid {id} was answered {status}"))
}

fn must(holds: bool, else_what: &str) -> Result<()> {
    if holds { Ok(()) } else { Err(else_what.to_owned().into()) }
}

async fn sold(shop: &Shop) -> Result<Vec<Sold>> {
    let rows = sqlx::query_as(
        "select orders.id as order_id, orders.state as order_state, gifts.id as gift_id, gifts.state as gift_state,
             gifts.delivery, gifts.giver_email, gifts.recipient_email, count(grants.id) as grants
         from orders
         join gifts on gifts.order_id = orders.id
         left join grants on grants.gift_id = gifts.id
         group by orders.id, orders.state, gifts.id, gifts.state, gifts.delivery, gifts.giver_email, gifts.recipient_email",
    );
    Ok(rows.fetch_all(&mut *shop.store.connection().await?).await?)
}
