package decode

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// What is taken from an answer before is what reading gives, for every surface, whatever days were asked for.
func TestAgainIsWhatDecodingGives(t *testing.T) {
	answers := map[timeslot.FragmentKey][]string{
		v5Key:         {"provider-timeslots.v5.response.json", "provider-timeslots.v5.empty.response.json"},
		v4Key:         {"provider-timeslots.v4.response.json"},
		careDirectKey: {"department-timeslots.v2.response.json"},
		optionsKey:    {"availability-slots.get.v1.response.json"},
		listKey:       {"departments.v4.response.json"},
		infoKey:       {"department-info.v4.response.json"},
		providerKey:   {"provider-info.v1.response.json"},
	}
	bodies := map[string]timeslot.FragmentKey{
		`{"timezone":"America/Los_Angeles","scheduleDays":[]}`: v4Key, // whose zone no schedule names
		`{"slots":["odd"]}`: v5Key,
	}
	for key, names := range answers {
		for _, name := range names {
			bodies[string(sample(t, name))] = key
		}
	}
	for body, key := range bodies {
		for _, first := range []timeslot.Date{0, mustDate("2030-03-08")} {
			for _, last := range []timeslot.Date{0, mustDate("2030-03-31")} {
				told := map[string][]Oddity{}
				read := func(when string, at time.Time) Read {
					return Read{Key: key, FetchedAt: at, FirstDay: first, LastDay: last, Digest: timeslot.Digest{1},
						Odd: func(o Oddity) { told[when] = append(told[when], o) }}
				}
				before, err := Decode(read("before", fetchedAt), []byte(body))
				if err != nil {
					t.Fatal(err)
				}
				before.Epoch, before.Bounds.Fresh = 7, fetchedAt
				later := fetchedAt.Add(time.Minute)
				want, err := Decode(read("anew", later), []byte(body))
				if err != nil || want.Digest != (timeslot.Digest{1}) {
					t.Fatalf("%v, digest %v", err, want.Digest)
				}
				if diff := cmp.Diff(want, Again(read("again", later), before)); diff != "" {
					t.Errorf("%s from %s to %s (-decoded +again):\n%s", key, first, last, diff)
				}
				if diff := cmp.Diff(told["anew"], told["again"]); diff != "" {
					t.Errorf("%s, told (-decoded +again):\n%s", key, diff)
				}
			}
		}
	}
}
