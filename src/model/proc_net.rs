//! Who listens on which TCP port, as Linux tells in `/proc/net/tcp` and `tcp6`.

use std::collections::BTreeSet;

use super::proc::number;

/// The state of a listening socket in the table (`TCP_LISTEN`).
const LISTENS: &str = "0A";

/// The inodes of the sockets that listen on `port`, in a table such as
/// `/proc/net/tcp`: `sl local_address rem_address st … inode`.
#[must_use]
pub fn listening(table: &str, port: u16) -> BTreeSet<u64> {
    table.lines().filter_map(|line| inode(line, port)).collect()
}

fn inode(line: &str, port: u16) -> Option<u64> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let (_, local) = fields.get(1)?.rsplit_once(':')?;
    let listens = fields.get(3) == Some(&LISTENS);
    let there = listens && u16::from_str_radix(local, 16) == Ok(port);
    let inode = number(fields.get(9).filter(|_| there)?)?;
    // 0: a socket that belongs to nobody any more.
    Some(inode).filter(|inode| *inode > 0)
}

/// The inode of the socket that a link in `/proc/PID/fd` leads to: `socket:[INODE]`.
#[must_use]
pub fn socket(link: &str) -> Option<u64> {
    number(link.strip_prefix("socket:[")?.strip_suffix(']')?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F56 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 111 1 0 100 0 0 10 0
   1: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
   2: 0100007F:1F56 0100007F:A000 01 00000000:00000000 00:00000000 00000000  1000        0 333 1 0 100 0 0 10 0
   3: 0100007F:1F56 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 0 1
   4: 00000000000000000000000001000000:1F56 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 444 1
";

    #[test]
    fn only_listeners_of_the_port_count() {
        assert_eq!(listening(TABLE, 8022), BTreeSet::from([111, 444]));
        assert_eq!(listening(TABLE, 22), BTreeSet::from([222]));
        assert_eq!(listening(TABLE, 80), BTreeSet::new());
    }

    #[test]
    fn garbage_listens_nowhere() {
        for table in ["", "a b c d e f g h i j", "0: x:1F56 y 0A a b c d e -1"] {
            assert_eq!(listening(table, 8022), BTreeSet::new());
        }
        assert_eq!(socket("socket:[12]"), Some(12));
        for link in [
            "socket:[]",
            "socket:[-1]",
            "pipe:[12]",
            "/tmp/socket:[1",
            "",
        ] {
            assert_eq!(socket(link), None, "{link}");
        }
    }
}
