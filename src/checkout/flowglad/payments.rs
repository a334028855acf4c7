//! Payments at Flowglad: read, found by their purchase, and given back.

use data_encoding::BASE64;
use serde_json::json;

use super::Flowglad;
use super::objects::{Payment, PaymentAnswer, Payments, Purchase, Subscription};
use super::translation;
use crate::checkout::provider::{ProviderError, ProviderEvent, Refund};

/// As many as Flowglad gives at once.
const A_PAGE: &str = "100";

/// How far the list of all payments is searched, in pages.
const MOST_PAGES: usize = 50;

/// What is to be done so that an amount has gone back.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    Nothing,
    /// All that is left of the payment, tax included.
    Rest,
    Part(i64),
}

impl Flowglad {
    pub(super) async fn payment(&self, id: &str) -> Result<Payment, ProviderError> {
        let PaymentAnswer { payment } = self.get(&["payments", id], &[]).await?;
        Ok(payment)
    }

    /// What became of a purchase, by its payment and by the subscription that it began.
    pub(super) async fn add_purchase(&self, mut event: ProviderEvent, purchase: &Purchase) -> Result<ProviderEvent, ProviderError> {
        let found = self.payments_of(purchase).await?;
        match self.first_made(purchase, &found).await? {
            Some((payment, subscription)) => {
                translation::add_payment(&mut event, payment)?;
                if let Some(subscription) = subscription {
                    translation::add_subscription(&mut event, &subscription);
                }
            }
            None => match found.last().filter(|_| !purchase.cost_something()) {
                Some(payment) => translation::add_payment(&mut event, payment)?,
                None => translation::add_unpaid_purchase(&mut event, purchase)?,
            },
        }
        Ok(event)
    }

    /// The first of them that was made, and the subscription that it is of, where it is of one. A customer may have another
    /// subscription too: only the metadata tells which is this purchase's.
    async fn first_made<'a>(
        &self,
        purchase: &Purchase,
        found: &'a [Payment],
    ) -> Result<Option<(&'a Payment, Option<Subscription>)>, ProviderError> {
        let mut of_others: Vec<&str> = Vec::new();
        for payment in found.iter().filter(|payment| payment.is_made()) {
            let Some(id) = payment.subscription_id.as_deref() else { return Ok(Some((payment, None))) };
            if of_others.contains(&id) {
                continue;
            }
            let subscription = self.subscription(id).await?;
            let is_named = payment.purchase_id.is_some();
            if is_named
                || translation::order_id(subscription.metadata.as_ref()) == translation::order_id(purchase.metadata.as_ref())
            {
                return Ok(Some((payment, Some(subscription))));
            }
            of_others.push(id);
        }
        Ok(None)
    }

    /// The payments of a purchase, oldest first, found in the list of all: a purchase doesn't name them.
    async fn payments_of(&self, purchase: &Purchase) -> Result<Vec<Payment>, ProviderError> {
        match self.search(Some(cursor_to(purchase)), purchase).await {
            // A Flowglad that reads no cursor but its own, or takes this one for another: the list is searched from its beginning.
            Err(ProviderError::Refused(_) | ProviderError::Unavailable(_)) => self.search(None, purchase).await,
            Ok(found) if purchase.cost_something() && !found.iter().any(Payment::is_made) => self.search(None, purchase).await,
            found => found,
        }
    }

    /// Reads the list page by page from `cursor` on, as far as the payment that settles the question, or its end.
    async fn search(&self, mut cursor: Option<String>, purchase: &Purchase) -> Result<Vec<Payment>, ProviderError> {
        let mut found = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = self.payments(cursor.as_deref()).await?;
            found.extend(page.data.into_iter().filter(|payment| purchase.may_be_paid_by(payment)));
            let next = page.next_cursor.filter(|next| page.has_more != Some(false) && Some(next) != cursor.as_ref());
            let is_settled = !purchase.begins_subscription() && found.iter().any(Payment::is_made);
            if next.is_none() || is_settled {
                found.sort_by_key(|payment: &Payment| payment.charge_date);
                return Ok(found);
            }
            cursor = next;
        }
        Err(ProviderError::Unavailable("the payment of a purchase was not found among the first 5,000".into()))
    }

    async fn payments(&self, cursor: Option<&str>) -> Result<Payments, ProviderError> {
        let query = [("limit", A_PAGE), ("cursor", cursor.unwrap_or_default())];
        self.get(&["payments"], query.get(..if cursor.is_some() { 2 } else { 1 }).unwrap_or_default()).await
    }

    /// A refund whose answer was lost is believed when the payment says that more has gone back than before.
    pub(super) async fn refund_what_is_due(&self, id: &str, refund: Refund) -> Result<(), ProviderError> {
        let before = self.payment(id).await?;
        let body = match due(&before, refund)? {
            Due::Nothing => return Ok(()),
            Due::Rest => json!({}),
            Due::Part(amount) => json!({ "partialAmount": amount }),
        };
        match self.post::<PaymentAnswer>(&["payments", id, "refund"], &body).await {
            Ok(_) => Ok(()),
            Err(error) => {
                let after = self.payment(id).await?;
                if after.refunded_amount > before.refunded_amount { Ok(()) } else { Err(error) }
            }
        }
    }
}

/// What must still be done. A part that may have gone back already is left to a person: nobody is given the same money twice.
pub fn due(payment: &Payment, refund: Refund) -> Result<Due, ProviderError> {
    let refused = |why: &str| Err(ProviderError::Refused(why.to_owned()));
    let (Some(paid), true) = (payment.amount, payment.is_made()) else { return refused("nothing was paid that could go back") };
    let gone = payment.refunded_amount.unwrap_or(if payment.refunded == Some(true) { paid } else { 0 });
    let amount = match refund {
        Refund::Whole | Refund::Part(_) if gone >= paid => return Ok(Due::Nothing),
        Refund::Whole => return Ok(Due::Rest),
        Refund::Part(amount) => amount,
    };
    if !payment.currency.as_deref().unwrap_or_default().eq_ignore_ascii_case(amount.currency.as_str()) {
        return refused("the payment was made in another currency");
    }
    match amount.minor {
        all if all >= paid => Ok(Due::Rest),
        part if gone == 0 => Ok(Due::Part(part)),
        _ => refused(
            "part of the payment has gone back already, and Flowglad can't tell whether it was for this: give back in its dashboard what is still missing",
        ),
    }
}

/// Flowglad's lists take no filters, but the cursor that they hand out for the next page is a filter and a place, written in plain
/// base64. This one asks for the purchase's payments alone, or for those of a subscription's customer. Where a Flowglad takes it for
/// something else, rows are compared all the same.
fn cursor_to(purchase: &Purchase) -> String {
    let filter = match &purchase.customer_id {
        Some(customer) if purchase.begins_subscription() => json!({ "customerId": customer }),
        Some(_) | None => json!({ "purchaseId": purchase.id }),
    };
    let place = json!({ "parameters": filter, "createdAt": 0, "direction": "forward" });
    BASE64.encode(place.to_string().as_bytes())
}
