-- What is known of a payment before it comes, and which order was made in the stead of one whose buyer turned back.

-- When the provider first said that money is under way; null where it has not.
alter table orders add column under_way_at bigint;
-- The order to which the use of its promo code was taken along.
alter table orders add column replaced_by text references orders (id);

-- The uses of a code that are not paid yet.
create index orders_reserving on orders (promo_code) where state = 'open' and promo_code is not null;
