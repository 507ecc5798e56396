package search

import (
	"slices"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// An answer of Care Options for an area is as large as the place is dense: four weeks of a visit type are some kilobytes in
// the country and tens of megabytes in the middle of a health system of fifty hospitals. So an area is read in parts of as
// many days as one answer can carry. How many that are is learnt: an answer that was too large halves them at once, and
// answers that are light again and again double them. An area that was never asked for begins with what is known of one that
// it touches; where there is none, the directory's clinics inside it have to do.

const (
	heavy       = 40_000         // slots of an answer, of the 50,000 that one may have: with more, the next ones have half the days
	light       = heavy / 4      // in twice as many days are half of heavy at most
	lightRuns   = 8              // light answers in a row before days are put together
	refusedKept = time.Hour      // for which what was too large is not tried again
	failedKept  = time.Minute    // for which visit types are not asked for together after a call for several failed
	spanKept    = 24 * time.Hour // for which a place that nobody asks for is remembered
	maxPlaces   = 4096           // so are as many
)

// density knows in parts of how many days the areas are read.
type density struct {
	mu    sync.Mutex
	known map[crowded]*spread
}

// crowded is what is learnt about: an area, for a visit type.
type crowded struct {
	visitType string
	area      timeslot.Area
}

type spread struct {
	days   uint8
	lights int
	used   time.Time
	perDay float64 // slots, as the last answer has it; 0: there was none

	clinics int // the directory has inside; 0: unknown

	refused uint8     // days of the last answer that was too large; 0: none was
	until   time.Time // for which no part has as many again

	apart  time.Time // until when blocks are not asked for together, as that was too large or refused
	single time.Time // until when the visit type is not asked for together with others
}

func newDensity() *density { return &density{known: map[crowded]*spread{}} }

func crowdedOf(key timeslot.FragmentKey) crowded { return crowded{key.VisitType, key.Area} }

// guess is for a place of which nobody knows more than how many clinics the directory has there.
func guess(clinics int) uint8 {
	switch {
	case clinics > 400:
		return 4
	case clinics > 150:
		return 7
	case clinics > 60:
		return 14
	default:
		return timeslot.BlockDays
	}
}

// nearby is how many slots a day a place should have, by the nearest one that it touches and of which answers are known, of
// the same visit type before others; ok is false where there is none. A place has as many times the slots as it has the
// clinics; where these are not known, as it is larger.
func (d *density) nearby(place crowded, now time.Time, clinics int) (perDay float64, ok bool) {
	if place.area.PostalCode != "" {
		return 0, false
	}
	var nearest float64
	at, radius := place.area.Point(), float64(place.area.Radius)
	for other, s := range d.known {
		if other.area.PostalCode != "" || s.perDay == 0 || now.Sub(s.used) >= spanKept {
			continue
		}
		reach := radius + float64(other.area.Radius)
		if farApart(at, other.area.Point(), reach) {
			continue
		}
		away := at.MilesTo(other.area.Point())
		if away >= reach {
			continue
		}
		if other.visitType != place.visitType {
			away += 2 * timeslot.MaxRadius // behind all of the same
		}
		if !ok || away < nearest {
			wider := radius / float64(other.area.Radius)
			times := max(wider, wider*wider)
			if clinics > 0 && s.clinics > 0 {
				times = float64(clinics) / float64(s.clinics)
			}
			ok, nearest, perDay = true, away, s.perDay*times
		}
	}
	return perDay, ok
}

// days is how many days a part of the area has. clinics tells how many are inside.
func (d *density) days(place crowded, now time.Time, clinics func() int) uint8 {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.known[place]
	if s == nil || now.Sub(s.used) >= spanKept {
		s = d.guessed(place, now, clinics())
		d.add(place, s)
	}
	s.used = now
	return s.days
}

// likely is days of an area that may never be read: it is not remembered.
func (d *density) likely(place crowded, now time.Time, clinics func() int) uint8 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.known[place]; s != nil && now.Sub(s.used) < spanKept {
		return s.days
	}
	return d.guessed(place, now, clinics()).days
}

func (d *density) add(place crowded, s *spread) {
	if len(d.known) >= maxPlaces {
		for other := range d.known { // any: it is guessed again
			delete(d.known, other)
			break
		}
	}
	d.known[place] = s
}

// guessed is what a place is taken for by what is known near it; where nothing is, by its clinics.
func (d *density) guessed(place crowded, now time.Time, clinics int) *spread {
	s := &spread{days: guess(clinics), used: now, clinics: clinics}
	if perDay, ok := d.nearby(place, now, clinics); ok {
		for _, s.days = range timeslot.SpanDays() {
			if perDay*float64(s.days) <= heavy {
				break
			}
		}
	}
	return s
}

// together is how many slots an answer for several blocks may have, as far as one can tell before: they may be spread
// unevenly.
const together = heavy

// blocks is how many blocks of an area one call may cover, as far as the last answer tells how many slots they have, or what
// is known nearby. Days that are over have none, and none lie after the last day that upstream may be asked for. A place of
// which nothing is known is read block by block.
func (d *density) blocks(key timeslot.FragmentKey, now time.Time, last timeslot.Date) timeslot.Block {
	d.mu.Lock()
	defer d.mu.Unlock()
	perDay := d.perDay(key, now)
	if perDay == 0 {
		return 1
	}
	n := timeslot.Block(1)
	for n < maxStretch && perDay*daysUntil(key, key.Block+n, now, last) <= together {
		n++
	}
	return n
}

// expects is how many slots an answer for some blocks of an area should have, for one of several visit types; ok is false where
// nobody knows, or where they are not to be had together.
func (d *density) expects(key timeslot.FragmentKey, through timeslot.Block, now time.Time, last timeslot.Date) (slots float64, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s := d.known[crowdedOf(key)]; s != nil && now.Before(s.single) {
		return 0, false
	}
	perDay := d.perDay(key, now)
	return perDay * daysUntil(key, through, now, last), perDay > 0
}

// daysUntil is how many days there are from a block's first to another one's last, as far as they are not over.
func daysUntil(key timeslot.FragmentKey, through timeslot.Block, now time.Time, last timeslot.Date) float64 {
	return float64(max(0, min(through.Last(), last)-max(key.Block.First(), timeslot.EarliestToday(now))+1))
}

// perDay is how many slots a day an area should have; 0 where nobody knows, where it is read in parts, or where blocks are
// not to be had together.
func (d *density) perDay(key timeslot.FragmentKey, now time.Time) float64 {
	s := d.known[crowdedOf(key)]
	if s == nil {
		perDay, _ := d.nearby(crowdedOf(key), now, 0)
		return perDay
	}
	if s.days < timeslot.BlockDays || now.Before(s.apart) {
		return 0
	}
	if s.perDay > 0 {
		return s.perDay
	}
	perDay, _ := d.nearby(crowdedOf(key), now, s.clinics)
	return perDay
}

// weigh is told how many slots an answer had.
func (d *density) weigh(key timeslot.FragmentKey, slots int, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.known[crowdedOf(key)]
	if s == nil || daysOf(key) != s.days {
		return
	}
	days := key.LastDay() - max(key.FirstDay(), timeslot.EarliestToday(now)) + 1 // those that are over have no slots
	if days < 1 {
		days = timeslot.Date(s.days)
	}
	s.perDay = max(1, float64(slots)/float64(days))
	switch {
	case slots > heavy:
		s.days, s.lights = finer(s.days), 0
	case slots > light || s.days == timeslot.BlockDays || coarser(s.days) >= s.refused && now.Before(s.until):
		s.lights = 0
	default:
		if s.lights++; s.lights >= lightRuns {
			s.days, s.lights = coarser(s.days), 0
		}
	}
}

// refusedTogether is told that several blocks cannot be had by one call.
func (d *density) refusedTogether(key timeslot.FragmentKey, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spreadOf(crowdedOf(key), now).apart = now.Add(refusedKept)
}

// readAlone is told that the visit type cannot be had together with others, and for how long that is believed.
func (d *density) readAlone(key timeslot.FragmentKey, until, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.spreadOf(crowdedOf(key), now).single = until
}

func (d *density) spreadOf(place crowded, now time.Time) *spread {
	if d.known[place] == nil {
		d.add(place, d.guessed(place, now, 0))
	}
	return d.known[place]
}

// tooLarge is told that an answer was, and gives the days of the parts to ask for instead; ok is false where it had one
// day alone.
func (d *density) tooLarge(key timeslot.FragmentKey, now time.Time) (days uint8, ok bool) {
	asked := daysOf(key)
	if asked == 1 {
		return 0, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	days = finer(asked)
	if s := d.known[crowdedOf(key)]; s != nil {
		s.days, s.lights, s.refused, s.until = min(s.days, days), 0, asked, now.Add(refusedKept)
		s.perDay = max(s.perDay, heavy/float64(asked))
		days = s.days
	}
	return days, true
}

func daysOf(key timeslot.FragmentKey) uint8 {
	if key.Span.Days == 0 {
		return timeslot.BlockDays
	}
	return key.Span.Days
}

func finer(days uint8) uint8 {
	steps := timeslot.SpanDays()
	return steps[min(slices.Index(steps, days)+1, len(steps)-1)]
}

func coarser(days uint8) uint8 {
	steps := timeslot.SpanDays()
	return steps[max(slices.Index(steps, days)-1, 0)]
}
