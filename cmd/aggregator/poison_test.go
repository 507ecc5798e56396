package main

import (
	"bytes"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"timeslots/test/rig/figure"
)

// strange are header names that some framework, proxy or CDN somewhere acts upon, with a value that would do harm if
// anybody here did (docs/faults.md §2 A). Those that name encodings, validators and credentials are not among them: they may
// change an answer, and have tests of their own.
var strange = headersOf(map[string]string{
	"evil.example": `Forwarded-Host Host-Override X-Forwarded-Host X-Forwarded-Server X-Forwarded-By X-Host X-HTTP-Host-Override
		X-Original-Host X-Backend-Host X-Proxy-Host X-Backend-Server X-Upstream X-Origin-Server X-Server-Name CF-Worker X-Amz-Website-Redirect-Location
		X-ATS-Host X-Http-Destinationurl X-Forward-For-Host X-Forwarded-Site X-Wap-Profile Destination Referer Referrer Origin From Via`,
	"127.0.0.1": `X-Forwarded-For X-Forward-For X-Forwarded X-Originating-IP X-Remote-IP X-Remote-Addr X-Client-IP X-Real-IP Client-IP True-Client-IP
		CF-Connecting-IP CF-Connecting-IPv6 Fastly-Client-IP X-Azure-ClientIP X-Azure-SocketIP X-Cluster-Client-IP X-ProxyUser-Ip X-Envoy-External-Address
		X-Custom-IP-Authorization X-Appengine-User-IP X-Coming-From X-From-IP X-Gateway-Forwarded-For X-Host-IP Z-Forwarded-For Proxy-Client-IP WL-Proxy-Client-IP`,
	"/admin?npi=1": `X-Original-URL X-Rewrite-URL X-Original-URI X-Forwarded-Path X-Forwarded-Prefix X-Forwarded-Uri X-Request-URI Request-URI X-Override-URL
		X-Envoy-Original-Path X-Accel-Redirect X-Sendfile X-Script-Name X-Application-Path Base-Url X-Proxy-URL X-Path-Info X-Url-Scheme Location Content-Location`,
	"DELETE": `X-HTTP-Method-Override X-HTTP-Method X-Method-Override X-Method X-Original-Method Method-Override`,
	"https": `X-Forwarded-Proto X-Forwarded-Protocol X-Forwarded-Scheme X-Scheme X-Url-Scheme-Override Front-End-Https X-Forwarded-Ssl X-SSL
		CloudFront-Forwarded-Proto X-Arr-Ssl X-Forwarded-TlsVersion Upgrade-Insecure-Requests`,
	"8443":                                 `X-Forwarded-Port X-Port X-Server-Port X-Original-Port Depth Max-Forwards`,
	"true":                                 `X-Debug X-Cache-Debug Debug X-Test X-Internal X-Admin X-Bypass-Cache X-No-Cache X-Purge X-Preview X-Prerender DNT Sec-GPC Save-Data X-Requested-With X-PJAX Turbo-Frame Next-Action RSC X-Middleware-Prefetch X-Nextjs-Data X-Invoke-Path`,
	"bytes=0-9":                            `Range If-Range Request-Range X-Range`,
	"de-CH, fr;q=0.5":                      `Accept-Language X-Language Content-Language X-Locale Accept-Charset X-Geo-Country CloudFront-Viewer-Country CF-IPCountry X-Country-Code X-Timezone`,
	"text/html":                            `Accept Content-Type X-Content-Type Accept-Datetime X-Accept-Version Accept-Version Api-Version X-Api-Version X-Version X-Format Prefer`,
	"no-cache":                             `Cache-Control Pragma Surrogate-Control Surrogate-Capability CDN-Cache-Control Cloudflare-CDN-Cache-Control X-Cache-Hash Cache-Tag X-Cache-Key X-Fastly-Key Fastly-FF X-Varnish`,
	"other-tenant":                         `X-Tenant X-Tenant-ID X-Tenant-Name Tenant X-Brand X-Org X-Organization X-Customer X-Site X-Realm X-Environment X-Stage X-Product Product X-Use-Case X-Api-Key X-Api-Keys Api-Key X-Dexcare-Tier`,
	"Wed, 21 Oct 2015 07:28:00 GMT":        `If-Modified-Since If-Unmodified-Since Date Expires`,
	"'\"><script>{{7*7}}${jndi:x}":         `User-Agent X-User-Agent Device-Stock-UA X-Operamini-Phone-Ua X-Device X-UA-Device Sec-CH-UA Sec-CH-UA-Mobile Viewport-Width Width DPR X-Csrf-Token X-Trace Warning`,
	"0198c3f2-7d7e-7c1e-8a3e-1f2e3d4c5b6a": `X-Request-ID Request-Id X-Correlation-ID X-Amzn-Trace-Id X-Cloud-Trace-Context X-B3-TraceId B3 Uber-Trace-Id X-Datadog-Trace-Id X-Idempotency-Key Idempotency-Key`,
	"for=evil.example;proto=https;host=evil.example": `Forwarded`,
})

type strangeHeader struct{ name, value string }

func headersOf(byValue map[string]string) (all []strangeHeader) {
	for _, value := range slices.Sorted(maps.Keys(byValue)) {
		for name := range strings.FieldsSeq(byValue[value]) {
			all = append(all, strangeHeader{name, value})
		}
	}
	return all
}

func TestNoHeaderChangesAnAnswerOrTheFetchBehindIt(t *testing.T) {
	figure.Beside(t)
	if len(strange) < 150 {
		t.Fatalf("only %d headers", len(strange))
	}
	service, simulator := startPair(t)
	kept := http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer kept.CloseIdleConnections()
	for _, target := range []string{
		"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness" + later(),
		"/dexcare/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness",
	} {
		get(t, service.public+target)
		plain := get(t, service.public+target)
		before := calls(t, simulator)["department-timeslots"]
		for i, h := range slices.Concat(strange, strange) {
			got, err := get(t, service.public+target, h.name, h.value), error(nil)
			if i >= len(strange) { // on a connection that is kept, where the accelerator answers
				if got, err = send(t, &kept, http.MethodGet, service.public+target, "", h.name, h.value); err != nil {
					t.Fatal(err)
				}
			}
			if got.status != plain.status || !bytes.Equal(got.body, plain.body) || got.header.Get("ETag") != plain.header.Get("ETag") {
				t.Errorf("%s: %s changes the answer of %s: %d %.200s", h.name, h.value, target, got.status, got.body)
			}
			if !strings.HasPrefix(got.header.Get("Cache-Status"), "timeslots; hit") {
				t.Errorf("%s: %s is answered apart: %q", h.name, h.value, got.header.Get("Cache-Status"))
			}
			for name, values := range got.header {
				if strings.Contains(strings.Join(values, ","), "evil") {
					t.Errorf("%s: %s comes back in %s: %q", h.name, h.value, name, values)
				}
			}
		}
		if n := calls(t, simulator)["department-timeslots"] - before; n != 0 {
			t.Errorf("%s: %d more calls upstream", target, n)
		}
	}
}

// The first request for something decides what everybody gets: it must not be able to say anything beyond its key.
func TestWhoFillsTheCacheCannotFlavourIt(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	targets := []string{
		"/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness" + later(),
		"/dexcare/v2/departments/AcmeRiverton/timeslots?visitTypeName=Illness",
		"/dexcare/v4/departments",
		"/dexcare/v5/providers/9000000017/timeslots",
	}
	var poison []string
	for _, h := range strange {
		if h.name != "Range" { // net/http's own client would ask for a part
			poison = append(poison, h.name, h.value)
		}
	}
	clean, _ := startPair(t)
	for _, target := range targets {
		poisoned := get(t, service.public+target, poison...)
		after, want := get(t, service.public+target), get(t, clean.public+target)
		if poisoned.status != http.StatusOK || !bytes.Equal(poisoned.body, after.body) || after.header.Get("ETag") != poisoned.header.Get("ETag") {
			t.Errorf("%s: %d, and the next one gets something else", target, poisoned.status)
		}
		if strings.HasPrefix(target, "/dexcare") && !bytes.Equal(after.body, want.body) {
			t.Errorf("%s: differs from what a clean service says", target)
		}
	}
	seen := string(get(t, simulator+"/_acme/calls").body)
	for _, word := range []string{"evil", "jndi", "other-tenant"} {
		if strings.Contains(seen, word) {
			t.Errorf("upstream heard of %q", word)
		}
	}
}

func TestParametersThatAreNotOursAreRefusedAndNeverCloak(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	const ask = "/v1/timeslots?departmentUrlName=AcmeRiverton&visitTypeName=Illness"
	get(t, service.public+ask)
	before := calls(t, simulator)["department-timeslots"]
	refusals := map[string]string{ // what is appended → who is to blame
		"&utm_source=mail": "utm_source", "&utm_content=x": "utm_content", "&fbclid=1": "fbclid", "&gclid=1": "gclid", "&_=1": "_", "&cb=1": "cb",
		"&_method=DELETE": "_method", "&callback=alert": "callback", "&NPI=9000000017": "NPI", "&limit=1&limit=2": "limit", "&limit=1&limit=1": "limit",
		"&limit[]=1": "limit[]", "&limit%00=1": "limit", "&limit=1%00": "limit", "&sort=soonest%0d%0aX:y": "sort", "&": "", "&&": "",
		"&utm_content=x;limit=1": "", ";limit=1": "", "&=": "",
	}
	for more, blamed := range refusals {
		r := get(t, service.public+ask+more)
		if r.status == http.StatusOK && (more == "&" || more == "&&") {
			continue // nothing is asked for
		}
		if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `"parameter":"`+blamed) {
			t.Errorf("%s: %d %s", more, r.status, r.body)
		}
	}
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "PURGE", "PROPFIND", "get", "Get", "HELO"} {
		if r := call(t, method, service.public+ask, ""); r.status != http.StatusMethodNotAllowed || r.header.Get("Allow") == "" {
			t.Errorf("%s: %d, Allow %q", method, r.status, r.header.Get("Allow"))
		}
	}
	if r := call(t, "GET", service.public+ask, `{"limit":1}`, "Content-Type", "application/json"); r.status != http.StatusBadRequest {
		t.Errorf("a GET with a body: %d", r.status)
	}
	if n := calls(t, simulator)["department-timeslots"] - before; n != 0 {
		t.Errorf("%d more calls upstream", n)
	}
}

// A path is one that is listed, letter for letter, or it is nothing.
func TestNoPathLeadsOutOfTheRoutes(t *testing.T) {
	figure.Beside(t)
	service, simulator := startPair(t)
	items := []string{
		"..", ".", "...", "..%2f", "..%2f..%2fadmin", "..%252f", "%2e%2e", "%2e%2e%2f", "%252e%252e%252f", "%c0%ae%c0%ae", "%e0%80%ae", "..%5c", "%5c..", "..\\",
		"1%23", "1%3f", "1%3fx=y", "1%26x=y", "%00", "a%00b", "a%0d%0aX-Evil:%20y", "a%0a", "%0d%0a%0d%0aGET%20/", "@evil.example", "a@evil.example",
		"http:%2f%2fevil.example", "%2f%2fevil.example", "https://evil.example", "a;b=c", "a%3bb", "%20", "a%25", "%25", "%2525", "a%",
		"%ef%bc%8f", "%e2%88%95", "%ef%bc%8e%ef%bc%8e", "%e3%80%82%e3%80%82", "%e2%80%a4%e2%80%a4", "%e2%80%ae", "a%e2%80%8bb", "\u3002\u3002", "\uff0e\uff0e", "\u2024\u2024",
		"%7c", "a%7c", "%7cb", "a%7cb%7cc", "{x}", "$(id)", "`id`", "'", "%22", "%3cscript%3e", "*", "a*", strings.Repeat("a", 200), "-a", "_a", "%41cmeRiverton%2f",
	}
	const patient = "Bearer patient-1"
	before := calls(t, simulator)["*"]
	for _, pattern := range []string{
		"GET /dexcare/v2/departments/%s/timeslots?visitTypeName=Illness", "GET /dexcare/v4/departments/%s/departmentInfo", "GET /dexcare/v1/providers/%s",
		"GET /dexcare/v5/providers/%s/timeslots", "GET /dexcare/api/7/visits/retail/cancel/reasons/%s", "GET /dexcare/api/9/regions/%s/waittimes",
		"POST /dexcare/api/6/visits/retail/cancel/%s", "GET /dexcare/api/9/visits/%s/summary", "GET /v1/%s", "GET /dexcare/%s/v4/departments",
	} {
		for _, item := range items {
			method, path, _ := strings.Cut(fmt.Sprintf(pattern, item), " ")
			for _, token := range []string{"", patient} {
				status := rawStatus(t, service, method, path, token)
				if status < 400 || status > 499 {
					t.Errorf("%s %s (token %v): %d", method, path, token != "", status)
				}
			}
		}
	}
	if n := calls(t, simulator)["*"] - before; n != 0 {
		t.Errorf("%d calls reached upstream: %s", n, get(t, simulator+"/_acme/calls").body)
	}
}
