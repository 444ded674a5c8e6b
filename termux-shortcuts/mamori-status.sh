#!/data/data/com.termux/files/usr/bin/sh
# How the machines are, as a notification.
exec /data/data/com.termux/files/usr/bin/mamori widget status
