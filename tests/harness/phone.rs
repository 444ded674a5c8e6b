//! A replica of Termux: its variables and folders under a test's home, and
//! stand-ins for its programs that know their flags, and nothing else.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::{Bench, MAMORI, QUIET, Ran};

/// Reads the flags of `$0` as its own script does, and keeps them.
const API: &str = r#"#!/bin/sh
api=$HOME/api name=${0##*/}
[ "$(readlink /proc/self/fd/0)" = /dev/null ] || { echo "stdin of $name" >>"$api/wrong"; exit 1; }
printf '%s' "$name" >>"$api/said"
printf ' [%s]' "$@" | tr '\n' '~' >>"$api/said"
echo >>"$api/said"
[ ! -e "$api/hang" ] || exec sleep 600
wrong() { echo "unknown: $name $1" >>"$api/wrong"; echo "unknown $1" >&2; exit 1; }
id='' script='' cancel='' ongoing='' text=''
case $name in
termux-notification)
    while [ $# -gt 0 ]; do
        case $1 in
        --alert-once) ;;
        --ongoing) ongoing=1 ;;
        --id) id=$2; shift ;;
        --title | --content | --priority | --group | --vibrate | --channel | --button[123] | --button[123]-action) shift ;;
        *) wrong "$1" ;;
        esac
        shift
    done
    [ -z "$ongoing" ] || [ -n "$id" ] || wrong '--ongoing without --id' ;;
termux-toast)
    while [ $# -gt 0 ]; do
        case $1 in -s) ;; -b | -c | -g) shift ;; -*) wrong "$1" ;; *) text=$1 ;; esac
        shift
    done
    [ -n "$text" ] || wrong 'no text' ;;
termux-wake-lock | termux-wake-unlock) [ $# = 0 ] || wrong "$1" ;;
termux-job-scheduler)
    while [ $# -gt 0 ]; do
        case $1 in
        -p | --pending) cat "$api/jobs" 2>/dev/null; exit 0 ;;
        -s | --script) script=$2; shift ;;
        --job-id) id=$2; shift ;;
        --cancel) cancel=1 ;;
        --period-ms | --network | --battery-not-low | --storage-not-low | --charging | --persisted) shift ;;
        *) wrong "$1" ;;
        esac
        shift
    done
    if [ -n "$cancel" ]; then
        grep -v "Job $id:" "$api/jobs" >"$api/jobs.new"
        mv "$api/jobs.new" "$api/jobs"
    else
        [ -x "$script" ] || wrong "script $script"
        echo "Pending Job $id: $script (periodic: 900000ms)" >>"$api/jobs"
    fi ;;
termux-api-start | termux-battery-status) ;;
termux-open | am) ;;
sv) echo "fail: ${3:-$2}: unable to open supervise/ok: file does not exist" >&2; exit 1 ;;
*) wrong 'no such program' ;;
esac
"#;

/// A phone.
pub struct Phone(pub Bench);

impl Phone {
    /// One with everything that Mamori can use.
    pub fn new() -> Self {
        let phone = Self::bare();
        for name in [
            "termux-notification",
            "termux-toast",
            "termux-wake-lock",
            "termux-job-scheduler",
            "termux-battery-status",
            "termux-open",
            "am",
            "sv",
        ] {
            phone.0.stand_in(name, API);
        }
        phone
    }

    /// One without Termux:API and without services.
    pub fn bare() -> Self {
        let quiet =
            format!("{QUIET}[local]\nname = \"pixel\"\nexpect = [\"network\"]\nsessions = []\n");
        let phone = Self(Bench::with(quiet));
        for folder in [
            "api",
            "usr/bin",
            "usr/tmp",
            "usr/var/run",
            "usr/var/service",
            "usr/share/termux-services",
        ] {
            fs::create_dir_all(phone.0.home().join(folder)).unwrap();
        }
        fs::write(
            phone.file("usr/share/termux-services/svlogger"),
            "#!/bin/sh\n",
        )
        .unwrap();
        phone
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.0.home().join(name)
    }

    /// `mamori` there.
    pub fn command(&self) -> Command {
        let mut command = self.0.command(MAMORI);
        command
            .env("PREFIX", self.file("usr"))
            .env("TERMUX_VERSION", "0.118.3")
            .env("TMPDIR", self.file("usr/tmp"))
            .env_remove("TMUX_TMPDIR");
        command
    }

    pub fn mamori(&self, words: &[&str]) -> Ran {
        self.0.ran(self.command().args(words))
    }

    /// What Termux's programs were asked, a line each.
    pub fn said(&self) -> String {
        let said = fs::read_to_string(self.file("api/said")).unwrap_or_default();
        let home = self.0.home().to_str().unwrap();
        assert!(
            !self.file("api/wrong").exists(),
            "{:?}",
            fs::read_to_string(self.file("api/wrong"))
        );
        said.replace(home, "HOME")
    }
}
