package freshness

import (
	"math"
	"sync"
	"time"
)

// Budget finds the price of a source's calls: the one at which as many slots shown are untrue as the policy allows, or
// at which calls are as many as upstream allows, if that is more. One price for all fragments sends calls to where they
// prevent most. It may be used concurrently.
type Budget struct {
	untrue  float64 // share
	allowed float64 // calls a second; 0: any number

	mu                           sync.Mutex
	views, wrong, calls, seconds float64   // of the last minutes, older ones counting less
	stepped                      time.Time // when the last step was
	price                        Price
}

const (
	window     = 2 * time.Minute  // views and calls are averaged over it
	stepEvery  = 10 * time.Second // the price changes this often at most
	stepMost   = 0.2              // and by about a fifth
	gain       = 0.15             // of the logarithm of how far from right it is
	doubt      = 20.0             // views: so much has to be seen before it counts
	mostPrice  = 1e4
	mostScarce = 1e3
)

// NewBudget is of a source with so many calls a second for refreshes; 0 means that it has no limit.
func NewBudget(p Policy, allowed float64) *Budget {
	return &Budget{untrue: p.Untrue, allowed: allowed, price: Price{Call: 2 * p.Untrue, Scarce: 1}}
}

// Price is what calls cost now.
func (b *Budget) Price() Price {
	b.mu.Lock()
	defer b.mu.Unlock()
	return Price{Call: b.price.Call * b.price.Scarce, Scarce: b.price.Scarce}
}

// Observe counts a call and what it showed. A clock that was set back delays the next step, no more.
func (b *Budget) Observe(look Look, now time.Time) {
	look = look.bounded()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.stepped.IsZero() {
		b.stepped = now
	}
	b.calls++
	if look.Age > 0 && look.Near > 0 {
		b.views += float64(look.Views + look.Waited)
		b.wrong += look.untrue()
	}
	switch passed := now.Sub(b.stepped); {
	case passed < -stepEvery:
		b.stepped = now
	case passed >= stepEvery:
		b.step(passed, now)
	}
}

func (b *Budget) step(passed time.Duration, now time.Time) {
	b.seconds += passed.Seconds()
	short := math.Inf(-1)
	if b.allowed > 0 {
		short = math.Log(b.calls / b.seconds / b.allowed)
	}
	if short > 0 || b.price.Scarce > 1 {
		b.price.Scarce = min(max(b.price.Scarce*stepped(short), 1), mostScarce)
	} else {
		share := (b.wrong + doubt*b.untrue) / (b.views + doubt)
		wanted := b.price.Call * stepped(math.Log(b.untrue/max(share, b.untrue/100)))
		b.price.Call = min(max(wanted, 2*b.untrue), mostPrice)
	}
	lasting := math.Exp(-passed.Seconds() / window.Seconds())
	b.calls, b.seconds, b.views, b.wrong = b.calls*lasting, b.seconds*lasting, b.views*lasting, b.wrong*lasting
	b.stepped = now
}

func stepped(far float64) float64 { return math.Exp(min(max(gain*far, -stepMost), stepMost)) }
