package fetch

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"timeslots/internal/timeslot"
)

var now = time.Date(2030, 3, 1, 20, 0, 0, 0, time.UTC)

// upstream is a server whose one answer the test decides, with the last request it saw.
type upstream struct {
	*httptest.Server
	mu   sync.Mutex
	last *http.Request
}

func newUpstream(t *testing.T, answer http.HandlerFunc) *upstream {
	t.Helper()
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		u.mu.Lock()
		u.last = r
		u.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(u.Close)
	return u
}

func (u *upstream) fetcher(t *testing.T, change func(*Options)) *Fetcher {
	t.Helper()
	base, err := url.Parse(u.URL)
	if err != nil {
		t.Fatal(err)
	}
	opt := Options{Public: base, Ingress: base.JoinPath("ingress"), CareOptionsKey: "care-key", SlotsKey: "slots-key", Now: func() time.Time { return now }}
	if change != nil {
		change(&opt)
	}
	f, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

var block = timeslot.BlockOf(timeslot.DateOf(now)) + 1 // begins in the future: both dates are asked for

func TestEachOperationIsSpelledAsTheContractSays(t *testing.T) {
	first, last := block.First().String(), block.Last().String()
	tests := map[string]struct {
		key  timeslot.FragmentKey
		path string
		want url.Values
		sent string // API key
	}{
		"departments":      {timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, "/v4/departments", url.Values{}, "slots-key"},
		"department info":  {timeslot.FragmentKey{Operation: timeslot.OpDepartmentInfo, Version: 4, Department: "AcmeRiverton"}, "/v4/departments/AcmeRiverton/departmentInfo", url.Values{}, "slots-key"},
		"care direct":      {timeslot.FragmentKey{Operation: timeslot.OpDepartmentTimeslots, Version: 2, Department: "AcmeRiverton", VisitType: "Illness"}, "/v2/departments/AcmeRiverton/timeslots", url.Values{"visitTypeName": {"Illness"}}, "slots-key"},
		"provider info":    {timeslot.FragmentKey{Operation: timeslot.OpProviderInfo, Version: 1, NPI: "9000000017"}, "/v1/providers/9000000017", url.Values{}, "slots-key"},
		"provider v5":      {timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: block}, "/ingress/v5/providers/9000000017/timeslots", url.Values{"startDate": {first}, "endDate": {last}}, "slots-key"},
		"provider v4":      {timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 4, NPI: "9000000017", VisitType: "FollowUp", Block: block}, "/v4/providers/9000000017/timeslots", url.Values{"startDate": {first}, "endDate": {last}, "visitType": {"FollowUp"}}, "slots-key"},
		"care options":     {timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, VisitType: "FollowUp", Block: block, Area: timeslot.AreaAround(timeslot.Point{Latitude: 47.61, Longitude: -122.33}, 26)}, "/ingress/v1/availability/slots", url.Values{"latitude": {"47.61"}, "longitude": {"-122.33"}, "radius": {"26"}, "daysOfSlots": {"30"}, "visitTypeNames": {"FollowUp"}, "startDate": {first}, "endDate": {last}}, "care-key"},
		"care options zip": {timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Block: block, Area: timeslot.Area{PostalCode: "98101", Radius: 31}}, "/ingress/v1/availability/slots", url.Values{"postalCode": {"98101"}, "radius": {"31"}, "daysOfSlots": {"30"}, "startDate": {first}, "endDate": {last}}, "care-key"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			u := newUpstream(t, says(404, `{"message":"nobody"}`))
			_, _ = u.fetcher(t, nil).Fetch(t.Context(), tt.key, Call{Product: "findadoctor", CorrelationID: "c-1"})
			tt.want.Set("product", "findadoctor")
			if u.last.URL.Path != tt.path || u.last.URL.Query().Encode() != tt.want.Encode() {
				t.Errorf("asked %s?%s\nwant  %s?%s", u.last.URL.Path, u.last.URL.RawQuery, tt.path, tt.want.Encode())
			}
			if got := u.last.Header.Get("x-api-key"); got != tt.sent {
				t.Errorf("x-api-key %q, want %q", got, tt.sent)
			}
			if u.last.Header.Get("correlation-id") != "c-1" {
				t.Error("the correlation id did not travel")
			}
		})
	}
}

// Upstream counts days that have slots: as many as the blocks have days means all of them.
func TestSeveralBlocksOfAnAreaAreAskedForWithTheirDays(t *testing.T) {
	u := newUpstream(t, says(404, `{"message":"nobody"}`))
	key := timeslot.FragmentKey{Operation: timeslot.OpAvailabilitySlots, Version: 1, Block: block, Area: timeslot.Area{PostalCode: "98101", Radius: 31}}
	_, _ = u.fetcher(t, func(o *Options) { o.Lookahead = 365 }).FetchBlocks(t.Context(), key, block+2, Call{})
	q := u.last.URL.Query()
	if q.Get("daysOfSlots") != "86" || q.Get("startDate") != block.First().String() || q.Get("endDate") != (block+2).Last().String() {
		t.Errorf("asked %s", u.last.URL.RawQuery)
	}
}

func TestABlockThatHasBegunIsAskedWithoutAStartAndNeverBeyondTheLookahead(t *testing.T) {
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Block: timeslot.BlockOf(timeslot.DateOf(now))}
	if w := windowOf(key, key.Block, now, 90); w.first != 0 || w.last != key.Block.Last() {
		t.Errorf("running block: %v to %v", w.first, w.last)
	}
	if w := windowOf(key, key.Block, now, 3); w.last != timeslot.EarliestToday(now)+3 {
		t.Errorf("three days ahead: last day %v", w.last)
	}
	// On the evening when the block ends in Honolulu, Tokyo is a day further: the end must not lie before its today.
	end := key.Block.Last().In(time.FixedZone("", -10*3600)).Add(23 * time.Hour)
	if w := windowOf(key, key.Block, end, 90); w.first != 0 || w.last != timeslot.LatestToday(end) {
		t.Errorf("last evening: %v to %v", w.first, w.last)
	}
}

func TestStatusesBecomeKinds(t *testing.T) {
	html := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, "<html>sign in</html>")
	}
	tests := map[string]struct {
		answer http.HandlerFunc
		want   timeslot.Kind
		status int
	}{
		"server error":        {says(500, `{"errorCode":500201}`), timeslot.KindUpstream, 500},
		"our key refused":     {says(401, `{"message":"API key is not valid","status":401}`), timeslot.KindUpstream, 401},
		"bad request":         {says(400, `{}`), timeslot.KindUpstream, 400},
		"redirect":            {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, timeslot.KindUpstream, 302},
		"wrong address":       {says(404, `{"message":"no Route matched with those values","request_id":"0"}`), timeslot.KindUpstream, 404},
		"not found, in words": {says(404, "nobody here"), timeslot.KindNotFound, 404},
		"login page":          {html, timeslot.KindMalformed, 200},
		"not JSON":            {says(200, `oops`), timeslot.KindMalformed, 200},
		"too many":            {says(429, ``), timeslot.KindLimited, 429},
	}
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017"}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := newUpstream(t, tt.answer).fetcher(t, nil).Fetch(t.Context(), key, Call{})
			e, ok := err.(*timeslot.Error)
			if !ok || e.Kind != tt.want || e.Status != tt.status || e.Source != timeslot.ProviderDirect || e.Operation != timeslot.OpProviderTimeslots {
				t.Errorf("err = %v, want kind %s and status %d, with source and operation", err, tt.want, tt.status)
			}
		})
	}
}

func TestAWellFormed404IsAFragmentThatSaysNotFound(t *testing.T) {
	f, err := newUpstream(t, says(404, `{"message":"Provider not found","status":404}`)).fetcher(t, nil).
		Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9999999999"}, Call{})
	if err != nil || !f.NotFound || !f.FetchedAt.Equal(now) {
		t.Errorf("got %+v, %v", f, err)
	}
}

func TestRetryAfterIsHonouredUpToAMinute(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(503)
	})
	_, err := u.fetcher(t, nil).Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{})
	if e, ok := err.(*timeslot.Error); !ok || e.Kind != timeslot.KindLimited || e.RetryAfter != time.Minute {
		t.Errorf("err = %+v, want limited for a minute", err)
	}
}

func TestBodiesAreBoundedAfterDecompression(t *testing.T) {
	big := `[` + strings.Repeat(" ", 1<<20) + `]`
	u := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		_, _ = io.WriteString(z, big)
		_ = z.Close()
	})
	limits := func(n int64) func(*Options) {
		return func(o *Options) {
			o.Sources = map[timeslot.Source]SourceOptions{timeslot.Directory: {MaxBody: n}}
		}
	}
	key := timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}
	if _, err := u.fetcher(t, limits(2<<20)).Fetch(t.Context(), key, Call{}); err != nil {
		t.Errorf("within the limit: %v", err)
	}
	if _, err := u.fetcher(t, limits(1<<20)).Fetch(t.Context(), key, Call{}); timeslot.KindOf(err) != timeslot.KindMalformed {
		t.Errorf("two bytes over the limit: %v, want malformed", err)
	}
}

func TestAnEncodingThatWasNotAskedForIsRefused(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "br")
		_, _ = io.WriteString(w, "[]")
	})
	if _, err := u.fetcher(t, nil).Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{}); timeslot.KindOf(err) != timeslot.KindMalformed {
		t.Errorf("err = %v, want malformed", err)
	}
}

func TestADrippingBodyEndsAtTheSourcesTimeout(t *testing.T) {
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if _, err := io.WriteString(w, " "); err != nil {
					return
				}
				w.(http.Flusher).Flush()
			case <-r.Context().Done():
				return
			}
		}
	})
	f := u.fetcher(t, func(o *Options) {
		o.Sources = map[timeslot.Source]SourceOptions{timeslot.Directory: {Timeout: 100 * time.Millisecond}}
	})
	if _, err := f.Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{}); timeslot.KindOf(err) != timeslot.KindTimeout {
		t.Errorf("err = %v, want a timeout", err)
	}
}

func TestACallerThatLeavesIsNotATimeout(t *testing.T) {
	u := newUpstream(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := u.fetcher(t, nil).Fetch(ctx, timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{}); timeslot.KindOf(err) != timeslot.KindCanceled {
		t.Errorf("err = %v, want canceled", err)
	}
}

func TestWhatLiesBeyondTheLookaheadIsNotAskedFor(t *testing.T) {
	var asked []string
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Query().Get("endDate"))
		says(200, `{"slots":[]}`)(w, r)
	})
	today := timeslot.EarliestToday(now)
	key := timeslot.FragmentKey{Operation: timeslot.OpProviderTimeslots, Version: 5, NPI: "9000000017", Block: timeslot.BlockOf(today + 30)}
	f, err := u.fetcher(t, nil).Fetch(t.Context(), key, Call{Lookahead: 30})
	if err != nil || len(asked) != 1 || asked[0] != (today+30).String() {
		t.Fatalf("asked until %v: %v", asked, err)
	}
	if f.Covers.Contains((today + 33).In(time.UTC).Unix()) {
		t.Error("the fragment speaks for days that were not asked for")
	}
	asked = nil
	key.Block = timeslot.BlockOf(today + 90)
	if f, err := u.fetcher(t, nil).Fetch(t.Context(), key, Call{Lookahead: 30}); err != nil || len(asked) != 0 || len(f.Slots) != 0 {
		t.Errorf("a block beyond the limit: %d calls, %v", len(asked), err)
	}
}

func TestARefusalIsKeptWithItsBodyAndWhatUpstreamSaysItIs(t *testing.T) {
	for _, contentType := range []string{"text/html; charset=utf-8", "application/problem+json"} {
		u := newUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(400)
			_, _ = io.WriteString(w, "<p>no</p>")
		})
		_, err := u.fetcher(t, nil).Fetch(t.Context(), timeslot.FragmentKey{Operation: timeslot.OpDepartments, Version: 4}, Call{})
		if e, ok := err.(*timeslot.Error); !ok || string(e.Body) != "<p>no</p>" || e.ContentType != contentType {
			t.Errorf("%+v, want it with %s", err, contentType)
		}
	}
}
