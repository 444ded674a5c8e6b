//! The arguments of `mamori setup node`, and what it prints.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::decide::{LONGEST, PublicKey, line, public_key};
use crate::config::{self, Config, Node};
use crate::failure::{Exit, Failure};
use crate::model::node::Platform;
use crate::model::text::{clean, quoted};
use crate::remote::probe::{Wishes, served};
use crate::remote::route::Route;
use crate::roster;
use crate::sys::ssh_tools::{Tools, public};
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, output};

/// What a public key's file has at most, in bytes: the largest keys need 4 KB.
const LARGEST_KEY: usize = 16_384;
/// How long ssh may take to say which key it uses.
const LIMIT: Duration = Duration::from_secs(2);

/// Print an `authorized_keys` line with which a key may run the probe only
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The node's name
    name: String,
    /// Print it; nothing else can be done with it yet
    #[arg(long)]
    print: bool,
    /// The public key; else the first that ssh has for the node
    #[arg(long, value_name = "FILE.pub")]
    key: Option<PathBuf>,
}

/// Carries `setup node` out.
///
/// # Errors
/// Exit 2 for an unknown or the local node, without `--print`, and without a
/// public key; 3 when ssh cannot say which key it has.
pub(super) fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let Args { name, print, key } = args;
    if !print {
        return Err(
            Failure::usage("`mamori setup node` only prints so far").hint(format!(
                "mamori setup node {} --print",
                clean(&quoted(name))
            )),
        );
    }
    let config = config::load(around)?;
    let node = node(name, &config)?;
    let file = match key {
        Some(file) => file.clone(),
        None => own_key(node, around)?,
    };
    let key = read_key(&file, around)?;
    let wishes = Wishes::of(&config, node, node.platform == Some(Platform::Termux));
    let line = line(&key, &served(&wishes));
    output::complain(&told(node, &line, !wishes.services.is_empty()));
    output::print(&format!("{line}\n"))?;
    Ok(Exit::Fine)
}

/// The remote node that is called `name`.
fn node<'a>(name: &str, config: &'a Config) -> Result<&'a Node, Failure> {
    let name = roster::resolve(name, config)?;
    let remote = config.node(&name);
    remote
        .filter(|_| name != roster::local_name(config))
        .ok_or_else(|| {
            Failure::usage(format!(
                "`{name}` is the machine we run on, which is looked at without ssh"
            ))
            .hint("mamori config show")
        })
}

/// The public half of the first key that ssh would try.
fn own_key(node: &Node, around: &Surroundings) -> Result<PathBuf, Failure> {
    let text = Tools::find(around, LIMIT)
        .configuration(&node.ssh)
        .map_err(|why| {
            Failure::unable(format!("could not ask ssh about `{}`: {why}", node.name))
                .hint("mamori doctor")
        })?;
    let route = Route::parse(&text, &around.home);
    let keys = route.map(|route| route.identity_files).unwrap_or_default();
    let public = keys.iter().map(|file| public(file));
    public
        .into_iter()
        .find(|file| files::exists(file))
        .ok_or_else(|| {
            Failure::usage(format!(
                "ssh has no public key for `{}`; make one, and name it with `--key ~/.ssh/mamori.pub`",
                node.name
            ))
            .hint("ssh-keygen -t ed25519 -N '' -f ~/.ssh/mamori")
        })
}

fn read_key(file: &Path, around: &Surroundings) -> Result<PublicKey, Failure> {
    let shown = clean(&around.shown(file));
    let wrong = |why: &str| {
        Failure::usage(format!("`{shown}` is no public key: {why}"))
            .hint("ssh-keygen -t ed25519 -N '' -f ~/.ssh/mamori")
    };
    let bytes = files::head(file, LARGEST_KEY + 1)
        .ok_or_else(|| wrong("it cannot be read, or is no file"))?;
    if bytes.len() > LARGEST_KEY {
        return Err(wrong("it is over 16 KiB"));
    }
    public_key(&bytes).map_err(wrong)
}

/// What a person does with the line.
fn told(node: &Node, line: &str, services: bool) -> String {
    let name = clean(&node.name);
    let place = format!(
        "append this line to ~/.ssh/authorized_keys on {name}: with this key only the probe can \
         run there, so take none that you log in with\n"
    );
    let renew = services.then_some("the services to ask stand in it: renew it when they change\n");
    let length = line.len();
    let long = (length > LONGEST)
        .then(|| format!("warning: it has {length} bytes, and older ssh servers read {LONGEST}\n"));
    place + renew.unwrap_or_default() + &long.unwrap_or_default()
}
