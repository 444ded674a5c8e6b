//! `[[session]]`s as what tmux is to build.

use super::{Config, Host, Pane, Role, Session, Window, WindowLayout};
use crate::model::blueprint::{self, Arrangement, Blueprint};

impl Config {
    /// How the local sessions `names` are built: by their `[[session]]`, and a
    /// single shell where there is none.
    #[must_use]
    pub fn blueprints(&self, names: &[String]) -> Vec<Blueprint> {
        self.blueprints_on(&Host::Local, names)
    }

    /// The same of another machine; its folders and commands are as they were
    /// written, with their variables.
    #[must_use]
    pub fn blueprints_on(&self, host: &Host, names: &[String]) -> Vec<Blueprint> {
        let known = |name: &String| {
            let there = self.sessions.iter().filter(|one| one.host == *host);
            there.into_iter().find(|session| session.name == *name)
        };
        let one = |name| known(name).map_or_else(|| Blueprint::bare(name), Session::blueprint);
        names.iter().map(one).collect()
    }
}

impl Session {
    /// What tmux is to build.
    fn blueprint(&self) -> Blueprint {
        Blueprint {
            name: self.name.clone(),
            windows: self.windows.iter().map(Window::blueprint).collect(),
        }
    }
}

impl Window {
    fn blueprint(&self) -> blueprint::Window {
        let (arrangement, template) = match &self.layout {
            None => (Arrangement::ByRoles, &[] as &[Role]),
            Some(WindowLayout::Template(template)) => (Arrangement::ByRoles, template.roles()),
            Some(WindowLayout::Custom(text)) => (Arrangement::Custom(text.clone()), &[] as _),
        };
        let pane = |place: usize, one: Option<&Pane>| {
            let role = one.and_then(|one| one.role);
            let role = role.or_else(|| template.get(place).copied());
            blueprint::Pane {
                dir: self.dir.clone(),
                role: role.map(|role| role.name().to_owned()),
                command: one.and_then(|one| one.command.clone()).unwrap_or_default(),
                active: false,
            }
        };
        let panes = self.panes.iter().enumerate();
        let mut panes: Vec<_> = panes.map(|(place, one)| pane(place, Some(one))).collect();
        if panes.is_empty() {
            panes.push(pane(0, None));
        }
        blueprint::Window {
            name: self.name.clone(),
            arrangement,
            panes,
            active: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::config::tests::accepted;

    #[test]
    fn a_session_is_built_as_written_and_an_unwritten_one_is_a_shell() {
        let config = accepted(
            "[[node]]\nname = \"mugen\"\n[[session]]\nname = \"other\"\nnode = \"mugen\"\n\
            [[session]]\nname = \"monitor\"\n[[session.window]]\nname = \"a # b\"\ndir = \"/tmp\"\n\
            layout = \"dashboard\"\npanes = [{ role = \"logs\", command = [\"tail\", \"-F\", \"/x\"] }, { role = \"status\" }, {}]\n\
            [[session.window]]\nlayout = \"b25d,80x24,0,0,0\"\n",
        );
        let names = ["monitor", "other"].map(ToOwned::to_owned);
        let built = config.blueprints(&names);
        assert_eq!(built[1], Blueprint::bare("other"), "the other machine's");
        let [first, second] = built[0].windows.as_slice() else {
            panic!("{built:?}");
        };
        assert_eq!(first.name.as_deref(), Some("a # b"));
        assert_eq!(first.arrangement, Arrangement::ByRoles);
        let roles: Vec<_> = first
            .panes
            .iter()
            .map(|pane| pane.role.as_deref())
            .collect();
        // The third is what the template says.
        assert_eq!(roles, [Some("logs"), Some("metrics"), Some("metrics")]);
        assert_eq!(first.panes[0].command, ["tail", "-F", "/x"]);
        assert_eq!(first.panes[2].dir, Some(PathBuf::from("/tmp")));
        assert_eq!(second.panes.len(), 1);
    }
}
