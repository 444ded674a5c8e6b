#!/usr/bin/env bash
# Installs Debian packages without asking anything and without starting or enabling a service
# that was not there before. Called as root by need.sh.
#
#   scripts/apt.sh PACKAGE…
set -euo pipefail

policy=/usr/sbin/policy-rc.d

main() {
    local log
    log=$(mktemp)
    keep_services_down
    if ! quietly apt-get update >"$log" 2>&1; then
        echo "warning: apt-get update: $(tail -n 1 "$log")" >&2
    fi
    if ! quietly apt-get install -y --no-install-recommends "$@" >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
    leave_disabled "$@"
}

quietly() {
    DEBIAN_FRONTEND=noninteractive command "$@" -q -o DPkg::Lock::Timeout=120 </dev/null
}

# Debian's own door for this: a policy that forbids starting, while we install.
keep_services_down() {
    [ ! -e "$policy" ] || return 0
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
}

# Nor at the next start of the machine.
leave_disabled() {
    [ -d /run/systemd/system ] || return 0
    case " $* " in *" openssh-server "*) systemctl disable ssh.service ssh.socket >/dev/null 2>&1 || true ;; esac
    case " $* " in *" monit "*) systemctl disable monit.service >/dev/null 2>&1 || true ;; esac
    case " $* " in *" supervisor "*) systemctl disable supervisor.service >/dev/null 2>&1 || true ;; esac
    case " $* " in *" redis-server "*) systemctl disable redis-server.service >/dev/null 2>&1 || true ;; esac
    case " $* " in *" prometheus"*) systemctl disable prometheus.service prometheus-alertmanager.service >/dev/null 2>&1 || true ;; esac
}

main "$@"
