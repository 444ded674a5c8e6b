//! A real tmux server whose windows are arranged by the real hooks.

use std::process::Command;

use mamori::model::layout::Layout;
use mamori::model::layout::plan::plan;
use mamori::model::layout::seen::{SHAPE, Seen};
use mamori::rooms::layout::decide;
use mamori::sys::tmux::Server;

use super::tmux::{Tmux, path_with_binaries};
use super::{Bench, LAYOUT, MAMORI, Ran, until};

/// A server with the plugin loaded, and a count of its layout events.
pub struct Arranged<'a> {
    pub bench: &'a Bench,
    pub tmux: Tmux<'a>,
}

/// A hook of the user's own, which counts; the plugin leaves it alone.
const COUNTING: &str = "set -g @count 0\n\
    set-hook -g window-layout-changed[0] 'set-option -gF @count \"#{e|+:#{@count},1}\"'\n";

impl<'a> Arranged<'a> {
    /// A window of this size in a server with `conf`.
    pub fn start(bench: &'a Bench, size: (u32, u32), conf: &str) -> Self {
        let conf = format!("{COUNTING}set -g status off\n{conf}");
        let tmux = Tmux::sized(bench, "layouts", &conf, size);
        tmux.load(&path_with_binaries());
        Self { bench, tmux }
    }

    /// Runs a tmux command that must work.
    pub fn run(&self, arguments: &[&str]) -> String {
        self.tmux.run(arguments)
    }

    /// Runs one that may be refused, such as a split without room.
    pub fn attempt(&self, arguments: &[&str]) -> bool {
        let ran = self.bench.ran(&mut self.tmux.command(arguments));
        ran.code == Some(0)
    }

    /// Adds a pane to the window of `target`; gives its id.
    pub fn split(&self, target: &str) -> String {
        self.run(&[
            "split-window",
            "-t",
            target,
            "-P",
            "-F",
            "#{pane_id}",
            "sleep 600",
        ])
    }

    pub fn show(&self, window: &str, format: &str) -> String {
        self.tmux.show(window, format)
    }

    pub fn layout(&self, window: &str) -> String {
        self.show(window, "#{window_layout}")
    }

    /// Layout events of the whole server so far.
    pub fn events(&self) -> usize {
        self.run(&["show-options", "-gv", "@count"])
            .parse()
            .unwrap()
    }

    /// Waits until our hooks have nothing to do in a window any more: what
    /// they ask in the server is answered with no.
    pub fn settle(&self, window: &str) {
        const NOTHING_TO_DO: &str = "#{||:#{==:SHAPE,#{@mamori-shape}},\
            #{||:#{&&:#{==:#{window_panes},#{@mamori-hand}},\
            #{==:#{window_width}x#{window_height},#{@mamori-size}}},#{||:#{window_zoomed_flag},\
            #{||:#{==:#{window_panes},1},#{==:#{@mamori-layout},off}}}}}";
        let nothing_to_do = NOTHING_TO_DO.replace("SHAPE", SHAPE);
        until("the layout to settle", || {
            self.show(window, &nothing_to_do) == "1"
        });
    }

    /// The window as our programs see it.
    pub fn seen(&self, window: &str) -> Seen {
        let around = self.bench.surroundings();
        let server = Server::at(&self.tmux.socket(), &around).unwrap();
        server.seen(window).unwrap()
    }

    /// The panes stand as planned: nothing nearer to what stands is as good,
    /// and nothing at all is more than half a percent better.
    pub fn assert_planned(&self, window: &str) {
        let seen = self.seen(window);
        let standing = seen.layout.clone().unwrap();
        let again = decide::arrangement(&seen, None).unwrap();
        assert!(
            again.layout.same_cells(&standing),
            "{standing} is not {}",
            again.layout
        );
        let task = again.window.task();
        let rects = match again.window.titles {
            Some(edge) => standing.clone().without_edge_row(edge).unwrap().rects(),
            None => standing.rects(),
        };
        assert!(
            !again.fits || task.fits(&rects),
            "{standing} is under the floor"
        );
        let best = plan(&again.window, None).unwrap();
        assert!(
            again.efficiency >= 0.995 * best.efficiency - 1e-9,
            "{again:?} {best:?}"
        );
    }

    pub fn sizes(&self, window: &str) -> Vec<(u32, u32)> {
        let layout = Layout::told(&self.layout(window)).unwrap();
        layout
            .rects()
            .iter()
            .map(|rect| (rect.width, rect.height))
            .collect()
    }

    /// One of our programs as a person in a pane of the server runs it.
    pub fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = self.bench.command(program);
        command.env("TMUX", self.tmux.environment()).args(arguments);
        command
    }

    pub fn mamori(&self, arguments: &[&str]) -> Ran {
        let words: Vec<&str> = ["layout"]
            .into_iter()
            .chain(arguments.iter().copied())
            .collect();
        self.bench.ran(&mut self.command(MAMORI, &words))
    }

    pub fn helper(&self, arguments: &[&str]) -> Ran {
        self.bench.ran(&mut self.command(LAYOUT, arguments))
    }
}
