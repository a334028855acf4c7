//! The secret that codes and links are derived from: given by the operator, or made once for a shop in test mode.

use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use data_encoding::HEXLOWER;

use super::Settings;
use crate::shop::SystemEntropy;
use crate::store::{self, Store};
use crate::values::{Entropy as _, Secret, Secrets, Timestamp};

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
    match needed(store, settings.clock().now()).await?.into_iter().find(|id| secrets.by_id(id).is_none()) {
        Some(id) => Err(SecretProblem::NotGiven(id)),
        None => Ok(secrets),
    }
}

/// Whether [`load`] would go on. Makes nothing: a secret that is still to be made is needed by no row.
pub async fn check(settings: &Settings, store: &Store, now: Timestamp) -> Result<(), SecretProblem> {
    let file = settings.data.join(FILE);
    let current = match &settings.secret {
        Some(secret) => Some(secret.clone()),
        None if settings.is_in_the_open() => return Err(SecretProblem::Missing),
        None if file.exists() => Some(kept(&file)?),
        None => None,
    };
    let given: Vec<&Secret> = current.iter().chain(&settings.previous_secret).collect();
    match needed(store, now).await?.into_iter().find(|id| given.iter().all(|secret| secret.id() != id)) {
        Some(id) => Err(SecretProblem::NotGiven(id)),
        None => Ok(()),
    }
}

/// The ids of the secrets that gifts and mailed links hang on.
async fn needed(store: &Store, now: Timestamp) -> store::Result<Vec<String>> {
    let mut connection = store.connection().await?;
    let mut ids = store::gifts::secret_ids(&mut connection).await?;
    ids.extend(store::one_time_links::secret_ids(&mut connection, now).await?);
    Ok(ids)
}

fn made_once(file: &Path) -> Result<Secret, SecretProblem> {
    if !file.exists() {
        make(file).map_err(|cause| SecretProblem::File { file: file.display().to_string(), cause })?;
    }
    kept(file)
}

fn kept(file: &Path) -> Result<Secret, SecretProblem> {
    let failed = |cause| SecretProblem::File { file: file.display().to_string(), cause };
    let text = std::fs::read_to_string(file).map_err(failed)?;
    Secret::parse(&text).map_err(|_| SecretProblem::Unreadable(file.display().to_string()))
}

/// Makes the file, whole and on disk before it has its name: what is derived from it outlives any crash, and another server that starts at
/// the same moment finds all of it or nothing. Where that server was faster, its secret holds.
fn make(file: &Path) -> std::io::Result<()> {
    let mut bytes = [0_u8; 32];
    SystemEntropy.fill(&mut bytes);
    let secret = HEXLOWER.encode(&bytes);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    SystemEntropy.fill(&mut bytes);
    let draft = file.with_extension(HEXLOWER.encode(&bytes));
    let mut opened = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&draft)?;
    writeln!(opened, "{secret}")?;
    opened.sync_all()?;
    let named = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match named {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        named => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::testing::{HOME, World, address};
    use crate::store::testing::on_both;

    #[test]
    fn servers_that_start_at_once_share_one_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("data/secret");
        let starts: Vec<_> = (0..8)
            .map(|_| {
                let file = file.clone();
                std::thread::spawn(move || made_once(&file).unwrap().id().to_owned())
            })
            .collect();
        let ids: Vec<String> = starts.into_iter().map(|start| start.join().unwrap()).collect();
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(std::fs::read_dir(folder.path().join("data")).unwrap().count(), 1, "no draft is left");
    }

    on_both!(gifts_and_living_links_name_the_secret_that_they_need, async |store: Store| {
        let world = World::on(store.clone());
        let secret = Secret::parse(&"s".repeat(32)).unwrap();
        let now = world.shop.now();
        assert!(needed(&store, now).await.unwrap().is_empty());
        world.verified("bea@example.com", crate::shop::testing::RAIN).await;
        assert!(needed(&store, world.shop.now()).await.unwrap().is_empty(), "the link that verified is used up");
        world.shop.forgot(&address("bea@example.com"), HOME).await.unwrap();
        assert_eq!(needed(&store, world.shop.now()).await.unwrap(), [secret.id()]);
        world.pass(std::time::Duration::from_hours(1));
        assert!(needed(&store, world.shop.now()).await.unwrap().is_empty(), "it is too old to be used");
        world.gift_mailed_to("bea@example.com").await;
        assert_eq!(needed(&store, world.shop.now()).await.unwrap(), [secret.id()]);
    });
}
