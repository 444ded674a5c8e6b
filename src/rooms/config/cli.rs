//! The arguments of `mamori config`, and what it prints.

use clap::Subcommand;
use serde_json::{Map, Value, json};

use crate::config::{self, Config, DEFAULT, Found, InForce, Variables};
use crate::failure::{Exit, Failure};
use crate::model::text::{clean, count};
use crate::sys::output::print;
use crate::sys::surroundings::Surroundings;

/// Show, check or name the configuration
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Print the configuration in force and where each value is from
    Show {
        /// Print the default configuration, with comments, to begin your own with
        #[arg(long)]
        default: bool,
        /// Print one JSON value
        #[arg(long)]
        json: bool,
    },
    /// Say whether the configuration is right, and all that is wrong with it
    Check {
        /// Print one JSON value
        #[arg(long)]
        json: bool,
    },
    /// Print the path the configuration is read from
    Path {
        /// Print one JSON value
        #[arg(long)]
        json: bool,
    },
}

impl Args {
    /// Whether one JSON value is wanted, also on failure.
    #[must_use]
    pub fn json(&self) -> bool {
        match self.verb {
            Verb::Show { json, .. } | Verb::Check { json } | Verb::Path { json } => json,
        }
    }
}

/// Carries the command out.
///
/// # Errors
/// Exit 2 when the configuration cannot be used, except for `path` and
/// `show --default`, which do not look at it.
pub fn run(args: &Args, around: &Surroundings) -> Result<Exit, Failure> {
    let text = match args.verb {
        Verb::Show {
            default: true,
            json: false,
        } => DEFAULT.to_owned(),
        Verb::Show {
            default: true,
            json: true,
        } => json_line([json!({}), InForce::of(None).json()]),
        Verb::Show {
            default: false,
            json,
        } => show(around, json)?,
        Verb::Check { json } => check(around, json)?,
        Verb::Path { json: true } => json_line([
            json!({ "path": around.config.to_string_lossy() }),
            json!({}),
        ]),
        Verb::Path { json: false } => format!("{}\n", around.config.display()),
    };
    print(&text)?;
    Ok(Exit::Fine)
}

fn show(around: &Surroundings, json: bool) -> Result<String, Failure> {
    let (found, _) = checked(around)?;
    let in_force = InForce::of(found.as_ref());
    if json {
        Ok(json_line([place(around, found.is_some()), in_force.json()]))
    } else {
        Ok(in_force.toml())
    }
}

fn check(around: &Surroundings, json: bool) -> Result<String, Failure> {
    let (found, config) = checked(around)?;
    let (nodes, services) = (config.nodes.len(), config.services.len());
    if json {
        let counts = json!({ "nodes": nodes, "services": services });
        return Ok(json_line([place(around, found.is_some()), counts]));
    }
    let shown = clean(&around.shown(&around.config));
    if found.is_none() {
        return Ok(format!("no `{shown}`: the defaults are in force\n"));
    }
    let (nodes, services) = (count(nodes, "node"), count(services, "service"));
    Ok(format!("`{shown}`: fine ({nodes}, {services})\n"))
}

fn checked(around: &Surroundings) -> Result<(Option<Found>, Config), Failure> {
    let variables = Variables::of(around);
    let found = config::find(around)?;
    let config = match &found {
        Some(found) => {
            config::read(&found.text, &found.shown, &variables).map_err(config::failure)?
        }
        None => Config::defaults(&variables),
    };
    Ok((found, config))
}

fn place(around: &Surroundings, exists: bool) -> Value {
    json!({ "path": around.config.to_string_lossy(), "exists": exists })
}

/// One line with what `parts`, which are objects, hold together.
fn json_line(parts: [Value; 2]) -> String {
    let mut all = Map::from_iter([("schema".to_owned(), json!(1))]);
    all.extend(
        parts
            .into_iter()
            .filter_map(|part| part.as_object().cloned())
            .flatten(),
    );
    format!("{}\n", Value::Object(all))
}
