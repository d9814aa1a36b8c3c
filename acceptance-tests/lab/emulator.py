"""Runs the emulator for as long as the lab lives.

The lab holds the other end of standard input. When the lab goes, however it goes (a panic, kill -9), that end is closed, the
read below returns, and the emulator goes too: no orphan is left behind, and no signal handler has to run for it.
"""

import os
import runpy
import shutil
import signal
import sys
import threading


def end_with_the_lab():
    while os.read(0, 4096):
        pass
    # The lab removes its folder by itself, unless it was killed.
    folder = os.environ.get("TMPDIR", "")
    if os.path.basename(folder).startswith("crr-lab-"):
        shutil.rmtree(folder, ignore_errors=True)
    # The functions that it runs are its children, in the process group that the lab made for it: they go with it.
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


threading.Thread(target=end_with_the_lab, daemon=True).start()
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import account_keys  # noqa: E402  (beside this file, and only after the watch has begun)
import replication  # noqa: E402

account_keys.install()
replication.install()
sys.argv = ["ministack"]
runpy.run_module("ministack", run_name="__main__", alter_sys=True)
