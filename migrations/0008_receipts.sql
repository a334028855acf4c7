-- What a receipt must say for good, and which code a change of a gift was about.

-- The tax that was in the price when it was agreed: its name, and its rate in thousandths of a percent. Orders from before state none.
alter table orders add column tax_name text;
alter table orders add column tax_rate bigint;
-- What came, in minor units, where it is known.
alter table orders add column paid bigint;
alter table orders add column paid_currency text;

-- Null for changes from before.
alter table gift_events add column generation bigint;
