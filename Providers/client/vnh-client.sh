#!/usr/bin/env bash
# 服务商样例客户端：一个文件，只用 bash、curl，以及 jq 或 python3（读 JSON）。可照抄改造。
#
#   export VNH_URL=http://127.0.0.1:8080 VNH_TOKEN=vnh_…        令牌由平台发给服务商
#   vnh-client.sh poll                  一直轮询，每个事件一行：编号 类型 工单 状态 开始时间
#   vnh-client.sh once                  读完现有的事件就结束
#   vnh-client.sh orders [STATE]        列出工单（默认 offered）
#   vnh-client.sh accept ORDER
#   vnh-client.sh decline ORDER REASON
#   vnh-client.sh schedule ORDER WORKER
#   vnh-client.sh check-in ORDER METHOD [AT]
#   vnh-client.sh check-out ORDER METHOD [CODE] [AT]
#
# 读到哪里记在 VNH_STATE（默认 ./vnh-client.next），处理完一条才前进一条：断电后从没处理完的那条继续，不漏；可能重来一次，所以处理应可重复。
# VNH_ON_EVENT 可以是一条命令，每个事件的 JSON 从标准输入给它；它失败时停在这一条。
# 每个动作都带 Idempotency-Key，由动作和内容算出：断线重试不会做两遍。退出码 0 成功，1 被拒绝（标准错误写明代码和办法），2 用法不对。
set -euo pipefail

die() { echo "vnh-client: $2" >&2; exit "$1"; }
usage() { sed -n '2,18s/^# \{0,1\}//p' "$0" >&2; exit 2; }

[ $# -ge 1 ] || usage
: "${VNH_URL:?请设置 VNH_URL，例如 http://127.0.0.1:8080}" "${VNH_TOKEN:?请设置 VNH_TOKEN}"
state=${VNH_STATE:-./vnh-client.next}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# json NAME…: 从标准输入取对象里的一项（next、events.0.id 这样的路径，# 为长度），没有则为空。
if command -v jq >/dev/null; then
    json() { jq -r --arg path "$1" 'reduce ($path | split("."))[] as $k (.; if $k == "#" then length elif type == "array" then .[$k | tonumber]
        elif type == "object" then .[$k] else null end) | if . == null then "" elif type == "string" then . else tojson end'; }
    quoted() { jq -Rn --arg text "$1" '$text'; }
else
    command -v python3 >/dev/null || die 2 "需要 jq 或 python3"
    json() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for key in sys.argv[1].split("."):
    if key == "#": value = len(value)
    elif isinstance(value, list): value = value[int(key)] if int(key) < len(value) else None
    elif isinstance(value, dict): value = value.get(key)
    else: value = None
print("" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))' "$1"; }
    quoted() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$1"; }
fi

# call METHOD PATH [BODY]: 回答写到 $work/answer。连不上、超时、429 和 5xx 时重试，429 按 Retry-After 等。
call() {
    local method=$1 path=$2 body=${3-} key status
    local -a more=()
    if [ "$method" = POST ]; then
        key=$(printf '%s' "$path $body" | cksum | tr ' ' '-')
        more=(-H "Idempotency-Key: client-$key" -H 'Content-Type: application/json' --data-binary "$body")
    fi
    status=$(curl -sS --noproxy '*' -o "$work/answer" -w '%{http_code}' -X "$method" -H "Authorization: Bearer $VNH_TOKEN" \
        --connect-timeout 10 --max-time 80 --retry 8 --retry-connrefused --retry-max-time 300 "${more[@]}" "$VNH_URL/api/v1$path") \
        || die 1 "连不上平台 $VNH_URL"
    case $status in
        2??) ;;
        *) die 1 "$status $(json code <"$work/answer" 2>/dev/null || true)：$(json detail <"$work/answer" 2>/dev/null || true)" ;;
    esac
}

# 读一页，一条条处理；打印的也是处理。
read_page() {
    local wait=$1 after count i event
    after=$(cat "$state" 2>/dev/null || echo 0)
    call GET "/provider/feed?after=$after&wait=$wait&limit=50"
    cp "$work/answer" "$work/page"
    count=$(json 'events.#' <"$work/page")
    for ((i = 0; i < count; i++)); do
        event=$(json "events.$i" <"$work/page")
        if [ -n "${VNH_ON_EVENT:-}" ]; then
            printf '%s\n' "$event" | bash -c "$VNH_ON_EVENT" || die 1 "处理 $(json id <<<"$event") 失败，停在这一条"
        fi
        printf '%s\t%s\t%s\t%s\t%s\n' "$(json seq <<<"$event")" "$(json type <<<"$event")" "$(json subject <<<"$event")" \
            "$(json order.state <<<"$event")" "$(json order.start <<<"$event")"
        # 先写临时文件再改名：断电时要么是旧编号，要么是新编号。
        json seq <<<"$event" >"$state.new" && mv "$state.new" "$state"
    done
    read_count=$count
}

act() {
    call POST "/provider/orders/$1/$2" "$3"
    echo "$1 $2 $(json state <"$work/answer")"
}

now() { date +%Y-%m-%dT%H:%M:%S%:z; }

command=$1
shift
case "$command/$#" in
    poll/0) while true; do read_page 55; done ;;
    once/0) read_count=1; while [ "$read_count" -gt 0 ]; do read_page 0; done ;;
    orders/0 | orders/1)
        call GET "/provider/orders?state=${1:-offered}"
        count=$(json 'orders.#' <"$work/answer")
        for ((i = 0; i < count; i++)); do
            order=$(json "orders.$i" <"$work/answer")
            printf '%s\t%s\t%s\t%s\n' "$(json id <<<"$order")" "$(json state <<<"$order")" "$(json start <<<"$order")" "$(json item_code <<<"$order")"
        done ;;
    accept/1) act "$1" accept '{}' ;;
    decline/2) act "$1" decline "{\"reason_code\":$(quoted "$2")}" ;;
    schedule/2) act "$1" schedule "{\"worker\":$(quoted "$2")}" ;;
    check-in/2 | check-in/3) act "$1" check-in "{\"at\":$(quoted "${3:-$(now)}"),\"method\":$(quoted "$2")}" ;;
    check-out/2) act "$1" check-out "{\"at\":$(quoted "$(now)"),\"method\":$(quoted "$2")}" ;;
    check-out/3 | check-out/4) act "$1" check-out "{\"at\":$(quoted "${4:-$(now)}"),\"method\":$(quoted "$2"),\"code\":$(quoted "$3")}" ;;
    *) usage ;;
esac
