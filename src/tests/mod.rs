//! The house as a whole: stories told through the real router on both engines, and the walls between its rooms.

mod access_tokens;
mod answering;
mod api;
mod bad_input;
mod buying;
mod changing;
mod delivering;
mod doubting;
mod dry_runs;
mod ending;
mod ledger;
mod oneself;
mod outages;
mod paying;
mod printing;
mod promo_codes;
mod redeeming;
mod registering;
mod reminding;
mod repeating;
mod scanners;
mod secrets;
pub mod specs;
mod subscribing;
mod taking_back;
mod walls;
mod world;
