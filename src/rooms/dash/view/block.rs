//! Parts of a view, one beneath the other, and who gets how many rows. Pure.

use ratatui::layout::Rect;

use super::paper::{Ink, Line, Paper};

/// A part of a view.
#[derive(Debug, Clone, Default)]
pub(super) struct Block {
    /// What stands in the rule above it; `None`: no rule.
    pub(super) title: Option<String>,
    /// Lines that stay on top.
    pub(super) head: Vec<Line>,
    /// Its lines.
    pub(super) lines: Vec<Line>,
    /// The line that must be seen.
    pub(super) keep: Option<usize>,
    /// The first line that is seen, where none must be.
    pub(super) from: usize,
    /// So many of its lines are one entry.
    pub(super) per: usize,
    /// The fewest lines that are of use.
    pub(super) least: usize,
    /// Who gets rows first: the lower, the earlier.
    pub(super) turn: u8,
    /// Whether it gets rows only when the others have all they want.
    pub(super) extra: bool,
    /// Whether it takes what nobody wants.
    pub(super) grows: bool,
}

impl Block {
    fn above(&self) -> usize {
        usize::from(self.title.is_some()) + self.head.len()
    }

    fn wanted(&self) -> usize {
        if self.lines.is_empty() {
            0
        } else {
            self.above() + self.lines.len()
        }
    }

    fn needed(&self) -> usize {
        if self.lines.is_empty() {
            0
        } else {
            self.above() + self.least.clamp(1, self.lines.len())
        }
    }
}

/// How many rows a block would have.
type Wish = fn(&Block) -> usize;

/// Rows for each block: first what each needs, in turn, then what each wants,
/// then the same of those that come last.
pub(super) fn allotted(blocks: &[Block], rows: usize) -> Vec<usize> {
    let mut given = vec![0; blocks.len()];
    let mut left = rows;
    let mut turns: Vec<usize> = (0..blocks.len()).collect();
    turns.sort_by_key(|at| blocks.get(*at).map_or(0, |block| block.turn));
    let rounds: [(Wish, bool); 4] = [
        (Block::needed, false),
        (Block::wanted, false),
        (Block::needed, true),
        (Block::wanted, true),
    ];
    for (wish, extra) in rounds {
        for at in &turns {
            let (Some(block), Some(rows)) = (blocks.get(*at), given.get_mut(*at)) else {
                continue;
            };
            let rows_wished = wish(block);
            // Too little is of no use to who has nothing yet.
            if block.extra != extra || (*rows == 0 && block.needed() > left) {
                continue;
            }
            let more = rows_wished.saturating_sub(*rows).min(left);
            *rows += more;
            left -= more;
        }
    }
    let growing = blocks
        .iter()
        .zip(&mut given)
        .filter(|(block, rows)| block.grows && **rows > 0);
    if let Some((_, rows)) = growing.last() {
        *rows += left;
    }
    given
}

/// Draws the blocks one beneath the other.
pub(super) fn stack(paper: &mut Paper, area: Rect, blocks: &[Block]) {
    let given = allotted(blocks, area.height.into());
    let mut y = area.y;
    for (block, rows) in blocks.iter().zip(given) {
        let height = u16::try_from(rows).unwrap_or(u16::MAX);
        let part = Rect::new(area.x, y, area.width, height);
        if height > 0 {
            draw(paper, part, block);
        }
        y = y.saturating_add(height);
    }
}

fn row(area: Rect, at: usize) -> Rect {
    let y = area.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
    Rect::new(area.x, y, area.width, 1)
}

fn draw(paper: &mut Paper, area: Rect, block: &Block) {
    let mut at = 0;
    if let Some(title) = &block.title {
        paper.rule(row(area, at), title);
        at += 1;
    }
    for line in &block.head {
        paper.line(row(area, at), line);
        at += 1;
    }
    let room = usize::from(area.height).saturating_sub(at);
    let per = block.per.max(1);
    let count = block.lines.len();
    if count <= room {
        for line in &block.lines {
            paper.line(row(area, at), line);
            at += 1;
        }
        return;
    }
    // The last row says how many there are besides.
    let shown = if room > 1 {
        (room - 1) / per * per
    } else {
        room
    };
    let shown = shown.max(1).min(room);
    let from = match block.keep {
        Some(keep) if keep + per > shown => (keep + per - shown).next_multiple_of(per),
        Some(_) => 0,
        None => block.from,
    };
    let from = from.min(count.saturating_sub(shown));
    for line in block.lines.iter().skip(from).take(shown) {
        paper.line(row(area, at), line);
        at += 1;
    }
    if room > shown {
        let hidden = (count - shown).div_ceil(per);
        paper.line(
            row(area, at),
            &Line::of(Ink::Muted, format!(" +{hidden} more")),
        );
    }
}
