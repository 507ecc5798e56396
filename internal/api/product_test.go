package api

import (
	"sync/atomic"
	"testing"
)

// What operators see under /ops is every request, also those that memory answers.
func TestRequestsOfAProductThatIsNotConfiguredAreCountedByItsName(t *testing.T) {
	var n atomic.Int64
	names := map[string]bool{}
	s := newStand(t, func(o *Options) {
		o.UnknownProduct = func(name string) *atomic.Int64 { names[name] = true; return &n }
	})
	for range 3 {
		s.get(ask + "&product=app-of-nobody")
	}
	s.get(ask + "&product=flushot")
	s.get(ask)
	if len(names) != 1 || !names["app-of-nobody"] || n.Load() != 3 {
		t.Errorf("%v, counted %d of 3", names, n.Load())
	}
}

func TestAnAliasIsItsProductAndTravelsAsItCame(t *testing.T) {
	s := newStand(t, func(o *Options) {
		flushot := o.Products["flushot"]
		flushot.Aliases = []string{"healthconnect-iOS"}
		o.Products["flushot"] = flushot
	})
	s.get(ask + "&product=healthconnect-iOS")
	if s.engine.caller.Product != "healthconnect-iOS" || s.notes.requests[0] != "flushot /v1/timeslots OK miss" {
		t.Errorf("upstream saw %q, counted %v", s.engine.caller.Product, s.notes.requests)
	}
}

// oddly are spellings of a product that make a read pass through.
var oddly = []string{
	"product=app&product=app", "product=app%20", "product=%20app", "product=app+", "product[]=app", "product%5B%5D=app", "product[0]=app",
	"a=b;product=app", ";product=app", "product=&product=app", "product=b%21d&product=app", "product=app%00", "product=app&x=%zz",
	"product=%zz&product=app", "product=app&product=flushot",
}

func TestAProductThatIsSwitchedOffIsOffHoweverItIsWritten(t *testing.T) {
	s := newStand(t, func(o *Options) {
		o.Products["app"] = Product{Ranking: o.Products["default"].Ranking, Budget: o.Products["default"].Budget}
		o.Off = func(product string) bool { return product == "app" }
		o.BookingsOff = o.Off
	})
	for _, query := range append(oddly, "product=app", "%70roduct=app") {
		if w := s.get("/dexcare/v1/departments?" + query); w.Code != 503 {
			t.Errorf("%s: %d %s", query, w.Code, w.Body)
		}
		if w := s.do("POST", "/dexcare/api/6/visits/retail?"+query, "Authorization", "Bearer x"); w.Code != 503 {
			t.Errorf("a booking, %s: %d %s", query, w.Code, w.Body)
		}
	}
	for _, query := range []string{"", "product=", "product=%zz", "products=app", "product=flushot&product=app", "xproduct=app"} {
		if w := s.do("POST", "/dexcare/api/6/visits/retail?"+query, "Authorization", "Bearer x"); w.Code == 503 {
			t.Errorf("a booking of nobody that is switched off, %s: %d", query, w.Code)
		}
	}
}

func TestAnOddlyWrittenProductIsCountedAndItsReadPassesThrough(t *testing.T) {
	s := newStand(t, func(o *Options) { o.Products["app"] = o.Products["flushot"] })
	for i, query := range oddly {
		s.get("/dexcare/v1/departments?" + query)
		if got, want := s.notes.requests[i], "app /dexcare/v1/departments Not Found bypass"; got != want { // the base is not there
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
}
