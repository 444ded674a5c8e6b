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

/// The inodes of the sockets that listen at the path `path`, in the table
/// `/proc/net/unix`: `Num RefCount Protocol Flags Type St Inode Path`. The path
/// of one stays when its file is deleted; each line break in it stands there.
#[must_use]
pub fn listening_at(table: &str, path: &str) -> BTreeSet<u64> {
    let lines = table.lines();
    lines.filter_map(|line| inode_at(line, path)).collect()
}

/// The flag of a socket that listens (`__SO_ACCEPTCON`).
const ACCEPTS: u32 = 0x0001_0000;

fn inode_at(line: &str, path: &str) -> Option<u64> {
    let mut rest = line;
    let mut fields = [""; 7];
    for field in &mut fields {
        let (one, after) = rest
            .trim_start()
            .split_once(' ')
            .unwrap_or((rest.trim_start(), ""));
        (*field, rest) = (one, after);
    }
    let [_, _, _, flags, _, _, inode] = fields;
    let listens = u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & ACCEPTS != 0);
    number(inode).filter(|_| listens && rest == path)
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
    fn who_listens_at_a_path_is_told_even_after_its_file_is_gone() {
        let table = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 26555 /tmp/a b/default\n\
            0000000000000000: 00000003 00000000 00000000 0001 03 26556 /tmp/a b/default\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 7 /tmp/a b/default2\n\
            0000000000000000: 00000002 00000000 00010000 0001 01 8\n";
        assert_eq!(
            listening_at(table, "/tmp/a b/default"),
            BTreeSet::from([26555])
        );
        assert_eq!(listening_at(table, ""), BTreeSet::from([8]));
        assert_eq!(listening_at("garbage\n", "/x"), BTreeSet::new());
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
