#!/data/data/com.termux/files/usr/bin/sh
# Mends configuration, logs and temporary files.
exec /data/data/com.termux/files/usr/bin/mamori widget heal
