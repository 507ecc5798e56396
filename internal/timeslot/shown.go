package timeslot

import (
	"sync/atomic"
	"time"
)

// MaxShownBy is how many products [Servings] tell apart.
const MaxShownBy = 16

// Servings count how often a copy's slots were shown, for each product, and how old the copy was then. They belong to one
// copy in one process: a copy that is read from Redis begins at nothing. All methods may be called concurrently.
type Servings struct {
	by [MaxShownBy]atomic.Uint64 // times in the high 24 bits, the sum of ages in hundredths of a second in the low 40
}

const (
	ageBits = 40
	ageUnit = 10 * time.Millisecond
)

// CountServings begins the count for a copy that nobody has yet.
func (f *Fragment) CountServings() {
	if f.Key.ListsSlots() {
		f.Servings = new(Servings)
	}
}

// Add counts one serving for a product (0 to MaxShownBy−1) at an age. A nil s counts nothing.
func (s *Servings) Add(product int, age time.Duration) {
	if s != nil {
		s.by[product].Add(1<<ageBits | uint64(max(0, age)/ageUnit)&(1<<ageBits-1))
	}
}

// For is how often the copy was shown for a product, and how old it was on average.
func (s *Servings) For(product int) (times int, age time.Duration) {
	if s == nil {
		return 0, 0
	}
	both := s.by[product].Load()
	times = int(both >> ageBits)
	if times == 0 {
		return 0, 0
	}
	return times, time.Duration(both&(1<<ageBits-1)) * ageUnit / time.Duration(times)
}

// Shown are the copies from which the first offers of an answer are, as many as lists show at once.
type Shown []ShownCopy

// ShownCopy is one of them.
type ShownCopy struct {
	Servings  *Servings
	FetchedAt time.Time
}

// Serve counts that the answer was sent for a product.
func (s Shown) Serve(product int, now time.Time) {
	for i := range s {
		s[i].Servings.Add(product, now.Sub(s[i].FetchedAt))
	}
}
