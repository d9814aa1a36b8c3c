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

# Two builds at once (two shells, a test beside a demo): the second waits, and finds it done.
lock="$environment.lock"
waited=0
until mkdir "$lock" 2>/dev/null; do
    waited=$((waited + 1))
    if [ "$waited" -gt 600 ]; then
        echo "tools: another build holds $lock for ten minutes; remove that folder if none is running" >&2
        exit 1
    fi
    sleep 1
    if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then
        exit 0
    fi
done
trap 'rmdir "$lock"' EXIT

rm -rf "$environment"
"$python" -m venv "$environment"
"$environment/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --requirement "$requirements" || {
    rm -rf "$environment"
    echo "tools: pip could not install $requirements (see above); without a network, point PIP_INDEX_URL or PIP_FIND_LINKS at a mirror that has these versions" >&2
    exit 1
}
echo "$wanted" >"$stamp"
echo "tools: the lab's environment is ready in $environment" >&2
