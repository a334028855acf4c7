//! The few parts of a page that run in the browser. Each is a leaf without props, and the page is whole without it.

mod card_mirror;
mod own_clock;

pub use card_mirror::{CardMirror, face_class, giver_class, letter_class};
pub use own_clock::OwnClock;
