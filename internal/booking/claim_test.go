package booking

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTheSlotThatABodyNames(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       named
	}{
		{"retail sample", sample(t, "retail-visit.v6.request.json"), named{slotID: retailSlot}},
		{"provider sample", sample(t, "provider-booking.v7.request.json"), named{slotID: providerSlot, npi: "9000000017"}},
		{"not an object", `["visitDetails"]`, named{}},
		{"nothing", ``, named{}},
		{"details of another type", `{"visitDetails":["slotId","A"],"x":1}`, named{}},
		{"numbers where texts belong", `{"visitDetails":{"slotId":17,"nationalProviderId":9000000017}}`, named{"17", "9000000017"}},
		{"other types are no names", `{"visitDetails":{"slotId":{"a":1},"nationalProviderId":true}}`, named{}},
		{"escapes", `{"visit\u0044etails":{"slotId":"A\u003d"}}`, named{slotID: "A="}},
		{"byte order mark", "\ufeff" + `{"visitDetails":{"slotId":"A"}}`, named{slotID: "A"}},
		{"the last of two", `{"visitDetails":{"slotId":"A","slotId":"B"}}`, named{slotID: "B"}},
		{"the last details win whole", `{"visitDetails":{"slotId":"A"},"visitDetails":{}}`, named{}},
		{"another case is another name", `{"visitDetails":{"slotId":"A","slotid":"B"},"VisitDetails":{"slotId":"C"}}`, named{slotID: "A"}},
		{"elsewhere", `{"slotId":"A","patient":{"visitDetails":{"slotId":"B"}}}`, named{}},
		{"fault behind it", `{"visitDetails":{"slotId":"A"},"patient":`, named{slotID: "A"}},
		{"longer than any slot id", `{"visitDetails":{"slotId":"` + strings.Repeat("A", longestName) + `"}}`, named{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := slotNames(sealed{[]byte(tc.body)}); got != tc.want {
				t.Errorf("found %+v, want %+v", got, tc.want)
			}
		})
	}
}

func FuzzSlotNames(f *testing.F) {
	f.Add(someBooking)
	f.Add(`{"a":[1,{"b":null}],"visitDetails":{"x":[],"slotId":"A"},"c":"d"}`)
	f.Add(`{"visitDetails":{"slotId":"A","slotId":1e5}}`)
	f.Add(`{"visitDetails":[{"slotId":"A"}],"visitDetails":null}`)
	f.Add(strings.Repeat("[", 10001))
	f.Add(`{"visitDetails":` + strings.Repeat(`{"visitDetails":`, 100))
	f.Fuzz(func(t *testing.T, body string) {
		got := slotNames(sealed{[]byte(body)})
		if len(got.slotID) > 3*longestName || len(got.npi) > 3*longestName {
			t.Errorf("names of %d and %d bytes", len(got.slotID), len(got.npi))
		}
		// A sound body must be read as any exact reader of JSON reads it.
		var outer, inner map[string]json.RawMessage
		if strings.HasPrefix(body, "\ufeff") || json.Unmarshal([]byte(body), &outer) != nil {
			return
		}
		var want text
		if json.Unmarshal(outer["visitDetails"], &inner) == nil && inner["slotId"] != nil {
			if err := json.Unmarshal(inner["slotId"], &want); err != nil {
				t.Fatal(err)
			}
		}
		if got.slotID != want {
			t.Errorf("found %q, want %q", got.slotID, want)
		}
	})
}
