//! Which logs other rotators say they rotate. Pure.

/// The patterns that a configuration of logrotate names: the words before each
/// `{`, quoted or not (`logrotate.conf(5)`).
#[must_use]
pub fn logrotate(text: &str) -> Vec<String> {
    let mut patterns = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('#') {
            continue;
        }
        if !inside {
            let head = line.split('{').next().unwrap_or_default();
            // What begins otherwise is a directive: `include /etc/logrotate.d`.
            if head.starts_with(['/', '"', '\'']) {
                patterns.extend(words(head).into_iter().filter(|word| word.starts_with('/')));
            }
        }
        for c in line.chars() {
            match c {
                '{' => inside = true,
                '}' => inside = false,
                _ => {}
            }
        }
    }
    patterns
}

/// The files that a configuration of newsyslog names: the first word of each
/// line (`newsyslog.conf(5)`).
#[must_use]
pub fn newsyslog(text: &str) -> Vec<String> {
    text.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.starts_with('/'))
        .map(ToOwned::to_owned)
        .collect()
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (word, after) = match quote {
            Some(quote) => {
                let inner = rest.get(1..).unwrap_or_default();
                inner.split_once(quote).unwrap_or((inner, ""))
            }
            None => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
        };
        words.push(word.to_owned());
        rest = after.trim_start();
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_before_the_braces_are_logs_and_nothing_else() {
        let text = "# /not/this\nweekly\ninclude /etc/logrotate.d\n\n\
            /var/log/a.log \"/var/log/my app/*.log\"\n/var/log/c.log {\n  rotate 4\n\
              postrotate\n    /usr/bin/kill -HUP 1\n  endscript\n}\n'/var/log/d'{ daily }\n";
        assert_eq!(
            logrotate(text),
            [
                "/var/log/a.log",
                "/var/log/my app/*.log",
                "/var/log/c.log",
                "/var/log/d"
            ]
        );
        assert_eq!(logrotate("{ { /x"), [""; 0]);
    }

    #[test]
    fn newsyslog_names_one_log_a_line() {
        let text = "# logfilename  mode\n/var/log/system.log 640 5 * @T00 J\n\n  /x 644\n";
        assert_eq!(newsyslog(text), ["/var/log/system.log", "/x"]);
    }
}
