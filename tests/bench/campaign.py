"""The fault campaign: faults of many kinds, injected into homes with a watcher.
What is repairable must work again, as seen from outside; of the rest the right
cause must be named and nothing be changed. Prints one line a kind and, at the
end, the healing rate.

    campaign.py PROGRAMS_FOLDER [--slice] [--only WORDS]
"""

import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import faults_config
import faults_files
import faults_owner
import faults_process
import faults_remote
import faults_root
import faults_sshd
import faults_start
import faults_tmux
import faults_watcher
import verdict
from private import private
from stage import Stage

ALL = [
    *faults_process.ALL,
    *faults_start.ALL,
    *faults_files.ALL,
    *faults_config.ALL,
    *faults_sshd.ALL,
    *faults_tmux.ALL,
    *faults_owner.ALL,
    *faults_watcher.ALL,
    *faults_remote.ALL,
    *faults_root.ALL,
]
# Most of the time they wait.
AT_ONCE = 5


def skipped(fault):
    """Why a kind cannot be injected here; empty: it can."""
    if fault.root and os.geteuid() != 0:
        return "needs root"
    missing = [name for name in fault.programs if not shutil.which(name)]
    return f"needs {', '.join(missing)}" if missing else ""


def campaign(programs, fault, times):
    """Injects a kind so many times, in a home of its own: how long each took,
    and what was wrong."""
    took, wrong = [], []
    with private(programs) as here:
        stage = Stage(here)
        case = fault(stage)
        try:
            case.prepare()
            case.watch()
            for _ in range(times):
                # What has been ready for half a second is started again at once.
                time.sleep(0.7)
                span, what = case.once()
                took += [span] if span is not None else []
                wrong += [what] if what else []
                if what:
                    break
        except Exception as error:  # A fault of the campaign's own is no good verdict either.
            wrong.append(f"{type(error).__name__}: {error}")
        finally:
            stage.end()
            case.end()
    return fault, times, took, wrong


def line(fault, times, took, wrong):
    good = times if not wrong else len(took) - 1 if len(took) > 0 else 0
    what = "healed" if fault.repairable else "named"
    slowest = f"at most {max(took):5.1f} s" if took else ""
    print(f"{fault.kind:<66} {good}/{times} {what:<7} {slowest}", flush=True)
    for one in wrong:
        print(f"    {one}", flush=True)
    return good


def main(programs, short, only):
    chosen = [fault for fault in ALL if only in fault.__name__ + fault.kind and (fault.slice or not short)]
    for fault in filter(skipped, chosen):
        verdict.skipped(fault.kind, skipped(fault))
    chosen = [fault for fault in chosen if not skipped(fault)]
    done = {True: [0, 0], False: [0, 0]}
    kinds, begun = len(chosen), time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as homes:
        runs = [homes.submit(campaign, programs, fault, 1 if short else fault.times) for fault in chosen]
        for run in runs:
            fault, times, took, wrong = run.result()
            done[fault.repairable][0] += line(fault, times, took, wrong)
            done[fault.repairable][1] += times
    total = done[True][1] + done[False][1]
    print(f"{total} faults of {kinds} kinds in {time.monotonic() - begun:.0f} s")
    verdict.share("healing rate", *done[True], 90, "aim 99")
    verdict.share("unrepairable named and untouched", *done[False], 100)


if __name__ == "__main__":
    words = sys.argv[sys.argv.index("--only") + 1] if "--only" in sys.argv else ""
    main(os.path.abspath(sys.argv[1]), "--slice" in sys.argv, words)
    sys.exit(verdict.failed)
