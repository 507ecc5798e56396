package door

import (
	"net/http"
	"slices"
	"strings"

	"timeslots/internal/problem"
)

// malformed tells what is wrong with how a request is put, as far as net/http shows it; package wire sees the rest. What is
// refused here may have been understood differently by somebody on the way, so the connection ends.
func malformed(r *http.Request) *problem.Document {
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

func refused(status int, detail string) *problem.Document {
	return &problem.Document{Status: status, Detail: detail}
}

func hasBody(r *http.Request) bool { return r.ContentLength != 0 }

func mayHaveBody(method string) bool {
	return method != http.MethodGet && method != http.MethodHead && method != http.MethodOptions
}

// oddTarget judges what does not begin with a slash. A URL is taken, as RFC 9112 §3.2.2 asks, for any name that would be
// taken in Host: which names the service has, it does not know. TLS ends in front of it, so both schemes are its own.
func oddTarget(r *http.Request) *problem.Document {
	switch {
	case r.RequestURI == "*" && r.Method == http.MethodOptions:
		return nil
	case r.URL.Scheme != "http" && r.URL.Scheme != "https" || !isHost(r.URL.Host) || r.URL.User != nil || r.URL.Opaque != "":
		return refused(http.StatusBadRequest, "the request target is neither a path nor a URL of this service; begin it with a slash")
	}
	return nil
}

// isHost accepts visible ASCII; net/http has parsed it.
func isHost(host string) bool {
	return host != "" && !strings.ContainsFunc(host, func(c rune) bool { return c <= ' ' || c >= 0x7f })
}

// originForm puts a request whose target was a URL as it would have come to its host: with a path, and the URL's host in
// place of Host (RFC 9112 §3.2.2). No handler can tell the two apart.
func originForm(r *http.Request) {
	u := *r.URL
	r.Host, u.Scheme, u.Host = u.Host, "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	r.URL, r.RequestURI = &u, u.RequestURI()
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
	return slices.ContainsFunc(hops, func(hop string) bool { return strings.EqualFold(option, hop) })
}
