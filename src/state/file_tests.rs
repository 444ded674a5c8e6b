use super::*;
use crate::model::kept::{IN_HISTORY, WHOLE, fill, left_out};
use crate::model::node::{Node, NodeState, Problem};
use crate::model::reading::Reading;
use crate::model::time::Timestamp;

/// So many nodes that are well and were measured; the last has a problem.
fn state(count: usize) -> State {
    let mut state = State::default();
    for n in 0..count {
        let mut node = Node::unseen(&format!("n{n}"), "not measured", Timestamp(0));
        node.state = NodeState::Ok;
        node.judged = Some(NodeState::Ok);
        node.readings.memory_total_bytes = Reading::Value(7);
        node.readings.disk_used_percent = Reading::Value(50.0);
        state.nodes.push(node);
    }
    if let Some(last) = state.nodes.last_mut() {
        last.state = NodeState::Degraded;
        last.judged = Some(NodeState::Degraded);
        last.problems.push(Problem {
            check: "disk".to_owned(),
            value: None,
            limit: None,
            text: "disk 93%".to_owned(),
        });
    }
    state
}

/// What a reader of the file sees.
fn read_back(state: &State) -> State {
    parse(&print(None, state).unwrap()).unwrap().state
}

#[test]
fn up_to_two_hundred_nodes_all_readings_stand_in_the_file() {
    let state = state(WHOLE);
    assert_eq!(read_back(&state), state);
}

#[test]
fn of_more_only_the_local_node_and_what_is_not_well_has_readings_there() {
    let state = state(WHOLE + 1);
    let read = read_back(&state);
    let whole = |node: &&Node| !left_out(node);
    let whole: Vec<&str> = read
        .nodes
        .iter()
        .filter(whole)
        .map(|node| node.name.as_str())
        .collect();
    assert_eq!(whole, ["n0", "n200"]);
    // Everything else of a node is there, and every reading says where it is.
    assert_eq!(read.nodes[1].readings, Readings::none(IN_HISTORY));
    let but_readings = |state: &State| {
        let mut nodes = state.nodes.clone();
        for node in &mut nodes {
            node.readings = Readings::default();
        }
        nodes
    };
    assert_eq!(but_readings(&read), but_readings(&state));
}

#[test]
fn what_the_file_leaves_out_is_filled_in_from_memory() {
    let known = state(WHOLE + 1);
    let mut read = read_back(&known);
    fill(&mut read, &known);
    assert_eq!(read, known);
    // Of a node nobody knows it stays left out.
    let mut read = read_back(&known);
    fill(&mut read, &State::default());
    assert!(left_out(&read.nodes[1]));
}

#[test]
fn a_node_that_is_well_again_leaves_its_readings_out_and_unknown_words_stay() {
    let before = state(WHOLE + 1);
    let text = String::from_utf8(print(None, &before).unwrap()).unwrap();
    let text = text.replacen(r#"{"name":"n1","#, r#"{"name":"n1","new":"word","#, 1);
    let old = parse(text.as_bytes()).unwrap();
    let mut after = before;
    let last = after.nodes.last_mut().unwrap();
    last.state = NodeState::Ok;
    last.judged = Some(NodeState::Ok);
    last.problems.clear();
    // And another one is not any more.
    after.nodes[1].state = NodeState::Degraded;
    let text = String::from_utf8(print(Some(&old), &after).unwrap()).unwrap();
    assert!(text.contains(r#""new":"word""#), "{text}");
    let read = parse(text.as_bytes()).unwrap().state;
    assert!(left_out(read.nodes.last().unwrap()));
    assert_eq!(read.nodes[1].readings, after.nodes[1].readings);
}

#[test]
fn a_file_of_an_older_build_becomes_small_with_the_first_write() {
    let state = state(WHOLE + 1);
    // As one wrote it that left nothing out.
    let mut whole = serde_json::to_vec(&state).unwrap();
    whole.push(b'\n');
    let old = parse(&whole).unwrap();
    assert_eq!(old.state, state);
    let new = print(Some(&old), &state).unwrap();
    assert_eq!(parse(&new).unwrap().state, read_back(&state));
    assert!(
        new.len() < whole.len() / 2,
        "{} of {}",
        new.len(),
        whole.len()
    );
}
