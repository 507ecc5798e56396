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
