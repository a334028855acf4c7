"""What can't be read out of the document: from where a request comes, and what of all texts the shop knows.

The contract's schemas allow any text where the shop knows a few: an address to be sent back to, a promo code, a price, what a page of the
list gave as `next`. A request that is made to be accepted gets one of those in its place, and a report its signature. One that is made to be
refused goes as it is.
"""

import atexit
import base64
import hashlib
import hmac
import itertools
import json
import os
import time
import unicodedata
from collections import defaultdict

import schemathesis

BUYER = os.environ["RIBBON_BUYER"]
BACK = os.environ["RIBBON_BACK"]
REPORT_KEY = base64.b64decode(os.environ["RIBBON_MAIL_WEBHOOK_SECRET"].removeprefix("whsec_"))
PROMO_CODES = os.environ["RIBBON_PROMO_CODES"].split()

counted = itertools.count(1)
# What answers told of, for later requests: codes of gifts, those that the buyer can redeem, and cursors of the list.
codes, redeemable, cursors = [], [], []
met = defaultdict(set)


@schemathesis.hook
def before_call(context, case, kwargs):
    count = next(counted)
    # Limits are counted by network, so each request claims one of its own; the shop believes it of this machine.
    case.headers["X-Forwarded-For"] = f"2001:db8:{count >> 16:x}:{count & 0xFFFF:x}::1"
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    # A key belongs to one body, and two requests with the same key seldom have the same body here.
    if "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"{case.headers['Idempotency-Key'][:200]}-{count}"
    if "after" in case.query and case.query["after"] not in cursors:
        case.query = {**case.query, "after": one_of(cursors, count)} if cursors else without(case.query, "after")
    if isinstance(case.body, dict):
        case.body = known(operation_id(case), case.body, count)
    if operation_id(case) == "reportMail":
        sign(case, count)


@schemathesis.hook
def after_call(context, case, response):
    operation = operation_id(case)
    met[operation].add(response.status_code)
    if response.status_code == 200 and operation == "createGiftCheckoutSession":
        answer = response.json()
        codes.append(answer["code"])
        if answer["status"] == "purchased" and case.body["recipient_email"] == BUYER:
            redeemable.append(answer["code"])
    if response.status_code == 200 and operation == "listGifts" and response.json()["next"]:
        cursors.append(response.json()["next"])


@atexit.register
def tell():
    print("\nStatuses met:")
    for operation, statuses in sorted(met.items()):
        print(f"  {operation}: {' '.join(map(str, sorted(statuses)))}")


def sign(case, count):
    """Makes the shop believe a report, whatever it says."""
    case.body = json.dumps(case.body).encode()
    name, at = f"msg_{count}", str(int(time.time()))
    signed = hmac.new(REPORT_KEY, f"{name}.{at}.".encode() + case.body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(signed).decode()}"
    case.headers.update({"webhook-id": name, "webhook-timestamp": at, "webhook-signature": signature})


def known(operation, body, count):
    """The same body, with texts that the shop knows where not every text will do."""
    body = dict(body)
    for name in {"success_url", "cancel_url"} & body.keys():
        body[name] = BACK
    if "promo_code" in body:
        body["promo_code"] = one_of(PROMO_CODES, count)
    if operation == "createGiftCheckoutSession":
        body["recipient_name"] = printed(body["recipient_name"], 80) or "Bea"
        if isinstance(body.get("message"), str):
            body["message"] = printed(body["message"], 500)
        if "price_id" in body:
            body["price_id"] = f"price_{body['tier']}_{int(body['duration_months'])}"
        # Half of the gifts are the buyer's own, so that the one account can redeem them.
        if count % 2:
            body["recipient_email"] = BUYER
    if operation == "redeemGift":
        body["recipient_email"] = BUYER
        if redeemable and count % 4 == 1 and body["code"] not in codes:
            body["code"] = redeemable.pop()
        elif codes and count % 4 == 2:
            body["code"] = one_of(codes, count)
    return body


def printed(text, longest):
    """What can be printed of a text."""
    return "".join(letter for letter in text if not unicodedata.category(letter).startswith("C"))[:longest].strip()


def one_of(things, count):
    return things[count % len(things)]


def without(mapping, name):
    return {key: value for key, value in mapping.items() if key != name}


def operation_id(case):
    return case.operation.definition.raw["operationId"]
