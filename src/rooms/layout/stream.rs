//! `layout plan`: a JSON line in, a JSON line out. Pure.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::layout::efficiency::{Pane, USABLE};
use crate::model::layout::plan::{self, Plan, Window};
use crate::model::layout::role::Role;
use crate::model::layout::text::LARGEST;

/// A window as it is asked about.
#[derive(Deserialize)]
struct Asked {
    width: u32,
    height: u32,
    #[serde(default)]
    attention: Option<f64>,
    panes: Vec<AskedPane>,
    #[serde(default)]
    floor: Option<(u32, u32)>,
}

/// A pane of it.
#[derive(Deserialize)]
struct AskedPane {
    #[serde(default)]
    role: Option<String>,
    #[serde(default)]
    active: bool,
}

/// What is answered.
#[derive(Serialize)]
struct Answer<'a> {
    layout: &'a str,
    efficiency: f64,
    fits: bool,
}

/// The window that a line asks about.
///
/// # Errors
/// Says what is wrong with the line.
pub fn asked(line: &str) -> Result<Window, String> {
    let value: Value =
        serde_json::from_str(line).map_err(|error| format!("it is no JSON: {error}"))?;
    let panes = value.get("panes").and_then(Value::as_array);
    if !value.is_object() || panes.is_some_and(|panes| !panes.iter().all(Value::is_object)) {
        return Err("a window and its panes must be JSON objects".to_owned());
    }
    let asked: Asked = serde_json::from_value(value).map_err(|error| error.to_string())?;
    let size = |what: &str, size: u32| match size {
        1..=LARGEST => Ok(size),
        _ => Err(format!("`{what}` is {size}, but must be 1 to {LARGEST}")),
    };
    let (width, height) = (size("width", asked.width)?, size("height", asked.height)?);
    let (columns, rows) = asked.floor.unwrap_or(USABLE);
    let floor = (size("floor", columns)?, size("floor", rows)?);
    if asked.panes.is_empty() || asked.panes.len() > plan::MOST {
        let count = asked.panes.len();
        return Err(format!(
            "there are {count} `panes`, but must be 1 to {}",
            plan::MOST
        ));
    }
    if let Some(attention) = asked.attention {
        if !(attention > 0.0 && attention < 1.0) {
            return Err(format!(
                "`attention` is {attention}, but must be between 0 and 1"
            ));
        }
        let active = asked.panes.iter().filter(|pane| pane.active).count();
        if active != 1 {
            return Err(format!(
                "{active} panes are `active`, but with `attention` one must be"
            ));
        }
    }
    let role = |pane: &AskedPane| pane.role.as_deref().and_then(Role::of).unwrap_or_default();
    let panes = asked.panes.iter().map(|pane| Pane {
        role: role(pane),
        active: pane.active,
    });
    Ok(Window {
        attention: asked.attention,
        floor,
        ..Window::of(width, height, panes.collect())
    })
}

/// The arrangement of the window that a line asks about, its panes numbered
/// from 0.
///
/// # Errors
/// Says what is wrong with the line, or that its window has no room.
pub fn planned(line: &str) -> Result<(Window, Plan), String> {
    let window = asked(line)?;
    let planned = plan::plan(&window, None).map_err(|cramped| cramped.to_string())?;
    let ids: Vec<u32> = (0_u32..).take(window.panes.len()).collect();
    let layout = planned.layout.with_ids(&ids);
    Ok((window, Plan { layout, ..planned }))
}

/// The line that says so.
#[must_use]
pub fn answer(planned: &Result<(Window, Plan), String>) -> String {
    match planned {
        Ok((_, plan)) => line(plan),
        Err(error) => serde_json::json!({ "error": error }).to_string(),
    }
}

/// The line that says how a window is to be arranged.
#[must_use]
pub fn line(plan: &Plan) -> String {
    let answer = Answer {
        layout: &plan.layout.to_string(),
        efficiency: plan.efficiency,
        fits: plan.fits,
    };
    // Numbers and text can always be written.
    serde_json::to_string(&answer).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::layout::Layout;
    use proptest::prelude::*;

    fn answered(line: &str) -> Value {
        serde_json::from_str(&answer(&planned(line))).unwrap()
    }

    fn error(line: &str) -> String {
        let answer = answered(line);
        assert_eq!(
            answer.as_object().map(serde_json::Map::len),
            Some(1),
            "{answer}"
        );
        answer["error"].as_str().unwrap().to_owned()
    }

    #[test]
    fn a_window_is_answered_with_a_layout_for_tmux() {
        let line = r#"{"width":211,"height":55,"attention":null,
            "panes":[{"role":"editor","active":true},{"role":"shell"},{"role":"nonsense","x":1}]}"#;
        let answer = answered(line);
        let layout = Layout::parse(answer["layout"].as_str().unwrap()).unwrap();
        assert_eq!((layout.width(), layout.height()), (211, 55));
        assert_eq!(layout.ids(), Some(vec![0, 1, 2]));
        assert_eq!(answer["fits"], true);
        assert_eq!(answer["efficiency"], 1.0);
    }

    #[test]
    fn one_pane_has_the_window_and_too_many_get_strips() {
        let one = answered(r#"{"width":80,"height":24,"panes":[{"role":"shell"}]}"#);
        assert_eq!(one["layout"], "b25d,80x24,0,0,0");
        assert_eq!(
            (&one["efficiency"], &one["fits"]),
            (&1.0.into(), &true.into())
        );
        let three = r#""panes":[{},{"active":true},{}]}"#;
        let strips = answered(&format!(r#"{{"width":30,"height":12,{three}"#));
        let layout = Layout::parse(strips["layout"].as_str().unwrap()).unwrap();
        let heights: Vec<u32> = layout.rects().iter().map(|rect| rect.height).collect();
        assert_eq!((heights, &strips["fits"]), (vec![1, 8, 1], &false.into()));
        let cramped = error(&format!(r#"{{"width":4,"height":3,{three}"#));
        assert_eq!(cramped, "4x3 has no room for 3 panes");
    }

    #[test]
    fn what_is_wrong_with_a_line_is_said() {
        let with = |rest: &str| format!(r#"{{"width":80,"height":24,{rest}}}"#);
        for (line, says) in [
            (String::new(), "EOF"),
            ("nonsense".into(), "expected"),
            ("[]".into(), "must be JSON objects"),
            ("[80,24,null,[],null]".into(), "must be JSON objects"),
            (with(r#""panes":[["editor",true]]"#), "must be JSON objects"),
            (with(r#""panes":{}"#), "invalid type"),
            (
                with(r#""panes":[]"#),
                "there are 0 `panes`, but must be 1 to 256",
            ),
            (with(r#""panes":[{"role":3}]"#), "expected a string"),
            (
                with(r#""panes":[{}],"attention":1.5"#),
                "`attention` is 1.5, but must be between 0 and 1",
            ),
            (
                with(r#""panes":[{}],"attention":0"#),
                "must be between 0 and 1",
            ),
            (
                with(r#""panes":[{}],"attention":0.5"#),
                "0 panes are `active`, but with `attention` one must be",
            ),
            (
                with(r#""panes":[{"active":true},{"active":true}],"attention":0.5"#),
                "2 panes are `active`",
            ),
            (
                with(r#""panes":[{}],"floor":[0,4]"#),
                "`floor` is 0, but must be 1 to 10000",
            ),
            (
                r#"{"width":0,"height":24,"panes":[{}]}"#.into(),
                "`width` is 0",
            ),
            (
                r#"{"width":80,"height":10001,"panes":[{}]}"#.into(),
                "`height` is 10001",
            ),
            (
                r#"{"width":-1,"height":24,"panes":[{}]}"#.into(),
                "invalid value",
            ),
            (
                r#"{"height":24,"panes":[{}]}"#.into(),
                "missing field `width`",
            ),
        ] {
            let error = error(&line);
            assert!(error.contains(says), "{line}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_line_is_answered_in_one_line(line in "\\PC{0,80}") {
            let answer = answer(&planned(&line));
            prop_assert!(serde_json::from_str::<Value>(&answer).is_ok() && !answer.contains('\n'));
        }

        /// Windows from 1×1 to 1000×500 with 1 to 64 panes: sound, all of it
        /// used, and where a pane is too small, no other arrangement fits.
        #[test]
        fn every_window_is_arranged(
            width in 1..1000_u32, height in 1..500_u32, count in 1..64_usize, active in any::<prop::sample::Index>(),
        ) {
            let active = active.index(count);
            let panes = (0..count).map(|place| Pane { role: Role::WORDS[place % 8].1, active: place == active });
            let window = Window::of(width, height, panes.collect());
            let task = window.task();
            match plan::plan(&window, None) {
                Ok(plan) => {
                    let text = plan.layout.to_string();
                    let layout = Layout::parse_for(&text, count).unwrap();
                    prop_assert_eq!((layout.width(), layout.height()), (width, height));
                    prop_assert_eq!(plan.fits, task.room(width, height) >= count);
                    prop_assert!(!plan.fits || task.fits(&layout.rects()));
                }
                Err(_) => prop_assert!((height as usize) < 2 * count + 2 && (width as usize) < 2 * count - 1),
            }
        }
    }
}
