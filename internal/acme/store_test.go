package acme

import "testing"

func TestABusyStartThatIsReleasedIsOffered(t *testing.T) {
	w := builtWorld(t)
	s := schedulesFor(w.byURLName["AcmeRiverton"].offers, func(o *offer) bool { return o.who.npi == NPI(10) })[0]
	for start := range s.starts(dayOf(monday) + 1) {
		if !s.busy(start) {
			continue
		}
		w.store.release(s.offer, start, monday)
		c := w.store.calendars([]*schedule{s}, view{now: monday})[0]
		if !c.free(start) || w.store.book(&visit{in: s, start: start, requested: monday}) != noConflict {
			t.Error("the released start is not for sale")
		}
		return
	}
	t.Fatal("no busy start on that day")
}

func TestTheOldestVisitsAreForgottenButTheirTimeStaysSold(t *testing.T) {
	st := newStore(0)
	s := schedulesFor(builtWorld(t).byURLName["AcmeRiverton"].offers, func(*offer) bool { return true })[0]
	st.order = make([]*visit, maxVisits)
	for i := range st.order {
		st.order[i] = &visit{id: "old", in: s}
	}
	for start := range s.starts(dayOf(monday) + 3) {
		if s.busy(start) {
			continue
		}
		v := &visit{id: "new", in: s, start: start, requested: monday}
		if st.book(v) != noConflict || len(st.order) != maxVisits || st.order[maxVisits-1] != v {
			t.Errorf("%d visits are remembered", len(st.order))
		}
		if st.book(v) != slotUnavailable {
			t.Error("the time was sold twice")
		}
		return
	}
	t.Fatal("no free start on that day")
}

func FuzzSlotIDsNameTheirSlotAndNothingElseDoes(f *testing.F) {
	f.Add("b3BhcXVlLXNpbS1zbG90LTAwMDAwMQ==", 3, int64(1898960400))
	f.Add("", 0, int64(0))
	ids := slotIDs{seed: 1}
	f.Fuzz(func(t *testing.T, text string, index int, start int64) {
		index, start = index&(1<<24-1), (start&(1<<40-1))/60*60
		id := string(ids.append(nil, &schedule{index: index}, start))
		if i, s, ok := ids.parse(id); !ok || i != index || s != start {
			t.Fatalf("%s: %d %d %v, want %d %d", id, i, s, ok, index, start)
		}
		if i, s, ok := ids.parse(text); ok && string(ids.append(nil, &schedule{index: i}, s)) != text {
			t.Fatalf("%q is taken for %d %d", text, i, s)
		}
		if _, _, ok := (slotIDs{seed: 2}).parse(id); ok {
			t.Fatalf("another tenant takes %s", id)
		}
	})
}
