//! One table of the file seen with its defaults: looks keys up, notes what is
//! wrong with them, and reports the keys that nobody asked for.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Variables;
use super::problem::Problem;
use super::words::{alternatives, echoed};
use super::wrong::Wrong;

/// Problems noted in one file; further ones are not told.
const NOTED: usize = 100;

/// Where people read every key with its default and its range.
const DEFAULTS: &str = "`mamori config show --default` lists every key with what is allowed";

/// A file being read.
pub(super) struct Source<'t> {
    /// The file as shown to people.
    pub(super) file: &'t str,
    /// Its text.
    pub(super) text: &'t str,
    /// What `~`, `$HOME` and the like stand for.
    pub(super) variables: &'t Variables,
}

/// A table of the file, and the same table of the defaults.
pub(super) struct Section<'t, 'p> {
    source: &'t Source<'t>,
    /// `watch.`, `node[2].limits.`; empty for the whole file.
    path: String,
    /// Byte where the table begins in the file.
    start: Option<usize>,
    given: Option<&'t DeTable<'t>>,
    default: Option<&'t DeTable<'t>>,
    asked: Vec<&'static str>,
    problems: &'p mut Vec<Problem>,
}

impl<'t> Section<'t, '_> {
    /// Reads a whole file; the problems come in the order of their lines.
    pub(super) fn whole<T>(
        source: &'t Source<'t>,
        given: Option<&'t DeTable<'t>>,
        default: &'t DeTable<'t>,
        read: impl FnOnce(&mut Section<'t, '_>) -> T,
    ) -> (T, Vec<Problem>) {
        let mut problems = Vec::new();
        let mut section = Section {
            source,
            path: String::new(),
            start: None,
            given,
            default: Some(default),
            asked: Vec::new(),
            problems: &mut problems,
        };
        let value = read(&mut section);
        section.report_unknown();
        problems.sort_by_key(|problem| problem.line);
        (value, problems)
    }

    /// What `~`, `$HOME` and the like stand for.
    pub(super) fn variables(&self) -> &'t Variables {
        self.source.variables
    }

    /// The value of a key: the file's, else the default's, read by `read`.
    pub(super) fn value<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&DeValue<'t>) -> Result<T, Wrong>,
    ) -> Option<T> {
        let (value, start) = self.look(key)?;
        match read(value.get_ref()) {
            Ok(read) => Some(read),
            Err(wrong) => {
                self.note(key, start, Some(value.get_ref()), wrong);
                None
            }
        }
    }

    /// The values of a key that holds an array, if every one can be taken;
    /// `what` names them together.
    pub(super) fn values<T>(
        &mut self,
        key: &'static str,
        what: &str,
        mut read: impl FnMut(&DeValue<'t>) -> Result<T, Wrong>,
    ) -> Option<Vec<T>> {
        let (value, start) = self.look(key)?;
        let DeValue::Array(array) = value.get_ref() else {
            let wrong = Wrong::kind(format!("an array of {what}"));
            self.note(key, start, Some(value.get_ref()), wrong);
            return None;
        };
        let mut values = Vec::with_capacity(array.len());
        for item in array {
            match read(item.get_ref()) {
                Ok(value) => values.push(value),
                Err(wrong) => {
                    let start = start.map(|_| item.span().start);
                    self.note(key, start, Some(item.get_ref()), wrong);
                }
            }
        }
        (values.len() == array.len()).then_some(values)
    }

    /// A value that has no default and must be there.
    pub(super) fn needed<T: Default>(&mut self, key: &'static str, value: Option<T>) -> T {
        if value.is_none() && !self.given.is_some_and(|given| given.contains_key(key)) {
            self.note(
                key,
                self.start,
                None,
                Wrong::that("is missing").hint(DEFAULTS),
            );
        }
        value.unwrap_or_default()
    }

    /// Notes that the value of `key` cannot stay, for a reason outside itself.
    pub(super) fn refuse(&mut self, key: &'static str, wrong: Wrong) {
        let (value, start) = match self.look(key) {
            Some((value, start)) => (Some(value.get_ref()), start),
            None => (None, self.start),
        };
        self.note(key, start, value, wrong);
    }

    /// Which of `keys` is given, when it is exactly one.
    pub(super) fn one_of(&mut self, keys: &[&'static str]) -> Option<&'static str> {
        self.asked.extend_from_slice(keys);
        let there: Vec<&'static str> = keys
            .iter()
            .copied()
            .filter(|key| self.given.is_some_and(|given| given.contains_key(*key)))
            .collect();
        if let [key] = there[..] {
            return Some(key);
        }
        let ticked = |keys: &[&str]| {
            keys.iter()
                .map(|key| format!("`{key}`"))
                .collect::<Vec<_>>()
        };
        let has = match there[..] {
            [] => "none".to_owned(),
            _ => ticked(&there).join(" and "),
        };
        let rule = alternatives(&ticked(keys));
        let wrong = Wrong::that(format!("has {has}, but must have exactly one of {rule}"));
        self.note("", self.start, None, wrong);
        None
    }

    /// Whether the file itself has the key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.given.is_some_and(|given| given.contains_key(key))
    }

    /// A table below this one, there or not.
    pub(super) fn section<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'t, '_>) -> T,
    ) -> T {
        self.asked.push(key);
        let default = self
            .default
            .and_then(|default| default.get(key))
            .and_then(|value| value.get_ref().as_table());
        let (given, start) = match self.given.and_then(|given| given.get(key)) {
            Some(value) => (self.table(key, value), Some(value.span().start)),
            None => (None, None),
        };
        let path = format!("{}{key}.", self.path);
        self.within(path, start, given, default, read)
    }

    /// A table below this one that has no defaults and may be absent.
    pub(super) fn optional<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&mut Section<'t, '_>) -> T,
    ) -> Option<T> {
        self.asked.push(key);
        let value = self.given?.get(key)?;
        let table = self.table(key, value)?;
        let path = format!("{}{key}.", self.path);
        Some(self.within(path, Some(value.span().start), Some(table), None, read))
    }

    /// The entries of an array of tables, in the file's order.
    pub(super) fn entries<T>(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&mut Section<'t, '_>) -> T,
    ) -> Vec<T> {
        self.asked.push(key);
        let Some(value) = self.given.and_then(|given| given.get(key)) else {
            return Vec::new();
        };
        let header = format!(
            "an array of tables, each headed `[[{}{key}]]`",
            echoed(&self.name())
        );
        let DeValue::Array(array) = value.get_ref() else {
            let wrong = Wrong::kind(header);
            self.note(key, Some(value.span().start), Some(value.get_ref()), wrong);
            return Vec::new();
        };
        let mut entries = Vec::with_capacity(array.len());
        for (index, item) in array.iter().enumerate() {
            let start = Some(item.span().start);
            let Some(table) = item.get_ref().as_table() else {
                self.note(
                    key,
                    start,
                    Some(item.get_ref()),
                    Wrong::kind(header.clone()),
                );
                continue;
            };
            let path = format!("{}{key}[{}].", self.path, index + 1);
            entries.push(self.within(path, start, Some(table), None, &mut read));
        }
        entries
    }

    /// The path without indexes, as a header has it: `session.`.
    fn name(&self) -> String {
        let mut name = String::new();
        let mut inside = false;
        for c in self.path.chars() {
            match c {
                '[' => inside = true,
                ']' => inside = false,
                _ if !inside => name.push(c),
                _ => {}
            }
        }
        name
    }

    fn within<T>(
        &mut self,
        path: String,
        start: Option<usize>,
        given: Option<&'t DeTable<'t>>,
        default: Option<&'t DeTable<'t>>,
        read: impl FnOnce(&mut Section<'t, '_>) -> T,
    ) -> T {
        let mut section = Section {
            source: self.source,
            path,
            start,
            given,
            default,
            asked: Vec::new(),
            problems: &mut *self.problems,
        };
        let value = read(&mut section);
        section.report_unknown();
        value
    }

    fn table(
        &mut self,
        key: &'static str,
        value: &'t Spanned<DeValue<'t>>,
    ) -> Option<&'t DeTable<'t>> {
        let table = value.get_ref().as_table();
        if table.is_none() {
            let wrong = Wrong::kind("a table").hint(DEFAULTS);
            self.note(key, Some(value.span().start), Some(value.get_ref()), wrong);
        }
        table
    }

    /// The value of a key and, when the file gives it, where it begins there.
    fn look(&mut self, key: &'static str) -> Option<(&'t Spanned<DeValue<'t>>, Option<usize>)> {
        self.asked.push(key);
        if let Some(value) = self.given.and_then(|given| given.get(key)) {
            return Some((value, Some(value.span().start)));
        }
        Some((self.default?.get(key)?, None))
    }

    fn report_unknown(&mut self) {
        let Some(given) = self.given else { return };
        for key in given.keys() {
            if self.problems.len() >= NOTED {
                return;
            }
            let name: &str = key.get_ref();
            if !self.asked.contains(&name) {
                let wrong = Wrong::that("is not a known key")
                    .hint(DEFAULTS)
                    .suggest(name, self.asked.iter().copied());
                self.note(name, Some(key.span().start), None, wrong);
            }
        }
    }

    fn note(&mut self, key: &str, start: Option<usize>, value: Option<&DeValue<'_>>, wrong: Wrong) {
        if self.problems.len() >= NOTED {
            return;
        }
        let line = start.map(|start| line(self.source.text, start));
        let key = format!("{}{}", self.path, echoed(key));
        let part = wrong.part();
        let place = place(key.trim_end_matches('.'), self.source.file, line);
        let says = wrong.says(value);
        let what = format!("{part}{place} {says}");
        let file = self.source.file.to_owned();
        self.problems.push(Problem {
            file,
            line,
            what,
            hint: wrong.mended_by(),
        });
    }
}

/// `` `watch.health_every` in `~/.config/mamori/config.toml` line 3 ``.
fn place(key: &str, file: &str, line: Option<usize>) -> String {
    match line {
        Some(line) => format!("`{key}` in `{file}` line {line}"),
        None => format!("`{key}` in `{file}`"),
    }
}

/// The line, counted from 1, that byte `at` of `text` stands in.
pub(super) fn line(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|&byte| byte == b'\n').count() + 1
}
