package freshness

import (
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// clinic is a simulated fragment: people ask for it, and its slots are sold elsewhere, the nearest ones sooner.
type clinic struct {
	views, rate float64 // a second; rate is the share of near slots that go
	sales       float64 // a second
	kind        Kind

	slots []uint32 // ids, soonest first
	gone  []bool   // by id
	copy  []uint32 // what was read last
	read  time.Duration
	shown int // views of the copy
	has   bool
	late  bool // who finds the copy too old is shown it, and the next one the new copy
}

const further = 0.9 // a slot sells this much slower than the one before it

// townOf is 200 fragments with 3 to 400 slots: rates differ a hundredfold and views follow Zipf's law, independently.
func townOf(rng *rand.Rand) []*clinic {
	const count, perSecond, slowest = 200, 150.0, 1e-4
	town, total := make([]*clinic, count), 0.0
	for i, rank := range rng.Perm(count) {
		share := math.Pow(float64(rank+1), -1.1)
		total += share
		town[i] = &clinic{views: share, rate: slowest * math.Pow(100, float64(i)/(count-1)), kind: Kind{"careDirect", string(rune('a' + i/20))}}
		town[i].fill([]int{3, 12, 40, 120, 400}[rng.IntN(5)])
	}
	for _, c := range town {
		c.views *= perSecond / total
	}
	return town
}

func (c *clinic) fill(size int) {
	for range size {
		c.slots, c.gone = append(c.slots, uint32(len(c.gone))), append(c.gone, false)
	}
	near := float64(min(size, NearSlots))
	c.sales = c.rate * near * (1 - math.Pow(further, float64(size))) / (1 - math.Pow(further, near))
}

// sell takes a slot, the first ones more often than later ones; another one is offered at the end.
func (c *clinic) sell(rng *rand.Rand) {
	place := len(c.slots)
	for place >= len(c.slots) {
		place = int(math.Log(1-rng.Float64()) / math.Log(further))
	}
	c.gone[c.slots[place]] = true
	c.slots = append(slices.Delete(c.slots, place, place+1), uint32(len(c.gone)))
	c.gone = append(c.gone, false)
}

func (c *clinic) goneAmong(ids []uint32) (gone int) {
	for _, id := range ids {
		if c.gone[id] {
			gone++
		}
	}
	return gone
}

// look is what a refresh sees that somebody waits for.
func (c *clinic) look(now time.Duration) Look {
	near, waited := min(NearSlots, len(c.copy)), 1
	if c.late {
		waited = 0
	}
	return Look{
		Age: now - c.read, Views: c.shown, Waited: waited,
		Near: near, NearGone: c.goneAmong(c.copy[:near]), Shown: len(c.copy), Gone: c.goneAmong(c.copy),
	}
}

// chooser decides for how long each fragment of a town is fresh.
type chooser interface {
	fresh(i int) time.Duration
	refreshed(i int, look Look, now time.Duration)
}

// outcome is what the time after warming up came to.
type outcome struct {
	untrue float64 // share of the slots shown
	calls  float64 // a second
	fixed  time.Duration
}

const warmUp, measured = 20 * time.Minute, 30 * time.Minute

// simulate is a town's 50 minutes. Views and sales come by chance, and equal seeds bring the same ones.
func simulate(seed uint64, town []*clinic, by chooser) outcome {
	rng := rand.New(rand.NewPCG(seed, 2))
	odds, total := make([]float64, 0, 2*len(town)), 0.0
	for _, c := range town {
		odds = append(odds, total+c.views, total+c.views+c.sales)
		total += c.views + c.sales
	}
	var views, untrue, calls float64
	for now := time.Duration(0); now < warmUp+measured; now += time.Duration(rng.ExpFloat64() / total * float64(time.Second)) {
		at, _ := slices.BinarySearch(odds, rng.Float64()*total)
		c := town[min(at/2, len(town)-1)]
		if at%2 == 1 {
			c.sell(rng)
			continue
		}
		called := !c.has || now-c.read > by.fresh(at/2)
		wrong := c.view(called, func() { by.refreshed(at/2, c.look(now), now) }, now)
		if now < warmUp {
			continue
		}
		views++
		untrue += wrong
		if called {
			calls++
		}
	}
	return outcome{untrue: untrue / views, calls: calls / measured.Seconds()}
}

// view returns which share of what it shows is untrue. A call brings a new copy, after the old one was compared.
func (c *clinic) view(called bool, compare func(), now time.Duration) (untrue float64) {
	if called && c.has && c.late {
		c.shown++
		untrue = c.untrue()
	}
	if called {
		if c.has {
			compare()
		}
		c.copy, c.read, c.shown, c.has = append(c.copy[:0], c.slots...), now, 0, true
		return untrue
	}
	c.shown++
	return c.untrue()
}

func (c *clinic) untrue() float64 {
	near := c.copy[:min(NearSlots, len(c.copy))]
	return float64(c.goneAmong(near)) / float64(len(near))
}

// always is one fresh time for all.
type always time.Duration

func (a always) fresh(int) time.Duration            { return time.Duration(a) }
func (a always) refreshed(int, Look, time.Duration) {}

// oracle knows rates and views, and wants the least sum of calls at a price and untrue slots.
type oracle []time.Duration

func oracleOf(town []*clinic, price float64) (times oracle) {
	for _, c := range town {
		known := History{events: 1, exposure: float32(1 / c.rate), views: float32(c.views)}
		free := Policy{Least: usual.Least, Most: usual.Most, Untrue: 1e-9}
		best := 2 * price / c.rate / (1 + math.Sqrt(1+2*price*known.Views()/c.rate))
		times = append(times, free.clamp(best))
	}
	return times
}

func (o oracle) fresh(i int) time.Duration          { return o[i] }
func (o oracle) refreshed(int, Look, time.Duration) {}

// learner is the model as it would be wired.
type learner struct {
	policy    Policy
	budget    *Budget
	priors    Priors
	town      []*clinic
	histories []History
	times     []time.Duration // of the histories
}

func learnerOf(town []*clinic, policy Policy, allowed float64) *learner {
	return &learner{
		policy: policy, budget: NewBudget(policy, allowed), town: town, histories: make([]History, len(town)),
		times: slices.Repeat([]time.Duration{policy.For(History{})}, len(town)),
	}
}

func (l *learner) fresh(i int) time.Duration { return l.times[i] }

func (l *learner) refreshed(i int, look Look, now time.Duration) {
	kind := l.town[i].kind
	l.priors.Observe(kind, look)
	l.budget.Observe(look, time.Unix(1_800_000_000, 0).Add(now))
	l.histories[i], _ = l.policy.After(l.histories[i], look, l.priors.For(kind), l.budget.Price())
	l.times[i] = l.policy.For(l.histories[i])
}
