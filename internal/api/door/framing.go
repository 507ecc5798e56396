package door

import (
	"net"
	"net/http"
	"strings"
)

// malformed tells what is wrong with how a request is put, as far as net/http shows it; [wire] sees the rest. Whoever is
// refused here may have been understood differently by somebody on the way, so the connection ends.
func malformed(r *http.Request) *problem {
	switch {
	case r.ProtoMajor != 1:
		return refused(http.StatusHTTPVersionNotSupported, "this service speaks HTTP/1.1; send it plain")
	case r.Method == http.MethodConnect || r.Method == http.MethodTrace:
		return refused(http.StatusNotImplemented, "this service is no proxy and has no CONNECT and no TRACE")
	case !strings.HasPrefix(r.RequestURI, "/"):
		return oddTarget(r)
	case hasBody(r) && !mayHaveBody(r.Method):
		return refused(http.StatusBadRequest, r.Method+" takes no body; send it without Content-Length and Transfer-Encoding")
	case !plainExpect(r.Header["Expect"]):
		return refused(http.StatusExpectationFailed, "Expect can be 100-continue, once; leave it out")
	case !namesHopsOnly(r.Header["Connection"]):
		return refused(http.StatusBadRequest, "Connection names a header that is not for this hop alone; name connection options only, such as close or keep-alive")
	}
	return nil
}

func hasBody(r *http.Request) bool { return r.ContentLength != 0 }

func mayHaveBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// oddTarget judges what does not begin with a slash. A URL with scheme and host is for a proxy, unless it is this very
// address: which names the service has, it does not know.
func oddTarget(r *http.Request) *problem {
	switch {
	case r.RequestURI == "*" && r.Method == http.MethodOptions:
		return nil
	case r.URL.Scheme != "http" || r.URL.Host == "" || r.URL.User != nil:
		return refused(http.StatusBadRequest, "the request target is no path; begin it with a slash")
	}
	if local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr); ok && local.String() == r.URL.Host {
		return nil
	}
	return refused(http.StatusMisdirectedRequest, "the request target names a host; send the path alone, and the host in Host")
}

func plainExpect(values []string) bool {
	return len(values) == 0 || len(values) == 1 && strings.EqualFold(values[0], "100-continue")
}

// hops are what Connection may name: options, and headers that end at each hop (RFC 9110 §7.6.1). Named there, any
// other header would be dropped by some and kept by others.
var hops = []string{
	"keep-alive", "close", "upgrade", "http2-settings", "te", "trailer", "transfer-encoding", "proxy-connection",
	"proxy-authenticate", "proxy-authorization", "connection",
}

func namesHopsOnly(values []string) bool {
	for _, value := range values {
		for option := range strings.SplitSeq(value, ",") {
			if option = strings.Trim(option, " \t"); option != "" && !isHop(option) {
				return false
			}
		}
	}
	return true
}

func isHop(option string) bool {
	for _, hop := range hops {
		if strings.EqualFold(option, hop) {
			return true
		}
	}
	return false
}
