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

test('what the sandbox delivers is believed by the library, and nothing else is', async () => {
  const session = await paid();
  const hook = await sandbox.webhooks.next('/webhooks/stripe', ({ data }) => data.object.id === session.id);
  const header = hook.headers['stripe-signature'];
  const event = stripe.webhooks.constructEvent(hook.body, header, sandbox.stripe.webhookSecret);
  assert.deepEqual([event.type, event.data.object.payment_status], ['checkout.session.completed', 'paid']);
  const refused = Stripe.errors.StripeSignatureVerificationError;
  assert.throws(() => stripe.webhooks.constructEvent(`${hook.body} `, header, sandbox.stripe.webhookSecret), refused);
  assert.throws(() => stripe.webhooks.constructEvent(hook.body, header, 'whsec_another'), refused);
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
