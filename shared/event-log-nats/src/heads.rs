//! Where subjects stand, as far as this process knows: what the chain of the next commit is checked
//! with, without asking each time. A cache: whoever is refused because of it asks the leader.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use event_log::SubjectHead;
use wire::Subject;

/// Subjects remembered at the most, some 20 MB; beyond it all is forgotten and asked for again.
const SUBJECTS_MAX: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct Heads {
    known: Mutex<HashMap<Subject, SubjectHead>>,
}

impl Heads {
    pub(crate) fn of(&self, subject: &Subject) -> Option<SubjectHead> {
        self.known().get(subject).copied()
    }

    pub(crate) fn stands(&self, subject: &Subject, head: SubjectHead) {
        let mut known = self.known();
        if known.len() >= SUBJECTS_MAX {
            known.clear();
        }
        known.insert(subject.clone(), head);
    }

    pub(crate) fn forget(&self, subject: &Subject) {
        self.known().remove(subject);
    }

    /// Nothing panics while it is held, so a poisoned lock guards a whole map.
    fn known(&self) -> MutexGuard<'_, HashMap<Subject, SubjectHead>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
