package door

import (
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// proxies are networks whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// maxHops is how far back a chain of proxies is followed.
const maxHops = 32

// clientOf is the address that a request comes from: the right-most that no trusted proxy has, since everything left of
// it is whatever that client wrote. Beyond an entry that is no address nobody is known, so the proxy that passed it on
// stands for the client. ok is false where not even the peer has an address.
func (p proxies) clientOf(r *http.Request) (addr netip.Addr, ok bool) {
	ok = p.walk(r, func(hop netip.Addr) { addr = hop })
	return addr, ok
}

// chainOf is the way that a request came, as X-Forwarded-For writes it: the client, then the trusted proxies up to the
// peer. Nothing of it is what the client wrote. It is empty where not even the peer has an address.
func (p proxies) chainOf(r *http.Request) string {
	var chain []byte
	p.walk(r, func(hop netip.Addr) {
		text := hop.AppendTo(make([]byte, 0, 64))
		if chain != nil {
			text = append(append(text, ", "...), chain...)
		}
		chain = text
	})
	return string(chain)
}

// walk visits the addresses that a request came through, from the peer to the client.
func (p proxies) walk(r *http.Request, visit func(netip.Addr)) (ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	addr := plain(peer.Addr())
	visit(addr)
	if !p.trusts(addr) {
		return true
	}
	headers, hops := r.Header["X-Forwarded-For"], 0
	for i := len(headers) - 1; i >= 0; i-- {
		for rest, more := headers[i], true; more && hops < maxHops; hops++ {
			var entry string
			rest, entry, more = cutLast(rest)
			if addr, ok = parseHop(entry); !ok {
				return true
			}
			visit(addr)
			if !p.trusts(addr) {
				return true
			}
		}
	}
	return true
}

func (p proxies) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// cutLast takes the last entry off a list; more reports whether something is left.
func cutLast(list string) (rest, last string, more bool) {
	if i := strings.LastIndexByte(list, ','); i >= 0 {
		return list[:i], list[i+1:], true
	}
	return "", list, false
}

// parseHop reads an address as proxies write it: some add the port, some put IPv6 in brackets.
func parseHop(entry string) (netip.Addr, bool) {
	entry = strings.Trim(entry, " \t")
	if addr, err := netip.ParseAddr(entry); err == nil {
		return plain(addr), true
	}
	if hop, err := netip.ParseAddrPort(entry); err == nil {
		return plain(hop.Addr()), true
	}
	if inner, ok := strings.CutPrefix(entry, "["); ok {
		if addr, err := netip.ParseAddr(strings.TrimSuffix(inner, "]")); err == nil {
			return plain(addr), true
		}
	}
	return netip.Addr{}, false
}

// plain has one form for each address: IPv4 as such, no zones.
func plain(addr netip.Addr) netip.Addr { return addr.Unmap().WithZone("") }

type forwardedKey struct{}

// withForwarded lets what the door leads to know the way that a request came.
func (p proxies) withForwarded(r *http.Request) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), forwardedKey{}, p.chainOf(r)))
}

// ForwardedFor is the way that a request came, from its client to our peer, for X-Forwarded-For. It is empty for a
// request that did not pass the door, or whose peer has no address.
func ForwardedFor(r *http.Request) string {
	chain, _ := r.Context().Value(forwardedKey{}).(string)
	return chain
}
