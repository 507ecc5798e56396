package fetch

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"timeslots/internal/timeslot"
)

// calendar is a clinician's answer with one slot; zone stands behind its start.
func calendar(start, zone string) string {
	return `{"slots":[{"npi":"9000000017","departmentIdentifier":"e|1","timezone":"` + zone + `","slotsByVisitType":[{"visitTypeId":"7","scheduleDays":[{"slotTimes":[` +
		`{"slotDateTime":"` + start + `","duration":20}]}]}]}]}`
}

// morning is an hour within the block, in the clinic's zone.
const morning = "2030-03-14T09:00:00-07:00"

// saying is an upstream that says what the test puts there.
func saying(t *testing.T, body string) (*upstream, *string) {
	says := body
	return newUpstream(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(says)) }), &says
}

// again has a key read as it is for the first time, and once more by change, knowing the first; shared tells that the content
// is one.
func again(t *testing.T, f *Fetcher, key timeslot.FragmentKey, call Call, change func(next *timeslot.FragmentKey, call *Call)) (first, second *timeslot.Fragment, shared bool) {
	t.Helper()
	first, err := f.Fetch(t.Context(), key, call)
	if err != nil || len(first.Slots) == 0 {
		t.Fatalf("%+v, %v", first, err)
	}
	call.Last = []*timeslot.Fragment{first}
	change(&key, &call)
	second, err = f.Fetch(t.Context(), key, call)
	if err != nil || len(second.Slots) == 0 {
		t.Fatalf("%+v, %v", second, err)
	}
	return first, second, &first.Slots[0] == &second.Slots[0]
}

func TestAnAnswerThatUpstreamRepeatsIsNotReadAgain(t *testing.T) {
	u, _ := saying(t, calendar(morning, "America/Los_Angeles"))
	at := now
	f := u.fetcher(t, func(o *Options) { o.Now = func() time.Time { return at } })
	first, second, shared := again(t, f, clinician, Call{}, func(*timeslot.FragmentKey, *Call) { at = at.Add(15 * time.Second) })
	if !shared || !first.FetchedAt.Equal(now) || !second.FetchedAt.Equal(at) {
		t.Errorf("one content %v, fetched at %v and %v; want it shared, and each as old as it is", shared, first.FetchedAt, second.FetchedAt)
	}
	anew, err := f.Fetch(t.Context(), clinician, Call{})
	if diff := cmp.Diff(anew, second); err != nil || diff != "" {
		t.Errorf("%v, (-read anew +shared):\n%s", err, diff)
	}
}

func TestWhateverMayChangeWhatIsReadMakesItReadAnew(t *testing.T) {
	body := calendar(morning, "America/Los_Angeles")
	other := timeslot.FragmentKey{Operation: clinician.Operation, Version: clinician.Version, NPI: "9000000018", Block: clinician.Block}
	for name, change := range map[string]func(says *string, at *time.Time, key *timeslot.FragmentKey, call *Call){
		"a slot more": func(says *string, _ *time.Time, _ *timeslot.FragmentKey, _ *Call) {
			*says = strings.Replace(body, `{"slotDateTime"`, `{"slotDateTime":"2030-03-14T08:00:00-07:00","duration":20},{"slotDateTime"`, 1)
		},
		"another minute": func(says *string, _ *time.Time, _ *timeslot.FragmentKey, _ *Call) {
			*says = strings.Replace(body, "09:00:00", "09:01:00", 1)
		},
		"a blank": func(says *string, _ *time.Time, _ *timeslot.FragmentKey, _ *Call) { *says = body + " " },
		"another clinician": func(_ *string, _ *time.Time, key *timeslot.FragmentKey, _ *Call) {
			*key = other
		},
		"the next day":   func(_ *string, at *time.Time, _ *timeslot.FragmentKey, _ *Call) { *at = at.Add(24 * time.Hour) },
		"a nearer limit": func(_ *string, _ *time.Time, _ *timeslot.FragmentKey, call *Call) { call.Lookahead = 14 },
		"several blocks": func(_ *string, _ *time.Time, _ *timeslot.FragmentKey, call *Call) { call.through = clinician.Block + 1 },
		"a copy without any": func(_ *string, _ *time.Time, _ *timeslot.FragmentKey, call *Call) {
			call.Last = []*timeslot.Fragment{{Key: clinician}}
		},
		"a copy of elsewhere": func(_ *string, _ *time.Time, _ *timeslot.FragmentKey, call *Call) {
			f := *call.Last[0]
			f.Key = other
			call.Last = []*timeslot.Fragment{&f}
		},
	} {
		t.Run(name, func(t *testing.T) {
			u, says := saying(t, body)
			at := now
			f := u.fetcher(t, func(o *Options) { o.Now = func() time.Time { return at }; o.Lookahead = 20 })
			_, second, shared := again(t, f, clinician, Call{}, func(key *timeslot.FragmentKey, call *Call) { change(says, &at, key, call) })
			if shared {
				t.Errorf("%+v shares what was read before", second)
			}
		})
	}
}

// Where a start has neither offset nor zone, the directory decides, and may say something else the next time.
func TestStartsWhoseZoneOthersTellAreReadAnew(t *testing.T) {
	u, _ := saying(t, calendar("2030-03-14T09:00:00", ""))
	zone := "America/Los_Angeles"
	call := Call{Zones: func(context.Context) func(string) string { return func(string) string { return zone } }}
	first, second, shared := again(t, u.fetcher(t, nil), clinician, call, func(*timeslot.FragmentKey, *Call) { zone = "America/Denver" })
	if shared || second.Slots[0].Start != first.Slots[0].Start-3600 {
		t.Errorf("first %v, then %v; want it an hour earlier, in the other zone", first.Slots[0].Time(), second.Slots[0].Time())
	}
}

func TestWhatIsOddIsToldWithEachAnswerAlsoWhereNothingIsReadAgain(t *testing.T) {
	u, _ := saying(t, strings.Replace(calendar(morning, "America/Los_Angeles"), `"duration":20}`, `"duration":20},{"slotDateTime":"soon"}`, 1))
	counted, shown := &drops{n: map[string]int{}}, 0
	f := u.fetcher(t, func(opt *Options) {
		opt.Recorder = counted
		opt.Odd = func(timeslot.Source, timeslot.Operation, Oddity) { shown++ }
	})
	if _, _, shared := again(t, f, clinician, Call{}, func(*timeslot.FragmentKey, *Call) {}); !shared || counted.n["start"] != 2 || shown != 2 {
		t.Errorf("shared %v, counted %v, shown %d times; want it shared, and told twice", shared, counted.n, shown)
	}
}

// A hospital's bytes and what it was asked decide; how it was asked does not.
func TestLabelsOfACallDecideNothing(t *testing.T) {
	u, _ := saying(t, calendar(morning, "America/Los_Angeles"))
	if _, _, shared := again(t, u.fetcher(t, nil), clinician, Call{Product: "a", CorrelationID: "1"}, func(_ *timeslot.FragmentKey, call *Call) {
		call.Product, call.CorrelationID, call.Alone = "b", "2", true
	}); !shared {
		t.Error("read anew for another product")
	}
}

// Blocks that one call brings are repeated together or read anew together.
func TestBlocksThatUpstreamRepeatsAreNotReadAgain(t *testing.T) {
	const later = "2030-04-15T09:00:00-07:00"
	body := strings.Replace(calendar(morning, "America/Los_Angeles"), `{"slotDateTime"`, `{"slotDateTime":"`+later+`","duration":20},{"slotDateTime"`, 1)
	u, says := saying(t, body)
	at := now
	f := u.fetcher(t, func(o *Options) { o.Now = func() time.Time { return at } })
	through := clinician.Block + 2
	read := func(last []*timeslot.Fragment) []*timeslot.Fragment {
		t.Helper()
		parts, err := f.FetchBlocks(t.Context(), clinician, through, Call{Last: last})
		if err != nil || len(parts) != 3 || len(parts[0].Slots)+len(parts[1].Slots)+len(parts[2].Slots) < 1 {
			t.Fatalf("%+v, %v", parts, err)
		}
		return parts
	}
	shared := func(a, b []*timeslot.Fragment) (n int) {
		for i := range a {
			if len(a[i].Slots) > 0 && len(b[i].Slots) > 0 && &a[i].Slots[0] == &b[i].Slots[0] {
				n++
			}
		}
		return n
	}
	first := read(nil)
	at = at.Add(15 * time.Second)
	second := read(first)
	if shared(first, second) != 2 {
		t.Error("read anew, although upstream repeated both blocks that have a slot")
	}
	if diff := cmp.Diff(read(nil), second); diff != "" {
		t.Errorf("(-read anew +shared):\n%s", diff)
	}
	missing := []*timeslot.Fragment{first[0], nil, first[2]}
	moved := []*timeslot.Fragment{first[1], first[0], first[2]}
	for name, last := range map[string][]*timeslot.Fragment{"one missing": missing, "fewer": first[:2], "out of order": moved} {
		if shared(first, read(last)) != 0 {
			t.Errorf("%s: not read anew", name)
		}
	}
	alone, err := f.FetchBlocks(t.Context(), clinician, clinician.Block, Call{Last: first[:1]})
	if err != nil || shared(first[:1], alone) != 0 {
		t.Errorf("%v: a block alone shares what was cut from more", err)
	}
	*says = strings.Replace(body, "09:00:00", "09:01:00", 1)
	if shared(first, read(first)) != 0 {
		t.Error("not read anew, although a slot is another")
	}
}
