# Shared by the scripts of this folder: where things are, how progress and errors are shown.
# Meant to be sourced by bash, after `set -euo pipefail`.

repository="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
tools="$repository/.tools"
environment="$repository/.venv"
python="$environment/bin/python"

# Only ever write inside the checkout, whatever the caller's own tools are set to.
export UV_PYTHON_INSTALL_DIR="$tools/python"
export UV_LINK_MODE="${UV_LINK_MODE:-copy}" UV_NO_PROGRESS=1
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

# The same for a step that may take minutes: tell every ten seconds that it goes on.
patiently() {
  local started=$SECONDS status=0 ticker
  while sleep 10 >/dev/null 2>&1 && kill -0 $$ 2>/dev/null; do
    printf '    %d s\n' "$((SECONDS - started))"
  done &
  ticker=$!
  quietly "$@" || status=$?
  kill "$ticker" 2>/dev/null || true
  wait "$ticker" 2>/dev/null || true
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
  DEBIAN_FRONTEND=noninteractive patiently apt-get install -y --no-install-recommends "$1" && return
  patiently apt-get update &&
    DEBIAN_FRONTEND=noninteractive patiently apt-get install -y --no-install-recommends "$1"
}

# Print the comment at the top of the calling script, from one line to another, and stop.
usage() {
  sed -n "$1,$2s/^#[[:space:]]\{0,1\}//p" "$0"
  exit
}

# --- Stages: run one after the other, go on after a failure, report at the end ---------------

stage_lines=()
failed_stages=()

stage() {
  local name=$1 started=$SECONDS outcome=ok
  shift
  say "$name"
  "$@" || outcome=FAILED
  [[ "$outcome" == ok ]] || failed_stages+=("$name")
  stage_lines+=("$(printf '%-16s %-6s %4d s' "$name" "$outcome" "$((SECONDS - started))")")
}

lint_stages() {
  stage "Scripts" check_scripts
  stage "Format" "$environment/bin/ruff" format --check --quiet .
  stage "Lint" "$environment/bin/ruff" check --quiet .
  stage "Types" "$environment/bin/mypy"
  stage "Import contract" import_contract
}

check_scripts() {
  local script status=0
  for script in "$repository"/script/* "$repository/.ci/run"; do
    [[ -f "$script" ]] && head -n 1 "$script" | grep -q 'bash' || [[ "$script" == *.sh ]] || continue
    bash -n "$script" || status=1
    if have shellcheck; then
      shellcheck --external-sources --source-path=SCRIPTDIR "$script" || status=1
    fi
  done
  return "$status"
}

# The tool opens with a banner; only what follows is news.
import_contract() {
  "$environment/bin/lint-imports" --no-cache >"$tools/import-contract.log" 2>&1 && return
  sed '1,/└──▶/d' "$tools/import-contract.log" | tail -n +2 | cat -s
  return 1
}

report_stages() {
  echo
  printf '%s\n' "${stage_lines[@]}"
  printf '%-16s %-6s %4d s\n' "Together" "" "$SECONDS"
  ((${#failed_stages[@]} == 0)) || fail "failed: $(IFS=,; echo "${failed_stages[*]}" | sed 's/,/, /g')"
  printf '%sall good%s\n' "$green" "$plain"
}
