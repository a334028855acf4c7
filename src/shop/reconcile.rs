//! Orders and subscriptions of which no event came are settled by asking.

use futures::StreamExt as _;

use super::{Fulfilled, Shop};
use crate::checkout::{CheckoutSession, Fact, Subscription};
use crate::error::Cause;
use crate::store::{self, orders, subscriptions};
use crate::values::{CheckoutSessionId, OrderId, Timestamp};
use crate::{Error, Result};

/// What a round asked, and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub questions: Vec<Question>,
}

/// What came of asking about one order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub order_id: OrderId,
    pub answer: Answer,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The order, or what was ordered, is another now: the states' names after it.
    Changed { state: &'static str },
    /// Nothing that was not known.
    Same { state: &'static str },
    /// The provider or the database could not be asked; the error's tag.
    Failed { tag: &'static str },
}

impl Reconciled {
    #[must_use]
    pub const fn asked(&self) -> usize {
        self.questions.len()
    }

    #[must_use]
    pub fn changed(&self) -> usize {
        self.questions.iter().filter(|question| matches!(question.answer, Answer::Changed { .. })).count()
    }

    #[must_use]
    pub fn failed(&self) -> usize {
        self.questions.iter().filter(|question| matches!(question.answer, Answer::Failed { .. })).count()
    }
}

/// What the provider answered about one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub fulfilled: Fulfilled,
    /// Money is on its way and not there yet.
    pub is_under_way: bool,
}

/// How many are taken up at once, and how many of them asked about side by side.
const TAKEN_UP: i64 = 100;
const AT_ONCE: usize = 4;

impl Shop {
    /// Asks the providers about every session and subscription that is due. Servers share the work: whoever moves the next check first has
    /// the turn.
    pub async fn reconcile(&self) -> Result<Reconciled> {
        self.ask_about_all(self.clock.now(), TAKEN_UP).await
    }

    /// The same about everything whose last answer was not final, however short ago that was.
    pub async fn reconcile_everything(&self) -> Result<Reconciled> {
        self.ask_about_all(Timestamp::from_millis(i64::MAX), i64::MAX).await
    }

    async fn ask_about_all(&self, until: Timestamp, limit: i64) -> Result<Reconciled> {
        let (sessions, subscriptions) = {
            let mut connection = self.store.connection().await?;
            let sessions = orders::sessions_to_check(&mut connection, until, limit).await?;
            (sessions, subscriptions::due(&mut connection, until, limit).await?)
        };
        let sessions = futures::stream::iter(sessions).map(|session| self.check_on(session)).buffer_unordered(AT_ONCE);
        let mut answers: Vec<_> = sessions.collect().await;
        let subscriptions = futures::stream::iter(subscriptions).map(|subscription| self.check_on_subscription(subscription));
        answers.extend(subscriptions.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await);
        Ok(Reconciled { questions: answers.into_iter().flatten().collect() })
    }

    /// `None` where another server has the turn.
    async fn check_on(&self, session: CheckoutSession) -> Option<Question> {
        let answer = match self.take_turn(&session).await {
            Ok(true) => self.ask(&session.id).await.map(|asked| asked.fulfilled),
            Ok(false) => return None,
            Err(error) => Err(error),
        };
        Some(self.question(session.order_id, answer).await)
    }

    async fn check_on_subscription(&self, subscription: Subscription) -> Option<Question> {
        let answer = match self.take_subscriptions_turn(&subscription).await {
            Ok(true) => self.ask_about_subscription(&subscription).await,
            Ok(false) => return None,
            Err(error) => Err(error),
        };
        Some(self.question(subscription.order_id, answer).await)
    }

    async fn question(&self, order_id: OrderId, answer: Result<Fulfilled>) -> Question {
        let state = async || {
            let order = orders::find(&mut *self.store.connection().await?, &order_id).await?.ok_or(Error::NotFound)?;
            Ok::<_, Error>(order.state.name())
        };
        let answer = match answer {
            Ok(Fulfilled::Applied) => state().await.map(|state| Answer::Changed { state }),
            Ok(Fulfilled::Noted) => state().await.map(|state| Answer::Same { state }),
            Err(error) => Err(error),
        };
        let answer = answer.unwrap_or_else(|error| {
            tracing::warn!(order = %order_id, tag = error.tag(), cause = ?error.cause(), "an order could not be checked");
            Answer::Failed { tag: error.tag() }
        });
        Question { order_id, answer }
    }

    async fn take_turn(&self, session: &CheckoutSession) -> Result<bool> {
        let mut connection = self.store.connection().await?;
        won(orders::advance_session(&mut connection, session, &session.checking(self.clock.now())).await)
    }

    async fn take_subscriptions_turn(&self, subscription: &Subscription) -> Result<bool> {
        let mut connection = self.store.connection().await?;
        won(subscriptions::advance(&mut connection, subscription, &subscription.asked(self.clock.now())).await)
    }

    /// Asks the provider what became of a session and lets the answer take effect. A session whose opening was cut short is opened again
    /// first, under the same key, to learn what the provider calls it; one past its time, or of an order that was paid otherwise, has lapsed.
    pub(super) async fn ask(&self, id: &CheckoutSessionId) -> Result<Asked> {
        let (session, order) = {
            let mut connection = self.store.connection().await?;
            let session = orders::session(&mut connection, id).await?.ok_or(Error::NotFound)?;
            let order = orders::find(&mut connection, &session.order_id).await?.ok_or(Error::NotFound)?;
            (session, order)
        };
        let provider =
            self.provider(session.provider).ok_or_else(|| Error::internal("the order's provider is no longer configured"))?;
        if session.opened.is_none() && (session.expires_at <= self.clock.now() || !order.awaits_payment()) {
            let fulfilled = self.lapse_unopened(&session.id).await?;
            return Ok(Asked { fulfilled, is_under_way: false });
        }
        let opened = self.open_session(&order, &session).await?;
        let event = provider
            .retrieve(&opened.provider_id, self.clock.now())
            .await
            .map_err(|error| Error::ProviderUnavailable(Cause::from(error)))?;
        let fulfilled = self.fulfil(&event).await?;
        Ok(Asked { fulfilled, is_under_way: event.facts.contains(&Fact::Processing) })
    }

    /// Asks the provider how a subscription stands and lets the answer take effect.
    pub(super) async fn ask_about_subscription(&self, subscription: &Subscription) -> Result<Fulfilled> {
        let provider =
            self.provider(subscription.provider).ok_or_else(|| Error::internal("its provider is no longer configured"))?;
        // Until it is named, its session is what is asked about.
        let Some(id) = &subscription.provider_id else { return Ok(Fulfilled::Noted) };
        let event = provider.retrieve_subscription(id, self.clock.now()).await;
        self.fulfil(&event.map_err(|error| Error::ProviderUnavailable(Cause::from(error)))?).await
    }
}

/// Whether the turn is ours.
fn won(taken: store::Result<()>) -> Result<bool> {
    match taken {
        Ok(()) => Ok(true),
        Err(store::Error::Stale) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
