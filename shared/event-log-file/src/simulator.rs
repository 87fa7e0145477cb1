//! A file system in memory that loses power on demand: what was synced stays, what was not may
//! stay, be cut short, or end in zeros or noise (bytes that no text has).
//!
//! Invariants: after the power is cut, handles and locks of before are dead; the seed decides what
//! is lost, so a failure can be played again. Deliberately absent: bytes that reach the disk out of
//! order within one append (file systems grow a file only over what they have written), and errors
//! other than the loss of power.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::layer::{AppendFile, FileLayer, Lock};

/// Files in memory, some of them not yet on the simulated disk. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct SimulatedFiles {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// How often the power was cut: handles of another time are dead.
    boots: u64,
    /// Changes that are still made before the power goes; none for any number.
    changes_left: Option<u64>,
    dark: bool,
    dirs: BTreeSet<PathBuf>,
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    names_on_disk: BTreeMap<PathBuf, usize>,
    locked: BTreeSet<PathBuf>,
}

#[derive(Debug, Default)]
struct Content {
    now: Vec<u8>,
    on_disk: Vec<u8>,
}

/// A generator of numbers, enough for choosing what is lost (xorshift).
#[derive(Debug)]
struct Choice(u64);

impl Choice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap_or(0) % bound.max(1)
    }
}

impl SimulatedFiles {
    /// Lets the power go after so many more changes (writes, syncs, renames); the one that it goes
    /// at is done in part.
    pub fn lose_power_after(&self, changes: u64) {
        self.state().changes_left = Some(changes);
    }

    /// Cuts the power and brings it back: what was not on the disk is lost in whole or in part, as
    /// the seed says.
    pub fn power_cut(&self, seed: u64) {
        let mut choice = Choice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        let mut state = self.state();
        let State { names, names_on_disk, files, .. } = &mut *state;
        let all: BTreeSet<PathBuf> = names.keys().chain(names_on_disk.keys()).cloned().collect();
        for path in all {
            // A name that was not synced may have come to the disk all the same.
            let kept = if choice.below(2) == 0 { names.get(&path) } else { names_on_disk.get(&path) };
            match kept.copied() {
                Some(file) => names_on_disk.insert(path, file),
                None => names_on_disk.remove(&path),
            };
        }
        *names = names_on_disk.clone();
        files.iter_mut().for_each(|file| file.lose(&mut choice));
        state.locked.clear();
        state.boots += 1;
        state.changes_left = None;
        state.dark = false;
    }

    /// The content of a file, to look at.
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state();
        state.names.get(path).map(|file| state.files[*file].now.clone())
    }

    /// Puts other bytes into a file, as damage or another program would; none removes it.
    pub fn tamper(&self, path: &Path, content: Option<Vec<u8>>) {
        let mut state = self.state();
        let Some(now) = content else {
            state.names.remove(path);
            state.names_on_disk.remove(path);
            return;
        };
        state.files.push(Content { on_disk: now.clone(), now });
        let file = state.files.len() - 1;
        state.names.insert(path.to_owned(), file);
        state.names_on_disk.insert(path.to_owned(), file);
    }

    /// All files, to look at or to compare.
    pub fn contents(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let state = self.state();
        state.names.iter().map(|(path, file)| (path.clone(), state.files[*file].now.clone())).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Content {
    fn lose(&mut self, choice: &mut Choice) {
        if let Some(unsynced) = self.now.strip_prefix(&*self.on_disk) {
            let kept = choice.below(unsynced.len() + 1);
            let blank = choice.below(unsynced.len() - kept + 1);
            let mut survived = unsynced[..kept].to_vec();
            match choice.below(3) {
                0 => {}
                1 => survived.extend(std::iter::repeat_n(0, blank)),
                _ => survived.extend((0..blank).map(|_| 128 + choice.below(128) as u8)),
            }
            self.on_disk.extend(survived);
        } else if choice.below(2) == 0 {
            self.on_disk = self.now.clone();
        }
        self.now = self.on_disk.clone();
    }
}

impl State {
    fn file(&self, path: &Path) -> io::Result<usize> {
        self.lit()?;
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn lit(&self) -> io::Result<()> {
        if self.dark { Err(io::Error::other("the power is gone")) } else { Ok(()) }
    }

    /// Counts a change; says whether it is the one at which the power goes.
    fn change(&mut self) -> io::Result<bool> {
        self.lit()?;
        self.dark = self.changes_left == Some(0);
        self.changes_left = self.changes_left.map(|left| left.saturating_sub(1));
        Ok(self.dark)
    }

    fn append(&mut self, file: usize, bytes: &[u8]) -> io::Result<()> {
        let kept = if self.change()? { bytes.len() / 2 } else { bytes.len() };
        self.files[file].now.extend_from_slice(&bytes[..kept]);
        self.lit()
    }

    fn sync_file(&mut self, file: usize) -> io::Result<()> {
        if !self.change()? {
            let content = &mut self.files[file];
            content.on_disk = content.now.clone();
        }
        self.lit()
    }

    fn sync_names(&mut self, dir: &Path) -> io::Result<()> {
        if !self.change()? {
            self.names_on_disk.retain(|path, _| path.parent() != Some(dir));
            let synced = self.names.iter().filter(|(path, _)| path.parent() == Some(dir));
            self.names_on_disk.extend(synced.map(|(path, file)| (path.clone(), *file)));
        }
        self.lit()
    }

    fn make(&mut self, path: &Path) -> io::Result<usize> {
        self.change()?;
        self.lit()?;
        self.files.push(Content::default());
        let file = self.files.len() - 1;
        self.names.insert(path.to_owned(), file);
        Ok(file)
    }
}

impl FileLayer for SimulatedFiles {
    fn create_dir_all(&self, dir: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.lit()?;
        state.dirs.extend(dir.ancestors().map(Path::to_owned));
        Ok(())
    }

    fn names(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        state.lit()?;
        if !state.dirs.contains(dir) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let here = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(here.filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned()).collect())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.state().sync_names(dir)
    }

    fn length(&self, path: &Path) -> io::Result<Option<u64>> {
        let state = self.state();
        state.lit()?;
        Ok(state.names.get(path).map(|file| state.files[*file].now.len() as u64))
    }

    fn read(&self, path: &Path, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        let state = self.state();
        let content = &state.files[state.file(path)?].now;
        let skipped = usize::try_from(offset).map_err(io::Error::other)?;
        let count = usize::try_from(bytes_max).map_err(io::Error::other)?;
        Ok(content.iter().skip(skipped).take(count).copied().collect())
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        let file = state.file(path)?;
        state.sync_file(file)
    }

    fn truncate(&self, path: &Path, length: u64) -> io::Result<()> {
        let mut state = self.state();
        let file = state.file(path)?;
        let gone = state.change()?;
        state.files[file].now.truncate(usize::try_from(length).map_err(io::Error::other)?);
        if !gone {
            let content = &mut state.files[file];
            content.on_disk = content.now.clone();
        }
        state.lit()
    }

    fn open_append(&self, path: &Path) -> io::Result<Box<dyn AppendFile>> {
        let mut state = self.state();
        let file = match state.names.get(path) {
            Some(file) => *file,
            None => state.make(path)?,
        };
        Ok(Box::new(SimulatedAppendFile { files: self.clone(), boots: state.boots, file }))
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut state = self.state();
        let beside = path.with_added_extension("tmp");
        let file = state.make(&beside)?;
        state.append(file, content)?;
        state.sync_file(file)?;
        state.change()?;
        state.lit()?;
        state.names.remove(&beside);
        state.names.insert(path.to_owned(), file);
        path.parent().map_or(Ok(()), |dir| state.sync_names(dir))
    }

    fn try_lock(&self, path: &Path, _holder: &str) -> io::Result<Lock> {
        let mut state = self.state();
        state.lit()?;
        if !state.locked.insert(path.to_owned()) {
            return Ok(Lock::Busy("another writer of the simulation".to_owned()));
        }
        let guard = SimulatedLock { files: self.clone(), boots: state.boots, path: path.to_owned() };
        Ok(Lock::Held(Box::new(guard)))
    }
}

struct SimulatedAppendFile {
    files: SimulatedFiles,
    boots: u64,
    file: usize,
}

impl SimulatedAppendFile {
    fn alive(&self) -> io::Result<MutexGuard<'_, State>> {
        let state = self.files.state();
        if state.boots == self.boots { Ok(state) } else { Err(io::Error::other("the power was gone")) }
    }
}

impl AppendFile for SimulatedAppendFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.alive()?.append(self.file, bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.alive()?.sync_file(self.file)
    }
}

struct SimulatedLock {
    files: SimulatedFiles,
    boots: u64,
    path: PathBuf,
}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        let mut state = self.files.state();
        if state.boots == self.boots {
            state.locked.remove(&self.path);
        }
    }
}
