// Creem's official library against the sandbox, told nothing but where Creem is and by which key.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Creem } from 'creem';
import { APIError, CreemError } from 'creem/models/errors';
import { WebhookVerificationError, constructWebhookEvent, constructWebhookEventEntity, verifyWebhookSignature } from 'creem/webhooks';
import { openSandbox } from './sandbox.mjs';

let sandbox;
let creem;

before(async () => {
  sandbox = await openSandbox();
  creem = library(sandbox.creem.key);
});
after(() => sandbox?.stop());

function library(apiKey) {
  return new Creem({ apiKey, serverURL: sandbox.creem.origin });
}

/** A product of the store's, paid once unless it is told otherwise. */
function product(changes = {}) {
  return creem.products.create({ name: 'Gift', description: 'A gift', price: 4900, currency: 'EUR', billingType: 'onetime', ...changes });
}

function monthly(price = 900) {
  return product({ name: 'Monthly', price, billingType: 'recurring', billingPeriod: 'every-month' });
}

/** A checkout that was paid, as it is asked about afterwards. */
async function paid(request) {
  const { id, checkoutUrl } = await creem.checkouts.create({ successUrl: 'https://shop.example/thanks', ...request });
  await sandbox.decide(checkoutUrl);
  return creem.checkouts.retrieve(id);
}

async function subscribed() {
  const { subscription } = await paid({ productId: (await monthly()).id });
  return subscription.id;
}

/** The pages of a list that hold `count` items. */
async function items(pages, count) {
  const found = [];
  for await (const { result } of await pages) {
    found.push(...result.items);
    if (found.length >= count) break;
  }
  return found;
}

test('a checkout is created with all that it can be asked for, paid, and retrieved', async () => {
  const { id: productId } = await product();
  const checkout = await creem.checkouts.create({
    productId, units: 2, customPrice: 1500, requestId: 'order_1', metadata: { order_id: 'order_1' },
    customer: { email: 'ada@example.com', name: 'Ada' }, successUrl: 'https://shop.example/thanks?order=1',
    customFields: [{ type: 'text', key: 'company', label: 'Company', optional: true, text: { minLength: 1, maxLength: 80 } }],
  });
  assert.deepEqual([checkout.status, checkout.product.id, checkout.customFields[0].key], ['pending', productId, 'company']);
  const back = new URL(await sandbox.decide(checkout.checkoutUrl));
  const whole = await creem.checkouts.retrieve(checkout.id);
  assert.deepEqual([whole.status, whole.requestId, whole.metadata], ['completed', 'order_1', { order_id: 'order_1' }]);
  assert.deepEqual([whole.order.status, whole.order.amount, whole.order.subTotal], ['paid', 3000, 3000]);
  assert.deepEqual([whole.customer.email, whole.customer.name], ['ada@example.com', 'Ada']);
  const added = [...back.searchParams].filter(([name]) => !['order', 'signature'].includes(name)).map(([name, value]) => `${name}=${value}`);
  const signature = createHash('sha256').update([...added, `salt=${sandbox.creem.key}`].join('|')).digest('hex');
  assert.equal(back.searchParams.get('signature'), signature);
  assert.deepEqual([back.searchParams.get('order'), back.searchParams.get('checkout_id')], ['1', checkout.id]);
});

test('products are made once for a key, changed, found and archived', async () => {
  const request = { name: 'Once', description: 'Made once', price: 1000, currency: 'EUR', billingType: 'onetime' };
  const [first, again] = [await creem.products.create(request, 'key'), await creem.products.create(request, 'key')];
  assert.equal(again.id, first.id);
  assert.equal((await creem.products.get(first.id)).price, 1000);
  assert.equal((await creem.products.update(first.id, { price: 2000 })).price, 2000);
  assert.equal((await creem.products.archive(first.id)).status, 'archived');
  const sold = await items(creem.products.search(1, 100, 'active'), 100);
  assert.ok(sold.length >= 6 && sold.every(({ id }) => id !== first.id), 'the catalog is there from the start');
});

test('a discount lowers what is paid, is counted, and is deleted', async () => {
  const { id: productId } = await product();
  const discount = await creem.discounts.create({
    name: 'Half', code: 'HALF', type: 'percentage', percentage: 50, duration: 'once', appliesToProducts: [productId],
  });
  const { order, discount: used } = await paid({ productId, discountCode: 'half' });
  assert.deepEqual([order.amount, order.discountAmount, order.discount, used.discountCode], [2450, 2450, discount.id, 'HALF']);
  assert.equal((await creem.discounts.get(undefined, 'HALF')).redeemCount, 1);
  assert.deepEqual((await items(creem.discounts.search(1, 10, productId), 1)).map(({ id }) => id), [discount.id]);
  assert.equal((await creem.discounts.delete(discount.id)).status, 'deleted');
  await assert.rejects(creem.discounts.get(undefined, 'HALF'), { statusCode: 404 });
  await assert.rejects(creem.checkouts.create({ productId, discountCode: 'HALF' }), { statusCode: 400 });
});

test('a payment is found, given back whole, and then no more', async () => {
  const { order } = await paid({ productId: (await product()).id, customer: { email: 'bob@example.com' } });
  assert.deepEqual((await items(creem.transactions.search(undefined, order.id), 1)).map(({ id }) => id), [order.transaction]);
  assert.equal((await creem.transactions.refund({ transactionId: order.transaction })).status, 'succeeded');
  const transaction = await creem.transactions.getById(order.transaction);
  assert.deepEqual([transaction.status, transaction.refundedAmount], ['refunded', 4900]);
  await assert.rejects(creem.transactions.refund({ transactionId: order.transaction }), { statusCode: 400 });
});

test('one address is one customer, with orders and subscriptions', async () => {
  const customer = await creem.customers.create({ email: 'carl@example.com', name: 'Carl' });
  const { order } = await paid({ productId: (await product()).id, customer: { email: 'carl@example.com' } });
  assert.equal(order.customer, customer.id);
  await paid({ productId: (await monthly()).id, customer: { id: customer.id } });
  assert.equal((await creem.customers.retrieve(undefined, 'carl@example.com')).id, customer.id);
  assert.equal((await creem.customers.getOrders(customer.id)).items.length, 2);
  assert.equal((await creem.customers.listSubscriptions(customer.id)).items.length, 1);
  assert.equal((await creem.customers.update({ customerId: customer.id, name: 'Carl B.' })).name, 'Carl B.');
  assert.ok((await creem.customers.generateBillingLinks({ customerId: customer.id })).customerPortalLink);
});

test('a subscription rests, goes on, changes and ends', async () => {
  const id = await subscribed();
  const begun = await creem.subscriptions.get(id);
  assert.deepEqual([begun.status, begun.product.billingPeriod, begun.canceledAt], ['active', 'every-month', null]);
  assert.equal((await creem.subscriptions.pause(id)).status, 'paused');
  assert.equal((await creem.subscriptions.resume(id)).status, 'active');
  const dearer = await monthly(2000);
  const upgraded = await creem.subscriptions.upgrade(id, { productId: dearer.id });
  assert.deepEqual([upgraded.product.id, upgraded.items[0].productId], [dearer.id, dearer.id]);
  const update = { items: [{ id: upgraded.items[0].id, units: 2 }] };
  assert.equal((await creem.subscriptions.update(id, update)).items[0].units, 2);
  assert.equal((await creem.subscriptions.cancel(id, { mode: 'scheduled', onExecute: 'cancel' })).status, 'scheduled_cancel');
  assert.equal((await creem.subscriptions.resume(id)).status, 'active');
  const ended = await creem.subscriptions.cancel(id, { mode: 'immediate' });
  assert.ok(ended.status === 'canceled' && ended.canceledAt instanceof Date);
  await assert.rejects(creem.subscriptions.cancel(id, { mode: 'immediate' }), { statusCode: 400 });
  assert.ok((await items(creem.subscriptions.search(1, 100), 100)).some((subscription) => subscription.id === id));
});

test('an endpoint that was registered gets every event, and the library believes and reads each', async () => {
  const url = `${sandbox.webhooks.origin}/elsewhere`;
  const { id: endpoint, secret } = await creem.webhooks.create({ url, name: 'Elsewhere' });
  assert.equal((await creem.webhooks.getSecret(endpoint)).secret, secret);
  const checkout = await paid({ productId: (await product()).id, requestId: 'order_ü', customer: { email: 'dora@example.com' } });
  await creem.transactions.refund({ transactionId: checkout.order.transaction });
  const disputed = await paid({ productId: (await product()).id });
  await sandbox.act(disputed.id, { act: 'dispute' });
  const subscription = await subscribed();
  await sandbox.turn(subscription, 'fail_renewal');
  await sandbox.turn(subscription, 'renew');
  await creem.subscriptions.pause(subscription);
  await creem.subscriptions.resume(subscription);
  await creem.subscriptions.cancel(subscription, { mode: 'scheduled' });
  await creem.subscriptions.cancel(subscription, { mode: 'immediate' });

  const kinds = ['checkout.completed', 'refund.created', 'dispute.created', 'subscription.active', 'subscription.paid', 'subscription.past_due',
    'subscription.paused', 'subscription.update', 'subscription.scheduled_cancel', 'subscription.canceled'];
  for (const kind of kinds) {
    const hook = await sandbox.webhooks.next('/elsewhere', ({ eventType }) => eventType === kind);
    await verifyWebhookSignature(hook.body, hook.headers, secret);
    assert.equal((await constructWebhookEvent(hook.body, hook.headers, secret)).type, kind);
    const entity = await constructWebhookEventEntity(hook.body, hook.headers, secret);
    assert.equal(entity.eventType, kind);
    await assert.rejects(verifyWebhookSignature(`${hook.body} `, hook.headers, secret), WebhookVerificationError);
    await assert.rejects(verifyWebhookSignature(hook.body, hook.headers, sandbox.creem.webhookSecret), WebhookVerificationError);
    await assert.rejects(verifyWebhookSignature(hook.body, {}, secret), WebhookVerificationError);
  }
  const own = await sandbox.webhooks.next('/webhooks/creem', ({ object }) => object.request_id === 'order_ü');
  await verifyWebhookSignature(own.body, own.headers, sandbox.creem.webhookSecret);
  assert.equal((await creem.webhooks.update(endpoint, { status: 'disabled' })).status, 'disabled');
  assert.equal((await creem.webhooks.get(endpoint)).url, url);
  await creem.webhooks.delete(endpoint);
  await assert.rejects(creem.webhooks.get(endpoint), { statusCode: 404 });
});

test('what the sandbox spoils on purpose is refused by the library', async () => {
  const { id: productId } = await product();
  // Creem signs no time: what was signed an hour ago is as good as any.
  for (const mode of ['missign', 'change_bytes', 'unsign', 'stale']) {
    await sandbox.control({ mode, times: 1 });
    const { id } = await paid({ productId });
    const { body, headers } = await sandbox.webhooks.next('/webhooks/creem', ({ object }) => object.id === id);
    const verified = verifyWebhookSignature(body, headers, sandbox.creem.webhookSecret);
    await (mode === 'stale' ? verified : assert.rejects(verified, WebhookVerificationError, mode));
  }
});

test('events can be fetched in place of being sent', async () => {
  const { id, secret } = await creem.webhooks.create({ deliveryMode: 'cli', events: ['checkout.completed'] });
  const checkout = await paid({ productId: (await product()).id });
  const { items: waiting } = await creem.webhooks.listPendingEvents(id);
  assert.deepEqual(waiting.map(({ eventType }) => eventType), ['checkout.completed']);
  const [event] = waiting;
  await verifyWebhookSignature(event.body, event.headers, secret);
  assert.equal(JSON.parse(event.body).object.id, checkout.id);
  assert.equal((await creem.webhooks.acknowledgeEvent(id, event.id, { statusCode: 503 })).success, false);
  assert.equal((await creem.webhooks.acknowledgeEvent(id, event.id, { statusCode: 200 })).success, true);
  assert.deepEqual((await creem.webhooks.listPendingEvents(id)).items, []);
  assert.ok((await items(creem.webhooks.list(), 1)).some((endpoint) => endpoint.id === id));
});

test('a refusal is an error of the class that the library has for it, and says why', async () => {
  const refused = (status, word) => (error) => {
    assert.ok(error instanceof APIError && error instanceof CreemError, String(error));
    const { status: told, message, trace_id } = JSON.parse(error.body);
    assert.deepEqual([error.statusCode, told, typeof trace_id], [status, status, 'string']);
    return message.some((sentence) => sentence.includes(word));
  };
  await assert.rejects(library('creem_test_wrong').checkouts.create({ productId: 'prod_x' }), refused(403, 'key'));
  await assert.rejects(creem.checkouts.create({ productId: 'prod_x' }), refused(404, 'Product'));
  const { id: productId } = await product();
  await assert.rejects(creem.checkouts.create({ productId, customPrice: 99 }), refused(400, 'custom_price'));
  await assert.rejects(creem.checkouts.create({ productId: (await monthly()).id, customPrice: 500 }), refused(400, 'one-time'));
  await assert.rejects(creem.checkouts.retrieve('ch_x'), refused(404, 'Checkout'));
  await assert.rejects(creem.subscriptions.get('sub_x'), refused(404, 'Subscription'));
});
