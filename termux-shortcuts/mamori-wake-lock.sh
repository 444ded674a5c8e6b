#!/data/data/com.termux/files/usr/bin/sh
# Asks Android to keep this phone awake for Termux.
exec /data/data/com.termux/files/usr/bin/mamori widget wake-lock
