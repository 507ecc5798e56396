#!/usr/bin/env bash
# CPU per cached hit, beside nginx's proxy_cache serving the same body under the same load: the service, a simulator
# behind it and nginx are started here, on loopback; wrk takes turns between the two. Prints microseconds of CPU per
# request, requests a second and the 99th percentile, for plain and gzipped answers and for 304s, and at the end the
# medians and their ratios; then the 99th percentile at two rates, over as many connections.
#
#   loadtest/hitpath/measure.sh [rounds]        needs go, nginx and wrk (Debian: nginx-light wrk)
set -euo pipefail
cd "$(dirname "$0")/../.."
rounds=${1:-5}
dir=$(mktemp -d)
pids=()
trap 'for p in "${pids[@]}"; do kill "$p" 2>/dev/null || true; done; rm -rf "$dir"' EXIT

go build -o "$dir/aggregator" ./cmd/aggregator
go build -o "$dir/loadtest" ./loadtest
"$dir/aggregator" acme --listen 127.0.0.1:18081 2>"$dir/acme.log" & pids+=($!)
cat > "$dir/service.yaml" <<YAML
listen: 127.0.0.1:18080
admin: {listen: 127.0.0.1:19090}
tier: uat
upstream:
  public: {url: "http://127.0.0.1:18081"}
  ingress: {url: "http://127.0.0.1:18081", keys: {careOptions: acme-care-options, slots: acme-slots, booking: acme-booking}}
  visit: {url: "http://127.0.0.1:18081"}
sources: {providerDirect: {fresh: 1h}, careDirect: {fresh: 1h}, careOptions: {fresh: 1h}}
booking: {tombstone: 6h}
YAML
sleep 1
"$dir/aggregator" serve --config "$dir/service.yaml" 2>"$dir/service.log" & service=$!; pids+=("$service")
cat > "$dir/nginx.conf" <<CONF
worker_processes 2; daemon off; pid $dir/nginx.pid; error_log $dir/error.log;
events { worker_connections 1024; }
http {
  access_log off; keepalive_requests 1000000; proxy_cache_path $dir/cache keys_zone=c:10m;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  server { listen 127.0.0.1:18090; location / {
    proxy_pass http://127.0.0.1:18080; proxy_cache c; proxy_cache_valid 200 1h; proxy_ignore_headers Cache-Control Vary;
    proxy_cache_key \$request_uri\$http_accept_encoding; proxy_set_header Accept-Encoding \$http_accept_encoding; } }
}
CONF
mkdir -p "$dir/cache"; chmod 755 "$dir"; chmod 777 "$dir/cache" # its workers are nobody
nginx -c "$dir/nginx.conf" & nginx=$!; pids+=("$nginx")
sleep 1

query='/v1/timeslots?npi=9000000017,9000000025&limit=40'
for coding in identity gzip; do
  for port in 18080 18090 18080 18090; do curl -sS -o /dev/null -H "Accept-Encoding: $coding" "http://127.0.0.1:$port$query"; done
done
tag=$(curl -sS -o /dev/null -D - -H 'Accept-Encoding: identity' "http://127.0.0.1:18080$query" | tr -d '\r' | awk 'tolower($1) == "etag:" {print $2}')
ticks() { # of CPU that processes have used; one that is gone (nginx' cache loader, after a minute) counts as nothing
  local sum=0 p
  for p in "$@"; do [ -r "/proc/$p/stat" ] || continue; set -- $(sed 's/.*) //' "/proc/$p/stat"); sum=$((sum + ${12} + ${13})); done
  echo "$sum"
}
hz=$(getconf CLK_TCK)
for round in $(seq "$rounds"); do
  for kind in plain gzip 304; do
    headers=(-H 'Accept-Encoding: identity')
    if [ "$kind" = gzip ]; then headers=(-H 'Accept-Encoding: gzip'); fi
    if [ "$kind" = 304 ]; then headers+=(-H "If-None-Match: $tag"); fi
    for who in nginx service; do
      if [ "$who" = nginx ]; then port=18090 procs=$(cat "/proc/$nginx/task/$nginx/children"); else port=18080 procs=$service; fi
      before=$(ticks $procs)
      out=$(wrk -t1 -c64 -d4s --latency "${headers[@]}" "http://127.0.0.1:$port$query")
      after=$(ticks $procs)
      n=$(awk '/requests in/ {print $1}' <<<"$out")
      p99=$(awk '$1 == "99%" {v = $2; if (v ~ /us$/) v /= 1000; else if (v !~ /ms$/) v *= 1000; print v + 0}' <<<"$out")
      awk -v c="$kind" -v w="$who" -v t=$((after - before)) -v hz="$hz" -v n="$n" -v p="$p99" \
        'BEGIN {printf "%-6s %-8s %6.1f us %8.0f/s p99 %6.2f ms\n", c, w, t/hz/n*1e6, n/4, p}' | tee -a "$dir/rounds"
    done
  done
done
median() { awk -v c="$1" -v w="$2" -v f="$3" '$1==c && $2==w {print $f}' "$dir/rounds" | sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
echo "medians of $rounds rounds:"
for kind in plain gzip 304; do
  awk -v c="$kind" -v s="$(median "$kind" service 3)" -v n="$(median "$kind" nginx 3)" -v sp="$(median "$kind" service 7)" -v np="$(median "$kind" nginx 7)" \
    'BEGIN {printf "%-6s service %5.1f us, nginx %5.1f us, ratio %.2f; p99 %.2f and %.2f ms, ratio %.2f\n", c, s, n, s/n, sp, np, sp/np}'
done

# As fast as possible, the 99th percentile is that of three threads on two cores. At a rate, over as many connections, it
# is the servers'.
for rate in 5000 10000; do
  for round in $(seq "$rounds"); do
    "$dir/loadtest" compare findadoctor --target http://127.0.0.1:18080 --with http://127.0.0.1:18090 --workers 64 --rate "$rate" --duration 4s \
      --npi 9000000017 --npi 9000000025 2>/dev/null | awk '/^compared/ {on = 1} on && $1 == "p99" {print $2, $4, $6}'
  done | sort -n -k3 | awk -v rate="$rate" '{s[NR] = $1; n[NR] = $2; r[NR] = $3} END {m = int((NR + 1) / 2)
    printf "%d/s over 64 connections: p99 %.2f and %.2f ms, ratio %.2f (median of %d; %.2f to %.2f)\n", rate, s[m], n[m], r[m], NR, r[1], r[NR]}'
done
