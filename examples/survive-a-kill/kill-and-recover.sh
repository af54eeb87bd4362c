#!/bin/sh
# Kills orch while a command runs, and recovers the run. Needs orch on PATH.
set -eu
cd "$(dirname "$0")"
rm -rf .scratch

orch execute plan.json &
orch=$!
until test -s .scratch/starts; do sleep 0.1; done
kill -9 "$orch"
wait "$orch" || echo "orch was killed; its command $(cat .scratch/starts) goes on"

orch recover plan.json
orch logs plan.json check
