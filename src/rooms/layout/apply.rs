//! `layout apply`: what a window's panes are for, said by a template.

use super::act::{Desk, failure};
use crate::config::{self, Arranging};
use crate::failure::Failure;
use crate::model::layout::role::Role;
use crate::model::layout::seen::Seen;
use crate::model::text::clean;

/// The roles of the template of that name.
///
/// # Errors
/// Exit 2 when there is none.
pub fn template(arranging: &Arranging, name: &str) -> Result<Vec<Role>, Failure> {
    let known = arranging.template(name).map(<[Role]>::to_vec);
    known.ok_or_else(|| {
        let shown = clean(name);
        let names = arranging.templates.iter().map(|(name, _)| name.as_str());
        let failure = Failure::usage(format!("`{shown}` is no layout that we know"));
        match config::nearest(name, names) {
            Some(near) => failure.hint(format!("mamori layout apply {near}")),
            None => failure.hint("mamori layout list"),
        }
    })
}

/// Gives the panes of a window these roles, those beyond keep theirs; with
/// `create` panes are added until there is one for each. Gives how many.
///
/// # Errors
/// Exit 3 when the server does not answer, or has no room for a pane more.
pub fn assign(
    desk: &Desk<'_>,
    seen: &Seen,
    (roles, create): (&[Role], bool),
    arranging: &Arranging,
) -> Result<usize, Failure> {
    let mut panes = seen.ids();
    let there = panes.len();
    if create {
        for role in roles.iter().skip(there) {
            let program = arranging.start_of(*role).first();
            let missing = program.filter(|program| !desk.runs(program));
            if let Some(program) = missing {
                let (program, role) = (clean(program), role.name());
                return Err(Failure::usage(format!(
                    "`{program}`, which `layout.start.{role}` names, is not there"
                ))
                .hint("mamori config show"));
            }
        }
    }
    for role in roles.iter().skip(if create { there } else { roles.len() }) {
        let Some(&last) = panes.last() else { break };
        let argv = arranging.start_of(*role);
        let added = desk.server.add_pane(last, argv).or_else(|_| {
            // The last one was too small; there may be room elsewhere.
            let seen = desk.server.seen(&seen.window)?;
            let _ = desk.on_request(&seen, "apply");
            desk.server.add_pane(last, argv)
        });
        panes.push(added.map_err(|error| failure(&error))?);
    }
    let named = panes.iter().zip(roles);
    let named: Vec<(u32, &str)> = named.map(|(pane, role)| (*pane, role.name())).collect();
    desk.server
        .set_roles(&named)
        .map_err(|error| failure(&error))?;
    Ok(panes.len() - there)
}
