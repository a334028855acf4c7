//! Journeys through the real router.
