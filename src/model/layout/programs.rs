//! Which programs tell what their pane is for.

use super::role::Role;

/// The programs of each role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs(pub Vec<(Role, Vec<String>)>);

/// Those of `default.toml`, for tmux servers that were told none.
const USUAL: &str = "editor=nvim,vim,vi,hx,helix,kak,micro,nano,emacs,emacsclient,ne,joe \
    agent=claude,codex,gemini,aider,opencode,goose,amp,cursor-agent,copilot \
    shell= \
    logs=tail,less,journalctl,lnav,multitail,stern,kail \
    metrics=htop,btop,top,btm,glances,watch,atop,iotop,nvtop,k9s,vmstat \
    control=ssh,mosh,mosh-client,kubectl,ansible,adb";

impl Default for Programs {
    fn default() -> Self {
        Self::read(USUAL)
    }
}

impl Programs {
    /// Reads `editor=nvim,vim agent=claude`; what is none of it is left out.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let roles = text.split_whitespace().filter_map(|part| {
            let (role, names) = part.split_once('=')?;
            let names = names.split(',').filter(|name| !name.is_empty());
            Some((Role::of(role)?, names.map(ToOwned::to_owned).collect()))
        });
        Self(roles.collect())
    }

    /// The same as text, for a variable of tmux.
    #[must_use]
    pub fn text(&self) -> String {
        let part =
            |(role, names): &(Role, Vec<String>)| format!("{}={}", role.name(), names.join(","));
        let parts: Vec<String> = self.0.iter().map(part).collect();
        parts.join(" ")
    }

    /// The role of a pane in which `program` runs, if it tells.
    #[must_use]
    pub fn role_of(&self, program: &str) -> Option<Role> {
        let has = |(_, names): &&(Role, Vec<String>)| names.iter().any(|name| name == program);
        self.0.iter().find(has).map(|(role, _)| *role)
    }
}

/// Whether a program may have this name here: it goes through tmux as text.
#[must_use]
pub fn nameable(name: &str) -> bool {
    let plain = |c: char| c.is_alphanumeric() || "._-+@".contains(c);
    !name.is_empty() && name.len() <= 64 && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let usual = Programs::default();
        assert_eq!(Programs::read(&usual.text()), usual);
        assert_eq!(usual.role_of("nvim"), Some(Role::Editor));
        assert_eq!(usual.role_of("claude"), Some(Role::Agent));
        assert_eq!(usual.role_of("bash"), None);
        assert_eq!(usual.0.len(), 6);
    }

    #[test]
    fn nonsense_is_left_out() {
        assert_eq!(
            Programs::read("x editor=a,,b =c nobody=d"),
            Programs::read("editor=a,b")
        );
        assert_eq!(Programs::read(""), Programs(Vec::new()));
        assert!(nameable("g++") && !nameable("a b") && !nameable("#(x)") && !nameable(""));
    }
}
