#!/usr/bin/env bash
# What people near you cost, beside what they cost where there is no service: the first figures of docs/performance.md. A
# simulator whose answers take 40 ms, the service, and an nginx with proxy_cache in front of the simulator are started here,
# on loopback, both cold in each round and keeping answers as long. They take turns with the same people: nearme, and the
# day's trace with people who each have a position of their own, and with ten areas. nginx is asked what pages would ask
# DexCare. Prints each round and at the end the medians, with the least and the most.
#
#   loadtest/nearme/measure.sh [rounds] [rate] [length]          needs go and nginx (Debian: nginx-light)
#
#   SCENARIOS  which of "nearme", "people" and "areas"; all of them without it
#   ACME       arguments for the simulator, such as "--providers 5000 --departments 800"
#   FRESH      for how long the service and nginx keep answers; 15s without it, as the service does by default
#   PORT       the first of four ports; 18080 without it
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-3} rate=${2:-200} length=${3:-60s}
port=${PORT:-18080}
public=127.0.0.1:$port acme=127.0.0.1:$((port + 1)) admin=127.0.0.1:$((port + 2)) cache=127.0.0.1:$((port + 3))
fresh=${FRESH:-15s}
dir=$(mktemp -d)
pids=()
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$dir"' EXIT

go build -o "$dir/aggregator" ./cmd/aggregator
go build -o "$dir/loadtest" ./loadtest
# shellcheck disable=SC2086 # arguments
"$dir/aggregator" acme --listen "$acme" --latency 40ms ${ACME:-} 2>"$dir/acme.log" & simulator=$!; pids=("$simulator")
cat > "$dir/service.yaml" <<YAML
listen: $public
admin: {listen: $admin}
tier: uat
upstream:
  public: {url: "http://$acme"}
  ingress: {url: "http://$acme", keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}
  visit: {url: "http://$acme"}
sources: {providerDirect: {fresh: $fresh}, careDirect: {fresh: $fresh}, careOptions: {fresh: $fresh}}
booking: {tombstone: 6h}
products: {findadoctor: {}, clinics: {}, flushot: {ranking: nearest}, mobileapp: {}}
log: {level: warn}
YAML
cat > "$dir/nginx.conf" <<CONF
worker_processes 2; worker_rlimit_nofile 20000; daemon off; pid $dir/nginx.pid; error_log $dir/error.log error;
events { worker_connections 8192; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  proxy_cache_path $dir/cache keys_zone=all:32m;
  upstream dexcare { server $acme; keepalive 64; }
  proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_cache all; proxy_cache_key \$request_uri; proxy_cache_valid 200 404 $fresh;
  proxy_cache_lock on; proxy_cache_use_stale updating; proxy_cache_background_update on;
  map \$upstream_cache_status \$said { HIT "nginx; hit; ttl=1"; STALE "nginx; hit; ttl=-1"; UPDATING "nginx; hit; ttl=-1"; default "nginx; fwd=miss"; }
  add_header Cache-Status \$said always;
  server {
    listen $cache;
    location / { proxy_pass http://dexcare; proxy_set_header x-api-key acme-slots; }
    location /v1/availability/ { proxy_pass http://dexcare; proxy_set_header x-api-key acme-care-options; }
  }
}
CONF
chmod 755 "$dir" # nginx' workers are nobody

await() { for _ in $(seq 100); do curl -s -o /dev/null "http://$1" && return; sleep 0.1; done; echo "nobody listens at $1" >&2; exit 1; }
family() { echo "$1 $(cat "/proc/$1/task/$1/children")"; }
seconds() { # of CPU that processes have used
  local sum=0 p
  for p in "$@"; do [ -r "/proc/$p/stat" ] || continue; set -- $(sed 's/.*) //' "/proc/$p/stat"); sum=$((sum + ${12} + ${13})); done
  awk -v t="$sum" -v hz="$(getconf CLK_TCK)" 'BEGIN {print t / hz}'
}
resident() { # MiB of processes, what they share counted once
  local p
  for p in "$@"; do cat "/proc/$p/smaps_rollup" 2>/dev/null || true; done | awk '/^Pss:/ {sum += $2} END {printf "%.0f", sum / 1024}'
}
await "$acme/v1/providers"

measure() { # NAME SCENARIO…: one round of both, each from nothing
  local name=$1 service nginx before; shift
  "$dir/aggregator" serve --config "$dir/service.yaml" 2>>"$dir/service.log" & service=$!; pids+=("$service")
  rm -rf "$dir/cache"; mkdir "$dir/cache"; chmod 777 "$dir/cache"
  nginx -c "$dir/nginx.conf" & nginx=$!; pids+=("$nginx")
  await "$admin/readyz"; await "$cache/"
  before=$(seconds $(family "$nginx"))
  "$dir/loadtest" compare "$@" --target "http://$public" --admin "http://$admin" --simulator "http://$acme" --with "http://$cache" --direct \
    --rate "$rate" --duration "$length" >"$dir/said" 2>"$dir/progress" || { cat "$dir/said" "$dir/progress" >&2; exit 1; }
  awk -v name="$name" -v cpu="$(seconds $(family "$nginx"))" -v before="$before" -v memory="$(resident $(family "$nginx"))" -v files="$(du -sm "$dir/cache" | cut -f1)" '
    function milliseconds(text) { return text ~ /µs$/ ? text / 1000 : text ~ /ms$/ ? text + 0 : 1000 * text }
    $1 == "scenario" { run++ }
    $1 == "requests" && $2 == "in" { next }
    $1 == "requests" && $3 == "sent" { views[run] = $2 }
    $1 == "page" && $2 == "views" { views[run] = $3 }
    $1 == "cost" { cost = milliseconds($2); mib = $8 }
    $1 == "compared" { compared = 1 }
    compared && $1 == "success" { good[1] = $2; good[2] = $4 }
    compared && $1 == "hits" { hits[1] = $2; hits[2] = $4 }
    compared && $1 == "waited" { waited[1] = $2; waited[2] = $4 }
    compared && $1 == "p50" { p50[1] = $2; p50[2] = $4 }
    compared && $1 == "p99" { p99[1] = $2; p99[2] = $4 }
    compared && $1 == "bytes" { sent[1] = $5; sent[2] = $6 }
    compared && $1 == "upstream" { calls[1] = $5; calls[2] = $6 }
    END {
      for (i = 1; i <= 2; i++)
        printf "%-7s %-8s %6d views, good %.4g %%, %.5g calls/1000, hits %.4g %%, waited %.4g %%, p50 %.4g ms, p99 %.4g ms, %.4g ms CPU a view, %d MiB, %d MiB of files, %d bytes a view\n",
          name, i == 1 ? "service" : "nginx", views[i], good[i], calls[i], hits[i], waited[i], p50[i], p99[i],
          i == 1 ? cost : 1000 * (cpu - before) / views[2], i == 1 ? mib : memory, i == 1 ? 0 : files, sent[i]
    }' "$dir/said" | tee -a "$dir/rounds"
  kill "$service" "$nginx"; wait "$service" "$nginx" 2>/dev/null || true
  pids=("$simulator")
}
for round in $(seq "$rounds"); do
  echo "round $round; load averages before it: $(cut -d' ' -f1-3 /proc/loadavg)"
  for scenario in ${SCENARIOS:-nearme people areas}; do
    case $scenario in
      nearme) measure nearme nearme ;;
      *) measure "$scenario" trace --positions "$scenario" ;;
    esac
  done
done

echo "medians of $rounds rounds at $rate page views a second for $length, the least and the most:"
figure() { awk -v c="$1" -v w="$2" -v f="$3" '$1 == c && $2 == w {print $f + 0}' "$dir/rounds" | sort -n | awk '{a[NR] = $1} END {printf "%s (%s to %s)", a[int((NR + 1) / 2)], a[1], a[NR]}'; }
for scenario in ${SCENARIOS:-nearme people areas}; do
  printf '\n| %s | service | nginx |\n| --- | --: | --: |\n' "$scenario"
  while IFS=: read -r field name; do
    printf '| %s | %s | %s |\n' "$name" "$(figure "$scenario" service "$field")" "$(figure "$scenario" nginx "$field")"
  done <<'TABLE'
8:upstream calls for each thousand views
11:hits, stale ones included, %
14:waited for upstream, %
17:p50, ms
20:p99, ms
22:CPU a view, ms
27:memory at the end, MiB
29:files, MiB
33:bytes sent a view
6:answered well, %
TABLE
done
