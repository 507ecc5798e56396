package search

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"timeslots/internal/timeslot"
)

// reports folds the reads into one entry per thing asked: its worst status and oldest time (docs/interface.md §3.1). The
// directory is named only when it failed: its names decorate slots, and nobody asked for it; and for an area also when some
// of it could not be read, since it says which clinics are there. counts are the slots of
// each fragment, in the order of collection.fragments.
func (g *collection) reports(counts []int) []timeslot.SourceReport {
	folded := make([]foldedReport, 0, len(g.reads))
	of := make(map[subject]int, len(g.reads))
	next := 0
	for _, rd := range g.reads {
		slots := 0
		if rd.usable() {
			slots = counts[next]
			next++
		}
		i, ok := of[rd.subject]
		if !ok {
			i = len(folded)
			of[rd.subject] = i
			folded = append(folded, foldedReport{report: timeslot.SourceReport{Source: rd.subject.source, Key: rd.subject.name}, allUnknown: true})
		}
		folded[i].add(rd, slots)
	}
	list := make([]timeslot.SourceReport, 0, len(folded))
	for i := range folded {
		f := &folded[i]
		r := f.finish()
		if r.Source != timeslot.Directory || r.Status == timeslot.StatusFailed || f.inPart && g.plan.query.OnlyLocation() {
			list = append(list, r)
		}
	}
	list = append(list, g.skipped()...)
	slices.SortStableFunc(list, func(a, b timeslot.SourceReport) int {
		return cmp.Or(strings.Compare(string(a.Source), string(b.Source)), strings.Compare(a.Key, b.Key))
	})
	return list
}

// skipped are the reports of what was not asked. A clinic that was passed over for search.maxDepartments is not missing where
// the area's answer is there whole and names it.
func (g *collection) skipped() []timeslot.SourceReport {
	if len(g.plan.passedOver) == 0 {
		return g.plan.skipped
	}
	named := g.namedWhole()
	return slices.DeleteFunc(slices.Clone(g.plan.skipped), func(r timeslot.SourceReport) bool {
		key, passed := g.plan.passedOver[subject{r.Source, r.Key}]
		return passed && named[key]
	})
}

// namedWhole are the departments that the area's answer names; nil where a part of it is missing.
func (g *collection) namedWhole() map[string]bool {
	named := map[string]bool{}
	for _, rd := range g.reads {
		if !ofArea(rd.key) {
			continue
		}
		if !rd.usable() || rd.inPart() {
			return nil
		}
		for i := range rd.fragment.Departments {
			named[rd.fragment.Departments[i].Key()] = true
		}
	}
	return named
}

// foldedReport is the report of one thing while its reads are added.
type foldedReport struct {
	report     timeslot.SourceReport
	allUnknown bool // upstream knew none of its fragments
	inPart     bool // something of a fragment that is used could not be read
}

func (f *foldedReport) add(rd *read, slots int) {
	r := &f.report
	status, reason := rd.status()
	if worse(status, r.Status) {
		r.Status, r.Reason = status, reason
	}
	if reason != timeslot.KindNotFound {
		f.allUnknown = false
	}
	f.inPart = f.inPart || rd.inPart()
	if rd.fragment != nil && (r.FetchedAt.IsZero() || rd.fragment.FetchedAt.Before(r.FetchedAt)) {
		r.FetchedAt = rd.fragment.FetchedAt
	}
	if rd.counts {
		r.Slots += slots
	}
}

func (f *foldedReport) finish() timeslot.SourceReport {
	if f.report.Reason == timeslot.KindNotFound && !f.allUnknown {
		f.report.Reason = ""
	}
	if f.inPart && f.report.Status != timeslot.StatusFailed {
		f.report.Reason = timeslot.KindMalformed
	}
	return f.report
}

// usable reports whether the read has something for an answer.
func (rd *read) usable() bool { return rd.fragment != nil && rd.freshness != timeslot.Expired }

// inPart reports whether entries of what the read has could not be read.
func (rd *read) inPart() bool { return rd.usable() && rd.fragment.Dropped > 0 }

// status of one read. A failed fetch with an old copy at hand is stale, and says why.
func (rd *read) status() (timeslot.Status, timeslot.Kind) {
	switch {
	case rd.err != nil && timeslot.KindOf(rd.err) == timeslot.KindNotFound:
		return timeslot.StatusFresh, timeslot.KindNotFound
	case !rd.usable():
		return timeslot.StatusFailed, reasonOf(rd.err)
	case rd.err != nil:
		return timeslot.StatusStale, reasonOf(rd.err)
	case rd.fragment.NotFound:
		return timeslot.StatusFresh, timeslot.KindNotFound
	case rd.freshness == timeslot.Fresh:
		return timeslot.StatusFresh, ""
	default:
		return timeslot.StatusStale, ""
	}
}

// reasonOf is a kind that docs/interface.md §3.1 lists.
func reasonOf(err error) timeslot.Kind {
	if kind := timeslot.KindOf(err); kind != timeslot.KindCanceled {
		return kind
	}
	return timeslot.KindBudget
}

// severities are the statuses, the best first.
var severities = [...]timeslot.Status{"", timeslot.StatusFresh, timeslot.StatusStale, timeslot.StatusSkipped, timeslot.StatusFailed}

func worse(a, b timeslot.Status) bool {
	return a != b && slices.Index(severities[:], a) > slices.Index(severities[:], b)
}

// whole reports whether all that was answered could be read.
func (g *collection) whole() bool {
	return !slices.ContainsFunc(g.reads, func(rd *read) bool {
		return rd.gaps || rd.inPart() && (!rd.key.Operation.OfDirectory() || g.plan.query.OnlyLocation())
	})
}

// answered reports whether everything that was asked answered. A source that is switched off was not asked; one that was
// passed over for a limit was wanted.
func answered(reports []timeslot.SourceReport) bool {
	return !slices.ContainsFunc(reports, func(r timeslot.SourceReport) bool {
		return r.Status == timeslot.StatusFailed || r.Status == timeslot.StatusSkipped && r.Reason != ""
	})
}

// servable reports whether some source has an answer to serve, whatever else of it failed: the slots of one version, or of
// some blocks of the window.
func (g *collection) servable() bool {
	return slices.ContainsFunc(g.reads, func(rd *read) bool {
		return rd.usable() && !rd.fragment.NotFound && !rd.key.Operation.OfDirectory()
	})
}

// FailedError says that every source failed and nothing servable is left. Kind decides the HTTP status: timeout and
// budget 504, open and limited 503, else 502.
type FailedError struct {
	Kind       timeslot.Kind
	RetryAfter time.Duration // when upstream or a breaker said so; 0: unknown
	Reports    []timeslot.SourceReport
	Causes     []*timeslot.Error // one for each way in which a source failed
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("all %d sources failed (%s)", len(e.Reports), e.Kind)
}

// Unwrap gives the causes.
func (e *FailedError) Unwrap() []error {
	causes := make([]error, len(e.Causes))
	for i, cause := range e.Causes {
		causes[i] = cause
	}
	return causes
}

// causes are why reads failed, without what differs in nothing but the text.
func (g *collection) causes() (causes []*timeslot.Error) {
	known := map[string]bool{}
	for _, rd := range g.reads {
		if rd.err == nil || rd.usable() {
			continue
		}
		cause, ok := errors.AsType[*timeslot.Error](rd.err)
		if !ok {
			cause = &timeslot.Error{Kind: timeslot.KindOf(rd.err), Source: g.plan.engine.sourceOf(rd.key), Operation: rd.key.Operation, Err: rd.err}
		}
		if summary := cause.Summary(); !known[summary] {
			known[summary] = true
			causes = append(causes, cause)
		}
	}
	return causes
}

// retryAfter is the shortest time after which a source that failed may be tried again; 0 when none said.
func (g *collection) retryAfter() time.Duration {
	var shortest time.Duration
	for _, rd := range g.reads {
		if e, ok := errors.AsType[*timeslot.Error](rd.err); ok && e.RetryAfter > 0 && (shortest == 0 || e.RetryAfter < shortest) {
			shortest = e.RetryAfter
		}
	}
	return shortest
}

// UnknownError says that upstream knows none of the clinicians and departments that the query names.
type UnknownError struct{ Reports []timeslot.SourceReport }

func (e *UnknownError) Error() string { return "unknown: " + e.Names() }

// Names lists what is unknown.
func (e *UnknownError) Names() string {
	names := make([]string, len(e.Reports))
	for i, r := range e.Reports {
		names[i] = r.Key
	}
	return strings.Join(names, ", ")
}

// verdict is nil when there is something to answer with.
func (g *collection) verdict(reports []timeslot.SourceReport) error {
	unknown, failed, asked := 0, 0, 0
	kinds := map[timeslot.Kind]int{}
	for _, r := range reports {
		if r.Source == timeslot.Directory || r.Status == timeslot.StatusSkipped && r.Reason == "" {
			continue // nobody asked for it, or it is switched off
		}
		asked++
		switch {
		case r.Status == timeslot.StatusFailed:
			failed++
			kinds[r.Reason]++
		case r.Reason == timeslot.KindNotFound:
			unknown++
		}
	}
	switch {
	case asked == 0:
		return nil
	case unknown == asked:
		return &UnknownError{Reports: reports}
	case failed == asked && !g.servable():
		return &FailedError{Kind: decisiveKind(kinds, failed), RetryAfter: g.retryAfter(), Reports: reports, Causes: g.causes()}
	}
	return nil
}

// decisiveKind is timeout when all ended so, open or limited when any was refused, else upstream.
func decisiveKind(kinds map[timeslot.Kind]int, failed int) timeslot.Kind {
	switch {
	case kinds[timeslot.KindTimeout]+kinds[timeslot.KindBudget] == failed:
		return timeslot.KindTimeout
	case kinds[timeslot.KindOpen] > 0:
		return timeslot.KindOpen
	case kinds[timeslot.KindLimited] > 0:
		return timeslot.KindLimited
	default:
		return timeslot.KindUpstream
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
