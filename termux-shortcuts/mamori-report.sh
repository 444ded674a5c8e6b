#!/data/data/com.termux/files/usr/bin/sh
# Writes today's report and opens it.
exec /data/data/com.termux/files/usr/bin/mamori widget report
