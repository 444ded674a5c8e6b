//! A window's panes: looked at with one call, arranged with one call.

use tmux_interface::{
    DisplayMessage, IfShell, ListPanes, ListWindows, SelectLayout, SelectPane, SetOption,
    SplitWindow, TmuxCommand,
};

use super::words::push_command;
use super::{Server, TmuxError, argument};
use crate::model::blueprint::Pane;
use crate::model::layout::Layout;
use crate::model::layout::seen::{
    BY_HAND, FOLLOWED, KNOWN, KNOWN_PANES, KNOWN_SHAPE, KNOWN_SIZE, MADE, Marks, PROGRAMS, ROLE,
    SHAPE, SWITCH, Seen, answer, question, window_id,
};
use crate::sys::programs;

/// A window's size, as a format.
const SIZE: &str = "#{window_width}x#{window_height}";

impl Server<'_> {
    /// What the window of `target` looks like now; `target` is anything that
    /// tmux takes for a pane or window.
    ///
    /// # Errors
    /// When the server does not answer, or knows no such target.
    pub fn seen(&self, target: &str) -> Result<Seen, TmuxError> {
        let random = || fastrand::u64(..);
        let mark = format!("|{:016x}{:016x}|", random(), random());
        let show = |format: String| {
            let show = DisplayMessage::new().print();
            show.target_pane(argument(target)).message(format).build()
        };
        let list = ListPanes::new().target(argument(target));
        let text = self.call([
            show(format!("#{{{PROGRAMS}}}")),
            show(SHAPE.to_owned()),
            list.format(question(&mark)).build(),
        ])?;
        let (programs, text) = text.split_once('\n').unwrap_or_default();
        let (shape, panes) = text.split_once('\n').unwrap_or_default();
        answer(panes, (programs, shape), &mark)
            .ok_or_else(|| TmuxError::Refused("an answer that tells of no window".to_owned()))
    }

    /// Arranges `window` as `layout` says, unless anything there is not as it was
    /// when we looked, or a pane is zoomed; gives how it is arranged then. Our hooks
    /// find it remembered: a server runs all that one client asks for first.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn arrange(
        &self,
        seen: &Seen,
        layout: &Layout,
        marks: (Marks, Option<&Layout>),
    ) -> Result<Option<Layout>, TmuxError> {
        let window = &seen.window;
        let unchanged = format!(
            "#{{&&:#{{==:{SHAPE},{}}},#{{!=:#{{window_zoomed_flag}},1}}}}",
            seen.shape
        );
        // Ids, numbers and a layout string: nothing that has to be quoted.
        let commands = format!(
            "select-layout -t {window} '{layout}' ; {}",
            remember(seen, layout, marks, None)
        );
        let arrange = IfShell::new()
            .not_execute()
            .target_pane(window.clone())
            .shell_command(unchanged)
            .command(commands);
        let told = DisplayMessage::new()
            .print()
            .target_pane(window.clone())
            .message("#{window_layout}");
        let answer = self.call([arrange.build(), told.build()])?;
        Ok(Layout::told(answer.trim_end()))
    }

    /// Remembers that `window` was arranged as `layout` says when we looked,
    /// without touching it. What happened since is news to our hooks still.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn remember(
        &self,
        seen: &Seen,
        layout: &Layout,
        marks: (Marks, Option<&Layout>),
    ) -> Result<(), TmuxError> {
        let always = IfShell::new().not_execute().shell_command("1");
        self.ask(
            always
                .command(remember(seen, layout, marks, Some(&seen.shape)))
                .build(),
        )
        .map(drop)
    }

    /// Remembers only where panes are, so that our hooks do not come again for
    /// that.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn remember_shape(&self, seen: &Seen) -> Result<(), TmuxError> {
        let set = |option: &'static str, value: String| {
            let set = SetOption::new().window().target_pane(seen.window.clone());
            set.option(option).value(value).build()
        };
        let panes = seen.panes.len().to_string();
        let commands = [
            set(KNOWN_SHAPE, seen.shape.clone()),
            set(KNOWN_PANES, panes),
        ];
        self.call(commands).map(drop)
    }

    /// Remembers how these windows are arranged: what stands before we come was
    /// made by somebody. They are told by [`unknown_windows`].
    ///
    /// # Errors
    /// When the server does not answer.
    pub(super) fn remember_all(&self, windows: &str) -> Result<(), TmuxError> {
        let set = |id: &str, option: &'static str, value: &'static str| {
            let set = SetOption::new().window().format();
            let set = set.target_pane(id.to_owned());
            set.option(option).value(value).build()
        };
        let one = |id| {
            [
                set(id, KNOWN, "#{window_layout}"),
                set(id, KNOWN_SHAPE, SHAPE),
                set(id, KNOWN_PANES, "#{window_panes}"),
                set(id, KNOWN_SIZE, SIZE),
            ]
        };
        let ids: Vec<&str> = windows.lines().filter_map(window_id).collect();
        if ids.is_empty() || self.call(ids.iter().copied().flat_map(one)).is_ok() {
            return Ok(());
        }
        // One of them is gone by now, which ends a line of commands.
        for id in ids {
            match self.call(one(id)) {
                Ok(_) | Err(TmuxError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Sets [`SWITCH`] of a window, or takes it back.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn switch(&self, window: &str, word: Option<&str>) -> Result<(), TmuxError> {
        let option = SetOption::new().window().target_pane(window.to_owned());
        let command = match word {
            Some(word) => option.option(SWITCH).value(word.to_owned()).build(),
            None => option.unset().option(SWITCH).build(),
        };
        self.ask(command).map(drop)
    }

    /// Whether there is a program of this name or path, for us to start in a pane.
    #[must_use]
    pub fn runs(&self, program: &str) -> bool {
        programs::resolve(program, self.around).is_some()
    }

    /// Says what each of the panes is for.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn set_roles(&self, roles: &[(u32, &'static str)]) -> Result<(), TmuxError> {
        let commands = roles.iter().map(|(pane, role)| {
            let option = SetOption::new().pane().target_pane(format!("%{pane}"));
            option.option(ROLE).value(*role).build()
        });
        self.call(commands).map(drop)
    }

    /// Adds a pane after `after`, in that pane's folder, without going there;
    /// gives its number.
    ///
    /// # Errors
    /// When there is no room, or the server does not answer.
    pub fn add_pane(&self, after: u32, command: &[String]) -> Result<u32, TmuxError> {
        let pane = Pane {
            command: command.to_vec(),
            ..Pane::default()
        };
        let mut split = SplitWindow::new()
            .detached()
            .print()
            .format("#{pane_id}")
            // Expanded by tmux, and to what it is given only once.
            .start_directory("#{pane_current_path}")
            .target_pane(format!("%{after}"))
            .build();
        push_command(&mut split, &pane);
        let answer = self.ask(split)?;
        let id = answer
            .trim()
            .strip_prefix('%')
            .and_then(|id| id.parse().ok());
        id.ok_or_else(|| TmuxError::Refused("no id of the new pane".to_owned()))
    }

    /// Makes a pane the one that is typed into.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn select_pane(&self, pane: u32) -> Result<(), TmuxError> {
        let select = SelectPane::new().target_pane(format!("%{pane}"));
        self.ask(select.build()).map(drop)
    }
}

/// The command that gives a new window this arrangement, and those by which our
/// hooks know it.
pub(super) fn given<'a>(window: &str, layout: &Layout) -> Vec<TmuxCommand<'a>> {
    let set = || SetOption::new().window().target_pane(window.to_owned());
    let panes = layout.panes().to_string();
    vec![
        SelectLayout::new()
            .target_pane(window.to_owned())
            .layout_name(layout.to_string())
            .build(),
        set().option(KNOWN).value(layout.to_string()).build(),
        set().option(KNOWN_PANES).value(panes).build(),
        set().format().option(KNOWN_SIZE).value(SIZE).build(),
        set().format().option(KNOWN_SHAPE).value(SHAPE).build(),
    ]
}

/// Asks for the ids of windows with several panes that we do not know yet.
pub(super) fn unknown_windows<'a>() -> TmuxCommand<'a> {
    let unknown = format!("#{{&&:#{{e|>:#{{window_panes}},1}},#{{!=:1,#{{?{KNOWN},1,0}}}}}}");
    let format = format!("#{{?{unknown},#{{window_id}},}}");
    ListWindows::new().all().format(format).build()
}

/// The commands that remember how a window is arranged, and what a person made
/// of it; with its `shape`, or the shape that it has then.
fn remember(
    seen: &Seen,
    layout: &Layout,
    (marks, made): (Marks, Option<&Layout>),
    shape: Option<&str>,
) -> String {
    let window = &seen.window;
    let set = |option: &str, value: Option<&str>| match value {
        Some(value) => format!("set-option -w -t {window} {option} '{value}'"),
        None => format!("set-option -wu -t {window} {option}"),
    };
    let panes = seen.panes.len().to_string();
    [
        set(KNOWN, Some(&layout.to_string())),
        match shape {
            Some(shape) => set(KNOWN_SHAPE, Some(shape)),
            None => format!("set-option -wF -t {window} {KNOWN_SHAPE} '{SHAPE}'"),
        },
        set(KNOWN_PANES, Some(&*panes)),
        set(
            KNOWN_SIZE,
            Some(&format!("{}x{}", layout.width(), layout.height())),
        ),
        set(BY_HAND, marks.by_hand.then_some(&*panes)),
        set(MADE, made.map(ToString::to_string).as_deref()),
        set(FOLLOWED, marks.followed.then_some("1")),
    ]
    .join(" ; ")
}
