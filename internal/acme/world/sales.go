package world

import (
	"container/heap"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"
)

// Sales sells slots elsewhere, as its plan says. Nothing runs for it: before the store is read or changed, Advance makes
// happen what was due since the last call, in order, each at its own moment. So what is sold when follows from the plan, from
// when it was set and from what was booked, not from who asks.
//
// At each clinic sales are a Poisson process, and so are bursts. Each of them draws from a sequence of its own.
type Sales struct {
	world *World
	next  atomic.Int64 // when the first of due is, in Unix nanoseconds; 0: never

	mu     sync.Mutex
	plan   SalesPlan
	due    moments
	serial uint64        // of moments
	log    []OutsideSale // oldest first
	sold   uint64        // ever; the number of the last in log
}

// OutsideSale is a slot that was sold elsewhere.
type OutsideSale struct {
	Opening
	At       time.Time
	Released time.Time // zero: not so far
}

// Bounds: how many sales are remembered, and for how long they are made up for when nobody asked meanwhile.
const (
	maxOutsideSales = 50_000
	longestAbsence  = 24 * time.Hour
)

// SetSales puts a plan into force from now on, in place of the one before. What was sold under that one stays sold, or comes
// back when it was to. The error names all that is wrong with the plan.
func (w *World) SetSales(p SalesPlan, now time.Time) error {
	p, err := p.checked(w)
	if err != nil {
		return err
	}
	s := w.Sales
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(now)
	s.plan = p
	s.due = s.due.releases()
	for i, d := range w.Departments {
		if d.Active {
			s.open(d, uint64(i), now)
		}
	}
	s.settle()
	return nil
}

// open begins the sales of a clinic, and its bursts.
func (s *Sales) open(d *Department, number uint64, now time.Time) {
	var schedules []*Schedule
	for _, o := range d.Offers {
		if o.Bookable {
			schedules = append(schedules, o.Schedules...)
		}
	}
	if rate := s.plan.rateAt(d); rate > 0 {
		c := &counter{s, schedules, s.sequence(number, 0), float64(time.Minute) / rate, 1}
		s.push(now.Add(c.pause()), c.sell, false)
	}
	if b := s.plan.Bursts; b.Size > 0 {
		c := &counter{s, schedules, s.sequence(number, 1), float64(b.Every), b.Size}
		s.push(now.Add(c.pause()), c.sell, false)
	}
}

func (s *Sales) sequence(clinic, kind uint64) *rand.Rand {
	return rand.New(rand.NewPCG(Hash(s.plan.Seed, saltSales, kind), clinic))
}

// Plan is the one in force.
func (s *Sales) Plan() SalesPlan {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.plan
}

// Since are the slots that were sold elsewhere after an instant, oldest first, as far as they are remembered.
func (s *Sales) Since(t time.Time) (out []OutsideSale) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, sale := range s.log {
		if sale.At.After(t) {
			out = append(out, sale)
		}
	}
	return out
}

// Advance makes happen what was due up to now.
func (s *Sales) Advance(now time.Time) {
	if next := s.next.Load(); next == 0 || next > now.UnixNano() {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.advance(now)
	s.settle()
}

func (s *Sales) advance(now time.Time) {
	for len(s.due) > 0 && !s.due[0].at.After(now) {
		m := heap.Pop(&s.due).(moment)
		m.happen(m.at, now)
	}
}

// settle tells Advance when it is needed next.
func (s *Sales) settle() {
	s.next.Store(0)
	if len(s.due) > 0 {
		s.next.Store(s.due[0].at.UnixNano())
	}
}

// counter is where a clinic's slots are sold, so many at once.
type counter struct {
	sales     *Sales
	schedules []*Schedule
	random    *rand.Rand
	mean      float64 // time between two
	size      int
}

func (c *counter) pause() time.Duration { return time.Duration(c.random.ExpFloat64() * c.mean) }

// sell sells, and makes the next time due. All is drawn that may be needed, so that what others book does not change the
// sequence.
func (c *counter) sell(at, now time.Time) {
	for range c.size {
		lead, which, stays, back := c.random.ExpFloat64(), c.random.Float64(), c.random.Float64(), c.random.ExpFloat64()
		releases := c.sales.plan.Releases
		if now.Sub(at) > longestAbsence {
			continue
		}
		slot, ok := c.sales.world.Store.sellOutside(c.schedules, c.sales.plan.Lead.wish(lead, which), at)
		if !ok {
			continue // sold out
		}
		number := c.sales.remember(slot, at)
		if stays < releases.Share {
			c.sales.push(at.Add(time.Duration(back*float64(releases.After))), func(at, _ time.Time) { c.sales.release(number, slot, at) }, true)
		}
	}
	c.sales.push(at.Add(max(1, c.pause())), c.sell, false)
}

// remember writes a sale down, and gives its number.
func (s *Sales) remember(slot Opening, at time.Time) (number uint64) {
	s.sold++
	s.log = append(s.log, OutsideSale{Opening: slot, At: at})
	if extra := len(s.log) - maxOutsideSales; extra > 0 {
		s.log = s.log[extra:]
	}
	return s.sold
}

func (s *Sales) release(number uint64, slot Opening, at time.Time) {
	if !s.world.Store.releaseOutside(slot) {
		return
	}
	if i := len(s.log) - 1 - int(s.sold-number); i >= 0 {
		s.log[i].Released = at
	}
}

func (s *Sales) push(at time.Time, happen func(at, now time.Time), release bool) {
	s.serial++
	heap.Push(&s.due, moment{at, s.serial, happen, release})
}

// moment is when something is due.
type moment struct {
	at      time.Time
	serial  uint64 // decides between equal times
	happen  func(at, now time.Time)
	release bool
}

// moments are a heap, the first on top.
type moments []moment

// Len implements heap.Interface, and so do the next four.
func (m moments) Len() int { return len(m) }

func (m moments) Less(i, j int) bool {
	return m[i].at.Before(m[j].at) || m[i].at.Equal(m[j].at) && m[i].serial < m[j].serial
}
func (m moments) Swap(i, j int) { m[i], m[j] = m[j], m[i] }

// Push implements heap.Interface.
func (m *moments) Push(x any) { *m = append(*m, x.(moment)) }

// Pop implements heap.Interface.
func (m *moments) Pop() any {
	last := len(*m) - 1
	x := (*m)[last]
	*m = (*m)[:last]
	return x
}

func (m moments) releases() (out moments) {
	for _, d := range m {
		if d.release {
			out = append(out, d)
		}
	}
	heap.Init(&out)
	return out
}
