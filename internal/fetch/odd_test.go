package fetch

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

var clinician = timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: block}

// drops counts what was dropped, by reason.
type drops struct {
	silent
	mu sync.Mutex
	n  map[string]int
}

func (d *drops) DecodeDropped(_ timeslot.Source, reason string, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.n[reason] += n
}

func TestNoContentIsAnEmptyAnswerToAList(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	f := u.fetcher(t, nil)
	for _, key := range []timeslot.FragmentKey{
		clinician, {Operation: timeslot.OpDepartments, Version: 4}, {Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "AcmeRiverton", VisitType: "Illness"},
	} {
		got, err := f.Fetch(t.Context(), key, Call{})
		if err != nil || got.NotFound || len(got.Slots) > 0 {
			t.Errorf("%s: %+v, %v: want an answer that lists nothing", key.Operation, got, err)
		}
	}
	if got, err := f.Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: "9000000017"}, Call{}); timeslot.KindOf(err) != timeslot.KindMalformed {
		t.Errorf("%+v, %v: want it refused, one thing was asked for", got, err)
	}
}

// TestAnEmptyBodyIsNoAnswer: a broken proxy, or a connection that was cut, look like that.
func TestAnEmptyBodyIsNoAnswer(t *testing.T) {
	u := newUpstream(t, says(http.StatusOK, ""))
	if got, err := u.fetcher(t, nil).Fetch(t.Context(), clinician, Call{}); timeslot.KindOf(err) != timeslot.KindMalformed {
		t.Errorf("%+v, %v: want it malformed", got, err)
	}
}

func TestAByteOrderMarkBeforeARefusalIsNothing(t *testing.T) {
	u := newUpstream(t, says(http.StatusNotFound, "\ufeff{\"message\":\"provider not found\"}"))
	if got, err := u.fetcher(t, nil).Fetch(t.Context(), clinician, Call{}); err != nil || !got.NotFound {
		t.Errorf("%+v, %v: want not found", got, err)
	}
}

func TestOdditiesAreCountedAndShown(t *testing.T) {
	u := newUpstream(t, says(http.StatusOK, `{"slots":[{"npi":"9000000017","departmentIdentifier":"e|1","timezone":"Pacific Standard Time","slotsByVisitType":[{"scheduleDays":[{"slotTimes":[
		{"slotDateTime":"2030-03-08T09:00:00","duration":-1},{"slotDateTime":"soon","duration":20}]}]}]}]}`))
	counted := &drops{n: map[string]int{}}
	shown := map[string]string{}
	f := u.fetcher(t, func(opt *Options) {
		opt.Recorder = counted
		opt.Odd = func(source timeslot.Source, operation timeslot.Operation, o Oddity) {
			shown[string(source)+" "+string(operation)+" "+string(o.Reason)] = o.Sample
		}
	})
	asked := 0
	got, err := f.Fetch(t.Context(), clinician, Call{Zones: func(context.Context) func(string) string {
		return func(department string) string {
			asked++
			return map[string]string{"e|1": "America/Los_Angeles"}[department]
		}
	}})
	if err != nil || len(got.Slots) != 1 || got.Dropped != 1 || asked != 1 {
		t.Fatalf("%+v, %v, the directory asked %d times: want one slot and one dropped", got, err, asked)
	}
	if start := got.Slots[0].Time().Format(time.RFC3339); start != "2030-03-08T09:00:00-08:00" {
		t.Errorf("start %s, want the directory's zone", start)
	}
	if diff := cmp.Diff(map[string]int{"start": 1, "duration": 1}, counted.n); diff != "" {
		t.Error(diff)
	}
	const prefix = "providerDirect provider_timeslots "
	want := map[string]string{
		prefix + "start": `slotDateTime: "aaaa"`, prefix + "duration": `duration: "-9"`, prefix + "zone_unknown": `timezone: "aaaaaaa aaaaaaaa aaaa"`,
	}
	if diff := cmp.Diff(want, shown); diff != "" {
		t.Error(diff)
	}
}
