//! Opening a hosted page: the buyer made known to Flowglad, the page, and the price that it will charge.

use serde_json::{Value, json};
use url::Url;

use super::objects::{PriceAnswer, SessionAnswer};
use super::page::{Buyer, NewCustomer, NewPage, Page, sale};
use super::{Flowglad, refusal};
use crate::checkout::provider::{BackUrls, LineItem, NewSession, OpenSession, ProviderError, ProviderSessionId};
use crate::checkout::transport::unavailable;
use crate::values::{Interval, OrderId, Timestamp};

impl Flowglad {
    /// Opens a hosted page of any of Flowglad's kinds. `name` is what the buyer's receipt calls it.
    pub async fn open_page(
        &self,
        page: &Page,
        name: Option<&str>,
        order_id: &OrderId,
        back: &BackUrls,
    ) -> Result<OpenSession, ProviderError> {
        Ok(self.create(page, name, order_id, back).await?.0)
    }

    /// Opens the page of a sale, and gives it to nobody where it would charge another price than the order's.
    pub(super) async fn open_sale(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        let (item, price) = sale(&session.line_items)?;
        let page = Page::Product {
            buyer: self.buyer(session).await,
            price,
            quantity: item.quantity,
            preserve_billing_cycle_anchor: self.settings.options.preserve_billing_cycle_anchor,
        };
        let (opened, price_id) = self.create(&page, Some(&item.title), &session.order_id, back).await?;
        if let Some(price_id) = price_id {
            self.check_price(&price_id, item).await?;
        }
        Ok(opened)
    }

    /// The page, and the id of the price that is charged there.
    async fn create(
        &self,
        page: &Page,
        name: Option<&str>,
        order_id: &OrderId,
        back: &BackUrls,
    ) -> Result<(OpenSession, Option<String>), ProviderError> {
        let body = json!({ "checkoutSession": NewPage::new(page, name, order_id, back) });
        let opened: SessionAnswer =
            self.post(&["checkout-sessions"], &body).await.map_err(|error| refusal::of_page(page, error))?;
        let url = opened.url.ok_or_else(|| ProviderError::Unavailable("an open session has no page".into()))?;
        let session = opened.checkout_session;
        let page = OpenSession {
            provider_id: ProviderSessionId(session.id),
            url: Url::parse(&url).map_err(unavailable)?,
            expires_at: session.expires.map(Timestamp::from_millis),
        };
        Ok((page, session.price_id))
    }

    /// An address can only be filled in for a customer that Flowglad knows, so the order's buyer is made known, under the order's id:
    /// what Flowglad calls them by says nothing of who they are. The page opens without an address where that fails.
    async fn buyer(&self, session: &NewSession) -> Buyer {
        let Some(email) = session.buyer_email.as_ref().filter(|_| !self.settings.options.anonymous) else {
            return Buyer::anonymous();
        };
        let id = session.order_id.as_str();
        let customer = json!({ "customer": NewCustomer { external_id: id, email: email.as_str(), name: email.as_str() } });
        let is_known = match self.post::<Value>(&["customers"], &customer).await {
            Ok(_) => true,
            // An earlier opening of the same order's page made it, perhaps.
            Err(ProviderError::Refused(_)) => self.get::<Value>(&["customers", id], &[]).await.is_ok(),
            Err(ProviderError::Signature(_) | ProviderError::Unavailable(_) | ProviderError::Unknown) => false,
        };
        if is_known { Buyer::identified(id) } else { Buyer::anonymous() }
    }

    /// Flowglad charges what its own price says. One that says otherwise than the catalog is refused before anybody can pay it.
    async fn check_price(&self, price_id: &str, item: &LineItem) -> Result<(), ProviderError> {
        let PriceAnswer { price } = self.get(&["prices", price_id], &[]).await?;
        if price.is_paid(item.every) && price.charges(item.unit_price) {
            return Ok(());
        }
        let (sum, often) = (item.unit_price.exact(), item.every.map_or("once", Interval::adverb));
        Err(ProviderError::Refused(format!(
            "Flowglad's price {price_id} is not {sum} {often}, as the catalog has it: correct one of them"
        )))
    }
}
