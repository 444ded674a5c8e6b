//! A real Alertmanager is told what stands and what is over, by a real watcher.

use serde_json::Value;

use crate::alerts::FULL;
use crate::harness::{Bench, until};
use crate::scraped::prometheus::{alertmanager, get, here};

fn channel(port: u16) -> String {
    format!(
        "[watch]\nhealth_every = \"10s\"\n[[channel]]\nkind = \"alertmanager\"\nurl = \"http://127.0.0.1:{port}/\"\n"
    )
}

/// What it holds to be so.
fn standing(port: u16) -> Vec<Value> {
    let answered = get(port, "/api/v2/alerts?active=true");
    let alerts = answered.filter(|answered| answered.status == 200);
    alerts.map_or_else(Vec::new, |answered| {
        answered.json().as_array().unwrap().clone()
    })
}

fn alerted(channels: &str) -> Bench {
    let bench = Bench::with(format!("{FULL}{channels}"));
    for _ in 0..2 {
        assert_eq!(bench.mamori(&["health"]).code, Some(1));
    }
    bench
}

/// Room enough: the alert ends.
fn mend(bench: &Bench, channels: &str) {
    bench.configure(
        format!("{FULL}{channels}").replace("disk_used_max = 1\n", "disk_used_max = 100\n"),
    );
    for _ in 0..2 {
        bench.mamori(&["health"]);
    }
    assert!(bench.state()["alerts"].as_array().unwrap().is_empty());
}

#[test]
fn an_alert_stands_there_until_it_is_over() {
    if !here() {
        return;
    }
    let own = Bench::new();
    let server = alertmanager(&own, None);
    let bench = alerted(&channel(server.port));
    let _watcher = bench.watch();
    until("the alert", || standing(server.port).len() == 1);
    let alert = standing(server.port).remove(0);
    let labels = &alert["labels"];
    assert_eq!(
        [
            &labels["alertname"],
            &labels["node"],
            &labels["check"],
            &labels["severity"]
        ],
        ["MamoriDisk", "laptop", "disk", "warning"]
    );
    assert_eq!(alert["annotations"]["number"], "1");
    assert_eq!(alert["annotations"]["acknowledge"], "mamori ack 1");
    let said = |at: &str| {
        alert[at]
            .as_str()
            .unwrap()
            .parse::<chrono::DateTime<chrono::Utc>>()
            .unwrap()
    };
    let ahead = (said("endsAt") - said("updatedAt")).num_seconds();
    assert!((180..=300).contains(&ahead), "{alert}");
    until("it to be noted", || {
        let told = &bench.state()["desk"]["matters"][0]["told"][0];
        told["name"] == "alertmanager" && told["sent"] == true
    });
    let ran = bench.mamori(&["alerts"]);
    assert!(ran.stdout.contains("  alertmanager  "), "{ran:?}");
    let revision = bench.state()["desk"]["next_message"].clone();
    assert_eq!(revision, 0, "no message was written");
    // Who knows of it is no reason to say that it were over.
    assert_eq!(bench.mamori(&["ack", "1"]).code, Some(0));
    until("the word about it", || {
        let standing = standing(server.port);
        assert_eq!(standing.len(), 1);
        standing[0]["annotations"]["acknowledged"] == "true"
    });

    mend(&bench, &channel(server.port));
    until("its end", || standing(server.port).is_empty());
}

#[test]
fn one_that_was_away_is_told_when_it_is_back() {
    if !here() {
        return;
    }
    let own = Bench::new();
    let server = alertmanager(&own, None);
    let port = server.port;
    let bench = alerted(&channel(port));
    let _watcher = bench.watch();
    until("the alert", || standing(port).len() == 1);
    drop(server);
    mend(&bench, &channel(port));
    until("the failure to be noted", || {
        let error = bench.state()["desk"]["lines"][0]["error"].clone();
        error
            .as_str()
            .is_some_and(|error| error.contains("cannot be reached"))
    });
    let line = bench.mamori(&["alerts"]);
    assert!(
        line.stdout.contains("alertmanager: http://127.0.0.1:"),
        "{line:?}"
    );
    let _server = alertmanager(&own, Some(port));
    until("it to be told", || {
        let desk = &bench.state()["desk"];
        let told = desk["matters"].as_array().unwrap().iter();
        desk["lines"][0]["error"].is_null()
            && told
                .filter_map(|one| one["told"].as_array())
                .all(Vec::is_empty)
    });
    assert!(standing(port).is_empty());
}

#[test]
fn a_test_is_an_alert_of_its_own() {
    if !here() {
        return;
    }
    let own = Bench::new();
    let server = alertmanager(&own, None);
    let bench = Bench::with(format!("{FULL}{}", channel(server.port)));
    let ran = bench.mamori(&["alerts", "test"]);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (Some(0), "alertmanager: sent\n"),
        "{ran:?}"
    );
    until("the test", || standing(server.port).len() == 1);
    let alert = standing(server.port).remove(0);
    assert_eq!(alert["labels"]["alertname"], "MamoriTest");
    assert_eq!(alert["labels"]["severity"], "info");
}
