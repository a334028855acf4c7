-- Whether a recipient lets their giver know when the time runs out, and whose memberships ended before anybody was told of ends.

alter table gifts add column end_told bigint not null default 0;

-- Accounts whose ledger was written by an earlier version. Each is read once, and leaves.
create table ends_to_find (
    account_id text primary key references accounts (id) on delete cascade
);
insert into ends_to_find (account_id)
select account_id from grants
union
select account_id from subscription_periods;
