-- The operator's list of what is held, found without looking at every gift.

create index gifts_held on gifts (held_at, id) where state = 'held';
