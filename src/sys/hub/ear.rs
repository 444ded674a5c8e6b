//! The thread that waits for the hub to say what changed.

use std::io;
use std::sync::mpsc::Sender;
use std::time::Duration;

use super::address::Address;
use super::link::{Link, Trouble};
use super::{About, Order};
use crate::sys::bell::aside;

/// How long to wait for news at once; a hub that is not there any more is
/// noticed a little later.
const AT_ONCE: Duration = Duration::from_secs(15);
/// How long to wait after a failure, at first and at most.
const AFTER: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);
/// Changes that come together are told together.
const TOGETHER: Duration = Duration::from_millis(20);

/// A stream's entries: their ids, and their fields with their values.
type Entries = Vec<(String, Vec<(String, String)>)>;

/// Begins to listen on a thread of its own, for as long as `tells` is heard.
pub(super) fn start(address: Address, about: About, tells: Sender<Order>) -> io::Result<()> {
    aside("hub-ear", move || {
        let mut after = AFTER;
        while let Some(heard) = listen(&address, &about, &tells) {
            std::thread::sleep(after);
            after = if heard {
                AFTER
            } else {
                (after * 2).min(LONGEST)
            };
        }
    })
}

/// Listens until something fails; whether there was anything to hear, `None`
/// when nobody hears us any more.
fn listen(address: &Address, about: &About, tells: &Sender<Order>) -> Option<bool> {
    let Ok((mut link, mut place)) = begin(address, about) else {
        return tells_still(tells).map(|()| false);
    };
    // What happened before is read as a whole.
    let tell = |names, people, all| tells.send(Order::Changed { names, people, all }).ok();
    tell(Vec::new(), true, true)?;
    loop {
        let mut command = redis::cmd("XREAD");
        command
            .arg("COUNT")
            .arg(1_000)
            .arg("BLOCK")
            .arg(AT_ONCE.as_millis());
        command.arg("STREAMS").arg(about.key("changed")).arg(&place);
        let Ok(heard) = link.ask::<Option<Vec<(String, Entries)>>>(&command) else {
            return tells_still(tells).map(|()| true);
        };
        let entries = heard.into_iter().flatten().flat_map(|(_, entries)| entries);
        let (mut names, mut people) = (Vec::new(), false);
        for (id, fields) in entries {
            place = id;
            for (field, value) in fields {
                match field.as_str() {
                    "n" => names.push(value),
                    "p" => people = true,
                    _ => {}
                }
            }
        }
        if names.is_empty() && !people {
            tells_still(tells)?;
            continue;
        }
        tell(names, people, false)?;
        std::thread::sleep(TOGETHER);
    }
}

/// Whether somebody hears us.
fn tells_still(tells: &Sender<Order>) -> Option<()> {
    let nothing = Order::Changed {
        names: Vec::new(),
        people: false,
        all: false,
    };
    tells.send(nothing).ok()
}

/// A connection, and the place of the last change.
fn begin(address: &Address, about: &About) -> Result<(Link, String), Trouble> {
    let mut link = Link::open(address)?;
    link.wait_besides(AT_ONCE)?;
    let place = link.last_place(&about.key("changed"))?;
    let place = place.unwrap_or_else(|| "0-0".to_owned());
    Ok((link, place))
}
