#!/bin/sh
# Looks for drift in what a Terraform configuration has made, and writes reports.
#
#   check.sh FOLDER [options of crr check ...]
#
# FOLDER holds the configuration, initialised; its state says what should be. Needs terraform and crr in the PATH, and the
# credentials of each site in the environment. The reports go to $CRR_REPORTS (default: crr-reports).
# Ends as `crr check` does: 0 in sync, 2 drift, 3 unprotected buckets, 4 not everything could be looked at, 1 failure. A folder
# or workspace with nothing of ours in it is a failure: give --allow-empty where that may be.
set -eu

# By itself a shell ends with 2 here, which stands for drift.
if [ $# -eq 0 ]; then
    echo "usage: check.sh FOLDER [options of crr check ...]" >&2
    exit 1
fi
folder=$1
shift
reports=${CRR_REPORTS:-crr-reports}
mkdir -p "$reports"

# A state may hold secrets: it goes through the pipe and never to the disk. Where Terraform fails, crr reads nothing and
# ends with 1.
terraform -chdir="$folder" show -json | crr check --state - --source-dir "$folder" \
    --out "json=$reports/drift.json" \
    --out "sarif=$reports/drift.sarif" \
    --out "junit=$reports/drift.xml" \
    --out "markdown=$reports/drift.md" \
    --out "html=$reports/drift.html" \
    "$@"
