//! A whole shop for one story: the real router over a real database, a clock that stands until it is moved, randomness that is the
//! same every time, and the world outside in memory.

mod browser;
mod cable;
mod log;
mod mail;
mod page;
mod people;
mod program;
mod reports;
mod rows;
mod stripe;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::Request;
use serde_json::Value;
use url::Url;

use crate::catalog::{Brand, Catalog};
use crate::checkout::signatures::stripe_header;
use crate::checkout::{Provider, ProviderName};
use crate::gifts::RefundRule;
use crate::outbox::{ReportSecret, Worker, Writer};
use crate::pages::Shopfront;
use crate::server::{Gate, RouterParts, Site, router};
use crate::shop::testing::{Seeded, StoppedClock};
use crate::shop::{self, Reconciled, Shop};
use crate::store::sessions::Sessions;
use crate::store::testing::Scratch;
use crate::store::{Engine, Store};
use crate::values::{Clock as _, Email, Secret, Secrets, Timestamp, Zone};

pub use browser::{Answer, Browser, SHOP, answer_to};
pub use cable::Cable;
pub use log::Log;
pub use mail::{Mail, Mailboxes};
pub use people::{PASSWORD, Promise};
pub use program::{Program, Reply};
pub use reports::REPORT_SECRET;
pub use stripe::{HOSTED, Says, ScriptedStripe, WEBHOOK_SECRET};

/// Tells one story twice, on each engine: `journey!(a_gift_arrives, async |world: &World| { … });`
macro_rules! journey {
    ($name:ident, $story:expr) => {
        mod $name {
            #[allow(clippy::allow_attributes, unused_imports, reason = "a story may need nothing from around it")]
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                $crate::tests::world::World::tell($crate::store::Engine::Sqlite, $story).await;
            }

            #[tokio::test]
            async fn postgres() {
                $crate::tests::world::World::tell($crate::store::Engine::Postgres, $story).await;
            }
        }
    };
}
pub(super) use journey;

/// The one origin that the operator listed.
pub const PARTNER: &str = "https://partner.example";

pub struct World {
    pub store: Store,
    pub shop: Arc<Shop>,
    pub stripe: Arc<ScriptedStripe>,
    pub mailboxes: Arc<Mailboxes>,
    pub router: Router,
    clock: Arc<StoppedClock>,
    worker: Worker,
    led_to: Arc<Mutex<Vec<String>>>,
}

impl World {
    /// Tells a story in a world of its own. One that ends with mail unsent has told only half of it.
    pub async fn tell(engine: Engine, story: impl AsyncFnOnce(&Self)) {
        let scratch = Scratch::on(engine).await;
        let world = Self::on(scratch.store.clone()).await;
        story(&world).await;
        assert_eq!(world.mail_due().await, [""; 0], "the story ended with mail unsent");
        scratch.store.close().await;
    }

    /// A shop that sells through the scripted Stripe.
    pub async fn on(store: Store) -> Self {
        Self::selling(Catalog::default(), store).await
    }

    /// The same with this for sale.
    pub async fn selling(catalog: Catalog, store: Store) -> Self {
        let stripe = Arc::new(ScriptedStripe::new());
        let provider: Arc<dyn Provider> = Arc::<ScriptedStripe>::clone(&stripe);
        Self::opened(catalog, provider, stripe, believed(), store).await
    }

    /// The same shop where no secret was set by which a report about mail could be believed.
    pub async fn deaf(store: Store) -> Self {
        let stripe = Arc::new(ScriptedStripe::new());
        let provider: Arc<dyn Provider> = Arc::<ScriptedStripe>::clone(&stripe);
        Self::opened(Catalog::default(), provider, stripe, Vec::new(), store).await
    }

    /// A shop that sells through `provider`; `stripe` then only stands by.
    pub async fn selling_through(provider: Arc<dyn Provider>, stripe: Arc<ScriptedStripe>, store: Store) -> Self {
        Self::opened(Catalog::default(), provider, stripe, believed(), store).await
    }

    async fn opened(
        catalog: Catalog,
        provider: Arc<dyn Provider>,
        stripe: Arc<ScriptedStripe>,
        report_secrets: Vec<ReportSecret>,
        store: Store,
    ) -> Self {
        let clock = Arc::new(StoppedClock::at_noon());
        let secrets = Secrets { current: Secret::parse(&"s".repeat(Secret::SHORTEST)).unwrap(), previous: None };
        let (brand, public_url) = (Brand::default(), Url::parse(SHOP).unwrap());
        let shop = Arc::new(Shop::open(shop::Parts {
            store: store.clone(),
            clock: Arc::<StoppedClock>::clone(&clock),
            entropy: Arc::new(Seeded::default()),
            secrets: secrets.clone(),
            brand: brand.clone(),
            catalog,
            zone: Zone::UTC,
            refunds: RefundRule::default(),
            providers: vec![Arc::clone(&provider)],
            selling: ProviderName::Stripe,
            public_url: public_url.clone(),
            report_secrets,
        }));
        let sessions = Sessions::new(store.clone(), Arc::<StoppedClock>::clone(&clock));
        let router = doors(&shop, &brand, sessions).await;
        let mailboxes = Arc::new(Mailboxes::default());
        let writer = Writer {
            store: store.clone(),
            secrets,
            brand,
            zone: Zone::UTC,
            refunds: RefundRule::default(),
            sells_plans: !shop.catalog().plans().is_empty(),
            public_url,
        };
        let mail_from = Email::parse("gifts@ribbon.test").unwrap();
        let mailer = Arc::<Mailboxes>::clone(&mailboxes);
        let worker = Worker { name: "the journey's".to_owned(), writer, mailer, mail_from, providers: vec![provider] };
        Self { store, shop, stripe, mailboxes, router, clock, worker, led_to: Arc::default() }
    }

    pub fn browser(&self) -> Browser {
        Browser::new(self.router.clone(), Arc::clone(&self.led_to))
    }

    /// Every address to which anybody was redirected so far.
    pub fn led_to(&self) -> Vec<String> {
        self.led_to.lock().unwrap().clone()
    }

    /// What codes and links are derived from here.
    pub const fn secrets(&self) -> &Secrets {
        &self.worker.writer.secrets
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn pass(&self, length: Duration) {
        self.clock.pass(length);
    }

    /// It happens at the provider, which tells us by webhook.
    pub async fn provider_says(&self, promise: &Promise, says: Says) {
        self.stripe.happens(&promise.session, says);
        self.webhook(&self.stripe.event(&promise.session, says)).await.is(200);
    }

    /// Delivers an event as Stripe would, signed just now.
    pub async fn webhook(&self, event: &Value) -> Answer {
        let body = event.to_string();
        let signature = stripe_header(WEBHOOK_SECRET, self.now(), body.as_bytes());
        self.webhook_signed(&body, Some(&signature)).await
    }

    pub async fn webhook_signed(&self, body: &str, signature: Option<&str>) -> Answer {
        const PATH: &str = "/webhooks/stripe";
        let mut request = Request::post(PATH).header(http::header::CONTENT_TYPE, "application/json");
        if let Some(signature) = signature {
            request = request.header("stripe-signature", signature);
        }
        answer_to(&self.router, request.body(Body::from(body.to_owned())).unwrap(), PATH).await
    }

    /// The buyer comes back from the payment page by the way of its success URL.
    pub async fn comes_back(&self, promise: &Promise) -> Answer {
        self.browser().opens(self.stripe.session(&promise.session).back.success.as_str()).await
    }

    /// The reconciler's next round, once every session is due.
    pub async fn reconcile(&self) -> Reconciled {
        self.pass(Duration::from_mins(1));
        self.shop.reconcile().await.unwrap()
    }

    /// Sends whatever is due, until nothing is.
    pub async fn send_outbox(&self) {
        while self.worker.work_once(self.now()).await.unwrap() > 0 {}
    }

    /// The last mail to this address.
    #[track_caller]
    pub fn mail_to(&self, email: &str) -> Mail {
        self.mails_to(email).pop().unwrap_or_else(|| panic!("no mail to {email} in {:?}", self.subjects()))
    }

    pub fn mails_to(&self, email: &str) -> Vec<Mail> {
        self.mailboxes.all().into_iter().filter(|mail| mail.to == email).collect()
    }

    /// Who got which mail, in alphabetical order: those of one round go out side by side.
    pub fn subjects(&self) -> Vec<String> {
        let mut subjects: Vec<String> = self.mailboxes.all().iter().map(|mail| format!("{}: {}", mail.to, mail.subject)).collect();
        subjects.sort_unstable();
        subjects
    }
}

fn believed() -> Vec<ReportSecret> {
    vec![ReportSecret::parse(REPORT_SECRET).unwrap()]
}

async fn doors(shop: &Arc<Shop>, brand: &Brand, sessions: Sessions) -> Router {
    let site = Site::find();
    let front = Shopfront {
        brand: brand.clone(),
        catalog: shop.catalog().clone(),
        sandbox_url: None,
        zone: Zone::UTC,
        css_href: site.css_href(),
        accent_sheet: None,
    };
    router(RouterParts {
        shop: Arc::clone(shop),
        front: Arc::new(front),
        site,
        sessions,
        gate: Gate { origin: SHOP.to_owned(), trusted_proxies: Vec::new() },
        allowed_origins: vec![PARTNER.to_owned()],
        checkout_origins: vec![HOSTED.to_owned()],
        is_https: false,
    })
    .await
}
