//! The house as a whole: the walls between its rooms.

mod walls;
