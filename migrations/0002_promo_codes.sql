-- Promo codes, and which order used one: a use is reserved with the order, and given back when the order can no longer be paid.
create table promo_codes (
    -- What buyers type, in capitals.
    name text primary key,
    -- One of the two.
    percent_off bigint,
    amount_off bigint,
    currency text,
    -- Blank between them; empty for every tier.
    tiers text not null,
    starts_at bigint,
    ends_at bigint,
    uses_max bigint,
    -- How many orders have it that are neither expired nor failed. It is counted by conditional updates, so there is no version.
    uses bigint not null,
    created_at bigint not null
);

alter table orders add column promo_code text references promo_codes (name);

-- The same form sent twice finds the order that was paid at once, because nothing was to pay.
create index orders_free_by_fingerprint on orders (fingerprint, created_at) where total = 0;
