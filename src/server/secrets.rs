//! The secret that codes and links are derived from: given by the operator, or made once for a shop in test mode.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use data_encoding::HEXLOWER;

use super::Settings;
use crate::shop::SystemEntropy;
use crate::store::{self, Store};
use crate::values::{Entropy as _, Secret, Secrets};

const FILE: &str = "secret";

#[derive(Debug, thiserror::Error)]
pub enum SecretProblem {
    #[error(
        "RIBBON_SECRET must be set for a shop that is open to the world: at least 32 random characters, kept as long as its gifts"
    )]
    Missing,
    #[error("{file} can't be written or read: {cause}")]
    File { file: String, cause: std::io::Error },
    #[error("{0} does not hold a secret of ours")]
    Unreadable(String),
    #[error("rows of the database need the secret {0}, which was not given: set it as RIBBON_SECRET or RIBBON_SECRET_PREVIOUS")]
    NotGiven(String),
    #[error("the database can't be read: {0}")]
    Store(#[from] store::Error),
}

/// The secrets in force. Refuses to go on when rows name one that wasn't given: their codes and links could not be made again.
pub async fn load(settings: &Settings, store: &Store) -> Result<Secrets, SecretProblem> {
    let current = match &settings.secret {
        Some(secret) => secret.clone(),
        None if settings.is_in_the_open() => return Err(SecretProblem::Missing),
        None => made_once(&settings.data.join(FILE))?,
    };
    let secrets = Secrets { current, previous: settings.previous_secret.clone() };
    for id in store::gifts::secret_ids(&mut *store.connection().await?).await? {
        if secrets.by_id(&id).is_none() {
            return Err(SecretProblem::NotGiven(id));
        }
    }
    Ok(secrets)
}

fn made_once(file: &Path) -> Result<Secret, SecretProblem> {
    let failed = |cause| SecretProblem::File { file: file.display().to_string(), cause };
    if !file.exists() {
        let mut bytes = [0_u8; 32];
        SystemEntropy.fill(&mut bytes);
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        match opened.and_then(|mut opened| writeln!(opened, "{}", HEXLOWER.encode(&bytes))) {
            // Another server of this shop made it at the same moment.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            done => done.map_err(failed)?,
        }
    }
    let text = std::fs::read_to_string(file).map_err(failed)?;
    Secret::parse(&text).map_err(|_| SecretProblem::Unreadable(file.display().to_string()))
}
