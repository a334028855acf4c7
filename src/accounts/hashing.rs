//! Hashing passwords with argon2id, off the threads that serve and only a few at once: each takes 19 MiB and a core.

use std::fmt;
use std::sync::Arc;
#[cfg(test)]
use std::sync::atomic::{AtomicUsize, Ordering};

use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Password;
use crate::values::Entropy;
use crate::{Error, Result};

/// How many hashes are computed at once; whoever comes later waits.
const AT_ONCE: usize = 3;
const MEMORY_KIB: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// The hash of 32 random bytes that were thrown away. Compared where there is no password to compare with, it costs the same
/// and never fits.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$1c1+3iNWO2c+qdm/7EPRQQ$1Vw9TgCnhhmendViiAab2I7vgDXvAnUGiJ5G3It+LD8";

/// A password's hash with its salt and parameters, in the PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

/// Hashes and compares; one for the whole shop, because it holds the bound.
#[derive(Clone, Debug)]
pub struct Hasher {
    slots: Arc<Semaphore>,
    #[cfg(test)]
    computed: Arc<AtomicUsize>,
}

impl Default for Hasher {
    fn default() -> Self {
        Self {
            slots: Arc::new(Semaphore::new(AT_ONCE)),
            #[cfg(test)]
            computed: Arc::default(),
        }
    }
}

impl Hasher {
    pub async fn hash(&self, password: &Password, entropy: &dyn Entropy) -> Result<PasswordHash> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let password = password.clone();
        self.run(move |argon2| {
            let hash: argon2::password_hash::phc::PasswordHash = argon2
                .hash_password_with_salt(password.reveal().as_bytes(), &salt)
                .map_err(|error| Error::internal(error.to_string()))?;
            Ok(PasswordHash(hash.to_string()))
        })
        .await
    }

    /// Whether `password` is the one of `hash`. Without a hash it is not, and the answer takes as long.
    pub async fn fits(&self, password: &Password, hash: Option<&PasswordHash>) -> Result<bool> {
        let password = password.clone();
        let has_one = hash.is_some();
        let hash = hash.map_or_else(|| NOBODYS.to_owned(), |hash| hash.0.clone());
        self.run(move |argon2| {
            let hash = argon2::password_hash::phc::PasswordHash::new(&hash).map_err(|error| Error::internal(error.to_string()))?;
            Ok(argon2.verify_password(password.reveal().as_bytes(), &hash).is_ok() && has_one)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce(&Argon2<'static>) -> Result<T> + Send + 'static) -> Result<T> {
        let slot = Arc::clone(&self.slots).acquire_owned().await.map_err(Error::internal)?;
        #[cfg(test)]
        self.computed.fetch_add(1, Ordering::Relaxed);
        let done = spawn_blocking(move || {
            // Held until the work ends, also where whoever asked for it has gone.
            let _slot = slot;
            work(&argon2()?)
        });
        done.await.map_err(Error::internal)?
    }

    /// How many hashes it computed so far.
    #[cfg(test)]
    pub fn computed(&self) -> usize {
        self.computed.load(Ordering::Relaxed)
    }
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| Error::internal(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

impl PasswordHash {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for PasswordHash {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Hidden: a hash in a log is a password to be guessed at leisure.
impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Sevens;
    impl Entropy for Sevens {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[tokio::test]
    async fn a_hash_fits_its_password_alone() {
        let hasher = Hasher::default();
        let hash = hasher.hash(&Password::typed("thirty years and rain"), &Sevens).await.unwrap();
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$BwcHBwcHBwcHBwcHBwcHBw$"), "{}", hash.as_str());
        assert!(hasher.fits(&Password::typed("thirty years and rain"), Some(&hash)).await.unwrap());
        assert!(!hasher.fits(&Password::typed("thirty years and rain "), Some(&hash)).await.unwrap());
        assert!(!hasher.fits(&Password::typed("thirty years and rain"), None).await.unwrap());
        assert_eq!(hasher.computed(), 4, "nobody's password costs a hash as well");
    }

    #[test]
    fn nobodys_hash_costs_what_a_real_one_costs() {
        let nobodys = argon2::password_hash::phc::PasswordHash::new(NOBODYS).unwrap();
        let cost = |params: &Params| (params.m_cost(), params.t_cost(), params.p_cost());
        assert_eq!(cost(&Params::try_from(&nobodys).unwrap()), cost(argon2().unwrap().params()));
        assert_eq!(nobodys.salt.map(|salt| salt.len()), Some(SALT_BYTES));
        assert_eq!(nobodys.hash.map(|hash| hash.len()), Some(Params::DEFAULT_OUTPUT_LEN));
    }

    #[tokio::test]
    async fn only_a_few_are_computed_at_once() {
        let hasher = Hasher::default();
        let all: Vec<_> = (0..8)
            .map(|_| {
                let hasher = hasher.clone();
                tokio::spawn(async move { hasher.fits(&Password::typed("x"), None).await.unwrap() })
            })
            .collect();
        while hasher.slots.available_permits() == AT_ONCE {
            tokio::task::yield_now().await;
        }
        assert!(hasher.computed() <= AT_ONCE, "the others wait");
        for one in all {
            assert!(!one.await.unwrap());
        }
        assert_eq!(hasher.slots.available_permits(), AT_ONCE);
    }
}
