package freshness

import (
	"math"
	"time"
)

// Policy is what a source's configuration says of fresh times.
type Policy struct {
	Fixed       bool          // every fragment is fresh for Fresh
	Untrue      float64       // which share of the slots shown may be untrue, above 0 and below 1
	Fresh       time.Duration // of a fragment without history
	Least, Most time.Duration // of all others
}

const (
	growth = 1.5 // a fresh time becomes this much longer by one refresh at most
	worst  = 6.0 // times Untrue: what a fragment may come to for the sake of others
)

// Price is what a call costs, see [Budget]. The zero value is that of a source with calls to spare whose fragments
// are each within the policy's share.
type Price struct {
	Call   float64 // views' worth of untrue slots: a call is due when it prevents that many
	Scarce float64 // at least 1: how much longer than the policy wants copies are shown, for lack of calls
}

// For is how long a fragment with this history is fresh.
func (p Policy) For(h History) time.Duration {
	if p.Fixed || h.fresh <= 0 {
		return p.Fresh
	}
	return p.clamp(float64(h.fresh))
}

// After is the history of the new copy that a refresh brought, with its fresh time ([Policy.For]), and why it is that
// long. It allocates nothing. A look without age changes nothing.
func (p Policy) After(h History, look Look, prior Prior, price Price) (History, Reason) {
	look, prior = look.bounded(), prior.bounded(p)
	before := p.For(h)
	h = h.after(look, prior)
	why := Reason{Look: look, Fresh: before, Why: Started}
	if !h.Known() {
		return h, why
	}
	why.Rate, why.Views, why.Scarce = h.Rate(), h.Views(), max(price.Scarce, 1)
	if p.Fixed {
		h.fresh = 0
		why.Why = Fixed
	} else if look.Age > 0 {
		why.Fresh, why.Why = p.settle(p.best(h, price), before)
		h.fresh = float32(why.Fresh.Seconds())
	}
	why.Untrue = -math.Expm1(-why.Rate * why.Fresh.Seconds() / 2)
	return h, why
}

// best is the fresh time in seconds that costs least, in calls at their price and untrue slots together.
//
// A copy is read again by the first view after its fresh time T, so a fragment with views v a second costs v/(1+vT)
// calls. Slots go at the rate r, so views while it is fresh show r·T/2 untrue on average: r·v²T²/(2(1+vT)) a second. The
// sum is least where (1+vT)² = 1 + 2·price·v/r. When that view is shown the old copy, too, r is added whatever T is, and
// nothing changes.
func (p Policy) best(h History, price Price) float64 {
	rate, scarce := max(h.Rate(), 1e-12), max(price.Scarce, 1)
	worth := 2 * max(price.Call, 2*p.Untrue*scarce) / rate
	best := worth / (1 + math.Sqrt(1+worth*h.Views()))
	return min(best, worst*scarce*2*p.Untrue/rate)
}

// settle is the fresh time that is wanted, within bounds, and not much longer than before.
func (p Policy) settle(wanted float64, before time.Duration) (time.Duration, Why) {
	fresh := p.clamp(wanted)
	switch longest := p.clamp(growth * before.Seconds()); {
	case fresh > longest:
		return longest, Growing
	case fresh == p.Least:
		return fresh, Shortest
	case fresh == p.Most:
		return fresh, Longest
	default:
		return fresh, Learned
	}
}

func (p Policy) clamp(seconds float64) time.Duration {
	seconds = min(max(seconds, p.Least.Seconds()), p.Most.Seconds())
	return min(max(time.Duration(seconds*float64(time.Second)), p.Least), p.Most)
}
