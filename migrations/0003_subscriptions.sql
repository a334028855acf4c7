-- Subscriptions for oneself, as their providers tell of them; the membership time that they pay for stays in subscription_periods.

alter table orders add column every text;
alter table provider_events add column subscription_id text;
create index provider_events_by_subscription on provider_events (provider, subscription_id);

create table subscriptions (
    id text primary key,
    version bigint not null,
    order_id text not null references orders (id),
    account_id text not null references accounts (id),
    tier text not null,
    provider text not null,
    mode text not null,
    -- The provider's own name of it; null until the provider has said it.
    provider_subscription_id text,
    state text not null,
    paid_until bigint,
    ends_at bigint,
    ended_at bigint,
    -- When the provider said so: older word changes nothing.
    as_of bigint,
    -- When the provider is to be asked next; null while its session is asked about, and once it has ended.
    next_check_at bigint,
    -- The membership period that it has opened.
    period_id text references subscription_periods (id),
    created_at bigint not null
);
create unique index subscriptions_by_order on subscriptions (order_id);
create unique index subscriptions_by_provider_id on subscriptions (provider, provider_subscription_id);
create index subscriptions_by_account on subscriptions (account_id, created_at);
create index subscriptions_due on subscriptions (next_check_at);
