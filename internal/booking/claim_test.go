package booking

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

func TestTheSlotThatABodyNames(t *testing.T) {
	for _, tc := range []struct {
		name, body string
		want       named
	}{
		{"retail sample", sample(t, "retail-visit.v6.request.json"),
			named{slotID: retailSlot, ehr: "org.acme.ehr.main", department: "4100200300"}},
		{"provider sample", sample(t, "provider-booking.v7.request.json"),
			named{slotID: providerSlot, npi: "9000000017", ehr: "org.acme.ehr.main", department: "4100200410"}},
		{"not an object", `["visitDetails"]`, named{}},
		{"nothing", ``, named{}},
		{"details of another type", `{"visitDetails":["slotId","A"],"x":1}`, named{}},
		{"numbers where texts belong", `{"visitDetails":{"slotId":17,"nationalProviderId":9000000017}}`, named{slotID: "17", npi: "9000000017"}},
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

func TestTheSlotThatAnEventNames(t *testing.T) {
	whole := timeslot.Claim{
		Identity: timeslot.Identity{
			EHRInstance: "org.acme.ehr.main", DepartmentID: "4100200410", Clinician: "9000000017", VisitTypeID: "7203",
			Start: time.Date(2030, 3, 8, 17, 0, 0, 0, time.UTC).Unix(),
		},
		NPI: "9000000017",
	}
	timeless := whole
	timeless.Identity.Start = 0
	body := sample(t, "slot-taken.v5.request.json")
	for _, tc := range []struct {
		name, body string
		want       timeslot.Claim
	}{
		{"sample", body, whole},
		{"in the clinic's own offset", strings.Replace(body, "17:00:00.000Z", "09:00:00-08:00", 1), whole},
		{"a time without a zone is no instant", strings.Replace(body, ".000Z", "", 1), timeless},
		{"no time", strings.Replace(body, "slotDateTime", "slotdatetime", 1), timeless},
		{"nothing", "", timeslot.Claim{}},
		{"no object", "[1]", timeslot.Claim{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, eventClaim(sealed{[]byte(tc.body)})); diff != "" {
				t.Errorf("claim (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheVisitThatAnAnswerNames(t *testing.T) {
	for _, tc := range []struct{ name, body, want string }{
		{"retail sample", sample(t, "retail-visit.v6.response.json"), someVisit},
		{"provider sample", sample(t, "provider-booking.v7.response.json"), someVisit},
		{"known before the rest comes", `{"visitId":"v-1","isVirt`, "v-1"},
		{"not whole yet", `{"visitId":"v-`, ""},
		{"a number may go on", `{"visitId":12`, ""},
		{"what no path could name", `{"visitId":"../v"}`, ""},
		{"further in", `{"visit":{"visitId":"v"}}`, ""},
		{"no JSON", `visitId`, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := visitIDIn([]byte(tc.body)); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}

func FuzzEventsAndVisits(f *testing.F) {
	f.Add(`{"npi":"1","slotDateTime":"2030-03-08T17:00:00Z","visitId":"v"}`)
	f.Add(`{"npi":17,"ehrInstance":null,"departmentId":["x"],"visitId":{}}`)
	f.Add(`[{"visitId":"v"}`)
	f.Fuzz(func(t *testing.T, body string) {
		c := eventClaim(sealed{[]byte(body)})
		for _, name := range []string{c.NPI, c.Identity.EHRInstance, c.Identity.DepartmentID, c.Identity.VisitTypeID} {
			if len(name) > 3*longestName {
				t.Errorf("a name of %d bytes", len(name))
			}
		}
		id := visitIDIn([]byte(body))
		if id != "" && (len(id) > 128 || strings.ContainsAny(id, "/%\\ ") || id[0] == '.') {
			t.Errorf("visit %q", id)
		}
		// What is known from a part stays so when the rest comes, or is not known at all.
		for cut := range min(len(body), 64) {
			if early := visitIDIn([]byte(body[:cut])); early != "" && json.Valid([]byte(body)) && !strings.Contains(body[cut:], "visitId") && early != id {
				t.Errorf("from %d bytes %q, from all %q", cut, early, id)
			}
		}
	})
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
