-- Whether a mail is the last one of its kind about the same things, for whoever reports on it later.

create index outbox_by_refs on outbox (refs, kind);
