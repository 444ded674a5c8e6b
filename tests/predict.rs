//! `predict eval` as programs use it.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::Value;

use crate::harness::{Bench, MAMORI, Ran};

const NOW: u32 = 1_700_000_000;

fn eval(bench: &Bench, lines: &[u8]) -> Ran {
    let file = bench.home().join("questions");
    std::fs::write(&file, lines).unwrap();
    let stdin = std::fs::File::open(file).unwrap();
    bench.ran(bench.command(MAMORI).args(["predict", "eval"]).stdin(stdin))
}

fn answers(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Hourly samples that rise by `slope` a day to 85 %.
fn points(slope: f64) -> String {
    let mut text = String::new();
    for ago in (0..=240).rev() {
        let value = 85.0 - slope * f64::from(ago) / 24.0;
        let comma = if ago == 0 { "" } else { "," };
        write!(text, "[{},{value:.2}]{comma}", NOW - ago * 3600).unwrap();
    }
    text
}

fn disk(id: &str, points: &str) -> String {
    format!(
        r#"{{"id":{id},"kind":"disk","threshold":90.0,"horizon_s":604800,"now":{NOW},"points":[{points}]}}"#
    )
}

fn service(id: &str) -> String {
    let events = r#"[[1699990000,"exit"],[1699900000,"oom"]]"#;
    format!(
        r#"{{"id":"{id}","kind":"service","now":{NOW},"observed_from":1690000000,"horizon_s":86400,"events":{events}}}"#
    )
}

#[test]
fn every_question_is_answered_in_order_with_the_fields_of_its_kind() {
    let bench = Bench::quiet();
    let lines = [
        disk("\"full soon\"", &points(1.5)),
        disk("7", &points(0.0)),
        disk("\"now\"", &points(1.5)).replace("\"threshold\":90.0", "\"threshold\":85"),
        disk("\"new\"", "[1699999000,40],[1699999900,41]"),
        service("nginx"),
    ];
    let ran = eval(&bench, (lines.join("\n") + "\n").as_bytes());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let said = answers(&ran);
    let ids: Vec<&Value> = said.iter().map(|answer| &answer["id"]).collect();
    assert_eq!(
        ids,
        ["full soon", "7", "now", "new", "nginx"]
            .map(|id| { if id == "7" { Value::from(7) } else { id.into() } })
            .iter()
            .collect::<Vec<_>>()
    );
    for answer in &said[..4] {
        let keys: Vec<&String> = answer.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["id", "will_cross", "eta_s", "probability"]);
    }
    let keys: Vec<&String> = said[4].as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["id", "p_restart", "p_unstable", "will_restart", "unstable"]
    );
    assert_eq!(said[0]["will_cross"], true);
    let eta = said[0]["eta_s"].as_f64().unwrap();
    assert!((2.0 * 86400.0..5.0 * 86400.0).contains(&eta), "{eta}");
    assert_eq!(
        (&said[1]["will_cross"], &said[1]["eta_s"]),
        (&false.into(), &Value::Null)
    );
    assert_eq!(
        (&said[2]["will_cross"], &said[2]["eta_s"]),
        (&true.into(), &0.0.into())
    );
    assert_eq!(
        (&said[3]["will_cross"], &said[3]["probability"]),
        (&false.into(), &Value::Null)
    );
}

#[test]
fn a_bad_line_is_told_with_its_id_and_the_others_are_answered() {
    let bench = Bench::quiet();
    let good = disk("\"good\"", &points(1.0));
    let bad = [
        ("nonsense".to_owned(), Value::Null, "expected"),
        ("[]".to_owned(), Value::Null, "must be a JSON object"),
        (
            r#"{"id":"a"}"#.to_owned(),
            "a".into(),
            "missing field `kind`",
        ),
        (
            good.replace("disk", "tape"),
            "good".into(),
            "`kind` is `tape`",
        ),
        (
            good.replace("90.0", "1e999"),
            "good".into(),
            "number out of range",
        ),
        (
            good.replace("90.0", "\"90\""),
            "good".into(),
            "invalid type",
        ),
        (
            good.replace("90.0", "140"),
            "good".into(),
            "`threshold` is 140",
        ),
        (
            good.replace("604800", "0"),
            "good".into(),
            "`horizon_s` is 0",
        ),
        (
            good.replace("points", "pints"),
            "good".into(),
            "there are no `points`",
        ),
        (
            service("s").replace("events", "e"),
            "s".into(),
            "there are no `events`",
        ),
        (good.replace("[[", "[{\"a\":[["), Value::Null, "expected"),
    ];
    let mut lines = String::new();
    for (line, _, _) in &bad {
        write!(lines, "{line}\r\n \r\n\n{good}\n").unwrap();
    }
    let ran = eval(&bench, lines.trim_end().as_bytes());
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(2), ""));
    let said = answers(&ran);
    assert_eq!(said.len(), 2 * bad.len());
    for (pair, (line, id, says)) in said.chunks(2).zip(&bad) {
        let error = pair[0]["error"].as_str().unwrap_or_default();
        assert!(error.contains(says), "{line}: {}", pair[0]);
        assert_eq!(
            (&pair[0]["id"], pair[0].as_object().unwrap().len()),
            (id, 2)
        );
        assert_eq!((&pair[1], &pair[1]["id"]), (&said[1], &"good".into()));
    }
    let broken = [b"{\"id\":\"\xff\"}\n".as_slice(), good.as_bytes()].concat();
    let ran = eval(&bench, &broken);
    assert_eq!((ran.code, answers(&ran).len()), (Some(2), 2));
    let nothing = eval(&bench, b"");
    assert_eq!((nothing.code, nothing.stdout.as_str()), (Some(0), ""));
}

#[test]
fn samples_that_are_none_are_left_out() {
    let bench = Bench::quiet();
    let clean = points(1.0);
    let odd = r#"[null,50],["x",3],[1699999999,null],[1699999999,"full"],[1699999999,true],
        [1699999999,[1,{"a":2}]],[1699999999,{"a":[1]}],[1699999999],[],[1e300,5],[1699999999,-80],
        [1699999999,1e9],[3000000000,99]"#;
    let odd = odd.replace('\n', " ");
    let lines = [
        disk("1", &clean),
        disk("2", &format!("{odd},{clean}")),
        disk("3", &format!("{clean},{odd}")),
    ];
    let ran = eval(&bench, lines.join("\n").as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let said = answers(&ran);
    for answer in &said[1..] {
        assert_eq!(answer["probability"], said[0]["probability"]);
        assert_eq!(answer["eta_s"], said[0]["eta_s"]);
    }
}

#[test]
fn the_answer_does_not_depend_on_the_id_the_order_or_what_else_was_asked() {
    let bench = Bench::quiet();
    let ordered = points(0.7);
    let mut turned: Vec<&str> = ordered.split_inclusive("],").collect();
    turned.reverse();
    let turned = turned.concat().replace("][", "],[");
    let turned = turned.trim_end_matches(',');
    let lines = [
        disk("\"a\"", &ordered),
        service("between"),
        disk("\"another name\"", turned),
    ];
    let ran = eval(&bench, lines.join("\n").as_bytes());
    assert_eq!(ran.code, Some(0), "{}", ran.stdout);
    let said = answers(&ran);
    assert_eq!(said[0]["probability"], said[2]["probability"]);
    assert_eq!(said[0]["eta_s"], said[2]["eta_s"]);
    assert_eq!(eval(&bench, lines.join("\n").as_bytes()).stdout, ran.stdout);
}

#[test]
fn a_question_is_answered_before_the_next_is_asked() {
    let bench = Bench::quiet();
    let mut child = bench
        .command(MAMORI)
        .args(["predict", "eval"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    for line in [disk("1", &points(1.0)), service("2"), "nonsense".into()] {
        stdin.write_all(format!("{line}\n").as_bytes()).unwrap();
        let mut answer = String::new();
        said.read_line(&mut answer).unwrap();
        assert!(serde_json::from_str::<Value>(&answer).is_ok());
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn a_million_samples_in_one_line_are_one_question() {
    let bench = Bench::quiet();
    let mut many = String::with_capacity(20 << 20);
    for ago in (1..=1_000_000).rev() {
        write!(many, "[{}.5,{}],", NOW - 1 - ago / 10, 60 + ago % 3).unwrap();
    }
    let line = disk("\"many\"", many.trim_end_matches(','));
    let ran = eval(
        &bench,
        (line + "\n" + &disk("\"next\"", &points(1.0))).as_bytes(),
    );
    assert_eq!(ran.code, Some(0));
    let said = answers(&ran);
    assert_eq!((said.len(), &said[0]["will_cross"]), (2, &false.into()));
    assert!(said[0]["probability"].is_number() && said[1]["probability"].is_number());
}

#[test]
fn a_line_without_an_end_is_not_kept() {
    let bench = Bench::quiet();
    let mut lines = vec![b'['; 65 << 20];
    lines.push(b'\n');
    lines.extend(disk("\"next\"", &points(1.0)).into_bytes());
    let ran = eval(&bench, &lines);
    assert_eq!(ran.code, Some(2));
    let said = answers(&ran);
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["error"], "the line is longer than 64 MiB");
    assert_eq!(said[1]["id"], "next");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let bench = Bench::quiet();
    let mut child = bench
        .command(MAMORI)
        .args(["predict", "eval"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let line = disk("1", &points(1.0)) + "\n";
    // It may have gone before all is written.
    let _ = child
        .stdin
        .take()
        .unwrap()
        .write_all(line.repeat(50).as_bytes());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
