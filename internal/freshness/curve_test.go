package freshness

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// curve is outcomes by rising calls.
type curve []outcome

func curveOf(seed uint64, choosers ...func([]*clinic) chooser) (c curve) {
	for _, choose := range choosers {
		town := townOf(rand.New(rand.NewPCG(seed, 1)))
		by := choose(town)
		o := simulate(seed, town, by)
		if fixed, ok := by.(always); ok {
			o.fixed = time.Duration(fixed)
		}
		c = append(c, o)
	}
	slices.SortFunc(c, func(a, b outcome) int { return int(math.Copysign(1, a.calls-b.calls)) })
	return c
}

// untrueAt is the untrue share at so many calls, and callsAt the opposite; between points both logarithms are straight.
func (c curve) untrueAt(calls float64) float64 {
	for i := 1; i < len(c); i++ {
		if c[i-1].calls <= calls && calls <= c[i].calls {
			part := math.Log(calls/c[i-1].calls) / math.Log(c[i].calls/c[i-1].calls)
			return c[i-1].untrue * math.Pow(c[i].untrue/c[i-1].untrue, part)
		}
	}
	return math.NaN()
}

func (c curve) callsAt(untrue float64) float64 {
	var turned curve
	for _, o := range slices.Backward(c) {
		turned = append(turned, outcome{calls: o.untrue, untrue: o.calls})
	}
	return turned.untrueAt(untrue)
}

var (
	fixedTimes = []time.Duration{3 * time.Second, 7 * time.Second, 15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}
	shares     = []float64{0.004, 0.006, 0.01, 0.02, 0.04}
	prices     = []float64{0.004, 0.015, 0.05, 0.2, 0.6, 2, 6}
)

type curves struct{ fixed, learned, best curve }

// draw is all three, or, unless whole, what it takes to compare learned fresh times with 15 s for all.
func draw(seed uint64, whole bool) (all curves) {
	var fixed, learned, best []func([]*clinic) chooser
	for _, d := range fixedTimes {
		if whole || d == usual.Fresh {
			fixed = append(fixed, func([]*clinic) chooser { return always(d) })
		}
	}
	for _, share := range shares {
		policy := usual
		policy.Untrue = share
		learned = append(learned, func(town []*clinic) chooser { return learnerOf(town, policy, 0) })
	}
	for _, price := range prices {
		if whole {
			best = append(best, func(town []*clinic) chooser { return oracleOf(town, price) })
		}
	}
	return curves{curveOf(seed, fixed...), curveOf(seed, learned...), curveOf(seed, best...)}
}

const towns = 12

// TestCurve is the proof: with -v it prints the points, with -update it draws docs/freshness.svg. How much there is to gain
// differs from town to town, with the rates of the few fragments that most people ask for: over all of them it is half.
func TestCurve(t *testing.T) {
	var untrue, calls [towns]float64
	t.Run("towns", func(t *testing.T) {
		for seed := range uint64(towns) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				all := draw(seed, seed < 2)
				untrue[seed], calls[seed] = all.gain(t)
				if seed < 2 {
					all.judge(t)
				}
				if *update && seed == 0 {
					writePlot(t, all)
				}
			})
		}
	})
	if u, c := mean(untrue[:]), mean(calls[:]); !(u >= 2 && c >= 2) {
		t.Errorf("against 15 s for all only %.2f times fewer untrue at equal calls, %.2f times fewer calls at equal accuracy", u, c)
	} else {
		t.Logf("%d towns against 15 s: %.2f times fewer untrue at equal calls, %.2f times fewer calls at equal accuracy", towns, u, c)
	}
}

// gain is against 15 s for all: how many times fewer untrue at equal calls, and fewer calls at equal accuracy.
func (all curves) gain(t *testing.T) (untrue, calls float64) {
	today := all.fixed[slices.IndexFunc(all.fixed, func(o outcome) bool { return o.fixed == usual.Fresh })]
	untrue, calls = today.untrue/all.learned.untrueAt(today.calls), today.calls/all.learned.callsAt(today.untrue)
	t.Logf("against %.2f calls, %.3f %% untrue: %.2f times fewer untrue, %.2f times fewer calls", today.calls, today.untrue*100, untrue, calls)
	if !(untrue >= 1.4 && calls >= 1.4) {
		t.Errorf("only %.2f times fewer untrue at equal calls, %.2f times fewer calls at equal accuracy", untrue, calls)
	}
	return untrue, calls
}

// judge wants what was learned near to the best, and as many untrue as were allowed.
func (all curves) judge(t *testing.T) {
	all.log(t)
	for i, o := range all.learned {
		above := o.untrue/all.best.untrueAt(o.calls) - 1
		t.Logf("%.3f %% untrue: %.1f %% above the best at %.2f calls", o.untrue*100, above*100, o.calls)
		if !(above <= 0.15) {
			t.Errorf("%.3f %% untrue at %.2f calls are %.1f %% above the best", o.untrue*100, o.calls, above*100)
		}
		if wanted := shares[len(shares)-1-i]; o.untrue > wanted*1.1 || o.untrue < wanted*0.7 {
			t.Errorf("%.3f %% are untrue where %.3f %% may be", o.untrue*100, wanted*100)
		}
	}
}

// mean is the geometric one: of factors.
func mean(factors []float64) float64 {
	sum := 0.0
	for _, f := range factors {
		sum += math.Log(f)
	}
	return math.Exp(sum / float64(len(factors)))
}

func (all curves) log(t *testing.T) {
	for _, named := range []struct {
		name string
		curve
	}{{"fixed", all.fixed}, {"learned", all.learned}, {"best", all.best}} {
		for _, o := range named.curve {
			t.Logf("%-8s %7.3f calls a second, %7.3f %% untrue", named.name, o.calls, o.untrue*100)
		}
	}
}

// Who finds a copy too old may be shown it while it is read again. The same fresh times are the best then.
func TestStaleCopiesMayBeShownOnceMore(t *testing.T) {
	late := func(town []*clinic, by chooser) chooser {
		for _, c := range town {
			c.late = true
		}
		return by
	}
	all := curveOf(0, func(town []*clinic) chooser { return late(town, learnerOf(town, usual, 0)) })
	today := curveOf(0, func(town []*clinic) chooser { return late(town, always(usual.Fresh)) })
	best := curveOf(0, func(town []*clinic) chooser { return late(town, oracleOf(town, prices[3])) },
		func(town []*clinic) chooser { return late(town, oracleOf(town, prices[1])) },
		func(town []*clinic) chooser { return late(town, oracleOf(town, prices[2])) })
	above := all[0].untrue/best.untrueAt(all[0].calls) - 1
	t.Logf("15 s: %.2f calls, %.3f %% untrue; learned: %.2f calls, %.3f %% untrue, %.1f %% above the best",
		today[0].calls, today[0].untrue*100, all[0].calls, all[0].untrue*100, above*100)
	if !(above <= 0.15) || all[0].untrue > today[0].untrue/2 || all[0].untrue > usual.Untrue*1.1 {
		t.Errorf("%.2f calls, %.3f %% untrue", all[0].calls, all[0].untrue*100)
	}
}

// With fewer calls than its share takes, a source makes those that are allowed, and nearly the best of them.
func TestScarceCallsGoWhereTheyPreventMost(t *testing.T) {
	const allowed = 5.0
	all := curveOf(0, func(town []*clinic) chooser { return learnerOf(town, usual, allowed) })
	best := curveOf(0, func(town []*clinic) chooser { return oracleOf(town, prices[2]) }, func(town []*clinic) chooser { return oracleOf(town, prices[3]) },
		func(town []*clinic) chooser { return oracleOf(town, prices[4]) })
	above := all[0].untrue/best.untrueAt(all[0].calls) - 1
	t.Logf("%.2f calls of %.0f, %.3f %% untrue, %.1f %% above the best", all[0].calls, allowed, all[0].untrue*100, above*100)
	if all[0].calls > allowed*1.05 || all[0].calls < allowed*0.85 || !(above <= 0.15) {
		t.Errorf("%.2f calls where %.0f are allowed, %.1f %% above the best", all[0].calls, allowed, above*100)
	}
}

// No other fresh time costs less, in calls and untrue slots together, whatever the rate, views and price.
func TestNothingBeatsTheFormula(t *testing.T) {
	for _, rate := range []float64{1e-5, 1e-3, 1e-1} {
		for _, views := range []float64{1e-3, 1, 100} {
			for _, price := range []float64{0.02, 0.5, 10} {
				cost := func(fresh float64) float64 {
					return (rate*views*views*fresh*fresh/2 + price*views) / (1 + views*fresh)
				}
				h := History{events: 1, exposure: float32(1 / rate), views: float32(views)}
				best := Policy{Untrue: 0.01}.best(h, Price{Call: price, Scarce: price / 0.02})
				for fresh := best / 8; fresh < best*8; fresh *= 1.02 {
					if cost(fresh) < cost(best)*(1-1e-6) {
						t.Fatalf("rate %v, views %v, price %v: %v s cost less than %v s", rate, views, price, fresh, best)
					}
				}
			}
		}
	}
}
