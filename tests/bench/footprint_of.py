"""What a process holds and used so far."""

import glob
import os
import re


def text(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class At:
    """What the kernel says of a process at this moment."""

    def __init__(self, pid):
        self.pss = int(re.search(r"^Pss: +(\d+)", text(f"/proc/{pid}/smaps_rollup"), re.M)[1]) / 1024
        self.switches, self.cpu = 0, 0.0
        for task in glob.glob(f"/proc/{pid}/task/*"):
            status = text(f"{task}/status")
            self.switches += int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])
            self.cpu += int(text(f"{task}/schedstat").split()[0]) / 1e9
        fields = text(f"/proc/{pid}/stat").rpartition(")")[2].split()
        # Those of threads that ended, too.
        self.whole = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.children = (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
