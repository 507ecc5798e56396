package booking

import (
	"slices"
	"strings"
)

// isOwnOrigins tells a response header that speaks of upstream's connection, of its machines, or for its whole origin.
// Browsers would apply it to ours: they take what came from us for ours (docs/drop-in.md).
func isOwnOrigins(name string) bool {
	return slices.Contains(originHeaders[:], name) || slices.ContainsFunc(originPrefixes[:], func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// In Go's spelling.
var originHeaders = [...]string{
	// The connection, and where else the origin is (RFC 7838, RFC 8336).
	"Alt-Svc", "Alt-Used", "Alternates", "Alternate-Protocol", "Origin", "Public-Key-Pins", "Public-Key-Pins-Report-Only", "Expect-Ct",
	"Strict-Transport-Security",
	// What the browser keeps for the origin, sends to it, or deletes.
	"Set-Cookie", "Set-Cookie2", "Clear-Site-Data", "Accept-Ch", "Accept-Ch-Lifetime", "Critical-Ch", "Service-Worker-Allowed",
	"Use-As-Dictionary", "No-Vary-Search", "Set-Login", "Activate-Storage-Access",
	// Whom it tells about the origin.
	"Nel", "Report-To", "Reporting-Endpoints", "Sourcemap", "X-Sourcemap", "Timing-Allow-Origin", "Server-Timing",
	// What documents of the origin may do. Nothing that upstream answers is a document.
	"Permissions-Policy", "Permissions-Policy-Report-Only", "Feature-Policy", "Document-Policy", "Document-Policy-Report-Only",
	"Require-Document-Policy", "Origin-Agent-Cluster", "Referrer-Policy", "X-Frame-Options", "X-Xss-Protection",
	"X-Dns-Prefetch-Control", "X-Permitted-Cross-Domain-Policies", "Integrity-Policy", "Integrity-Policy-Report-Only",
	"X-Ua-Compatible",
	// What it loads or where it goes by itself.
	"Refresh", "Link", "Speculation-Rules", "Supports-Loading-Mode",
	// Proofs of identity and machines.
	"Authentication-Info", "Authentication-Control", "Optional-Www-Authenticate",
	"Server", "X-Powered-By", "X-Aspnet-Version", "X-Aspnetmvc-Version", "X-Runtime", "X-Generator", "Via",
}

var originPrefixes = [...]string{
	"Access-Control-", "Content-Security-Policy", "X-Content-Security-Policy", "X-Webkit-Csp", "Cross-Origin-", "Proxy-", "Sec-",
	"Attribution-Reporting-", "Observe-Browsing-Topics", "X-Envoy-", "X-Kong-",
}

// bearerOnly leaves challenges out at which a browser would ask its user for a password, for our origin.
func bearerOnly(challenges []string) []string {
	return slices.DeleteFunc(slices.Clone(challenges), func(challenge string) bool {
		scheme, parameters, _ := strings.Cut(strings.TrimSpace(challenge), " ")
		return !strings.EqualFold(scheme, "Bearer") || offersMore(parameters)
	})
}

// offersMore reports whether another challenge follows in the same header: outside of quotes, after a comma, a scheme and
// a blank.
func offersMore(parameters string) bool {
	quoted := false
	fields := strings.FieldsFunc(parameters, func(c rune) bool {
		if c == '"' {
			quoted = !quoted
		}
		return c == ',' && !quoted
	})
	return slices.ContainsFunc(fields, func(field string) bool {
		name, _, parameter := strings.Cut(strings.TrimSpace(field), "=")
		return strings.ContainsAny(strings.TrimSpace(name), " \t") || !parameter && strings.TrimSpace(name) != ""
	})
}

// isForwarding tells a request header that says whom a request comes from, or how and where it came in. A client that sends
// one may write anything, and upstream would read it beside our key as if we had said it.
func isForwarding(name string) bool {
	return slices.Contains(forwarding[:], name) || slices.ContainsFunc(forwardingPrefixes[:], func(prefix string) bool {
		return strings.HasPrefix(name, prefix)
	})
}

// In Go's spelling.
var forwarding = [...]string{
	"Forwarded", "Forwarded-For", "Forwarded-For-Ip", "Forwarded-Proto", "Via", "Cdn-Loop", "Max-Forwards",
	"X-Real-Ip", "X-Real-Host", "X-Client-Ip", "X-Client-Cert", "X-Cluster-Client-Ip", "X-Remote-Ip", "X-Remote-Addr", "X-Remote-User",
	"X-Originating-Ip", "X-Proxyuser-Ip", "X-Source-Ip", "X-True-Client-Ip", "X-Trusted-Ip", "X-User-Ip", "X-Ip", "X-Custom-Ip-Authorization",
	"X-Host", "X-Http-Host-Override", "X-Original-Url", "X-Original-Host", "X-Original-Uri", "X-Original-For", "X-Original-Proto",
	"X-Original-Forwarded-For", "X-Original-Remote-Addr", "X-Rewrite-Url", "X-Scheme", "X-Url-Scheme",
	"X-Http-Method", "X-Http-Method-Override", "X-Method-Override", "X-Http-Path-Override",
	"True-Client-Ip", "Client-Ip", "Remote-Addr", "Remote-User", "Remote-Ip", "Proxy-Client-Ip", "Wl-Proxy-Client-Ip", "Http-Client-Ip",
	"Http-X-Forwarded-For", "Fastly-Client-Ip", "Fastly-Ssl", "Fastly-Client", "Front-End-Https", "Incap-Client-Ip", "Ssl-Client-Cert", "Client-Cert",
	"Client-Cert-Chain", "X-Ssl-Client-Cert", "X-Ssl-Client-Verify", "X-Arr-Ssl", "X-Arr-Log-Id",
}

var forwardingPrefixes = [...]string{
	"X-Forwarded", "X-Envoy-", "X-Kong-", "X-Consumer-", "X-Credential-", "X-Anonymous-Consumer", "X-Azure-", "X-Appengine-",
	"X-Amzn-", "X-Vercel-", "Cf-", "Cloudfront-", "Akamai-", "X-Akamai-", "X-Nf-", "Fly-", "Do-Connecting-Ip", "X-Goog-",
}
