package door

import (
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
// it is whatever that client wrote. Behind an entry that is no address nobody is known, so the proxy that passed it on
// stands for the client. ok is false where not even the peer has an address.
func (p proxies) clientOf(r *http.Request) (addr netip.Addr, ok bool) {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}, false
	}
	addr = plain(peer.Addr())
	if !p.trusts(addr) {
		return addr, true
	}
	headers, hops := r.Header["X-Forwarded-For"], 0
	for i := len(headers) - 1; i >= 0; i-- {
		for rest, more := headers[i], true; more && hops < maxHops; hops++ {
			var entry string
			rest, entry, more = cutLast(rest)
			hop, ok := parseHop(entry)
			if !ok {
				return addr, true
			}
			if addr = hop; !p.trusts(addr) {
				return addr, true
			}
		}
	}
	return addr, true
}

func (p proxies) trusts(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(network netip.Prefix) bool { return network.Contains(addr) })
}

// cutLast takes the last entry off a list; more tells whether something is left.
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
