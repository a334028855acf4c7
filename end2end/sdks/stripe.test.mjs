// Stripe's official library against the sandbox, told nothing but where Stripe is and by which key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import Stripe from 'stripe';
import { openSandbox } from './sandbox.mjs';

let sandbox;
let stripe;

before(async () => {
  sandbox = await openSandbox();
  stripe = library(sandbox.stripe.key);
});
after(() => sandbox?.stop());

function library(key) {
  const { protocol, hostname, port } = new URL(sandbox.stripe.origin);
  return new Stripe(key, { protocol: protocol.slice(0, -1), host: hostname, port: Number(port) });
}

const back = { success_url: 'https://shop.example/thanks?s={CHECKOUT_SESSION_ID}', cancel_url: 'https://shop.example/gift' };

/** A session in mode payment for 49 dollars. */
function gift(changes = {}) {
  const price_data = { currency: 'usd', unit_amount: 4900, product_data: { name: 'Gift & more' } };
  return { mode: 'payment', line_items: [{ quantity: 1, price_data }], ...back, ...changes };
}

/** A session that was paid, with its payment's id. */
async function paid(changes) {
  const session = await stripe.checkout.sessions.create(gift(changes));
  await sandbox.decide(session.url);
  return stripe.checkout.sessions.retrieve(session.id);
}

test('a session is created, paid, and retrieved with what it was asked to bring along', async () => {
  const order = { client_reference_id: 'order_1', metadata: { order: 'order_1' } };
  const session = await stripe.checkout.sessions.create(
    gift({ ...order, customer_email: 'ada@example.com', locale: 'en', payment_intent_data: { metadata: order.metadata } }),
  );
  assert.deepEqual([session.status, session.payment_status, session.amount_total], ['open', 'unpaid', 4900]);
  assert.equal(await sandbox.decide(session.url), `https://shop.example/thanks?s=${session.id}`);
  const expand = ['line_items', 'payment_intent.latest_charge'];
  const whole = await stripe.checkout.sessions.retrieve(session.id, { expand });
  assert.deepEqual([whole.status, whole.payment_status, whole.url], ['complete', 'paid', null]);
  assert.equal(whole.line_items.data[0].description, 'Gift & more');
  assert.deepEqual([whole.payment_intent.metadata.order, whole.payment_intent.latest_charge.amount], ['order_1', 4900]);
  const { data } = await stripe.checkout.sessions.listLineItems(session.id);
  assert.equal(data[0].amount_total, 4900);
});

test('sessions are listed newest first, page by page, and found by their payment', async () => {
  const made = [];
  for (let count = 0; count < 3; count += 1) made.unshift((await stripe.checkout.sessions.create(gift())).id);
  const first = await stripe.checkout.sessions.list({ limit: 2 });
  assert.deepEqual([first.data.map(({ id }) => id), first.has_more], [made.slice(0, 2), true]);
  const next = await stripe.checkout.sessions.list({ limit: 1, starting_after: made[1] });
  assert.equal(next.data[0].id, made[2]);
  const session = await paid();
  const found = await stripe.checkout.sessions.list({ payment_intent: session.payment_intent });
  assert.deepEqual(found.data.map(({ id }) => id), [session.id]);
});

test('an open session is expired once', async () => {
  const { id } = await stripe.checkout.sessions.create(gift());
  assert.equal((await stripe.checkout.sessions.expire(id)).status, 'expired');
  await assert.rejects(stripe.checkout.sessions.expire(id), Stripe.errors.StripeInvalidRequestError);
});

test('a payment is refunded in part, then whole, and then no more', async () => {
  const { payment_intent } = await paid();
  const part = await stripe.refunds.create({ payment_intent, amount: 900 });
  assert.deepEqual([part.status, part.amount], ['succeeded', 900]);
  assert.equal((await stripe.refunds.create({ payment_intent })).amount, 4000);
  await assert.rejects(stripe.refunds.create({ payment_intent }), (error) => {
    assert.ok(error instanceof Stripe.errors.StripeInvalidRequestError);
    return error.code === 'charge_already_refunded';
  });
  const refunds = await stripe.refunds.list({ payment_intent });
  assert.deepEqual(refunds.data.map(({ amount }) => amount), [4000, 900]);
  assert.equal((await stripe.refunds.retrieve(part.id)).payment_intent, payment_intent);
});

test('what an endpoint gets is believed by its own secret, and nothing else is', async () => {
  const url = `${sandbox.webhooks.origin}/my/stripe`;
  const endpoint = await stripe.webhookEndpoints.create({ url, enabled_events: ['checkout.session.completed'] });
  assert.equal((await stripe.webhookEndpoints.retrieve(endpoint.id)).status, 'enabled');
  const session = await paid({ metadata: { who: 'Zoë' } });
  const isIts = ({ data }) => data.object.id === session.id;
  const [hook, ours] = await Promise.all(['/my/stripe', '/webhooks/stripe'].map((path) => sandbox.webhooks.next(path, isIts)));
  const header = hook.headers['stripe-signature'];
  const event = stripe.webhooks.constructEvent(hook.body, header, endpoint.secret);
  assert.deepEqual([event.type, event.data.object.payment_status, event.data.object.metadata.who], ['checkout.session.completed', 'paid', 'Zoë']);
  stripe.webhooks.constructEvent(ours.body, ours.headers['stripe-signature'], sandbox.stripe.webhookSecret);
  const refused = Stripe.errors.StripeSignatureVerificationError;
  for (const [body, secret] of [[`${hook.body} `, endpoint.secret], [hook.body, sandbox.stripe.webhookSecret]]) {
    assert.throws(() => stripe.webhooks.constructEvent(body, header, secret), refused);
  }
  const { data } = await stripe.events.list({ type: 'checkout.session.completed', limit: 1 });
  assert.equal(data[0].id, event.id);
  assert.equal((await stripe.events.retrieve(event.id)).data.object.id, session.id);
  assert.ok((await stripe.webhookEndpoints.list()).data.some(({ id }) => id === endpoint.id));
  assert.equal((await stripe.webhookEndpoints.del(endpoint.id)).deleted, true);
});

test('what the sandbox spoils on purpose is refused by the library', async () => {
  for (const mode of ['missign', 'stale', 'change_bytes', 'unsign']) {
    await sandbox.control({ mode, times: 1 });
    const { id } = await paid();
    const { body, headers } = await sandbox.webhooks.next('/webhooks/stripe', ({ data }) => data.object.id === id);
    const verify = () => stripe.webhooks.constructEvent(body, headers['stripe-signature'] ?? '', sandbox.stripe.webhookSecret);
    assert.throws(verify, Stripe.errors.StripeSignatureVerificationError, mode);
  }
});

test('what is made can be sold', async () => {
  const product = await stripe.products.create({ name: 'Harbour tour', metadata: { kind: 'tour' } });
  const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 2500 });
  assert.equal((await stripe.prices.retrieve(price.id)).product, product.id);
  assert.equal((await stripe.products.retrieve(product.id)).name, 'Harbour tour');
  assert.ok((await stripe.prices.list({ product: product.id })).data.length === 1);
  const session = await stripe.checkout.sessions.create(gift({ line_items: [{ price: price.id, quantity: 2 }] }));
  assert.equal(session.amount_total, 5000);
});

test('the shop\'s catalog is there from the start', async () => {
  const prices = await stripe.prices.list({ limit: 100 });
  assert.ok(prices.data.some(({ recurring }) => recurring === null) && prices.data.some(({ recurring }) => recurring !== null));
  const [price] = prices.data;
  assert.equal((await stripe.products.retrieve(price.product)).id, price.product);
});

test('a coupon lowers the sum, and a code that was typed is looked up', async () => {
  const coupon = await stripe.coupons.create({ percent_off: 25.5, duration: 'once', name: 'Spring' });
  assert.equal((await stripe.coupons.retrieve(coupon.id)).percent_off, 25.5);
  const code = await stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: coupon.id }, code: 'SPRING-26' });
  const { data } = await stripe.promotionCodes.list({ code: 'spring-26', active: true, limit: 1 });
  assert.equal(data[0].id, code.id);
  for (const discount of [{ coupon: coupon.id }, { promotion_code: data[0].id }]) {
    const session = await paid({ discounts: [discount] });
    assert.deepEqual([session.amount_subtotal, session.amount_total, session.total_details.amount_discount], [4900, 3650, 1250]);
  }
  assert.equal((await stripe.promotionCodes.retrieve(code.id)).times_redeemed, 1);
  assert.equal((await stripe.promotionCodes.update(code.id, { active: false })).active, false);
  const unknown = stripe.checkout.sessions.create(gift({ discounts: [{ coupon: 'x' }] }));
  await assert.rejects(unknown, { code: 'resource_missing', param: 'discounts[0][coupon]' });
});

test('metadata is changed key by key', async () => {
  const { id } = await stripe.checkout.sessions.create(gift({ metadata: { a: '1', b: '2' } }));
  const changed = await stripe.checkout.sessions.update(id, { metadata: { a: '', c: '3' } });
  assert.deepEqual(changed.metadata, { b: '2', c: '3' });
});

test('a subscription is taken out, called off, and ended', async () => {
  const { data } = await stripe.prices.list({ type: 'recurring', limit: 1 });
  const metadata = { user_id: 'u1' };
  const asked = { mode: 'subscription', line_items: [{ price: data[0].id, quantity: 1 }], subscription_data: { metadata }, ...back };
  const opened = await stripe.checkout.sessions.create({ ...asked, customer_email: 'ada@example.com' });
  await sandbox.decide(opened.url);
  const session = await stripe.checkout.sessions.retrieve(opened.id, { expand: ['subscription', 'invoice.payments'] });
  const { subscription, invoice } = session;
  assert.deepEqual([session.payment_intent, subscription.status, subscription.metadata], [null, 'active', metadata]);
  assert.ok(subscription.items.data[0].current_period_end > subscription.items.data[0].current_period_start);
  assert.equal(invoice.parent.subscription_details.subscription, subscription.id);
  const ended = await stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
  assert.equal(ended.cancel_at, subscription.items.data[0].current_period_end);
  assert.equal((await stripe.subscriptions.retrieve(subscription.id)).cancel_at_period_end, true);
  const refund = await stripe.refunds.create({ payment_intent: invoice.payments.data[0].payment.payment_intent });
  assert.equal(refund.amount, session.amount_total);
  assert.equal((await stripe.subscriptions.cancel(subscription.id)).status, 'canceled');
  const deleted = ({ type, data: { object } }) => type === 'customer.subscription.deleted' && object.id === subscription.id;
  const hook = await sandbox.webhooks.next('/webhooks/stripe', deleted);
  stripe.webhooks.constructEvent(hook.body, hook.headers['stripe-signature'], sandbox.stripe.webhookSecret);
  assert.equal((await stripe.customers.retrieve(session.customer)).email, 'ada@example.com');
  assert.equal((await stripe.invoices.retrieve(invoice.id)).status, 'paid');
});

test('a dispute is told and can be read', async () => {
  const session = await paid();
  await sandbox.act(session.id, { act: 'dispute' });
  const { data } = await stripe.disputes.list({ payment_intent: session.payment_intent });
  assert.equal((await stripe.disputes.retrieve(data[0].id)).status, 'needs_response');
  await assert.rejects(stripe.refunds.create({ payment_intent: session.payment_intent }), { code: 'charge_disputed' });
});

test('the same idempotency key gets the same answer, and another request by it is refused', async () => {
  const idempotencyKey = 'once';
  const first = await stripe.checkout.sessions.create(gift(), { idempotencyKey });
  const again = await stripe.checkout.sessions.create(gift(), { idempotencyKey });
  assert.equal(again.id, first.id);
  assert.equal(again.lastResponse.headers['idempotent-replayed'], 'true');
  const other = stripe.checkout.sessions.create(gift({ locale: 'de' }), { idempotencyKey });
  await assert.rejects(other, Stripe.errors.StripeIdempotencyError);
});

test('a refusal is an error of the class that the library has for it', async () => {
  const wrongKey = library('sk_test_wrong').checkout.sessions.create(gift());
  await assert.rejects(wrongKey, Stripe.errors.StripeAuthenticationError);
  const unknown = stripe.checkout.sessions.create(gift({ line_items: [{ quantity: 1, price: 'price_x' }] }));
  await assert.rejects(unknown, { code: 'resource_missing', param: 'line_items[0][price]', statusCode: 400 });
  const price_data = { currency: 'usd', unit_amount: 10, product_data: { name: 'Too little' } };
  const tooSmall = stripe.checkout.sessions.create(gift({ line_items: [{ quantity: 1, price_data }] }));
  await assert.rejects(tooSmall, { type: 'StripeInvalidRequestError', code: 'amount_too_small' });
  await assert.rejects(stripe.checkout.sessions.retrieve('cs_test_x'), { statusCode: 404, code: 'resource_missing' });
});
