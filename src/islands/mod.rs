//! The few parts of a page that run in the browser. Each is a leaf: the page is whole without it.

mod card_mirror;

pub use card_mirror::{CardMirror, face_class};
