#!/bin/sh
# Writes .env with generated secrets for docker compose. Keeps the values that are there already.
set -eu
umask 077
touch .env
for name in CLASHWATCH_POSTGRES_PASSWORD CLASHWATCH_REDIS_PASSWORD CLASHWATCH_GRAFANA_PASSWORD; do
    grep -q "^$name=" .env || printf '%s=%s\n' "$name" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')" >> .env
done
echo ".env is ready; start with: docker compose up" >&2
