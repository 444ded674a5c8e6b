#!/data/data/com.termux/files/usr/bin/sh
# Android runs this every quarter of an hour or less often. It starts what Android has ended.
PREFIX=/data/data/com.termux/files/usr
PATH=$PREFIX/bin
TMPDIR=$PREFIX/tmp
TMUX_TMPDIR=$PREFIX/var/run
SVDIR=$PREFIX/var/service
LOGDIR=$PREFIX/var/log
export PREFIX PATH TMPDIR TMUX_TMPDIR SVDIR LOGDIR
if [ -x "$PREFIX/bin/service-daemon" ]; then
    # One that runs already is left alone.
    service-daemon start </dev/null >/dev/null 2>&1
    exec /data/data/com.termux/files/usr/bin/mamori recover </dev/null >/dev/null 2>&1
else
    # Nobody else starts the watcher; one that runs already stays the only one.
    /data/data/com.termux/files/usr/bin/mamori recover </dev/null >/dev/null 2>&1
    exec /data/data/com.termux/files/usr/bin/mamori watch </dev/null >/dev/null 2>&1
fi
