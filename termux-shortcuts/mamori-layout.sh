#!/data/data/com.termux/files/usr/bin/sh
# Arranges the panes of the tmux window in front.
exec /data/data/com.termux/files/usr/bin/mamori widget layout
