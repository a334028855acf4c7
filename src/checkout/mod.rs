//! The shared checkout core: orders, sessions, and what the payment providers say about them.
//! Nothing here knows what a gift is, how a page looks, or what JSON our own API speaks.
//!
//! A provider is an adapter: private wire structs, and the functions of [`Provider`] that translate them into [`Fact`]s.
//! [`Order::apply`] is where facts have consequences. So another thing to sell needs nothing here, and another provider
//! its own file, its recorded fixtures, and a line below.

mod creem;
mod expandable;
mod flowglad;
mod order;
mod provider;
mod session;
pub mod signatures;
mod stripe;
mod subscription;
mod transport;

pub use creem::{Creem, CreemOptions, CreemSettings};
pub use flowglad::{Buyer, Flowglad, FlowgladOptions, FlowgladSettings, Page, PriceName};
pub use order::{Applied, Order, OrderState, Outcome};
pub use provider::{
    BackUrls, CancelWhen, Capabilities, Fact, LineItem, Mode, NewSession, Notice, OpenSession, PaymentId, PaymentMode, Provider,
    ProviderError, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint, SubscriptionSeen,
    SubscriptionStatus,
};
pub use session::{CheckoutSession, ClientUrls, Opened, Watch};
pub use stripe::{Stripe, StripeOptions, StripeSettings};
pub use subscription::{Subscription, SubscriptionState, Turn};
pub use transport::PROVIDER_TIMEOUT;
#[cfg(test)]
pub(crate) use transport::fake;
