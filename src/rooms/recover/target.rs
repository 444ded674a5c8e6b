//! What recover looks after: expected things, and nothing else. Pure.

use crate::config::{Config, Expect, Host, Service};
use crate::failure::Failure;
use crate::model::text::clean;
use crate::remote::deed::Deed;

/// One thing on one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The node.
    pub node: String,
    /// What it is.
    pub what: What,
    /// Whether it shall be there: what is not expected is never started.
    pub expected: bool,
}

/// What can be recovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The machine's own ssh server.
    Sshd,
    /// The tmux servers, their sockets and the expected sessions.
    Tmux,
    /// The network.
    Network,
    /// One tmux session of another node.
    Session(String),
    /// A `[[service]]`.
    Service(Box<Service>),
}

impl Target {
    /// What a person calls it: `sshd`, `tmux`, `network`, a service's name, or
    /// `NODE/NAME` on another machine.
    #[must_use]
    pub fn name(&self, local: &str) -> String {
        let name = self.what.name();
        if self.node == local {
            name.to_owned()
        } else {
            format!("{}/{name}", self.node)
        }
    }

    /// Its check, as in a problem and an incident.
    #[must_use]
    pub fn check(&self) -> String {
        match &self.what {
            What::Service(service) => format!("service:{}", service.name),
            What::Session(name) => format!("tmux:{name}"),
            other => other.name().to_owned(),
        }
    }

    /// `NODE/CHECK`: the key of its tally.
    #[must_use]
    pub fn id(&self) -> String {
        format!("{}/{}", self.node, self.check())
    }

    /// The services on its node that must be ready before it.
    #[must_use]
    pub fn needs(&self) -> &[String] {
        match &self.what {
            What::Service(service) => &service.needs,
            _ => &[],
        }
    }

    /// The name of its lock file: a service called `tmux` waits for the
    /// sessions, too, which does no harm.
    #[must_use]
    pub fn lock(&self, local: &str) -> String {
        format!("{}.lock", self.name(local).replace('/', ":"))
    }
}

impl What {
    fn name(&self) -> &str {
        match self {
            Self::Sshd => "sshd",
            Self::Tmux => "tmux",
            Self::Network => "network",
            Self::Session(name) => name,
            Self::Service(service) => &service.name,
        }
    }
}

/// Everything on this machine that is expected, in the order in which it is
/// recovered: the network first, what others need before them.
#[must_use]
pub fn local_targets(config: &Config, local: &str, termux: bool) -> Vec<Target> {
    let expect = config.local.expected(termux);
    let services = || {
        config
            .services
            .iter()
            .filter(|service| service.host == Host::Local)
    };
    let own_sshd = !services().any(|service| service.name == "sshd");
    let target = |what, expected| Target {
        node: local.to_owned(),
        what,
        expected,
    };
    let mut targets = vec![target(What::Network, expect.contains(&Expect::Network))];
    if own_sshd {
        targets.push(target(What::Sshd, expect.contains(&Expect::Sshd)));
    }
    targets
        .extend(services().map(|service| target(What::Service(Box::new(service.clone())), true)));
    targets.push(target(
        What::Tmux,
        !config.local.expected_sessions(termux).is_empty(),
    ));
    targets
}

/// What is expected of other nodes and recovered over their channels; `termux`
/// says whether a node is known to be a phone.
#[must_use]
pub fn remote_targets(config: &Config, local: &str, termux: impl Fn(&str) -> bool) -> Vec<Target> {
    let others = config.nodes.iter().filter(|node| node.name != local);
    let deeds = others.flat_map(|node| {
        let deeds = Deed::all(config, node, termux(&node.name));
        let here = Host::Node(node.name.clone());
        // Those that nobody said how to start are looked at all the same.
        let observed = config
            .services
            .iter()
            .filter(move |service| service.host == here && service.start.is_none());
        let observed = observed.map(|service| Target {
            node: node.name.clone(),
            what: What::Service(Box::new(service.clone())),
            expected: true,
        });
        deeds
            .into_iter()
            .map(|deed| of_deed(&node.name, &deed))
            .chain(observed)
    });
    deeds.collect()
}

/// The target that a deed on `node` recovers.
#[must_use]
pub fn of_deed(node: &str, deed: &Deed) -> Target {
    Target {
        node: node.to_owned(),
        what: match deed {
            Deed::Service(_, service) => What::Service(service.clone()),
            Deed::Session(session) => What::Session(session.name.clone()),
            Deed::Sshd => What::Sshd,
        },
        expected: true,
    }
}

/// The targets that `words` name: a target's name, `service:NAME`, `local`, a
/// node, `NODE/NAME`. Without words, all that is expected.
///
/// # Errors
/// Exit 2 for a word that names none.
pub fn chosen(words: &[String], all: &[Target], local: &str) -> Result<Vec<Target>, Failure> {
    if words.is_empty() {
        // Whether other machines let us in is looked at when somebody asks.
        let others_sshd = |target: &Target| target.node != local && target.what == What::Sshd;
        return Ok(all
            .iter()
            .filter(|target| target.expected && !others_sshd(target))
            .cloned()
            .collect());
    }
    let mut chosen: Vec<Target> = Vec::new();
    for word in words {
        let named: Vec<&Target> = all
            .iter()
            .filter(|target| is_named(target, word, local))
            .collect();
        // A node of which nothing is expected is known all the same.
        let node = word == "local" || word == local || all.iter().any(|one| one.node == *word);
        if named.is_empty() && !node {
            return Err(unknown(word, all, local));
        }
        for target in named {
            if !chosen.contains(target) {
                chosen.push(target.clone());
            }
        }
    }
    // In the order in which they are recovered.
    chosen.sort_by_key(|target| all.iter().position(|other| other == target));
    Ok(chosen)
}

/// `chosen` with what it needs, and what that needs, in the order in which it
/// is recovered.
#[must_use]
pub fn with_needed(chosen: &[Target], all: &[Target]) -> Vec<Target> {
    let mut wanted = chosen.to_vec();
    // Who is needed stands above who needs it.
    for target in all.iter().rev() {
        let needs_it = |other: &Target| {
            let service = matches!(target.what, What::Service(_));
            let named = || other.needs().iter().any(|name| name == target.what.name());
            service && other.node == target.node && named()
        };
        if !wanted.contains(target) && wanted.iter().any(needs_it) {
            wanted.push(target.clone());
        }
    }
    wanted.sort_by_key(|target| all.iter().position(|other| other == target));
    wanted
}

/// A target's word as it is on this machine, whichever of its names stands
/// before it.
fn bare<'w>(word: &'w str, local: &str) -> &'w str {
    let named = |node: &str| word.strip_prefix(node)?.strip_prefix('/');
    named("local").or_else(|| named(local)).unwrap_or(word)
}

fn is_named(target: &Target, word: &str, local: &str) -> bool {
    let whole_node = (word == "local" && target.node == local) || word == target.node;
    let here = bare(word, local);
    if here != word && target.node != local {
        return false;
    }
    let word = here;
    target.name(local) == word
        || target.id() == word
        || (target.node == local && target.check() == word)
        || (whole_node && target.expected)
}

fn unknown(word: &str, all: &[Target], local: &str) -> Failure {
    let names: Vec<String> = all.iter().map(|target| target.name(local)).collect();
    let mut whole: Vec<String> = names.clone();
    if word.contains('/') {
        let here = all.iter().filter(|target| target.node == local);
        whole.extend(here.map(|target| format!("{local}/{}", target.what.name())));
    } else {
        whole.extend(all.iter().map(|target| target.node.clone()));
    }
    let near = whole
        .iter()
        .map(|name| (strsim::jaro_winkler(name, word), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0));
    let hint = match near {
        Some((_, name)) => format!("mamori recover {}", crate::model::text::quoted(name)),
        None => format!("the targets are: {}", names.join(", ")),
    };
    Failure::usage(format!("there is no target `{}`", clean(word))).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Variables;

    fn config(text: &str) -> Config {
        let variables = Variables {
            home: "/home/ann".into(),
            prefix: None,
            tmpdir: "/tmp".into(),
        };
        crate::config::read(text, "config.toml", &variables).unwrap()
    }

    const SERVICES: &str = "[local]\nexpect = [\"sshd\"]\n[[node]]\nname = \"far\"\n\
        [[service]]\nname = \"db\"\ncheck = { tcp = \"127.0.0.1:1\" }\n\
        [[service]]\nname = \"web\"\nneeds = [\"db\"]\ncheck = { tcp = \"127.0.0.1:2\" }\n\
        [[service]]\nname = \"db\"\nnode = \"far\"\ncheck = { tcp = \"127.0.0.1:3\" }\n";

    fn names(words: &[&str]) -> Vec<String> {
        let config = config(SERVICES);
        let mut all = local_targets(&config, "here", false);
        all.extend(remote_targets(&config, "here", |_| false));
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        match chosen(&words, &all, "here") {
            Ok(chosen) => chosen.iter().map(|target| target.name("here")).collect(),
            Err(failure) => vec![failure.text()],
        }
    }

    #[test]
    fn what_is_expected_is_chosen_in_its_order() {
        assert_eq!(names(&[]), ["sshd", "db", "web", "far/db"]);
        assert_eq!(names(&["web", "db", "db"]), ["db", "web"]);
        assert_eq!(names(&["service:web"]), ["web"]);
        assert_eq!(names(&["local"]), ["sshd", "db", "web"]);
        assert_eq!(names(&["here"]), ["sshd", "db", "web"]);
        assert_eq!(names(&["far"]), ["far/sshd", "far/db"]);
        assert_eq!(names(&["local/db"]), ["db"]);
        assert_eq!(names(&["here/db", "here/service:web"]), ["db", "web"]);
        assert_eq!(names(&["here/sshd", "here/tmux"]), ["sshd", "tmux"]);
        // Not expected, and still a name that people know.
        assert_eq!(names(&["tmux"]), ["tmux"]);
    }

    #[test]
    fn what_is_needed_comes_along_and_first() {
        let text = "[[node]]\nname = \"far\"\n\
            [[service]]\nname = \"disk\"\ncheck = { process = \"a\" }\n\
            [[service]]\nname = \"db\"\nneeds = [\"disk\"]\ncheck = { process = \"b\" }\n\
            [[service]]\nname = \"mail\"\ncheck = { process = \"c\" }\n\
            [[service]]\nname = \"db\"\nnode = \"far\"\ncheck = { process = \"d\" }\n\
            [[service]]\nname = \"app\"\nneeds = [\"db\"]\ncheck = { process = \"e\" }\n";
        let config = config(text);
        let mut all = local_targets(&config, "here", false);
        all.extend(remote_targets(&config, "here", |_| false));
        let asked = chosen(&["app".to_owned()], &all, "here").unwrap();
        let names: Vec<String> = with_needed(&asked, &all)
            .iter()
            .map(|target| target.name("here"))
            .collect();
        assert_eq!(names, ["disk", "db", "app"]);
        let asked = chosen(&["mail".to_owned()], &all, "here").unwrap();
        assert_eq!(with_needed(&asked, &all), asked);
    }

    #[test]
    fn an_unknown_target_is_refused_with_what_there_is() {
        assert_eq!(
            names(&["webb"]),
            ["error: there is no target `webb`\nhint: mamori recover web\n"]
        );
        assert_eq!(
            names(&["here/webb"]),
            ["error: there is no target `here/webb`\nhint: mamori recover here/web\n"]
        );
        assert_eq!(
            names(&["heer/db"]),
            ["error: there is no target `heer/db`\nhint: mamori recover here/db\n"]
        );
        assert_eq!(
            names(&["faar"]),
            ["error: there is no target `faar`\nhint: mamori recover far\n"]
        );
        assert_eq!(
            names(&["\u{1b}[2J"]),
            [
                "error: there is no target `[2J`\nhint: the targets are: network, sshd, db, web, tmux, far/sshd, far/db\n"
            ]
        );
    }

    #[test]
    fn a_service_called_sshd_takes_the_place_of_the_machines_own() {
        let config = config(
            "[local]\nexpect = [\"sshd\"]\n[[service]]\nname = \"sshd\"\ncheck = { process = \"x\" }\n",
        );
        let all = local_targets(&config, "here", false);
        let sshd: Vec<String> = all
            .iter()
            .map(Target::id)
            .filter(|id| id.contains("sshd"))
            .collect();
        assert_eq!(sshd, ["here/service:sshd"]);
    }
}
