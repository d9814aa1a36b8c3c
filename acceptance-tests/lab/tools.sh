#!/bin/sh
# Makes the lab's virtual environment, or leaves it alone when it already holds exactly what is asked for.
set -eu

python=$1
environment=$2
requirements=$3

command -v "$python" >/dev/null 2>&1 || {
    echo "tools: $python is missing. Install Python 3.10 or newer (apt install python3 python3-venv, brew install python), or name one: make tools PYTHON=/path/to/python3" >&2
    exit 1
}
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' || {
    echo "tools: $python is older than 3.10. Name a newer one: make tools PYTHON=/path/to/python3" >&2
    exit 1
}
"$python" -c 'import venv, ensurepip' 2>/dev/null || {
    echo "tools: $python has no venv module. Install it: apt install python3-venv" >&2
    exit 1
}

# The stamp is the requirements' hash: another pin makes another environment, the same pins make nothing.
wanted=$("$python" -c 'import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], "rb").read()).hexdigest())' "$requirements")
stamp="$environment/.requirements"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && "$environment/bin/python" -c '' 2>/dev/null; then
    exit 0
fi

# Two builds at once (two shells, a test beside a demo): the second waits, and finds it done. The system's own lock, held by an
# open file: a build that is interrupted or killed leaves none behind.
if [ -z "${CRR_TOOLS_LOCKED:-}" ]; then
    export CRR_TOOLS_LOCKED=yes
    exec "$python" -c '
import fcntl, os, sys
lock = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o644)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("tools: waiting for another build of the environment", file=sys.stderr)
    fcntl.flock(lock, fcntl.LOCK_EX)
os.set_inheritable(lock, True)
os.execv(sys.argv[2], sys.argv[2:])
' "$environment.lock" /bin/sh "$0" "$@"
fi

echo "tools: making the lab's environment in $environment" >&2
rm -rf "$environment"
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps --only-binary :all: --requirement "$requirements" || {
    rm -rf "$environment"
    echo "tools: pip could not install $requirements (see above); without a network, point PIP_INDEX_URL or PIP_FIND_LINKS at a mirror that has these versions" >&2
    exit 1
}
echo "$wanted" >"$stamp"
echo "tools: the lab's environment is ready in $environment" >&2
