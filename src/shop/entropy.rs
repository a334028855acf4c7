//! The one place that takes randomness from the machine.

use rand::Rng as _;

use crate::values::Entropy;

/// The operating system's generator, through one that it seeds per thread.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        #[expect(clippy::disallowed_methods, reason = "this is the randomness that everybody else is handed")]
        rand::rng().fill_bytes(bytes);
    }
}
