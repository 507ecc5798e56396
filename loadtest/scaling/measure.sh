#!/usr/bin/env bash
# What a request, an upstream read and a replica cost: the figures of docs/scaling.md. A simulator, a Redis and the
# service are started here, on loopback, and loaded by wrk for some forty seconds.
#
#   loadtest/scaling/measure.sh                 needs go, redis-server and wrk (Debian: redis-server wrk)
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
pids=()
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$dir"' EXIT

go build -o "$dir/aggregator" ./cmd/aggregator
"$dir/aggregator" acme --listen 127.0.0.1:18081 --providers 200 --latency 5ms 2>"$dir/acme.log" & pids+=($!)
redis-server --port 18379 --bind 127.0.0.1 --save '' --appendonly no --dir "$dir" >"$dir/redis.log" & redis=$!; pids+=("$redis")
rds() { redis-cli -p 18379 "$@"; }

serve() { # FRESH: how long answers are fresh
  cat > "$dir/service.yaml" <<YAML
listen: 127.0.0.1:18080
admin: {listen: 127.0.0.1:19090}
tier: uat
upstream:
  public: {url: "http://127.0.0.1:18081"}
  ingress: {url: "http://127.0.0.1:18081", keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}
  visit: {url: "http://127.0.0.1:18081"}
cache: {redis: {addresses: ["127.0.0.1:18379"]}}
sources: {providerDirect: {fresh: $1, stale: 1h}, careDirect: {fresh: $1, stale: 1h}, careOptions: {fresh: $1, stale: 1h}, directory: {fresh: 1h}}
booking: {tombstone: 6h}
log: {level: warn}
YAML
  "$dir/aggregator" serve --config "$dir/service.yaml" 2>"$dir/service.log" & service=$!; pids+=("$service")
  until curl -sf -o /dev/null http://127.0.0.1:19090/readyz; do sleep 0.1; done
}
end() { kill "$service"; wait "$service" 2>/dev/null || true; rds flushall >/dev/null; }
metric() { curl -s http://127.0.0.1:19090/metrics | awk -v name="$1" 'index($1, name) == 1 && (substr($1, length(name)+1, 1) ~ /^[{]?$/) {s += $2} END {printf "%.6f\n", s}'; }
micros() { # of CPU of a process
  local hz; hz=$(getconf CLK_TCK)
  set -- $(sed 's/.*) //' "/proc/$1/stat"); echo $(( (${12} + ${13}) * (1000000 / hz) ))
}
resident() { awk '/^VmRSS/ {printf "%.1f", $2 / 1024}' "/proc/$1/status"; }
per() { awk -v a="$1" -v b="$2" 'BEGIN {printf (b > 0 ? "%.1f" : "-"), a / b}'; }
requests() { metric aggregator_http_request_duration_seconds_count; }
operations() { metric aggregator_redis_operation_duration_seconds_count; }
calls() { metric aggregator_upstream_request_duration_seconds_count; }

npis=$(curl -sf http://127.0.0.1:18081/v1/providers 2>/dev/null || { sleep 1; curl -sf http://127.0.0.1:18081/v1/providers; })
npis=$(echo "$npis" | grep -o '"npi":"[0-9]*"' | cut -d'"' -f4 | sort -u | head -60)
set -- $npis
cat > "$dir/lists.lua" <<LUA
local npis = {$(printf '"%s",' "$@")}
math.randomseed(7)
request = function()
  local list = {}
  for i = 1, 20 do list[i] = npis[math.random(#npis)] end
  return wrk.format("GET", "/v1/timeslots?limit=" .. math.random(20, 60) .. "&npi=" .. table.concat(list, ","))
end
LUA
hot="/v1/timeslots?npi=$1,$2&limit=40"

load() { # NAME WRK-ARGUMENTS…: loads for a while and says what a request cost
  local name=$1; shift
  local cpu0 redis0 n0 ops0 calls0
  n0=$(requests) ops0=$(operations) calls0=$(calls) cpu0=$(micros "$service") redis0=$(micros "$redis")
  wrk -t1 --latency "$@" >"$dir/wrk.log"
  sleep 0.3
  local n=$(( $(printf '%.0f' "$(requests)") - $(printf '%.0f' "$n0") ))
  printf '%-34s %8d requests, %s us CPU each, Redis %s us and %s operations each, %s upstream calls each, p99 %s\n' "$name" "$n" \
    "$(per $(( $(micros "$service") - cpu0 )) "$n")" "$(per $(( $(micros "$redis") - redis0 )) "$n")" \
    "$(awk -v a="$(operations)" -v b="$ops0" -v n="$n" 'BEGIN {printf "%.2f", (a - b) / n}')" \
    "$(awk -v a="$(calls)" -v b="$calls0" -v n="$n" 'BEGIN {printf "%.2f", (a - b) / n}')" "$(awk '/99%/ {print $2}' "$dir/wrk.log")"
}

serve 1h
printf 'a replica that has done nothing       %s MiB resident\n' "$(resident "$service")"
empty=$(rds info memory | awk -F: '/^used_memory:/ {print $2 + 0}')
for npi in $npis; do curl -s -o /dev/null "http://127.0.0.1:18080/v1/timeslots?npi=$npi"; done
sleep 1
printf 'fragments in memory                   %s, %s bytes each\n' "$(metric aggregator_cache_entries | cut -d. -f1)" \
  "$(curl -s http://127.0.0.1:19090/metrics | awk '/^aggregator_cache_bytes.*memory/ {b = $2} /^aggregator_cache_entries.*memory/ {n = $2} END {printf "%.0f", b / n}')"
printf 'fragments in Redis                    %s keys, %s bytes each\n' "$(rds dbsize)" \
  "$(per $(( $(rds info memory | awk -F: '/^used_memory:/ {print $2 + 0}') - empty )) "$(rds dbsize)")"
curl -s -o /dev/null --compressed "http://127.0.0.1:18080$hot"
load 'hit, 64 connections' -c64 -d6s -H 'Accept-Encoding: gzip' "http://127.0.0.1:18080$hot"
load 'merged, 20 clinicians' -c4 -d6s -H 'Accept-Encoding: gzip' -s "$dir/lists.lua" http://127.0.0.1:18080
printf 'the replica afterwards                %s MiB resident\n' "$(resident "$service")"
end
serve 1s
for npi in $npis; do curl -s -o /dev/null "http://127.0.0.1:18080/v1/timeslots?npi=$npi"; done
load 'refreshing, 60 calendars each second' -c1 -d12s -H 'Accept-Encoding: gzip' -s "$dir/lists.lua" http://127.0.0.1:18080
cpu0=$(micros "$service") calls0=$(calls) redis0=$(micros "$redis") ops0=$(operations)
for round in $(seq 12); do # nobody but who orders the refreshes
  for first in 1 21 41; do curl -s -o /dev/null "http://127.0.0.1:18080/v1/timeslots?limit=1&npi=$(echo $npis | tr ' ' '\n' | sed -n "$first,$((first + 19))p" | paste -sd,)"; done
  sleep 1.1
done
n=$(awk -v a="$(calls)" -v b="$calls0" 'BEGIN {printf "%.0f", a - b}')
printf 'one refresh                           %s us CPU, Redis %s us and %s operations (%d of them)\n' \
  "$(per $(( $(micros "$service") - cpu0 )) "$n")" "$(per $(( $(micros "$redis") - redis0 )) "$n")" \
  "$(awk -v a="$(operations)" -v b="$ops0" -v n="$n" 'BEGIN {printf "%.1f", (a - b) / n}')" "$n"
end
