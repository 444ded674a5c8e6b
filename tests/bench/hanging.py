"""200 nodes, 50 of them hanging: they take the connection and never speak.
How long one `mamori health` needs to judge them all, with 5 s of patience.

    hanging.py PROGRAMS_FOLDER
"""

import collections
import json
import os
import subprocess
import sys
import time

import verdict
from private import private
from sshds import QUIET, answered, sshds

SERVERS, EACH, HOLES = 3, 50, 50


def main(programs):
    with private(programs) as here, sshds(here) as servers:
        names = []
        for n in range(SERVERS):
            names += servers.aliases(f"answers-{n}", servers.sshd(), EACH)
        for n in range(HOLES):
            # Among the others, as they are in life.
            names.insert(4 * n, f"hangs-{n}")
            servers.alias(f"hangs-{n}", servers.hole())
        servers.configure(names, QUIET, 'down_after = "5s"\n')
        begun = time.monotonic()
        done = subprocess.run(
            [f"{programs}/mamori", "health", "--json"],
            env=here.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        took = time.monotonic() - begun
    result = json.loads(done.stdout)
    said = collections.Counter((node["name"][:4], node["state"]) for node in result["nodes"])
    right = said["answ", "ok"] + said["hang", "down"]
    total = SERVERS * EACH + HOLES
    # The machine we run on is one of the nodes.
    assert len(answered(result)) - 1 <= said["answ", "ok"], said
    verdict.figure("hanging: 200 nodes, 50 of them hang", took, "s", 15)
    verdict.figure("hanging: wrongly judged", total - right, "nodes", 0)
    if right != total:
        print(dict(said))


main(os.path.abspath(sys.argv[1]))
sys.exit(verdict.failed)
