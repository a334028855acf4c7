-- Which subscription for oneself an account has chosen: what its checkout sells.

alter table accounts add column plan text not null default 'member';
