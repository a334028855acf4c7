-- What programs need: tokens that end with the sessions of their time, and the keys by which a request is done once.

-- A token that was made before everybody was signed out of its account is over, as a session is.
alter table access_tokens add column session_generation bigint not null default 0;

-- A request that its sender may repeat. Neither the key, nor the body, nor a code that was answered stands in it: the answer is made
-- again from what the request made.
create table idempotency_keys (
    account_id text not null references accounts (id) on delete cascade,
    endpoint text not null,
    key_digest text not null,
    body_digest text not null,
    -- The ids of what it made; null where it was refused.
    made text,
    -- Why it was refused; null where it made something.
    refused text,
    created_at bigint not null,
    primary key (account_id, endpoint, key_digest)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
