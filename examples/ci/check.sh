#!/bin/sh
# Looks for drift in what a Terraform configuration has made, and writes reports.
#
#   check.sh FOLDER [options of crr check ...]
#
# FOLDER holds the configuration, initialised; its state says what should be. Needs terraform and crr in the PATH, and the
# credentials of each site in the environment. The reports go to $CRR_REPORTS (default: crr-reports).
# Ends as `crr check` does: 0 in sync, 2 drift, 3 unprotected buckets, 4 not everything could be looked at, 1 failure.
set -eu

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
