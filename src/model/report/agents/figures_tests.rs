use super::*;

const T: i64 = 1_795_000_000;

fn request(
    agent: Agent,
    session: &'static str,
    at: i64,
    model: Option<&'static str>,
) -> Counted<'static> {
    Counted {
        agent,
        session,
        at,
        model,
        tokens: Tokens {
            input: Some(1_000_000),
            cache_write: Some(0),
            cache_write_hour: 0,
            cache_read: (agent != Agent::Aider).then_some(0),
            output: Some(10),
        },
        rate: None,
        told: (agent == Agent::Aider).then_some(5),
    }
}

#[test]
fn an_instant_belongs_to_one_span_only() {
    let prices = Prices::list();
    let count = |since: i64, until: i64| {
        let mut counter = Counter::new(Timestamp(T + since), Timestamp(T + until), &prices);
        for at in [0, 999, 9_999, 10_000] {
            counter.request(&request(Agent::Codex, "s", T * 1_000 + at, Some("gpt-5")));
        }
        counter
            .done()
            .agents
            .first()
            .map_or(0, |codex| codex.used.requests)
    };
    assert_eq!((count(0, 10), count(10, 20), count(-10, 0)), (3, 1, 0));
}

#[test]
fn work_adds_up_over_sessions_and_wall_time_does_not() {
    let prices = Prices::list();
    let mut counter = Counter::new(Timestamp(100), Timestamp(200), &prices);
    counter.work(Agent::ClaudeCode, "a", 50_000, 130_000);
    // The same once more, and one that reaches into it.
    counter.work(Agent::ClaudeCode, "a", 50_000, 130_000);
    counter.work(Agent::ClaudeCode, "a", 120_000, 140_000);
    counter.work(Agent::ClaudeCode, "b", 110_000, 150_000);
    counter.work(Agent::Codex, "c", 190_000, 999_000);
    counter.work(Agent::Codex, "gone", 200_000, 300_000);
    let all = counter.done();
    let claude = &all.agents[0];
    assert_eq!((claude.agent, claude.sessions), (Agent::ClaudeCode, 2));
    assert_eq!((claude.work, claude.wall), (80, 50));
    assert_eq!((all.agents[1].sessions, all.agents[1].work), (1, 10));
    assert_eq!(all.wall, 60);
    assert_eq!(all.newest, Some(Timestamp(199)));
}

#[test]
fn what_has_no_price_counts_its_tokens_and_no_money() {
    let prices = Prices::list();
    let mut counter = Counter::new(Timestamp(T), Timestamp(T + 9), &prices);
    counter.request(&request(Agent::Codex, "s", T * 1_000, Some("gpt-5")));
    counter.request(&request(Agent::Codex, "s", T * 1_000, Some("x-preview")));
    counter.request(&request(Agent::Codex, "t", T * 1_000, None));
    counter.request(&request(Agent::Aider, "u", T * 1_000, Some("gpt-5")));
    let all = counter.done();
    let codex = &all.agents[1];
    assert_eq!(
        (codex.used.requests, codex.used.unpriced, codex.sessions),
        (3, 2, 2)
    );
    assert_eq!(codex.used.input.known(3), Some(3_000_000));
    let cost = codex.used.priced().map(Money::dollars);
    assert_eq!(cost, Some(1.250_1));
    assert_eq!(codex.models.len(), 3);
    assert_eq!(codex.models[&Some("x-preview".to_owned())].priced(), None);
    let aider = &all.agents[0];
    // It tells of no caches, so no list price is known to be right.
    assert_eq!(aider.used.cache_read.known(1), None);
    assert_eq!((aider.used.priced(), aider.used.unpriced), (None, 1));
    assert_eq!((aider.used.told, aider.used.telling), (5, 1));
}

#[test]
fn the_order_in_which_things_are_told_changes_nothing() {
    let prices = Prices::list();
    let spans = [(10, 20), (15, 40), (60, 70), (5, 12), (70, 71)];
    let count = |order: &[usize]| {
        let mut counter = Counter::new(Timestamp(0), Timestamp(90), &prices);
        for at in order {
            let (from, to) = spans[*at];
            counter.work(Agent::Gemini, "s", from * 1_000, to * 1_000);
        }
        counter.done()
    };
    let all = count(&[0, 1, 2, 3, 4]);
    assert_eq!(all.wall, 46);
    assert_eq!(count(&[4, 3, 2, 1, 0]), all);
    assert_eq!(count(&[2, 0, 4, 1, 3]), all);
}
