//! What the status lines are told.

use super::Rounds;

impl Rounds<'_> {
    /// Tells every registered bar what we know and until when to believe it.
    pub(super) fn tell_bars(&mut self) {
        let programs = &self.config.arranging.programs;
        for complaint in self.bars.tell_all(self.around, &self.state, programs) {
            self.complain("tmux", complaint);
        }
    }

    /// Tells those that would show something else than before.
    pub(super) fn tell_bars_news(&mut self) {
        if self.bars.would_change(&self.state) {
            self.tell_bars();
        }
    }

    /// Tells every bar that nobody watches any more.
    pub fn say_goodbye(&self) {
        self.bars.say_goodbye(self.around, &self.state);
    }
}
