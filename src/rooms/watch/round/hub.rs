//! What the watcher hears from the hub and says to it between two rounds.

use super::Rounds;
use crate::model::node::Platform;
use crate::rooms::health::heard::Heard;
use crate::sys::host;

impl Rounds<'_> {
    /// What the hub said of others.
    pub(super) fn hear_others(&mut self) -> Vec<Heard> {
        let moment = host::moment();
        let heard = self.shared.listen(&moment, &self.state, &self.config);
        for complaint in self.shared.complaints() {
            self.complain("hub", complaint);
        }
        heard
    }

    /// Says to the hub what it does not know of us.
    pub(super) fn share(&mut self) {
        let platform = match () {
            () if self.around.termux() => Some(Platform::Termux),
            () if cfg!(target_os = "macos") => Some(Platform::Macos),
            () if cfg!(target_os = "linux") => Some(Platform::Linux),
            () => None,
        };
        self.shared.share(&self.state, &self.name, platform);
    }
}
