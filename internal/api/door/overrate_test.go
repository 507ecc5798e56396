package door

import (
	"net/http"
	"testing"
	"time"
)

func TestClientLogsAreTheFirstToBeTurnedAway(t *testing.T) {
	h := newHall()
	defer h.empty()
	d, _ := newDoor(t, h.ServeHTTP, Rules{InFlight: 100})
	const log = "/dexcare/v2/clientLogging"
	h.fill(d, 22, log) // a quarter of the reads' ninety
	if w := ask(d, log); w.Code != http.StatusServiceUnavailable {
		t.Errorf("one more: %d", w.Code)
	}
	h.fill(d, 59, search)
	h.fill(d, 10, retail)
}

func TestAClientMayNotGuessCoupons(t *testing.T) {
	now := time.Now()
	d, counted := newDoor(t, func(w http.ResponseWriter, _ *http.Request) {}, Rules{SecretsPerMinute: 3})
	d.began, d.opt.Now = now, func() time.Time { return now }
	for _, code := range []string{"A", "B%2FC", "D%252010"} {
		if w := ask(d, "/dexcare/api/v2/coupon/"+code+"/verify?product=x"); w.Code != http.StatusOK {
			t.Fatalf("%s, within the minute: %d", code, w.Code)
		}
	}
	for _, code := range []string{"E", "F%2FG", "%41", "H%252010"} {
		w := ask(d, "/dexcare/api/v2/coupon/"+code+"/verify")
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "20" {
			t.Errorf("%s, one more: %d, Retry-After %q", code, w.Code, w.Header().Get("Retry-After"))
		}
	}
	if n := counted.times("default per_client"); n != 4 {
		t.Errorf("%d counted", n)
	}
	for range 10 {
		if w := ask(d, search); w.Code != http.StatusOK {
			t.Fatalf("what cannot be guessed: %d", w.Code)
		}
	}
	now = now.Add(20 * time.Second)
	if w := ask(d, "/dexcare/api/v2/coupon/E/verify"); w.Code != http.StatusOK {
		t.Errorf("after that time: %d", w.Code)
	}
}

func TestAClientOverItsRateIsToldWhenToComeBack(t *testing.T) {
	now := time.Now()
	d, counted := newDoor(t, func(w http.ResponseWriter, _ *http.Request) {}, Rules{PerClientPerSecond: 0.25, PerClientBurst: 2})
	d.began, d.opt.Now = now, func() time.Time { return now }
	for range 2 {
		if w := ask(d, search); w.Code != http.StatusOK {
			t.Fatalf("within the burst: %d", w.Code)
		}
	}
	w := ask(d, search)
	problemIn(t, w.Header(), w.Body.Bytes())
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "4" || counted.times("default per_client") != 1 {
		t.Errorf("%d, Retry-After %q", w.Code, w.Header().Get("Retry-After"))
	}
	now = now.Add(4 * time.Second)
	if w := ask(d, search); w.Code != http.StatusOK {
		t.Errorf("after that time: %d", w.Code)
	}
	if err := d.Apply(Rules{InFlight: 100, Products: twoProducts}); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if w := ask(d, search); w.Code != http.StatusOK {
			t.Errorf("after the limit was lifted: %d", w.Code)
		}
	}
}
