use std::io::Cursor;

use serde_json::Value;

use super::*;

fn all(bytes: &[u8], at: u64) -> Vec<(Vec<u8>, u64, bool)> {
    let mut lines = Lines::new(Cursor::new(bytes), at);
    let mut found = Vec::new();
    while let Some(line) = lines.next().unwrap() {
        found.push((line.bytes.to_vec(), line.next, line.ended));
    }
    found
}

#[test]
fn lines_come_with_the_place_of_the_next_one() {
    let found = all(b"one\n\ntwo\nhal", 100);
    let expected = [
        ("one", 104, true),
        ("", 105, true),
        ("two", 109, true),
        ("hal", 112, false),
    ];
    let expected = expected.map(|(text, at, ended)| (text.as_bytes().to_vec(), at, ended));
    assert_eq!(found, expected);
    assert_eq!(all(b"", 0), []);
    assert_eq!(all(b"\n", 0), [(Vec::new(), 1, true)]);
}

#[test]
fn a_line_of_many_megabytes_keeps_its_form() {
    let words = "wörter \\\"mit\\\" \\\\ \\u00e9 \\ud83d\\ude00 ".repeat(90_000);
    let long = format!(
        "{{\"type\":\"user\",\"a\":[{{\"content\":\"{words}\"}},\"{words}\\\\\"],\"z\":{{\"input_tokens\":7}}}}"
    );
    assert!(long.len() > 5 << 20);
    let text = format!("{{\"first\":1}}\n{long}\n{{\"last\":2}}\n");
    let found = all(text.as_bytes(), 0);
    assert_eq!(found.len(), 3);
    assert!(found[1].0.len() < 20_000, "{}", found[1].0.len());
    let value: Value = serde_json::from_slice(&found[1].0).unwrap();
    assert_eq!(value["z"]["input_tokens"], 7);
    assert!(
        value["a"][0]["content"]
            .as_str()
            .unwrap()
            .starts_with("wörter \"mit\"")
    );
    assert_eq!(found[1].1, (12 + long.len() + 1) as u64);
    assert_eq!(
        found[2],
        (b"{\"last\":2}".to_vec(), text.len() as u64, true)
    );
}

#[test]
fn memory_is_bounded_whatever_the_line() {
    // Digits are no words: nothing of them can be left out.
    let long = vec![b'1'; 40 << 20];
    let mut lines = Lines::new(Cursor::new(&long), 0);
    let line = lines.next().unwrap().unwrap();
    assert_eq!(
        (line.bytes.len(), line.ended, line.next),
        (0, false, 40 << 20)
    );
    assert!(lines.long.capacity() <= 2 * LONGEST);
    assert_eq!(lines.buffer.len(), CHUNK);
}

#[test]
fn every_length_around_the_buffer_comes_whole() {
    for length in [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        let text = format!("\"{}\"\n\"x\"\n", "a".repeat(length - 2));
        let found = all(text.as_bytes(), 0);
        assert_eq!(found.len(), 2, "{length}");
        assert_eq!(found[1].0, b"\"x\"", "{length}");
        let kept = if length < CHUNK { length } else { KEPT + 2 };
        assert_eq!(found[0].0.len(), kept, "{length}");
    }
}
