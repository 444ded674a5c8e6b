//! What of it all is kept for months.

use super::Rounds;
use crate::rooms::health::heard::Heard;

impl Rounds<'_> {
    /// Takes in what was heard, as it was judged.
    pub(super) fn remember(&mut self, heard: &[Heard], full: bool) {
        self.recording
            .take(heard, &self.state, &self.name, self.around);
        self.foresight
            .saw(heard, &self.state, &self.config, &self.name);
        if full {
            self.recording.full();
        }
    }

    /// Hands over what is due.
    pub fn hand_over(&mut self) {
        let waiting = self.nodes.waiting();
        self.recording.turn(&self.state, self.around, waiting);
        self.complain_of_history();
    }

    /// Hands over all there is, and waits for it.
    pub(super) fn hand_over_the_rest(&mut self) {
        self.recording.finish(&self.state, self.around);
        self.complain_of_history();
    }

    /// Said once, as long as it is the same.
    fn complain_of_history(&mut self) {
        match self.recording.complaint().map(str::to_owned) {
            Some(complaint) => self.complain("history", complaint),
            None => drop(self.complaints.remove("history")),
        }
    }
}
