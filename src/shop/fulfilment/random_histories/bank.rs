//! A payment provider that holds the truth about money, and tells of it in the manner of one of the three. What it says goes out as
//! notices, which a history delivers, repeats, delays or loses. Knows nothing of gifts.

use std::sync::{Mutex, MutexGuard};

use async_trait::async_trait;
use http::HeaderMap;
use url::Url;

use super::page::{Deed, Fate, Page, PageState};
use super::telling::{Told, answer, flowglads_answer, is_known_to, is_of_money_moved, told};
use crate::checkout::{
    BackUrls, CancelWhen, Capabilities, Fact, Mode, NewSession, Notice, OpenSession, Order, PaymentId, Provider, ProviderError,
    ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use crate::values::{Money, OrderId, Timestamp};

const GENUINE: &str = "genuine";

pub struct Bank {
    manner: ProviderName,
    books: Mutex<Books>,
}

#[derive(Default)]
pub struct Books {
    pub pages: Vec<Page>,
    pub notices: Vec<Sent>,
    /// Every payment that the shop gave back, and the key under which it asked.
    pub given_back: Vec<(PaymentId, String)>,
    /// How many calls are still left without an answer.
    silence: u32,
    payments: usize,
    last_asked_at: Option<Timestamp>,
}

/// A notice that has left the provider.
pub struct Sent {
    pub notice: Notice,
    pub page: usize,
    /// The only word of it: the provider repeats it for as long as it takes, and nobody asks.
    pub must_arrive: bool,
    /// What it came to say when it was completed first.
    said: Vec<Fact>,
    pub is_heard: bool,
}

impl Bank {
    pub fn in_the_manner_of(manner: ProviderName) -> Self {
        Self { manner, books: Mutex::default() }
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    pub fn be_silent(&self, calls: u32) {
        self.books().silence = calls;
    }

    /// Does it at that page, and sends out what a provider of this manner tells of it. Says whether it could be done.
    pub fn happen(&self, place: usize, deed: Deed, now: Timestamp) -> bool {
        let mut books = self.books();
        let number = books.payments + 1;
        let page = &mut books.pages[place];
        let is_late = page.is_final(now) && deed == Deed::PayAfterAll;
        if !is_known_to(self.manner, deed) || !page.happen(deed, now, || PaymentId(format!("pay_{number}"))) {
            return false;
        }
        page.is_known = false;
        let told = told(self.manner, page, deed);
        let order = page.order.clone();
        books.payments = number;
        if let Some(Told { has_session, payment, facts, is_complete }) = told {
            let id = format!("evt_{}", books.notices.len());
            let of_attempt = format!("attempt_{number}");
            let payment = payment.or_else(|| (deed == Deed::Decline).then_some(PaymentId(of_attempt)));
            let event = ProviderEvent {
                event_id: Some(id.clone()),
                session: has_session.then(|| called(place)),
                payment,
                facts: facts.clone(),
                ..self.event(Some(order), now)
            };
            let must_arrive = is_late || is_of_money_moved(deed);
            let notice = Notice { event, incomplete: (!is_complete).then_some(id) };
            books.notices.push(Sent { notice, page: place, must_arrive, said: Vec::new(), is_heard: false });
        }
        true
    }

    /// The headers and the body by which a notice arrives.
    pub fn signed(number: usize, is_genuine: bool) -> (HeaderMap, Vec<u8>) {
        let mut headers = HeaderMap::new();
        headers.insert("signature", if is_genuine { GENUINE } else { "forged" }.parse().unwrap());
        (headers, number.to_string().into_bytes())
    }

    fn event(&self, order_id: Option<OrderId>, now: Timestamp) -> ProviderEvent {
        ProviderEvent {
            provider: self.manner,
            mode: Mode::Test,
            event_id: None,
            kind: "told".to_owned(),
            session: None,
            payment: None,
            subscription: None,
            order_id,
            occurred_at: now,
            facts: Vec::new(),
        }
    }
}

impl Books {
    /// The page at whose payment somebody points, with that payment's money.
    pub fn page_of(&self, payment: &PaymentId) -> Option<&Page> {
        self.pages.iter().find(|page| page.money().is_some_and(|money| money.id == *payment))
    }

    pub fn pages_of<'a>(&'a self, order: &'a OrderId) -> impl Iterator<Item = &'a Page> {
        self.pages.iter().filter(move |page| page.order == *order)
    }

    pub fn fate(&self, payment: &PaymentId) -> Option<Fate> {
        self.page_of(payment).and_then(Page::fate)
    }

    /// Where the money of an order is at last, by the payment that settled it; `None` where none did. What costs nothing is paid by that.
    pub fn fate_of(&self, order: &Order) -> Option<Fate> {
        let settled_by = order.payment.as_ref().and_then(|payment| self.fate(payment));
        settled_by.or_else(|| order.total.is_zero().then_some(Fate::Stays))
    }

    /// Whether the shop took in a notice about this payment that says so.
    pub fn is_told(&self, payment: &PaymentId, says: impl Fn(&Fact) -> bool) -> bool {
        let of_payment = |sent: &&Sent| sent.notice.event.payment.as_ref() == Some(payment);
        self.notices.iter().filter(|sent| sent.is_heard).filter(of_payment).any(|sent| sent.said.iter().any(&says))
    }

    fn answers(&mut self) -> Result<(), ProviderError> {
        match self.silence {
            0 => Ok(()),
            left => {
                self.silence = left - 1;
                Err(ProviderError::Unavailable("no answer".into()))
            }
        }
    }
}

fn called(place: usize) -> ProviderSessionId {
    ProviderSessionId(format!("cs_{place}"))
}

/// Where the page of that address stands in the books.
pub fn place_of(url: &Url) -> usize {
    url.path().trim_start_matches("/cs_").parse().unwrap()
}

fn place_of_session(session: &ProviderSessionId) -> Result<usize, ProviderError> {
    session.0.trim_start_matches("cs_").parse().map_err(|_| ProviderError::Unknown)
}

fn opened(place: usize, page: &Page) -> OpenSession {
    let url = format!("https://pay.example/cs_{place}").parse().unwrap();
    OpenSession { provider_id: called(place), url, expires_at: Some(page.expires_at) }
}

#[async_trait]
impl Provider for Bank {
    fn name(&self) -> ProviderName {
        self.manner
    }

    fn mode(&self) -> Mode {
        Mode::Test
    }

    fn capabilities(&self) -> Capabilities {
        let (is_stripe, is_flowglad) = (self.manner == ProviderName::Stripe, self.manner == ProviderName::Flowglad);
        Capabilities {
            own_price: !is_flowglad,
            partial_refund: self.manner != ProviderName::Creem,
            cancel_session: is_stripe,
            refund_events: !is_flowglad,
            dispute_ends: is_stripe,
        }
    }

    fn can_charge(&self, _: Money) -> bool {
        true
    }

    fn checkout_origins(&self) -> Vec<String> {
        Vec::new()
    }

    /// Only Stripe can tell that it has opened this one before. The page is there also where the answer is lost.
    async fn open(&self, session: &NewSession, _: &BackUrls) -> Result<OpenSession, ProviderError> {
        let mut books = self.books();
        let same = books.pages.iter().position(|page| page.session == session.id);
        let place = if let Some(place) = same.filter(|_| self.manner == ProviderName::Stripe) {
            place
        } else {
            let price = session.line_items[0].unit_price;
            let (expires_at, state) = (session.expires_at, PageState::Open);
            let (session, order) = (session.id.clone(), session.order_id.clone());
            let (payment, is_shown, is_known) = (None, false, false);
            books.pages.push(Page { session, order, price, expires_at, state, payment, is_shown, is_known });
            books.pages.len() - 1
        };
        books.answers()?;
        Ok(opened(place, &books.pages[place]))
    }

    fn read(&self, headers: &HeaderMap, body: &[u8], _: Timestamp) -> Result<Notice, ProviderError> {
        if headers["signature"] != GENUINE {
            return Err(ProviderError::Signature("it is forged"));
        }
        let number: usize = std::str::from_utf8(body).unwrap().parse().unwrap();
        Ok(self.books().notices[number].notice.clone())
    }

    fn return_hint(&self, _: &ProviderSessionId, _: &str) -> ReturnHint {
        ReturnHint::None
    }

    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let mut books = self.books();
        let Notice { mut event, incomplete } = notice;
        let sent = books.notices.iter().position(|sent| sent.notice.event.event_id == event.event_id).unwrap();
        if incomplete.is_some() {
            books.answers()?;
            let payment = books.pages[books.notices[sent].page].payment.clone();
            match payment.filter(|payment| Some(&payment.id) == event.payment.as_ref()) {
                Some(payment) if self.manner == ProviderName::Stripe => event.facts = payment.dispute.into_iter().collect(),
                Some(payment) => event.facts = flowglads_answer(&books.pages[books.notices[sent].page], &payment),
                None => {}
            }
        }
        // A repeat is known by its id, whatever it would say by now.
        if books.notices[sent].said.is_empty() {
            books.notices[sent].said.clone_from(&event.facts);
        }
        Ok(event)
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let mut books = self.books();
        books.answers()?;
        books.last_asked_at = Some(now);
        let place = place_of_session(session)?;
        let page = &mut books.pages[place];
        page.is_known = page.is_final(now);
        Ok(ProviderEvent {
            session: Some(called(place)),
            payment: page.payment.as_ref().map(|payment| payment.id.clone()),
            facts: answer(self.manner, page, now),
            ..self.event(Some(page.order.clone()), now)
        })
    }

    async fn cancel(&self, session: &ProviderSessionId) -> Result<(), ProviderError> {
        let asked_at = {
            let mut books = self.books();
            books.answers()?;
            books.last_asked_at.unwrap_or(Timestamp::from_seconds(0))
        };
        self.happen(place_of_session(session)?, Deed::Expire, asked_at);
        Ok(())
    }

    async fn refund(&self, payment: &PaymentId, _: Refund, key: &str) -> Result<(), ProviderError> {
        let (place, asked_at) = {
            let mut books = self.books();
            books.answers()?;
            let asked = (payment.clone(), key.to_owned());
            if books.given_back.contains(&asked) {
                return Ok(());
            }
            books.given_back.push(asked);
            let place = books.pages.iter().position(|page| page.money().is_some_and(|money| money.id == *payment));
            (place.ok_or(ProviderError::Unknown)?, books.last_asked_at.unwrap_or(Timestamp::from_seconds(0)))
        };
        self.happen(place, Deed::RefundRest, asked_at);
        Ok(())
    }

    async fn retrieve_subscription(&self, _: &ProviderSubscriptionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        Err(ProviderError::Unknown)
    }

    async fn cancel_subscription(&self, _: &ProviderSubscriptionId, _: CancelWhen) -> Result<(), ProviderError> {
        Err(ProviderError::Unknown)
    }
}
