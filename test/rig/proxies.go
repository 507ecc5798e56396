package rig

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Nginx runs a caching nginx in front of an address until the test ends, or skips the test where there is none. It
// keeps what may be kept, no matter who asked: its cache key is the address alone.
func Nginx(t testing.TB, backend string) (base string) {
	t.Helper()
	addr := FreeAddress(t)
	return nginx(t, addr, fmt.Sprintf(`
  server {
    listen %s;
    location / {
      proxy_pass http://%s;
      proxy_cache all; proxy_cache_key $request_uri; proxy_cache_valid any 1m; proxy_cache_methods GET HEAD POST;
      add_header X-Proxy-Cache $upstream_cache_status always;
    }
  }`, addr, strings.TrimPrefix(backend, "http://")))
}

// UpstreamCache runs the nginx that pages would put before DexCare, for want of a service: it knows the API keys, keeps
// each address's answer for so many seconds, asks for it once however many want it, and serves the old one meanwhile.
func UpstreamCache(t testing.TB, upstream string, seconds int) (base string) {
	t.Helper()
	addr := FreeAddress(t)
	return nginx(t, addr, fmt.Sprintf(`
  upstream dexcare { server %[1]s; keepalive 64; }
  proxy_http_version 1.1; proxy_set_header Connection "";
  proxy_cache all; proxy_cache_key $request_uri; proxy_cache_valid 200 404 %[2]ds;
  proxy_cache_lock on; proxy_cache_use_stale updating; proxy_cache_background_update on;
  server {
    listen %[3]s;
    location / { proxy_pass http://dexcare; proxy_set_header x-api-key acme-slots; }
    location /v1/availability/ { proxy_pass http://dexcare; proxy_set_header x-api-key acme-care-options; }
  }`, strings.TrimPrefix(upstream, "http://"), seconds, addr))
}

// nginx runs one that listens at addr and keeps what it caches in its own directory.
func nginx(t testing.TB, addr, http string) (base string) {
	t.Helper()
	dir, path := t.TempDir(), find(t, "nginx")
	config := fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log stderr error;
events { worker_connections 4096; }
http {
  access_log off; keepalive_requests 1000000;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  proxy_cache_path %[1]s/cache keys_zone=all:32m;
  %[2]s
}`, dir, http)
	return serveOn(t, addr, NewProcess(dir, "nginx", path, "-p", dir, "-c", write(t, dir, "nginx.conf", config)))
}

// Varnish runs a Varnish in front of an address until the test ends, or skips the test where there is none. A greedy one
// looks into its cache for every request, also for those with credentials.
func Varnish(t testing.TB, backend string, greedy bool) (base string) {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddress(t)
	path := find(t, "varnishd")
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(backend, "http://"))
	config := fmt.Sprintf("vcl 4.1;\nbackend default { .host = %q; .port = %q; }\n", host, port)
	if greedy {
		config += "sub vcl_recv { if (req.method == \"GET\" || req.method == \"HEAD\") { return (hash); } }\n"
	}
	config += `sub vcl_deliver { if (obj.hits > 0) { set resp.http.X-Proxy-Cache = "HIT"; } }` + "\n"
	return serveOn(t, addr, NewProcess(dir, "varnish", path, "-F", "-a", addr, "-n", filepath.Join(dir, "work"),
		"-f", write(t, dir, "default.vcl", config), "-s", "malloc,16m", "-j", "none"))
}

func find(t testing.TB, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err != nil {
		t.Skipf("%s is not installed: apt-get install nginx varnish prometheus", program)
	}
	return path
}

func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// serveOn starts a server and waits until it listens.
func serveOn(t testing.TB, addr string, p *Process) (base string) {
	t.Helper()
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Terminate() })
	if err := p.Await(t.Context(), listensAt(addr)); err != nil {
		t.Fatal(err)
	}
	return "http://" + addr
}

// listensAt is nil once somebody takes connections there.
func listensAt(addr string) func(context.Context) error {
	return func(context.Context) error {
		conn, err := net.Dial("tcp", addr)
		if err == nil {
			conn.Close()
		}
		return err
	}
}

// Prometheus runs a Prometheus with a configuration until the test ends, or skips the test where there is none.
func Prometheus(t testing.TB, configuration string) (base string) {
	t.Helper()
	dir, addr := t.TempDir(), FreeAddress(t)
	path := find(t, "prometheus")
	return serveOn(t, addr, NewProcess(dir, "prometheus", path, "--config.file="+write(t, dir, "prometheus.yml", configuration),
		"--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+addr, "--log.level=warn"))
}
