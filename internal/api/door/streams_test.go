package door

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestStreamsAreCountedByClientAndInAll(t *testing.T) {
	s := newStreams()
	one := netip.MustParseAddr("198.51.100.7")
	var leave []func()
	for range maxClientStream {
		out, reason := s.enter(one)
		if reason != "" {
			t.Fatalf("refused for %s", reason)
		}
		leave = append(leave, out)
	}
	if _, reason := s.enter(one); reason != ReasonPerClient {
		t.Errorf("one more of the same client: %q", reason)
	}
	leave[0]()
	if out, reason := s.enter(one); reason != "" {
		t.Errorf("after one left: %q", reason)
	} else {
		leave[0] = out
	}
	for i := s.all; i < maxStreams; i++ {
		out, reason := s.enter(netip.AddrFrom4([4]byte{10, byte(i >> 12), byte(i >> 6 & 63), byte(i & 63)}))
		if reason != "" {
			t.Fatalf("client %d: %q", i, reason)
		}
		leave = append(leave, out)
	}
	if _, reason := s.enter(netip.MustParseAddr("2001:db8::1")); reason != ReasonInFlight {
		t.Errorf("beyond all: %q", reason)
	}
	for _, out := range leave {
		out()
	}
	if s.all != 0 || len(s.client) != 0 {
		t.Errorf("%d streams of %d clients are left", s.all, len(s.client))
	}
}

func TestStreamsTakeNoPlaceOfReads(t *testing.T) {
	hall := newHall()
	d, shed := newDoor(t, hall.ServeHTTP, Rules{InFlight: 2})
	for range 8 {
		hall.fill(d, 1, eventStream+"?npi=9000000017")
	}
	hall.fill(d, 1, "/v1/timeslots?npi=9000000017")
	if w := ask(d, "/v1/timeslots?npi=9000000017"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("a second read: %d; the test shows nothing", w.Code)
	}
	for i := range maxClientStream - 8 {
		hall.fill(d, 1, fmt.Sprintf("%s?npi=9%09d", eventStream, i))
	}
	w := httptest.NewRecorder()
	d.ServeHTTP(w, httptest.NewRequest(http.MethodGet, eventStream, nil))
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" || shed.times("default per_client") != 1 {
		t.Errorf("one stream too many: %d %v, %v", w.Code, w.Header(), shed)
	}
	hall.empty()
}
