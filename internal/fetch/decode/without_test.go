package decode

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// repeated lists the samples of every surface that lists slots, with a slot to take from each.
var repeated = map[string]struct {
	key  timeslot.FragmentKey
	take func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool
	want func(t *testing.T, before, after map[string]any)
}{
	"department-timeslots.v2.response.json": {
		key: careDirectKey,
		take: func(_ *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			return slot.ID == "b3BhcXVlLXNpbS1zbG90LTAwMDAwMw=="
		},
		want: func(t *testing.T, before, after map[string]any) { // the only slot of the second day
			before["scheduleDays"] = before["scheduleDays"].([]any)[:1]
			same(t, before, after)
		},
	},
	"provider-timeslots.v4.response.json": {
		key: v4Key,
		take: func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			return s.VisitTypeID == "7203" && slot.Start == at("2030-03-08T09:30:00-08:00")
		},
		want: func(t *testing.T, before, after map[string]any) {
			day := before["scheduleDays"].([]any)[0].(map[string]any)
			day["timeSlots"] = day["timeSlots"].([]any)[:1]
			same(t, before, after)
		},
	},
	"provider-timeslots.v5.response.json": {
		key: v5Key,
		take: func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			return s.DepartmentKey() == "org.acme.ehr.main|4100200410" && s.NPI == "9000000017" && s.VisitTypeID == "7203" && slot.Duration == 30
		},
		want: func(t *testing.T, before, after map[string]any) { // every slot: the visit type stays, without days
			before["slots"].([]any)[0].(map[string]any)["slotsByVisitType"].([]any)[0].(map[string]any)["scheduleDays"] = []any{}
			same(t, before, after)
		},
	},
	"slots-search.v5.response.json": {
		key:  timeslot.FragmentKey{Operation: timeslot.OpSlotsSearch, Version: 5, Exact: true, Post: true},
		take: func(s *timeslot.Schedule, _ *timeslot.SlotWithID) bool { return s.EHRInstance == "org.acme.ehr.main" },
		want: func(t *testing.T, _, after map[string]any) { same(t, map[string]any{"results": []any{}}, after) },
	},
	"availability-slots.get.v1.response.json": {
		key:  optionsKey,
		take: func(s *timeslot.Schedule, _ *timeslot.SlotWithID) bool { return s.NPI == "9000000017" },
		want: func(t *testing.T, before, after map[string]any) { // her colleague keeps the first time, the second goes
			day := before["slotsByVisitType"].([]any)[0].(map[string]any)["scheduleDays"].([]any)[0].(map[string]any)
			first := day["slotTimes"].([]any)[0].(map[string]any)
			first["providerOptions"] = first["providerOptions"].([]any)[1:]
			day["slotTimes"] = []any{first}
			same(t, before, after)
		},
	},
	"availability-slots.post.v1.response.json": {
		key: timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Exact: true, Post: true},
		take: func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			return s.VisitTypeName != "" && slot.Start != 0
		},
		want: func(t *testing.T, before, after map[string]any) {
			before["slots"] = []any{}
			same(t, before, after)
		},
	},
}

func same(t *testing.T, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func parsed(t *testing.T, body []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(body, &v); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return v
}

func TestTakenSlotsAreLeftOutInEverySurfacesOwnShape(t *testing.T) {
	for name, tt := range repeated {
		t.Run(name, func(t *testing.T) {
			body := sample(t, name)
			got, err := without(decodeBody(t, tt.key, body), tt.take)
			if err != nil {
				t.Fatal(err)
			}
			tt.want(t, parsed(t, body), parsed(t, got))
		})
	}
}

func TestNothingHiddenLeavesEveryByte(t *testing.T) {
	for name, tt := range repeated {
		f := decodeBody(t, tt.key, sample(t, name))
		got, err := without(f, func(*timeslot.Schedule, *timeslot.SlotWithID) bool { return false })
		if err != nil || string(got) != string(sample(t, name)) {
			t.Errorf("%s: changed (%v)", name, err)
		}
	}
}

func TestWithoutSeesTheSlotsThatDecodeSees(t *testing.T) {
	for _, name := range []string{"department-timeslots.v2.response.json", "provider-timeslots.v4.response.json", "provider-timeslots.v5.response.json", "availability-slots.get.v1.response.json"} {
		f := decodeBody(t, repeated[name].key, sample(t, name))
		want := map[timeslot.Identity]bool{}
		for i := range f.Slots {
			want[f.ScheduleOf(&f.Slots[i]).Identity(f.Slots[i].Start)] = true
		}
		got := map[timeslot.Identity]bool{}
		if _, err := without(f, func(s *timeslot.Schedule, slot *timeslot.SlotWithID) bool {
			got[s.Identity(slot.Start)] = true
			return false
		}); err != nil {
			t.Fatal(err)
		}
		same(t, want, got)
	}
}

// FuzzWithout: whatever was accepted by a decoder can be cut, and stays JSON.
func FuzzWithout(f *testing.F) {
	var keys []timeslot.FragmentKey
	for _, name := range slices.Sorted(maps.Keys(repeated)) { // in one order, so that a found input stays one
		keys = append(keys, repeated[name].key)
		f.Add(uint8(len(keys)-1), uint8(2), sample(f, name))
	}
	f.Fuzz(func(t *testing.T, which, every uint8, body []byte) {
		key := keys[int(which)%len(keys)]
		fragment, err := Decode(Read{Key: key, FetchedAt: fetchedAt}, body)
		if err != nil {
			return
		}
		n := 0
		got, err := without(fragment, func(*timeslot.Schedule, *timeslot.SlotWithID) bool {
			n++
			return every > 0 && n%int(every) == 0
		})
		if err != nil {
			return
		}
		if !json.Valid(got) && json.Valid(body) {
			t.Fatalf("no longer JSON: %s", strings.ToValidUTF8(string(got), "?"))
		}
	})
}

// without is [Without] where only the answer says what zones there are.
func without(f *timeslot.Fragment, hidden Hidden) ([]byte, error) {
	rest, err := Without(f, nil, hidden)
	return rest.Body, err
}
