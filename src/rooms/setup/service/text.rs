//! The service files with our places in them. Pure.

use super::Service;
use crate::model::text::quoted;

/// Templates that packages use, too.
const UNIT: &str = include_str!("../../../../packaging/systemd/mamori-watch.service");
const PLIST: &str = include_str!("../../../../packaging/launchd/dev.mamori.watch.plist");
const RUN: &str = include_str!("../../../../packaging/runit/mamori-watch/run");
/// What keeps the log where there is no other such program.
const LOG: &str = include_str!("../../../../packaging/runit/mamori-watch/log/run");

fn filled(template: &str, mamori: &str, environment: &[String]) -> String {
    let environment = environment.join("\n");
    let line = if environment.is_empty() {
        "@ENVIRONMENT@\n"
    } else {
        "@ENVIRONMENT@"
    };
    template
        .replace(line, &environment)
        .replace("@MAMORI@", mamori)
}

/// The systemd unit.
pub(super) fn unit(service: &Service) -> String {
    let word = |text: &str| {
        let text = text
            .replace('\\', "\\\\")
            .replace('"', "\\\"")
            .replace('%', "%%");
        format!("\"{text}\"")
    };
    // In a command a dollar names a variable, but not in its program.
    let mut command = word(&service.mamori);
    for option in &service.options {
        command = [command, word(option).replace('$', "$$")].join(" ");
    }
    let environment = service.environment.iter();
    let environment = environment
        .map(|(name, value)| format!("Environment={}", word(&format!("{name}={value}"))));
    filled(UNIT, &command, &environment.collect::<Vec<_>>())
}

/// The launchd agent.
pub(super) fn plist(service: &Service) -> String {
    let text = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let environment = service.environment.iter().map(|(name, value)| {
        format!(
            "\t\t<key>{name}</key>\n\t\t<string>{}</string>",
            text(value)
        )
    });
    let mut words = vec![text(&service.mamori)];
    words.extend(service.options.iter().map(|option| text(option)));
    filled(
        PLIST,
        &words.join("</string>\n\t\t<string>"),
        &environment.collect::<Vec<_>>(),
    )
}

/// The script of a runit service, by this shell.
pub(super) fn run(service: &Service, shell: &str) -> String {
    let environment = service.environment.iter();
    let environment = environment.map(|(name, value)| format!("export {name}={}", quoted(value)));
    let mut words = vec![quoted(&service.mamori)];
    words.extend(service.options.iter().map(|option| quoted(option)));
    let text = filled(RUN, &words.join(" "), &environment.collect::<Vec<_>>());
    text.replacen("#!/bin/sh", &format!("#!{shell}"), 1)
}

/// The script that keeps a runit service's log in `folder`.
pub(super) fn log(folder: &str) -> String {
    LOG.replace("@LOG@", &quoted(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service() -> Service {
        Service {
            options: vec!["--config".to_owned(), "/a $b.toml".to_owned()],
            mamori: "/it's 100% $HOME/<\"無限\" & \\>/mamori".to_owned(),
            environment: vec![("PATH", "/a b:/c".to_owned())],
        }
    }

    #[test]
    fn each_manager_reads_any_path_as_it_is() {
        let unit = unit(&service());
        assert!(
            unit.contains(
                "ExecStart=\"/it's 100%% $HOME/<\\\"無限\\\" & \\\\>/mamori\" \"--config\" \"/a $$b.toml\" watch --wait\n"
            ),
            "{unit}"
        );
        assert!(unit.contains("Environment=\"PATH=/a b:/c\"\n"), "{unit}");
        let plist = plist(&service());
        let plist = roxmltree::Document::parse_with_options(
            &plist,
            roxmltree::ParsingOptions {
                allow_dtd: true,
                ..Default::default()
            },
        )
        .unwrap();
        let first = plist
            .descendants()
            .find(|node| node.has_tag_name("array"))
            .unwrap();
        let word = first
            .descendants()
            .find_map(|node| node.text().filter(|text| text.contains("mamori")));
        assert_eq!(word, Some(&*service().mamori));
        let strings = first.children().filter(roxmltree::Node::is_element);
        let words: Vec<_> = strings.filter_map(|node| node.text()).skip(1).collect();
        assert_eq!(words, ["--config", "/a $b.toml", "watch", "--wait"]);
        let run = run(&service(), "/data/sh");
        assert!(run.starts_with("#!/data/sh\n"), "{run}");
        assert!(run.contains("export PATH='/a b:/c'\n"), "{run}");
        assert!(
            run.contains(" --config '/a $b.toml' watch --wait 2>&1\n"),
            "{run}"
        );
        assert!(run.contains("exec '/it'\\''s 100% $HOME/"), "{run}");
    }

    #[test]
    fn no_mark_is_left_in_a_file() {
        for text in [
            unit(&service()),
            plist(&service()),
            run(&service(), "/bin/sh"),
            log("/it's"),
        ] {
            assert!(
                !["@MAMORI@", "@ENVIRONMENT@", "@LOG@"]
                    .iter()
                    .any(|mark| text.contains(mark)),
                "{text}"
            );
        }
    }
}
