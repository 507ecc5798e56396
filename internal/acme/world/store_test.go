package world

import "testing"

func TestABusyStartThatIsReleasedIsOffered(t *testing.T) {
	w := builtWorld(t)
	s := SchedulesFor(w.ByURLName["AcmeRiverton"].Offers, func(o *Offer) bool { return o.Clinician.NPI == NPI(10) })[0]
	for start := range s.starts(dayOf(monday) + 1) {
		if !s.busy(start) {
			continue
		}
		w.Store.Release(s.Offer, start, monday)
		c := w.Store.Calendars([]*Schedule{s}, View{Now: monday})[0]
		if !c.free(start) || w.Store.Book(&Visit{Schedule: s, Start: start, Requested: monday}) != NoConflict {
			t.Error("the released start is not for sale")
		}
		return
	}
	t.Fatal("no busy start on that day")
}

func TestTheOldestVisitsAreForgottenButTheirTimeStaysSold(t *testing.T) {
	st := newStore(0)
	s := SchedulesFor(builtWorld(t).ByURLName["AcmeRiverton"].Offers, func(*Offer) bool { return true })[0]
	st.order = make([]*Visit, maxVisits)
	for i := range st.order {
		st.order[i] = &Visit{ID: "old", Schedule: s}
	}
	for start := range s.starts(dayOf(monday) + 3) {
		if s.busy(start) {
			continue
		}
		v := &Visit{ID: "new", Schedule: s, Start: start, Requested: monday}
		if st.Book(v) != NoConflict || len(st.order) != maxVisits || st.order[maxVisits-1] != v {
			t.Errorf("%d visits are remembered", len(st.order))
		}
		if st.Book(v) != slotUnavailable {
			t.Error("the time was sold twice")
		}
		return
	}
	t.Fatal("no free start on that day")
}

func FuzzSlotIDsNameTheirSlotAndNothingElseDoes(f *testing.F) {
	f.Add("b3BhcXVlLXNpbS1zbG90LTAwMDAwMQ==", 3, int64(1898960400))
	f.Add("", 0, int64(0))
	ids := SlotIDs{seed: 1}
	f.Fuzz(func(t *testing.T, text string, index int, start int64) {
		index, start = index&(1<<24-1), (start&(1<<40-1))/60*60
		id := string(ids.Append(nil, &Schedule{Index: index}, start))
		if i, s, ok := ids.parse(id); !ok || i != index || s != start {
			t.Fatalf("%s: %d %d %v, want %d %d", id, i, s, ok, index, start)
		}
		if i, s, ok := ids.parse(text); ok && string(ids.Append(nil, &Schedule{Index: i}, s)) != text {
			t.Fatalf("%q is taken for %d %d", text, i, s)
		}
		if _, _, ok := (SlotIDs{seed: 2}).parse(id); ok {
			t.Fatalf("another tenant takes %s", id)
		}
	})
}
