//! Answers found between marks in whatever a shell prints. Pure.
//!
//! ```text
//! Welcome to mugen!                     (a start-up file of the user's)
//! @1f3c… begin
//! platform=linux
//! @1f3c… end
//! ```
//! A mark counts only with the token of the question that is open, which the
//! other side cannot know before: what was printed earlier, or answers an
//! older question, is noise.

/// Bytes of one answer that are kept; longer ones are refused.
pub const ANSWER_CAP: usize = 64 << 10;
/// Bytes of noise between two answers that are borne.
pub const NOISE_CAP: usize = 16 << 20;
/// What may stand before a mark on its line is a prompt or a banner without
/// its end; a mark is found in the line's last bytes.
const TAIL: usize = 512;

/// A question's answer, or that the node went beyond all bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The shell is there; `note` is what it added, such as `listener-gone`.
    Alive {
        /// What stands behind `alive`.
        note: String,
    },
    /// All lines of an answer.
    Answer(Vec<u8>),
    /// More than [`ANSWER_CAP`] in an answer, or [`NOISE_CAP`] of noise.
    Flood,
}

/// What was heard of one channel so far.
#[derive(Debug, Clone, Default)]
pub struct Frames {
    token: String,
    line: Vec<u8>,
    answer: Option<Vec<u8>>,
    noise: usize,
}

impl Frames {
    /// A question was asked: only its token counts from now on.
    pub fn expect(&mut self, token: &str) {
        self.token = format!("@{token} ");
        self.answer = None;
        self.noise = 0;
    }

    /// Nothing is asked any more: whatever comes is noise.
    pub fn forget(&mut self) {
        self.token.clear();
        self.answer = None;
    }

    /// The answer's lines so far, when it was cut off; `None` before it began.
    #[must_use]
    pub fn so_far(&self) -> Option<&[u8]> {
        self.answer.as_deref()
    }

    /// Takes what was printed; the first frame it completes. Whatever follows
    /// a frame in the same bytes answers no question and is dropped.
    pub fn take(&mut self, bytes: &[u8]) -> Option<Frame> {
        for &byte in bytes {
            if byte != b'\n' {
                self.keep(byte);
                if self.too_much() {
                    return Some(Frame::Flood);
                }
                continue;
            }
            let line = std::mem::take(&mut self.line);
            if let Some(frame) = self.end_of_line(&line) {
                return Some(frame);
            }
        }
        None
    }

    fn keep(&mut self, byte: u8) {
        self.line.push(byte);
        self.noise += 1;
        if self.answer.is_none() && self.line.len() >= 2 * TAIL {
            self.line.drain(..TAIL);
        }
    }

    fn too_much(&self) -> bool {
        let answer = self
            .answer
            .as_ref()
            .map_or(0, |answer| answer.len() + self.line.len());
        answer > ANSWER_CAP || self.noise > NOISE_CAP
    }

    fn end_of_line(&mut self, line: &[u8]) -> Option<Frame> {
        match (self.mark(line).as_deref(), &mut self.answer) {
            (Some("begin"), answer) => *answer = Some(Vec::new()),
            (Some("end"), answer) => return answer.take().map(Frame::Answer),
            (Some(words), _) if words == "alive" || words.starts_with("alive ") => {
                let note = words.trim_start_matches("alive").trim().to_owned();
                return Some(Frame::Alive { note });
            }
            (_, Some(answer)) => {
                answer.extend_from_slice(line);
                answer.push(b'\n');
            }
            (_, None) => {}
        }
        None
    }

    /// What stands behind the expected token on this line.
    fn mark(&self, line: &[u8]) -> Option<String> {
        if self.token.is_empty() {
            return None;
        }
        let line = line.get(line.len().saturating_sub(TAIL)..)?;
        let text = String::from_utf8_lossy(line);
        let (_, words) = text.rsplit_once(self.token.as_str())?;
        Some(words.trim_end_matches('\r').to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn expecting(token: &str) -> Frames {
        let mut frames = Frames::default();
        frames.expect(token);
        frames
    }

    #[test]
    fn an_answer_is_found_in_noise() {
        let mut frames = expecting("ab");
        let text = b"Welcome!\nprompt> @ab begin\na=1\nb=2\n@ab end\nmore";
        assert_eq!(
            frames.take(text),
            Some(Frame::Answer(b"a=1\nb=2\n".to_vec()))
        );
    }

    #[test]
    fn an_older_token_is_noise() {
        let mut frames = expecting("ab");
        frames.expect("cd");
        assert_eq!(
            frames.take(b"@ab begin\na=1\n@ab end\n@ab alive\n@cd end\n"),
            None
        );
        assert_eq!(
            frames.take(b"@cd alive listener-gone\n"),
            Some(Frame::Alive {
                note: "listener-gone".to_owned()
            })
        );
        frames.forget();
        assert_eq!(frames.take(b"@cd alive\n@ alive\n alive\n"), None);
    }

    #[test]
    fn a_cut_answer_can_be_had_as_far_as_it_came() {
        let mut frames = expecting("ab");
        assert_eq!(frames.take(b"@ab beg"), None);
        assert_eq!(frames.so_far(), None);
        assert_eq!(frames.take(b"in\nplatform=linux\nhalf"), None);
        assert_eq!(frames.so_far(), Some(&b"platform=linux\n"[..]));
    }

    #[test]
    fn floods_are_refused_and_megabytes_of_banner_are_not_kept() {
        let mut frames = expecting("ab");
        assert_eq!(frames.take(&vec![b'x'; 4 << 20]), None);
        assert!(frames.line.len() < 2 * TAIL);
        assert_eq!(
            frames.take(b"\n@ab alive\n"),
            Some(Frame::Alive {
                note: String::new()
            })
        );
        frames.expect("cd");
        let mut flood = b"@cd begin\n".to_vec();
        flood.extend(vec![b'x'; 1 << 20]);
        assert_eq!(frames.take(&flood), Some(Frame::Flood));
        assert_eq!(
            expecting("ab").take(&vec![b'\0'; NOISE_CAP + 1]),
            Some(Frame::Flood)
        );
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_are_the_same(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'@'), Just(b'a'), any::<u8>()], 0..600),
            cut in 0_usize..600
        ) {
            let mut text = b"@ab begin\n".to_vec();
            text.extend(&bytes);
            text.extend(b"\n@ab end\n");
            let whole = expecting("ab").take(&text);
            let (first, second) = text.split_at(cut.min(text.len()));
            let mut frames = expecting("ab");
            let pieces = frames.take(first).or_else(|| frames.take(second));
            prop_assert_eq!(&whole, &pieces);
            prop_assert!(whole.is_some());
        }
    }
}
