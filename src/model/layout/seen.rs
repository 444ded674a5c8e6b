//! What tmux says of a window and its panes.

use super::programs::Programs;
use super::role::Role;
use super::{Edge, Layout};
use crate::model::tmux_version::too_old;

/// The window option in which the arrangement stands that we know of: ours,
/// or one that was made by hand.
pub const KNOWN: &str = "@mamori-seen";
/// The window option with [`SHAPE`] as it was then, by which our hooks tell in
/// the server whether there is anything to do.
pub const KNOWN_SHAPE: &str = "@mamori-shape";
/// Where the panes of a window are and how large, as a format: the layout's
/// own string also changes with the focus from tmux 3.8 on.
pub const SHAPE: &str = "#{window_width}x#{window_height}\
    #{P: #{pane_id} #{pane_left} #{pane_top} #{pane_width} #{pane_height}}";
/// The window option with the number of panes it had then.
pub const KNOWN_PANES: &str = "@mamori-panes";
/// The window option with the size it had then, `80x24`.
pub const KNOWN_SIZE: &str = "@mamori-size";
/// The window option with the number of panes when it was arranged by hand.
pub const BY_HAND: &str = "@mamori-hand";
/// The window option with what a person arranged last, kept by our hooks.
pub const MADE: &str = "@mamori-made";
/// The window option that is set while the active pane is followed.
pub const FOLLOWED: &str = "@mamori-follow";
/// The option that leaves windows alone.
pub const SWITCH: &str = "@mamori-layout";
/// The option that says what the active pane weighs.
pub const ATTENTION: &str = "@mamori-layout-attention";
/// The hidden variable with the programs that tell what their panes are for.
pub const PROGRAMS: &str = "MAMORI_PROGRAMS";
/// The pane option that says what a pane is for.
pub const ROLE: &str = "@mamori-role";

/// A window as it was when we asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The server's process.
    pub pid: u32,
    /// When the server started, in Unix seconds.
    pub start_time: i64,
    /// The server's version, such as `3.3a` or `next-3.8`.
    pub version: String,
    /// The window's id, such as `@3`.
    pub window: String,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
    /// Whether one pane fills it for now.
    pub zoomed: bool,
    /// How it is arranged, with the panes' ids; `None`: in a way that we do
    /// not know, such as with floating panes.
    pub layout: Option<Layout>,
    /// [`SHAPE`] as it was.
    pub shape: String,
    /// The edge at which panes lose a row to their title.
    pub titles: Option<Edge>,
    /// Columns that each pane loses to a scrollbar.
    pub scrollbar: u32,
    /// [`SWITCH`], the window's or the global one.
    pub switch: String,
    /// [`ATTENTION`] likewise.
    pub attention: String,
    /// [`KNOWN`].
    pub known: Option<Layout>,
    /// [`KNOWN_SHAPE`].
    pub known_shape: String,
    /// [`KNOWN_SIZE`].
    pub known_size: String,
    /// [`BY_HAND`].
    pub by_hand: Option<usize>,
    /// [`MADE`].
    pub made: Option<Layout>,
    /// [`FOLLOWED`].
    pub followed: bool,
    /// The programs that tell what their panes are for, as the server knows
    /// them.
    pub programs: Programs,
    /// Its panes in order.
    pub panes: Vec<SeenPane>,
}

/// A pane of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenPane {
    /// The number of its id: `%12` is 12.
    pub id: u32,
    /// Whether it is the one that is typed into.
    pub active: bool,
    /// [`ROLE`]; a word that is none counts as a shell's.
    pub role: Option<Role>,
    /// The name of the program that runs in it.
    pub command: String,
}

/// What is remembered of a window when it is arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// Whether a person arranged it, so that it is left alone.
    pub by_hand: bool,
    /// Whether the active pane is followed.
    pub followed: bool,
}

impl Marks {
    /// Those of a window that a person arranged.
    pub const BY_HAND: Self = Self {
        by_hand: true,
        followed: false,
    };
}

/// What tmux is asked about each pane of the window. `mark`, which nobody can
/// know beforehand, stands between the fields.
#[must_use]
pub fn question(mark: &str) -> String {
    let option = |name: &str| format!("#{{{name}}}");
    let fields = [
        String::new(),
        "#{pid}".into(),
        "#{start_time}".into(),
        "#{version}".into(),
        "#{window_id}".into(),
        "#{window_width}".into(),
        "#{window_height}".into(),
        "#{window_zoomed_flag}".into(),
        "#{window_layout}".into(),
        "#{pane-border-status}".into(),
        "#{pane-scrollbars}".into(),
        "#{pane-scrollbars-style}".into(),
        option(SWITCH),
        option(ATTENTION),
        option(KNOWN),
        option(KNOWN_SHAPE),
        option(KNOWN_SIZE),
        option(MADE),
        option(BY_HAND),
        option(FOLLOWED),
        "#{pane_id}".into(),
        "#{pane_active}".into(),
        option(ROLE),
        "#{pane_current_command}".into(),
        String::new(),
    ];
    fields.join(mark)
}

/// Reads the answer, what [`PROGRAMS`] holds, and [`SHAPE`]; `None` when it is
/// none. The shape is asked apart: the list of tmux 3.8 loses panes when it is
/// to list them in each line.
#[must_use]
pub fn answer(text: &str, (programs, shape): (&str, &str), mark: &str) -> Option<Seen> {
    // It stands in commands later.
    let plain = |c: char| c.is_ascii_digit() || "x% ".contains(c);
    let shape = if shape.chars().all(plain) { shape } else { "" };
    let mut fields = text.split(mark);
    let mut seen: Option<Seen> = None;
    // What stands between two panes: the end of a line, nothing at first.
    while matches!(fields.next()?, "" | "\n") {
        let Some(pid) = fields.next() else { break };
        let start_time = fields.next()?;
        let mut next = || fields.next();
        let (version, window) = (next()?, next()?);
        // It stands in commands later.
        window_id(window)?;
        let (width, height) = (next()?.parse().ok()?, next()?.parse().ok()?);
        let (zoomed, layout) = (next()? == "1", next()?);
        let titles = match next()? {
            "top" => Some(Edge::Top),
            "bottom" => Some(Edge::Bottom),
            _ => None,
        };
        let (bars, style) = (next()?, next()?);
        let (switch, attention) = (next()?, next()?);
        let (known, known_shape) = (next()?, next()?);
        let (known_size, made) = (next()?, next()?);
        let (by_hand, followed) = (next()?.parse().ok(), next()? == "1");
        let pane = SeenPane {
            id: next()?.strip_prefix('%')?.parse().ok()?,
            active: next()? == "1",
            role: Some(next()?)
                .filter(|word| !word.is_empty())
                .map(|word| Role::of(word).unwrap_or_default()),
            command: next()?.to_owned(),
        };
        let seen = seen.get_or_insert_with(|| Seen {
            pid: pid.parse().unwrap_or(0),
            start_time: start_time.parse().unwrap_or(0),
            version: version.to_owned(),
            window: window.to_owned(),
            width,
            height,
            zoomed,
            layout: Layout::told(layout),
            shape: shape.to_owned(),
            titles,
            scrollbar: scrollbar(bars, style),
            switch: switch.to_owned(),
            attention: attention.to_owned(),
            known: Layout::told(known),
            known_shape: known_shape.to_owned(),
            known_size: known_size.to_owned(),
            made: Layout::told(made),
            by_hand,
            followed,
            programs: if programs.is_empty() {
                Programs::default()
            } else {
                Programs::read(programs)
            },
            panes: Vec::new(),
        });
        seen.panes.push(pane);
    }
    seen
}

/// Columns of a pane that its scrollbar takes, which is there from tmux 3.6:
/// its width and its padding, 1 and 0 where the style does not say.
fn scrollbar(bars: &str, style: &str) -> u32 {
    if bars != "on" {
        return 0;
    }
    let number = |name: &str, default| {
        let told = style.split([',', ' ']).find_map(|part| {
            let value = part.trim().strip_prefix(name)?.strip_prefix('=')?;
            value.parse().ok()
        });
        told.unwrap_or(default)
    };
    let columns: u32 = number("width", 1_u32).saturating_add(number("pad", 0));
    columns.min(100)
}

/// `text`, if it is a window's id: `@3`.
#[must_use]
pub fn window_id(text: &str) -> Option<&str> {
    let digits = text.strip_prefix('@')?;
    let number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    number.then_some(text)
}

impl Seen {
    /// The ids of its panes in order.
    #[must_use]
    pub fn ids(&self) -> Vec<u32> {
        self.panes.iter().map(|pane| pane.id).collect()
    }

    /// Whether it has the panes it had when it was remembered, as far as that is
    /// known.
    fn same_panes(&self) -> bool {
        let sorted = |mut ids: Vec<u32>| {
            ids.sort_unstable();
            ids
        };
        let known = self.known.as_ref().and_then(Layout::ids);
        known.is_none_or(|known| sorted(known) == sorted(self.ids()))
    }

    /// What is remembered of it.
    #[must_use]
    pub fn marks(&self) -> Marks {
        Marks {
            by_hand: self.by_hand == Some(self.panes.len()) && self.same_panes(),
            followed: self.followed,
        }
    }

    /// Whether it has another size than when it was remembered.
    #[must_use]
    pub fn resized(&self) -> bool {
        self.known_size != format!("{}x{}", self.width, self.height)
    }

    /// Whether a layout is for just these panes in a window of this size.
    #[must_use]
    pub fn suits(&self, layout: &Layout) -> bool {
        let size = (layout.width(), layout.height()) == (self.width, self.height);
        size && layout.ids() == Some(self.ids())
    }

    /// Whether the server is too old to be arranged.
    #[must_use]
    pub fn too_old(&self) -> bool {
        too_old(&self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(panes: &[[&str; 4]], layout: &str) -> String {
        let line = |pane: &[&str; 4]| {
            let whole = ["12", "1700000000", "3.3a", "@3", "80", "24", "0", layout];
            let options = ["top", "", "", "", "0.6", "", "", "", "", "", ""];
            let fields = whole.iter().chain(&options).chain(pane).copied();
            let fields: Vec<&str> = fields.collect();
            format!("|{}|", fields.join("|"))
        };
        panes.iter().map(|pane| line(pane) + "\n").collect()
    }

    #[test]
    fn an_answer_is_read_whatever_its_words_hold() {
        let panes = [
            ["%0", "0", "editor", "nv\nim"],
            ["%7", "1", "nonsense", "#(x)"],
            ["%8", "0", "", ""],
        ];
        let seen = answer(
            &told(&panes, "b25d,80x24,0,0,0"),
            ("logs=x", "80x24 %0 0 0 80 24"),
            "|",
        )
        .unwrap();
        assert_eq!(
            (seen.window.as_str(), seen.width, seen.height),
            ("@3", 80, 24)
        );
        assert_eq!(seen.ids(), [0, 7, 8]);
        let roles: Vec<_> = seen.panes.iter().map(|pane| pane.role).collect();
        assert_eq!(roles, [Some(Role::Editor), Some(Role::Shell), None]);
        assert_eq!(seen.panes[0].command, "nv\nim");
        assert_eq!(seen.programs, Programs::read("logs=x"));
        assert_eq!(seen.shape, "80x24 %0 0 0 80 24");
        assert_eq!(seen.titles, Some(Edge::Top));
        assert_eq!(seen.attention, "0.6");
        assert!(seen.layout.is_some() && seen.known.is_none() && seen.panes[1].active);
    }

    #[test]
    fn no_answer_is_none() {
        for text in ["", "|", "x", "|12|", "|12|1700000000|3.3a|@3|eighty|24|"] {
            assert_eq!(answer(text, ("", ""), "|"), None, "{text}");
        }
        let seen = answer(
            &told(&[["%0", "1", "", ""]], "<floating>"),
            ("", "'; x"),
            "|",
        )
        .unwrap();
        assert_eq!((seen.layout, seen.shape.as_str()), (None, ""));
        assert_eq!(seen.programs, Programs::default());
    }

    #[test]
    fn a_scrollbar_takes_its_width_and_its_padding() {
        assert_eq!(scrollbar("off", "width=3"), 0);
        assert_eq!(scrollbar("modal", "width=3"), 0);
        assert_eq!(scrollbar("on", ""), 1);
        assert_eq!(scrollbar("on", "bg=black,fg=white,width=2,pad=1"), 3);
        assert_eq!(scrollbar("on", "width=4294967295,pad=9"), 100);
    }
}
