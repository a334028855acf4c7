-- Webhooks whose signature did not fit, counted by provider, reason and day: whoever sends a million of them makes no million rows.

create table refused_webhooks (
    provider text not null,
    reason text not null,
    -- Days since 1970 by UTC.
    day bigint not null,
    times bigint not null,
    last_at bigint not null,
    primary key (provider, reason, day)
);
