# Shared by deploy/start and deploy/test. Sourced, not run.
# Finds what is missing on a Debian machine and says what is being done.

say() { printf '\033[1m== %s\033[0m\n' "$*" >&2; }
die() { printf 'deploy: %s\n' "$*" >&2; exit 1; }

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

need_swift() {
    [ -d /opt/swift/usr/bin ] && PATH="$PATH:/opt/swift/usr/bin"
    command -v swift >/dev/null || die "没有找到 Swift 工具链，请先安装 Swift 6.2 或更新的版本（swift.org/install）。"
    local version
    version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -1)
    set -- $version
    [ "${1:-0}" -gt 6 ] || { [ "${1:-0}" -eq 6 ] && [ "${2:-0}" -ge 2 ]; } || die "Swift 版本过旧（${1:-?}.${2:-?}），需要 6.2 或更新的版本。"
}

# need_packages PACKAGE…: installs the Debian packages that are missing.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    command -v apt-get >/dev/null || die "缺少系统软件包：${missing[*]}，请手工安装。"
    local sudo=()
    [ "$(id -u)" -eq 0 ] || sudo=(sudo)
    say "安装系统软件包：${missing[*]}"
    "${sudo[@]}" apt-get update -qq >&2 || die "软件源更新失败，请检查网络。"
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2 \
        || die "安装失败：${missing[*]}"
}
