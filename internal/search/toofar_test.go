package search

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"timeslots/internal/acme"
	"timeslots/internal/fetch"
	"timeslots/internal/timeslot"
)

// tenantBehind is an engine in front of a simulated tenant, as cold as can be, and a count of the calls that were refused.
func tenantBehind(t *testing.T, o acme.Options, version string) (e *Engine, refused *atomic.Int32) {
	t.Helper()
	o.Seed = 1
	tenant, err := acme.New(o)
	if err != nil {
		t.Fatal(err)
	}
	refused = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen := &statusWriter{ResponseWriter: w}
		tenant.ServeHTTP(seen, r)
		if seen.status == http.StatusBadRequest {
			refused.Add(1)
		}
	}))
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	f, err := fetch.New(fetch.Options{Public: base, Ingress: base, SlotsKey: acme.DefaultSlotsKey, CareOptionsKey: acme.DefaultCareOptionsKey})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return newEngine(t, newDesk(), func(opt *Options) {
		opt.Fetcher, opt.FlightLimit = f, time.Minute
		direct := opt.Sources[timeslot.ProviderDirect]
		direct.Version = version
		opt.Sources[timeslot.ProviderDirect] = direct
		opt.Limits.Lookahead = 90
	}), refused
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// offered lists whole answers by clinician, clinic, visit type and start.
func offeredIn(a *Answer) []string {
	var list []string
	for i := range a.Slots {
		s := a.Slots[i].Schedule
		list = append(list, fmt.Sprintf("%s %s %s %d", s.NPI, s.DepartmentKey(), s.VisitTypeName, a.Slots[i].Start))
	}
	slices.Sort(list)
	return list
}

func TestTheFirstQuestionIsAnsweredWithinTheLookaheadWhateverItIs(t *testing.T) {
	questions := map[string]timeslot.Query{
		"a clinician":                      {NPIs: []string{"9000000033"}},
		"a clinician and one visit type":   {NPIs: []string{"9000000033"}, VisitTypes: []string{"followup"}},
		"an area, as far as one may ask":   {Point: &timeslot.Point{Latitude: 47.61, Longitude: -122.33}, Radius: 3, VisitTypes: []string{"followup"}},
		"several clinicians in five weeks": {NPIs: []string{"9000000033", "9000000025", "9000000017"}},
	}
	for name, tenant := range map[string]struct {
		acme.Options
		days int // that a follow-up may lie ahead
	}{
		"one day":                              {acme.Options{Lookahead: 1}, 1},
		"nine days":                            {acme.Options{Lookahead: 9}, 9},
		"to the end of a block":                {acme.Options{Lookahead: 27}, 27},
		"five weeks":                           {acme.Options{Lookahead: 36}, 36},
		"ninety days":                          {acme.Options{}, 90},
		"nine days for one visit type":         {acme.Options{Lookaheads: map[string]int{"FollowUp": 9}}, 9},
		"nine days that upstream does not say": {acme.Options{Lookahead: 9, Faults: []string{"max-lookahead:status=500"}}, 9},
	} {
		for _, version := range []string{"v5", "both"} {
			for what, query := range questions {
				t.Run(name+"/"+version+"/"+what, func(t *testing.T) {
					t.Parallel()
					e, refused := tenantBehind(t, tenant.Options, version)
					today := timeslot.LatestToday(time.Now())
					ask := func() *Answer {
						query.EndDate = today + 35
						q := queryOf(query)
						q.Limit = 10_000
						return e.mustSearch(t, q, Caller{})
					}
					first := ask()
					if !first.Complete || tenant.days > 5 && first.Total == 0 {
						t.Fatalf("complete %t, %d slots: %+v", first.Complete, first.Total, first.Reports)
					}
					reads := len(first.Reports) // v5's, or for each of five visit types v4's besides
					if version == "both" {
						reads *= 1 + 5
					}
					if query.Point != nil { // an area's blocks are read side by side, each by itself
						reads *= 1 + int(timeslot.BlockOf(query.EndDate)-timeslot.BlockOf(timeslot.EarliestToday(time.Now())))
					}
					if most := 7 * reads; int(refused.Load()) > most {
						t.Errorf("%d calls were refused, at most %d are needed", refused.Load(), most)
					}
					if got, want := offeredIn(ask()), offeredIn(first); !slices.Equal(got, want) {
						t.Errorf("asked again: %d slots, at first %d", len(got), len(want))
					}
					last := timeslot.Date(0)
					for i := range first.Slots {
						if len(query.VisitTypes) > 0 || first.Slots[i].Schedule.VisitTypeName == "FollowUp" {
							last = max(last, timeslot.DateOf(time.Unix(first.Slots[i].Start, 0)))
						}
					}
					// Days may be without follow-ups, so the last one may lie a little before the limit.
					if reach := today + timeslot.Date(min(tenant.days, 35)); tenant.days > 5 && last < reach-5 {
						t.Errorf("the last follow-up is on %s, %d days ahead may be asked for", last, tenant.days)
					}
				})
			}
		}
	}
}
