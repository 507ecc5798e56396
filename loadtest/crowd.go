package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// crowd is everybody who looks for appointments near them during a load, and what they know from its answers.
//
// It is as busy from the first moment as later: sessions begin at an even rate from one session's length before the
// load, and of each there are the views that are due during it.
//
//	one session    ┼──────┼──────┼──────┼
//	another             ┼──────┼──────┼──────┼
//	load                    ├──────────────────────▶
//	                        0: what is due earlier is not sent
type crowd struct {
	now      time.Time // dates of queries are counted from it
	direct   bool      // ask DexCare's addresses
	sessions []session
	turns    []turn // by time

	mu      sync.Mutex
	next    int      // turn
	known   []known  // of each session
	figures visitors // so far
}

type turn struct {
	at      time.Duration // from the beginning of the load
	session int
	view    int // 0 to 3
}

type known struct {
	begun    bool   // a view was sent
	answered bool   // a list was
	npi      string // the clinician that the person would open; empty: nobody was named
}

// newCrowd draws sessions that make up the rate of the options in page views, for their duration.
func newCrowd(o *options, think time.Duration, now time.Time) *crowd {
	c, length := &crowd{now: now}, o.Duration
	random := rand.New(rand.NewPCG(o.Seed, 3))
	early, filters := longestSession(think), areaFilters(now)
	every := viewsEach / o.Rate // seconds
	for n := range int((early + length).Seconds() / every) {
		begins := duration((float64(n)+random.Float64())*every) - early
		s := drawSession(random, begins, think, filters)
		here := len(c.sessions)
		for i, at := range s.views {
			if at >= 0 && at < length {
				c.turns = append(c.turns, turn{at, here, i})
			}
		}
		c.sessions = append(c.sessions, s)
	}
	slices.SortStableFunc(c.turns, func(a, b turn) int { return cmp.Compare(a.at, b.at) })
	c.known = make([]known, len(c.sessions))
	return c
}

// request is what the next page view asks. After "#", which is not sent, its path has the turn's number, by which heard
// knows the answer.
func (c *crowd) request() request {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := min(c.next, len(c.turns)-1)
	c.next++
	query := c.query(c.turns[n])
	r := page(query)
	if c.direct {
		r = direct(query)[0] // an area or one clinician: there is one
	}
	r.path += "#" + strconv.Itoa(n)
	return r
}

func (c *crowd) query(t turn) url.Values {
	s, k := &c.sessions[t.session], &c.known[t.session]
	if !k.begun {
		k.begun = true
		c.figures.Sessions++
	}
	switch {
	case t.view == 0:
		c.figures.Lists++
	case t.view < calendarView:
		c.figures.Filtered++
	case k.npi != "":
		c.figures.Calendars++
		return calendar(k.npi, c.now)
	case k.answered:
		c.figures.Widened++
		return s.list(0, wider(s.radius))
	default:
		c.figures.Again++
		return s.list(0, s.radius)
	}
	return s.list(t.view, s.radius)
}

// heard tells a person the answer to a page view.
func (c *crowd) heard(r *vegeta.Result) {
	_, number, _ := strings.Cut(r.URL, "#")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(c.turns) || r.Code != http.StatusOK || r.Error != "" {
		return
	}
	t := c.turns[n]
	a, err := readAnswer(r.Headers.Get("Content-Encoding"), r.Body, t.view < calendarView)
	if err != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch a.complete {
	case "true":
		c.figures.Complete++
	case "false":
		c.figures.Partial++
	}
	if t.view == calendarView {
		return
	}
	k := &c.known[t.session]
	k.answered = true
	if npi := c.sessions[t.session].choose(a.named); npi != "" {
		k.npi = npi
	}
}

func (c *crowd) visitors() *visitors {
	c.mu.Lock()
	defer c.mu.Unlock()
	figures := c.figures
	return &figures
}

// visitors is what people did during the load, and what their answers said.
type visitors struct {
	Sessions  int `json:"sessions"` // of which a view was sent
	Lists     int `json:"lists"`
	Filtered  int `json:"filtered"`
	Calendars int `json:"calendars"`
	Widened   int `json:"widened"`  // lists of the next radius instead of a calendar, because nobody was named
	Again     int `json:"again"`    // lists once more instead of a calendar, because no answer had come
	Complete  int `json:"complete"` // answers
	Partial   int `json:"partial"`  // answers that say that they are not complete
}

// Did is a line of a report.
func (v *visitors) Did() string {
	return fmt.Sprintf("%d: %d lists, %d filtered, %d calendars; instead of a calendar %d wider lists (nobody was named), %d lists again (no answer yet)",
		v.Sessions, v.Lists, v.Filtered, v.Calendars, v.Widened, v.Again)
}

// Completeness is a line of a report.
func (v *visitors) Completeness() string {
	said := v.Complete + v.Partial
	return fmt.Sprintf("%d of %d answers that say whether they are (%s)", v.Complete, said, percent(v.Complete, said))
}
