-- The shop's first tables: who has an account, what was ordered and paid, the gifts, the time they gave, and what is to be sent.
-- Times are bigint milliseconds UTC, flags bigint 0 or 1, states and ids text; every row that changes has a version.

create table accounts (
    id text primary key,
    version bigint not null,
    email text not null,
    email_key text not null,
    password_hash text,
    role text not null,
    verified_at bigint,
    session_generation bigint not null,
    created_at bigint not null
);
-- An address belongs to the one account that proved its mailbox; any number may have been registered with it.
create unique index accounts_verified_by_email on accounts (email_key) where verified_at is not null;
create index accounts_unverified_by_email on accounts (email_key, created_at) where verified_at is null;

-- The id is a digest: a stolen table opens no session.
create table sessions (
    id text primary key,
    account_id text references accounts (id) on delete cascade,
    data text not null,
    expires_at bigint not null
);
create index sessions_by_account on sessions (account_id);
create index sessions_by_expiry on sessions (expires_at);

-- The token in the mail is derived from the row's id and never stored.
create table one_time_links (
    id text primary key,
    account_id text not null references accounts (id) on delete cascade,
    email text not null,
    purpose text not null,
    new_email text,
    secret_id text not null,
    expires_at bigint not null,
    used_at bigint,
    created_at bigint not null
);
create index one_time_links_by_account on one_time_links (account_id);

create table access_tokens (
    id text primary key,
    account_id text not null references accounts (id) on delete cascade,
    name text not null,
    digest text not null,
    scopes text not null,
    expires_at bigint,
    last_used_at bigint,
    ended_at bigint,
    created_at bigint not null
);
create unique index access_tokens_by_digest on access_tokens (digest);
create index access_tokens_by_account on access_tokens (account_id);

create table orders (
    id text primary key,
    version bigint not null,
    provider text not null,
    mode text not null,
    title text not null,
    unit_price bigint not null,
    quantity bigint not null,
    currency text not null,
    price_ids text not null,
    is_list_price bigint not null,
    total bigint not null,
    list_total bigint not null,
    buyer_name text,
    buyer_email text,
    buyer_email_key text,
    payment_id text,
    refunded bigint not null,
    state text not null,
    paid_at bigint,
    disputed_at bigint,
    disputed_settled bigint not null,
    ended_at bigint,
    fingerprint text,
    created_at bigint not null
);
-- The same form sent twice finds the order that is still open.
create unique index orders_open_by_fingerprint on orders (fingerprint) where state = 'open';
create index orders_by_payment on orders (provider, payment_id);
create index orders_by_buyer on orders (buyer_email_key);

create table checkout_sessions (
    id text primary key,
    version bigint not null,
    order_id text not null references orders (id),
    provider text not null,
    provider_session_id text,
    url text,
    -- Where the buyer goes afterwards, when a program bought and named places of its own; null for the shop's own pages.
    success_url text,
    cancel_url text,
    expires_at bigint not null,
    -- When the provider is to be asked next; null once its answer is final.
    next_check_at bigint,
    checks bigint not null,
    created_at bigint not null
);
create index checkout_sessions_by_order on checkout_sessions (order_id);
create unique index checkout_sessions_by_provider_id on checkout_sessions (provider, provider_session_id);
create index checkout_sessions_due on checkout_sessions (next_check_at);

create table provider_events (
    id text primary key,
    provider text not null,
    mode text not null,
    event_id text,
    kind text not null,
    session_id text,
    payment_id text,
    order_id text references orders (id),
    facts text not null,
    occurred_at bigint not null,
    received_at bigint not null,
    applied_at bigint
);
create unique index provider_events_once on provider_events (provider, event_id);
create index provider_events_by_payment on provider_events (provider, payment_id);

create table gifts (
    id text primary key,
    version bigint not null,
    order_id text not null references orders (id),
    tier text not null,
    months bigint not null,
    recipient_name text not null,
    recipient_email text not null,
    recipient_email_key text not null,
    giver_name text,
    giver_email text,
    giver_email_key text,
    message text,
    generation bigint not null,
    secret_id text not null,
    code_digest text not null,
    delivery text not null,
    delivery_at bigint,
    -- By whose clock the giver chose the day.
    time_zone text,
    state text not null,
    purchased_at bigint,
    held_at bigint,
    hold_reason text,
    redeemed_at bigint,
    redeemed_by text references accounts (id),
    grant_id text,
    ended_at bigint,
    created_at bigint not null
);
create unique index gifts_by_order on gifts (order_id);
create unique index gifts_by_code on gifts (code_digest);
create index gifts_by_recipient on gifts (recipient_email_key, created_at);
create index gifts_by_giver on gifts (giver_email_key, created_at);
create index gifts_by_redeemer on gifts (redeemed_by);
create index gifts_by_secret on gifts (secret_id);

-- Every change of every gift, appended and never rewritten.
create table gift_events (
    gift_id text not null references gifts (id),
    version bigint not null,
    at bigint not null,
    what text not null,
    state text not null,
    delivery text not null,
    primary key (gift_id, version)
);

-- The ledger: a line is written once. What takes it back is a line of its own.
create table grants (
    id text primary key,
    account_id text not null references accounts (id),
    gift_id text references gifts (id),
    tier text not null,
    months bigint not null,
    granted_at bigint not null
);
create unique index grants_by_gift on grants (gift_id);
create index grants_by_account on grants (account_id);

create table grant_voids (
    grant_id text primary key references grants (id),
    voided_at bigint not null
);

create table subscription_periods (
    id text primary key,
    version bigint not null,
    account_id text not null references accounts (id),
    tier text not null,
    opened_at bigint not null,
    closed_at bigint
);
create index subscription_periods_by_account on subscription_periods (account_id);

create table outbox (
    id text primary key,
    version bigint not null,
    kind text not null,
    refs text not null,
    dedupe_key text not null,
    state text not null,
    due_at bigint not null,
    attempts bigint not null,
    leased_by text,
    leased_until bigint,
    last_error text,
    created_at bigint not null,
    done_at bigint
);
create unique index outbox_once on outbox (dedupe_key);
create index outbox_due on outbox (state, due_at);

-- Failures counted against a network address or an account; the bucket is a digest of whom it counts.
create table attempts (
    bucket text primary key,
    failures bigint not null,
    first_at bigint not null,
    expires_at bigint not null
);
create index attempts_by_expiry on attempts (expires_at);
