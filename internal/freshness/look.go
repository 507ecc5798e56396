package freshness

import (
	"math"
	"time"
)

// NearSlots is how many slots at the top of an answer people are taken to see: untrue shares are judged among them.
const NearSlots = 5

// Look is what a refresh saw of the copy that it replaces. A slot that has begun meanwhile, or that this service knew as
// taken, was not shown and counts nowhere.
type Look struct {
	Age       time.Duration // of the old copy; a look with none, or with a negative one, teaches nothing
	Near      int           // how many slots are counted as near: the first [NearSlots] of the old copy at most
	NearGone  int           // how many of them the new copy lacks
	Shown     int           // slots of the old copy, near ones included
	Gone      int           // how many of them the new copy lacks
	Views     int           // how often the old copy was shown, old or not
	Waited    int           // views that found it too old and were shown the new one
	Unmatched bool          // the copies cannot be compared: only views count
}

// bounded is the look with counts that are possible.
func (l Look) bounded() Look {
	const most = 1 << 24 // nothing real comes near it
	l.Shown = min(max(l.Shown, 0), most)
	l.Near = min(max(l.Near, 0), NearSlots, l.Shown)
	l.Gone = min(max(l.Gone, 0), l.Shown)
	l.NearGone = min(max(l.NearGone, 0), l.Near, l.Gone)
	l.Gone = min(l.Gone, l.NearGone+l.Shown-l.Near)
	l.Views, l.Waited = min(max(l.Views, 0), most), min(max(l.Waited, 0), most)
	if l.Unmatched {
		l.Near, l.NearGone, l.Shown, l.Gone = 0, 0, 0, 0
	}
	return l
}

// seconds is the age, not less than one: two reads within a second tell little of rates.
func (l Look) seconds() float64 { return max(l.Age.Seconds(), 1) }

// untrue is how many views' worth of untrue slots the old copy showed, as views come evenly: its first view saw it new,
// its last one as it is now, or, when somebody waited, a little before.
func (l Look) untrue() float64 {
	if l.Near == 0 || l.Views == 0 {
		return 0
	}
	views := float64(l.Views)
	if l.Waited == 0 {
		views++
	}
	return views / 2 * float64(l.NearGone) / float64(l.Near)
}

// counts are how many slots went, corrected for what hides in small numbers, and in how many slot seconds.
type counts struct{ events, exposure float64 }

// counted is of gone slots among n in a time. n times Cho and Garcia-Molina's estimate, −log((n−x+½)/(n+½)), is
// a little more than x: of many gone slots some would have gone twice.
func counted(n, gone int, seconds float64) counts {
	size := float64(n)
	return counts{size * -math.Log((size-float64(gone)+0.5)/(size+0.5)), size * seconds}
}

// restWeight is what the slots behind the near ones say in comparison: there are many of them, but they sell otherwise.
const restWeight = 0.25

// evidence is near and other slots together, where the others go at the share rest of the near ones' rate.
func (l Look) evidence(rest float64) counts {
	near := counted(l.Near, l.NearGone, l.seconds())
	others := counted(l.Shown-l.Near, l.Gone-l.NearGone, l.seconds())
	return counts{near.events + restWeight*others.events, near.exposure + restWeight*rest*others.exposure}
}

func (c counts) rate() float64 { return c.events / c.exposure }

func (c counts) times(factor float64) counts { return counts{c.events * factor, c.exposure * factor} }

func (c counts) plus(more counts) counts {
	return counts{c.events + more.events, c.exposure + more.exposure}
}

// within keeps the rate, and forgets what is more than most events.
func (c counts) within(most float64) counts {
	if c.events > most {
		return c.times(most / c.events)
	}
	return c
}
