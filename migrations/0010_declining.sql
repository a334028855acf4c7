-- What a recipient wrote to the giver when they declined a gift.

alter table gifts add column decline_word text;
