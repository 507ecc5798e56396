package main

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	oneOfEach = `{"total":3,"timeslots":[
		{"id":"a","ehrInstance":"org.acme.ehr.main","departmentId":"41","booking":{"flow":"retail","slotId":"A==","providerId":"P-1"}},
		{"id":"b","ehrInstance":"org.acme.ehr.main","departmentId":"41","booking":{"flow":"provider","slotId":"B=="}},
		{"id":"c","booking":{"flow":"handoff"}}]}`
	dropIn = `{"departmentId":"41","scheduleDays":[{"date":"2026-11-23","timeSlots":[{"id":"A=="},{"id":"B=="}]},{"timeSlots":[]}]}`
)

func TestOffersHaveTheNamesThatTheAnswerKnows(t *testing.T) {
	for name, c := range map[string]struct {
		decode decoder
		body   string
		want   []offer
	}{
		"ranked": {decodeTimeslots, oneOfEach, []offer{
			{handles: []handle{"id a", "slotId A=="}, slotID: "A==", providerID: "P-1", system: "org.acme.ehr.main", department: "41"},
			{handles: []handle{"id b", "slotId B=="}},
			{handles: []handle{"id c"}},
		}},
		"ranked, none":  {decodeTimeslots, `{"timeslots":[]}`, []offer{}},
		"drop-in":       {decodeDropIn, dropIn, []offer{{handles: []handle{"slotId A=="}}, {handles: []handle{"slotId B=="}}}},
		"drop-in, none": {decodeDropIn, `{"scheduleDays":[]}`, nil},
	} {
		got, err := c.decode([]byte(c.body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(c.want, got, cmp.AllowUnexported(offer{})); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// An answer that cannot be read must not pass for one that offers nothing.
func TestWhatIsNoAnswerIsRefused(t *testing.T) {
	for _, body := range []string{``, `{}`, `null`, `[]`, `{"timeslots":null,"scheduleDays":null}`, oneOfEach[:100], dropIn + "x",
		`{"timeslots":[{"booking":{}}],"scheduleDays":[{"timeSlots":[{}]}]}`} {
		for name, decode := range map[string]decoder{"ranked": decodeTimeslots, "drop-in": decodeDropIn} {
			if got, err := decode([]byte(body)); err == nil {
				t.Errorf("%s: %q reads as %v", name, body, got)
			}
		}
	}
}

func TestADistinctBodyIsDecodedOnce(t *testing.T) {
	l := newLibrary()
	decoded := 0
	decode := func(body []byte) ([]offer, error) {
		decoded++
		return []offer{{slotID: string(body)}}, nil
	}
	for _, body := range []string{"a", "b", "a", "b"} {
		if got, err := l.offers([]byte(body), decode); err != nil || got[0].slotID != body {
			t.Errorf("%s: %v, %v", body, got, err)
		}
	}
	broken := errors.New("broken")
	for range 2 {
		if _, err := l.offers([]byte("c"), func([]byte) ([]offer, error) { return nil, broken }); !errors.Is(err, broken) {
			t.Errorf("a body that cannot be read: %v", err)
		}
	}
	if decoded != 2 || l.size() != 2 {
		t.Errorf("decoded %d times, %d distinct, want 2", decoded, l.size())
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(oneOfEach))
	f.Add([]byte(dropIn))
	f.Fuzz(func(t *testing.T, body []byte) {
		for name, decode := range map[string]decoder{"ranked": decodeTimeslots, "drop-in": decodeDropIn} {
			offers, err := decode(body)
			for _, o := range offers {
				if err != nil || len(o.handles) == 0 || o.bookable() && len(o.handles) != 2 {
					t.Errorf("%s: %+v, %v", name, o, err)
				}
			}
		}
	})
}
