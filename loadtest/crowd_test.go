package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"timeslots/test/rig"

	"github.com/google/go-cmp/cmp"
	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// crowdOf is a small one of ten seconds, in which people think for a second.
func crowdOf(seed uint64, rate float64) *crowd {
	return newCrowd(&options{Seed: seed, Rate: rate, Duration: 10 * time.Second}, time.Second, today)
}

// visit sends every page view of a crowd, one after the other, and tells the crowd each answer. It gives what was asked,
// in order.
func visit(t *testing.T, c *crowd, base string) (asked []*url.URL) {
	t.Helper()
	for range c.turns {
		r := c.request()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+r.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := directClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		c.heard(&vegeta.Result{URL: req.URL.String(), Code: uint16(resp.StatusCode), Headers: resp.Header, Body: body})
		asked = append(asked, req.URL)
	}
	return asked
}

// clinicians answers lists with three clinicians whose NPIs are made of the position, so that everybody finds others, and
// keeps what it was asked.
func clinicians(t *testing.T, heard *[]string) string {
	return rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*heard = append(*heard, r.RequestURI)
		if r.URL.Query().Has("npi") {
			_, _ = io.WriteString(w, `{"complete":false}`)
			return
		}
		q := r.URL.Query()
		_, _ = fmt.Fprintf(w, `{"complete":true,"timeslots":[],"providers":{%q:{},%q:{},%q:{}}}`, namedAt(q, 0), namedAt(q, 1), namedAt(q, 2))
	}))
}

func namedAt(q url.Values, n int) string {
	_, north, _ := strings.Cut(q.Get("latitude"), ".")
	_, east, _ := strings.Cut(q.Get("longitude"), ".")
	return fmt.Sprintf("9%s%s%d", north, east, n)
}

func TestACrowdOfOneSeedAsksTheSameEachTime(t *testing.T) {
	ask := func(seed uint64) (heard []string) {
		visit(t, crowdOf(seed, 20), clinicians(t, &heard))
		return heard
	}
	if d := cmp.Diff(ask(7), ask(7)); d != "" {
		t.Errorf("one seed, two loads:\n%s", d)
	}
	if cmp.Equal(ask(7), ask(8)) {
		t.Error("two seeds, one load")
	}
}

func TestACrowdIsAsBusyAtFirstAsLater(t *testing.T) {
	const rate, length = 200.0, time.Minute
	c := newCrowd(&options{Seed: 1, Rate: rate, Duration: length}, 10*time.Second, today)
	if n := len(c.turns); n < 11_800 || n > 12_200 {
		t.Errorf("%d page views in a minute, want about 12,000", n)
	}
	var tenth [10]int
	for i, turn := range c.turns {
		tenth[turn.at*10/length]++
		if i > 0 && turn.at < c.turns[i-1].at {
			t.Fatal("page views are out of order")
		}
	}
	if slices.Min(tenth[:]) < 1_100 || slices.Max(tenth[:]) > 1_300 {
		t.Errorf("page views in each tenth of the minute: %v", tenth)
	}
}

func TestACalendarIsOfSomebodyWhomTheListNamed(t *testing.T) {
	var heard []string
	c := crowdOf(1, 40)
	asked := visit(t, c, clinicians(t, &heard))
	calendars := 0
	for i, turn := range c.turns {
		q := asked[i].Query()
		if !q.Has("npi") {
			continue
		}
		calendars++
		list := c.sessions[turn.session].list(0, 25)
		if npi := q.Get("npi"); turn.view != calendarView || npi != namedAt(list, 0) && npi != namedAt(list, 1) && npi != namedAt(list, 2) {
			t.Errorf("view %d of somebody at %v is the calendar of %s", turn.view, c.sessions[turn.session].spot, npi)
		}
	}
	v := c.visitors()
	if calendars < 70 || v.Calendars != calendars || v.Lists+v.Filtered+v.Calendars+v.Widened+v.Again != len(c.turns) {
		t.Errorf("%d calendars of %d page views: %+v", calendars, len(c.turns), v)
	}
	if v.Complete != len(c.turns)-calendars || v.Partial != calendars || v.Widened != 0 {
		t.Errorf("answers that say whether they are complete: %+v", v)
	}
	for _, address := range heard {
		if strings.Contains(address, "#") {
			t.Fatalf("the turn's number was sent: %s", address)
		}
	}
}

func TestWithNobodyNamedTheNextRadiusIsAskedFor(t *testing.T) {
	c := crowdOf(1, 40)
	asked := visit(t, c, rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"complete":true,"timeslots":[],"providers":{}}`)
	})))
	for i, turn := range c.turns {
		s := c.sessions[turn.session]
		if radius := asked[i].Query().Get("radius"); turn.view == calendarView && s.views[0] >= 0 && radius != fmt.Sprint(wider(s.radius)) {
			t.Errorf("somebody who found nobody within %d miles looks within %s", s.radius, radius)
		}
	}
	if v := c.visitors(); v.Calendars != 0 || v.Widened < 70 {
		t.Errorf("people did %+v", v)
	}
}

func TestWithoutAnAnswerTheListIsAskedForAgain(t *testing.T) {
	c := crowdOf(1, 40)
	asked := visit(t, c, rig.Listen(t, http.NotFoundHandler()))
	for i, turn := range c.turns {
		if want := c.sessions[turn.session].list(0, c.sessions[turn.session].radius).Encode(); turn.view == calendarView && asked[i].RawQuery != want {
			t.Fatalf("asks %s, want %s", asked[i].RawQuery, want)
		}
	}
	if v := c.visitors(); v.Calendars != 0 || v.Widened != 0 || v.Again < 70 || v.Complete+v.Partial != 0 {
		t.Errorf("people did %+v", v)
	}
}

func TestACrowdWithoutTheServiceAsksDexCare(t *testing.T) {
	var heard []string
	c := crowdOf(1, 40)
	c.direct = true
	visit(t, c, rig.Listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard = append(heard, r.URL.Path)
		_, _ = io.WriteString(w, `{"slotsByVisitType":[],"providers":{"9000000017":{"name":"Ada"}},"departments":{}}`)
	})))
	for i, turn := range c.turns {
		area, calendar := heard[i] == "/v1/availability/slots", heard[i] == "/v5/providers/9000000017/timeslots"
		if !area && !calendar || calendar && turn.view != calendarView {
			t.Errorf("view %d asks %s", turn.view, heard[i])
		}
	}
	if v := c.visitors(); v.Calendars < 70 || v.Complete+v.Partial != 0 {
		t.Errorf("people did %+v", v)
	}
}
