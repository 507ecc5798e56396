package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/fetch/decode"
	"timeslots/internal/timeslot"
)

// clinics is an upstream for areas: each visit type is offered by a clinician of its own, A and B at one clinic, C at another,
// on a day of each of two blocks. It lists nobody else. calls is what was asked for.
func clinics(t *testing.T, calls *[]string, spell func(name string) string) *upstream {
	at := map[string]string{"A": "1", "B": "1", "C": "2"}
	return newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		*calls = append(*calls, q.Get("visitTypeNames"))
		var types, people, places []string
		for _, name := range strings.Split(q.Get("visitTypeNames"), ",") {
			var days []string
			for _, day := range []string{block.First().String(), (block + 1).First().String()} {
				if q.Get("startDate") <= day && day <= q.Get("endDate") {
					days = append(days, fmt.Sprintf(`{"date":%q,"slotTimes":[{"slotDateTime":"%sT17:00:00Z","providerOptions":[{"npi":"900000001%s","departmentEhrIdentifier":"e|%s","duration":20}]}]}`,
						day, day, at[name], at[name]))
				}
			}
			types = append(types, fmt.Sprintf(`{"visitTypeEmrId":"7%s","visitTypeName":%q,"modality":"INCLINIC","scheduleDays":[%s]}`, name, spell(name), strings.Join(days, ",")))
			if person := fmt.Sprintf(`"900000001%s":{"name":"Dr. %s"}`, at[name], at[name]); !slices.Contains(people, person) {
				people = append(people, person)
				places = append(places, fmt.Sprintf(`"e|%s":{"departmentEmrId":"%s","ehrInstance":"e","departmentName":"At %s","timezone":"America/Los_Angeles","address":{}}`, at[name], at[name], at[name]))
			}
		}
		fmt.Fprintf(w, `{"slotsByVisitType":[%s],"providers":{%s},"departments":{%s}}`, strings.Join(types, ","), strings.Join(people, ","), strings.Join(places, ","))
	})
}

func areaFor(visitType string) timeslot.FragmentKey {
	return timeslot.FragmentKey{
		Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: visitType, Block: block,
		Area: timeslot.AreaAround(timeslot.Point{Latitude: 47.61, Longitude: -122.33}, 100),
	}
}

// One call brings several visit types, and of each what a call for it alone would have brought. What upstream repeats is not
// read again.
func TestVisitTypesThatAreAskedForTogetherAreAsIfEachWasAskedForAlone(t *testing.T) {
	for _, through := range []timeslot.Block{block, block + 1} {
		var calls []string
		f := clinics(t, &calls, strings.ToLower).fetcher(t, func(o *Options) { o.Lookahead = 365 })
		var want []*timeslot.Fragment
		for _, name := range []string{"A", "B", "C"} {
			alone, err := f.FetchBlocks(t.Context(), areaFor(name), through, Call{})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, alone...)
		}
		calls = nil
		call := Call{Types: []string{"A", "B", "C"}}
		got, err := f.FetchBlocks(t.Context(), areaFor("A"), through, call)
		if err != nil || len(calls) != 1 || calls[0] != "A,B,C" {
			t.Fatalf("asked %q, %v", calls, err)
		}
		withoutDigest := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Digest" }, cmp.Ignore())
		if diff := cmp.Diff(want, got, withoutDigest); diff != "" {
			t.Errorf("(-alone +together):\n%s", diff)
		}
		call.Last = got
		again, err := f.FetchBlocks(t.Context(), areaFor("A"), through, call)
		if err != nil || len(again) != len(got) {
			t.Fatalf("%d parts, %v", len(again), err)
		}
		for i := range again {
			if again[i].Key != got[i].Key || len(got[i].Slots) == 0 || &again[i].Slots[0] != &got[i].Slots[0] {
				t.Errorf("%s was read again", got[i].Key)
			}
		}
	}
}

// What an answer for several visit types does not say of one of them may be of any: better none than a wrong one.
func TestAnAnswerThatDoesNotSayWhatIsOfWhichVisitTypeIsOfNone(t *testing.T) {
	const none = `{"slotsByVisitType":[],"providers":{},"departments":{}}`
	unread := `{"slotsByVisitType":[{"visitTypeEmrId":"7","visitTypeName":"B","scheduleDays":[{"slotTimes":[{"slotDateTime":"soon","providerOptions":[{"npi":"9000000011","departmentEhrIdentifier":"e|1"}]}]}]}],"providers":{},"departments":{}}`
	named := strings.ReplaceAll(strings.ReplaceAll(unread, "soon", block.First().String()+"T17:00:00Z"), `"B"`, `"Sick"`)
	for name, together := range map[string]http.HandlerFunc{
		"another name":            says(200, named),
		"nothing found":           says(404, `{"message":"unknown visit type B"}`),
		"a start that means none": says(200, unread),
	} {
		u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
			if strings.Contains(r.URL.Query().Get("visitTypeNames"), ",") {
				together(w, r)
			} else {
				says(200, none)(w, r)
			}
		})
		f := u.fetcher(t, func(o *Options) { o.Lookahead = 365 })
		_, err := f.FetchBlocks(t.Context(), areaFor("A"), block, Call{Types: []string{"A", "B"}})
		if !errors.Is(err, decode.ErrMixed) || timeslot.KindOf(err) != timeslot.KindMalformed {
			t.Errorf("%s: %v", name, err)
		}
		if alone, err := f.FetchBlocks(t.Context(), areaFor("A"), block, Call{}); err != nil || alone[0].NotFound || alone[0].Dropped != 0 {
			t.Errorf("%s: alone %+v, %v", name, alone, err)
		}
	}
}
