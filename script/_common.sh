# Shared by the scripts of this folder: where things are, how progress and errors are shown.
# Meant to be sourced by bash, after `set -euo pipefail`.

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
tools="$repository/.tools"
environment="$repository/.venv"
python="$environment/bin/python"

# Only ever write inside the checkout, whatever the caller's own tools are set to.
export UV_PYTHON_INSTALL_DIR="$tools/python"
export UV_NO_CONFIG=1 UV_LINK_MODE="${UV_LINK_MODE:-copy}" UV_NO_PROGRESS=1
export PIP_DISABLE_PIP_VERSION_CHECK=1

if [[ -t 1 && -z "${NO_COLOR:-}" ]]; then
  bold=$'\e[1m' red=$'\e[31m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' red='' green='' plain=''
fi

say() {
  printf '%s==>%s %s\n' "$bold" "$plain" "$*"
}

warn() {
  printf '%swarning:%s %s\n' "$bold" "$plain" "$*" >&2
}

# Say what is missing and what to do about it, one argument per line, and give up.
fail() {
  printf '%serror:%s %s\n' "$red" "$plain" "$1" >&2
  shift
  (($#)) && printf '       %s\n' "$@" >&2
  exit 1
}

have() {
  command -v "$1" >/dev/null 2>&1
}

# Run a quiet command; show what it printed only when it fails, and hand its status on.
quietly() {
  local log status=0
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || status=$?
  ((status == 0)) || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

require_free_space() {
  local needed_mib=$1 free_mib
  free_mib="$(df -Pm "$repository" | awk 'NR == 2 { print $4 }')"
  ((free_mib >= needed_mib)) ||
    fail "only $free_mib MiB are free on the disk of $repository, $needed_mib MiB are needed." \
      "Free some space, then run the same command again."
}

require_supported_system() {
  case "$(uname -s)" in
    Linux | Darwin) ;;
    *)
      fail "$(uname -s) is not supported: Home Assistant runs on Linux and macOS." \
        "On Windows, use the Windows Subsystem for Linux."
      ;;
  esac
}

# Succeed when nobody listens on this port of the loopback interface.
port_is_free() {
  ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

require_free_port() {
  port_is_free "$1" ||
    fail "port $1 is taken." "Stop what listens there, or name another port: $2"
}

# Install a package of the system when that is possible without asking anybody.
install_system_package() {
  have apt-get || return 1
  ((EUID == 0)) || return 1
  say "Installing the system package $1"
  DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends "$1" && return
  quietly apt-get update &&
    DEBIAN_FRONTEND=noninteractive quietly apt-get install -y --no-install-recommends "$1"
}
