// Flowglad's two official libraries against the sandbox, told nothing but where Flowglad is and by which key.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Flowglad } from '@flowglad/node';
import { FlowgladServer, WebhookVerificationError, verifyWebhook } from '@flowglad/server';
import { openSandbox, until } from './sandbox.mjs';

let sandbox;
let flowglad;

before(async () => {
  sandbox = await openSandbox();
  flowglad = client(sandbox.flowglad.key);
});
after(() => sandbox?.stop());

function client(apiKey) {
  return new Flowglad({ apiKey, baseURL: sandbox.flowglad.origin });
}

const back = { successUrl: 'https://shop.example/thanks', cancelUrl: 'https://shop.example/gift' };
const founder = 'founder-12';
let people = 0;

/** A request for a page where something is sold to whoever comes. */
function sale(changes = {}) {
  return { checkoutSession: { type: 'product', anonymous: true, priceSlug: founder, ...back, ...changes } };
}

/** Somebody new whom Flowglad knows. */
async function customer() {
  people += 1;
  const who = { externalId: `order_${people}`, email: `ada${people}@example.com`, name: 'Ada' };
  return (await flowglad.customers.create({ customer: who })).data.customer;
}

/** A session that was paid: what it led to. */
async function paid(request) {
  const { checkoutSession, url } = await flowglad.checkoutSessions.create(request);
  await sandbox.decide(url);
  const session = (await flowglad.checkoutSessions.retrieve(checkoutSession.id)).checkoutSession;
  const all = (await flowglad.payments.list({ limit: '100' })).data;
  return { session, payment: all.find(({ purchaseId }) => purchaseId === session.purchaseId) };
}

/** A price that is paid every month, of a product of its own. */
async function monthly(unitPrice = 900) {
  const price = { type: 'subscription', intervalUnit: 'month', intervalCount: 1, unitPrice, isDefault: true };
  const { product } = await flowglad.products.create({ product: { name: 'Member' }, price });
  return (await flowglad.products.retrieve(product.id)).defaultPrice;
}

test('a session for whoever comes is created, paid, retrieved and listed', async () => {
  const outputMetadata = { order_id: 'order_x' };
  const opened = await flowglad.checkoutSessions.create(sale({ quantity: 2, outputMetadata, outputName: 'A gift', preserveBillingCycleAnchor: true }));
  const { id, status, expires, createdAt } = opened.checkoutSession;
  assert.deepEqual([status, expires - createdAt, opened.checkoutSession.quantity], ['open', 24 * 60 * 60 * 1000, 2]);
  assert.equal(await sandbox.decide(opened.url), back.successUrl);
  const { checkoutSession } = await flowglad.checkoutSessions.retrieve(id);
  assert.deepEqual([checkoutSession.status, checkoutSession.outputMetadata], ['succeeded', outputMetadata]);
  const { data } = await flowglad.checkoutSessions.list({ limit: '100' });
  assert.ok(data.some((session) => session.id === id));
});

test('a known customer is found on the session, and read, listed and changed', async () => {
  const { externalId, id, email } = await customer();
  const identified = sale({ anonymous: undefined, customerExternalId: externalId });
  const { checkoutSession } = await flowglad.checkoutSessions.create(identified);
  assert.deepEqual([checkoutSession.customerId, checkoutSession.customerEmail], [id, email]);
  const changed = await flowglad.customers.update(externalId, { customer: { name: 'Ada L.' } });
  assert.equal(changed.customer.name, 'Ada L.');
  assert.equal((await flowglad.customers.retrieve(externalId)).customer.email, email);
  assert.ok((await flowglad.customers.list({ limit: '100' })).data.some((row) => row.id === id && row.name === 'Ada L.'));
});

test('products and prices are made, read, changed and sold', async () => {
  const { prices } = { prices: (await flowglad.prices.list({ limit: '100' })).data };
  assert.ok(prices.some(({ slug, type }) => slug === founder && type === 'single_payment'), 'the catalog is there from the start');
  const first = { type: 'single_payment', unitPrice: 700, isDefault: true, slug: 'postcard' };
  const { product } = await flowglad.products.create({ product: { name: 'Postcard', slug: 'a-postcard' }, price: first });
  const dearer = { type: 'single_payment', productId: product.id, unitPrice: 800, isDefault: false, slug: 'postcard-xl' };
  const { price } = await flowglad.prices.create({ price: dearer });
  const whole = await flowglad.products.retrieve(product.id);
  assert.deepEqual([whole.defaultPrice.unitPrice, whole.prices.length], [700, 2]);
  const { payment } = await paid(sale({ priceSlug: undefined, priceId: price.id }));
  assert.equal(payment.amount, 800);
  await flowglad.prices.update(price.id, { price: { id: price.id, type: 'single_payment', isDefault: false, active: false } });
  await assert.rejects(flowglad.checkoutSessions.create(sale({ priceSlug: 'postcard-xl' })), Flowglad.BadRequestError);
  const renamed = await flowglad.products.update(product.id, { product: { id: product.id, name: 'Card', active: true } });
  assert.equal(renamed.product.name, 'Card');
});

test('a payment is refunded in part, then whole, and then no more', async () => {
  const { payment } = await paid(sale());
  assert.deepEqual([payment.status, payment.refunded], ['succeeded', false]);
  const part = await flowglad.payments.refund(payment.id, { partialAmount: 200 });
  assert.deepEqual([part.payment.refundedAmount, part.payment.status], [200, 'succeeded']);
  await flowglad.payments.refund(payment.id, {});
  const { payment: after } = await flowglad.payments.retrieve(payment.id);
  assert.deepEqual([after.refundedAmount, after.refunded, after.status], [payment.amount, true, 'refunded']);
  await assert.rejects(flowglad.payments.refund(payment.id, {}), Flowglad.BadRequestError);
});

test('lists go page by page', async () => {
  for (let count = 0; count < 3; count += 1) await flowglad.checkoutSessions.create(sale());
  const first = await flowglad.checkoutSessions.list({ limit: '2' });
  assert.deepEqual([first.data.length, first.hasMore], [2, true]);
  const second = await flowglad.checkoutSessions.list({ limit: '2', cursor: first.nextCursor });
  assert.ok(second.data.every(({ id }) => first.data.every((row) => row.id !== id)));
});

test('a subscription begins, is to end with its period, goes on after all, and ends', async () => {
  const { externalId, id } = await customer();
  const price = await monthly();
  const { payment } = await paid(sale({ anonymous: undefined, customerExternalId: externalId, priceSlug: undefined, priceId: price.id }));
  const { subscription } = await flowglad.subscriptions.retrieve(payment.subscriptionId);
  assert.deepEqual([subscription.status, subscription.customerId, subscription.interval], ['active', id, 'month']);
  assert.ok((await flowglad.subscriptions.list({ limit: '100' })).data.some((row) => row.id === subscription.id));
  const end = (timing) => flowglad.subscriptions.cancel(subscription.id, { cancellation: { timing } });
  const scheduled = (await end('at_end_of_current_billing_period')).subscription;
  assert.deepEqual([scheduled.status, scheduled.cancelScheduledAt], ['cancellation_scheduled', subscription.currentBillingPeriodEnd]);
  assert.equal((await flowglad.subscriptions.uncancel(subscription.id, { body: {} })).subscription.status, 'active');
  assert.equal((await end('immediately')).subscription.status, 'canceled');
  await assert.rejects(end('immediately'), Flowglad.BadRequestError);
});

test('the library for a shop’s server opens the other pages too', async () => {
  const who = await customer();
  const shop = new FlowgladServer({
    apiKey: sandbox.flowglad.key, baseURL: sandbox.flowglad.origin,
    getRequestingCustomer: async () => ({ externalId: who.externalId, email: who.email, name: who.name }),
  });
  const price = await monthly(500);
  const { url, checkoutSession } = await shop.createCheckoutSession({ priceId: price.id, ...back });
  await sandbox.decide(url);
  const { data } = await flowglad.payments.list({ limit: '100' });
  const { subscriptionId } = data.find(({ customerId }) => customerId === who.id);
  assert.equal(checkoutSession.customerId, who.id);
  const activate = await shop.createActivateSubscriptionCheckoutSession({ targetSubscriptionId: subscriptionId, ...back });
  assert.deepEqual(
    [activate.checkoutSession.type, activate.checkoutSession.targetSubscriptionId], ['activate_subscription', subscriptionId]);
  const added = await shop.createAddPaymentMethodCheckoutSession({ targetSubscriptionId: subscriptionId, ...back });
  assert.equal(added.checkoutSession.type, 'add_payment_method');
  assert.equal(await sandbox.decide(added.url), back.successUrl);
  const all = await flowglad.checkoutSessions.create({
    checkoutSession: { type: 'add_payment_method', customerExternalId: who.externalId, automaticallyUpdateSubscriptions: true, ...back },
  });
  assert.equal(all.checkoutSession.automaticallyUpdateSubscriptions, true);
  const ended = await shop.cancelSubscription({ id: subscriptionId, cancellation: { timing: 'immediately' } });
  assert.equal(ended.subscription.status, 'canceled');
});

test('discounts are made, read and changed', async () => {
  const half = { name: 'Half', code: 'half-off', amount: 50, amountType: 'percent', duration: 'once', active: true };
  const { discount } = await flowglad.discounts.create({ discount: half });
  assert.equal(discount.code, 'HALF-OFF');
  const { id } = discount;
  const less = { id, code: 'half-off', amount: 40, amountType: 'percent', duration: 'once' };
  assert.equal((await flowglad.discounts.update(id, { discount: less })).discount.amount, 40);
  assert.equal((await flowglad.discounts.retrieve(id)).discount.amount, 40);
  assert.ok((await flowglad.discounts.list({ limit: '100' })).data.some((row) => row.id === id));
});

test('what the sandbox delivers is believed by the library, at the endpoint that asked for it and by its secret', async () => {
  const { endpoint, secret } = await register('/hear', ['payment.succeeded']);
  const { payment } = await paid(sale());
  const toShop = await sandbox.webhooks.next('/webhooks/flowglad', ({ id }) => id === payment.id);
  const hook = await sandbox.webhooks.next('/hear', ({ id }) => id === payment.id);
  for (const [{ body, headers }, by] of [[toShop, sandbox.flowglad.webhookSecret], [hook, secret]]) {
    assert.equal(verifyWebhook(body, headers, by).id, payment.id);
    assert.throws(() => verifyWebhook(`${body} `, headers, by), WebhookVerificationError);
    assert.throws(() => verifyWebhook(body, { ...headers, 'svix-id': 'msg_x' }, by), WebhookVerificationError);
  }
  const others = sandbox.webhooks.received.filter(({ path, body }) => path === '/hear' && JSON.parse(body).object !== 'payment');
  assert.deepEqual([others.length, endpoint.filterTypes], [0, ['payment.succeeded']]);
});

test('what the sandbox spoils on purpose is refused by the library', async () => {
  for (const mode of ['missign', 'stale', 'change_bytes', 'unsign']) {
    await sandbox.control({ mode });
    const { payment } = await paid(sale());
    const { body, headers } = await sandbox.webhooks.next('/webhooks/flowglad', ({ id }) => id === payment.id);
    assert.throws(() => verifyWebhook(body, headers, sandbox.flowglad.webhookSecret), WebhookVerificationError, mode);
  }
  await sandbox.control({ mode: 'deliver' });
});

/** The libraries know no webhooks, so they are registered by plain HTTP. */
async function register(path, filterTypes) {
  const webhook = { name: path, url: `${sandbox.webhooks.origin}${path}`, filterTypes, active: true, pricingModelId: 'pricing_model_sandbox' };
  const headers = { authorization: sandbox.flowglad.key, 'content-type': 'application/json' };
  const answer = await fetch(`${sandbox.flowglad.origin}/api/v1/webhooks`, { method: 'POST', headers, body: JSON.stringify({ webhook }) });
  const { webhook: endpoint, secret } = await answer.json();
  return { endpoint, secret };
}

test('a refusal is an error of the class that the library has for it', async () => {
  const wrongKey = client('sk_test_wrong').checkoutSessions.list();
  await assert.rejects(wrongKey, (error) => error instanceof Flowglad.AuthenticationError && /Unauthorized/.test(error.message));
  await assert.rejects(flowglad.checkoutSessions.retrieve('chckt_session_x'), Flowglad.NotFoundError);
  await assert.rejects(flowglad.checkoutSessions.create(sale({ priceSlug: 'nothing' })), Flowglad.NotFoundError);
  await assert.rejects(flowglad.checkoutSessions.create(sale({ successUrl: '/thanks' })), (error) => {
    assert.ok(error instanceof Flowglad.BadRequestError);
    return error.error.code === 'BAD_REQUEST' && error.error.error[0].path.join('.') === 'checkoutSession.successUrl';
  });
  await assert.rejects(flowglad.checkoutSessions.create({ checkoutSession: { ...sale().checkoutSession, type: 'invoice' } }), Flowglad.BadRequestError);
  await assert.rejects(flowglad.customers.retrieve('nobody'), Flowglad.NotFoundError);
});

test('a customer that is not there is made by the library for a shop’s server', async () => {
  const who = { externalId: 'account_1', email: 'grace@example.com', name: 'Grace' };
  const shop = new FlowgladServer({ apiKey: sandbox.flowglad.key, baseURL: sandbox.flowglad.origin, getRequestingCustomer: async () => who });
  const made = await shop.findOrCreateCustomer();
  assert.equal(made.externalId, 'account_1');
  assert.equal((await shop.findOrCreateCustomer()).id, made.id);
  await until('word of the customer came', () => sandbox.webhooks.received.some(({ body }) => JSON.parse(body).id === made.id));
});
