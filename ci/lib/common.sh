# Shared by the commands in ci/: finds what they need on the machine, or says in one line what is missing.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs="$root/target/logs"

fail() {
  printf 'ci/%s: %s\n' "$(basename "$0")" "$1" >&2
  exit 1
}

# quietly NAME COMMAND…: runs the command, keeps what it prints in a log, shows the log's end when it fails.
quietly() {
  local log="$logs/$1.log"
  shift
  mkdir -p "$logs"
  "$@" >"$log" 2>&1 && return
  local status=$?
  tail -n 40 "$log" >&2
  printf 'The whole output is in %s\n' "$log" >&2
  return "$status"
}

is_root_on_debian() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

apt_install() {
  DEBIAN_FRONTEND=noninteractive apt-get -q update &&
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "$@"
}

# Sets $java to the JDK that builds and runs everything: JAVA_HOME's, else the one on the PATH.
need_jdk() {
  local home=${JAVA_HOME:-}
  if [ -n "$home" ]; then
    [ -x "$home/bin/javac" ] || fail "JAVA_HOME is $home, and there is no JDK. Set it to a JDK of version 17 or newer."
    java="$home/bin/java"
  else
    command -v java >/dev/null && command -v javac >/dev/null ||
      fail 'no JDK found. Install one of version 17 or newer (Debian: apt-get install default-jdk), or set JAVA_HOME.'
    java=$(command -v java)
  fi
  local version
  version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
  [ "${version%%.*}" -ge 17 ] 2>/dev/null ||
    fail "$java is Java ${version:-of unknown version}. Tickbook needs a JDK of version 17 or newer; set JAVA_HOME to one."
}

need_maven() {
  command -v mvn >/dev/null || fail 'Maven not found. Install it (Debian: apt-get install maven) and try again.'
}

# Charts are drawn with the system's fonts, and a bare server has none.
need_fonts() {
  [ "$(uname)" = Linux ] || return 0
  command -v fc-list >/dev/null && [ -n "$(fc-list | head -n 1)" ] && return
  if is_root_on_debian; then
    echo 'Installing fonts for the charts …'
    quietly fonts apt_install fontconfig fonts-dejavu-core && return
  fi
  fail 'no fonts found, and charts need some. Install fontconfig and a font (Debian: apt-get install fontconfig fonts-dejavu-core).'
}

# Sets $python to one that has Jupyter: the one of the jupyter on the PATH, else of a virtual environment, else Debian's.
need_jupyter() {
  local command
  for command in jupyter-nbconvert jupyter; do
    command=$(command -v "$command") || continue
    python=$(sed -n '1s/^#! *\([^ ]*\).*/\1/p' "$command")
    has_jupyter && return
  done
  python=$(command -v python3) && has_jupyter && return
  python=/usr/bin/python3
  has_jupyter && return

  local environment="${XDG_CACHE_HOME:-$HOME/.cache}/tickbook/jupyter"
  python="$environment/bin/python"
  has_jupyter && return
  if command -v python3 >/dev/null; then
    echo 'Installing Jupyter in a virtual environment …'
    if quietly venv python3 -m venv --clear "$environment" 2>/dev/null &&
      quietly pip "$python" -m pip install --retries 1 'nbconvert>=6.5' 'nbclient>=0.7' 2>/dev/null && has_jupyter; then
      return
    fi
  fi
  if is_root_on_debian; then
    echo "Installing Debian's Jupyter …"
    python=/usr/bin/python3
    quietly apt apt_install jupyter-nbconvert jupyter-client && has_jupyter && return
  fi
  fail "no Jupyter found, and none could be installed (see $logs). Install it (pip install nbconvert, or Debian: apt-get install jupyter-nbconvert) and try again."
}

has_jupyter() { [ -x "$python" ] && "$python" -c 'import nbclient, nbconvert' >/dev/null 2>&1; }

# Builds the kernel into notebooks/target/kernel.
build_kernel() {
  need_jdk
  need_maven
  echo 'Building Tickbook …'
  quietly build env JAVA_HOME="$(dirname "$(dirname "$(realpath "$java")")")" \
    mvn -B -f "$root/pom.xml" -DskipTests -Dspotless.check.skip package ||
    fail 'the build failed.'
}

# install_kernel FOLDER: puts the built kernel into FOLDER/kernels, where Jupyter looks for it. The library comes before
# the kernel's jar on the class path, because that jar carries old copies of libraries that ours needs newer.
install_kernel() {
  local built="$root/notebooks/target/kernel" target="$1/kernels/tickbook-java"
  mkdir -p "$1/kernels" || fail "cannot write to $1."
  rm -rf "$target.new" && mkdir "$target.new"
  cp -R "$built/lib" "$built/ijava.jar" "$root/notebooks/kernel"/{startup.jsh,logging.properties} "$target.new/"
  sed -e "s|@JAVA@|$java|" -e "s|@FOLDER@|$target|g" \
    -e "s|@KERNEL_LIB@|$(basename "$built"/lib/tickbook-kernel-lib-*.jar)|" \
    "$root/notebooks/kernel/kernel.json" >"$target.new/kernel.json"
  rm -rf "$target" && mv "$target.new" "$target"
}
