package accuracy

import (
	"math"
	"sync"
	"time"

	"timeslots/internal/timeslot"
)

// Recorder is told what comparisons found (docs/metrics.md). The real one is metrics.Metrics.
type Recorder interface {
	OffersCompared(source timeslot.Source, age time.Duration, c Changes)
}

// Meter keeps the accuracy of the last ten minutes, for each product and source, and upstream's lag of the last hour. It is
// bounded: ten numbers for each pair of product and source. A nil Meter measures nothing. It is safe for concurrent use.
type Meter struct {
	recorder Recorder
	now      func() time.Time

	mu       sync.Mutex
	products []string // by index
	minutes  map[pair]*[minutes]weight
	lags     lags
}

type pair struct {
	product int
	source  timeslot.Source
}

// weight is how many slots were shown in a minute, and how many of them were untrue.
type weight struct {
	minute        int64
	shown, untrue float64
}

const minutes = 10

// NewMeter makes one. A nil recorder is silent; a nil clock is time.Now.
func NewMeter(recorder Recorder, now func() time.Time) *Meter {
	if now == nil {
		now = time.Now
	}
	return &Meter{recorder: recorder, now: now, products: []string{others}, minutes: map[pair]*[minutes]weight{}, lags: newLags()}
}

// others stands for products beyond [timeslot.MaxShownBy], and for those that are not configured.
const others = "other"

// Product is the index under which servings for a product are counted. Where there is no index left it is that of others.
func (m *Meter) Product(name string) int {
	if m == nil {
		return 0
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for i, known := range m.products {
		if known == name {
			return i
		}
	}
	if len(m.products) == timeslot.MaxShownBy {
		return 0
	}
	m.products = append(m.products, name)
	return len(m.products) - 1
}

// Refreshed compares an old copy with the one that takes its place, and gives what changed.
func (m *Meter) Refreshed(source timeslot.Source, old, fresh *timeslot.Fragment, view Taken) Changes {
	if m == nil {
		return Changes{}
	}
	c, sold := Compare(old, fresh, view)
	if m.recorder != nil {
		m.recorder.OffersCompared(source, c.Age, c)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, s := range sold {
		m.lags.see(source, s, fresh.FetchedAt)
	}
	if c.First == 0 || c.Age <= 0 {
		return c
	}
	for i := range m.products {
		times, age := old.Servings.For(i)
		if times == 0 {
			continue
		}
		shown := float64(times * c.First)
		w := m.weightOf(pair{i, source})
		w.shown += shown
		w.untrue += shown * c.untrueAt(age)
	}
	return c
}

// untrueAt is the share of the first slots that was gone by an age of the old copy. How many are gone at the end is known; how
// they went on the way there lies between a constant number of sales a minute (a straight line) and a constant rate for each
// slot (an exponential): as the first are sold, those behind them are asked for more.
func (c *Changes) untrueAt(age time.Duration) float64 {
	if c.FirstGone == 0 {
		return 0
	}
	part := min(1, float64(age)/float64(c.Age))
	rate := (float64(c.FirstGone) + 0.5) / (float64(c.First) + 1) // a few slots that all went are no rate without end
	exponential := (1 - math.Pow(1-rate, part)) / rate
	return float64(c.FirstGone) / float64(c.First) * (bend*exponential + (1-bend)*part)
}

// bend is how far sales lie from the straight line towards the exponential. It was chosen by simulated clinics that sell one of
// the next four or so, and holds where they sell farther ahead. Where nearly all sales are of the next two, at ten a minute, it
// is wrong by up to one and a half points.
const bend = 0.4

// weightOf is this minute's. The caller holds the lock.
func (m *Meter) weightOf(p pair) *weight {
	ring := m.minutes[p]
	if ring == nil {
		ring = new([minutes]weight)
		m.minutes[p] = ring
	}
	minute := m.now().Unix() / 60
	w := &ring[minute%minutes]
	if w.minute != minute {
		*w = weight{minute: minute}
	}
	return w
}

// Ratio is the accuracy of one product's answers, as far as a source made them.
type Ratio struct {
	Product string
	Source  timeslot.Source
	Ratio   float64 // 0…1
	Shown   float64 // slots that were shown and compared since
}

// Ratios are those of the last ten minutes; pairs of which nothing was compared are left out.
func (m *Meter) Ratios() (list []Ratio) {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	minute := m.now().Unix() / 60
	for p, ring := range m.minutes {
		var sum weight
		for _, w := range ring {
			if minute-w.minute < minutes {
				sum.shown += w.shown
				sum.untrue += w.untrue
			}
		}
		if sum.shown > 0 {
			list = append(list, Ratio{m.products[p.product], p.source, 1 - sum.untrue/sum.shown, sum.shown})
		}
	}
	return list
}
