package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestWhoShowsTooLittleReadsWhatDexCareSays(t *testing.T) {
	service, simulator, _ := startServed(t, "access: {keys: [a-partners-key]}\n")
	for _, r := range []request{
		{"GET", "/api/6/visits/retail/self", ""},
		{"POST", "/api/6/visits/retail", `{}`},
		{"POST", "/api/7/visits/providerbooking", `{}`},
		{"GET", "/v1/patient", ""},
		{"POST", "/v1/booking/queued-guest-visit?product=Other", `{}`},
		{"POST", "/v5/slots/slot-taken", `{}`},
		{"POST", "/v5/slots/slot-released", `{}`},
	} {
		got, straight := r.do(t, service.public+"/dexcare"), r.do(t, simulator)
		if got.status != 401 || straight.status != 401 || !bytes.Equal(bytes.TrimSpace(got.body), bytes.TrimSpace(straight.body)) {
			t.Errorf("%s %s: %d %s, straight %d %s", r.method, r.path, got.status, got.body, straight.status, straight.body)
		}
		if !strings.HasPrefix(straight.header.Get("Content-Type"), got.header.Get("Content-Type")) || got.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s: %v, straight %v", r.method, r.path, got.header, straight.header)
		}
	}
}
