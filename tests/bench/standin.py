#!/usr/bin/env python3
"""A small service: it greets as an ssh server does, with its process id, so
that who asks can tell one process from the next. A copy of this file is the
program; beside it `.json` says how it behaves, `.starts` counts its starts.
"""

import json
import os
import signal
import socket
import sys
import time

path = os.path.abspath(sys.argv[0])
with open(f"{path}.json", encoding="utf-8") as file:
    how = json.load(file)


def forked_away():
    """As a daemon of old: nobody's child, no terminal, another folder."""
    if os.fork():
        os._exit(0)
    os.setsid()
    if os.fork():
        os._exit(0)
    os.chdir("/")


def listening(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    return listener


def leave_pid(name):
    with open(f"{name}.new", "w", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
    os.rename(f"{name}.new", name)


try:
    with open(f"{path}.starts", "a", encoding="utf-8") as file:
        file.write(f"{os.getpid()}\n")
except OSError:
    # A full disk is no reason not to serve.
    pass
if "says" in how:
    print(how["says"], flush=True)
for _ in range(how.get("megabytes", 0)):
    print("\n".join(["0123456789abcde" * 4] * 17_000), flush=True)
if "exits" in how:
    sys.exit(how["exits"])
if how.get("terminal"):
    # Without a terminal there is none to open; from one we may not read we are stopped.
    with open("/dev/tty", encoding="utf-8") as terminal:
        terminal.readline()
if how.get("fork"):
    forked_away()
time.sleep(how.get("slow", 0))
while how.get("never"):
    time.sleep(600)
if how.get("parent") and os.fork():
    # One that never collects its child.
    time.sleep(100_000)
listener = listening(how["port"])
if how.get("pid_file"):
    leave_pid(how["pid_file"])


def closes(*_):
    """It lives on, and nobody can reach it."""
    listener.close()
    time.sleep(100_000)


def hangs(*_):
    """It lives on, and says nothing to anybody."""
    time.sleep(100_000)


signal.signal(signal.SIGUSR1, closes)
signal.signal(signal.SIGUSR2, hangs)
while True:
    peer = listener.accept()[0]
    try:
        peer.sendall(f"SSH-2.0-standin {os.getpid()}\r\n".encode())
    except OSError:
        pass
    peer.close()
