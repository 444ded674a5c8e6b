# shellcheck shell=sh disable=SC2034 # used by mamori.tmux
# Every option of the plugin, with its default. Set them in tmux.conf before
# the plugin is loaded, for example: set -g @mamori-icons ascii

# @mamori-inject: `right` or `left` appends the segment to that side of the
# status line, once. Default '': only the placeholder #{mamori} is replaced,
# wherever you put it into status-left or status-right.
#
# @mamori-icons: `utf8` (● ▲ ✖ ◌, the default) or `ascii` (* ! X ?).
#
# @mamori-narrow: below this many columns a client shows the short segment
# (12 columns instead of 36). Default 60.
#
# @mamori-colour-ok, -warning, -critical, -stale: tmux styles. Defaults: the
# bar's own style for ok, fg=black,bg=yellow for warning,
# fg=white,bg=red,bold for critical, dim for stale. `default` means the bar's
# own style.

# @mamori-layout: `off` leaves windows alone. Default `on`: they are arranged
# when panes come or go or their size changes. Of one window: set -w.
#
# @mamori-layout-attention: what the active pane weighs beside all others where
# the screen is too small for what all want. Default `auto`: 0.7, and the active
# pane is followed on small screens. A number between 0 and 1; `off`; `follow`
# (always, and followed on every screen).
#
# @mamori-key: the key after the prefix that opens the menu. Default `g`; where
# that is bound to something else already nothing is bound, and `mamori doctor`
# says so. Set it to '' for no key at all. The items are keys of the table
# `mamori`, too: bind -n F12 switch-client -T mamori
#
# @mamori-role: of a pane (set -p), what it is for: editor, agent, shell, logs,
# metrics or control. Default: by the program in it, then by its place.

# The columns that `@mamori-inject` makes room for in status-right-length or
# status-left-length, where they are fewer.
MAMORI_INJECT_LENGTH=120

# What mamori.tmux asks the server in its first call. The first answer is for
# `mamori tmux register`; what people wrote freely may break its line. The
# second holds only words and numbers that we know.
MAMORI_SERVER='#{pid}|#{start_time}|#{version}|#{?#{==:#{@mamori-icons},ascii},ascii,}|#{s/[|]//:@mamori-colour-ok}|#{s/[|]//:@mamori-colour-warning}|#{s/[|]//:@mamori-colour-critical}|#{s/[|]//:@mamori-colour-stale}|#{socket_path}'
MAMORI_OPTIONS='#{?#{==:#{@mamori-inject},right},right,#{?#{==:#{@mamori-inject},left},left,}}|#{e|+:0,#{@mamori-narrow}}|#{?#{==:#{@mamori-icons},ascii},ascii,}|#{status-left-length}|#{status-right-length}|#{MAMORI_TOLD}|#{client_name}'

# The segment as a constant format. Every minute the watcher sets the texts,
# and MAMORI_UNTIL (Unix seconds) to two and a half minutes ahead: no process
# runs and nothing is redrawn at a refresh, and the segment of a dead watcher
# turns stale by itself.
mamori_format() { # NARROW ICONS
    case $1 in '' | 0 | *[!0-9]*) mamori_narrow=60 ;; *) mamori_narrow=$1 ;; esac
    case $2 in ascii) mamori_stale='?' ;; *) mamori_stale='◌' ;; esac
    printf '%s' "#{?#{e|>:%s,#{MAMORI_UNTIL}},$mamori_stale mamori?,#{?#{e|<:#{client_width},$mamori_narrow},#{MAMORI_SHORT},#{MAMORI_STATUS}}}"
}
