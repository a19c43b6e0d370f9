#!/bin/sh
# Makes up the secrets that compose.yaml takes from .env:
#
#   umask 077; sh deploy/containers/secrets.sh > .env
set -eu

secret() {
    printf '%s=%s\n' "$1" "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

secret POSTGRES_PASSWORD
secret CAIRN_COMMAND_KEY
for service in PROFILES MATCHING SESSIONS NOTIFICATIONS GATEWAY; do
    for role in OWNER APP PIPE; do
        secret "${service}_${role}_PASSWORD"
    done
done
