-- Who was reminded of a gift that nobody has redeemed, and who wants no reminder. What is kept of a recipient is of the present one.

alter table gifts add column recipient_reminded_at bigint;
alter table gifts add column recipient_stopped_at bigint;
alter table gifts add column giver_reminded_at bigint;
alter table gifts add column giver_stopped_at bigint;
