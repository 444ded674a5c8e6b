use std::path::PathBuf;

use proptest::prelude::*;

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);

/// A file that its validator refuses, of which a good version is known.
fn broken() -> Seen {
    Seen {
        content: Content::Filled,
        lost_link: false,
        known: Known::Other,
        foreign: false,
        estranged: None,
        touched: vec![Timestamp(NOW.0 - 3_600)],
        signs: Some(Vec::new()),
        spent: false,
        verdict: Some(refused()),
        copy: Some(Verdict::Accepts),
        again: Some(refused()),
        now: NOW,
    }
}

fn refused() -> Verdict {
    Verdict::Refuses(Fault::read(b"line 3: bad"))
}

fn unable() -> Verdict {
    Verdict::Unable("it is not installed".into())
}

#[test]
fn what_is_broken_is_restored_and_what_is_right_is_kept() {
    assert!(
        matches!(decide(&broken()), Decision::Restore(Broken::Refused(fault)) if fault.line == Some(3))
    );
    let right = Seen {
        verdict: Some(Verdict::Accepts),
        ..broken()
    };
    assert_eq!(decide(&right), Decision::Keep);
    let as_known = Seen {
        known: Known::This,
        ..right.clone()
    };
    assert_eq!(decide(&as_known), Decision::Fine);
    let first = Seen {
        known: Known::Nothing,
        ..right
    };
    assert_eq!(decide(&first), Decision::Keep);
    for (content, why) in [
        (Content::Missing, Broken::Missing),
        (Content::Empty, Broken::Empty),
        (Content::Nul, Broken::Nul),
    ] {
        let seen = Seen {
            content,
            verdict: None,
            again: None,
            ..broken()
        };
        assert_eq!(decide(&seen), Decision::Restore(why));
    }
}

#[test]
fn nothing_is_asked_that_need_not_be_known() {
    let asks = |seen: Seen| match decide(&seen) {
        Decision::Ask(question) => Some(question),
        _ => None,
    };
    let mut seen = Seen {
        verdict: None,
        copy: None,
        again: None,
        signs: None,
        ..broken()
    };
    assert_eq!(asks(seen.clone()), Some(Question::File));
    seen.verdict = Some(refused());
    assert_eq!(asks(seen.clone()), Some(Question::Editing));
    seen.signs = Some(Vec::new());
    assert_eq!(asks(seen.clone()), Some(Question::Copy));
    seen.copy = Some(Verdict::Accepts);
    assert_eq!(asks(seen.clone()), Some(Question::Again));
    let missing = Seen {
        content: Content::Missing,
        ..seen
    };
    assert_eq!(asks(missing), None);
}

#[test]
fn surroundings_that_are_broken_change_nothing() {
    let helpless = |seen: Seen| matches!(decide(&seen), Decision::Help(Helpless::Validator(..)));
    let seen = |change: fn(&mut Seen)| {
        let mut seen = broken();
        change(&mut seen);
        seen
    };
    assert!(helpless(seen(|seen| seen.verdict = Some(unable()))));
    assert!(helpless(seen(|seen| seen.copy = Some(unable()))));
    assert!(helpless(seen(|seen| seen.copy = Some(refused()))));
    assert!(helpless(seen(|seen| seen.again = Some(unable()))));
    // The last good version itself fails.
    assert!(helpless(seen(|seen| seen.known = Known::This)));
    // It passes after all: an edit of somebody.
    let passes = seen(|seen| seen.again = Some(Verdict::Accepts));
    assert_eq!(decide(&passes), Decision::Keep);
}

#[test]
fn what_nobody_can_help_is_told() {
    let unknown = Seen {
        known: Known::Nothing,
        ..broken()
    };
    assert!(matches!(
        decide(&unknown),
        Decision::Help(Helpless::Unknown(_))
    ));
    let missing = Seen {
        content: Content::Missing,
        ..unknown.clone()
    };
    let told = Decision::Help(Helpless::Unknown(Broken::Missing));
    assert_eq!(decide(&missing), told);
    let spent = Seen {
        spent: true,
        ..broken()
    };
    assert!(matches!(decide(&spent), Decision::Help(Helpless::Spent(_))));
    let foreign = Seen {
        foreign: true,
        ..broken()
    };
    assert!(matches!(
        decide(&foreign),
        Decision::Help(Helpless::Foreign(_))
    ));
    // What is empty or holds NULs is not kept even where it is accepted.
    for (content, why) in [(Content::Empty, Broken::Empty), (Content::Nul, Broken::Nul)] {
        let seen = Seen {
            content,
            verdict: Some(Verdict::Accepts),
            ..unknown.clone()
        };
        assert_eq!(decide(&seen), Decision::Leave(why));
    }
}

#[test]
fn every_sign_of_a_person_at_work_makes_it_wait() {
    let swap = |age: i64| Sign::File("/x/.a.swp".into(), Timestamp(NOW.0 - age));
    let until = |seen: Seen| match decide(&seen) {
        Decision::Wait(_, _, until) => Some(until.0 - NOW.0),
        _ => None,
    };
    let signs = |sign: Sign| Seen {
        signs: Some(vec![sign]),
        ..broken()
    };
    let touched = |age: i64| Seen {
        touched: vec![Timestamp(NOW.0 - 9_999), Timestamp(NOW.0 - age)],
        ..broken()
    };
    assert_eq!(until(signs(swap(20))), Some(100));
    assert_eq!(until(signs(swap(120))), None);
    assert_eq!(until(signs(Sign::Program("vim".into(), 7))), Some(120));
    assert_eq!(until(touched(0)), Some(120));
    assert_eq!(until(touched(119)), Some(1));
    assert_eq!(until(touched(120)), None);
    // A time that lies ahead counts as old.
    assert_eq!(until(touched(-5)), None);
    assert_eq!(until(signs(swap(-5))), None);
    for content in [Content::Missing, Content::Empty] {
        let seen = Seen {
            content,
            touched: vec![NOW],
            signs: Some(vec![swap(0), Sign::Program("vim".into(), 7)]),
            ..broken()
        };
        assert!(matches!(decide(&seen), Decision::Restore(_)));
    }
}

#[test]
fn line_numbers_are_found_however_they_are_written() {
    let line = |said: &str| Fault::read(said.as_bytes()).line;
    assert_eq!(line("/etc/ssh/sshd_config: line 12: Bad"), Some(12));
    assert_eq!(line("/x/a.sh: 7: Syntax error: end of file"), Some(7));
    assert_eq!(line("/x/.tmux.conf:3: syntax error"), Some(3));
    assert_eq!(line("on line 4, column 2"), Some(4));
    assert_eq!(line("/x:y: no number 5"), None);
    assert_eq!(line(""), None);
}

fn verdicts() -> impl Strategy<Value = Option<Verdict>> {
    prop_oneof![
        Just(None),
        Just(Some(Verdict::Accepts)),
        Just(Some(refused())),
        Just(Some(unable())),
    ]
}

fn contents() -> impl Strategy<Value = Content> {
    prop_oneof![
        Just(Content::Missing),
        Just(Content::Nowhere),
        Just(Content::Unfit("it is a folder".into())),
        Just(Content::Empty),
        Just(Content::Nul),
        Just(Content::Filled),
    ]
}

fn signs() -> impl Strategy<Value = Option<Vec<Sign>>> {
    let sign = prop_oneof![
        (-300..300_i64).prop_map(|age| Sign::File(PathBuf::from("/x"), Timestamp(NOW.0 - age))),
        Just(Sign::Program("vim".into(), 7)),
        Just(Sign::Writer(Some(7))),
    ];
    proptest::option::of(proptest::collection::vec(sign, 0..3))
}

prop_compose! {
    fn seen()(
        content in contents(),
        known in prop_oneof![Just(Known::Nothing), Just(Known::Other), Just(Known::This)],
        (lost_link, foreign, spent) in any::<(bool, bool, bool)>(),
        estranged in proptest::option::of(Just("it is another")),
        touched in proptest::collection::vec(-300..300_i64, 0..3),
        signs in signs(),
        (verdict, copy, again) in (verdicts(), verdicts(), verdicts()),
    ) -> Seen {
        let touched = touched.iter().map(|age| Timestamp(NOW.0 - age)).collect();
        Seen { content, lost_link, known, foreign, estranged, touched, signs, spent, verdict, copy, again, now: NOW }
    }
}

proptest! {
    #[test]
    fn only_what_is_broken_is_replaced_and_only_by_what_is_accepted(seen in seen()) {
        if let Decision::Restore(broken) = decide(&seen) {
            prop_assert!(seen.known != Known::Nothing && !seen.spent && !seen.foreign);
            prop_assert_eq!(seen.estranged, None);
            prop_assert_eq!(seen.copy, Some(Verdict::Accepts));
            let emptied = matches!(&broken, Broken::Missing | Broken::Empty);
            if let Broken::Refused(_) = &broken {
                let no = |verdict: &Option<Verdict>| matches!(verdict, Some(Verdict::Refuses(_)));
                prop_assert!(no(&seen.verdict) && no(&seen.again) && seen.known == Known::Other);
            }
            let recent = |at: &Timestamp| (0..PATIENCE).contains(&NOW.since(*at));
            let at_work = seen.touched.iter().any(recent) || seen.signs.iter().flatten().any(|sign| match sign {
                Sign::File(_, at) => recent(at),
                Sign::Program(..) | Sign::Writer(_) => true,
            });
            let written = seen.signs.iter().flatten().any(|sign| matches!(sign, Sign::Writer(_)));
            prop_assert!(broken == Broken::Missing || !written);
            prop_assert!(emptied || !at_work);
        }
    }

    #[test]
    fn only_what_its_validator_accepts_is_kept(seen in seen()) {
        if matches!(decide(&seen), Decision::Keep | Decision::Relink | Decision::Fine) {
            let yes = Some(Verdict::Accepts);
            prop_assert!(seen.verdict == yes || seen.again == yes);
            prop_assert_eq!(seen.content, Content::Filled);
        }
    }

    #[test]
    fn asking_ends(seen in seen(), answers in (verdicts(), verdicts(), verdicts())) {
        let mut seen = Seen { verdict: None, copy: None, again: None, signs: None, ..seen };
        let mut asked = Vec::new();
        while let Decision::Ask(question) = decide(&seen) {
            prop_assert!(!asked.contains(&question));
            asked.push(question);
            match question {
                Question::File => seen.verdict = answers.0.clone().or(Some(unable())),
                Question::Copy => seen.copy = answers.1.clone().or(Some(unable())),
                Question::Again => seen.again = answers.2.clone().or(Some(unable())),
                Question::Editing => seen.signs = Some(Vec::new()),
            }
        }
    }

    #[test]
    fn whatever_a_validator_prints_can_be_read(said in any::<Vec<u8>>()) {
        let fault = Fault::read(&said);
        prop_assert_eq!(clean(&fault.said), fault.said);
    }
}
