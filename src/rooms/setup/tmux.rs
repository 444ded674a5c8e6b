//! `mamori setup tmux`: one block in the user's `tmux.conf` that runs the
//! installed plugin.

use std::path::{Path, PathBuf};

use super::show::pasted;
use super::wish::{Wish, Wishes};
use crate::failure::Failure;
use crate::model::home::Home;
use crate::model::setup::block::block;
use crate::model::text::{clean, quoted, tmux_quoted};
use crate::sys::setup::Records;
use crate::sys::surroundings::Surroundings;
use crate::sys::{files, programs, setup};

/// The file that a plugin manager, or our block, runs.
const PLUGIN: &str = "mamori.tmux";
/// Appends the segment to the status line, where nobody placed it.
const INJECT: &str = "set -g @mamori-inject right";
/// How deep files that source others are followed.
const DEEP: usize = 4;

/// What tmux shall read.
///
/// # Errors
/// Exit 2 when `named` is no plugin, 3 when none is found.
pub(super) fn wishes(named: Option<&Path>, around: &Surroundings) -> Result<Wishes, Failure> {
    let candidates = configurations(around);
    let there: Vec<&PathBuf> = candidates
        .iter()
        .filter(|path| files::exists(path))
        .collect();
    // tmux reads every one of them, and the last one last.
    let path = there.last().copied().or(candidates.first());
    let Some(path) = path else {
        return Ok(Wishes::default());
    };
    let mut wishes = Wishes::default();
    for conf in &there {
        if let Some(line) = found_in(conf, around, DEEP, loading) {
            wishes.notes.push(format!(
                "{} loads the plugin already: {line}",
                around.shown(conf)
            ));
            return Ok(wishes);
        }
    }
    let earlier = if named.is_none() {
        earlier(around)
    } else {
        None
    };
    let plugin = match earlier {
        Some(plugin) => plugin,
        None => plugin(named, around)?,
    };
    let mut lines = run_line(&plugin, by_shell(&plugin, around))?;
    // Who has put the segment nowhere would see nothing of it.
    if !there
        .iter()
        .any(|conf| found_in(conf, around, DEEP, placing).is_some())
    {
        lines = format!("{INJECT}\n{lines}");
    }
    wishes.all.push(Wish::Block {
        path: path.clone(),
        block: block("tmux", &lines),
        before: last_tpm_line,
    });
    let shown = pasted(&around.shown(path));
    wishes.next.push(format!("tmux source-file {shown}"));
    Ok(wishes)
}

/// Where tmux looks for the user's configuration, the last one read last.
fn configurations(around: &Surroundings) -> Vec<PathBuf> {
    let named = around
        .session_environment
        .iter()
        .filter(|(name, _)| name == "XDG_CONFIG_HOME");
    let mut named = named.map(|(_, path)| PathBuf::from(path));
    // The XDG specification: a relative path is to be ignored.
    let named = named.find(|path| path.is_absolute());
    let xdg = named.unwrap_or_else(|| around.home.join(".config"));
    vec![around.home.join(".tmux.conf"), xdg.join("tmux/tmux.conf")]
}

/// The line of `conf`, or of what it sources, that `find` finds.
fn found_in(
    conf: &Path,
    around: &Surroundings,
    deep: usize,
    find: fn(&str) -> Option<&str>,
) -> Option<String> {
    let bytes = setup::look(conf).file()?.bytes.clone();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if let Some(line) = find(&text) {
        return Some(clean(line));
    }
    let further = sourced(&text).filter(|_| deep > 0);
    let mut further = further.map(|path| match path.strip_prefix("~/") {
        Some(rest) => around.home.join(rest),
        None => PathBuf::from(path),
    });
    further.find_map(|path| {
        let absolute = path.is_absolute() && path != conf;
        absolute.then(|| found_in(&path, around, deep - 1, find))?
    })
}

/// The line with which people say where the segment stands, if they do.
fn placing(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| {
        let said = line.contains("#{mamori}") || line.contains("@mamori-inject");
        said && !line.starts_with('#') && *line != INJECT
    })
}

/// The line that loads us: a plugin manager's, or one that runs the plugin.
fn loading(text: &str) -> Option<&str> {
    let mut ours = false;
    text.lines().map(str::trim).find(|line| {
        ours |= line.starts_with("# >>> mamori setup");
        let inside = ours;
        ours &= *line != "# <<< mamori";
        if inside || line.starts_with('#') {
            return false;
        }
        let bare = line.replace(['\'', '"'], " ");
        let mut words = bare.split_whitespace();
        let first = words.next().unwrap_or_default();
        let runs = matches!(first, "run" | "run-shell");
        let sets = matches!(first, "set" | "set-option") && bare.contains(" @plugin ");
        let named = |word: &str| {
            let name = word.split('#').next().unwrap_or_default();
            let name = name.rsplit(['/', ':']).next().unwrap_or_default();
            matches!(name.trim_end_matches(".git"), "mamori" | "tmux-mamori")
        };
        (runs && bare.contains(PLUGIN))
            || (sets && bare.split_whitespace().last().is_some_and(named))
    })
}

/// The files that `source-file` lines name.
fn sourced(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let rest = line.trim();
        let rest = rest
            .strip_prefix("source-file")
            .or_else(|| rest.strip_prefix("source"))?;
        let path = rest.strip_prefix([' ', '\t'])?.trim();
        let path = path.trim_start_matches("-q").trim();
        Some(path.trim_matches(['\'', '"']))
    })
}

/// Where the line begins that runs the plugin manager, if it is the last one.
fn last_tpm_line(bytes: &[u8]) -> Option<usize> {
    let mut last = None;
    let mut at = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let mut joined = false;
    let body = bytes.get(at..).unwrap_or_default();
    for line in body.split_inclusive(|byte| *byte == b'\n') {
        let text = line.trim_ascii();
        // A line that goes on in the next one begins where its first part does.
        if !joined && !text.is_empty() && !text.starts_with(b"#") {
            last = Some((at, line.to_vec()));
        } else if let (true, Some((_, whole))) = (joined, &mut last) {
            whole.extend_from_slice(line);
        }
        joined = !text.starts_with(b"#") && text.ends_with(b"\\");
        at += line.len();
    }
    let (start, line) = last?;
    let line = String::from_utf8_lossy(&line).replace(['\'', '"'], " ");
    let runs = matches!(line.split_whitespace().next(), Some("run" | "run-shell"));
    let tpm = line
        .split_whitespace()
        .any(|word| word.ends_with("/tpm/tpm"));
    (runs && tpm).then_some(start)
}

/// Whether the plugin is handed to a shell: where it may not be run itself, and
/// on Termux, where nothing is at the place that its first line names.
fn by_shell(plugin: &Path, around: &Surroundings) -> bool {
    around.termux() || files::mode(plugin).is_some_and(|mode| mode & 0o111 == 0)
}

/// The line for `tmux.conf`: the plugin's path as one word for `sh`, which
/// tmux reads as a format, in double quotes of its own.
fn run_line(plugin: &Path, by_shell: bool) -> Result<String, Failure> {
    // tmux takes `##[` for a style, and leaves it as it is.
    let may = |text: &&str| clean(text) == **text && !text.contains("#[");
    let text = plugin.to_str().filter(may);
    let text = text.ok_or_else(|| {
        Failure::usage(format!(
            "the plugin's path `{}` cannot stand in a configuration",
            clean(&plugin.to_string_lossy())
        ))
        .hint("mamori setup tmux --plugin /another/path/mamori.tmux")
    })?;
    let shell = if by_shell { "sh " } else { "" };
    let script = format!("{shell}{}", quoted(text).replace('#', "##"));
    Ok(format!("run-shell {}\n", tmux_quoted(&script)))
}

/// The plugin that an earlier set-up had tmux run, if it is still there.
fn earlier(around: &Surroundings) -> Option<PathBuf> {
    let manifest = Records::of(Home::of(&around.mamori_home))
        .load("tmux")
        .ok()??;
    let mut blocks = manifest
        .steps
        .iter()
        .filter_map(|step| step.inserted.as_ref());
    let plugin = blocks.find_map(|inserted| run_by(&inserted.block))?;
    setup::look(&plugin).file().map(|_| plugin)
}

/// What a line of [`run_line`] runs.
fn run_by(block: &str) -> Option<PathBuf> {
    let line = block
        .lines()
        .find_map(|line| line.strip_prefix("run-shell \""))?;
    let line = line.trim_end().strip_suffix('"')?;
    let mut plain = String::new();
    let mut all = line.chars();
    while let Some(c) = all.next() {
        plain.push(if c == '\\' { all.next()? } else { c });
    }
    let plain = plain.replace("##", "#");
    let word = plain.strip_prefix("sh ").unwrap_or(&plain);
    let inside = word
        .strip_prefix('\'')
        .and_then(|word| word.strip_suffix('\''));
    Some(PathBuf::from(match inside {
        Some(inside) => inside.replace(r"'\''", "'"),
        None => word.to_owned(),
    }))
}

/// The plugin: the one that was named, that which was installed with us, or a
/// plugin manager's.
fn plugin(named: Option<&Path>, around: &Surroundings) -> Result<PathBuf, Failure> {
    let file = |path: &Path| {
        let inside = path.join(PLUGIN);
        let path = if files::exists(&inside) {
            inside
        } else {
            path.to_owned()
        };
        setup::look(&path).file().map(|_| path)
    };
    if let Some(named) = named {
        let shown = clean(&named.display().to_string());
        let path = files::absolute(named);
        return file(&path)
            .filter(|path| path.ends_with(PLUGIN))
            .ok_or_else(|| {
                Failure::usage(format!("there is no {PLUGIN} at `{shown}`"))
                    .hint("mamori setup tmux --plugin /path/to/mamori.tmux")
            });
    }
    let share = |binary: PathBuf| Some(binary.parent()?.parent()?.join("share/mamori"));
    let installed = [programs::lasting(around), programs::ourselves()];
    let mut places: Vec<PathBuf> = installed.into_iter().flatten().filter_map(share).collect();
    places.extend(
        around
            .prefix
            .as_ref()
            .map(|prefix| prefix.join("share/mamori")),
    );
    let [home, xdg] = [".tmux/plugins/mamori", ".config/tmux/plugins/mamori"];
    places.extend([around.home.join(home), around.home.join(xdg)]);
    places
        .iter()
        .find_map(|place| file(&place.join(PLUGIN)))
        .ok_or_else(|| {
            let places: Vec<String> = places
                .iter()
                .map(|place| clean(&around.shown(place)))
                .collect();
            Failure::unable(format!("could not find {PLUGIN} in {}", places.join(", ")))
                .hint("make install, or: mamori setup tmux --plugin /path/to/mamori.tmux")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_loads_us_is_known() {
        for line in [
            "set -g @plugin 'someone/mamori'",
            "  set -g @plugin \"https://example.org/x/mamori.git\"",
            "set -g @plugin 'someone/mamori#v1'",
            "run-shell ~/.tmux/plugins/mamori/mamori.tmux",
            "run -b '/a b/mamori.tmux'",
        ] {
            assert_eq!(loading(line), Some(line.trim()), "{line}");
        }
        for line in [
            "# set -g @plugin 'someone/mamori'",
            "set -g @plugin 'someone/mamori-theme'",
            "set -g status-right '#{mamori}'",
            "# >>> mamori setup tmux (x)\nrun-shell /mamori.tmux\n# <<< mamori",
        ] {
            assert_eq!(loading(line), None, "{line}");
        }
    }

    #[test]
    fn the_plugin_managers_line_is_found_where_it_is_the_last() {
        let tpm = "run '~/.tmux/plugins/tpm/tpm'";
        assert_eq!(
            last_tpm_line(format!("a\n{tpm}\n\n# end\n").as_bytes()),
            Some(2)
        );
        assert_eq!(last_tpm_line(format!("{tpm}\nset x\n").as_bytes()), None);
        assert_eq!(last_tpm_line(format!("\u{feff}{tpm}").as_bytes()), Some(3));
        assert_eq!(last_tpm_line(b"a\nrun-shell \\\n ~/x/tpm/tpm\n"), Some(2));
        assert_eq!(last_tpm_line(b"# run ~/x/tpm/tpm\n"), None);
    }

    #[test]
    fn a_path_is_one_word_whatever_is_in_it() {
        let line = |path: &str| run_line(Path::new(path), false);
        assert_eq!(line("/a/b").unwrap(), "run-shell \"/a/b\"\n");
        assert_eq!(
            line("/it's #1 $x \"無限\"\\").unwrap(),
            "run-shell \"'/it'\\\\''s ##1 \\$x \\\"無限\\\"\\\\'\"\n"
        );
        for path in ["/a/b", "/it's #1 $x \"無限\"\\", "/#{pid} %H", "/a'"] {
            for shell in [true, false] {
                let text = block("tmux", &run_line(Path::new(path), shell).unwrap());
                assert_eq!(run_by(&text), Some(path.into()), "{text}");
            }
        }
        assert!(line("/a\nb").is_err());
        let shell = run_line(Path::new("/a"), true).unwrap();
        assert_eq!(shell, "run-shell \"sh /a\"\n");
        assert!(loading(&shell.replace("/a", "/a/mamori.tmux")).is_some());
    }
}
