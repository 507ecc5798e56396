package accuracy

import (
	"slices"
	"time"

	"timeslots/internal/timeslot"
)

// lags measure how long upstream goes on listing what was booked through this service: from the booking to the last copy
// that listed it. A slot that no copy listed after its booking has no lag.
type lags struct {
	listed map[sighting]time.Time // when a slot that was booked was last seen
	recent map[timeslot.Source][]lag
}

type sighting struct {
	source timeslot.Source
	slot   timeslot.Identity
}

type lag struct {
	at   time.Time // when it was known
	took time.Duration
}

// Bounds of what is kept.
const (
	maxListed = 4096
	maxLags   = 1024 // for each source
	lagsKept  = time.Hour
)

func newLags() lags {
	return lags{listed: map[sighting]time.Time{}, recent: map[timeslot.Source][]lag{}}
}

// see takes over what a copy that was fetched at now says of a slot that was booked. Once it is gone that is over: a slot is
// compared only while an old copy lists it.
func (l *lags) see(source timeslot.Source, s Sold, now time.Time) {
	if s.At.IsZero() || now.Before(s.At) {
		return
	}
	name := sighting{source, s.Identity}
	if s.Listed {
		if len(l.listed) < maxListed {
			l.listed[name] = now
		}
		return
	}
	took := time.Duration(0)
	if last, ok := l.listed[name]; ok {
		took = last.Sub(s.At)
		delete(l.listed, name)
	}
	list := append(l.recent[source], lag{now, took})
	l.recent[source] = list[max(0, len(list)-maxLags):]
}

// Lag is upstream's lag at a source: 95 of 100 slots that were booked through this service within the last hour were not
// listed for longer. False: there was none.
func (m *Meter) Lag(source timeslot.Source) (time.Duration, bool) {
	if m == nil {
		return 0, false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	m.lags.forget(now)
	var took []time.Duration
	for _, one := range m.lags.recent[source] {
		took = append(took, one.took)
	}
	if len(took) == 0 {
		return 0, false
	}
	slices.Sort(took)
	return took[(len(took)*95+99)/100-1], true
}

// forget drops what is over for an hour.
func (l *lags) forget(now time.Time) {
	for source, list := range l.recent {
		l.recent[source] = slices.DeleteFunc(list, func(one lag) bool { return now.Sub(one.at) > lagsKept })
	}
	for name, last := range l.listed {
		if now.Sub(last) > lagsKept {
			delete(l.listed, name)
		}
	}
}
