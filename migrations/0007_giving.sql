-- How a gift is dressed, when its recipient first saw the card, and what they answered.

-- Gifts from before have the plain card.
alter table gifts add column occasion text not null default 'just_because';
alter table gifts add column opened_at bigint;
alter table gifts add column thanks text;
alter table gifts add column thanked_at bigint;
