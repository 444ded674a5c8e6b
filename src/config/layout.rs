//! `[layout]` and `[[template]]`: what panes are for, and named arrangements.

use std::collections::BTreeSet;

use super::names;
use super::place::Host;
use super::reader::Section;
use super::words::alternatives;
use super::wrong::Wrong;
use crate::model::layout::programs::{Programs, nameable};
use crate::model::layout::role::Role;
use crate::model::layout::template::Template;

/// Panes that a template may have.
const MOST: usize = 64;

/// The roles in the order in which they are told.
const ROLES: [Role; 6] = [
    Role::Editor,
    Role::Agent,
    Role::Shell,
    Role::Logs,
    Role::Metrics,
    Role::Control,
];

/// How windows are arranged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arranging {
    /// Programs whose panes have a role by them.
    pub programs: Programs,
    /// What is started in a pane that is added for a role, an argv; a shell
    /// where there is none.
    pub start: Vec<(Role, Vec<String>)>,
    /// The templates of the file and ours, by name: the roles of their panes.
    pub templates: Vec<(String, Vec<Role>)>,
}

impl Arranging {
    /// What is started for `role`.
    #[must_use]
    pub fn start_of(&self, role: Role) -> &[String] {
        let mut start = self.start.iter();
        start
            .find(|(known, _)| *known == role)
            .map_or(&[], |(_, argv)| argv.as_slice())
    }

    /// The roles of the template of that name.
    #[must_use]
    pub fn template(&self, name: &str) -> Option<&[Role]> {
        let mut known = self.templates.iter();
        known
            .find(|(known, _)| known == name)
            .map(|(_, roles)| roles.as_slice())
    }
}

/// Reads both.
pub(super) fn arranging(section: &mut Section<'_, '_>) -> Arranging {
    let (programs, start) = section.section("layout", |layout| {
        let programs = layout.section("programs", |programs| {
            let of = |role: Role| {
                let names = programs.texts(role.name(), "names of programs", program);
                (role, names.unwrap_or_default())
            };
            Programs(ROLES.map(of).to_vec())
        });
        let start = layout.section("start", |start| {
            let argv = |role: Role| Some((role, start.argv(role.name(), &Host::Local)?));
            ROLES.into_iter().filter_map(argv).collect()
        });
        (programs, start)
    });
    let mut templates = templates(section);
    for (name, template) in Template::WORDS {
        if !templates.iter().any(|(known, _)| known == name) {
            templates.push(((*name).to_owned(), template.roles().to_vec()));
        }
    }
    Arranging {
        programs,
        start,
        templates,
    }
}

fn templates(section: &mut Section<'_, '_>) -> Vec<(String, Vec<Role>)> {
    let mut seen = BTreeSet::new();
    section.entries("template", |entry| {
        let name = entry.text("name", names::node);
        let name = entry.needed("name", name);
        if !name.is_empty() && !seen.insert(name.clone()) {
            let rule = "a name that no other `[[template]]` has";
            entry.refuse("name", Wrong::must(rule));
        }
        let roles = entry.texts("roles", "roles", role);
        let count = roles.as_ref().map_or(1, Vec::len);
        if !(1..=MOST).contains(&count) {
            entry.refuse("roles", Wrong::must(format!("1 to {MOST} roles")));
        }
        (name, entry.needed("roles", roles))
    })
}

fn role(text: &str) -> Result<Role, Wrong> {
    Role::of(text).ok_or_else(|| {
        let words = || Role::WORDS.iter().map(|(word, _)| *word);
        let known: Vec<String> = words().map(|word| format!("\"{word}\"")).collect();
        Wrong::must(alternatives(&known)).suggest(text, words())
    })
}

/// A program's name as tmux tells it: no path.
fn program(text: &str) -> Result<String, Wrong> {
    if nameable(text) {
        Ok(text.to_owned())
    } else {
        Err(Wrong::must(
            "a program's name of letters, digits and . _ - + @",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::tests::accepted;

    #[test]
    fn the_default_file_and_the_usual_programs_are_the_same() {
        assert_eq!(accepted("").arranging.programs, Programs::default());
    }

    #[test]
    fn a_template_of_the_file_takes_the_place_of_ours() {
        let arranging = accepted(
            "[layout.programs]\neditor = [\"ed\"]\n[layout.start]\nlogs = [\"tail\", \"-F\", \"/x\"]\n\
            [[template]]\nname = \"agent\"\nroles = [\"agent\", \"terminal\", \"status\"]\n",
        )
        .arranging;
        assert_eq!(arranging.programs.role_of("ed"), Some(Role::Editor));
        assert_eq!(arranging.programs.role_of("nvim"), None);
        assert_eq!(arranging.start_of(Role::Logs), ["tail", "-F", "/x"]);
        assert_eq!(arranging.start_of(Role::Shell), [] as [&str; 0]);
        let roles = [Role::Agent, Role::Shell, Role::Metrics];
        assert_eq!(arranging.template("agent"), Some(roles.as_slice()));
        assert_eq!(arranging.templates.len(), Template::WORDS.len());
        assert_eq!(arranging.template("nobody"), None);
    }
}
