//! Keeps two sandboxes from writing the same files. The system lets go of a lock with the process that held it, however that ended.

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use super::SandboxError;
use super::keys::private_file;

/// Held as long as nobody else may write the files.
pub struct Occupied {
    _locks: Vec<File>,
}

/// Takes a lock beside each of the files: they themselves are replaced at every change.
pub fn occupy<'a>(files: impl Iterator<Item = &'a PathBuf>) -> Result<Occupied, SandboxError> {
    // Files of one name but for the ending share a lock.
    let places: BTreeMap<PathBuf, &PathBuf> = files.map(|file| (file.with_extension("lock"), file)).collect();
    let locks = places.iter().map(|(place, file)| lock(place, file)).collect::<Result<_, _>>()?;
    Ok(Occupied { _locks: locks })
}

fn lock(place: &Path, file: &Path) -> Result<File, SandboxError> {
    let failed = |source| SandboxError::State { path: place.to_owned(), source };
    if let Some(folder) = place.parent() {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let lock = private_file(place).map_err(failed)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(SandboxError::Occupied { path: file.to_owned() }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
