//! The verbs: what the shop can do, one file a verb.

mod answers;

pub use answers::*;
