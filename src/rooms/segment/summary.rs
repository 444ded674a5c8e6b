//! The summary from the start of a state file, without parsing the rest. Pure.

use serde::Deserialize;

use crate::model::segment::Summary;

/// Bytes of a state file within which the summary ends: its text has at most
/// 200 columns, and what stands before it is short.
pub const HEAD: usize = 4096;

/// The file as far as the segment needs it.
#[derive(Deserialize)]
struct Whole {
    summary: Option<Summary>,
}

/// The summary in the first [`HEAD`] bytes of a file as we write it; `None`
/// when it does not begin so.
#[must_use]
pub fn from_head(head: &[u8]) -> Option<Summary> {
    let rest = head.strip_prefix(b"{\"schema\":")?;
    let rest = digits(rest).strip_prefix(b",\"revision\":")?;
    let rest = digits(rest).strip_prefix(b",\"summary\":")?;
    // A value followed by more: what follows is not looked at.
    let mut values = serde_json::Deserializer::from_slice(rest).into_iter::<Summary>();
    values.next()?.ok()
}

fn digits(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// The summary of a whole file in whatever order and shape.
#[must_use]
pub fn from_whole(file: &[u8]) -> Option<Summary> {
    serde_json::from_slice::<Whole>(file).ok()?.summary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::state::State;
    use crate::state::file::print;
    use proptest::prelude::*;

    #[test]
    fn the_head_of_a_file_as_written_is_enough() {
        let summary = Summary {
            ok: 2,
            total: 3,
            text: "▲ 2/3 mugen \"disk\" 93%".to_owned(),
            observed: Some(7),
            ..Summary::default()
        };
        let state = State {
            revision: 42,
            summary: summary.clone(),
            ..State::default()
        };
        let bytes = print(None, &state).unwrap();
        let end = bytes
            .windows(8)
            .position(|window| window == b",\"nodes\"")
            .unwrap();
        assert_eq!(from_head(&bytes[..end]), Some(summary.clone()));
        assert_eq!(from_whole(&bytes), Some(summary));
    }

    #[test]
    fn another_order_is_read_whole() {
        let file = br#"{ "nodes": [{"summary": 1}], "summary": {"ok": 1, "total": 1, "x": 2} }"#;
        assert_eq!(from_head(file), None);
        assert_eq!(from_whole(file).map(|summary| summary.total), Some(1));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>) {
            let _ = from_head(&bytes);
            let _ = from_head(&[b"{\"schema\":1,\"revision\":2,\"summary\":", bytes.as_slice()].concat());
            let _ = from_whole(&bytes);
        }
    }
}
