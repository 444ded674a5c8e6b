//! The line of `authorized_keys` that permits the probe and nothing else. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::model::text::clean;

/// Bytes of the longest line that OpenSSH servers of the last years read; the
/// older ones read half of it.
pub const LONGEST: usize = 16_384;

/// A public key, as its file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// Such as `ssh-ed25519`.
    kind: String,
    /// The key itself.
    base64: String,
    /// Whose it is, in its owner's words; may be empty.
    comment: String,
}

/// Reads a public key's file: one line of type, base64 and comment.
///
/// # Errors
/// What it is instead.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey, &'static str> {
    const OTHER: &str = "it is not one line of type, key and comment, as `ssh-keygen` writes it";
    let text = std::str::from_utf8(bytes).map_err(|_| OTHER)?;
    if text.contains("PRIVATE KEY") {
        return Err("it holds a private key, which stays where it is");
    }
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if clean(line) != line {
        return Err(OTHER);
    }
    let mut words = line.splitn(3, ' ');
    let (Some(kind), Some(base64)) = (words.next(), words.next()) else {
        return Err(OTHER);
    };
    let blob = STANDARD.decode(base64).map_err(|_| OTHER)?;
    // The key names its type itself: options in front of it are found by that.
    if named(&blob) != Some(kind.as_bytes()) {
        return Err(OTHER);
    }
    if kind.contains("-cert-") {
        return Err("it holds a certificate, which `authorized_keys` does not take");
    }
    Ok(PublicKey {
        kind: kind.to_owned(),
        base64: base64.to_owned(),
        comment: words.next().unwrap_or_default().trim().to_owned(),
    })
}

/// The type at the start of a key (RFC 4253, 6.6): four bytes of its length,
/// then its letters, of which there is at least one.
fn named(blob: &[u8]) -> Option<&[u8]> {
    let (length, rest) = blob.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let name = rest.get(..length)?;
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-@.".contains(byte);
    // Something has to follow, and a name is never empty.
    let sound = !name.is_empty() && name.iter().all(letter) && rest.len() > length;
    sound.then_some(name)
}

/// The line, without its newline: `key` may run `script` and nothing else.
///
/// The login shell that the server hands the command to may be any: between
/// its single quotes stand no quote, no backslash, no `!` (csh), no newline.
/// In double quotes of the file only `\"` means anything but itself. The
/// script comes from a command's output, so standard input stays the
/// connection's.
#[must_use]
pub fn line(key: &PublicKey, script: &str) -> String {
    let encoded = STANDARD.encode(script);
    // -d: coreutils, busybox, toybox, BSD, newer macOS. -D: older macOS.
    let decode = "echo $s|base64 -d 2>/dev/null||echo $s|base64 -D 2>/dev/null\
                  ||echo $s|openssl base64 -d -A";
    let command = format!("exec sh -c 's={encoded};p=$({decode})||exit 127;eval \\\"$p\\\"'");
    let line = format!(
        "restrict,command=\"{command}\" {} {} {}",
        key.kind, key.base64, key.comment
    );
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGVgdRdlXDN2Nl2EwBvPTApSBIg7FaqRnzXgIHQUkepT";

    fn read(text: &str) -> Result<PublicKey, &'static str> {
        public_key(text.as_bytes())
    }

    #[test]
    fn a_public_key_is_one_line_and_nothing_else() {
        for good in ["", " of a \"test\"", " 無限", "\n", " c\r\n"] {
            assert!(read(&format!("{KEY}{good}")).is_ok(), "{good:?}");
        }
        let options = format!("command=\"x\" {KEY}");
        let two = format!("{KEY}\n{KEY}\n");
        let other_type = KEY.replace("ssh-ed25519 ", "ssh-rsa ");
        let steering = format!("{KEY} \x1b[2J");
        let bad = [
            "",
            "ssh-ed25519",
            "ssh-ed25519 AAAA",
            "ssh-ed25519 not/base64!",
            "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n",
            &options,
            &two,
            &other_type,
            &steering,
            " AAAAAAA=",
        ];
        for bad in bad {
            assert!(read(bad).is_err(), "{bad:?}");
        }
        assert!(read(bad[4]).unwrap_err().contains("private"));
        assert!(public_key(b"\xff\xfe").is_err());
    }

    #[test]
    fn the_line_holds_one_command_and_the_key() {
        let line = line(&read(&format!("{KEY} me")).unwrap(), "echo it's \"!\\\n");
        assert_eq!(
            line,
            format!(
                "restrict,command=\"exec sh -c 's=ZWNobyBpdCdzICIhXAo=;\
                 p=$(echo $s|base64 -d 2>/dev/null||echo $s|base64 -D 2>/dev/null\
                 ||echo $s|openssl base64 -d -A)||exit 127;eval \\\"$p\\\"'\" {KEY} me"
            )
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(bytes in any::<Vec<u8>>()) {
            let _ = public_key(&bytes);
            let _ = named(&bytes);
        }

        #[test]
        fn no_script_breaks_out_of_its_quotes(script in any::<String>()) {
            let line = line(&read(KEY).unwrap(), &script);
            prop_assert_eq!(line.matches('\'').count(), 2);
            prop_assert!(!line.contains(['\n', '!']));
            let quotes = line.replace("\\\"", "").matches('"').count();
            prop_assert_eq!(quotes, 2);
        }
    }
}
