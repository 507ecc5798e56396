package door

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestTheClientIsTheRightMostAddressThatNoTrustedProxyHas(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	tests := map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"no proxy":                          {"203.0.113.7:5000", nil, "203.0.113.7"},
		"a stranger's header":               {"203.0.113.7:5000", []string{"192.0.2.1"}, "203.0.113.7"},
		"a proxy says":                      {"10.0.0.1:5000", []string{"203.0.113.7"}, "203.0.113.7"},
		"a proxy says nothing":              {"10.0.0.1:5000", nil, "10.0.0.1"},
		"a proxy says nothing, at length":   {"10.0.0.1:5000", []string{""}, "10.0.0.1"},
		"two proxies":                       {"10.0.0.1:5000", []string{"203.0.113.7, 10.9.9.9"}, "203.0.113.7"},
		"a forged chain":                    {"10.0.0.1:5000", []string{"192.0.2.1, 192.0.2.2, 203.0.113.7"}, "203.0.113.7"},
		"a forged chain in its own header":  {"10.0.0.1:5000", []string{"192.0.2.1", "203.0.113.7"}, "203.0.113.7"},
		"a forged proxy":                    {"10.0.0.1:5000", []string{"192.0.2.1, 10.3.3.3, 203.0.113.7, 10.9.9.9"}, "203.0.113.7"},
		"proxies all the way":               {"10.0.0.1:5000", []string{"10.0.0.3,10.0.0.2"}, "10.0.0.3"},
		"rubbish at the end":                {"10.0.0.1:5000", []string{"203.0.113.7, unknown"}, "10.0.0.1"},
		"rubbish before a proxy":            {"10.0.0.1:5000", []string{"203.0.113.7, rubbish, 10.0.0.2"}, "10.0.0.2"},
		"rubbish before the client":         {"10.0.0.1:5000", []string{"'); DROP TABLE, 203.0.113.7"}, "203.0.113.7"},
		"an empty entry":                    {"10.0.0.1:5000", []string{"203.0.113.7,,"}, "10.0.0.1"},
		"with a port":                       {"10.0.0.1:5000", []string{"203.0.113.7:4711"}, "203.0.113.7"},
		"IPv6":                              {"10.0.0.1:5000", []string{"2001:db8::7"}, "2001:db8::7"},
		"IPv6 in brackets":                  {"10.0.0.1:5000", []string{"[2001:db8::7]"}, "2001:db8::7"},
		"IPv6 with a port":                  {"10.0.0.1:5000", []string{"[2001:db8::7]:4711"}, "2001:db8::7"},
		"IPv6 with a zone":                  {"10.0.0.1:5000", []string{"fe80::7%eth0"}, "fe80::7"},
		"an IPv6 proxy":                     {"[2001:db8:ffff::1]:5000", []string{"203.0.113.7"}, "203.0.113.7"},
		"IPv4 in IPv6":                      {"[::ffff:10.0.0.1]:5000", []string{"::ffff:203.0.113.7"}, "203.0.113.7"},
		"a longer chain than anybody needs": {"10.0.0.1:5000", []string{"203.0.113.7" + strings.Repeat(",10.0.0.2", 100)}, "10.0.0.2"},
	}
	for name, tt := range tests {
		r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.headers}}
		if got, ok := trusted.clientOf(r); !ok || got != netip.MustParseAddr(tt.want) {
			t.Errorf("%s: %v %v, want %s", name, got, ok, tt.want)
		}
	}
	if _, ok := trusted.clientOf(&http.Request{RemoteAddr: "@"}); ok {
		t.Error("a peer without an address has one")
	}
}

func TestWithoutTrustedProxiesNoHeaderIsBelieved(t *testing.T) {
	r := &http.Request{RemoteAddr: "127.0.0.1:5000", Header: http.Header{"X-Forwarded-For": {"203.0.113.7"}}}
	if got, _ := proxies(nil).clientOf(r); got != netip.MustParseAddr("127.0.0.1") {
		t.Errorf("%v", got)
	}
}

func FuzzClientOf(f *testing.F) {
	f.Add("10.0.0.1:1", "203.0.113.7, 10.0.0.2", "x")
	f.Fuzz(func(t *testing.T, peer, first, second string) {
		trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
		r := &http.Request{RemoteAddr: peer, Header: http.Header{"X-Forwarded-For": {first, second}}}
		got, ok := trusted.clientOf(r)
		if !ok {
			return
		}
		if got != plain(got) {
			t.Fatalf("%v has another form", got)
		}
		if at, err := netip.ParseAddrPort(peer); err == nil && !trusted.trusts(plain(at.Addr())) && got != plain(at.Addr()) {
			t.Fatalf("an untrusted peer %v made itself %v", at, got)
		}
	})
}

// What goes on is the client's true address and the proxies behind it, never what the client wrote before them.
func TestTheWayThatARequestCame(t *testing.T) {
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
	tests := map[string]struct {
		peer    string
		headers []string
		want    string
	}{
		"no proxy":                     {"203.0.113.7:5000", nil, "203.0.113.7"},
		"a stranger's header":          {"203.0.113.7:5000", []string{"10.9.9.9, 192.0.2.1"}, "203.0.113.7"},
		"a proxy":                      {"10.0.0.1:5000", []string{"203.0.113.7"}, "203.0.113.7, 10.0.0.1"},
		"two proxies, two headers":     {"10.0.0.1:5000", []string{"203.0.113.7", "10.0.0.2"}, "203.0.113.7, 10.0.0.2, 10.0.0.1"},
		"a forged chain":               {"10.0.0.1:5000", []string{"192.0.2.1, 203.0.113.7, 10.0.0.2"}, "203.0.113.7, 10.0.0.2, 10.0.0.1"},
		"a proxy that says nothing":    {"10.0.0.1:5000", nil, "10.0.0.1"},
		"rubbish":                      {"10.0.0.1:5000", []string{"203.0.113.7, x\r\ny"}, "10.0.0.1"},
		"IPv6, with a zone and a port": {"[fe80::1%eth0]:5000", nil, "fe80::1"},
		"a peer without an address":    {"@", []string{"192.0.2.1"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.headers}}
			if got := ForwardedFor(trusted.withForwarded(r)); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
