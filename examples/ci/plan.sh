#!/bin/sh
# Plans a change, and writes what a reviewer wants to know as Markdown.
#
#   plan.sh FOLDER COMMENT [options of crr check ...]
#
# FOLDER holds the configuration, initialised. COMMENT is the file to write: what the plan would do, how things stand at the
# sites today, whether S3 would have the permissions that it needs, and the plan itself.
# Ends with 0 whether or not there is something to do, with 1 where the plan or a check fails and there is no comment, and
# with 2 where objects would fail after the apply, for want of a permission.
set -eu

# By itself a shell ends with 2 here, which has a meaning of its own.
if [ $# -lt 2 ]; then
    echo "usage: plan.sh FOLDER COMMENT [options of crr check ...]" >&2
    exit 1
fi
folder=$1
comment=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

code=0
terraform -chdir="$folder" plan -input=false -no-color -lock=false -detailed-exitcode -out="$work/plan" >"$work/words" 2>&1 || code=$?
case $code in
0) title='No changes' ;;
2) title=$(grep '^Plan: ' "$work/words" || echo 'Changes to outputs only') ;;
*)
    cat "$work/words" >&2
    exit 1
    ;;
esac

# A change may take away the last that there is: nothing to look at is no failure here.
# What differs before an apply is what the apply is for: only a check that fails altogether is a failure here.
code=0
terraform -chdir="$folder" show -json "$work/plan" |
    crr check --plan - --allow-empty --source-dir "$folder" --format markdown --markdown-length 16000 "$@" >"$work/report" || code=$?
[ "$code" -ne 1 ] || exit 1

# What the plan leads to may still lack a permission: then the apply goes well, and the objects fail. What cannot be told
# is in the comment, and is no reason to fail.
rehearsed=0
terraform -chdir="$folder" show -json "$work/plan" |
    crr check --plan - --allow-empty --simulate --fail-on drift --source-dir "$folder" --format markdown --markdown-length 12000 "$@" >"$work/rehearsal" || rehearsed=$?
[ "$rehearsed" -ne 1 ] || exit 1

# A comment may have 65,536 characters. A long plan ends with a whole line.
shown() {
    if [ "$(wc -c <"$1")" -le "$2" ]; then
        cat "$1"
    else
        head -c "$2" "$1" | sed '$d'
        echo '... and more'
    fi
}
{
    printf "<!-- crr plan of %s -->\n### \`%s\`: %s\n\n#### Today\n\n" "$folder" "$folder" "$title"
    cat "$work/report"
    printf '\n\n#### After the apply: what S3 may do\n\n'
    cat "$work/rehearsal"
    printf '\n\n<details><summary>The plan</summary>\n\n````text\n'
    shown "$work/words" 30000
    printf '\n````\n\n</details>\n'
} >"$comment"
exit "$rehearsed"
