//! What stands around every view: how all is, the views' names, the keys.
//! Pure.

use ratatui::layout::Rect;

use super::super::keys::hints;
use super::super::model::{Model, Over, View};
use super::super::update::Target;
use super::Class;
use super::dates::time;
use super::nodes::loud;
use super::paper::{Ink, Paper};
use super::words::ago;
use crate::model::segment::{Form, Level, Summary, fit, segment as segment_of};
use crate::model::text::{count, width};
use crate::model::time::{Timestamp, age};
use crate::sys::screen::Key;
use crate::ui::style::Role;

/// The segment as the status line has it: stale when nobody looks.
fn said(model: &Model, columns: usize, now: Timestamp) -> (Level, String) {
    let seen = &model.seen;
    let form = Form {
        width: columns,
        ascii: model.fixed.ascii,
    };
    if seen.empty() {
        return segment_of(None, now, now, form);
    }
    let summary = Summary::of(&seen.state.nodes, now);
    if seen.running {
        return segment_of(Some(&summary), seen.alive(), now, form);
    }
    let old = age(now.since(seen.alive()));
    let text = if columns < 40 {
        format!("◌ {}, {old} old", count(summary.total, "node"))
    } else {
        format!("◌ watcher not running, data {old} old")
    };
    (Level::Stale, fit(&text, form))
}

/// All that a very small screen shows.
pub(super) fn segment(paper: &mut Paper, area: Rect, model: &Model, now: Timestamp) {
    let (level, text) = said(model, area.width.into(), now);
    let ink = Role::of_level(level).into();
    paper.put((area.x, area.y), area.width, ink, &text);
}

/// Draws the first rows and gives the room between them and the last.
pub(super) fn draw(
    paper: &mut Paper,
    area: Rect,
    class: Class,
    model: &Model,
    now: Timestamp,
) -> Rect {
    let first = Rect::new(area.x, area.y, area.width, 1);
    header(paper, first, class, model, now);
    let mut top = 1;
    if class > Class::Mini {
        tabs(
            paper,
            Rect::new(area.x, area.y + 1, area.width, 1),
            model,
            now,
        );
        top = 2;
    }
    let bottom = u16::from(has_footer(model));
    let height = area.height.saturating_sub(top + bottom);
    Rect::new(area.x, area.y + top, area.width, height)
}

fn has_footer(model: &Model) -> bool {
    model.fixed.hints || model.said.is_some() || model.over == Over::Finding
}

fn header(paper: &mut Paper, row: Rect, class: Class, model: &Model, now: Timestamp) {
    let clock = time(model, now, now);
    let alerts = model.seen.state.alerts.len();
    let loud = loud(model, now);
    let seen = &model.seen;
    let mut right = Vec::new();
    if class > Class::Narrow {
        right.push(match (seen.running, seen.beat) {
            (true, Some(beat)) => format!("watcher live, beat {}", ago(now.since(beat))),
            (true, None) => "watcher live".to_owned(),
            (false, _) => "no watcher".to_owned(),
        });
    } else if class == Class::Narrow && seen.running {
        right.push("live".to_owned());
    }
    if class > Class::Mini {
        right.push(clock);
    }
    let right = right.join("  ");
    let right_columns = u16::try_from(width(&right)).unwrap_or(u16::MAX);
    let room = row.width.saturating_sub(right_columns + 1);
    let mut told = match (alerts, class) {
        (0, _) => String::new(),
        (_, Class::Mini | Class::Narrow) => format!("  {}", count(loud, "alert")),
        _ => format!("   {}, {} acked", count(alerts, "alert"), alerts - loud),
    };
    if class > Class::Narrow && seen.newer {
        told.push_str("   only to be looked at: a newer Mamori wrote this");
    } else if class > Class::Narrow && seen.notice.is_some() && !seen.empty() {
        told.push_str("   from a backup");
    }
    let left = usize::from(room).saturating_sub(width(&told)).max(8);
    let (level, text) = said(model, left.min(room.into()), now);
    let role: Ink = match level {
        // Nobody looks: that comes before all that is shown beneath.
        Level::Stale if !model.seen.empty() => Ink::Select,
        level => Role::of_level(level).into(),
    };
    // Half of what is the matter says less than how many there are.
    let short = text.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" ");
    let short = short.trim_end_matches(['…', '.']).to_owned();
    let cut = text.ends_with(['…', '.']) && class <= Class::Narrow && alerts > 0;
    let text = if cut && level != Level::Stale {
        short
    } else {
        text
    };
    let used = paper.put((row.x, row.y), room, role, &text);
    paper.put(
        (row.x + used, row.y),
        room.saturating_sub(used),
        Ink::Plain,
        &told,
    );
    let at = row.right().saturating_sub(right_columns);
    if at > row.x + used {
        paper.put((at, row.y), right_columns, Ink::Plain, &right);
    }
}

fn tabs(paper: &mut Paper, row: Rect, model: &Model, now: Timestamp) {
    let mut x = row.x + 1;
    let loud = loud(model, now);
    let gap = if row.width < 72 { 1 } else { 3 };
    for (at, view) in View::ALL.into_iter().enumerate() {
        let mut text = format!("{} {}", at + 1, view.name());
        if view == View::Alerts && loud > 0 && row.width >= 60 {
            text = format!("{text} {loud}");
        }
        let columns = u16::try_from(text.len()).unwrap_or(u16::MAX);
        if x.saturating_add(columns) > row.right() {
            break;
        }
        let ink = if view == model.view {
            Ink::Select
        } else {
            Ink::Plain
        };
        let used = paper.put((x, row.y), columns, ink, &text);
        let area = Rect::new(x, row.y, used.max(4), 1);
        paper.drawn.hits.push((area, Target::Tab(view)));
        x = x.saturating_add(used + gap);
    }
}

/// The last row: what is typed or said, or the keys.
pub(super) fn footer(paper: &mut Paper, area: Rect, class: Class, model: &Model) {
    let row = Rect::new(area.x, area.bottom().saturating_sub(1), area.width, 1);
    if !has_footer(model) {
        return;
    }
    if model.over == Over::Finding {
        let used = paper.put(
            (row.x, row.y),
            row.width,
            Ink::Accent,
            &format!("/{}", model.find),
        );
        paper.drawn.cursor = Some((row.x + used.min(row.width - 1), row.y));
        return;
    }
    if let Some(said) = &model.said {
        let ink = if said.wrong {
            Ink::Warning
        } else {
            Ink::Accent
        };
        let text = match &model.undo {
            Some((_, until)) if *until == said.until => format!("{}   u undo", said.text),
            _ => said.text.clone(),
        };
        paper.put((row.x, row.y), row.width, ink, &text);
        return;
    }
    if let Some(work) = model.under_way.first() {
        let work = format!("{work} …");
        let used = paper.put((row.x, row.y), row.width / 2, Ink::Accent, &work);
        let rest = Rect::new(
            row.x + used + 2,
            row.y,
            row.width.saturating_sub(used + 2),
            1,
        );
        keys(paper, rest, class, model);
        return;
    }
    keys(paper, row, class, model);
}

/// The hints, the longest form that fits; the help is the last to go.
fn keys(paper: &mut Paper, row: Rect, class: Class, model: &Model) {
    let all = hints(model.view, !model.seen.newer);
    let gap = if class >= Class::Wide { 3 } else { 2 };
    let ascii = paper.pen.ascii;
    let text = |key: Key, shown: &str, word: &str, short: bool| {
        let shown = if ascii && key == Key::Enter {
            "Enter"
        } else {
            shown
        };
        if short {
            shown.to_owned()
        } else {
            format!("{shown} {word}")
        }
    };
    let room = usize::from(row.width);
    // With words as long as most keep them, else keys alone; help with its word.
    let forms = [
        (all.len(), false),
        (all.len().min(5), false),
        (all.len(), true),
    ];
    let mut chosen: Vec<(Key, String)> = Vec::new();
    for (most, short) in forms {
        chosen.clear();
        let mut used = 0;
        for hint in all.iter().take(most) {
            let Some(key) = hint.keys.first() else {
                continue;
            };
            let text = text(*key, hint.shown, hint.word, short && !chosen.is_empty());
            let wide = width(&text) + if chosen.is_empty() { 0 } else { gap };
            if used + wide > room {
                break;
            }
            used += wide;
            chosen.push((*key, text));
        }
        if chosen.len() == most {
            break;
        }
        if chosen.len() >= 5 && !short {
            break;
        }
    }
    if chosen.is_empty() {
        paper.put((row.x, row.y), row.width, Ink::Plain, "?");
        return;
    }
    // Help stands at the end, where it is looked for.
    chosen.rotate_left(1);
    let mut x = row.x;
    for (key, text) in chosen {
        let used = paper.put((x, row.y), row.right().saturating_sub(x), Ink::Plain, &text);
        let wide = used.max(4).min(row.right().saturating_sub(x));
        paper
            .drawn
            .hits
            .push((Rect::new(x, row.y, wide, 1), Target::Key(key)));
        x = x.saturating_add(used + u16::try_from(gap).unwrap_or(2));
    }
}
