//! The arguments of `mamori setup`, and the way from a plan to its end.

use std::path::PathBuf;

use clap::Subcommand;

use super::plan::{Plan, plan};
use super::wish::Wishes;
use super::{back, carry, node, service, show, termux, tmux};
use crate::failure::{Exit, Failure};
use crate::model::home::Home;
use crate::model::setup::manifest::Manifest;
use crate::sys::files::FileError;
use crate::sys::setup::{RecordError, Records};
use crate::sys::surroundings::Surroundings;
use crate::sys::{output, setup};

/// Put what Mamori needs in its places, or take it back
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Have tmux load the plugin, by one block in your tmux.conf
    Tmux {
        /// The plugin: mamori.tmux, or the folder with it
        #[arg(long, value_name = "PATH")]
        plugin: Option<PathBuf>,
        #[command(flatten)]
        how: How,
    },
    /// Put shortcuts, boot file, service and backstop in their places on a phone
    Termux {
        #[command(flatten)]
        how: How,
    },
    /// Have the watcher run by itself: systemd, launchd or runit
    Service {
        /// Who keeps it; else the one that is there
        #[arg(long, value_enum)]
        manager: Option<service::Manager>,
        #[command(flatten)]
        how: How,
    },
    Node(node::Args),
}

/// How a target is set up.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct How {
    /// Show what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it without asking
    #[arg(long, short)]
    yes: bool,
    /// Take back what was done
    #[arg(long)]
    undo: bool,
}

/// Carries `setup` out.
///
/// # Errors
/// Exit 2 for bad usage and when nobody can be asked, 3 when something cannot
/// be done.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    match &args.verb {
        Verb::Node(args) => node::run(args, around),
        Verb::Termux { how } => target("termux", *how, around, || termux::wishes(around)),
        Verb::Service { manager, how } => target("service", *how, around, || {
            service::wishes(*manager, around)
        }),
        Verb::Tmux { plugin, how } => target("tmux", *how, around, || {
            tmux::wishes(plugin.as_deref(), around)
        }),
    }
}

impl From<RecordError> for Failure {
    fn from(error: RecordError) -> Self {
        let failure = Self::unable(error.to_string());
        match error {
            RecordError::Broken(path, _) => failure.hint(format!(
                "mv {0} {0}.broken",
                crate::model::text::quoted(&path)
            )),
            RecordError::Newer(..) => {
                failure.hint("upgrade every mamori binary together: `make install`")
            }
            RecordError::Busy(_) => failure.hint("try again in a moment"),
            RecordError::File(_) => failure.hint("mamori doctor"),
        }
    }
}

impl From<FileError> for Failure {
    fn from(error: FileError) -> Self {
        Self::unable(error.to_string())
    }
}

fn target(
    name: &'static str,
    how: How,
    around: &Surroundings,
    wishes: impl Fn() -> Result<Wishes, Failure>,
) -> Result<Exit, Failure> {
    let records = Records::of(Home::of(&around.mamori_home));
    if how.undo {
        return undo(name, how, &records, around);
    }
    let ask = || -> Result<(Wishes, Plan, Option<Manifest>), Failure> {
        let wishes = wishes()?;
        let old = records.load(name)?;
        let plan = plan(&wishes.all, &setup::look, old.as_ref(), &around.home)?;
        Ok((wishes, plan, old))
    };
    let (wishes, first, _) = ask()?;
    output::print(&(show::plan(&first) + &show::lines("note: ", &wishes.notes)))?;
    if first.deeds.is_empty() && !first.settles {
        output::print("nothing to do\n")?;
        return Ok(Exit::Fine);
    }
    if let Some(hindrance) = wishes.hindrance {
        if !how.dry_run {
            return Err(hindrance);
        }
        output::complain(&format!(
            "warning: {}",
            hindrance.text().trim_start_matches("error: ")
        ));
    }
    if how.dry_run {
        output::print("nothing was done (--dry-run)\n")?;
        return Ok(Exit::Fine);
    }
    if !agreed(name, how, "")? {
        return Ok(Exit::Fine);
    }
    let _turn = records.lock()?;
    // What was shown is what is done: whoever came between is told.
    let (wishes, again, old) = ask()?;
    if show::plan(&again) != show::plan(&first) {
        return Err(
            Failure::unable("something changed since the plan was made; nothing was done")
                .hint(format!("mamori setup {name}")),
        );
    }
    let fresh = old.is_none();
    match carry::carry(name, &again, old, &records, around) {
        Ok(number) => {
            output::print(&(show::done(number) + &show::lines("next: ", &wishes.next)))?;
            Ok(Exit::Fine)
        }
        Err(failure) => Err(rolled_back(name, fresh, failure, &records, around)),
    }
}

/// A first set-up that fails leaves nothing behind.
fn rolled_back(
    name: &str,
    fresh: bool,
    failure: Failure,
    records: &Records,
    around: &Surroundings,
) -> Failure {
    let hint = format!("mamori setup {name} --undo");
    let manifest = records.load(name).ok().flatten();
    let Some(manifest) = manifest.filter(|_| fresh) else {
        return failure.hint(hint);
    };
    match back::take_back(manifest, records, around) {
        Ok(outcome) if !outcome.open => Failure {
            what: format!("{}; what was done before it was taken back", failure.what),
            ..failure
        },
        _ => failure.hint(hint),
    }
}

fn agreed(name: &str, how: How, undo: &str) -> Result<bool, Failure> {
    if how.yes {
        return Ok(true);
    }
    if !output::stdin_is_terminal() {
        return Err(
            Failure::usage("nobody can be asked here: this is no terminal")
                .hint(format!("mamori setup {name}{undo} --yes")),
        );
    }
    let agreed = output::agrees("do it?")?;
    if !agreed {
        output::print("nothing was done\n")?;
    }
    Ok(agreed)
}

fn undo(
    name: &'static str,
    how: How,
    records: &Records,
    around: &Surroundings,
) -> Result<Exit, Failure> {
    if records.load(name)?.is_none() {
        output::print("nothing to undo\n")?;
        return Ok(Exit::Fine);
    }
    let _turn = if how.dry_run {
        None
    } else {
        Some(records.lock()?)
    };
    let Some(manifest) = records.load(name)? else {
        output::print("nothing to undo\n")?;
        return Ok(Exit::Fine);
    };
    output::print(&show::undoing(&manifest))?;
    if how.dry_run {
        output::print("nothing was done (--dry-run)\n")?;
        return Ok(Exit::Fine);
    }
    if !agreed(name, how, " --undo")? {
        return Ok(Exit::Fine);
    }
    let outcome = back::take_back(manifest, records, around)?;
    back::tell(&outcome)?;
    let home = crate::model::text::quoted(&around.mamori_home.to_string_lossy());
    output::complain(&format!(
        "note: state, history and reports stay; to remove them, too: rm -r {home}/mamori\n"
    ));
    if outcome.open {
        return Err(Failure::unable(
            "not everything could be taken back; what is left is kept in the record",
        )
        .hint(format!("mamori setup {name} --undo")));
    }
    Ok(Exit::Fine)
}
