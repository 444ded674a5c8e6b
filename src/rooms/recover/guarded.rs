//! The guarded files that services need: brought back before these are started.

use std::path::{Path, PathBuf};

use super::facts::{Crew, Subject};
use crate::model::healing::{Standing, Terms};
use crate::rooms::guard;
use crate::sys::clock;

impl Crew {
    /// The files that this service needs, are broken and can be brought back
    /// now, each with what is the matter; none while it is `ready`.
    #[must_use]
    pub fn broken(&self, subject: &Subject, ready: bool) -> Vec<(PathBuf, String)> {
        if ready {
            return Vec::new();
        }
        let own_sshd = self.own_sshd.get() == Some(subject);
        let guards = guard::of_service(&self.config, &subject.service.name, own_sshd);
        let broken = guards.filter_map(|one| {
            let matter = guard::broken(one, &self.around, &self.config, clock::now())?;
            Some((one.path.clone(), matter))
        });
        broken.collect()
    }

    /// Brings such a file back.
    ///
    /// # Errors
    /// Why it does not stand there again.
    pub fn restore(&self, path: &Path) -> Result<(), String> {
        let mut guards = self.config.guards.iter();
        let guard = guards.find(|guard| guard.path == path);
        let guard = guard.ok_or("it is not guarded any more")?;
        let terms = Terms::default();
        let item =
            guard::look_after_one(guard, &self.around, &self.config, &terms, clock::now()).item;
        match item.standing {
            Standing::Healed | Standing::Fine => Ok(()),
            _ => Err(format!("`{}`: {}", self.around.shown(path), item.public)),
        }
    }
}
