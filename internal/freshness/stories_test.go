package freshness

import (
	"testing"
	"time"
)

var (
	usual     = Policy{Untrue: 0.01, Fresh: 15 * time.Second, Least: 2 * time.Second, Most: 5 * time.Minute}
	plenty    = Price{}
	usualLook = Look{Age: 15 * time.Second, Near: 5, Shown: 400, Views: 30}
)

// told is the history after the same look again and again.
func told(h History, look Look, times int) History {
	for range times {
		h, _ = usual.After(h, look, Prior{}, plenty)
	}
	return h
}

func TestWithoutHistoryAFragmentBeginsAtFresh(t *testing.T) {
	if got := usual.For(History{}); got != 15*time.Second {
		t.Errorf("fresh for %v", got)
	}
	h, why := usual.After(History{}, Look{}, Prior{}, plenty)
	if h.Known() || why.Why != Started || usual.For(h) != 15*time.Second {
		t.Errorf("a look without age taught %+v, %v", h, why)
	}
}

func TestABurstShortensAtOnce(t *testing.T) {
	h := told(History{}, usualLook, 40)
	before := usual.For(h)
	burst := Look{Age: before, Near: 5, NearGone: 4, Shown: 400, Gone: 20, Views: 30}
	h, why := usual.After(h, burst, Prior{}, plenty)
	if after := usual.For(h); after > before/10 {
		t.Errorf("fresh for %v after a burst, %v before: %v", after, before, why)
	}
}

func TestAfterABurstQuietLengthensSlowly(t *testing.T) {
	h := told(History{}, Look{Age: 15 * time.Second, Near: 5, NearGone: 4, Shown: 400, Gone: 20, Views: 30}, 1)
	began, passed := usual.For(h), time.Duration(0)
	for usual.For(h) < 15*time.Second {
		before := usual.For(h)
		h, _ = usual.After(h, Look{Age: before, Near: 5, Shown: 400, Views: 2}, Prior{}, plenty)
		passed += before
		if after := usual.For(h); after > before*3/2+1 || after < before {
			t.Fatalf("quiet took the fresh time from %v to %v", before, after)
		}
	}
	if began > 3*time.Second || passed < time.Minute || passed > 10*time.Minute {
		t.Errorf("from %v back to 15 s in %v", began, passed)
	}
}

func TestFreshTimesStayWithinLeastAndMost(t *testing.T) {
	quiet := told(History{}, Look{Age: 5 * time.Minute, Near: 5, Shown: 400, Views: 1}, 500)
	if got := usual.For(quiet); got != usual.Most {
		t.Errorf("nothing ever goes: fresh for %v", got)
	}
	busy := told(quiet, Look{Age: time.Second, Near: 5, NearGone: 5, Shown: 5, Gone: 5, Views: 9000}, 20)
	if got := usual.For(busy); got != usual.Least {
		t.Errorf("everything goes at once: fresh for %v", got)
	}
	narrow := usual
	narrow.Most = time.Minute
	if got := narrow.For(quiet); got != time.Minute {
		t.Errorf("a configuration with a lower bound: fresh for %v", got)
	}
}

func TestThreeSlotsAreNotJudgedByOneSale(t *testing.T) {
	quiet := Look{Age: 15 * time.Second, Near: 3, Shown: 3, Views: 3}
	sale := quiet
	sale.NearGone, sale.Gone = 1, 1
	h := told(History{}, quiet, 20)
	before := usual.For(h)
	if after := usual.For(told(h, sale, 1)); after < before/3 {
		t.Errorf("one sale took the fresh time from %v to %v", before, after)
	}
	if after := usual.For(told(h, sale, 6)); after > before/3 {
		t.Errorf("six sales in a row took it from %v to %v only", before, after)
	}
}

func TestNearSlotsCountMore(t *testing.T) {
	near, far := usualLook, usualLook
	near.NearGone, near.Gone, far.Gone = 2, 2, 2
	if n, f := told(History{}, near, 5), told(History{}, far, 5); n.Rate() < 3*f.Rate() {
		t.Errorf("two of the first five gone: %v a second; two of the others: %v", n.Rate(), f.Rate())
	}
}

func TestAClockThatGoesBackDoesNoHarm(t *testing.T) {
	h := told(History{}, usualLook, 3)
	if again := told(h, Look{Age: -time.Hour, Near: 5, NearGone: 5, Shown: 5, Gone: 5, Views: 9}, 3); again != h {
		t.Errorf("a copy from the future taught %+v", again)
	}
	b, now := NewBudget(usual, 10), time.Unix(1_800_000_000, 0)
	for range 100 {
		b.Observe(usualLook, now)
		now = now.Add(-time.Hour)
	}
	if got := b.Price(); got != (Price{Call: 2 * usual.Untrue, Scarce: 1}) {
		t.Errorf("the price became %+v", got)
	}
}

func TestWhatIsAskedForMoreIsReadSooner(t *testing.T) {
	dear := Price{Call: 0.5, Scarce: 1}
	sold := Look{Age: 30 * time.Second, Near: 5, NearGone: 1, Shown: 40, Gone: 3}
	often, seldom := sold, sold
	often.Views, seldom.Views = 300, 3
	var fresh [2]time.Duration
	for i, look := range []Look{often, seldom} {
		var h History
		for range 20 {
			h, _ = usual.After(h, look, Prior{}, dear)
		}
		fresh[i] = usual.For(h)
	}
	if fresh[0] > fresh[1]*2/3 {
		t.Errorf("a hundred times the views: fresh for %v and %v", fresh[0], fresh[1])
	}
}

func TestReasonsAreForOperators(t *testing.T) {
	look := Look{Age: 9 * time.Minute, Near: 5, NearGone: 2, Shown: 400, Gone: 13, Views: 90}
	_, why := usual.After(told(History{}, usualLook, 30), look, Prior{Rest: 0.1}, Price{Call: 0.1, Scarce: 2})
	const want = "13 of 400 slots gone in 9m0s, 2 of the first 5: 3.4 % a minute; 18.5s keeps 0.53 % untrue (learned, calls are scarce: 2.00)"
	if got := why.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if _, why := usual.After(History{}, Look{}, Prior{}, plenty); why.String() != "15s (no history)" {
		t.Errorf("got %s", why)
	}
}

func TestFixedFreshTimesStayFixed(t *testing.T) {
	fixed := usual
	fixed.Fixed = true
	h, why := fixed.After(told(History{}, usualLook, 9), usualLook, Prior{}, plenty)
	if fixed.For(h) != fixed.Fresh || why.Why != Fixed {
		t.Errorf("fresh for %v: %v", fixed.For(h), why)
	}
}

func TestAVisitTypeTeachesItsNewFragments(t *testing.T) {
	var priors Priors
	slow, fast := Kind{"careDirect", "surgery"}, Kind{"careDirect", "flu"}
	for range 50 {
		priors.Observe(slow, Look{Age: time.Minute, Near: 5, Shown: 50, Views: 9})
		priors.Observe(fast, Look{Age: time.Minute, Near: 5, NearGone: 2, Shown: 50, Gone: 3, Views: 9})
	}
	s, f, unknown := priors.For(slow), priors.For(fast), priors.For(Kind{"careDirect", "new"})
	if !(s.Rate < unknown.Rate/5 && unknown.Rate < f.Rate) || f.Rest > 0.2 {
		t.Errorf("priors %+v, %+v, of a visit type that nobody saw %+v", s, f, unknown)
	}
	if other := priors.For(Kind{"providerDirect", "flu"}); other != (Prior{}) {
		t.Errorf("another source has %+v", other)
	}
	for i := range 10 * mostKinds {
		priors.Observe(Kind{"careDirect", string(rune('a' + i))}, usualLook)
	}
	if len(priors.kinds) > mostKinds {
		t.Errorf("%d kinds are held", len(priors.kinds))
	}
}

func TestObservingAllocatesNothing(t *testing.T) {
	var priors Priors
	h, b, kind, now := told(History{}, usualLook, 3), NewBudget(usual, 10), Kind{"careDirect", "flu"}, time.Unix(1_800_000_000, 0)
	buffer := make([]byte, 0, encoded)
	if n := testing.AllocsPerRun(100, func() {
		priors.Observe(kind, usualLook)
		b.Observe(usualLook, now)
		h, _ = usual.After(h, usualLook, priors.For(kind), b.Price())
		now = now.Add(time.Second)
		bytes, _ := h.AppendBinary(buffer)
		h = Decode(bytes)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
