use super::*;
use crate::model::forecast::Basis;
use crate::rooms::predict::decide::{DAY, WEEK};

const START: i64 = 1_795_327_200;
const HOUR: i64 = 3_600;

fn disk(probability: Option<f64>, will_cross: bool) -> Foreseen {
    Foreseen {
        node: "mugen".to_owned(),
        what: What::Disk("/srv".to_owned()),
        threshold: 90.0,
        horizon_s: WEEK,
        now: Some(83.4),
        probability,
        will_cross,
        eta_s: will_cross.then_some(4.0 * 86_400.0),
        range_s: will_cross.then_some((2.0 * 86_400.0, 6.0 * 86_400.0)),
        basis: Basis::default(),
        restart: None,
        past: Vec::new(),
        grew: None,
    }
}

fn sure() -> Foreseen {
    disk(Some(0.9), true)
}

fn calm() -> Foreseen {
    disk(Some(0.1), false)
}

/// The state after runs an hour apart.
fn after(runs: &[Foreseen]) -> State {
    let mut state = State::default();
    for (hour, run) in (0..).zip(runs) {
        let now = Timestamp(START + hour * HOUR);
        state.forecasts = stand(&state, std::slice::from_ref(run), HOUR, now);
    }
    state
}

fn told(runs: &[Foreseen]) -> Option<String> {
    let state = after(runs);
    let warning = state.forecasts.first().and_then(|one| one.warning.clone());
    warning.map(|warning| warning.text)
}

#[test]
fn two_windows_in_a_row_must_agree_and_two_must_take_it_back() {
    assert_eq!(told(&[sure()]), None);
    assert_eq!(told(&[sure(), calm(), sure()]), None);
    let text = told(&[sure(), sure()]).unwrap();
    assert_eq!(
        text,
        "mugen disk /srv reaches 90% in 4 d (2 to 6 d), 90 % sure; now 83%"
    );
    assert!(told(&[sure(), sure(), calm()]).is_some());
    assert_eq!(told(&[sure(), sure(), calm(), calm()]), None);
    // Neither here nor there: it stays as it was told.
    let unsure = disk(Some(0.45), false);
    let runs = [sure(), sure(), unsure.clone(), unsure.clone(), unsure];
    let unsure = told(&runs).unwrap();
    assert_eq!(
        unsure,
        "mugen disk /srv may reach 90% within 7 days, 45 % sure; now 83%"
    );
    // Too little is known for a while.
    let runs = [sure(), sure(), disk(None, false), disk(None, false)];
    assert_eq!(told(&runs).unwrap(), text);
}

#[test]
fn runs_that_are_too_near_are_one_window() {
    let mut state = State::default();
    for minute in 0..54 {
        let now = Timestamp(START + minute * 60);
        state.forecasts = stand(&state, &[sure()], HOUR, now);
    }
    assert!(state.forecasts[0].warning.is_none());
    assert!(state.forecasts[0].is_open());
    let now = Timestamp(START + HOUR);
    state.forecasts = stand(&state, &[sure()], HOUR, now);
    assert_eq!(state.forecasts[0].warning.as_ref().unwrap().since, now);
    // What is near cannot wait for an hour.
    let soon = Foreseen {
        eta_s: Some(3_600.0),
        ..sure()
    };
    let mut state = State::default();
    state.forecasts = stand(&state, std::slice::from_ref(&soon), HOUR, Timestamp(START));
    assert_eq!(state.forecasts[0].apart_s(), 540);
    state.forecasts = stand(&state, &[soon], HOUR, Timestamp(START + 600));
    assert!(state.forecasts[0].warning.is_some());
    // A clock that was set back counts anew.
    let back = stand(&state, &[sure()], HOUR, Timestamp(START - 9 * DAY));
    assert_eq!(back[0].counted, Timestamp(START - 9 * DAY));
}

#[test]
fn what_has_come_is_told_by_its_own_alert() {
    let over = Foreseen {
        now: Some(91.0),
        eta_s: Some(0.0),
        ..sure()
    };
    // Until that is open the forecast stands.
    assert!(told(&[sure(), sure(), over.clone()]).is_some());
    let mut state = after(&[sure(), sure()]);
    state.alerts = vec![Alert {
        id: "mugen/disk:/srv".to_owned(),
        number: 1,
        severity: crate::model::alert::Severity::Warning,
        since: Timestamp(START),
        text: String::new(),
        acked: false,
        snoozed_until: None,
    }];
    let now = Timestamp(START + 3 * HOUR);
    assert!(stand(&state, &[over], HOUR, now)[0].warning.is_none());
}

#[test]
fn memory_must_be_surer_and_the_nearer_horizon_leads() {
    let memory = |horizon_s: i64, probability: f64| Foreseen {
        what: What::Memory,
        horizon_s,
        eta_s: Some(1_800.0),
        ..disk(Some(probability), probability >= 0.5)
    };
    let runs = |near: f64, far: f64| {
        let all = [memory(HOUR, near), memory(6 * HOUR, far)];
        let mut state = State::default();
        for hour in 0..2 {
            state.forecasts = stand(&state, &all, HOUR, Timestamp(START + hour * HOUR));
        }
        assert_eq!(state.forecasts.len(), 1);
        assert_eq!(state.forecasts[0].id, "mugen/forecast:memory");
        let one = state.forecasts.remove(0);
        (one.horizon_s, one.warning.is_some())
    };
    assert_eq!(runs(0.6, 0.65), (6 * HOUR, false));
    assert_eq!(runs(0.2, 0.8), (6 * HOUR, true));
    assert_eq!(runs(0.8, 0.9), (HOUR, true));
}

#[test]
fn hostile_mounts_are_cleaned_and_a_gone_one_is_forgotten() {
    let hostile = Foreseen {
        what: What::Disk("/a\u{1b}[2J#(touch x)\n".to_owned()),
        ..sure()
    };
    let mut state = State::default();
    for hour in 0..2 {
        let now = Timestamp(START + hour * HOUR);
        state.forecasts = stand(&state, std::slice::from_ref(&hostile), HOUR, now);
    }
    let text = &state.forecasts[0].warning.as_ref().unwrap().text;
    assert!(!text.chars().any(char::is_control), "{text:?}");
    assert_eq!(stand(&state, &[], HOUR, Timestamp(START + 2 * HOUR)), []);
}

#[test]
fn the_same_samples_are_one_window_and_a_clock_that_was_set_back_is_none() {
    let old = Foreseen {
        basis: Basis {
            age_s: 8.0 * 3_600.0,
            ..Basis::default()
        },
        ..sure()
    };
    // The last sample is from before the first run.
    let mut state = State::default();
    for hour in 0..6 {
        let now = Timestamp(START + hour * HOUR);
        state.forecasts = stand(&state, std::slice::from_ref(&old), HOUR, now);
    }
    assert_eq!(state.forecasts[0].agree, 1);
    let mut state = after(&[sure()]);
    let back = Timestamp(START - DAY);
    state.forecasts = stand(&state, &[sure()], HOUR, back);
    assert_eq!(state.forecasts[0].agree, 1);
    assert!(state.forecasts[0].warning.is_none());
}

#[test]
fn a_run_that_is_late_ends_no_warning() {
    let memory = Foreseen {
        what: What::Memory,
        horizon_s: HOUR,
        eta_s: Some(1_800.0),
        ..sure()
    };
    let day = 86_400;
    let told = stand(&State::default(), &[memory], day, Timestamp(START));
    assert!(told[0].holds(Timestamp(START + 2 * day)));
    assert!(!told[0].holds(Timestamp(START + 2 * day + HOUR + 1)));
    // Of what is calm nothing is kept.
    assert_eq!(
        stand(&State::default(), &[calm()], HOUR, Timestamp(START)),
        []
    );
}
