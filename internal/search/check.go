package search

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"timeslots/internal/fetch"
	"timeslots/internal/taken"
	"timeslots/internal/timeslot"
)

// CheckStatus is what is known of a chosen slot.
type CheckStatus string

// The statuses.
const (
	SlotAvailable CheckStatus = "available" // a copy lists it that is no older than Options.CheckAge
	SlotTaken     CheckStatus = "taken"     // it was booked through this service
	SlotGone      CheckStatus = "gone"      // such a copy does not list it
	SlotUnknown   CheckStatus = "unknown"   // its source could not be asked
)

// Check is what is asked about chosen slots.
type Check struct {
	Choices      []timeslot.Choice
	Alternatives int // for each slot that is not available, at most
}

// Verdict is what is known of one choice.
type Verdict struct {
	ID           string
	Status       CheckStatus
	CheckedAt    time.Time        // when upstream was asked or, where it was not, now
	Offer        *timeslot.Offer  // of a slot that is available, as searches list it
	Alternatives []timeslot.Offer // see Check; the best first
	Reason       timeslot.Kind    // why nothing is known; empty otherwise
}

// Checked answers a check.
type Checked struct {
	AsOf     time.Time // when the oldest copy was fetched that a verdict stands on; now where none was needed
	Complete bool      // no verdict is unknown
	Strict   bool      // as in [Answer]
	Waited   bool      // an upstream call was waited for
	Verdicts []Verdict // of each choice, in order

	Providers   map[string]*timeslot.Provider
	Departments map[string]*timeslot.DepartmentView // by department key; without distances
	Reports     []timeslot.SourceReport
}

// check is a check under way.
type check struct {
	engine   *Engine
	call     fetch.Call
	now      time.Time
	since    time.Time          // copies that were fetched earlier are too old
	list     *timeslot.Fragment // the directory's departments; nil: not at hand
	view     *taken.View
	strict   bool
	choices  []*chosenSlot
	atHand   map[timeslot.FragmentKey]*read // copies of any age that were there before anything was asked
	asked    map[timeslot.FragmentKey]*read // what verdicts stand on
	answered *Checked
}

// Check says of slots that somebody has chosen whether they still can be booked. One that was booked through this service is
// taken, which needs no call. Any other is looked for in a copy that is no older than Options.CheckAge, which is fetched for
// it where there is none: of the surface that lists it, by the way of all reads. No slot is an error; the only one is
// [context.Canceled], when ctx was.
func (e *Engine) Check(ctx context.Context, asked Check, caller Caller) (*Checked, error) {
	if caller.Budget > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, caller.Budget-mergeReserve(caller.Budget))
		defer cancel()
	}
	c := e.newCheck(ctx, asked, caller.call())
	c.lookUp(ctx)
	c.judgeWithoutAsking()
	c.ask(ctx)
	if errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err()
	}
	view, strict := e.opt.Taken.Current(context.WithoutCancel(ctx))
	c.view, c.strict = view, c.strict && strict
	for _, s := range c.choices {
		if s.verdict.Status == "" {
			c.judge(s)
		}
	}
	c.describe(ctx)
	if asked.Alternatives > 0 {
		c.addAlternatives(ctx, asked.Alternatives)
	}
	return c.finish(), nil
}

func (e *Engine) newCheck(ctx context.Context, asked Check, call fetch.Call) *check {
	now := e.opt.Now()
	c := &check{
		engine: e, call: call, now: now, since: now.Add(-e.opt.CheckAge),
		atHand: map[timeslot.FragmentKey]*read{}, asked: map[timeslot.FragmentKey]*read{},
		answered: &Checked{Providers: map[string]*timeslot.Provider{}, Departments: map[string]*timeslot.DepartmentView{}},
	}
	c.view, c.strict = e.opt.Taken.Current(ctx)
	list := &read{ask: e.departmentsAsk(), freshness: timeslot.Expired}
	e.lookup(ctx, []*read{list}, call)
	if !list.usable() {
		e.fillSoon(ctx, list, call)
	}
	if list.usable() {
		c.list = list.fragment
	}
	for _, choice := range asked.Choices {
		c.choices = append(c.choices, c.resolve(choice))
	}
	return c
}

// judgeWithoutAsking says of what is taken, over, or farther ahead than upstream can be asked what it is.
func (c *check) judgeWithoutAsking() {
	last := timeslot.LatestToday(c.now) + timeslot.Date(c.engine.lookahead.known.Load().largest)
	for _, s := range c.choices {
		switch {
		case c.hides(s):
			s.verdict.Status, s.verdict.CheckedAt = SlotTaken, c.now
		case s.Start <= c.now.Unix() || s.day > last:
			s.verdict.Status, s.verdict.CheckedAt = SlotGone, c.now
		}
	}
}

// judge decides by what was read: it is there where any read lists it, and not there where one denies it. Otherwise it is unknown
// where one failed or does not reach so far.
func (c *check) judge(s *chosenSlot) {
	v := &s.verdict
	v.CheckedAt = c.now
	var denied, short bool
	for _, a := range s.asks {
		rd := c.asked[a.key]
		if !rd.usable() {
			if reason := reasonOf(rd.err); reason != timeslot.KindNotFound {
				v.Reason = cmp.Or(v.Reason, reason)
			}
			continue
		}
		if rd.fragment.FetchedAt.Before(v.CheckedAt) {
			v.CheckedAt = rd.fragment.FetchedAt
		}
		switch {
		case len(s.in(rd.fragment)) > 0:
			v.Status, v.Reason, v.CheckedAt = SlotAvailable, "", rd.fragment.FetchedAt
		case rd.inPart():
			v.Reason = cmp.Or(v.Reason, timeslot.KindMalformed)
		case s.denies(rd.fragment):
			denied = true
		case !rd.fragment.NotFound && !s.covers(rd.fragment):
			short = true
		}
		if v.Status == SlotAvailable {
			break
		}
	}
	switch {
	case c.hides(s):
		v.Status, v.Reason, v.CheckedAt = SlotTaken, "", c.now
	case v.Status == SlotAvailable:
	case denied, v.Reason == "" && !short && len(s.asks) > 0:
		v.Status, v.Reason = SlotGone, ""
	default:
		v.Status, v.Reason, v.CheckedAt = SlotUnknown, cmp.Or(v.Reason, timeslot.KindNotFound), c.now
	}
}

// finish folds the verdicts.
func (c *check) finish() *Checked {
	out := c.answered
	out.Complete, out.Strict, out.AsOf = true, c.strict, c.now
	for _, s := range c.choices {
		s.verdict.ID = s.publicID()
		out.Verdicts = append(out.Verdicts, s.verdict)
		out.Complete = out.Complete && s.verdict.Status != SlotUnknown
	}
	out.Reports = c.reports()
	return out
}

// reports say how each thing did that was read for the verdicts, and date the answer.
func (c *check) reports() []timeslot.SourceReport {
	g := collection{plan: &plan{engine: c.engine, query: &timeslot.Query{}}}
	var counts []int
	for _, s := range c.choices {
		for _, a := range s.asks {
			rd := c.asked[a.key]
			if rd == nil || slices.Contains(g.reads, rd) {
				continue
			}
			g.reads = append(g.reads, rd)
			c.answered.Waited = c.answered.Waited || rd.waited
			if rd.usable() {
				counts = append(counts, len(rd.fragment.Slots))
				if rd.fragment.FetchedAt.Before(c.answered.AsOf) {
					c.answered.AsOf = rd.fragment.FetchedAt
				}
			}
		}
	}
	return g.reports(counts)
}
